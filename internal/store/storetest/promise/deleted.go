package promise

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

var deletedTests = []suite.Test{
	{"a list of deleted contacts says what deleted each, page by page and by creation time", testDeletedList},
}

// deleting is a write that deletes a contact.
func deleting(space contact.SpaceID, ref contact.ID) store.Write {
	return writing(space, &contact.Delete{Ref: ref})
}

// deletedOf walks a list of deleted contacts, and gives them with the writes that deleted
// them.
func deletedOf(t *testing.T, s *store.Store, q store.Query, perPage int) (ids []contact.ID, by []store.Deletion) {
	t.Helper()
	q.Deleted = true
	for at := (store.Place{}); ; {
		p, err := s.List(bg, q, at, perPage)
		if err != nil || len(p.Deletions) != len(p.Rows) {
			t.Fatalf("%v, %d contacts and %d deletions", err, len(p.Rows), len(p.Deletions))
		}
		for i := range p.Rows {
			ids, by = append(ids, p.Rows[i].ID), append(by, p.Deletions[i])
		}
		if at = p.Next; at == (store.Place{}) {
			return ids, by
		}
	}
}

// Nine contacts, an hour after each other. CONTRACT D31.
func testDeletedList(t *testing.T, b store.Backend) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	s := suite.NewStore(t, b, store.Options{Clock: func() time.Time { return now }})
	space, other := suite.NewSpace(t, b, ""), suite.NewSpace(t, b, "")
	var ids []contact.ID
	var made []contact.Time
	for i := range 9 {
		out := done(t, s, creation(space, name(fmt.Sprint(i))))
		ids, made = append(ids, out.Subject.ID), append(made, out.Subject.Created)
		now = now.Add(time.Hour)
	}
	theirs := done(t, s, creation(other, name("Theirs"))).Subject.ID
	done(t, s, merging(space, ids[5], ids[4]))
	gone := map[contact.ID]store.Deletion{}
	remove := func(id contact.ID) {
		now = now.Add(time.Minute)
		out := done(t, s, deleting(space, id))
		gone[id] = store.Deletion{Op: out.Op, At: out.Entries[0].Change.At}
	}
	for _, i := range []int{7, 1, 5, 2, 0, 8} {
		remove(ids[i])
	}
	done(t, s, deleting(other, theirs))
	done(t, s, takingBack(t, s, space, ids[8], gone[ids[8]].Op)) // back for good
	delete(gone, ids[8])
	done(t, s, takingBack(t, s, space, ids[2], gone[ids[2]].Op)) // back, and gone again
	remove(ids[2])

	all := []contact.ID{ids[7], ids[5], ids[2], ids[1], ids[0]}
	for _, perPage := range []int{1, 2, 3, 100} {
		have, by := deletedOf(t, s, store.Query{Space: space}, perPage)
		if !slices.Equal(have, all) {
			t.Errorf("%d a page: %v, want %v", perPage, have, all)
		}
		for i, id := range have {
			if by[i] != gone[id] {
				t.Errorf("contact %d was deleted by %+v, want %+v", id, by[i], gone[id])
			}
		}
	}
	// By the times of creation, also those of contacts that are not deleted.
	for from := -1; from <= 9; from++ {
		for until := from + 1; until <= 9; until++ {
			q := store.Query{Space: space}
			if from >= 0 {
				q.CreatedFrom = made[min(from, 8)] + contact.Time(from/9) // one beyond the last for 9
			}
			if until < 9 {
				q.CreatedUntil = made[until]
			}
			var want []contact.ID
			for _, i := range []int{7, 5, 2, 1, 0} {
				if i >= from && i < until {
					want = append(want, ids[i])
				}
			}
			if have, _ := deletedOf(t, s, q, 2); !slices.Equal(have, want) {
				t.Errorf("made from %d until %d: %v, want %v", from, until, have, want)
			}
		}
	}
	live, err := s.List(bg, store.Query{Space: space}, store.Place{}, 100)
	if err != nil || len(live.Rows) != 3 || live.Deletions != nil {
		t.Errorf("the list of the others: %v, %d, %v", err, len(live.Rows), live.Deletions)
	}
	suite.Audit(t, b, space)
}
