package storetest

import (
	"slices"
	"testing"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

var pairTests = []suite.Test{
	{"pairs are found by every id of either side", testPairs},
	{"saving a pair twice, or one that is gone, is no fault", testPairsAgain},
	{"as many pairs as one write remembers come and go at once", testManyPairs},
	{"what a key has used comes back as it was saved", testSpent},
}

func pairsOf(space contact.SpaceID, pairs ...contact.Pair) (list []record.Pair) {
	for _, p := range pairs {
		list = append(list, record.Pair{Space: space, Pair: p})
	}
	return list
}

// loadPairs gives the pairs of what refs lead to, each once and in order, and how
// many came.
func loadPairs(t *testing.T, b store.Backend, space contact.SpaceID, refs ...contact.ID) (pairs []contact.Pair, came int) {
	t.Helper()
	var w store.Wants
	for _, ref := range refs {
		w.Pairs = append(w.Pairs, store.ContactID{Space: space, ID: ref})
	}
	tx := suite.Begin(t, b, b.Lane(space))
	defer tx.Rollback()
	found, err := tx.Load(bg, &w)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range found.Pairs {
		if p.Space != space {
			t.Errorf("%+v is of another Space", p)
		}
		pairs = append(pairs, p.Pair)
	}
	came = len(pairs)
	slices.SortFunc(pairs, func(a, b contact.Pair) int { return 2*int(a.A-b.A) + min(1, max(-1, int(a.B-b.B))) })
	return slices.Compact(pairs), came
}

// others gives what the pairs of what a ref leads to lead to, in order.
func others(t *testing.T, b store.Backend, space contact.SpaceID, ref contact.ID) []contact.ID {
	t.Helper()
	ids, err := b.Pairs(bg, space, ref)
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(ids)
	return ids
}

// Contacts 3 and 4 lead to 5 and 8 leads to 9; 1, 2, 6 and 7 stand alone. CONTRACT D30.
func testPairs(t *testing.T, b store.Backend) {
	space, other := suite.NewSpace(t, b, ""), suite.NewSpace(t, b, "")
	pair := contact.PairOf
	of5 := []contact.Pair{pair(1, 5), pair(5, 9), pair(4, 7), pair(3, 2), pair(6, 3), pair(8, 4)}
	suite.Commit(t, b, b.Lane(space), &store.Save{
		Redirects: []store.Redirect{{Space: space, From: 3, To: 4}, {Space: space, From: 4, To: 5}, {Space: space, From: 8, To: 9}},
		PairsCome: pairsOf(space, append(of5, pair(1, 2))...),
	})
	suite.Commit(t, b, b.Lane(other), &store.Save{PairsCome: pairsOf(other, pair(1, 5), pair(1, 11))})
	want := []contact.Pair{pair(1, 5), pair(2, 3), pair(3, 6), pair(4, 7), pair(4, 8), pair(5, 9)}
	for _, ref := range []contact.ID{3, 4, 5} {
		if got, came := loadPairs(t, b, space, ref); !slices.Equal(got, want) || came != len(want) {
			t.Errorf("of %d: %v, want %v", ref, got, want)
		}
		if got := others(t, b, space, ref); !slices.Equal(got, []contact.ID{1, 2, 6, 7, 9, 9}) {
			t.Errorf("from %d: %v", ref, got)
		}
	}
	for ref, want := range map[contact.ID][]contact.ID{1: {2, 5}, 2: {1, 5}, 6: {5}, 7: {5}, 8: {5, 5}, 9: {5, 5}, 10: nil, 11: nil} {
		if got := others(t, b, space, ref); !slices.Equal(got, want) {
			t.Errorf("from %d: %v, want %v", ref, got, want)
		}
	}
	// Both of a pair, by ids that are not in it, and one twice.
	if got, _ := loadPairs(t, b, space, 3, 8, 5, 99); !slices.Equal(got, want) {
		t.Errorf("of two: %v, want %v", got, want)
	}
	if got, _ := loadPairs(t, b, other, 1); !slices.Equal(got, []contact.Pair{pair(1, 5), pair(1, 11)}) {
		t.Errorf("of another Space: %v", got)
	}
	suite.Commit(t, b, b.Lane(space), &store.Save{PairsGone: pairsOf(space, pair(5, 9), pair(4, 7)), PairsCome: pairsOf(space, pair(5, 6))})
	if got := others(t, b, space, 5); !slices.Equal(got, []contact.ID{1, 2, 6, 6, 9}) {
		t.Errorf("after two went and one came: %v", got)
	}
	s := suite.NewStore(t, b, store.Options{})
	for limit, want := range [][]contact.ID{{}, {1}, {1, 2}, {1, 2, 6}, {1, 2, 6, 9}, {1, 2, 6, 9}} {
		if got, err := s.DistinctFrom(bg, space, 3, limit); err != nil || !slices.Equal(got, want) {
			t.Errorf("at most %d: %v, %v; want %v", limit, err, got, want)
		}
	}
}

func testPairsAgain(t *testing.T, b store.Backend) {
	space := suite.NewSpace(t, b, "")
	p := pairsOf(space, contact.PairOf(2, 1))
	for _, step := range []struct {
		save store.Save
		want int
	}{
		{store.Save{PairsGone: p}, 0}, {store.Save{PairsCome: p}, 1}, {store.Save{PairsCome: p}, 1}, {store.Save{PairsGone: p}, 0}, {store.Save{PairsGone: p}, 0},
	} {
		if step.save.Empty() {
			t.Error("a batch of pairs alone is taken for one of nothing")
		}
		suite.Commit(t, b, b.Lane(space), &step.save)
		if got, _ := loadPairs(t, b, space, 1); len(got) != step.want {
			t.Errorf("%v, want %d", got, step.want)
		}
	}
	tx := suite.Begin(t, b, b.Lane(space))
	if err := tx.Save(bg, &store.Save{PairsCome: p}); err != nil {
		t.Fatal(err)
	}
	tx.Rollback()
	if got, _ := loadPairs(t, b, space, 1); len(got) != 0 {
		t.Errorf("after a rollback: %v", got)
	}
}

// CONTRACT D30.
func testManyPairs(t *testing.T, b store.Backend) {
	space := suite.NewSpace(t, b, "")
	lead := store.Save{}
	var pairs []contact.Pair
	for i := contact.ID(1); i <= 100; i++ {
		for j := contact.ID(101); j <= 200; j++ {
			pairs = append(pairs, contact.PairOf(i, j))
		}
		lead.Redirects = append(lead.Redirects, store.Redirect{Space: space, From: i, To: 1000})
	}
	lead.PairsCome = pairsOf(space, pairs...)
	suite.Commit(t, b, b.Lane(space), &lead)
	if got, came := loadPairs(t, b, space, 1000); came != len(pairs) || !slices.Equal(got, pairs) {
		t.Errorf("%d came", came)
	}
	suite.Commit(t, b, b.Lane(space), &store.Save{PairsGone: lead.PairsCome})
	if _, came := loadPairs(t, b, space, 1000); came != 0 {
		t.Errorf("%d stayed", came)
	}
}

// CONTRACT D24.
func testSpent(t *testing.T, b store.Backend) {
	space, other := suite.NewSpace(t, b, ""), suite.NewSpace(t, b, "")
	id := func(space contact.SpaceID, key int64) store.KeyID { return store.KeyID{Space: space, Key: key} }
	load := func(keys ...store.KeyID) map[store.KeyID]access.Spent {
		t.Helper()
		tx := suite.Begin(t, b, b.Lane(keys[0].Space))
		defer tx.Rollback()
		found, err := tx.Load(bg, &store.Wants{Spent: keys})
		if err != nil {
			t.Fatal(err)
		}
		all := map[store.KeyID]access.Spent{}
		for _, k := range found.Spent {
			all[k.KeyID] = k.Spent
		}
		return all
	}
	if got := load(id(space, 1)); len(got) != 0 {
		t.Errorf("before anything was used: %v", got)
	}
	one, two := access.Spent{Since: 1<<53 + 1, Removals: 1<<53 + 3, Writes: 7}, access.Spent{Since: 2, Writes: 1}
	suite.Commit(t, b, b.Lane(space), &store.Save{Spent: []store.KeySpent{{KeyID: id(space, 1), Spent: one}, {KeyID: id(space, 2), Spent: two}}})
	if got := load(id(space, 1), id(space, 2), id(space, 3)); len(got) != 2 || got[id(space, 1)] != one || got[id(space, 2)] != two {
		t.Errorf("got %v", got)
	}
	if got := load(id(other, 1)); len(got) != 0 {
		t.Errorf("in another Space: %v", got)
	}
	three := access.Spent{Since: 3, Removals: 4, Writes: 5}
	suite.Commit(t, b, b.Lane(space), &store.Save{Spent: []store.KeySpent{{KeyID: id(space, 1), Spent: three}, {KeyID: id(space, 3), Spent: one}}})
	if got := load(id(space, 1), id(space, 2), id(space, 3)); got[id(space, 1)] != three || got[id(space, 2)] != two || got[id(space, 3)] != one {
		t.Errorf("after more: %v", got)
	}
}
