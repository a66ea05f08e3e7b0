package store

import (
	"context"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
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

// UpdateSpace loads a Space, lets change decide, and saves what it left. Where the
// region comes out different, a job brings the phones of all its contacts over, and they
// are found as before until that is done. Where other slots are filterable, a job makes the
// index anew. ErrNoRow where there is no such Space.
func (s *Store) UpdateSpace(ctx context.Context, as access.Act, id contact.SpaceID, change func(*access.Space) error) (access.Space, error) {
	return guarded(s, func() (access.Space, error) {
		return s.backend.UpdateSpace(ctx, id, func(space *access.Space) (with WithSpace, err error) {
			before := *space
			if err := change(space); err != nil {
				return with, err
			}
			if space.Region != before.Region {
				if with.Jobs, err = rekeying(&before, space, as.At); err != nil {
					return with, err
				}
			}
			if space.Filterable != before.Filterable {
				with.Jobs = append(with.Jobs, reindexing(space.ID, as.At))
			}
			with.About = as.OfSpace(&before, space)
			with.Forget = before.Remember.On() && space.Remember != before.Remember
			return with, nil
		})
	})
}
