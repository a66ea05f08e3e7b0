package postgres

import (
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/checks/pgtest"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/jobs"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/model"
)

// Through PgBouncer in transaction mode, where each transaction may get another
// connection: random writes of many clients leave what the model says, and two
// servers beside each other lose nothing.
func TestThroughPgBouncer(t *testing.T) {
	through := pgtest.Bouncer(t, pgtest.NewTemplate(t, Migrate).Database(t))
	b := opened(t, Options{DSN: through, MaxConns: 60}) // more than the pooler has
	model.RandomWrites(t, b, 48, 750)

	servers := []*store.Store{storeOn(t, through), storeOn(t, through)}
	space := newSpace(t, servers[0])
	const each = 50
	var wg sync.WaitGroup
	for i, s := range servers {
		wg.Go(func() {
			for n := range each {
				if _, err := s.Do(bg, creation(space, fmt.Sprint("R", i, "-", n))); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if found := history(t, servers[0], space); len(found) != each*len(servers) {
		t.Errorf("%d writes in the history, want %d", len(found), each*len(servers))
	}
}

// The other ways of sending statements, which a DSN may ask for, give the same.
func TestExecModes(t *testing.T) {
	empty := pgtest.NewTemplate(t, Migrate)
	for _, mode := range []string{"cache_statement", "cache_describe", "describe_exec", "exec", "simple_protocol"} {
		t.Run(mode, func(t *testing.T) {
			b := opened(t, Options{DSN: pgtest.With(empty.Database(t), "default_query_exec_mode", mode)})
			model.RandomWrites(t, b, 4, 100)
		})
	}
}

// The keys in the table are those of the live contacts, no more and no less,
// after random writes and after the region of a Space has changed.
func TestMatchKeysAreThoseOfTheContacts(t *testing.T) {
	b := opened(t, Options{DSN: pgtest.NewTemplate(t, Migrate).Database(t)})
	regions := model.RandomWrites(t, b, 4, 500)
	s := store.New(b, store.Options{Log: slog.New(slog.DiscardHandler)}) // not closed: the backend is the test's
	compareKeys(t, b, s, regions)
	for space, region := range map[contact.SpaceID]string{1: "GB", 2: "", 3: "US"} {
		regions[space] = region
		if _, err := s.UpdateSpace(bg, access.Act{Who: "test"}, space, func(sp *access.Space) error { sp.Region = region; return nil }); err != nil {
			t.Fatal(err)
		}
	}
	at := time.Now()
	runner := jobs.New(s, jobs.Options{Clock: func() time.Time { at = at.Add(time.Minute); return at }})
	for n := 1; n > 0; {
		var err error
		if n, err = runner.Round(bg); err != nil {
			t.Fatal(err)
		}
	}
	compareKeys(t, b, s, regions)
}

func compareKeys(t *testing.T, b *Backend, s *store.Store, regions map[contact.SpaceID]string) {
	t.Helper()
	var have, want []string
	rows, err := b.reads.Query(bg, "SELECT format('%s %s %s %s', space_id, kind, key, id) FROM match_keys")
	if err != nil {
		t.Fatal(err)
	}
	err = collect(rows, &have, func() (text string, err error) { err = rows.Scan(&text); return text, err })
	if err != nil {
		t.Fatal(err)
	}
	for _, space := range slices.Sorted(maps.Keys(regions)) {
		live, err := b.List(bg, store.Listing{Space: space, Limit: 1 << 20})
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range live.Rows {
			c, ok, err := s.Get(bg, space, row.ID)
			if err != nil || !ok {
				t.Fatalf("a live contact cannot be read: %v, %v", ok, err)
			}
			for _, k := range contact.MatchKeys(&c, regions[space]) {
				want = append(want, fmt.Sprint(int(space), " ", int(k.Kind), " ", k.Text, " ", int64(c.ID)))
			}
		}
	}
	slices.Sort(have)
	slices.Sort(want)
	if len(want) < 100 {
		t.Errorf("only %d keys to compare", len(want))
	}
	if !slices.Equal(have, want) {
		t.Errorf("%d keys in the table, %d of contacts:\n%q\n%q", len(have), len(want), have, want)
	}
}
