package postgres

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/checks/pgtest"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
)

// Several servers write to the same Spaces at once: nothing that was answered
// is lost, nothing is there twice, and no history has a gap.
func TestServersBesideEachOther(t *testing.T) {
	dsn := pgtest.NewTemplate(t, Migrate).Database(t)
	servers := []*store.Store{storeOn(t, dsn), storeOn(t, dsn), storeOn(t, dsn)}
	spaces := []contact.SpaceID{newSpace(t, servers[0]), newSpace(t, servers[1])}
	const each = 60
	var wg sync.WaitGroup
	for i, s := range servers {
		for _, space := range spaces {
			wg.Go(func() {
				for n := range each {
					if _, err := s.Do(bg, creation(space, fmt.Sprint("R", i, "-", n))); err != nil {
						t.Error(err)
					}
				}
			})
		}
	}
	wg.Wait()
	for _, space := range spaces {
		found := history(t, servers[0], space)
		for request, n := range found {
			if n != 1 {
				t.Errorf("%s is %d times in the history", request, n)
			}
		}
		if len(found) != each*len(servers) {
			t.Errorf("%d writes in the history, want %d", len(found), each*len(servers))
		}
	}
}

// A batch that waited for the region to change must see the new one: it would
// save match keys by the old one otherwise.
func TestRegionAfterTheWait(t *testing.T) {
	dsn := pgtest.NewTemplate(t, Migrate).Database(t)
	b := opened(t, Options{DSN: dsn})
	space, err := b.CreateSpace(bg, access.Space{Name: "Example Ltd", TimeZone: "UTC", Subscription: access.Active, Region: "US"}, access.Entry{Act: access.Act{Who: "test"}})
	if err != nil {
		t.Fatal(err)
	}
	got := make(chan []store.SpaceRow, 1)
	_, err = b.UpdateSpace(bg, space.ID, func(s *access.Space) (store.WithSpace, error) {
		s.Region = "GB"
		go func() {
			defer close(got)
			tx, err := b.Begin(bg, b.Lane(space.ID))
			if err != nil {
				t.Error(err)
				return
			}
			defer tx.Rollback()
			rows, err := tx.Spaces(bg, []contact.SpaceID{space.ID})
			if err != nil {
				t.Error(err)
			}
			got <- rows
		}()
		for waits := 0; waits == 0; { // until it does wait for the row
			err := b.reads.QueryRow(bg, `SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`).Scan(&waits)
			if err != nil {
				return store.WithSpace{}, err
			}
		}
		return store.WithSpace{}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if rows := <-got; len(rows) != 1 || rows[0].Region != "GB" {
		t.Errorf("it sees %+v, want the region GB", rows)
	}
}

// After a commit whose outcome is not known, whoever asks waits until the old
// transaction has ended.
func TestSavedWaits(t *testing.T) {
	dsn := pgtest.NewTemplate(t, Migrate).Database(t)
	b := opened(t, Options{DSN: dsn})
	space, err := b.CreateSpace(bg, access.Space{Name: "Example Ltd", TimeZone: "UTC", Subscription: access.Active}, access.Entry{Act: access.Act{Who: "test"}})
	if err != nil {
		t.Fatal(err)
	}
	mark := store.Mark{Space: space.ID, Seq: 1, RequestID: "r1"}
	for _, commit := range []bool{false, true} {
		tx, err := b.begin(bg)
		if err != nil {
			t.Fatal(err)
		}
		_, err = tx.Spaces(bg, []contact.SpaceID{space.ID})
		row := record.Change{Space: space.ID, Seq: 1, Op: 1, Contact: 1, Version: 1, RequestID: "r1", Actor: []byte("{}"), Edits: []byte("{}")}
		if err := errors.Join(err, tx.Save(bg, &store.Save{Changes: []record.Change{row}})); err != nil {
			tx.Rollback()
			t.Fatal(err)
		}
		if saved, err := b.Saved(bg, mark); !errors.Is(err, store.ErrConflict) || saved {
			t.Errorf("while it is open: %v, %v; want to be told to ask again", saved, err)
		}
		if commit {
			if err := tx.Commit(bg); err != nil {
				t.Fatal(err)
			}
		} else {
			tx.Rollback()
		}
		if saved, err := b.Saved(bg, mark); err != nil || saved != commit {
			t.Errorf("after its end: %v, %v; want %v", saved, err, commit)
		}
	}
}

// What a transaction must have, whatever the defaults of the database are.
func TestTransactionSettings(t *testing.T) {
	dsn := pgtest.NewTemplate(t, Migrate).Database(t)
	b := opened(t, Options{DSN: dsn})
	for _, weak := range []string{"synchronous_commit = off", "default_transaction_isolation = 'repeatable read'"} {
		if _, err := b.writes.Exec(bg, "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET "+escape(weak)+"', current_database()); END $$"); err != nil {
			t.Fatal(err)
		}
	}
	after := opened(t, Options{DSN: dsn}) // defaults hold from the next connection on
	show := func(text string) (value string) {
		t.Helper()
		tx, err := after.begin(bg)
		if err != nil {
			t.Fatal(err)
		}
		defer tx.Rollback()
		if _, err := tx.Spaces(bg, []contact.SpaceID{1}); err != nil {
			t.Fatal(err)
		}
		if err := tx.conn.QueryRow(bg, "SELECT current_setting($1)", text).Scan(&value); err != nil {
			t.Fatal(err)
		}
		return value
	}
	for name, want := range map[string]string{
		"synchronous_commit": "on", "transaction_isolation": "read committed", "lock_timeout": lockTimeout, "idle_in_transaction_session_timeout": idleTimeout,
	} {
		if got := show(name); got != want {
			t.Errorf("%s is %q in a transaction, want %q", name, got, want)
		}
	}
	var got string
	if err := after.writes.QueryRow(bg, "SELECT current_setting('synchronous_commit')").Scan(&got); err != nil || got != "off" {
		t.Errorf("outside it is %q, %v: this test shows nothing", got, err)
	}
}

func escape(text string) string {
	out := ""
	for _, r := range text {
		if r == '\'' {
			out += "'"
		}
		out += string(r)
	}
	return out
}

// The server is killed under load, as by a power cut, and starts anew. What was
// answered is there once, what was refused is not, and nothing else is.
func TestServerKilled(t *testing.T) {
	c := pgtest.Start(t, pgtest.Options{Fsync: true})
	if err := Migrate(bg, c.DSN("")); err != nil {
		t.Fatal(err)
	}
	s := storeOn(t, c.DSN(""))
	spaces := []contact.SpaceID{newSpace(t, s), newSpace(t, s)}
	const clients, kills, between = 4, 3, 40
	var answered atomic.Int64
	var stop atomic.Bool
	var mu sync.Mutex
	answers := map[contact.SpaceID]map[string]error{spaces[0]: {}, spaces[1]: {}}
	var wg sync.WaitGroup
	for client := range clients {
		for _, space := range spaces {
			wg.Go(func() {
				for n := 0; !stop.Load(); n++ {
					request := fmt.Sprint("R", client, "-", n)
					_, err := s.Do(bg, creation(space, request))
					if err == nil {
						answered.Add(1)
					}
					mu.Lock()
					answers[space][request] = err
					mu.Unlock()
				}
			})
		}
	}
	for range kills {
		for target := answered.Load() + between; answered.Load() < target; {
			<-s.News(spaces[0])
		}
		if err := errors.Join(c.Kill(), c.Restart()); err != nil {
			t.Error(err)
			break
		}
	}
	for target := answered.Load() + between; answered.Load() < target && !t.Failed(); {
		<-s.News(spaces[0])
	}
	stop.Store(true)
	wg.Wait()
	refused, unknown := 0, 0
	for _, space := range spaces {
		found := history(t, s, space)
		for request, err := range answers[space] {
			n := found[request]
			delete(found, request)
			e, ours := errors.AsType[*fault.Error](err)
			switch {
			case err == nil && n != 1:
				t.Errorf("%s was answered and is %d times in the history", request, n)
			case ours && e.Code == "outcome_unknown":
				unknown++
			case err != nil && n != 0:
				t.Errorf("%s was refused with %v and is in the history", request, err)
			case err != nil && !ours:
				t.Errorf("%s: %v: want an answer that says to try again", request, err)
			case err != nil:
				refused++
			}
		}
		if len(found) > 0 {
			t.Errorf("nobody asked for %v", found)
		}
	}
	t.Logf("%d answered, %d refused, %d unknown", answered.Load(), refused, unknown)
}
