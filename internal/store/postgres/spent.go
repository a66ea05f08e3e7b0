package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
)

// queueLoadSpent asks what keys have used of their daily budgets.
func queueLoadSpent(q *pgx.Batch, keys []store.KeyID, to *[]store.KeySpent) {
	spaces := map[contact.SpaceID][]int64{}
	for _, id := range keys {
		spaces[id.Space] = append(spaces[id.Space], id.Key)
	}
	for space, of := range spaces {
		q.Queue(selectSpent, int64(space), of).Query(func(r pgx.Rows) error {
			return collect(r, to, func() (store.KeySpent, error) { return spentRow(space, r) })
		})
	}
}

// Spent tells what keys of a Space have used of their daily budgets.
func (b *Backend) Spent(ctx context.Context, space contact.SpaceID, keys []int64) ([]store.KeySpent, error) {
	return list(ctx, b.keys, "look at what keys have used", func(r pgx.Row) (store.KeySpent, error) { return spentRow(space, r) },
		selectSpent, int64(space), keys)
}

func spentRow(space contact.SpaceID, r pgx.Row) (store.KeySpent, error) {
	k := store.KeySpent{KeyID: store.KeyID{Space: space}}
	err := r.Scan(&k.Key, (*int64)(&k.Spent.Since), &k.Spent.Removals, &k.Spent.Writes)
	return k, err
}

func queueSpent(q *pgx.Batch, space contact.SpaceID, list []store.KeySpent) {
	if len(list) > 0 {
		q.Queue(upsertSpent, int64(space),
			column(list, func(k *store.KeySpent) int64 { return k.Key }), column(list, func(k *store.KeySpent) int64 { return int64(k.Spent.Since) }),
			column(list, func(k *store.KeySpent) int64 { return k.Spent.Removals }), column(list, func(k *store.KeySpent) int64 { return k.Spent.Writes }))
	}
}
