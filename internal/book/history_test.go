package book_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
)

func (s *shop) put(t *testing.T, id contact.ID, text string) book.Written {
	t.Helper()
	w, err := s.Do(t.Context(), s.grant(), book.Terms{RequestID: "put " + text}, &contact.Put{Ref: id, Patch: emails(text)})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// allChanges walks a contact's history by its cursors.
func (s *shop) allChanges(t *testing.T, id contact.ID, perPage int) (all []contact.Change, last book.HistoryPage) {
	t.Helper()
	for cursor := ""; ; {
		page, err := s.Changes(t.Context(), s.grant(), &book.History{Ref: id, Cursor: cursor, PerPage: perPage})
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, page.Changes...)
		if page.Next == "" {
			return all, page
		}
		cursor = page.Next
	}
}

// CONTRACT D22: replaying a contact's history from nothing gives its present
// state, merges included.
func TestReplay(t *testing.T) {
	s := openShop(t)
	a, b := s.create(t, emails("a@example.com")), s.create(t, emails("b@example.com"))
	for i := range 70 { // past two snapshots
		s.put(t, a.ID, fmt.Sprintf("a%d@example.com", i))
		if i%20 == 0 {
			s.put(t, b.ID, fmt.Sprintf("b%d@example.com", i))
		}
	}
	s.merge(t, a.ID, b.ID)
	s.put(t, b.ID, "after@example.com")
	now, err := s.Get(t.Context(), s.grant(), a.ID)
	if err != nil {
		t.Fatal(err)
	}
	changes, _ := s.allChanges(t, a.ID, 9)
	slices.Reverse(changes)
	replayed := contact.Contact{ID: a.ID}
	for i := range changes {
		replayed = changes[i].Edits.Forward(replayed)
		if snap := changes[i].Snapshot; snap != nil {
			if e := contact.Diff(&replayed, snap); !e.Empty() {
				t.Fatalf("the snapshot of version %d is not what the changes lead to", changes[i].Version)
			}
		}
	}
	if e := contact.Diff(&replayed, &now); !e.Empty() || len(changes) != int(now.Depth) {
		t.Errorf("%d changes, depth %d, difference %+v", len(changes), now.Depth, e)
	}
}

// A history walked back from its end gives the same pages.
func TestHistoryBack(t *testing.T) {
	s := openShop(t)
	c := s.create(t, emails("a@example.com"))
	for i := range 100 {
		s.put(t, c.ID, fmt.Sprintf("a%d@example.com", i))
	}
	forth, page := s.allChanges(t, c.ID, 8)
	if len(forth) != 101 || forth[0].Version != 101 || forth[100].Version != 1 {
		t.Fatalf("%d changes, from version %d to %d", len(forth), forth[0].Version, forth[len(forth)-1].Version)
	}
	back := page.Changes
	for page.Prev != "" {
		var err error
		if page, err = s.Changes(t.Context(), s.grant(), &book.History{Ref: c.ID, Cursor: page.Prev, PerPage: 8}); err != nil {
			t.Fatal(err)
		}
		back = append(slices.Clone(page.Changes), back...)
	}
	versions := func(list []contact.Change) (out []contact.Version) {
		for _, ch := range list {
			out = append(out, ch.Version)
		}
		return out
	}
	if !slices.Equal(versions(back), versions(forth)) {
		t.Errorf("back: %v", versions(back))
	}
}

// CONTRACT D23: what may not be merged, and where that is said.
func TestMergeRefuses(t *testing.T) {
	s := openShop(t)
	a, b, c := s.create(t, emails("a@example.com")), s.create(t, emails("b@example.com")), s.create(t, emails("c@example.com"))
	s.merge(t, a.ID, b.ID)
	for _, test := range []struct {
		into, from contact.ID
		kind       fault.Kind
		code       fault.Code
	}{
		{a.ID, a.ID, fault.Invalid, "merge_self"},
		{a.ID, b.ID, fault.Invalid, "merge_self"},
		{b.ID, a.ID, fault.Invalid, "merge_self"},
		{b.ID, b.ID, fault.Invalid, "merge_self"},
		{a.ID, 999, fault.Invalid, "merged_not_found"},
		{999, a.ID, fault.NotFound, "contact_not_found"},
	} {
		_, err := s.Do(t.Context(), s.grant(), book.Terms{RequestID: "r"}, &contact.Merge{Survivor: test.into, Merged: []contact.ID{test.from}})
		wantCode(t, err, test.kind, test.code)
	}
	// By an alias on either side, in a chain.
	s.merge(t, c.ID, b.ID)
	for _, id := range []contact.ID{a.ID, b.ID, c.ID} {
		got, err := s.Get(t.Context(), s.grant(), id)
		if err != nil || got.ID != c.ID || len(got.Values[contact.Emails]) != 3 {
			t.Errorf("contact %d leads to %d with %d emails, %v", id, got.ID, len(got.Values[contact.Emails]), err)
		}
	}
}

