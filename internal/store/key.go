package store

import (
	"context"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
)

// CreateKey stores a new key and gives it its id. ErrNoRow where its Space does
// not exist.
func (s *Store) CreateKey(ctx context.Context, as access.Act, key access.APIKey) (access.APIKey, error) {
	about := as.OfKey(nil, &key)
	return guarded(s, func() (access.APIKey, error) { return s.backend.CreateKey(ctx, key, *about) })
}

// APIKeys lists all keys by id, revoked ones included.
func (s *Store) APIKeys(ctx context.Context) ([]access.APIKey, error) { return s.backend.APIKeys(ctx) }

// APIKeysOf lists the newest keys of a Space, newest first, revoked ones included:
// limit of them at most.
func (s *Store) APIKeysOf(ctx context.Context, space contact.SpaceID, limit int) ([]access.APIKey, error) {
	return s.backend.APIKeysOf(ctx, space, limit)
}

// APIKey reads one key; false where there is none.
func (s *Store) APIKey(ctx context.Context, id int64) (access.APIKey, bool, error) {
	return s.backend.APIKey(ctx, id)
}

// Spent tells what keys of a Space have used of their daily budgets, by key; those
// that used nothing are left out.
func (s *Store) Spent(ctx context.Context, space contact.SpaceID, keys []int64) (map[int64]access.Spent, error) {
	rows, err := s.backend.Spent(ctx, space, keys)
	spent := map[int64]access.Spent{}
	for _, k := range rows {
		spent[k.Key] = k.Spent
	}
	return spent, err
}

// UpdateKey loads a key, lets change decide, and saves what it left. ErrNoRow
// where there is no such key.
func (s *Store) UpdateKey(ctx context.Context, as access.Act, id int64, change func(*access.APIKey) error) (access.APIKey, error) {
	return guarded(s, func() (access.APIKey, error) {
		return s.backend.UpdateKey(ctx, id, func(key *access.APIKey) (*access.Entry, error) {
			before := *key
			if err := change(key); err != nil {
				return nil, err
			}
			return as.OfKey(&before, key), nil
		})
	})
}

// Grant finds a key by its hash, with its Space; false where no such key was
// ever made.
func (s *Store) Grant(ctx context.Context, hash [32]byte) (access.Grant, bool, error) {
	return s.backend.Grant(ctx, hash)
}
