package sqlite

import (
	"context"

	"zombiezen.com/go/sqlite"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
)

// pairs runs selectPairs, and gives the pairs and what the other id of each leads to.
func (c *conn) pairs(space contact.SpaceID, ref contact.ID, limit int64, row func(p contact.Pair, other contact.ID)) error {
	return c.run(selectPairs, func(s *sqlite.Stmt) error {
		row(contact.Pair{A: contact.ID(s.ColumnInt64(0)), B: contact.ID(s.ColumnInt64(1))}, contact.ID(s.ColumnInt64(2)))
		return nil
	}, int64(space), int64(ref), limit)
}

// Pairs gives what the other ids of a contact's pairs lead to.
func (b *Backend) Pairs(ctx context.Context, space contact.SpaceID, ref contact.ID) (ids []contact.ID, err error) {
	err = b.read(ctx, func(c *conn) error {
		return c.pairs(space, ref, store.MaxLookedAt, func(_ contact.Pair, other contact.ID) { ids = append(ids, other) })
	})
	return ids, err
}

func (t *tx) loadPairs(refs []store.ContactID) (list []record.Pair, err error) {
	for _, ref := range refs {
		err := t.writer.pairs(ref.Space, ref.ID, noBound, func(p contact.Pair, _ contact.ID) {
			list = append(list, record.Pair{Space: ref.Space, Pair: p})
		})
		if err != nil {
			return nil, err
		}
	}
	return list, nil
}

func (t *tx) savePairs(gone, come []record.Pair) error {
	t.pages += len(gone) + len(come)
	for _, p := range gone {
		if err := t.writer.run(deletePair, nil, int64(p.Space), int64(p.A), int64(p.B)); err != nil {
			return err
		}
	}
	for _, p := range come {
		if err := t.writer.run(insertPair, nil, int64(p.Space), int64(p.A), int64(p.B)); err != nil {
			return err
		}
	}
	return nil
}