// CONTRACT D22: a merge is one write, listed under both contacts.
func TestMergeIsOneWrite(t *testing.T) {
	s := openShop(t)
	a, b := s.create(t, emails("a@example.com")), s.create(t, emails("b@example.com"))
	w, err := s.Do(t.Context(), s.grant(), book.Terms{RequestID: "r"}, &contact.Merge{Survivor: a.ID, Merged: []contact.ID{b.ID}})
	if err != nil {
		t.Fatal(err)
	}
	page, err := s.Feed(t.Context(), s.grant(), &book.Feed{After: w.Change.Op - 1, PerPage: 10})
	feed := page.Changes
	if err != nil || len(feed) != 2 {
		t.Fatalf("%d entries, %v", len(feed), err)
	}
	if feed[0].Op != w.Change.Op || feed[1].Op != w.Change.Op || feed[0].Contact != a.ID || feed[1].Contact != b.ID {
		t.Errorf("got %+v and %+v", feed[0], feed[1])
	}
}

// CONTRACT D22: a reader who waits gets what comes, and nothing of another
// Space.
func TestFeedWaits(t *testing.T) {
	s := openShop(t)
	c := s.create(t, emails("a@example.com"))
	got := make(chan []contact.Change)
	go func() {
		page, err := s.Feed(t.Context(), s.grant(), &book.Feed{After: c.Head, PerPage: 10, Wait: time.Minute})
		if err != nil {
			t.Error(err)
		}
		got <- page.Changes
	}()
	s.put(t, c.ID, "b@example.com")
	if list := <-got; len(list) != 1 || list[0].Seq != c.Head+1 {
		t.Errorf("got %+v", list)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if list, err := s.Feed(ended, s.grant(), &book.Feed{After: c.Head + 1, PerPage: 10, Wait: time.Minute}); len(list.Changes) != 0 {
		t.Errorf("after the end: %+v, %v", list, err)
	}
	g := s.grant()
	g.Space = access.Space{ID: g.Space.ID + 1, Subscription: access.Active}
	if list, err := s.Feed(t.Context(), g, &book.Feed{PerPage: 10}); err != nil || len(list.Changes) != 0 {
		t.Errorf("another Space sees %+v, %v", list, err)
	}
}

// CONTRACT D19: a key that is revoked, or whose Space is closed, while it waits
// for news gets none that came afterwards.
func TestFeedOfARevokedKey(t *testing.T) { synctest.Test(t, testFeedOfARevokedKey) }

func testFeedOfARevokedKey(t *testing.T) {
	s := openShop(t)
	c := s.create(t, emails("a@example.com"))
	g, _, err := s.Enter(t.Context(), s.secret, access.List, access.Read)
	if err != nil {
		t.Fatal(err)
	}
	got := make(chan error)
	go func() {
		_, err := s.Feed(t.Context(), g, &book.Feed{After: c.Head, PerPage: 10, Wait: time.Minute})
		got <- err
	}()
	synctest.Wait() // it has read, and waits for news
	if _, err := s.store.UpdateKey(t.Context(), access.Act{Who: "test"}, s.key.ID, func(k *access.APIKey) error { k.Revoked = 1; return nil }); err != nil {
		t.Fatal(err)
	}
	s.now.Add(int64(time.Second))
	s.key, _ = s.makeKey(t, access.DefaultScopes) // another one writes
	s.put(t, c.ID, "b@example.com")
	wantCode(t, <-got, fault.Unauthenticated, fault.CodeKeyInvalid)
}

// Only so many readers of a Space wait at once; the others are answered without,
// so that nobody else has to wait for a place.
func TestFeedWaitersAreBounded(t *testing.T) {
	s := openShop(t)
	c := s.create(t, emails("a@example.com"))
	ctx, cancel := context.WithCancel(t.Context())
	const readers = 100
	done := make(chan error, readers)
	for range readers {
		go func() {
			_, err := s.Feed(ctx, s.grant(), &book.Feed{After: c.Head, PerPage: 10, Wait: time.Hour})
			done <- err
		}()
	}
	for range readers - 64 { // these did not wait
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
	cancel()
	for range 64 {
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
}

// CONTRACT D22: what happened to a merged contact before it was merged can be
// read by its own id.
func TestOwnHistory(t *testing.T) {
	s := openShop(t)
	a, b := s.create(t, emails("a@example.com")), s.create(t, emails("b@example.com"))
	s.put(t, b.ID, "b2@example.com")
	s.merge(t, a.ID, b.ID)
	s.put(t, a.ID, "later@example.com")
	page, err := s.Changes(t.Context(), s.grant(), &book.History{Ref: b.ID, Own: true, PerPage: 10})
	if err != nil {
		t.Fatal(err)
	}
	var actions []contact.Action
	for _, ch := range page.Changes {
		if ch.Contact != b.ID {
			t.Errorf("an entry of contact %d", ch.Contact)
		}
		actions = append(actions, ch.Action)
	}
	if !slices.Equal(actions, []contact.Action{contact.ActionMerge, contact.ActionPut, contact.ActionCreate}) {
		t.Errorf("got %v", actions)
	}
}

// A page of large changes is shorter than asked for, forth and back, and a walk
// misses none.
func TestLargePages(t *testing.T) {
	s := openShop(t)
	c := s.create(t, emails("a@example.com"))
	for i := range 20 {
		var p contact.Patch
		p.Fields.Sent = true
		for slot := range 15 {
			p.Fields.Texts[slot] = fmt.Sprint(i) + strings.Repeat("😀", 10_000)
		}
		_, err := s.Do(t.Context(), s.grant(), book.Terms{RequestID: fmt.Sprint(i)}, &contact.Put{Ref: c.ID, Patch: p})
		if err != nil {
			t.Fatal(err)
		}
		s.create(t, named(p))
	}
	forth, last := s.allChanges(t, c.ID, 100)
	if len(forth) != 21 || last.Prev == "" {
		t.Fatalf("%d changes; the last page's way back is %q", len(forth), last.Prev)
	}
	n := len(last.Changes)
	for page := last; page.Prev != ""; n += len(page.Changes) {
		var err error
		if page, err = s.Changes(t.Context(), s.grant(), &book.History{Ref: c.ID, Cursor: page.Prev, PerPage: 100}); err != nil {
			t.Fatal(err)
		}
		if len(page.Changes) > 10 {
			t.Errorf("a page of %d large changes", len(page.Changes))
		}
	}
	if n != len(forth) {
		t.Errorf("%d changes on the way back", n)
	}
	listed := 0
	for page := s.list(t, book.List{}); ; page = s.list(t, book.List{Cursor: page.Next}) {
		if listed += len(page.Contacts); len(page.Contacts) > 10 {
			t.Errorf("a page of %d large contacts", len(page.Contacts))
		}
		if page.Next == "" {
			break
		}
	}
	if listed != 21 {
		t.Errorf("%d contacts listed", listed)
	}
	followed := 0
	for after := contact.Seq(0); ; {
		feed, err := s.Feed(t.Context(), s.grant(), &book.Feed{After: after, PerPage: 100})
		if err != nil {
			t.Fatal(err)
		}
		followed, after = followed+len(feed.Changes), feed.Last
		if !feed.More { // FAULT C2: a page that its weight cut short says that more follow
			break
		}
	}
	if followed != 41 {
		t.Errorf("%d changes followed", followed)
	}
}

// p2 makes a patch that creates a contact.
func named(p contact.Patch) contact.Patch {
	p.Values[contact.Names] = contact.List{Sent: true, Texts: []string{"Large"}}
	return p
}
