package store

import (
	"context"
	"slices"

	"github.com/carnet-project/carnet/internal/contact"
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
