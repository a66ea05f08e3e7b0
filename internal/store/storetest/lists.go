package storetest

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

var listTests = []suite.Test{
	{"a list has live contacts of the Space in the order of their ids", testList},
	{"a list of deleted contacts has these alone", testListDeleted},
	{"contacts are found by their match keys, and by two at once", testListKeys},
	{"the first contact from an id on", testCreatedFrom},
	{"a chain gives the changes of one contact", testChain},
	{"redirects lead aliases on", testRedirects},
	{"what is not there is not loaded", testLoadNothing},
	{"servers share a secret", testSecret},
}

func wantList(t *testing.T, b store.Backend, l store.Listing, want ...contact.ID) {
	t.Helper()
	walk, err := b.List(bg, l)
	rows := walk.Rows
	if have := suite.IDs(rows); err != nil || walk.Stopped != 0 || !slices.Equal(have, append([]contact.ID{}, want...)) {
		t.Errorf("%+v: %v, contacts %v, want %v", l, err, have, want)
	}
	for i := range rows {
		wantRow(t, b, rows[i])
	}
}

// peopled saves contacts 1 to 9 in a Space: 4 is merged into 5, 7 is another
// Space's.
func peopled(t *testing.T, b store.Backend) (space, other contact.SpaceID) {
	t.Helper()
	space, other = suite.NewSpace(t, b, ""), suite.NewSpace(t, b, "")
	for id := contact.ID(1); id < 10; id++ {
		row := rowOf(space, id, 1, fmt.Sprint("Ada ", id))
		row.Created = contact.Time(id * 100)
		switch id {
		case 4:
			row.State, row.Parent = contact.Merged, 5
		case 7:
			row.Space = other
		}
		row.Seal()
		suite.Commit(t, b, b.Lane(row.Space), &store.Save{Contacts: []store.ContactSave{{Row: row}}})
	}
	return space, other
}

// CONTRACT P4, D23.
func testList(t *testing.T, b store.Backend) {
	space, other := peopled(t, b)
	wantList(t, b, store.Listing{Space: space, Limit: 100}, 9, 8, 6, 5, 3, 2, 1)
	wantList(t, b, store.Listing{Space: space, Limit: 100, OldestFirst: true}, 1, 2, 3, 5, 6, 8, 9)
	wantList(t, b, store.Listing{Space: space, Limit: 3}, 9, 8, 6)
	wantList(t, b, store.Listing{Space: space, Limit: 3, Before: 6}, 5, 3, 2)
	wantList(t, b, store.Listing{Space: space, Limit: 3, Before: 2}, 1)
	wantList(t, b, store.Listing{Space: space, Limit: 3, Before: 1})
	wantList(t, b, store.Listing{Space: space, Limit: 3, OldestFirst: true, After: 3}, 5, 6, 8)
	wantList(t, b, store.Listing{Space: space, Limit: 3, OldestFirst: true, After: 9})
	wantList(t, b, store.Listing{Space: space, Limit: 100, After: 2, Before: 8}, 6, 5, 3)
	wantList(t, b, store.Listing{Space: other, Limit: 100}, 7)
	wantList(t, b, store.Listing{Space: other + 1, Limit: 100})
}

// CONTRACT D31.
func testListDeleted(t *testing.T, b store.Backend) {
	space, other := peopled(t, b)
	for _, id := range []contact.ID{2, 3, 8} {
		row := rowOf(space, id, 2, fmt.Sprint("Ada ", id))
		row.State, row.Created = contact.Deleted, contact.Time(id*100)
		row.Seal()
		suite.Commit(t, b, b.Lane(space), &store.Save{Contacts: []store.ContactSave{{Row: row, Loaded: 1, Moved: true}}})
	}
	wantList(t, b, store.Listing{Space: space, Limit: 100}, 9, 6, 5, 1)
	deleted := func(l store.Listing) store.Listing { l.Space, l.Deleted = space, true; return l }
	wantList(t, b, deleted(store.Listing{Limit: 100}), 8, 3, 2)
	wantList(t, b, deleted(store.Listing{Limit: 100, OldestFirst: true}), 2, 3, 8)
	wantList(t, b, deleted(store.Listing{Limit: 2}), 8, 3)
	wantList(t, b, deleted(store.Listing{Limit: 2, Before: 8}), 3, 2)
	wantList(t, b, deleted(store.Listing{Limit: 2, After: 2, OldestFirst: true}), 3, 8)
	wantList(t, b, deleted(store.Listing{Limit: 2, After: 3, Before: 8}))
	wantList(t, b, store.Listing{Space: other, Deleted: true, Limit: 100})
}

