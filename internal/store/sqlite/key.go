package sqlite

import (
	"context"
	"crypto/sha256"

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

// APIKeysOf lists the newest keys of a Space.
func (b *Backend) APIKeysOf(ctx context.Context, space contact.SpaceID, limit int) (list []access.APIKey, err error) {
	err = b.readKept(ctx, func(c *conn) error {
		return c.run(selectAPIKeysOf, func(s *sqlite.Stmt) error {
			key, err := apiKeyRow(s)
			list = append(list, key)
			return err
		}, int64(space), int64(limit))
	})
	return list, err
}

// APIKey reads one key.
func (b *Backend) APIKey(ctx context.Context, id int64) (key access.APIKey, found bool, err error) {
	err = b.readKept(ctx, func(c *conn) error {
		found, err = whether(loadKey(c, selectAPIKey, &key, id))
		return err
	})
	return key, found && err == nil, err
}

// loadKey reads one key by a statement that finds it.
func loadKey(c *conn, query string, key *access.APIKey, by any) error {
	return one(c, query, func(s *sqlite.Stmt) (err error) {
		*key, err = apiKeyRow(s)
		return err
	}, by)
}

// UpdateKey loads a key, lets change decide, and saves it.
func (b *Backend) UpdateKey(ctx context.Context, id int64, change func(*access.APIKey) (*access.Entry, error)) (key access.APIKey, err error) {
	err = b.change(ctx, func(c *conn) error {
		if err := loadKey(c, selectAPIKey, &key, id); err != nil {
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
		if found, err = whether(loadKey(c, selectByHash, &grant.Key, hash[:])); !found {
			return err
		}
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
