package sqlite

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"zombiezen.com/go/sqlite"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
)

// read lends a reading connection to f. What f reads in one statement is one
// state of the database. A reader that stayed would keep the write-ahead log
// from being reset, so f must be short.
func (b *Backend) read(ctx context.Context, f func(*conn) error) error {
	if store.IsBehind(ctx) {
		return b.lend(ctx, b.behindReaders, f)
	}
	return b.lend(ctx, b.readers, f)
}

// readKept is read on the one connection that is kept for keys and for being
// asked whether the database answers: it waits for no Space.
func (b *Backend) readKept(ctx context.Context, f func(*conn) error) error {
	return b.lend(ctx, b.kept, f)
}

// lend interrupts f, which only reads, when ctx ends. The connection is good again
// afterwards: no statement is left in the middle, and with that no transaction,
// which would keep the log from being reset.
func (b *Backend) lend(ctx context.Context, from chan *conn, f func(*conn) error) error {
	if c, still := ctx.Value(stillKey{}).(*conn); still {
		return b.noticed(f(c))
	}
	var c *conn
	select {
	case c = <-from:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { from <- c }()
	b.reading.RLock()
	defer b.reading.RUnlock()
	c.SetInterrupt(ctx.Done())
	defer c.SetInterrupt(nil)
	err := f(c)
	if ended := ctx.Err(); err != nil && ended != nil && !errors.Is(err, store.ErrBroken) {
		return fmt.Errorf("sqlite: a read was given up: %w", ended)
	}
	return b.noticed(err)
}

// Contact reads the row that a ref leads to.
func (b *Backend) Contact(ctx context.Context, space contact.SpaceID, ref contact.ID) (row record.Contact, ok bool, err error) {
	err = b.read(ctx, func(c *conn) error {
		return c.run(selectContact, func(s *sqlite.Stmt) error {
			row, ok = contactRow(space, s), true
			return nil
		}, int64(ref), int64(space))
	})
	return row, ok, err
}

// Contacts reads the rows that refs lead to.
func (b *Backend) Contacts(ctx context.Context, space contact.SpaceID, refs []contact.ID) (rows []store.Led, err error) {
	err = b.read(ctx, func(c *conn) error {
		var p page
		return enough(c.run(selectContacts, func(s *sqlite.Stmt) error {
			row := contactRow(space, s)
			rows = append(rows, store.Led{Ref: contact.ID(s.ColumnInt64(contactWidth)), Row: row})
			return p.add(row.Weight())
		}, jsonNumbers(refs, func(ref contact.ID) int64 { return int64(ref) }), int64(space)))
	})
	return rows, err
}

// jsonNumbers gives numbers as the array that json_each takes.
func jsonNumbers[T any](of []T, number func(T) int64) string {
	text := []byte{'['}
	for i, one := range of {
		if i > 0 {
			text = append(text, ',')
		}
		text = strconv.AppendInt(text, number(one), 10)
	}
	return string(append(text, ']'))
}

// Row reads one row by its own id.
func (b *Backend) Row(ctx context.Context, space contact.SpaceID, id contact.ID) (row record.Contact, ok bool, err error) {
	err = b.read(ctx, func(c *conn) error {
		return c.run(selectRow, func(s *sqlite.Stmt) error {
			row, ok = contactRow(space, s), true
			return nil
		}, int64(id), int64(space))
	})
	return row, ok, err
}

// Aliases gives all ids that lead to a contact.
func (b *Backend) Aliases(ctx context.Context, space contact.SpaceID, id contact.ID) (ids []contact.ID, err error) {
	err = b.read(ctx, func(c *conn) error {
		return c.run(selectAliases, func(s *sqlite.Stmt) error {
			ids = append(ids, contact.ID(s.ColumnInt64(0)))
			return nil
		}, int64(space), int64(id))
	})
	return ids, err
}

// Change reads one entry of a Space's history.
func (b *Backend) Change(ctx context.Context, space contact.SpaceID, seq contact.Seq) (row record.Change, ok bool, err error) {
	err = b.read(ctx, func(c *conn) error {
		return c.run(selectChange, func(s *sqlite.Stmt) error {
			row, ok = changeRow(space, s), true
			return nil
		}, historyKey(space, seq))
	})
	return row, ok, err
}

// contactRow reads contactColumns.
func contactRow(space contact.SpaceID, s *sqlite.Stmt) record.Contact {
	return record.Contact{
		Space:   space,
		ID:      contact.ID(s.ColumnInt64(0)),
		Version: contact.Version(s.ColumnInt64(1)),
		State:   contact.State(s.ColumnInt64(2)),
		Parent:  contact.ID(s.ColumnInt64(3)),
		Created: contact.Time(s.ColumnInt64(4)),
		Head:    contact.Seq(s.ColumnInt64(5)),
		Depth:   s.ColumnInt64(6),
		Sum:     uint32(s.ColumnInt64(7)),
		Doc:     columnBytes(s, 8),
		Origins: columnBytes(s, 9),
	}
}

// changeRow reads changeColumns.
func changeRow(space contact.SpaceID, s *sqlite.Stmt) record.Change {
	row := record.Change{
		Space:     space,
		Seq:       contact.Seq(s.ColumnInt64(0) & (1<<40 - 1)),
		Op:        contact.Seq(s.ColumnInt64(1)),
		Contact:   contact.ID(s.ColumnInt64(2)),
		Ref:       contact.ID(s.ColumnInt64(3)),
		Version:   contact.Version(s.ColumnInt64(4)),
		Prev:      contact.Seq(s.ColumnInt64(5)),
		At:        contact.Time(s.ColumnInt64(6)),
		Action:    contact.Action(s.ColumnText(7)),
		Actor:     columnBytes(s, 8),
		Reason:    s.ColumnText(9),
		RequestID: s.ColumnText(10),
		BatchID:   s.ColumnText(11),
		Undoes:    contact.Seq(s.ColumnInt64(12)),
		Sum:       uint32(s.ColumnInt64(13)),
		Edits:     columnBytes(s, 14),
	}
	if !s.ColumnIsNull(15) {
		row.Snapshot = columnBytes(s, 15)
	}
	return row
}

// columnBytes copies a column out of the statement's memory.
func columnBytes(s *sqlite.Stmt, col int) []byte {
	b := make([]byte, s.ColumnLen(col))
	return b[:s.ColumnBytes(col, b)]
}

// Tree gives all that was merged into what a ref leads to.
func (b *Backend) Tree(ctx context.Context, space contact.SpaceID, ref contact.ID) (tree store.Tree, err error) {
	err = b.read(ctx, func(c *conn) error {
		tree, err = c.tree(store.ContactID{Space: space, ID: ref})
		return err
	})
	return tree, err
}

// Through gives the changes that were made by ids of other contacts.
func (b *Backend) Through(ctx context.Context, space contact.SpaceID, refs []contact.ID, after contact.Seq, limit int) (seqs []contact.Seq, err error) {
	err = b.read(ctx, func(c *conn) error {
		for _, ref := range refs {
			err := c.run(selectThrough, func(s *sqlite.Stmt) error {
				seqs = append(seqs, contact.Seq(s.ColumnInt64(0)))
				return nil
			}, int64(ref), historyKey(space, after), historyKey(space, contact.MaxSeq), int64(limit-len(seqs)))
			if err != nil || len(seqs) >= limit {
				return err
			}
		}
		return nil
	})
	return seqs, err
}
