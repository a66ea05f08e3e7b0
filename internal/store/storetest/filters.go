package storetest

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

var filterTests = []suite.Test{
	{"a list with a filter has what fits it, over all pages and both ways", testFilters},
	{"a list with a filter goes on where few of the rows looked at fit", testSparseFilter},
}

// today is the day from which the filters of these tests count ages.
const today = "2026-03-01"

// contents are what slots hold in these tests, and what conditions compare with.
var contents = map[contact.FieldKind][]string{
	contact.TextField:   {"Pro", "pro", "Pro plan", "professional", "Łódź", "łódź", "50%", "a_b", "例え"},
	contact.NumberField: {"0", "-1.5", "10", "9.25", "12345678901234567890.25", "12345678901234567890.5"},
	contact.DateField:   {"1000-01-01", "2026-02-28", today, "2026-03-02", "9999-12-31"},
}

// filterSlots has a slot of each kind, and another of text.
var filterSlots = []contact.Slot{1, 15, 16, 30}

// aCondition makes a condition of one of these slots.
func aCondition(r *rand.Rand) contact.Condition {
	pick := func(list []string) string { return list[r.IntN(len(list))] }
	c := contact.Condition{Slot: filterSlots[r.IntN(len(filterSlots))]}
	kind := c.Slot.Kind()
	c.Operator = kind.Operators()[r.IntN(len(kind.Operators()))]
	switch {
	case c.Operator == contact.AgeEqualTo, c.Operator == contact.AgeGreaterThan, c.Operator == contact.AgeLessThan:
		c.Value = pick([]string{"-1", "0", "1", "2"})
	case c.Operator == contact.Between:
		c.Value, c.End = pick(contents[kind]), pick(contents[kind])
	case c.Operator.Takes() != nil:
		c.Value = pick(contents[kind])
	}
	return c
}

// CONTRACT P5, D17: whatever the filter and the list, all pages together have the contacts
// that fit, each once and in the order of the list, and so they have backwards.
func testFilters(t *testing.T, b store.Backend) {
	r := suite.Seeded(t)
	space, other := suite.NewSpace(t, b, ""), suite.NewSpace(t, b, "")
	office := contact.MatchKey{Kind: contact.EmailKey, Text: "office@example.com"}
	people := map[contact.ID]contact.Contact{}
	keyed := map[contact.ID]bool{}
	for _, of := range []contact.SpaceID{space, other} {
		s := store.Save{Spaces: []store.SpaceRow{{Space: of, NextSeq: 100}}}
		for n := contact.ID(1); n <= 60; n++ {
			c := contact.Contact{ID: n + 100*contact.ID(of), Version: 1, Created: contact.Time(n), Head: contact.Seq(61 - n), Depth: 1}
			for _, slot := range filterSlots {
				if list := contents[slot.Kind()]; r.IntN(3) > 0 {
					c.Fields[slot.Index()] = contact.Value{Text: list[r.IntN(len(list))], Origins: []contact.Origin{{Contact: c.ID, Op: c.Head}}}
				}
			}
			if n%10 == 0 {
				c.State, c.Parent = contact.Merged, c.ID-1
			}
			row, err := record.EncodeContact(of, &c)
			if err != nil {
				t.Fatal(err)
			}
			s.Contacts = append(s.Contacts, store.ContactSave{Row: row})
			s.Changes = append(s.Changes, changeOf(of, c.Head, c.ID))
			if c.State == contact.Live && n%2 == 0 {
				s.KeysCome = append(s.KeysCome, record.MatchKey{Space: of, MatchKey: office, ID: c.ID})
				keyed[c.ID] = true
			}
			if of == space && c.State == contact.Live {
				people[c.ID] = c
			}
		}
		suite.Commit(t, b, b.Lane(of), &s)
	}
	s := suite.NewStore(t, b, store.Options{})
	found := 0
	for range 150 {
		q := store.Query{Space: space, Today: today}
		for range 1 + r.IntN(3) {
			q.Where = append(q.Where, aCondition(r))
		}
		if r.IntN(3) == 0 {
			q.Keys = []contact.MatchKey{office}
		}
		switch r.IntN(4) {
		case 0:
			q.UpdatedSince = 1
		case 1:
			q.LatestFirst = true
		}
		var want []contact.ID
		fits := q.Where.On(today)
		for id, c := range people {
			if fits(&c) && (q.Keys == nil || keyed[id]) {
				want = append(want, id)
			}
		}
		slices.Sort(want) // changes are numbered against the ids
		if !q.LatestFirst {
			slices.Reverse(want)
		}
		found += len(want)
		if n, exact, err := s.Count(bg, q); err != nil || n != len(want) || !exact {
			t.Fatalf("%+v: %v, %d are counted, exact %t; want %d", q, err, n, exact, len(want))
		}
		forth, back := pagesOf(t, s, q, 1+r.IntN(12))
		if !slices.Equal(forth, want) || !slices.Equal(back, want) {
			t.Fatalf("%+v: %v, and back %v; want %v", q, forth, back, want)
		}
	}
	if found < 150 {
		t.Errorf("only %d contacts were found", found)
	}
}

