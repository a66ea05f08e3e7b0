package book_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
)

type ctx = context.Context

func emails(texts ...string) contact.Patch {
	var p contact.Patch
	p.Values[contact.Emails] = contact.List{Sent: true, Texts: texts}
	return p
}

func (s *shop) grant() access.Grant { return access.Grant{Key: s.key, Space: s.space} }

func (s *shop) create(t *testing.T, p contact.Patch) contact.Contact {
	t.Helper()
	w, err := s.Do(t.Context(), s.grant(), book.Terms{RequestID: "create"}, &contact.Create{Patch: p})
	if err != nil {
		t.Fatal(err)
	}
	return w.Contact
}

// Every use case checks its scope itself, whichever way in was taken.
func TestScopes(t *testing.T) {
	s := openShop(t)
	c := s.create(t, emails("a@example.com"))
	p := emails("b@example.com")
	g := s.grant()
	g.Key.Scopes = access.ScopesOf(access.Erase)
	_, err := s.Get(t.Context(), g, c.ID)
	wantCode(t, err, fault.Forbidden, "scope_missing")
	_, err = s.Do(t.Context(), g, book.Terms{RequestID: "r"}, &contact.Create{Patch: p})
	wantCode(t, err, fault.Forbidden, "scope_missing")
	_, err = s.Do(t.Context(), g, book.Terms{RequestID: "r"}, &contact.Put{Ref: c.ID, Patch: p})
	wantCode(t, err, fault.Forbidden, "scope_missing")
}

// CONTRACT D15, D22: a PUT that changes nothing has no change and keeps the
// version; it still answers the contact.
func TestPutThatChangesNothing(t *testing.T) {
	s := openShop(t)
	c := s.create(t, emails("a@example.com"))
	w, err := s.Do(t.Context(), s.grant(), book.Terms{RequestID: "r"}, &contact.Put{Ref: c.ID, Patch: emails("a@example.com")})
	if err != nil {
		t.Fatal(err)
	}
	if w.Change != (contact.ChangeID{}) || w.Contact.Version != 1 || w.Contact.ID != c.ID {
		t.Errorf("got change %v, version %d of contact %d", w.Change, w.Contact.Version, w.Contact.ID)
	}
}

// CONTRACT D22: who, why and by which request is kept.
func TestAttributionIsKept(t *testing.T) {
	s := openShop(t)
	c := s.create(t, emails("a@example.com"))
	by := book.Terms{RequestID: "req-7", Name: "Imports", Reason: "they moved"}
	w, err := s.Do(t.Context(), s.grant(), by, &contact.Put{Ref: c.ID, Patch: emails("b@example.com")})
	if err != nil {
		t.Fatal(err)
	}
	ch, ok, err := s.store.Change(t.Context(), s.space.ID, w.Change.Op)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	want := contact.Actor{KeyID: s.key.ID, KeyName: "test", Name: "Imports"}
	if ch.Actor != want || ch.Reason != "they moved" || ch.RequestID != "req-7" || ch.Action != contact.ActionPut {
		t.Errorf("got %+v", ch)
	}
}

// CONTRACT D20: clients that read, change and write with If-Match lose no
// update, however many there are.
func TestNoLostUpdateWithMatch(t *testing.T) {
	const writers, each = 16, 8
	s := openShop(t)
	c := s.create(t, emails("start@example.com"))
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for n := range each {
				s.addWithMatch(t, c.ID, fmt.Sprintf("w%d-%d@example.com", w, n))
			}
		})
	}
	wg.Wait()
	after, err := s.Get(t.Context(), s.grant(), c.ID)
	if err != nil {
		t.Fatal(err)
	}
	// At most MaxValues fit, so each writer replaces its own last value.
	if len(after.Values[contact.Emails]) != 1+writers || after.Version != 1+writers*each {
		t.Errorf("%d emails at version %d, want %d at %d", len(after.Values[contact.Emails]), after.Version, 1+writers, 1+writers*each)
	}
}

// addWithMatch puts text in the place of the writer's previous value, trying
// until no other writer came in between.
func (s *shop) addWithMatch(t *testing.T, id contact.ID, text string) {
	var writer, n int
	if _, err := fmt.Sscanf(text, "w%d-%d@", &writer, &n); err != nil {
		t.Error(err)
		return
	}
	for {
		c, err := s.Get(t.Context(), s.grant(), id)
		if err != nil {
			t.Error(err)
			return
		}
		var list []string
		for _, v := range c.Values[contact.Emails] {
			if v.Text != fmt.Sprintf("w%d-%d@example.com", writer, n-1) {
				list = append(list, v.Text)
			}
		}
		match := contact.Match{Set: true, Versions: []contact.Version{c.Version}}
		_, err = s.Do(t.Context(), s.grant(), book.Terms{RequestID: text},
			&contact.Put{Ref: id, Patch: emails(append(list, text)...), Match: match})
		if err == nil {
			return
		}
		if fault.KindOf(err) != fault.Stale {
			t.Error(err)
			return
		}
	}
}

// CONTRACT D6: an id in the body must lead where the path leads.
func TestBodyID(t *testing.T) {
	s := openShop(t)
	a, b := s.create(t, emails("a@example.com")), s.create(t, emails("b@example.com"))
	for id, ok := range map[contact.ID]bool{a.ID: true, b.ID: false, 999: false} {
		_, err := s.Do(t.Context(), s.grant(), book.Terms{RequestID: "r"},
			&contact.Put{Ref: a.ID, BodyID: id, Patch: emails("c@example.com")})
		if ok != (err == nil) {
			t.Errorf("id %d in the body of %d: %v", id, a.ID, err)
		}
		if !ok {
			wantCode(t, err, fault.Invalid, "id_mismatch")
		}
	}
}
