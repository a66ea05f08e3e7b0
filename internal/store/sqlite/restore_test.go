package sqlite

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"zombiezen.com/go/sqlite"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
)

func nothingMore(context.Context, store.Backend) error { return nil }

// restoreTo restores a file to a place.
func (p *place) restoreTo(to string, before func(context.Context, store.Backend) error) (Copy, error) {
	return Restore(context.Background(), Restoring{From: p.path, To: to, Progress: quietly, Log: quietLog, Before: before})
}

// given are numbers that a database gave.
type given struct {
	Contact, Seq, Key, Entry, Job, Space int64
}

// take gives one of each.
func take(t *testing.T, s *store.Store, b *Backend) (n given) {
	t.Helper()
	ctx := context.Background()
	as := access.Act{Who: "test"}
	space, err := s.CreateSpace(ctx, as, access.Space{Name: "Another", TimeZone: "UTC", Subscription: access.Active})
	n.Space = int64(space.ID)
	if err == nil {
		var key access.APIKey
		key, err = s.CreateKey(ctx, as, access.APIKey{Space: 1, Name: "another", Scopes: access.ScopesOf(access.Read)})
		n.Key = key.ID
	}
	if err == nil {
		var job store.Job
		job, err = s.CreateJob(ctx, store.Job{Space: 1, Kind: store.RekeyJob, State: store.JobCompleted})
		n.Job = job.ID
	}
	if err != nil {
		t.Fatal(err)
	}
	n.Contact = int64(creates(t, s, 1))
	for after := contact.Seq(0); ; {
		page, err := s.Feed(ctx, store.FeedQuery{Space: 1, After: after, Limit: 500})
		if err != nil {
			t.Fatal(err)
		}
		if len(page.Changes) == 0 {
			break
		}
		after = page.Last
		n.Seq = int64(after)
	}
	n.Entry = sum(t, b.writer, "SELECT max(entry_id) FROM registry_log")
	return n
}

func sum(t *testing.T, c *conn, query string) (n int64) {
	t.Helper()
	if err := c.run(query, func(s *sqlite.Stmt) error { n = s.ColumnInt64(0); return nil }); err != nil {
		t.Fatal(err)
	}
	return n
}

// After a restore no number is given again that may have been given after the
// backup: by the command, and where the file was put back by hand.
func TestNoNumberIsGivenAgain(t *testing.T) {
	p := newPlace(t)
	p.run(func(s *store.Store) { makeSpace(t, s); creates(t, s, 5) })
	backup := backupOf(t, p)
	restored, byHand := newPlace(t), p.left()
	if _, err := backup.restoreTo(restored.path, nothingMore); err != nil {
		t.Fatal(err)
	}
	backup.copy("", byHand.path)
	gives := func(p *place, accept bool) given {
		b := opened(t, Options{Path: p.path, Serve: true, AcceptRestored: accept})
		return take(t, store.New(b, store.Options{Log: quietLog}), b)
	}
	before := gives(p, false)
	for name, after := range map[string]given{"restored": gives(restored, false), "put back": gives(byHand, true)} {
		for what, n := range map[string][3]int64{
			"contact": {before.Contact, after.Contact, store.RestoredSkip}, "change": {before.Seq, after.Seq, store.RestoredSkip},
			"key": {before.Key, after.Key, skipCounted}, "entry": {before.Entry, after.Entry, skipCounted}, "job": {before.Job, after.Job, skipCounted},
			"Space": {before.Space, after.Space, skipTenants},
		} {
			if n[0] == 0 || n[1] < n[0]+n[2] {
				t.Errorf("%s: %s %d is given after %d, want one that is %d further", name, what, n[1], n[0], n[2])
			}
		}
	}
}

// What SQLite counts is skipped, whatever tables there are.
func TestAllCountedTablesSkip(t *testing.T) {
	b := opened(t, Options{Path: newPlace(t).path})
	var tables []string
	err := b.writer.run("SELECT name FROM sqlite_schema WHERE type = 'table' AND sql LIKE '%AUTOINCREMENT%' AND name <> 'goose_db_version'", func(s *sqlite.Stmt) error {
		tables = append(tables, s.ColumnText(0))
		return nil
	})
	want := slices.Sorted(slices.Values(counted))
	if slices.Sort(tables); err != nil || !slices.Equal(tables, want) {
		t.Errorf("%q are counted and %q skip, %v", tables, want, err)
	}
}

// Whatever a backup was made with, and of whatever schema, it is restored whole,
// stays as it was, and what is made of it can be opened as ever.
func TestRestore(t *testing.T) {
	old, p := killed(t)
	old.run(func(*store.Store) {})
	for name, from := range map[string]*place{"backup": backupOf(t, p), "copy of a stopped one": old, "VACUUM INTO": vacuumedCopy(t, p)} {
		before, err := os.ReadFile(from.path)
		if err != nil {
			t.Fatal(err)
		}
		to := newPlace(t)
		made, err := from.restoreTo(to.path, nothingMore)
		if err != nil || made.Newest == 0 {
			t.Fatalf("%s: %+v, %v", name, made, err)
		}
		to.alone("carnet.db")
		if after, err := os.ReadFile(from.path); err != nil || string(after) != string(before) {
			t.Errorf("%s: the backup has changed, %v", name, err)
		}
		if n, want := to.holds(), from.left().holds(); n != want || n == 0 {
			t.Errorf("%s: %d changes, want %d", name, n, want)
		}
	}
}