// pagesOf walks along a list to its end, and back to its beginning.
func pagesOf(t *testing.T, s *store.Store, q store.Query, limit int) (forth, back []contact.ID) {
	t.Helper()
	var ids []contact.ID
	visit := func(at store.Place) store.ListPage {
		page, err := s.List(bg, q, at, limit)
		if err != nil || len(page.Rows) > limit {
			t.Fatalf("%+v from %+v: %v, %d contacts", q, at, err, len(page.Rows))
		}
		ids = nil
		for i := range page.Rows {
			ids = append(ids, page.Rows[i].ID)
		}
		return page
	}
	page := visit(store.Place{})
	forth = append(forth, ids...)
	for page.Next != (store.Place{}) {
		page = visit(page.Next)
		forth = append(forth, ids...)
	}
	back = slices.Clone(ids)
	for page.Prev != (store.Place{}) {
		page = visit(page.Prev)
		back = append(slices.Clone(ids), back...)
	}
	return forth, back
}

// CONTRACT P5: a page that has looked at many rows is short or empty, and goes on.
func testSparseFilter(t *testing.T, b store.Backend) {
	space := suite.NewSpace(t, b, "")
	const people = store.MaxLookedAt + 50
	rare := map[contact.ID]bool{3: true, 51: true, people - 5: true}
	var s store.Save
	for id := contact.ID(1); id <= people; id++ {
		row := rowOf(space, id, 1, "Ada")
		if rare[id] {
			row.Doc = []byte(`{"names":["Ada"],"fields":{"1":"rare"}}`)
			row.Seal()
		}
		s.Contacts = append(s.Contacts, store.ContactSave{Row: row})
	}
	suite.Commit(t, b, b.Lane(space), &s)
	st := suite.NewStore(t, b, store.Options{})
	q := store.Query{Space: space, Where: contact.Filter{{Slot: 1, Operator: contact.EqualTo, Value: "RARE"}}}
	forth, back := pagesOf(t, st, q, 9)
	if want := []contact.ID{people - 5, 51, 3}; !slices.Equal(forth, want) || !slices.Equal(back, want) {
		t.Errorf("%v, and back %v", forth, back)
	}
	for _, c := range []struct {
		at    store.Place
		limit int
		want  []contact.ID
		next  int64
	}{
		{store.Place{}, 9, []contact.ID{people - 5, 51}, 51},
		{store.Place{}, 1, []contact.ID{people - 5}, people - 5},
		{store.Place{Mark: people - 5}, 9, []contact.ID{51}, people - 5 - store.MaxLookedAt},
		{store.Place{Mark: 51}, 9, []contact.ID{3}, 0},
	} {
		page, err := st.List(bg, q, c.at, c.limit)
		var ids []contact.ID
		for i := range page.Rows {
			ids = append(ids, page.Rows[i].ID)
		}
		if err != nil || !slices.Equal(ids, c.want) || page.Next != (store.Place{Mark: c.next}) {
			t.Errorf("%+v: %v, %v, on at %+v", c, err, ids, page.Next)
		}
	}
	for _, c := range []struct {
		q     store.Query
		n     int
		exact bool
	}{
		{q, 3, true},
		{store.Query{Space: space}, store.MaxCounted, false},
		{store.Query{Space: space, Deleted: true}, 0, true},
		{store.Query{Space: space, Where: contact.Filter{{Slot: 1, Operator: contact.Unknown}}}, store.MaxCounted, false},
	} {
		if n, exact, err := st.Count(bg, c.q); err != nil || n != c.n || exact != c.exact {
			t.Errorf("%+v: %v, %d are counted, exact %t; want %d, %t", c.q, err, n, exact, c.n, c.exact)
		}
	}
	q.Where[0].Value = "nobody"
	page, err := st.List(bg, q, store.Place{}, 9)
	if err != nil || len(page.Rows) != 0 || page.Next != (store.Place{Mark: 51}) {
		t.Errorf("nobody: %v, %d contacts, on at %+v", err, len(page.Rows), page.Next)
	}
}