// CONTRACT D17.
func testListKeys(t *testing.T, b store.Backend) {
	space, other := peopled(t, b)
	email := contact.MatchKey{Kind: contact.EmailKey, Text: "ada@example.com"}
	upper := contact.MatchKey{Kind: contact.EmailKey, Text: "Ada@example.com"}
	phone := contact.MatchKey{Kind: contact.PhoneKey, Text: "+15550100"}
	sameText := contact.MatchKey{Kind: contact.PhoneKey, Text: "ada@example.com"}
	var come []record.MatchKey
	for _, id := range []contact.ID{1, 3, 6, 9} {
		come = append(come, record.MatchKey{Space: space, MatchKey: email, ID: id})
	}
	for _, id := range []contact.ID{2, 3, 9} {
		come = append(come, record.MatchKey{Space: space, MatchKey: phone, ID: id})
	}
	come = append(come, record.MatchKey{Space: space, MatchKey: upper, ID: 8}, record.MatchKey{Space: space, MatchKey: sameText, ID: 5})
	suite.Commit(t, b, b.Lane(space), &store.Save{KeysCome: come})
	suite.Commit(t, b, b.Lane(other), &store.Save{KeysCome: []record.MatchKey{{Space: other, MatchKey: email, ID: 7}}})

	keys := func(k ...contact.MatchKey) store.Listing { return store.Listing{Space: space, Keys: k, Limit: 100} }
	wantList(t, b, keys(email), 9, 6, 3, 1)
	wantList(t, b, keys(upper), 8)
	wantList(t, b, keys(sameText), 5)
	wantList(t, b, keys(email, phone), 9, 3)
	wantList(t, b, keys(phone, email), 9, 3)
	wantList(t, b, keys(email, upper))
	wantList(t, b, keys(contact.MatchKey{Kind: contact.EmailKey, Text: "ada@example.co"}))
	wantList(t, b, store.Listing{Space: other, Keys: []contact.MatchKey{email}, Limit: 100}, 7)
	wantList(t, b, store.Listing{Space: space, Keys: []contact.MatchKey{email}, Limit: 2}, 9, 6)
	wantList(t, b, store.Listing{Space: space, Keys: []contact.MatchKey{email}, Limit: 2, Before: 6}, 3, 1)
	wantList(t, b, store.Listing{Space: space, Keys: []contact.MatchKey{email}, Limit: 2, After: 1, OldestFirst: true}, 3, 6)
	wantList(t, b, store.Listing{Space: space, Keys: []contact.MatchKey{email, phone}, Limit: 1, OldestFirst: true}, 3)

	gone := []record.MatchKey{{Space: space, MatchKey: email, ID: 3}, {Space: space, MatchKey: email, ID: 2}} // the second is not there
	suite.Commit(t, b, b.Lane(space), &store.Save{KeysGone: gone})
	wantList(t, b, keys(email), 9, 6, 1)
	wantList(t, b, keys(phone), 9, 3, 2)
}

func testCreatedFrom(t *testing.T, b store.Backend) {
	space, other := peopled(t, b)
	for from, want := range map[contact.ID]contact.ID{0: 1, 1: 1, 4: 5, 7: 8, 9: 9, 10: 0, contact.MaxID: 0} {
		id, at, ok, err := b.CreatedFrom(bg, space, from)
		if err != nil || ok != (want != 0) || id != want || at != contact.Time(want*100) {
			t.Errorf("from %d: %d, %d, %v, %v; want %d", from, id, at, ok, err, want)
		}
	}
	if _, _, ok, err := b.CreatedFrom(bg, other+1, 0); ok || err != nil {
		t.Errorf("in a Space that does not exist: %v, %v", ok, err)
	}
}

