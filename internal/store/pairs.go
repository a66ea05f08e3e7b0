package store

import (
	"cmp"
	"context"
	"slices"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
)

// DistinctFrom gives the contacts of which somebody said that they are not the one
// that a ref leads to: each once and ascending, at most limit (CONTRACT D25, D30).
func (s *Store) DistinctFrom(ctx context.Context, space contact.SpaceID, ref contact.ID, limit int) ([]contact.ID, error) {
	ids, err := s.reads.Pairs(ctx, space, ref)
	if err != nil {
		return nil, err
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	return ids[:min(len(ids), limit)], nil
}

// pairs are those of one Space while a batch runs.
type pairs struct {
	known []contact.Pair     // as they were loaded, of some of its contacts
	edits []contact.PairEdit // of the writes so far, in order
}

// pairsOf gives the pairs of a contact, as the writes so far left them.
func (ws *workspace) pairsOf(root contact.ID) []contact.Pair {
	if len(ws.pairs.known)+len(ws.pairs.edits) == 0 {
		return nil
	}
	of := map[contact.ID]bool{root: true}
	for _, n := range ws.trees[root] {
		of[n.ID] = true
	}
	var out []contact.Pair
	for p, there := range ws.pairs.now() {
		if there && (of[p.A] || of[p.B]) {
			out = append(out, p)
		}
	}
	slices.SortFunc(out, func(p, q contact.Pair) int { return cmp.Or(cmp.Compare(p.A, q.A), cmp.Compare(p.B, q.B)) })
	return out
}

// now tells of each pair that is known whether it is there.
func (p *pairs) now() map[contact.Pair]bool {
	now := map[contact.Pair]bool{}
	for _, pair := range p.known {
		now[pair] = true
	}
	for _, e := range p.edits {
		now[e.Pair] = !e.Gone
	}
	return now
}

// pair makes what a decision says of pairs part of the state.
func (ws *workspace) pair(edits []contact.PairEdit) {
	ws.pairs.edits = append(ws.pairs.edits, edits...)
}

// save gives what is to be written of the pairs of a Space.
func (p *pairs) save(space contact.SpaceID, s *Save) {
	last := map[contact.Pair]bool{}
	for _, e := range p.edits {
		last[e.Pair] = e.Gone
	}
	for pair, gone := range last {
		row := record.Pair{Space: space, Pair: pair}
		if gone {
			s.PairsGone = append(s.PairsGone, row)
		} else {
			s.PairsCome = append(s.PairsCome, row)
		}
	}
}
