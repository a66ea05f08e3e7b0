package sqlite

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
)

// One who stays inside keeps nobody out for longer than the patience of the one
// who wants the gate alone.
func TestGate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g gate
		g.RLock()
		began := time.Now()
		got := make(chan bool)
		go func() { got <- g.LockWithin(resetPatience) }()
		synctest.Wait()
		late := make(chan time.Duration)
		go func() {
			g.RLock()
			late <- time.Since(began)
		}()
		if <-got {
			t.Error("the gate was had alone beside one inside")
		}
		if waited := <-late; waited != resetPatience {
			t.Errorf("one who came meanwhile waited %v", waited)
		}
		g.RUnlock()
		go func() { got <- g.LockWithin(resetPatience) }()
		synctest.Wait()
		g.RUnlock() // the last one leaves
		if !<-got {
			t.Fatal("the gate cannot be had when all have left")
		}
		inside := make(chan bool)
		go func() { g.RLock(); close(inside) }()
		synctest.Wait()
		select {
		case <-inside:
			t.Error("somebody is inside beside the one who has it alone")
		default:
		}
		g.Unlock()
		<-inside
		if g.inside != 1 || g.shut != nil || g.empty != nil {
			t.Errorf("afterwards: %d inside", g.inside)
		}
	})
}

// FAULT A1: one read that stayed made all others, and all writes, wait for the
// reset of the log.
func TestResetGivesUp(t *testing.T) {
	rows, pages := checkpointPages, longLog
	checkpointPages, longLog = 20, 60
	t.Cleanup(func() { checkpointPages, longLog = rows, pages }) // after the checkpointer has ended
	path := filepath.Join(t.TempDir(), "carnet.db")
	b := opened(t, Options{Path: path, Serve: true})
	s := store.New(b, store.Options{Log: slog.New(slog.DiscardHandler)})
	makeSpace(t, s)
	id := write(t, s, 0, contact.Names, "Ada Example")
	size := int64(0)
	grows := func(n int) bool {
		before := size
		write(t, s, id, contact.Names, strings.Repeat("x", 400), fmt.Sprint(n))
		if _, ok, err := s.Get(context.Background(), 1, id); err != nil || !ok {
			t.Fatal(ok, err)
		}
		info, err := os.Stat(path + "-wal")
		if err != nil {
			t.Fatal(err)
		}
		size = info.Size()
		return size > before
	}
	inside, leave, left := make(chan struct{}), make(chan struct{}), make(chan error)
	go func() {
		left <- b.read(context.Background(), func(c *conn) error {
			err := errors.Join(c.run("BEGIN", nil), c.run(selectSecret, nil))
			close(inside)
			<-leave
			return errors.Join(err, c.run(commit, nil))
		})
	}()
	<-inside
	// The others read and write while it stays, however long the log is; this would
	// not end otherwise.
	writes := 0
	for ; size < 10*longLog*pageSize; writes++ {
		if !grows(writes) {
			t.Fatal("the log was reset while somebody read from it")
		}
	}
	close(leave)
	if err := <-left; err != nil {
		t.Fatal(err)
	}
	for same := 0; same < 20; writes++ {
		if same++; grows(writes) {
			same = 0
		}
	}
}
