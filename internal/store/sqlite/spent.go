package sqlite

import (
	"context"

	"zombiezen.com/go/sqlite"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
)

// loadSpent gives what keys have used of their daily budgets.
func (t *tx) loadSpent(keys []store.KeyID) ([]store.KeySpent, error) { return spentOf(t.writer, keys) }

func spentOf(c *conn, keys []store.KeyID) (list []store.KeySpent, err error) {
	for _, id := range keys {
		err := c.run(selectSpent, func(s *sqlite.Stmt) error {
			list = append(list, store.KeySpent{KeyID: id, Spent: access.Spent{
				Since: contact.Time(s.ColumnInt64(0)), Removals: s.ColumnInt64(1), Writes: s.ColumnInt64(2)}})
			return nil
		}, int64(id.Space), id.Key)
		if err != nil {
			return nil, err
		}
	}
	return list, nil
}

// Spent tells what keys of a Space have used of their daily budgets.
func (b *Backend) Spent(ctx context.Context, space contact.SpaceID, keys []int64) (list []store.KeySpent, err error) {
	ids := make([]store.KeyID, len(keys))
	for i, key := range keys {
		ids[i] = store.KeyID{Space: space, Key: key}
	}
	err = b.readKept(ctx, func(c *conn) error {
		list, err = spentOf(c, ids)
		return err
	})
	return list, err
}

func (t *tx) saveSpent(list []store.KeySpent) error {
	t.pages += len(list)
	for _, k := range list {
		if err := t.writer.run(upsertSpent, nil, int64(k.Space), k.Key, int64(k.Spent.Since), k.Spent.Removals, k.Spent.Writes); err != nil {
			return err
		}
	}
	return nil
}
