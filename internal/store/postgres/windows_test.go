package postgres

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/checks/pgtest"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
)

// Four servers, of which two have clocks that are wrong, are offered three times
// the figure in each of 20 windows: the sum that they admit is the figure.
func TestServersShareLimits(t *testing.T) {
	const limit, servers, clients, windows = 60, 4, 5, 20
	dsn := pgtest.NewTemplate(t, Migrate).Database(t)
	var backends [servers]*Backend
	for i := range backends {
		backends[i] = opened(t, Options{DSN: dsn})
	}
	space := newSpace(t, store.New(backends[0], store.Options{}))
	clock := func(server int) contact.Time {
		return contact.TimeOf(time.Now().Add(time.Duration(server-1) * time.Hour))
	}
	for window := range windows {
		var admitted, refused atomic.Int64
		var wg sync.WaitGroup
		for i, b := range backends {
			for range clients {
				wg.Go(func() {
					for range 3 * limit / servers / clients {
						var v access.Verdict
						err := b.UpdateWindow(bg, space, access.Update, clock(i), func(w access.Window, now contact.Time) access.Window {
							w, v = w.Take(now, limit)
							return w
						})
						switch {
						case err != nil:
							t.Error(err)
						case v.Allowed:
							admitted.Add(1)
						default:
							refused.Add(1)
							if v.RetryAfter <= 0 || v.RetryAfter > access.WindowLength {
								t.Errorf("try again after %v", v.RetryAfter)
							}
						}
					}
				})
			}
		}
		wg.Wait()
		if admitted.Load() != limit || refused.Load() != 2*limit {
			t.Errorf("window %d: %d admitted and %d refused, want %d and %d", window, admitted.Load(), refused.Load(), limit, 2*limit)
		}
		pass(t, backends[:], space, access.WindowLength)
	}
}

// pass lets time pass: the row is as old as it would be, and so is what each
// server remembers of it.
func pass(t *testing.T, backends []*Backend, space contact.SpaceID, d time.Duration) {
	t.Helper()
	if _, err := backends[0].counts.Exec(bg, `UPDATE limit_windows SET start = start - $2 WHERE space_id = $1`, int64(space), d.Microseconds()); err != nil {
		t.Fatal(err)
	}
	for _, b := range backends {
		for _, w := range b.windows.open {
			w.seen.Start -= contact.Time(d.Microseconds())
		}
	}
}

// What a window refuses as it was last seen is not asked for again.
func TestFullWindowAsksNobody(t *testing.T) {
	var sent tracer
	b := opened(t, Options{DSN: pgtest.NewTemplate(t, Migrate).Database(t), tracer: &sent})
	space := newSpace(t, store.New(b, store.Options{}))
	take := func(limit int) (v access.Verdict) {
		t.Helper()
		err := b.UpdateWindow(bg, space, access.Get, 0, func(w access.Window, now contact.Time) access.Window {
			w, v = w.Take(now, limit)
			return w
		})
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	count := func() int { return len(sent.sent[lockWindow]) }
	for i, step := range []struct {
		limit   int
		allowed bool
		asks    int
	}{
		{0, true, 0},                              // no limit
		{2, true, 1}, {2, true, 2}, {2, false, 2}, // full
		{1, false, 2}, {3, true, 3}, {3, false, 3}, // figures that change
	} {
		if v := take(step.limit); v.Allowed != step.allowed || count() != step.asks {
			t.Errorf("step %d: allowed %v after asking %d times, want %v after %d", i, v.Allowed, count(), step.allowed, step.asks)
		}
	}
}
