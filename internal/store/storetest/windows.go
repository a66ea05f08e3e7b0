package storetest

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

var windowTests = []suite.Test{
	{"a window is kept as it was left", testWindowKept},
	{"windows of Spaces and buckets are apart", testWindowsApart},
	{"requests at once are all counted", func(t *testing.T, b store.Backend) { windowsRace(t, b, b) }},
	{"a limit does not wait for a write", testWindowBesideWrite},
}

// updateWindow changes a window and gives what it was before.
func updateWindow(t *testing.T, b store.Backend, space contact.SpaceID, bucket access.Bucket, left access.Window) (was access.Window, now contact.Time) {
	t.Helper()
	err := b.UpdateWindow(bg, space, bucket, contact.TimeOf(time.Now()), func(w access.Window, n contact.Time) access.Window {
		was, now = w, n
		return left
	})
	if err != nil {
		t.Fatalf("UpdateWindow: %v", err)
	}
	return was, now
}

func testWindowKept(t *testing.T, b store.Backend) {
	space := suite.NewSpace(t, b, "")
	was, now := updateWindow(t, b, space, access.Update, access.Window{Start: 1_700_000_000_123_456, Used: access.MaxLimit})
	if was != (access.Window{}) {
		t.Errorf("at first it is %+v", was)
	}
	if away := time.Since(now.Std()).Abs(); away > time.Hour {
		t.Errorf("the time is %v, %v away", now.Std(), away)
	}
	was, later := updateWindow(t, b, space, access.Update, access.Window{})
	if was != (access.Window{Start: 1_700_000_000_123_456, Used: access.MaxLimit}) {
		t.Errorf("it came back as %+v", was)
	}
	if later < now {
		t.Errorf("the clock went back from %d to %d", now, later)
	}
	if was, _ = updateWindow(t, b, space, access.Update, access.Window{}); was != (access.Window{}) {
		t.Errorf("after it was emptied it is %+v", was)
	}
}

func testWindowsApart(t *testing.T, b store.Backend) {
	spaces := []contact.SpaceID{suite.NewSpace(t, b, ""), suite.NewSpace(t, b, "")}
	window := func(i, j int) access.Window { return access.Window{Start: 1, Used: 1 + 10*i + j} }
	for i, space := range spaces {
		for j, bucket := range access.Buckets {
			updateWindow(t, b, space, bucket, window(i, j))
		}
	}
	for i, space := range spaces {
		for j, bucket := range access.Buckets {
			if was, _ := updateWindow(t, b, space, bucket, access.Window{}); was != window(i, j) {
				t.Errorf("Space %d, bucket %s: %+v, want %+v", space, bucket, was, window(i, j))
			}
		}
	}
}

// windowsRace offers several times the figure of a limit at once, to each of
// some backends on one database. Exactly the figure is admitted (CONTRACT D18).
func windowsRace(t *testing.T, backends ...store.Backend) {
	const limit, clients, each = 60, 8, 25
	space := suite.NewSpace(t, backends[0], "")
	var admitted atomic.Int64
	var wg sync.WaitGroup
	for _, b := range backends {
		for range clients {
			wg.Go(func() {
				for range each {
					var v access.Verdict
					err := b.UpdateWindow(bg, space, access.Get, contact.TimeOf(time.Now()), func(w access.Window, now contact.Time) access.Window {
						w, v = w.Take(now, limit)
						return w
					})
					if err != nil {
						t.Error(err)
						return
					}
					if v.Allowed {
						admitted.Add(1)
					}
				}
			})
		}
	}
	wg.Wait()
	if n := admitted.Load(); n != limit {
		t.Errorf("%d of %d requests were admitted, the limit is %d", n, clients*each*len(backends), limit)
	}
}

// A write that takes long holds its Space's counters; requests go on being
// counted meanwhile.
func testWindowBesideWrite(t *testing.T, b store.Backend) {
	space := suite.NewSpace(t, b, "")
	tx := suite.Begin(t, b, b.Lane(space))
	defer tx.Rollback()
	if _, err := tx.Spaces(bg, []contact.SpaceID{space}); err != nil {
		t.Fatal(err)
	}
	updateWindow(t, b, space, access.Update, access.Window{Start: 1, Used: 1})
}
