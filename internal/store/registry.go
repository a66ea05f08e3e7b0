package store

import (
	"context"
	"errors"

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
	return guarded(s, func() (access.Space, error) { return s.backend.UpdateSpace(ctx, id, change, rekey) })
}

func rekey(row *record.Contact, before, after string) (gone, come []contact.Key, err error) {
	c, err := record.DecodeContact(row)
	if err != nil {
		return nil, nil, err
	}
	gone, come = contact.RegionChanges(&c, before, after)
	return gone, come, nil
}

// CreateKey stores a new key and gives it its id. ErrNoRow where its Space does
// not exist.
func (s *Store) CreateKey(ctx context.Context, key access.APIKey) (access.APIKey, error) {
	return guarded(s, func() (access.APIKey, error) { return s.backend.CreateKey(ctx, key) })
}

// Keys lists all keys by id, revoked ones included.
func (s *Store) Keys(ctx context.Context) ([]access.APIKey, error) { return s.backend.Keys(ctx) }

// UpdateKey loads a key, lets change decide, and saves what it left. ErrNoRow
// where there is no such key.
func (s *Store) UpdateKey(ctx context.Context, id int64, change func(*access.APIKey) error) (access.APIKey, error) {
	return guarded(s, func() (access.APIKey, error) { return s.backend.UpdateKey(ctx, id, change) })
}

// Grant finds a key by its hash, with its Space; false where no such key was
// ever made.
func (s *Store) Grant(ctx context.Context, hash [32]byte) (access.Grant, bool, error) {
	return s.backend.Grant(ctx, hash)
}

// guarded makes a change of the registry, unless the storage has failed; this
// may also be how it shows.
func guarded[T any](s *Store, change func() (T, error)) (T, error) {
	select {
	case <-s.broken:
		var none T
		return none, errBroken(s.brokenWith)
	default:
	}
	made, err := change()
	if errors.Is(err, ErrBroken) {
		s.breakDown(err)
	}
	return made, err
}
