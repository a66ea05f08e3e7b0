package sqlite

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// Whoever finds the folder locked waits, for a while and no longer: any program
// may lock it, for ever.
func TestFolderIsNotWaitedForForEver(t *testing.T) {
	path := filepath.Join(t.TempDir(), "carnet.db")
	other, err := os.Open(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if err := flock(other, syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		var c claim
		err := c.lockFolder(t.Context(), path)
		if err == nil || !strings.Contains(err.Error(), "another program holds a lock on "+filepath.Dir(path)) || c.folder != nil {
			t.Errorf("locked by another: %v", err)
		}
		ctx, stop := context.WithCancel(t.Context())
		time.AfterFunc(folderTakes/2, stop)
		if err := c.lockFolder(ctx, path); !errors.Is(err, context.Canceled) || c.folder != nil {
			t.Errorf("told to stop: %v", err)
		}
		time.AfterFunc(folderTakes/2, func() { flock(other, syscall.LOCK_UN) })
		if err := c.lockFolder(t.Context(), path); err != nil || c.folder == nil {
			t.Errorf("freed in time: %v", err)
		}
		c.leave()
	})
}

// What is refused leaves no lock file behind, but one that was there, whatever it
// holds, or that says something.
func TestRefusedLeavesNoLockFile(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	notes := strings.Repeat("no database, but long enough to be looked at. ", 100)
	for _, path := range []string{write("notes.txt", notes), write("empty.db", ""), write("short.db", "SQLite"), dir} {
		for _, serve := range []bool{false, true} {
			if b, err := Open(t.Context(), Options{Path: path, Serve: serve}); err == nil {
				b.Close()
				t.Errorf("%s opens", path)
			}
			if _, err := os.Stat(path + "-lock"); !os.IsNotExist(err) {
				t.Errorf("%s: a lock file is left, %v", path, err)
			}
		}
	}
	there := write("there.db", notes)
	write("there.db-lock", "")
	if b, err := Open(t.Context(), Options{Path: there}); err == nil {
		b.Close()
		t.Error("it opens")
	}
	if _, err := os.Stat(there + "-lock"); err != nil {
		t.Errorf("a lock file that was there: %v", err)
	}
	good := filepath.Join(dir, "good.db")
	b, err := Open(t.Context(), Options{Path: good})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(good + "-lock"); err != nil || info.Size() == 0 {
		t.Errorf("the lock file of a database: %v", err)
	}
}

// A folder that cannot be written to is named, with what to do.
func TestFolderThatCannotBeWrittenTo(t *testing.T) {
	const dir = "/sys" // root may write nearly everywhere else
	if _, err := os.Stat(dir); err != nil {
		t.Skip("this system has no folder that nobody may write to")
	}
	if _, _, err := openLock(filepath.Join(dir, "carnet.db")); err == nil || !strings.Contains(err.Error(), dir+" cannot be written to by this user") {
		t.Errorf("it says %v", err)
	}
}
