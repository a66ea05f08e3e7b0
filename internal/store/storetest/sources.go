package storetest

import (
	"cmp"
	"reflect"
	"slices"
	"testing"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

var sourceTests = []suite.Test{
	{"entries of history are read by their numbers, those that are there", testChanges},
	{"contacts are read by any ids that lead to them, those that are there", testContacts},
	{"the ids that lead to a contact are all of them, in order, and its own Space's", testAliases},
}

// CONTRACT D3, D25.
func testChanges(t *testing.T, b store.Backend) {
	space, other := suite.NewSpace(t, b, ""), suite.NewSpace(t, b, "")
	kept := map[contact.SpaceID][]record.Change{}
	for _, of := range []contact.SpaceID{space, other} {
		var s store.Save
		for _, seq := range []contact.Seq{1, 2, 3, 5, 8, 13, 1<<40 - 1} {
			ch := changeOf(of, seq, contact.ID(10*seq))
			if seq == 3 {
				ch.Snapshot, ch.Reason = []byte(`{"doc":{}}`), "Zoë"
				ch.Seal()
			}
			s.Changes = append(s.Changes, ch)
		}
		kept[of] = s.Changes
		suite.Commit(t, b, b.Lane(of), &s)
	}
	for _, of := range []contact.SpaceID{space, other} {
		for _, asked := range [][]contact.Seq{
			nil, {1}, {4}, {8, 3, 5}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 1<<40 - 1},
			{-1, 0, 13, 14, 1 << 40, 1<<40 + 1, 1<<63 - 1, -1 << 63, contact.Seq(other)<<40 + 1, contact.Seq(space)<<40 | 1},
		} {
			var want []record.Change
			for _, ch := range kept[of] {
				if slices.Contains(asked, ch.Seq) {
					want = append(want, ch)
				}
			}
			rows, err := b.Changes(bg, of, asked)
			slices.SortFunc(rows, func(a, b record.Change) int { return cmp.Compare(a.Seq, b.Seq) })
			if err != nil || len(rows) != len(want) || len(want) > 0 && !reflect.DeepEqual(rows, want) {
				t.Errorf("Space %d, %v: %v, %+v\nwant %+v", of, asked, err, rows, want)
			}
		}
	}
}

// CONTRACT S6: many refs lead where each alone does.
func testContacts(t *testing.T, b store.Backend) {
	space, other := peopled(t, b)
	gone := rowOf(space, 12, 1, "Zoë")
	gone.State = contact.Deleted
	suite.Commit(t, b, b.Lane(space), &store.Save{
		Contacts:  []store.ContactSave{{Row: sealed(gone)}},
		Redirects: []store.Redirect{{Space: space, From: 4, To: 5}, {Space: space, From: 13, To: 12}},
	})
	for _, of := range []contact.SpaceID{space, other, other + 1} {
		for _, refs := range [][]contact.ID{
			nil, {1}, {4}, {7}, {5, 4}, {9, 8, 7, 6, 5, 4, 3, 2, 1, 10, 11, 12, 13}, {-1, 0, 2, contact.MaxID, 1<<63 - 1, -1 << 63},
		} {
			var want []store.Led
			for _, ref := range refs {
				row, ok, err := b.Contact(bg, of, ref)
				if err != nil {
					t.Fatal(err)
				}
				if ok {
					want = append(want, store.Led{Ref: ref, Row: row})
				}
			}
			slices.SortFunc(want, byRef)
			led, err := b.Contacts(bg, of, refs)
			slices.SortFunc(led, byRef)
			if err != nil || len(led) != len(want) || len(want) > 0 && !reflect.DeepEqual(led, want) {
				t.Errorf("Space %d, %v: %v, %+v\nwant %+v", of, refs, err, led, want)
			}
		}
	}
}

func byRef(a, b store.Led) int { return cmp.Compare(a.Ref, b.Ref) }

// CONTRACT D25.
func testAliases(t *testing.T, b store.Backend) {
	space, other := suite.NewSpace(t, b, ""), suite.NewSpace(t, b, "")
	lead := func(of contact.SpaceID, from, to contact.ID) {
		suite.Commit(t, b, b.Lane(of), &store.Save{Redirects: []store.Redirect{{Space: of, From: from, To: to}}})
	}
	want := func(of contact.SpaceID, id contact.ID, want ...contact.ID) {
		t.Helper()
		if ids, err := b.Aliases(bg, of, id); err != nil || !slices.Equal(ids, want) {
			t.Errorf("Space %d, contact %d: %v, %v; want %v", of, id, err, ids, want)
		}
	}
	want(space, 5)
	for _, from := range []contact.ID{90, 2, 70, contact.MaxID, 40} {
		lead(space, from, 5)
	}
	lead(space, 3, 6)
	lead(other, 4, 5) // no id is of two Spaces, but who knows what a caller asks for
	want(space, 5, 2, 40, 70, 90, contact.MaxID)
	want(space, 6, 3)
	want(other, 5, 4)
	want(space, 2)
	want(space, -1)
	lead(space, 6, 5) // and with it what led there
	want(space, 5, 2, 3, 6, 40, 70, 90, contact.MaxID)
	want(space, 6)
}
