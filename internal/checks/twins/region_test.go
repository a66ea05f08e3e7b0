package twins

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/jobs"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

// isBusy tells whether an answer is the 503 that invites to send it again.
func isBusy(err error) bool {
	e, ok := errors.AsType[*fault.Error](err)
	return ok && e.Kind == fault.Unavailable && e.Code == "database_busy" && e.RetryAfter > 0
}

// The region of a Space changes, again and again, while others write to it. What
// was answered is there once, what was refused is not, and every contact is
// found by its phones as they are under the last region, and only so.
func TestRegionChangesBesideWrites(t *testing.T) {
	t.Parallel()
	const people, clients, writes = 300, 6, 20
	w := newTown(t, 3)
	texts := []string{"(206) 555-0101", "020 7946 0101", "+1 206 555 0102"}
	var mu sync.Mutex
	answers := map[string]error{}
	create := func(s *server, i int) {
		p, as := patch(contact.Phones, texts[i%len(texts)], fmt.Sprintf("020 7946 %04d", i)), by()
		_, err := s.Do(bg, w.grant, as, &contact.Create{Patch: p})
		mu.Lock()
		defer mu.Unlock()
		answers[as.RequestID] = err
	}
	var wg sync.WaitGroup
	for i := range people {
		wg.Go(func() { create(w.servers[0], i) })
	}
	wg.Wait()
	var stop atomic.Bool
	for n := range clients {
		wg.Go(func() {
			for i := n; !stop.Load() && i < clients*writes; i += clients {
				create(w.servers[n%2], i)
			}
		})
	}
	for _, region := range []string{"GB", "US", "", "GB"} {
		_, err := w.servers[2].UpdateSpace(bg, "test", w.grant.Space.ID, func(s *access.Space) error { s.Region = region; return nil })
		if err != nil {
			t.Error(err)
		}
		w.doJobs(t)
	}
	stop.Store(true)
	wg.Wait()
	found := map[string]int{}
	for _, ch := range w.history(t, w.servers[0]) {
		found[ch.RequestID]++
	}
	busy := 0
	for request, err := range answers {
		switch n := found[request]; {
		case err == nil && n != 1:
			t.Errorf("%s was answered and is %d times in the history", request, n)
		case err != nil && (n != 0 || !isBusy(err)):
			t.Errorf("%s was answered %v and is %d times in the history", request, err, n)
		case err != nil:
			busy++
		}
	}
	t.Logf("%d writes, of which %d were told that the database is busy", len(answers), busy)
	checkKeys(t, w, "GB", "US")
}

// doJobs has two servers at once do the jobs of the Space, until all are closed: one with
// a clock that is ahead by more than a step of the other's is believed in, so that steps
// are done twice, too. Meanwhile a contact is found by its phone.
func (w *town) doJobs(t *testing.T) {
	t.Helper()
	p := patch(contact.Phones, "(206) 555-0199")
	c, err := w.servers[0].Do(bg, w.grant, by(), &contact.Create{Patch: p})
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for n, s := range w.servers[:2] {
		clock := func() time.Time { return time.Now().Add(time.Duration(n) * 31 * time.Second) }
		runner := jobs.New(s.store, jobs.Options{Log: quiet, Clock: clock})
		wg.Go(func() {
			for {
				if _, err := runner.Round(bg); err != nil && !isBusy(err) {
					t.Error(err)
				}
				space, _, _, err := s.store.SpaceNow(bg, w.grant.Space.ID)
				if err != nil {
					t.Error(err)
					return
				}
				g := w.grant
				g.Space = space
				page, err := s.List(bg, g, &book.List{Phone: "(206) 555-0199", PerPage: 10})
				now, _, _, err2 := s.store.SpaceNow(bg, w.grant.Space.ID)
				if now.Rekeying == space.Rekeying && (err != nil || err2 != nil || len(page.Contacts) != 1 || page.Contacts[0].ID != c.Contact.ID) {
					t.Errorf("while it is %+v: found %d contacts, %v", space.Rekeying, len(page.Contacts), err)
				}
				if space.Rekeying.Phase == access.NotRekeying {
					return
				}
			}
		})
	}
	wg.Wait()
	if _, err := w.servers[0].Do(bg, w.grant, by(), &contact.Delete{Ref: c.Contact.ID}); err != nil {
		t.Error(err)
	}
}

