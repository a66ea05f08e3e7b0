package storetest

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

// What fills pages takes longest of what is about the backend alone.
var weightTests = []suite.Test{
	{"a list ends with the row with which it weighs as much as a page may", testPageBytes},
	{"a page of the log ends with the entry with which it weighs as much as it may", testEntryBytes},
	{"a page of plans, or of rows of one, ends with what fills it", testPlanBytes},
}

// Rows of a quarter of a page each, in letters of two bytes, and one that is
// more than a page. Every list ends with the row that fills it.
func testPageBytes(t *testing.T, b store.Backend) {
	space := suite.NewSpace(t, b, "")
	key := contact.MatchKey{Kind: contact.EmailKey, Text: "ada@example.com"}
	const rows, large = 8, 3 // the third row
	filler := func(weight int) []byte {
		return []byte(`{"a":"` + strings.Repeat("é", (weight-8)/2) + `"}`)
	}
	for n := 1; n <= rows; n++ {
		weight := store.MaxPageBytes / 4
		if n == large {
			weight = store.MaxPageBytes + 2
		}
		id, seq := contact.ID(n), contact.Seq(n)
		row := rowOf(space, id, 1, "Ada")
		row.Head, row.Origins = seq, []byte(`{}`)
		row.Doc = filler(weight - len(row.Origins))
		ch := changeOf(space, seq, id)
		ch.Prev = seq - 1
		ch.Reason, ch.Snapshot = "é", []byte(`{}`)
		ch.Edits = filler(weight - len(ch.Actor) - len(ch.Reason) - len(ch.Snapshot) - (len(ch.Actor) & 1))
		ch.Edits = append(ch.Edits, strings.Repeat(" ", len(ch.Actor)&1)...)
		if row.Weight() != weight || ch.Weight() != weight {
			t.Fatalf("row %d weighs %d, and its change %d; want %d", n, row.Weight(), ch.Weight(), weight)
		}
		suite.Commit(t, b, b.Lane(space), &store.Save{
			Contacts: []store.ContactSave{{Row: row}}, Changes: []record.Change{ch}, KeysCome: []record.MatchKey{{Space: space, MatchKey: key, ID: id}},
		})
	}
	list := func(l store.Listing) []contact.ID { // by id and by change is the same here
		t.Helper()
		l.Space = space
		found, err1 := b.List(bg, l)
		l.Keys = []contact.MatchKey{key}
		keyed, err2 := b.List(bg, l)
		updated, err3 := b.Updated(bg, store.Updates{
			Space: space, After: contact.Seq(l.After), Before: contact.Seq(l.Before), OldestFirst: l.OldestFirst, Limit: l.Limit,
		})
		ids := suite.IDs(found.Rows)
		if err1 != nil || err2 != nil || err3 != nil || !slices.Equal(ids, suite.IDs(keyed.Rows)) || !slices.Equal(ids, suite.IDs(updated.Rows)) {
			t.Errorf("%+v: %v, %v by key, %v by change; %v, %v, %v", l, ids, suite.IDs(keyed.Rows), suite.IDs(updated.Rows), err1, err2, err3)
		}
		return ids
	}
	for _, c := range []struct {
		after, before contact.ID
		forward       bool
		limit         int
		want          []contact.ID
	}{
		{0, 0, true, 100, []contact.ID{1, 2, 3}}, {2, 0, true, 100, []contact.ID{3}}, {3, 0, true, 100, []contact.ID{4, 5, 6, 7}},
		{3, 0, true, 4, []contact.ID{4, 5, 6, 7}}, {3, 0, true, 2, []contact.ID{4, 5}}, {7, 0, true, 100, []contact.ID{8}},
		{0, 0, false, 100, []contact.ID{8, 7, 6, 5}}, {0, 6, false, 100, []contact.ID{5, 4, 3}}, {0, 4, false, 100, []contact.ID{3}}, {0, 3, false, 100, []contact.ID{2, 1}},
	} {
		if got := list(store.Listing{After: c.after, Before: c.before, OldestFirst: c.forward, Limit: c.limit}); !slices.Equal(got, c.want) {
			t.Errorf("%+v: contacts %v", c, got)
		}
		var changes []record.Change
		var err error
		switch {
		case c.forward:
			var walk store.FeedWalk
			walk, err = b.Feed(bg, store.Stretch{Space: space, After: contact.Seq(c.after), Limit: c.limit})
			changes = walk.Rows
			sifted, err := b.Feed(bg, store.Stretch{Space: space, After: contact.Seq(c.after), Limit: c.limit, Only: store.ChangeFilter{KeyID: 1}})
			if err != nil || !reflect.DeepEqual(sifted.Rows, walk.Rows) || sifted.Cut != walk.Cut || sifted.Last != walk.Last {
				t.Errorf("%+v: %v, sifted %d changes to %d, cut %v; all are %d to %d, cut %v", c, err, len(sifted.Rows), sifted.Last, sifted.Cut, len(changes), walk.Last, walk.Cut)
			}
		case c.before == 0:
			changes, err = b.Chain(bg, space, rows, c.limit)
		default:
			changes, err = b.Chain(bg, space, contact.Seq(c.before)-1, c.limit)
		}
		if !c.forward {
			for _, only := range []store.ChangeFilter{{}, {KeyID: 1}} {
				walk, err2 := b.Feed(bg, store.Stretch{Space: space, Before: contact.Seq(c.before), NewestFirst: true, Limit: c.limit, Only: only})
				if err2 != nil || !reflect.DeepEqual(walk.Rows, changes) {
					t.Errorf("%+v: %v, downwards %d changes of %+v; the history has %d", c, err2, len(walk.Rows), only, len(changes))
				}
			}
		}
		if all, err := b.Changes(bg, space, []contact.Seq{1, 2, 3, 4, 5, 6, 7, 8}); err != nil || overweight(all) {
			t.Errorf("changes by their numbers: %v, %d of them", err, len(all))
		}
		got := []contact.ID{}
		for i := range changes {
			got = append(got, changes[i].Contact)
		}
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%+v: %v, changes %v", c, err, got)
		}
	}
}

// overweight tells of rows that do not end with the one with which they weigh as
// much as a page may.
func overweight(rows []record.Change) bool {
	total := 0
	for i := range rows {
		if total >= store.MaxPageBytes {
			return true
		}
		total += rows[i].Weight()
	}
	return total < store.MaxPageBytes
}
