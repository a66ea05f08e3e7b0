package sqlite

import (
	"context"
	"encoding/binary"
	"errors"
	"log/slog"
	"os"
	"testing"

	"github.com/carnet-project/carnet/internal/store"
)

// FAULT B2: a log that begins again has a new header first, and its first commit
// a moment later. A kill in between leaves a log without commits, of which
// nothing is missing: all was in the file before.
func TestKilledWhileTheLogBegins(t *testing.T) {
	_, p := killed(t)
	var open *place
	p.close(p.open(Options{at: func(name string) {
		if name == "open" {
			open = p.left()
		}
	}}))
	for _, half := range []bool{false, true} {
		q := open.left()
		beginLog(t, q.path+"-wal", half)
		if l, err := readLog(q.path + "-wal"); err != nil || l.commits != 0 || l.salt == 0 {
			t.Fatalf("the log is %+v, %v", l, err)
		}
		if n := q.holds(); n != 25 {
			t.Errorf("with half a commit %v: %d changes, want 25", half, n)
		}
	}
	// What was there when the server began is missed.
	truncate(t, open.path+"-wal", logHeaderSize)
	open.refused("newest changes, is gone")
}

// beginLog writes what SQLite writes to a log of which all was copied, and in half
// of its first commit, the frame of a page that does not end it.
func beginLog(t *testing.T, path string, half bool) {
	t.Helper()
	log, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	sum := checksum{order: binary.LittleEndian}
	if binary.BigEndian.Uint32(log) == logMagic|1 {
		sum.order = binary.BigEndian
	}
	put := func(at int, n uint32) { binary.BigEndian.PutUint32(log[at:], n) }
	put(16, binary.BigEndian.Uint32(log[16:])+1)
	sum.add(log[:24])
	put(24, sum.a)
	put(28, sum.b)
	if half {
		frame := log[logHeaderSize : logHeaderSize+frameHeaderSize+pageSize]
		put(logHeaderSize+4, 0)
		copy(frame[8:16], log[16:24])
		sum.add(frame[:8])
		sum.add(frame[frameHeaderSize:])
		put(logHeaderSize+16, sum.a)
		put(logHeaderSize+20, sum.b)
	}
	if err := os.WriteFile(path, log, 0o600); err != nil {
		t.Fatal(err)
	}
}

// FAULT B2: a command that is about to close beside another process, which is
// killed just then, takes the log along: nothing is missing afterwards.
func TestOthersAreKilledWhileACommandCloses(t *testing.T) {
	p := newPlace(t)
	p.run(func(s *store.Store) { makeSpace(t, s); creates(t, s, 5) })
	quiet := slog.New(slog.DiscardHandler)
	other, err := Open(context.Background(), Options{Path: p.path, Log: quiet})
	if err != nil {
		t.Fatal(err)
	}
	command, err := Open(context.Background(), Options{Path: p.path, Log: quiet, at: func(name string) {
		if name != "the others are counted" {
			return
		}
		for _, from := range other.pools() {
			for range len(from) {
				(<-from).close()
			}
		}
		other.writer.close()
	}})
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(p.path + "-wal"); err == nil {
		t.Fatal("the log is still there: this shows nothing")
	}
	if err := errors.Join(other.claim.free(), other.file.release(false)); err != nil {
		t.Fatal(err)
	}
	if n := p.holds(); n != 5 {
		t.Errorf("%d changes, want 5", n)
	}
}
