package sqlite

import (
	"context"
	"errors"
	"path/filepath"
	"testing"

	"zombiezen.com/go/sqlite"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/store"
)

// FAULT A1: a read is interrupted when its context ends, wherever it is, and
// leaves its connection without a statement or a transaction in the middle, which
// would keep the log from being reset.
func TestReadsAreInterrupted(t *testing.T) {
	b := opened(t, Options{Path: filepath.Join(t.TempDir(), "carnet.db")})
	const rows = 1_000_000 // far more than may be
	many := `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 1000000) SELECT `
	for name, query := range map[string]string{
		"between its rows":    many + `i FROM n`,
		"before its only row": many + `count(*) FROM n`,
	} {
		for range 2 * b.Readers() {
			ctx, cancel := context.WithCancel(t.Context())
			seen := 0
			err := b.read(ctx, func(c *conn) error {
				if err := c.run(selectCreatedFrom, func(*sqlite.Stmt) error { return errors.New("no row is there") }, int64(1), int64(0)); err != nil {
					return err
				}
				if query == many+`count(*) FROM n` {
					cancel()
				}
				return c.run(query, func(*sqlite.Stmt) error {
					if seen++; seen == 10 {
						cancel()
					}
					return nil
				})
			})
			cancel()
			if !errors.Is(err, context.Canceled) || errors.Is(err, store.ErrBroken) || seen > rows/2 {
				t.Fatalf("%s: %v after %d rows", name, err, seen)
			}
		}
	}
	for range b.Readers() {
		err := b.read(t.Context(), func(c *conn) error {
			if !c.AutocommitEnabled() {
				t.Error("a transaction was left open")
			}
			return c.run(selectSettings, nil, int64(1))
		})
		if err != nil {
			t.Errorf("the next read: %v", err)
		}
	}
	if _, err := b.CreateSpace(t.Context(), access.Space{Name: "a", TimeZone: "UTC", Subscription: access.Active}, access.Entry{Act: access.Act{Who: "test"}}); err != nil {
		t.Fatal(err)
	}
	if _, done, err := b.writer.checkpoint("RESTART"); err != nil || !done {
		t.Errorf("the log cannot be reset: %v, %v", done, err)
	}
}

// FAULT A1: while all readers are taken, keys are found and the database answers;
// who waits for one of them ends with its context.
func TestKeysHaveAReader(t *testing.T) {
	b := opened(t, Options{Path: filepath.Join(t.TempDir(), "carnet.db")})
	for range b.Readers() {
		c := <-b.readers
		defer func() { b.readers <- c }()
	}
	ctx := t.Context()
	_, _, err1 := b.Grant(ctx, [32]byte{})
	_, err2 := b.Secret(ctx)
	_, err3 := b.Spaces(ctx)
	_, err4 := b.APIKeys(ctx)
	_, err5 := b.LastAt(ctx)
	if err := errors.Join(err1, err2, err3, err4, err5, b.Check(ctx)); err != nil {
		t.Error(err)
	}
	ended, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := b.Feed(ended, store.Stretch{Space: 1, Limit: 1}); !errors.Is(err, context.Canceled) {
		t.Errorf("who waits is told %v", err)
	}
}

// Jobs wait for each other alone, and nobody who is waited for waits for them.
func TestJobsHaveTheirReaders(t *testing.T) {
	b := opened(t, Options{Path: filepath.Join(t.TempDir(), "carnet.db")})
	behind := store.Behind(t.Context())
	ended, cancel := context.WithCancel(behind)
	cancel()
	feed := func(ctx context.Context) error {
		_, err := b.Feed(ctx, store.Stretch{Space: 1, Limit: 1})
		return err
	}
	take := func(from chan *conn) (back func()) {
		var all []*conn
		for range cap(from) {
			all = append(all, <-from)
		}
		return func() {
			for _, c := range all {
				from <- c
			}
		}
	}
	back := take(b.readers)
	if err := feed(behind); err != nil {
		t.Errorf("while all read, a job is told %v", err)
	}
	back()
	back = take(b.behindReaders)
	defer back()
	if err := feed(t.Context()); err != nil {
		t.Errorf("while jobs read, somebody is told %v", err)
	}
	if err := feed(ended); !errors.Is(err, context.Canceled) {
		t.Errorf("a job that waits is told %v", err)
	}
}