// checkKeys compares who is found by the keys of a region, and by those that the
// phones would have under another one, with what the contacts hold.
func checkKeys(t *testing.T, w *town, region, other string) {
	t.Helper()
	b, space := w.servers[0].backend, w.grant.Space.ID
	live, err := b.List(bg, store.Listing{Space: space, Limit: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	want := map[contact.MatchKey][]contact.ID{}
	for _, row := range slices.Backward(live.Rows) {
		c, ok, err := w.servers[0].store.Get(bg, space, row.ID)
		if err != nil || !ok {
			t.Fatalf("contact %d: %v, %v", row.ID, ok, err)
		}
		for _, k := range contact.MatchKeys(&c, other) {
			want[k] = slices.Clip(want[k]) // nobody more, but to be looked for
		}
		for _, k := range contact.MatchKeys(&c, region) {
			want[k] = append(want[k], c.ID)
		}
	}
	for k, ids := range want {
		walk, err := b.List(bg, store.Listing{Space: space, Keys: []contact.MatchKey{k}, OldestFirst: true, Limit: 1 << 20})
		have := []contact.ID{}
		for i := range walk.Rows {
			have = append(have, walk.Rows[i].ID)
		}
		if err != nil || !slices.Equal(have, ids) {
			t.Errorf("%q finds %v, %v; want %v", k.Text, have, err, ids)
		}
	}
}

// While a region change holds the Space for long, its writes wait; after nine
// attempts they are answered 503 database_busy, and were not done. Other Spaces go
// on, and what still waits when the Space is free again is done.
func TestLongRegionChange(t *testing.T) {
	t.Parallel()
	w := newTown(t, 2)
	ended, attempts := make(chan error), make(chan int, 100)
	for _, s := range w.servers {
		var n atomic.Int64
		s.backend.SetHook(func(step suite.Step, _ *store.Save) error {
			if step == suite.AtSpaces {
				attempts <- int(n.Add(1))
			}
			return nil
		})
	}
	// A transaction of ours stands for the one that changes the region: it holds
	// the same row.
	conn, err := pgx.Connect(bg, w.dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(bg)
	lock := func() pgx.Tx {
		t.Helper()
		tx, err := conn.Begin(bg)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tx.Exec(bg, "SELECT FROM spaces WHERE space_id = $1 FOR UPDATE", int64(w.grant.Space.ID)); err != nil {
			t.Fatal(err)
		}
		return tx
	}
	send := func(s *server) {
		p := patch(contact.Names, "Waits")
		_, err := s.Do(bg, w.grant, by(), &contact.Create{Patch: p})
		ended <- err
	}
	tx := lock()
	for _, s := range w.servers {
		go send(s)
	}
	for n := range attempts { // the first time out
		if n == 2 {
			break
		}
	}
	other := w.grant
	if other.Space, err = w.servers[1].CreateSpace(bg, "test", access.Space{Name: "Example Other"}); err != nil {
		t.Fatal(err)
	}
	p := patch(contact.Names, "Goes on")
	if _, err := w.servers[1].Do(bg, other, by(), &contact.Create{Patch: p}); err != nil {
		t.Errorf("another Space: %v", err)
	}
	for range w.servers {
		if err := <-ended; !isBusy(err) {
			t.Errorf("answered %v, want database_busy", err)
		}
	}
	for len(attempts) > 0 {
		<-attempts
	}
	go send(w.servers[0])
	<-attempts
	<-attempts // the first one timed out
	if err := tx.Rollback(bg); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err != nil {
		t.Errorf("when the Space was free again: %v", err)
	}
	if n := len(w.history(t, w.servers[1])); n != 1 {
		t.Errorf("%d changes, want the one that was answered", n)
	}
}
