package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
)

// pairRow reads what selectPairs gives: a pair, and what its other id leads to.
func pairRow(r pgx.Row) (p contact.Pair, other contact.ID, err error) {
	err = r.Scan((*int64)(&p.A), (*int64)(&p.B), (*int64)(&other))
	return p, other, err
}

// Pairs gives what the other ids of a contact's pairs lead to.
func (b *Backend) Pairs(ctx context.Context, space contact.SpaceID, ref contact.ID) ([]contact.ID, error) {
	return list(ctx, b.reads, "read pairs", func(r pgx.Row) (contact.ID, error) {
		_, other, err := pairRow(r)
		return other, err
	}, selectPairs, int64(space), []int64{int64(ref)}, int64(store.MaxLookedAt))
}

func queueLoadPairs(q *pgx.Batch, refs []store.ContactID, to *[]record.Pair) {
	for space, refs := range bySpace(refs) {
		q.Queue(selectPairs, int64(space), refs, noBound).Query(func(r pgx.Rows) error {
			return collect(r, to, func() (record.Pair, error) {
				p, _, err := pairRow(r)
				return record.Pair{Space: space, Pair: p}, err
			})
		})
	}
}

func queuePairs(q *pgx.Batch, space contact.SpaceID, gone, come []record.Pair) {
	for _, part := range []struct {
		query string
		pairs []record.Pair
	}{{deletePairs, gone}, {insertPairs, come}} {
		if len(part.pairs) > 0 {
			q.Queue(part.query, int64(space),
				column(part.pairs, func(p *record.Pair) int64 { return int64(p.A) }), column(part.pairs, func(p *record.Pair) int64 { return int64(p.B) }))
		}
	}
}