func testChain(t *testing.T, b store.Backend) {
	space := suite.NewSpace(t, b, "")
	var rows []record.Change
	for seq, prev := range map[contact.Seq]contact.Seq{1: 0, 2: 0, 3: 1, 4: 2, 5: 3, 6: 5} {
		row := changeOf(space, seq, contact.ID(prev))
		row.Prev = prev
		rows = append(rows, row)
	}
	suite.Commit(t, b, b.Lane(space), &store.Save{Changes: rows})
	for _, c := range []struct {
		from  contact.Seq
		limit int
		want  []contact.Seq
	}{
		{6, 100, []contact.Seq{6, 5, 3, 1}}, {6, 3, []contact.Seq{6, 5, 3}}, {3, 100, []contact.Seq{3, 1}},
		{4, 100, []contact.Seq{4, 2}}, {1, 100, []contact.Seq{1}},
	} {
		rows, err := b.Chain(bg, space, c.from, c.limit)
		var have []contact.Seq
		for _, row := range rows {
			have = append(have, row.Seq)
			wantChange(t, b, row)
		}
		if err != nil || !slices.Equal(have, c.want) {
			t.Errorf("from %d, at most %d: %v, %v; want %v", c.from, c.limit, err, have, c.want)
		}
	}
}

// CONTRACT S6: redirects lead aliases on, in their order, in their own Space.
func testRedirects(t *testing.T, b store.Backend) {
	space, other := suite.NewSpace(t, b, ""), suite.NewSpace(t, b, "")
	alias := func(space contact.SpaceID, id, to contact.ID) record.Contact {
		row := rowOf(space, id, 1, "Ada")
		row.State, row.Parent = contact.Merged, to
		return sealed(row)
	}
	redirect := func(space contact.SpaceID, from, to contact.ID) store.Redirect {
		return store.Redirect{Space: space, From: from, To: to}
	}
	live, theirs := rowOf(space, 9, 1, "Ada"), rowOf(other, 13, 1, "Ada")
	suite.Commit(t, b, b.Lane(space), &store.Save{
		Contacts:  []store.ContactSave{{Row: live}, {Row: alias(space, 1, 3)}, {Row: alias(space, 2, 3)}, {Row: alias(space, 4, 5)}, {Row: rowOf(space, 3, 1, "Ada")}, {Row: rowOf(space, 5, 1, "Ada")}},
		Redirects: []store.Redirect{redirect(space, 1, 3), redirect(space, 2, 3), redirect(space, 4, 5)},
	})
	suite.Commit(t, b, b.Lane(other), &store.Save{
		Contacts:  []store.ContactSave{{Row: theirs}, {Row: alias(other, 16, 3)}},
		Redirects: []store.Redirect{redirect(other, 16, 3)}, // which nothing should make
	})
	suite.Commit(t, b, b.Lane(space), &store.Save{
		Contacts:  []store.ContactSave{{Row: alias(space, 3, 5), Loaded: 1, Moved: true}, {Row: alias(space, 5, 9), Loaded: 1, Moved: true}},
		Redirects: []store.Redirect{redirect(space, 3, 5), redirect(space, 5, 9)},
	})
	all := []contact.ID{1, 2, 3, 4, 5, 9}
	for _, id := range all {
		if row, ok, err := b.Contact(bg, space, id); err != nil || !ok || !reflect.DeepEqual(row, live) {
			t.Errorf("%d leads to %v, %v, %+v", id, err, ok, row)
		}
		for _, foreign := range []contact.ID{13, 16} {
			if _, ok, err := b.Contact(bg, space, foreign); ok || err != nil {
				t.Errorf("an id of another Space leads somewhere: %v", err)
			}
		}
		if _, ok, err := b.Contact(bg, other, id); ok || err != nil {
			t.Errorf("%d leads somewhere in the other Space: %v", id, err)
		}
	}
	if _, ok, err := b.Contact(bg, other, 16); ok || err != nil {
		t.Errorf("an alias leads into another Space: %v", err)
	}
	wantLoaded(t, b, space, all, live)

	// Of what leads to 9, these lead to 3 again, and 3 is itself.
	suite.Commit(t, b, b.Lane(space), &store.Save{Redirects: []store.Redirect{{Space: space, To: 3, IDs: []contact.ID{1, 2}}}})
	for id, want := range map[contact.ID]contact.ID{1: 3, 2: 3, 3: 3, 4: 9, 5: 9, 9: 9} {
		if row, ok, err := b.Contact(bg, space, id); err != nil || !ok || row.ID != want {
			t.Errorf("%d leads to %d, %v, %v; want %d", id, row.ID, ok, err, want)
		}
	}
	if row, ok, err := b.Contact(bg, other, 3); ok || err != nil {
		t.Errorf("3 leads to %+v in another Space: %v", row, err)
	}
}

