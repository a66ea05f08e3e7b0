package store

import (
	"context"
	"slices"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
)

// sourcesAtOnce is how many changes are asked for in one call.
const sourcesAtOnce = 500

// Sources tells who made writes of a Space, how and when (CONTRACT D25). They are
// named by the numbers of their first changes, each once. One that history does not have any
// more is left out.
//
// Rows are read whole, as only the whole row tells that it is as it was written;
// and at most MaxPageBytes at once, of which nothing else is kept.
func (s *Store) Sources(ctx context.Context, space contact.SpaceID, ops []contact.Seq) (map[contact.Seq]contact.Source, error) {
	found := make(map[contact.Seq]contact.Source, len(ops))
	for batch := range slices.Chunk(ops, sourcesAtOnce) {
		for len(batch) > 0 {
			rows, err := s.reads.Changes(ctx, space, batch)
			if err != nil {
				return nil, err
			}
			for i := range rows {
				if found[rows[i].Seq], err = record.DecodeSource(&rows[i]); err != nil {
					return nil, errDamaged(err)
				}
			}
			if weight(rows) < MaxPageBytes {
				break // these were all
			}
			batch = slices.DeleteFunc(slices.Clone(batch), func(op contact.Seq) bool {
				_, ok := found[op]
				return ok
			})
		}
	}
	return found, nil
}

func weight(rows []record.Change) (total int) {
	for i := range rows {
		total += rows[i].Weight()
	}
	return total
}

// Aliases gives all ids that lead to a contact beside its own, in their order.
func (s *Store) Aliases(ctx context.Context, space contact.SpaceID, id contact.ID) ([]contact.ID, error) {
	return s.reads.Aliases(ctx, space, id)
}
