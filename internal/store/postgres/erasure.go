package postgres

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
)

// Erasure reads the erasure of one contact.
func (b *Backend) Erasure(ctx context.Context, space contact.SpaceID, id contact.ID) (store.Erasure, bool, error) {
	return first(list(ctx, b.keys, "look for an erasure", erasureRow, selectErasure, int64(space), int64(id)))
}

// Erasures lists erasures of all Spaces in the order of their jobs.
func (b *Backend) Erasures(ctx context.Context, after int64, open bool, limit int) ([]store.Erasure, error) {
	query := selectErasures
	if open {
		query = selectOpenErasures
	}
	return list(ctx, b.keys, "list erasures", erasureRow, query, after, limit)
}

func erasureRow(r pgx.Row) (e store.Erasure, err error) {
	err = r.Scan((*int64)(&e.Space), (*int64)(&e.Contact), (*int64)(&e.At), (*int64)(&e.Op), &e.Job, (*int64)(&e.Scrubbed))
	return e, err
}

// Scrubbed notes that erasures are scrubbed.
func (b *Backend) Scrubbed(ctx context.Context, jobs []int64, at contact.Time) error {
	return b.change(ctx, func(t *tx) error {
		q := t.statements()
		q.Queue(scrubErasures, jobs, int64(at))
		return t.send(ctx, "note what is scrubbed", q)
	})
}

// ErasedBefore tells when somebody was erased.
func (b *Backend) ErasedBefore(ctx context.Context, space contact.SpaceID, keys []contact.ErasedKey) (contact.Day, error) {
	hashes := make([][]byte, len(keys))
	for i := range keys {
		hashes[i] = keys[i][:]
	}
	day, _, err := first(list(ctx, b.keys, "look for who was erased", func(r pgx.Row) (day int64, err error) {
		err = r.Scan(&day)
		return day, err
	}, selectErasedKeys, int64(space), hashes))
	return contact.Day(day), err
}

// Scrub can do nothing: what PostgreSQL keeps of rows that are gone, and for how long, is its
// own business. docs/erasing.md tells of it.
func (b *Backend) Scrub(context.Context) (bool, error) { return false, errors.ErrUnsupported }

// queueErasures writes over history, and notes what was erased.
func queueErasures(q *pgx.Batch, space contact.SpaceID, s *store.Save) {
	if rows := s.Rewritten; len(rows) > 0 {
		text := func(value func(*record.Change) string) []string {
			return column(rows, func(r *store.Rewritten) string { return value(&r.Row) })
		}
		q.Queue(rewriteChanges, int64(space),
			column(rows, func(r *store.Rewritten) int64 { return int64(r.Row.Seq) }),
			column(rows, func(r *store.Rewritten) int64 { return int64(r.Was) }),
			column(rows, func(r *store.Rewritten) int64 { return int64(r.Row.Sum) }),
			text(func(r *record.Change) string { return string(r.Actor) }),
			text(func(r *record.Change) string { return r.Reason }),
			text(func(r *record.Change) string { return string(r.Edits) }),
			column(rows, func(r *store.Rewritten) *string { return textOrNull(r.Row.Snapshot) }),
		).Exec(exactly(len(rows)))
	}
	for i := range s.Erasures {
		e := &s.Erasures[i]
		q.Queue(insertErasure, int64(e.Space), int64(e.Contact), int64(e.At), int64(e.Op), e.Job)
	}
	if rows := s.Remembered; len(rows) > 0 {
		q.Queue(insertErasedKeys, int64(space),
			column(rows, func(r *store.Remembered) []byte { return r.Key[:] }), column(rows, func(r *store.Remembered) int64 { return int64(r.Day) }))
	}
}
