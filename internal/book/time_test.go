package book_test

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/store"
)

// CONTRACT D29: two versions lead to each other, in either order, over a merge too.
func TestDiff(t *testing.T) {
	s := openShop(t)
	a, b := s.create(t, emails("a@example.com")), s.create(t, emails("b@example.com"))
	for i := range 40 { // past a snapshot
		s.put(t, a.ID, fmt.Sprintf("a%d@example.com", i))
	}
	s.merge(t, a.ID, b.ID)
	for _, c := range []struct {
		ref      contact.ID
		from, to contact.Version
		before   string
		after    string
	}{
		{a.ID, 1, 2, "[a@example.com]", "[a0@example.com]"}, {a.ID, 41, 3, "[a39@example.com]", "[a1@example.com]"},
		{a.ID, 33, 42, "[a31@example.com]", "[a39@example.com b@example.com]"}, {b.ID, 42, 1, "[a39@example.com b@example.com]", "[b@example.com]"},
		{a.ID, 7, 7, "", ""},
	} {
		e, err := s.Diff(t.Context(), s.grant(), c.ref, c.from, c.to)
		before, after := "", ""
		if l := e.Values[contact.Emails]; l != nil {
			before, after = fmt.Sprint(texts(l.Before)), fmt.Sprint(texts(l.After))
		}
		if err != nil || before != c.before || after != c.after {
			t.Errorf("%+v: %v, from %s to %s", c, err, before, after)
		}
	}
	_, err := s.Diff(t.Context(), s.grant(), b.ID, 1, 41) // of a, when b was itself
	wantCode(t, err, fault.NotFound, "version_not_found")
}

func texts(values []contact.Value) (list []string) {
	for _, v := range values {
		list = append(list, v.Text)
	}
	return list
}

// CONTRACT D29: what is in the future nobody knows. The times of changes count as
// passed, however far behind them the clock is.
func TestMomentsToCome(t *testing.T) {
	s := openShop(t)
	at := func(add time.Duration) book.Moment {
		return book.Moment{At: contact.Time(s.now.Load()/1000) + contact.Time(add.Microseconds())}
	}
	get := func(ref contact.ID, m book.Moment) error {
		_, err := s.GetAt(t.Context(), s.grant(), ref, m)
		return err
	}
	wantCode(t, get(1, at(1)), fault.NotFound, "contact_not_found")
	wantCode(t, get(1, at(time.Microsecond)), fault.Invalid, "parameter_invalid") // there is no change at all
	c := s.create(t, emails("a@example.com"))
	if err := get(c.ID, at(0)); err != nil {
		t.Error(err)
	}
	wantCode(t, get(c.ID, at(time.Microsecond)), fault.Invalid, "parameter_invalid")
	s.now.Add(-int64(time.Hour)) // the clock is set back
	if err := get(c.ID, at(time.Hour)); err != nil {
		t.Error(err)
	}
	wantCode(t, get(c.ID, at(time.Hour+time.Microsecond)), fault.Invalid, "parameter_invalid")
}

// Every use case checks its scope itself.
func TestScopesOfThePast(t *testing.T) {
	s := openShop(t)
	c := s.create(t, emails("a@example.com"))
	g := s.grant()
	g.Key.Scopes = access.ScopesOf(access.Write)
	_, err := s.GetAt(t.Context(), g, c.ID, book.Moment{Version: 1})
	wantCode(t, err, fault.Forbidden, "scope_missing")
	_, err = s.Diff(t.Context(), g, c.ID, 1, 1)
	wantCode(t, err, fault.Forbidden, "scope_missing")
	_, err = s.Feed(t.Context(), g, &book.Feed{Latest: true})
	wantCode(t, err, fault.Forbidden, "scope_missing")
}

// CONTRACT D29: who waits with a filter waits on where others change something, is
// told where to go on in the end, and gets what fits at once.
func TestFeedWaitsForWhatFits(t *testing.T) { synctest.Test(t, testFeedWaitsForWhatFits) }

func testFeedWaitsForWhatFits(t *testing.T) {
	s := openShop(t)
	a, b := s.create(t, emails("a@example.com")), s.create(t, emails("b@example.com"))
	f := book.Feed{After: 2, Only: store.ChangeFilter{Contact: b.ID}, PerPage: 10, Wait: time.Minute}
	var page store.FeedPage
	ask := func() chan struct{} {
		done := make(chan struct{})
		go func() {
			defer close(done)
			var err error
			if page, err = s.Feed(t.Context(), s.grant(), &f); err != nil {
				t.Error(err)
			}
		}()
		synctest.Wait()
		return done
	}
	waits := func(done chan struct{}) {
		t.Helper()
		synctest.Wait()
		select {
		case <-done:
			t.Fatalf("it was answered: %+v", page)
		default:
		}
	}
	done := ask()
	s.put(t, a.ID, "a2@example.com")
	waits(done)
	s.merge(t, b.ID, s.create(t, emails("c@example.com")).ID) // 4, and 5 of b
	<-done
	if len(page.Changes) != 1 || page.Changes[0].Seq != 5 || page.Last != 6 {
		t.Errorf("got %+v", page)
	}
	f.After = page.Last
	done = ask()
	s.put(t, a.ID, "a3@example.com")
	waits(done)
	began := time.Now()
	<-done // its time is over
	if len(page.Changes) != 0 || page.Last != 7 || page.More || time.Since(began) != time.Minute {
		t.Errorf("after %v: %+v", time.Since(began), page)
	}
}

// What waiting cannot bring is not waited for.
func TestFeedThatEnds(t *testing.T) { synctest.Test(t, testFeedThatEnds) }

func testFeedThatEnds(t *testing.T) {
	s := openShop(t)
	c := s.create(t, emails("a@example.com"))
	now, began := contact.Time(s.now.Load()/1000), time.Now()
	for _, x := range []struct {
		f     book.Feed
		last  contact.Seq
		waits bool
	}{
		{book.Feed{Latest: true, Wait: time.Minute}, 1, false},
		{book.Feed{After: 1, Until: now, Wait: time.Minute}, 1, false},
		{book.Feed{After: 1, Until: now - 5, Wait: time.Minute}, 1, false},
		{book.Feed{After: 1, Until: now + 1, Wait: time.Minute}, 1, true},
		{book.Feed{After: 1, Since: now + 1, Wait: time.Minute}, 1, true},
	} {
		x.f.PerPage = 10
		page, err := s.Feed(t.Context(), s.grant(), &x.f)
		if took := time.Since(began); err != nil || len(page.Changes) != 0 || page.Last != x.last || (took > 0) != x.waits {
			t.Errorf("%+v: %v, %+v, after %v", x.f, err, page, took)
		}
		began = time.Now()
	}
	var seqs []contact.Seq
	s.put(t, c.ID, "b@example.com")
	for _, since := range []contact.Time{0, now, now + 1, now + 2} {
		page, err := s.Feed(t.Context(), s.grant(), &book.Feed{Since: since, PerPage: 10})
		if err != nil {
			t.Fatal(err)
		}
		seqs = append(seqs, contact.Seq(len(page.Changes)))
	}
	if !slices.Equal(seqs, []contact.Seq{2, 2, 1, 0}) {
		t.Errorf("since each moment there are %v changes", seqs)
	}
}
