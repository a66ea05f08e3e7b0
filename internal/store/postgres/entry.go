package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/store"
)

// queueEntry writes an entry of the log; nil is none. The row that its id comes
// from stays locked until the transaction ends, so that ids grow in the order of
// commits. So it comes last: a change that takes long holds up no other.
func queueEntry(q *pgx.Batch, e *access.Entry) {
	if e == nil {
		return
	}
	q.Queue(insertEntry, int64(e.Space), e.Key, e.KeyName, int64(e.At), e.Who, string(e.Action), access.EncodeEdits(e.Edits)).Exec(exactly(1))
}

// Entries reads the log, newest first.
func (b *Backend) Entries(ctx context.Context, q store.EntryQuery) ([]access.Entry, error) {
	before := noBound
	if q.Before != 0 {
		before = q.Before
	}
	query, args := selectSpaceEntries, []any{before, int64(store.MaxPageBytes), int64(q.Limit)}
	if q.Keys {
		query = selectKeyEntries
	}
	if q.ID != 0 {
		args = append(args, q.ID)
		query = selectEntriesOfSpace
		if q.Keys {
			query = selectEntriesOfKey
		}
	}
	return list(ctx, b.keys, "read the log of Spaces and keys", entryRow, query, args...)
}

// entryRow reads entryColumns.
func entryRow(r pgx.Row) (e access.Entry, err error) {
	var edits string
	err = r.Scan(&e.ID, (*int64)(&e.Space), &e.Key, &e.KeyName, (*int64)(&e.At), &e.Who, (*string)(&e.Action), &edits)
	if err != nil {
		return e, err
	}
	if e.Edits, err = access.DecodeEdits(edits); err != nil {
		return e, corrupt{fmt.Errorf("postgres: entry %d: %w", e.ID, err)}
	}
	return e, nil
}
