package sqlite

import (
	"context"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// opened opens a database, and closes it when the test ends.
func opened(t *testing.T, o Options) *Backend {
	t.Helper()
	o.Log = slog.New(slog.DiscardHandler)
	b, err := Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

// refused fails the test unless opening fails with a sentence that has words.
func refused(t *testing.T, o Options, words ...string) {
	t.Helper()
	b, err := Open(context.Background(), o)
	if err == nil {
		t.Errorf("opening %s succeeds", filepath.Base(o.Path))
		if err := b.Close(); err != nil {
			t.Error(err)
		}
		return
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("opening %s: %q says nothing of %q", filepath.Base(o.Path), err, w)
		}
	}
}

// SQLite ignores a pragma that it does not know, so what counts is what it
// says when it is asked.
func TestPragmas(t *testing.T) {
	b := opened(t, Options{Path: filepath.Join(t.TempDir(), "carnet.db"), Serve: true})
	want := map[string]string{
		"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "secure_delete": "1", "temp_store": "2",
		"trusted_schema": "0", "cell_size_check": "1", "wal_autocheckpoint": "0", "query_only": "0", "page_size": "2048",
		"busy_timeout": "5000",
	}
	check := func(name string, c *conn) {
		t.Helper()
		for pragma, value := range want {
			if got, err := c.value("PRAGMA " + pragma); err != nil || got != value {
				t.Errorf("%s: %s is %q, %v; want %q", name, pragma, got, err, value)
			}
		}
	}
	check("the writer", b.writer)
	want["query_only"] = "1"
	for range len(b.readers) {
		r := <-b.readers
		check("a reader", r)
		if err := r.run("DELETE FROM contacts", nil); err == nil {
			t.Error("a reader can write")
		}
		b.readers <- r
	}
}

func TestFilesAreTheOwnersAlone(t *testing.T) {
	dir := t.TempDir()
	link := filepath.Join(dir, "link.db") // to where no file is yet
	if err := os.Symlink(filepath.Join(dir, "linked.db"), link); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{filepath.Join(dir, "carnet.db"), link} {
		opened(t, Options{Path: path, Serve: true})
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]bool{}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		if files[e.Name()] = true; info.Mode()&fs.ModeSymlink == 0 && info.Mode() != 0o600 {
			t.Errorf("%s has mode %v", e.Name(), info.Mode())
		}
	}
	for _, base := range []string{"carnet.db", "linked.db"} {
		for _, name := range []string{base, base + "-wal", base + "-shm", base + "-lock"} {
			if !files[name] {
				t.Errorf("there is no %s; there are %v", name, files)
			}
		}
	}
}

func TestOneServerAFile(t *testing.T) {
	dir := t.TempDir()
	path, link, early := filepath.Join(dir, "carnet.db"), filepath.Join(dir, "link.db"), filepath.Join(dir, "early.db")
	for l, target := range map[string]string{link: path, early: "link.db"} { // one to the other
		if err := os.Symlink(target, l); err != nil {
			t.Fatal(err)
		}
	}
	// The first one comes by a link, before there is a file.
	first, err := Open(context.Background(), Options{Path: early, Serve: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []string{path, link, early} {
		refused(t, Options{Path: p, Serve: true}, "is being served already", "--db")
	}
	opened(t, Options{Path: link}) // the command line may go beside
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	opened(t, Options{Path: link, Serve: true})
	refused(t, Options{Path: path, Serve: true}, "is being served already")
}

func TestOpenRefuses(t *testing.T) {
	dir := t.TempDir()
	refused(t, Options{Path: filepath.Join(dir, "no such folder", "carnet.db")}, "does not exist", "no such folder")

	loop := filepath.Join(dir, "loop.db")
	if err := os.Symlink("loop.db", loop); err != nil {
		t.Fatal(err)
	}
	refused(t, Options{Path: loop}, "too many links")

	noise := filepath.Join(dir, "noise.db")
	if err := os.WriteFile(noise, []byte(strings.Repeat("no database ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	refused(t, Options{Path: noise}, "cannot be read as a Carnet database")

	newer := filepath.Join(dir, "newer.db")
	b, err := Open(context.Background(), Options{Path: newer})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.writer.value("INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, 1)"); err != nil {
		t.Fatal(err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	refused(t, Options{Path: newer}, "newer version of carnet", "9999")
	refused(t, Options{Path: newer, Serve: true}, "newer version of carnet") // and its lock is free again
	refused(t, Options{Path: newer, Serve: true}, "newer version of carnet")
}

func TestVersionIsNotTooOld(t *testing.T) {
	text, err := Version()
	if err != nil || strings.Count(text, ".") != 2 {
		t.Errorf("got %q, %v", text, err)
	}
}
