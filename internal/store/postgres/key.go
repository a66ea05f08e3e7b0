package postgres

import (
	"context"
	"crypto/sha256"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
)

// CreateKey stores a new key.
func (b *Backend) CreateKey(ctx context.Context, key access.APIKey, about access.Entry) (access.APIKey, error) {
	id, err := b.takeIDs(ctx, "key", 1)
	if err != nil {
		return key, final(err)
	}
	about.Key = id
	err = b.change(ctx, func(t *tx) error {
		if _, err := t.settings(ctx, key.Space); err != nil {
			return err
		}
		q := t.statements()
		q.Queue(insertAPIKey, id, int64(key.Space), key.Name, key.Hash[:], key.Scopes.String(),
			int64(key.Created), int64(key.Expires), int64(key.Revoked), int64(key.LastUsed),
			key.Budget.MaxRemovals.Stored(), key.Budget.DailyRemovals.Stored(), key.Budget.DailyWrites.Stored())
		queueEntry(q, &about)
		return t.send(ctx, "make a key", q)
	})
	key.ID = id
	return key, err
}

// APIKeys lists all keys.
func (b *Backend) APIKeys(ctx context.Context) ([]access.APIKey, error) {
	return list(ctx, b.keys, "list keys", apiKeyRow, selectAPIKeys)
}

// APIKeysOf lists the newest keys of a Space.
func (b *Backend) APIKeysOf(ctx context.Context, space contact.SpaceID, limit int) ([]access.APIKey, error) {
	return list(ctx, b.keys, "list the keys of a Space", apiKeyRow, selectAPIKeysOf, int64(space), int64(limit))
}

// APIKey reads one key.
func (b *Backend) APIKey(ctx context.Context, id int64) (access.APIKey, bool, error) {
	return first(list(ctx, b.keys, "read a key", apiKeyRow, selectAPIKey, id))
}

// UpdateKey loads a key, lets change decide, and saves it.
func (b *Backend) UpdateKey(ctx context.Context, id int64, change func(*access.APIKey) (*access.Entry, error)) (key access.APIKey, err error) {
	err = b.change(ctx, func(t *tx) error {
		q := t.statements()
		q.Queue(lockAPIKey, id).QueryRow(func(r pgx.Row) (err error) {
			key, err = apiKeyRow(r)
			return orNoRow(err)
		})
		if err := t.send(ctx, "load a key", q); err != nil {
			return err
		}
		about, err := change(&key)
		if err != nil {
			return err
		}
		q = t.statements()
		q.Queue(updateAPIKey, id, key.Name, key.Scopes.String(), int64(key.Expires), int64(key.Revoked), int64(key.LastUsed),
			key.Budget.MaxRemovals.Stored(), key.Budget.DailyRemovals.Stored(), key.Budget.DailyWrites.Stored()).Exec(exactly(1))
		queueEntry(q, about)
		return t.send(ctx, "save a key", q)
	})
	return key, err
}

// Grant finds a key by its hash, with its Space.
func (b *Backend) Grant(ctx context.Context, hash [sha256.Size]byte) (access.Grant, bool, error) {
	return first(list(ctx, b.keys, "look for a key", func(r pgx.Row) (access.Grant, error) { return grantRow(r) }, selectGrant, hash[:]))
}

// grantRow reads grantColumns, and what stands before them.
func grantRow(r pgx.Row, before ...any) (grant access.Grant, err error) {
	var k keyScan
	var s settingsScan
	err = r.Scan(slices.Concat(before, k.columns(), s.columns())...)
	if grant.Key, err = k.done(err); err != nil {
		return grant, err
	}
	grant.Space, err = s.done(nil)
	return grant, err
}

// apiKeyRow reads apiKeyColumns.
func apiKeyRow(r pgx.Row) (access.APIKey, error) {
	var k keyScan
	err := r.Scan(k.columns()...)
	return k.done(err)
}

// keyScan takes apiKeyColumns.
type keyScan struct {
	key    access.APIKey
	hash   []byte
	scopes string
	caps   [3]int64
}

func (k *keyScan) columns() []any {
	return []any{&k.key.ID, (*int64)(&k.key.Space), &k.key.Name, &k.hash, &k.scopes,
		(*int64)(&k.key.Created), (*int64)(&k.key.Expires), (*int64)(&k.key.Revoked), (*int64)(&k.key.LastUsed),
		&k.caps[0], &k.caps[1], &k.caps[2]}
}

// done gives the key, unless scanning its columns failed.
func (k *keyScan) done(err error) (access.APIKey, error) {
	if err != nil {
		return k.key, err
	}
	k.key.Budget = access.Budget{
		MaxRemovals: access.StoredCap(k.caps[0]), DailyRemovals: access.StoredCap(k.caps[1]), DailyWrites: access.StoredCap(k.caps[2]),
	}
	if k.key.Scopes, err = access.ParseScopes(k.scopes); err != nil {
		return k.key, corrupt{store.DamagedKey(k.key.ID, "scopes")}
	}
	if copy(k.key.Hash[:], k.hash) != len(k.key.Hash) || len(k.hash) != len(k.key.Hash) {
		return k.key, corrupt{store.DamagedKey(k.key.ID, "hash")}
	}
	return k.key, nil
}
