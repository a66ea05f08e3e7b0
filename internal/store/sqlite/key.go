package sqlite

import (
	"context"
	"crypto/sha256"
	"errors"

	"zombiezen.com/go/sqlite"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
)

// CreateKey stores a new key.
func (b *Backend) CreateKey(ctx context.Context, key access.APIKey, about access.Entry) (access.APIKey, error) {
	err := b.change(ctx, func(c *conn) error {
		var space access.Space
		if err := loadSpace(c, key.Space, &space); err != nil {
			return err
		}
		err := c.run(insertAPIKey, func(s *sqlite.Stmt) error {
			key.ID = s.ColumnInt64(0)
			return nil
		}, int64(key.Space), key.Name, key.Hash[:], key.Scopes.String(),
			int64(key.Created), int64(key.Expires), int64(key.Revoked), int64(key.LastUsed),
			key.Budget.MaxRemovals.Stored(), key.Budget.DailyRemovals.Stored(), key.Budget.DailyWrites.Stored())
		if err != nil {
			return err
		}
		about.Key = key.ID
		return c.saveEntry(&about)
	})
	return key, err
}

// APIKeys lists all keys.
func (b *Backend) APIKeys(ctx context.Context) (list []access.APIKey, err error) {
	err = b.readKept(ctx, func(c *conn) error {
		return c.run(selectAPIKeys, func(s *sqlite.Stmt) error {
			key, err := apiKeyRow(s)
			list = append(list, key)
			return err
		})
	})
	return list, err
}

// UpdateKey loads a key, lets change decide, and saves it.
func (b *Backend) UpdateKey(ctx context.Context, id int64, change func(*access.APIKey) (*access.Entry, error)) (key access.APIKey, err error) {
	err = b.change(ctx, func(c *conn) error {
		err := one(c, selectAPIKey, func(s *sqlite.Stmt) (err error) {
			key, err = apiKeyRow(s)
			return err
		}, id)
		if err != nil {
			return err
		}
		about, err := change(&key)
		if err != nil {
			return err
		}
		err = c.run(updateAPIKey, nil, id, key.Name, key.Scopes.String(), int64(key.Expires), int64(key.Revoked), int64(key.LastUsed),
			key.Budget.MaxRemovals.Stored(), key.Budget.DailyRemovals.Stored(), key.Budget.DailyWrites.Stored())
		if err != nil {
			return err
		}
		return c.saveEntry(about)
	})
	return key, err
}

// Grant finds a key by its hash, with its Space.
func (b *Backend) Grant(ctx context.Context, hash [sha256.Size]byte) (grant access.Grant, found bool, err error) {
	err = b.readKept(ctx, func(c *conn) error {
		err := one(c, selectByHash, func(s *sqlite.Stmt) (err error) {
			grant.Key, err = apiKeyRow(s)
			return err
		}, hash[:])
		if errors.Is(err, store.ErrNoRow) {
			return nil
		}
		if err != nil {
			return err
		}
		found = true
		return loadSpace(c, grant.Key.Space, &grant.Space)
	})
	return grant, found && err == nil, err
}

// apiKeyRow reads apiKeyColumns.
func apiKeyRow(s *sqlite.Stmt) (access.APIKey, error) {
	scopes, err := access.ParseScopes(s.ColumnText(4))
	if err != nil {
		return access.APIKey{}, store.DamagedKey(s.ColumnInt64(0), "scopes")
	}
	key := access.APIKey{
		ID:       s.ColumnInt64(0),
		Space:    contact.SpaceID(s.ColumnInt64(1)),
		Name:     s.ColumnText(2),
		Scopes:   scopes,
		Created:  contact.Time(s.ColumnInt64(5)),
		Expires:  contact.Time(s.ColumnInt64(6)),
		Revoked:  contact.Time(s.ColumnInt64(7)),
		LastUsed: contact.Time(s.ColumnInt64(8)),
		Budget: access.Budget{
			MaxRemovals: access.StoredCap(s.ColumnInt64(9)), DailyRemovals: access.StoredCap(s.ColumnInt64(10)), DailyWrites: access.StoredCap(s.ColumnInt64(11)),
		},
	}
	if n := copy(key.Hash[:], columnBytes(s, 3)); n != len(key.Hash) {
		return access.APIKey{}, store.DamagedKey(key.ID, "hash")
	}
	return key, nil
}
