package book_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

// CONTRACT D25: the meta of a contact has its times, all ids that lead to it, and
// the contacts that are remembered as others.
func TestMeta(t *testing.T) {
	s := openShop(t)
	made := contact.TimeOf(time.Unix(0, s.now.Load()))
	kept, twin, other := s.create(t, emails("a@example.com")), s.create(t, emails("b@example.com")), s.create(t, emails("c@example.com"))
	s.now.Add(int64(time.Hour))
	w, err := s.Do(t.Context(), s.grant(), book.Terms{RequestID: "r"}, &contact.Merge{Survivor: kept.ID, Merged: []contact.ID{twin.ID}})
	if err != nil {
		t.Fatal(err)
	}
	merged := contact.TimeOf(time.Unix(0, s.now.Load()))
	s.now.Add(int64(time.Hour))
	suite.Commit(t, s.grants.Backend, s.grants.Lane(s.space.ID), &store.Save{
		PairsCome: []record.Pair{{Space: s.space.ID, Pair: contact.PairOf(other.ID, twin.ID)}},
	})
	want := book.Meta{Version: 2, Created: made, Updated: merged}
	if m, err := s.MetaWritten(t.Context(), s.grant(), &w); err != nil || !sameMeta(m, want) {
		t.Errorf("of the merge: %v, %+v; want %+v", err, m, want)
	}
	// What changes nothing tells when the last change was.
	w, err = s.Do(t.Context(), s.grant(), book.Terms{RequestID: "r2"}, &contact.Put{Ref: twin.ID, Patch: emails("a@example.com", "b@example.com")})
	if err != nil {
		t.Fatal(err)
	}
	if m, err := s.MetaWritten(t.Context(), s.grant(), &w); err != nil || w.Change.Op != 0 || !sameMeta(m, want) {
		t.Errorf("of a write that changes nothing: %v, %+v; want %+v", err, m, want)
	}
	c, err := s.Get(t.Context(), s.grant(), twin.ID)
	if err != nil {
		t.Fatal(err)
	}
	want.Aliases, want.DistinctFrom = []contact.ID{twin.ID}, []contact.ID{other.ID}
	if m, err := s.MetaNow(t.Context(), s.grant(), &c); err != nil || !sameMeta(m, want) {
		t.Errorf("of a read: %v, %+v; want %+v", err, m, want)
	}
	found, err := s.Sources(t.Context(), s.grant(), &c)
	if source := found[c.Values[contact.Emails][1].Oldest().Op]; err != nil || len(found) != 2 || source.Action != contact.ActionCreate || source.Actor.KeyName != s.key.Name {
		t.Errorf("its sources: %v, %+v", err, found)
	}

	g := s.grant()
	g.Key.Scopes = access.ScopesOf(access.Write)
	_, err = s.Meta(t.Context(), g, &c)
	wantCode(t, err, fault.Forbidden, "scope_missing")
	_, err = s.MetaNow(t.Context(), g, &c)
	wantCode(t, err, fault.Forbidden, "scope_missing")
	_, _, err = s.IDsNow(t.Context(), g, &c)
	wantCode(t, err, fault.Forbidden, "scope_missing")
	_, err = s.MetaWritten(t.Context(), g, &w)
	wantCode(t, err, fault.Forbidden, "scope_missing")
	_, err = s.MetaWritten(t.Context(), g, &book.Written{Entries: []contact.Entry{{}}})
	wantCode(t, err, fault.Forbidden, "scope_missing")
	_, err = s.Sources(t.Context(), g, &c)
	wantCode(t, err, fault.Forbidden, "scope_missing")
}

func sameMeta(a, b book.Meta) bool {
	return a.Version == b.Version && a.Created == b.Created && a.Updated == b.Updated &&
		slices.Equal(a.Aliases, b.Aliases) && slices.Equal(a.DistinctFrom, b.DistinctFrom)
}

// The newest changes of many contacts come in one look-up, each with what it did;
// none without the scope.
func TestEachHead(t *testing.T) {
	s := openShop(t)
	var made []contact.Contact
	for i := range 5 {
		made = append(made, s.create(t, emails(fmt.Sprintf("p%d@example.com", i))))
	}
	s.put(t, made[3].ID, "changed@example.com")
	page := s.list(t, book.List{PerPage: 4})
	told := map[contact.ID]contact.Change{}
	if err := s.EachHead(t.Context(), s.grant(), page.Contacts, func(ch *contact.Change) { told[ch.Contact] = *ch }); err != nil {
		t.Fatal(err)
	}
	if len(told) != 4 {
		t.Errorf("told of %d contacts", len(told))
	}
	for _, c := range page.Contacts {
		ch := told[c.ID]
		want := contact.ActionCreate
		if c.ID == made[3].ID {
			want = contact.ActionPut
		}
		if ch.Seq != c.Head || ch.Action != want || len(ch.Edits.Values[contact.Emails].Added()) != 1 {
			t.Errorf("contact %d: told %+v", c.ID, ch)
		}
	}
	blind := s.grant()
	blind.Key.Scopes = access.ScopesOf(access.Write)
	if err := s.EachHead(t.Context(), blind, page.Contacts, func(*contact.Change) { t.Error("told without the scope") }); err == nil {
		t.Error("read without the scope")
	}
}

// Many contacts come in one look-up, by any of their ids; what is deleted, another
// Space's or nobody's does not, and none without the scope.
func TestEachContact(t *testing.T) {
	s := openShop(t)
	ada, bob, gone := s.create(t, emails("ada@example.com")), s.create(t, emails("bob@example.com")), s.create(t, emails("gone@example.com"))
	for _, verb := range []contact.Verb{&contact.Merge{Survivor: ada.ID, Merged: []contact.ID{bob.ID}}, &contact.Delete{Ref: gone.ID}} {
		if _, err := s.Do(t.Context(), s.grant(), book.Terms{RequestID: fmt.Sprintf("%T", verb)}, verb); err != nil {
			t.Fatal(err)
		}
	}
	refs, told := []contact.ID{bob.ID, gone.ID, ada.ID, 999}, map[contact.ID]contact.ID{}
	err := s.EachContact(t.Context(), s.grant(), refs, func(ref contact.ID, c *contact.Contact) { told[ref] = c.ID })
	if err != nil || len(told) != 2 || told[bob.ID] != ada.ID || told[ada.ID] != ada.ID {
		t.Errorf("told %v, %v", told, err)
	}
	blind := s.grant()
	blind.Key.Scopes = access.ScopesOf(access.Write)
	err = s.EachContact(t.Context(), blind, refs, func(contact.ID, *contact.Contact) { t.Error("told without the scope") })
	wantCode(t, err, fault.Forbidden, "scope_missing")
}
