package sqlite

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// copies counts how often a text stands in the files beside a database.
func copies(t *testing.T, path, text string) (n int) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(filepath.Dir(path), "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		n += bytes.Count(content, []byte(text))
	}
	return n
}

// CONTRACT D35: whatever was deleted is in no file any more after a scrub, which before it
// was; what is there stays, and goes on being written.
func TestScrub(t *testing.T) {
	path := filepath.Join(t.TempDir(), "carnet.db")
	b, err := Open(t.Context(), Options{Path: path, Serve: true})
	if err != nil {
		t.Fatal(err)
	}
	run := func(query string, args ...any) {
		t.Helper()
		if err := b.change(t.Context(), func(c *conn) error { return c.run(query, nil, args...) }); err != nil {
			t.Fatal(err)
		}
	}
	run("CREATE TABLE trial (id INTEGER PRIMARY KEY, text TEXT) STRICT")
	for i := range 300 {
		run("INSERT INTO trial VALUES (?, ?)", int64(i), fmt.Sprint("kept", i))
	}
	for i := range 600 {
		run("UPDATE trial SET text = ? WHERE id = ?", fmt.Sprint("canary", i, string(bytes.Repeat([]byte("x"), i%97*7))), int64(i*7%300))
	}
	run("UPDATE trial SET text = 'kept'")
	if copies(t, path, "canary") == 0 {
		t.Fatal("there is nothing to scrub")
	}
	for range 2 {
		if done, err := b.Scrub(t.Context()); err != nil || !done {
			t.Fatal(done, err)
		}
		if n := copies(t, path, "canary"); n > 0 {
			t.Errorf("%d copies are left", n)
		}
		if n := copies(t, path, "kept"); n < 300 {
			t.Errorf("%d of 300 are there", n)
		}
		run("UPDATE trial SET text = 'canary'")
		run("UPDATE trial SET text = 'kept'")
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	if b, err = Open(t.Context(), Options{Path: path, Serve: true}); err != nil {
		t.Fatal(err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
}

// Wherever a scrub is killed, the database opens, with all that was acknowledged.
func TestScrubKilled(t *testing.T) {
	for _, moment := range []string{"the file is made anew in the log", "the log may be emptied", "the log is empty", "the log begins anew"} {
		t.Run(moment, func(t *testing.T) {
			path, image := filepath.Join(t.TempDir(), "carnet.db"), filepath.Join(t.TempDir(), "carnet.db")
			reached := false
			b, err := Open(t.Context(), Options{Path: path, Serve: true, at: func(at string) {
				if at != moment {
					return
				}
				reached = true
				for _, end := range []string{"", "-wal", "-lock"} {
					content, err := os.ReadFile(path + end)
					if err == nil {
						err = os.WriteFile(image+end, content, 0o600)
					}
					if err != nil {
						t.Error(err)
					}
				}
			}})
			if err != nil {
				t.Fatal(err)
			}
			if err := b.change(t.Context(), func(c *conn) error { return c.run("CREATE TABLE trial (text TEXT) STRICT", nil) }); err != nil {
				t.Fatal(err)
			}
			if done, err := b.Scrub(t.Context()); err != nil || !done || !reached {
				t.Fatal(done, err, reached)
			}
			if err := b.Close(); err != nil {
				t.Fatal(err)
			}
			after, err := Open(t.Context(), Options{Path: image, Serve: true})
			if err != nil {
				t.Fatal(err)
			}
			if err := after.change(t.Context(), func(c *conn) error { return c.run("INSERT INTO trial VALUES ('there')", nil) }); err != nil {
				t.Error(err)
			}
			if err := after.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}
