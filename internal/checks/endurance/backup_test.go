package endurance

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/sqlite"
)

// cutOffs is how many backups, and how many restores, are killed.
func cutOffs() int {
	if os.Getenv("CARNET_TEST_LONG") != "" {
		return 100
	}
	return 12
}

// killedIn runs a command and kills it after a moment that is chosen at random, so
// that it often ends in its middle. It tells whether the command was quicker.
func killedIn(t *testing.T, random *rand.Rand, args ...string) (whole bool) {
	t.Helper()
	cmd := exec.Command(binary, args...)
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(time.Duration(20+random.IntN(250))*time.Millisecond, func() { cmd.Process.Kill() })
	defer timer.Stop()
	err := cmd.Wait()
	if ended, ok := errors.AsType[*exec.ExitError](err); ok && ended.ExitCode() >= 0 {
		t.Fatalf("%s: %v: %s", args[0], err, &said)
	}
	return err == nil
}

// changesIn counts the changes of a database, each of which made a contact that has
// to be whole. Those are the first that there were, without a gap.
func changesIn(t *testing.T, path string) int {
	t.Helper()
	quiet := slog.New(slog.DiscardHandler)
	b, err := sqlite.Open(t.Context(), sqlite.Options{Path: path, Log: quiet})
	if err != nil {
		t.Fatal(err)
	}
	s := store.New(b, store.Options{Log: quiet})
	defer s.Close()
	for n := 0; ; n++ {
		ch, found, err := s.Change(t.Context(), 1, contact.Seq(n+1))
		if err != nil {
			t.Fatal(err)
		}
		if !found {
			return n
		}
		c, found, err := s.Get(t.Context(), 1, ch.Contact)
		text := fmt.Sprint("b", n)
		if err != nil || !found || len(c.Values[contact.Names]) != 1 || c.Values[contact.Names][0].Text != text || c.Values[contact.Emails][0].Text != text+"@example.com" {
			t.Fatalf("contact %d of change %d is not whole: %v, %v", ch.Contact, n+1, found, err)
		}
	}
}

// Killed at any moment, a backup and a restore leave what they read as it was, and
// nothing under the name of what they make but what is whole. A backup beside writes
// holds the first of them, and all that were answered before it began.
func TestKilledBackups(t *testing.T) {
	seed := seedOf(t)
	random := rand.New(rand.NewPCG(seed, 0))
	dir := t.TempDir()
	db, key := newDatabase(t, dir)
	backup, restored := filepath.Join(dir, "backup.db"), filepath.Join(dir, "restored.db")
	s := start(t, db, key)
	var answered atomic.Int64
	var stopping atomic.Bool
	var writer sync.WaitGroup
	writer.Go(func() {
		for n := 0; !stopping.Load(); n++ {
			if a, err := s.do("POST", "/contacts", both(fmt.Sprint("b", n))); err != nil || a.status != http.StatusCreated {
				t.Errorf("beside backups: %v, status %d, code %s", err, a.status, a.code())
				return
			}
			answered.Add(1)
		}
	})
	made := 0
	for range cutOffs() {
		before := int(answered.Load())
		if killedIn(t, random, "backup", backup, "--db", db) {
			made++
		}
		if _, err := os.Stat(backup); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		after := int(answered.Load())
		if n := changesIn(t, backup); n < before || n > after+1 {
			t.Errorf("the backup has %d changes; %d were answered before it, %d after", n, before, after)
		}
		remove(t, backup, backup+"-lock")
	}
	before := int(answered.Load())
	carnet(t, "backup", backup, "--db", db)
	stopping.Store(true)
	writer.Wait()
	s.stop(t)
	if n := changesIn(t, db); n != int(answered.Load()) {
		t.Errorf("the database has %d changes, of %d that were answered", n, answered.Load())
	}

	content, err := os.ReadFile(backup)
	if err != nil {
		t.Fatal(err)
	}
	restores := 0
	for range cutOffs() {
		if killedIn(t, random, "restore", backup, "--db", restored) {
			restores++
		}
		if _, err := os.Stat(restored); err == nil {
			if n := changesIn(t, restored); n < before {
				t.Errorf("what was restored has %d changes, of %d", n, before)
			}
			remove(t, restored, restored+"-lock")
		}
	}
	carnet(t, "restore", backup, "--db", restored)
	if n := changesIn(t, restored); n < before {
		t.Errorf("what was restored has %d changes, of %d", n, before)
	}
	if now, err := os.ReadFile(backup); err != nil || !bytes.Equal(now, content) {
		t.Errorf("the backup has changed, %v", err)
	}
	t.Logf("of %d each %d backups and %d restores were quicker than the kill; %d writes", cutOffs(), made, restores, answered.Load())
}

func remove(t *testing.T, paths ...string) {
	t.Helper()
	for _, path := range paths {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
}
