package store

import (
	"context"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
)

// CreateSpace stores a new Space and gives it its id.
func (s *Store) CreateSpace(ctx context.Context, space access.Space) (access.Space, error) {
	return guarded(s, func() (access.Space, error) { return s.backend.CreateSpace(ctx, space) })
}

// Spaces lists all Spaces by id.
func (s *Store) Spaces(ctx context.Context) ([]access.Space, error) { return s.backend.Spaces(ctx) }

// UpdateSpace loads a Space, lets change decide, and saves what it left. Where
// the region comes out different, the phones of all its contacts get the match
// keys that follow from the new one, in the same transaction: for a large Space
// writes wait meanwhile. ErrNoRow where there is no such Space.
func (s *Store) UpdateSpace(ctx context.Context, id contact.SpaceID, change func(*access.Space) error) (access.Space, error) {
	return guarded(s, func() (access.Space, error) {
		return s.backend.UpdateSpace(ctx, id, func(space *access.Space) (Rekey, error) {
			before := space.Region
			if err := change(space); err != nil {
				return nil, err
			}
			return rekeying(before, space.Region), nil
		})
	})
}

// rekeying gives what a change of region does to match keys, nil where it stays.
func rekeying(before, after string) Rekey {
	if before == after {
		return nil
	}
	return func(row *record.Contact) (gone, come []contact.Key, err error) {
		c, err := record.DecodeContact(row)
		if err != nil {
			return nil, nil, err
		}
		gone, come = contact.RegionChanges(&c, before, after)
		return gone, come, nil
	}
}
