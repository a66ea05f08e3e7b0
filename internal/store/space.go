package store

import (
	"context"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
)

// CreateSpace stores a new Space and gives it its id.
func (s *Store) CreateSpace(ctx context.Context, as access.Act, space access.Space) (access.Space, error) {
	about := as.OfSpace(nil, &space)
	return guarded(s, func() (access.Space, error) { return s.backend.CreateSpace(ctx, space, *about) })
}

// FirstSpace stores a Space where there is none. Else it gives the first of
// them, and false. Of all that run at once, on however many servers, one at most
// makes a Space.
func (s *Store) FirstSpace(ctx context.Context, as access.Act, space access.Space) (access.Space, bool, error) {
	made, about := false, as.OfSpace(nil, &space)
	first, err := guarded(s, func() (first access.Space, err error) {
		first, made, err = s.backend.FirstSpace(ctx, space, *about)
		return first, err
	})
	return first, made, err
}

// Spaces lists all Spaces by id.
func (s *Store) Spaces(ctx context.Context) ([]access.Space, error) { return s.backend.Spaces(ctx) }

// Usages tells what each Space keeps.
func (s *Store) Usages(ctx context.Context) (map[contact.SpaceID]access.Usage, error) {
	return s.backend.Usages(ctx)
}

// SpaceNow reads one Space and what it keeps; false where there is none.
func (s *Store) SpaceNow(ctx context.Context, id contact.SpaceID) (access.Space, access.Usage, bool, error) {
	return s.backend.SpaceNow(ctx, id)
}

// UpdateSpace loads a Space, lets change decide, and saves what it left. Where
// the region comes out different, the phones of all its contacts get the match
// keys that follow from the new one, in the same transaction: for a large Space
// writes wait meanwhile. ErrNoRow where there is no such Space.
func (s *Store) UpdateSpace(ctx context.Context, as access.Act, id contact.SpaceID, change func(*access.Space) error) (access.Space, error) {
	return guarded(s, func() (access.Space, error) {
		return s.backend.UpdateSpace(ctx, id, func(space *access.Space) (*access.Entry, Rekey, error) {
			before := *space
			if err := change(space); err != nil {
				return nil, nil, err
			}
			rekey := rekeying(before.Region, space.Region)
			return as.OfSpace(&before, space), rekey, nil
		})
	})
}

// rekeying gives what a change of region does to match keys, nil where it stays.
func rekeying(before, after string) Rekey {
	if before == after {
		return nil
	}
	return func(row *record.Contact) (gone, come []contact.MatchKey, err error) {
		c, err := record.DecodeContact(row)
		if err != nil {
			return nil, nil, err
		}
		gone, come = contact.RegionChanges(&c, before, after)
		return gone, come, nil
	}
}
