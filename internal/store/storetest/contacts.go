package storetest

import (
	"errors"
	"reflect"
	"testing"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

var contactTests = []suite.Test{
	{"a row comes back as it was saved", testRow},
	{"an id of another Space is no contact here", testOtherSpace},
	{"a row that is not as it was loaded is a conflict", testConflict},
	{"a new row does not replace one that exists", testNewRowExists},
	{"a rollback leaves no trace", testRollback},
	{"what is not committed is not seen", testUncommitted},
}

// rowOf makes a row of a contact that has nothing but a name.
func rowOf(space contact.SpaceID, id contact.ID, version contact.Version, name string) record.Contact {
	return sealed(record.Contact{
		Space: space, ID: id, Version: version, Created: 1, Head: contact.Seq(version), Depth: int64(version),
		Doc:     []byte(`{"names":["` + name + `"]}`),
		Origins: []byte(`{"from":[[1,1]],"names":[0]}`),
	})
}

// sealed gives a row with the checksum that is right for it.
func sealed(row record.Contact) record.Contact {
	row.Seal()
	return row
}

// stored reads a row both ways, outside and inside a transaction, and makes
// sure that they agree.
func stored(t *testing.T, b store.Backend, space contact.SpaceID, id contact.ID) (record.Contact, bool) {
	t.Helper()
	row, ok, err := b.Row(bg, space, id)
	if err != nil {
		t.Fatalf("Row: %v", err)
	}
	tx := suite.Begin(t, b, b.Lane(space))
	defer tx.Rollback()
	found, err := tx.Load(bg, &store.Wants{Rows: []store.ContactID{{Space: space, ID: id}}})
	if err != nil {
		t.Fatalf("Load: %v", err)
	}
	rows := found.Rows
	switch {
	case ok != (len(rows) == 1):
		t.Fatalf("contact %d: Row says %v, a transaction has %d rows", id, ok, len(rows))
	case ok && !reflect.DeepEqual(row, rows[0]):
		t.Fatalf("contact %d: Row gives %+v, a transaction %+v", id, row, rows[0])
	}
	return row, ok
}

func wantRow(t *testing.T, b store.Backend, want record.Contact) {
	t.Helper()
	if got, ok := stored(t, b, want.Space, want.ID); !ok || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v %+v\nwant %+v", ok, got, want)
	}
}

func testRow(t *testing.T, b store.Backend) {
	space := suite.NewSpace(t, b, "")
	live := record.Contact{
		Space: space, ID: contact.MaxID, Version: 1<<53 + 1, State: contact.Live, Created: -1,
		Head: 1<<40 - 1, Depth: 1<<53 + 1, Sum: 1<<32 - 1, Doc: []byte(`{}`), Origins: []byte(`{"from":[]}`),
	}
	merged := rowOf(space, 7, 3, `Zoë \" 👩‍👩‍👧`)
	merged.State, merged.Parent = contact.Merged, 9
	suite.Commit(t, b, b.Lane(space), &store.Save{Contacts: []store.ContactSave{{Row: live}, {Row: merged}}})
	wantRow(t, b, live)
	wantRow(t, b, merged) // reading it follows nothing

	next := live
	next.Version, next.Head, next.Depth, next.Sum = live.Version+1, 1, 2, 3
	next.State, next.Parent = contact.Merged, 7
	next.Doc, next.Origins = merged.Doc, merged.Origins
	suite.Commit(t, b, b.Lane(space), &store.Save{Contacts: []store.ContactSave{{Row: next, Loaded: live.Version, Moved: true}}})
	wantRow(t, b, next)
	wantRow(t, b, merged)
}

// CONTRACT D3, D4: reads, loads and saves are bound to the Space.
func testOtherSpace(t *testing.T, b store.Backend) {
	mine, theirs := suite.NewSpace(t, b, ""), suite.NewSpace(t, b, "")
	row := rowOf(theirs, 5, 1, "Theirs")
	suite.Commit(t, b, b.Lane(theirs), &store.Save{Contacts: []store.ContactSave{{Row: row}}})
	if _, ok := stored(t, b, mine, row.ID); ok {
		t.Error("it can be read")
	}
	tx := suite.Begin(t, b, b.Lane(mine))
	err := tx.Save(bg, &store.Save{Contacts: []store.ContactSave{{Row: rowOf(mine, row.ID, 2, "Mine"), Loaded: 1}}})
	tx.Rollback()
	if !errors.Is(err, store.ErrConflict) {
		t.Errorf("saving over it gives %v, want a conflict", err)
	}
	wantRow(t, b, row)
}

