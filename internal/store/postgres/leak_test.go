package postgres

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/carnet-project/carnet/internal/checks/pgtest"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/store"
)

// Every connection is cut again and again while all of them are in use. Neither a
// goroutine nor a connection is left behind, who is not served is told so, and
// what was answered, and nothing else, is there once.
func TestConnectionsCut(t *testing.T) {
	dsn := pgtest.NewTemplate(t, Migrate).Database(t)
	before := runtime.NumGoroutine()
	quiet := slog.New(slog.DiscardHandler)
	b, err := Open(bg, Options{DSN: dsn, Log: quiet})
	if err != nil {
		t.Fatal(err)
	}
	s := store.New(b, store.Options{Log: quiet})
	spaces := []contact.SpaceID{newSpace(t, s), newSpace(t, s), newSpace(t, s), newSpace(t, s)}
	other, err := pgx.Connect(bg, pgtest.With(dsn, "application_name", "other"))
	if err != nil {
		t.Fatal(err)
	}
	const cuts = `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'carnet'`
	const left = `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'carnet'`
	count := func(query string) (n int) {
		t.Helper()
		if err := other.QueryRow(bg, query).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	total, all := 0, 0
	var refused atomic.Int64
	for round := range 20 {
		var wg sync.WaitGroup
		for i, space := range spaces {
			for n := range 4 {
				wg.Go(func() {
					_, writeErr := s.Do(bg, creation(space, fmt.Sprint("R", round, "-", i, "-", n)))
					if writeErr != nil {
						refused.Add(1)
					}
					_, readErr := s.Feed(bg, store.FeedQuery{Space: space, Limit: 5})
					for _, err := range []error{writeErr, readErr} {
						// A connection that is cut while it is made is as if none could be had.
						if err != nil && fault.KindOf(err) != fault.Unavailable {
							t.Errorf("beside the cut: %v", err)
						}
					}
				})
			}
		}
		total += count(cuts)
		wg.Wait()
		if n := count(left); n > defaultMaxConns {
			t.Errorf("%d connections, want at most %d", n, defaultMaxConns)
		}
	}
	if total < 20 {
		t.Errorf("%d connections were cut: this test shows nothing", total)
	}
	for _, space := range spaces {
		found := history(t, s, space)
		all += len(found)
		for request, n := range found {
			if n != 1 {
				t.Errorf("%s is %d times in the history", request, n)
			}
		}
	}
	if want := 320 - int(refused.Load()); all != want || want < 160 {
		t.Errorf("%d writes in the history, %d were answered of 320", all, want)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	ctx, cancel := context.WithTimeout(bg, time.Minute)
	defer cancel()
	for ctx.Err() == nil && count(left) > 0 { // the server notices a little later
	}
	if n := count(left); n > 0 {
		t.Errorf("%d connections are left", n)
	}
	if err := other.Close(bg); err != nil {
		t.Error(err)
	}
	for ctx.Err() == nil && runtime.NumGoroutine() > before {
		runtime.Gosched()
	}
	if n := runtime.NumGoroutine(); n > before {
		stacks := make([]byte, 1<<16)
		t.Errorf("%d goroutines, %d before:\n%s", n, before, stacks[:runtime.Stack(stacks, true)])
	}
}
