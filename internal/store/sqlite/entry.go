package sqlite

import (
	"context"
	"fmt"

	"zombiezen.com/go/sqlite"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
)

// saveEntry writes an entry of the log; nil is none.
func (c *conn) saveEntry(e *access.Entry) error {
	if e == nil {
		return nil
	}
	return c.run(insertEntry, nil, int64(e.Space), e.Key, e.KeyName, int64(e.At), e.Who, string(e.Action), access.EncodeEdits(e.Edits))
}

// Entries reads the log, newest first.
func (b *Backend) Entries(ctx context.Context, q store.EntryQuery) (list []access.Entry, err error) {
	before := noBound
	if q.Before != 0 {
		before = q.Before
	}
	query, args := pick(q.Keys, selectKeyEntries, selectSpaceEntries), []any{before, int64(q.Limit)}
	if q.ID != 0 {
		query, args = pick(q.Keys, selectEntriesOfKey, selectEntriesOfSpace), append(args, q.ID)
	}
	err = b.readKept(ctx, func(c *conn) error {
		var p page
		return enough(c.run(query, func(s *sqlite.Stmt) error {
			e, err := entryRow(s)
			if err != nil {
				return err
			}
			list = append(list, e)
			return p.add(s.ColumnLen(7))
		}, args...))
	})
	return list, err
}

// entryRow reads entryColumns.
func entryRow(s *sqlite.Stmt) (access.Entry, error) {
	e := access.Entry{
		ID:      s.ColumnInt64(0),
		Space:   contact.SpaceID(s.ColumnInt64(1)),
		Key:     s.ColumnInt64(2),
		KeyName: s.ColumnText(3),
		Act:     access.Act{At: contact.Time(s.ColumnInt64(4)), Who: s.ColumnText(5), Action: access.Action(s.ColumnText(6))},
	}
	var err error
	if e.Edits, err = access.DecodeEdits(s.ColumnText(7)); err != nil {
		return e, fmt.Errorf("sqlite: entry %d: %w", e.ID, err)
	}
	return e, nil
}