func testConflict(t *testing.T, b store.Backend) {
	space := suite.NewSpace(t, b, "")
	row, neighbour := rowOf(space, 5, 2, "As it is"), rowOf(space, 6, 1, "Neighbour")
	suite.Commit(t, b, b.Lane(space), &store.Save{Contacts: []store.ContactSave{{Row: row}}})
	for _, s := range []store.ContactSave{
		{Row: rowOf(space, 5, 2, "Stale"), Loaded: 1},
		{Row: rowOf(space, 5, 4, "From the future"), Loaded: 3},
		{Row: rowOf(space, 4, 2, "Never was"), Loaded: 1},
	} {
		tx := suite.Begin(t, b, b.Lane(space))
		err := tx.Save(bg, &store.Save{Contacts: []store.ContactSave{{Row: neighbour}, s}})
		tx.Rollback()
		if !errors.Is(err, store.ErrConflict) {
			t.Errorf("version %d of contact %d loaded: got %v, want a conflict", s.Loaded, s.Row.ID, err)
		}
		wantRow(t, b, row)
		for _, id := range []contact.ID{4, neighbour.ID} {
			if _, ok := stored(t, b, space, id); ok {
				t.Errorf("contact %d was saved beside the conflict", id)
			}
		}
	}
}

func testNewRowExists(t *testing.T, b store.Backend) {
	space, other := suite.NewSpace(t, b, ""), suite.NewSpace(t, b, "")
	row := rowOf(space, 5, 2, "As it is")
	suite.Commit(t, b, b.Lane(space), &store.Save{Contacts: []store.ContactSave{{Row: row}}})
	for _, s := range []contact.SpaceID{space, other} {
		tx := suite.Begin(t, b, b.Lane(s))
		err := tx.Save(bg, &store.Save{Contacts: []store.ContactSave{{Row: rowOf(s, 5, 1, "New")}}})
		certain := errors.Is(err, store.ErrConflict) || errors.Is(err, store.ErrRefused)
		switch {
		case err == nil && s == other:
			// Ids are unique in the installation because NewIDs gives none twice.
			// A backend whose Spaces lie apart cannot check that, and must keep
			// the rows apart.
			err = tx.Commit(bg)
		default:
			tx.Rollback()
		}
		if err != nil && !certain || err == nil && s == space {
			t.Errorf("got %v, want one that says: certainly not committed", err)
		}
	}
	wantRow(t, b, row)
}

// oneOfEach is a batch that writes to every table.
func oneOfEach(space contact.SpaceID, id contact.ID) *store.Save {
	key := record.MatchKey{Space: space, MatchKey: contact.MatchKey{Kind: contact.EmailKey, Text: "ada@example.com"}, ID: id}
	return &store.Save{
		Spaces:   []store.SpaceRow{{Space: space, NextID: id + 1, BlockEnd: id + 9, NextSeq: 2, LastAt: 77}},
		Contacts: []store.ContactSave{{Row: rowOf(space, id, 1, "Ada Example")}},
		Changes:  []record.Change{changeOf(space, 1, id)},
		KeysCome: []record.MatchKey{key},
	}
}

func testRollback(t *testing.T, b store.Backend) {
	space := suite.NewSpace(t, b, "")
	before := suite.Counters(t, b, space)
	for range 2 { // the second time, nothing of the first is in its way
		tx := suite.Begin(t, b, b.Lane(space))
		if err := tx.Save(bg, oneOfEach(space, 5)); err != nil {
			t.Fatal(err)
		}
		tx.Rollback()
		if _, ok := stored(t, b, space, 5); ok {
			t.Error("the contact is there")
		}
		if _, ok, err := b.Change(bg, space, 1); ok || err != nil {
			t.Errorf("the change: %v, %v", ok, err)
		}
		if after := suite.Counters(t, b, space); !reflect.DeepEqual(after, before) {
			t.Errorf("the counters are %+v, were %+v", after, before)
		}
	}
	suite.Commit(t, b, b.Lane(space), oneOfEach(space, 5)) // nor are its keys
}

func testUncommitted(t *testing.T, b store.Backend) {
	space := suite.NewSpace(t, b, "")
	seen := func() (contactThere, changeThere bool) {
		_, c, err1 := b.Contact(bg, space, 5)
		_, ch, err2 := b.Change(bg, space, 1)
		if err := errors.Join(err1, err2); err != nil {
			t.Fatal(err)
		}
		return c, ch
	}
	tx := suite.Begin(t, b, b.Lane(space))
	if err := tx.Save(bg, oneOfEach(space, 5)); err != nil {
		t.Fatal(err)
	}
	if c, ch := seen(); c || ch {
		t.Errorf("before the commit: contact %v, change %v", c, ch)
	}
	if err := tx.Commit(bg); err != nil {
		t.Fatal(err)
	}
	if c, ch := seen(); !c || !ch {
		t.Errorf("after the commit: contact %v, change %v", c, ch)
	}
}
