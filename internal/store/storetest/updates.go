package storetest

import (
	"slices"
	"testing"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

var updateTests = []suite.Test{
	{"contacts come in the order of their newest changes, each once", testUpdated},
}

// CONTRACT P4, D17: every mixture of bounds gives what a plain filter gives.
func testUpdated(t *testing.T, b store.Backend) {
	space, other := suite.NewSpace(t, b, ""), suite.NewSpace(t, b, "")
	email := contact.MatchKey{Kind: contact.EmailKey, Text: "ada@example.com"}
	phone := contact.MatchKey{Kind: contact.PhoneKey, Text: "+15550100"}
	// Which contact each change is of. 3 is merged by its last one.
	history := []contact.ID{1, 2, 1, 3, 4, 2, 5, 1, 3, 4}
	heads := map[contact.ID]contact.Seq{}
	var s, o store.Save // of the one Space, and of the other
	for i, id := range history {
		s.Changes = append(s.Changes, changeOf(space, contact.Seq(i+1), id))
		o.Changes = append(o.Changes, changeOf(other, contact.Seq(i+1), id+100))
		heads[id] = contact.Seq(i + 1)
	}
	keys := map[contact.MatchKey][]contact.ID{email: {1, 2, 4}, phone: {2, 4, 5}}
	for id, head := range heads {
		row := rowOf(space, id, 1, "Ada")
		row.Head = head
		if id == 3 {
			row.State, row.Parent = contact.Merged, 1
		}
		s.Contacts = append(s.Contacts, store.ContactSave{Row: sealed(row)})
		row.Space, row.ID = other, id+100
		o.Contacts = append(o.Contacts, store.ContactSave{Row: row})
		for k, ids := range keys {
			if slices.Contains(ids, id) {
				s.KeysCome = append(s.KeysCome, record.MatchKey{Space: space, MatchKey: k, ID: id})
				o.KeysCome = append(o.KeysCome, record.MatchKey{Space: other, MatchKey: k, ID: id + 100})
			}
		}
	}
	suite.Commit(t, b, b.Lane(space), &s)
	suite.Commit(t, b, b.Lane(other), &o)

	want := func(u store.Updates) []contact.ID {
		list := []contact.ID{}
		for i, id := range history {
			seq := contact.Seq(i + 1)
			if heads[id] != seq || id == 3 || seq < u.Since || seq <= u.After || u.Before != 0 && seq >= u.Before ||
				id < u.FirstID || u.EndID != 0 && id >= u.EndID ||
				slices.ContainsFunc(u.Keys, func(k contact.MatchKey) bool { return !slices.Contains(keys[k], id) }) {
				continue
			}
			list = append(list, id)
		}
		if !u.OldestFirst {
			slices.Reverse(list)
		}
		return list[:min(u.Limit, len(list))]
	}
	for _, bounds := range [][3]contact.Seq{
		{}, {1, 0, 0}, {7, 0, 0}, {8, 0, 9}, {11, 0, 0}, {0, 6, 0}, {0, 0, 8}, {3, 6, 10}, {6, 3, 10}, {0, 10, 0}, {0, 0, 1}, {0, 1<<63 - 1, 0}, {0, 0, -1},
	} {
		for _, ids := range [][2]contact.ID{{}, {2, 0}, {0, 4}, {2, 5}, {5, 2}} {
			for _, k := range [][]contact.MatchKey{nil, {email}, {phone, email}, {{Kind: contact.PhoneKey, Text: email.Text}}} {
				for _, limit := range []int{2, 100} {
					for _, oldest := range []bool{false, true} {
						u := store.Updates{Space: space, Since: bounds[0], After: bounds[1], Before: bounds[2],
							FirstID: ids[0], EndID: ids[1], Keys: k, OldestFirst: oldest, Limit: limit}
						walk, err := b.Updated(bg, u)
						if have, want := suite.IDs(walk.Rows), want(u); err != nil || walk.Stopped != 0 || !slices.Equal(have, want) {
							t.Fatalf("%+v: %v, contacts %v, want %v", u, err, have, want)
						}
					}
				}
			}
		}
	}
}