// wantLoaded loads by refs and their trees, in one transaction, and wants each to
// lead to a row, and its tree to hold all the others.
func wantLoaded(t *testing.T, b store.Backend, space contact.SpaceID, refs []contact.ID, to record.Contact) {
	t.Helper()
	var w store.Wants
	for _, id := range refs {
		w.Refs = append(w.Refs, store.ContactID{Space: space, ID: id})
	}
	w.Trees = w.Refs
	tx := suite.Begin(t, b, b.Lane(space))
	defer tx.Rollback()
	found, err := tx.Load(bg, &w)
	if err != nil || len(found.Refs) != len(refs) || len(found.Rows) != 0 {
		t.Fatalf("Load: %v, %d refs, %d rows", err, len(found.Refs), len(found.Rows))
	}
	for _, led := range found.Refs {
		if !slices.Contains(refs, led.Ref) || !reflect.DeepEqual(led.Row, to) {
			t.Errorf("%d leads to %+v", led.Ref, led.Row)
		}
	}
	if len(found.Trees) == 0 {
		t.Error("no tree")
	}
	for _, tree := range found.Trees {
		if tree.Space != space || tree.Root != to.ID || len(tree.Nodes) != len(refs)-1 {
			t.Errorf("the tree %+v", tree)
		}
		for _, n := range tree.Nodes {
			row, _, err := b.Row(bg, space, n.ID)
			if err != nil || n.Parent != row.Parent || n.Version != row.Version || n.Parent == 0 {
				t.Errorf("%+v of the tree: %v, %+v", n, err, row)
			}
		}
	}
}

// What is not there has no row; a tree of nothing has no nodes, and is there.
func testLoadNothing(t *testing.T, b store.Backend) {
	space, other := suite.NewSpace(t, b, ""), suite.NewSpace(t, b, "")
	suite.Commit(t, b, b.Lane(other), &store.Save{Contacts: []store.ContactSave{{Row: rowOf(other, 5, 1, "Theirs")}}})
	for _, id := range []contact.ID{5, 6, 0, -1, contact.MaxID} {
		asked := []store.ContactID{{Space: space, ID: id}}
		tx := suite.Begin(t, b, b.Lane(space))
		found, err := tx.Load(bg, &store.Wants{Refs: asked, Rows: asked, Trees: asked})
		tx.Rollback()
		if err != nil || len(found.Refs)+len(found.Rows) != 0 || len(found.Trees) != 1 || found.Trees[0].Root != id || len(found.Trees[0].Nodes) != 0 {
			t.Errorf("%d: %v, %+v", id, err, found)
		}
	}
}

func testSecret(t *testing.T, b store.Backend) {
	one, err1 := b.Secret(bg)
	two, err2 := b.Secret(bg)
	if err1 != nil || err2 != nil || len(one) < 32 || !bytes.Equal(one, two) {
		t.Errorf("%v, %v: %d bytes, the same again: %v", err1, err2, len(one), bytes.Equal(one, two))
	}
}