// Backups of earlier versions are restored to a database of this one.
func TestRestoreOfEarlierSchemas(t *testing.T) {
	files, err := filepath.Glob("testdata/schema-*.db")
	if err != nil || len(files) < 6 {
		t.Fatalf("%d databases in testdata, %v", len(files), err)
	}
	for _, file := range files {
		to := newPlace(t)
		if _, err := (&place{t, file}).restoreTo(to.path, nothingMore); err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		b := opened(t, Options{Path: to.path})
		if n := sum(t, b.writer, "SELECT count(*) FROM sqlite_sequence WHERE seq >= 10000 AND name IN ('api_keys', 'registry_log', 'jobs', 'spaces')"); n != 4 {
			t.Errorf("%s: %d numbers were skipped", file, n)
		}
	}
	if _, err := (&place{t, "testdata/unreleased-1.db"}).restoreTo(newPlace(t).path, nothingMore); err == nil {
		t.Error("a backup from before the first release is restored")
	}
}

// What is done before is in the database from its first moment, and where it
// fails there is no database.
func TestDoneBeforeRestore(t *testing.T) {
	_, p := killed(t)
	from, to := backupOf(t, p), newPlace(t)
	failed := errors.New("it cannot be done now")
	called := 0
	_, err := from.restoreTo(to.path, func(context.Context, store.Backend) error {
		called++
		to.alone("carnet.db.partial", "carnet.db.partial-lock", "carnet.db.partial-shm", "carnet.db.partial-wal")
		return failed
	})
	if !errors.Is(err, failed) || called != 1 {
		t.Errorf("called %d times, %v", called, err)
	}
	to.alone()
	_, err = from.restoreTo(to.path, func(ctx context.Context, b store.Backend) error {
		creates(t, store.New(b, store.Options{Log: quietLog}), 1)
		return nil
	})
	if n := to.holds(); err != nil || n != 26 {
		t.Errorf("%d changes, %v; want 26", n, err)
	}
}

// Nothing is written over or mixed up, and what is no whole backup is refused, with
// a sentence; a backup is not touched by that, and nothing is left.
func TestRestoreRefuses(t *testing.T) {
	_, killedNow := killed(t)
	whole := backupOf(t, killedNow)
	for _, c := range []struct {
		name  string
		do    func(from, to *place)
		words string
	}{
		{"the database is there", func(_, to *place) { touch(t, to.path) }, "is there already"},
		{"a log", func(_, to *place) { touch(t, to.path+"-wal") }, "-wal lies beside"},
		{"an index of a log", func(_, to *place) { touch(t, to.path+"-shm") }, "-shm lies beside"},
		{"a journal", func(_, to *place) { touch(t, to.path+"-journal") }, "-journal lies beside"},
		{"a lock file", func(_, to *place) { touch(t, to.path+"-lock") }, "-lock lies beside"},
		{"a server", func(_, to *place) {
			s := to.open(Options{})
			to.t.Cleanup(func() { to.close(s) })
		}, "stop its server first"},
		{"no backup", func(from, _ *place) { from.remove("") }, "no such file"},
		{"an empty one", func(from, _ *place) { truncate(t, from.path, 0) }, "not a SQLite database"},
		{"something else", func(from, _ *place) { truncate(t, from.path, 0); touch(t, from.path) }, "not a SQLite database"},
		{"cut off", func(from, _ *place) { truncate(t, from.path, 10*pageSize) }, "shorter than it says"},
		{"damaged", func(from, _ *place) { damage(t, from.path) }, "damaged"},
		{"of another program", func(from, _ *place) { from.remove(""); vacuumNothing(t, from.path) }, "no database of Carnet"},
		{"a database with its log", func(from, _ *place) { killedNow.copy("", from.path); killedNow.copy("-wal", from.path+"-wal") }, "make a backup of it"},
		{"a folder", func(from, _ *place) {
			from.remove("")
			if err := os.Mkdir(from.path, 0o700); err != nil {
				t.Fatal(err)
			}
		}, "not a file"},
	} {
		t.Run(c.name, func(t *testing.T) {
			from, to := whole.left(), newPlace(t)
			c.do(from, to)
			had, _ := filepath.Glob(to.path + "*")
			_, err := from.restoreTo(to.path, func(context.Context, store.Backend) error {
				t.Error("it went on")
				return nil
			})
			if err == nil || !strings.Contains(err.Error(), c.words) {
				t.Errorf("it says %v", err)
			}
			if has, _ := filepath.Glob(to.path + "*"); !slices.Equal(has, had) {
				t.Errorf("there is %q, and was %q", has, had)
			}
		})
	}
}

func touch(t *testing.T, path string) {
	t.Helper()
	if err := os.WriteFile(path, []byte("what somebody keeps"), 0o600); err != nil {
		t.Fatal(err)
	}
}

// vacuumNothing makes a database that is none of ours.
func vacuumNothing(t *testing.T, path string) {
	t.Helper()
	touch(t, path)
	truncate(t, path, 0)
	c, err := openConn(path, copyPragmas)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(c.run("CREATE TABLE other (x)", nil), c.close()); err != nil {
		t.Fatal(err)
	}
}
