package contact

import (
	"slices"
	"testing"
)

// CONTRACT D30: what one write splits off is distinct from what stays, all ids from all,
// as far as one write may remember; of more, no half loses the pair of the contacts
// themselves to another's.
func TestPairsOfASplitAreBounded(t *testing.T) {
	for _, test := range []struct {
		stay   int   // ids that lead to the survivor, its own too
		halves []int // ids of each that is split off
		want   int
	}{
		{1, []int{1}, 1},
		{2, []int{3, 1}, 8},
		{100, []int{100}, maxPairs},
		{100, []int{101}, maxPairs},
		{1, []int{MaxAliases}, maxPairs},
		{MaxAliases, []int{1}, maxPairs},
		{50, []int{100, 100}, maxPairs},
		{101, []int{100, 1}, maxPairs},
		{101, []int{1, 100}, maxPairs},
		{101, []int{100, 100, 1}, maxPairs},
		{9000, []int{1, 1}, maxPairs},
		{9000, []int{20, 1, 20, 1}, maxPairs},
		{400, slices.Repeat([]int{4}, 50), maxPairs},
	} {
		next := ID(0)
		ids := func(n int) (out []ID) {
			for range n {
				next++
				out = append(out, next)
			}
			return out
		}
		stay := ids(test.stay)
		f, of := forest{}, map[ID]int{} // which half an id is of, from 1
		tree := Tree{Ref: stay[0]}
		for i, n := range test.halves {
			p := &Past{Group: ids(n)}
			f.halves = append(f.halves, p)
			for _, id := range p.Group {
				of[id] = i + 1
				tree.Nodes = append(tree.Nodes, Node{ID: id})
			}
		}
		for _, id := range stay[1:] {
			tree.Nodes = append(tree.Nodes, Node{ID: id})
		}
		f.v = &View{Trees: []Tree{tree}}
		seen := map[PairEdit]bool{}
		for _, e := range f.apart(stay[0], stay[0]) {
			if e.Gone || seen[e] || of[e.A] != 0 || of[e.B] == 0 {
				t.Errorf("%+v: %+v is told twice, or is none that is to be", test, e)
			}
			seen[e] = true
		}
		if len(seen) != test.want {
			t.Errorf("%+v: %d pairs", test, len(seen))
		}
		for _, p := range f.halves {
			if !seen[PairEdit{Pair: PairOf(stay[0], p.Group[0])}] {
				t.Errorf("%+v: %d is not distinct from what it was split off from", test, p.Group[0])
			}
		}
	}
}

// Each pair among many contacts is told once, by whichever of their ids, and none with
// somebody else, nor of two ids that lead to one.
func TestPairsOfMany(t *testing.T) {
	v := &View{}
	var refs []ID
	add := func(root ID, alias ID, pairs ...Pair) {
		refs = append(refs, root)
		v.Refs = append(v.Refs, Found{root, &Contact{ID: root}})
		v.Trees = append(v.Trees, Tree{root, []Node{{ID: alias, Parent: root}}})
		v.Pairs = append(v.Pairs, Paired{root, pairs})
	}
	add(1, 11, PairOf(1, 2), PairOf(11, 3), PairOf(1, 99), PairOf(1, 11))
	add(2, 12, PairOf(1, 2), PairOf(12, 13))
	add(3, 13, PairOf(11, 3), PairOf(12, 13))
	want := []PairEdit{{PairOf(1, 2), true}, {PairOf(11, 3), true}, {PairOf(12, 13), true}}
	if have := v.pairsOf(refs...); !slices.Equal(have, want) {
		t.Errorf("got %v, want %v", have, want)
	}
	if have := v.pairsOf(1, 3); !slices.Equal(have, want[1:2]) {
		t.Errorf("of two: got %v, want %v", have, want[1:2])
	}
}
