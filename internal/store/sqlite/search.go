package sqlite

import (
	"context"

	"zombiezen.com/go/sqlite"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
)

// SearchMark tells how far the index of a Space is.
func (b *Backend) SearchMark(ctx context.Context, space contact.SpaceID) (mark store.SearchMark, err error) {
	err = b.read(ctx, func(c *conn) error {
		return c.run(selectSearchMark, func(s *sqlite.Stmt) error {
			mark = store.SearchMark{Seq: contact.Seq(s.ColumnInt64(0)), Region: s.ColumnText(1), Turn: s.ColumnInt64(2), Slots: contact.Slots(s.ColumnInt64(3))}
			return nil
		}, int64(space))
	})
	return mark, err
}

// Touched gives the changes after one.
func (b *Backend) Touched(ctx context.Context, space contact.SpaceID, after contact.Seq, limit int) (list []store.Touch, err error) {
	err = b.read(ctx, func(c *conn) error {
		return c.run(selectTouched, func(s *sqlite.Stmt) error {
			list = append(list, store.Touch{Seq: contact.Seq(s.ColumnInt64(0)), Contact: contact.ID(s.ColumnInt64(1))})
			return nil
		}, historyKey(space, after), historyKey(space+1, 0), int64(limit))
	})
	return list, err
}

// Keyed gives the contacts that have a key in one of these ranges.
func (b *Backend) Keyed(ctx context.Context, space contact.SpaceID, ranges []contact.KeyRange) (ids []contact.ID, few bool, err error) {
	err = b.read(ctx, func(c *conn) error {
		for _, r := range ranges {
			query := selectInSearch
			if r.Kind == contact.EmailKey || r.Kind == contact.PhoneKey {
				query = selectInKeys
			}
			err := c.run(query, func(s *sqlite.Stmt) error {
				ids = append(ids, contact.ID(s.ColumnInt64(0)))
				return nil
			}, int64(space), int64(r.Kind), r.From, r.To, int64(store.MaxLookedAt+1-len(ids)))
			if err != nil || len(ids) > store.MaxLookedAt {
				return err
			}
		}
		return nil
	})
	if err != nil || len(ids) > store.MaxLookedAt {
		return nil, false, err
	}
	return ids, true, nil
}

var insertSearchKeys = manyOf(insertSearchKey, 4)

// Searched gives what the index has of contacts.
func (b *Backend) Searched(ctx context.Context, space contact.SpaceID, ids []contact.ID) (list []record.Searched, err error) {
	err = b.read(ctx, func(c *conn) error {
		return c.run(selectSearched, func(s *sqlite.Stmt) error {
			list = append(list, record.Searched{Space: space, ID: contact.ID(s.ColumnInt64(0)), Keys: s.ColumnText(1)})
			return nil
		}, int64(space), jsonNumbers(ids, func(id contact.ID) int64 { return int64(id) }))
	})
	return list, err
}

// SaveSearch writes what was folded.
func (b *Backend) SaveSearch(ctx context.Context, s *store.SearchSave) error {
	return b.change(ctx, func(c *conn) error {
		query, args := insertSearchMark, []any{int64(s.Space), int64(s.Mark.Seq), s.Mark.Region, int64(s.Mark.Slots)}
		if s.Mark.Turn != 0 {
			query, args = updateSearchMark, append(args, s.Mark.Turn)
		}
		if err := c.run(query, nil, args...); err != nil {
			return err
		}
		if c.Changes() != 1 {
			return store.ErrConflict
		}
		for _, k := range s.Gone {
			if err := c.run(deleteSearchKey, nil, int64(s.Space), int64(k.Kind), k.Text, int64(k.ID)); err != nil {
				return err
			}
		}
		come := make([]any, 0, insertSearchKeys.columns*len(s.Come))
		for _, k := range s.Come {
			come = append(come, int64(s.Space), int64(k.Kind), k.Text, int64(k.ID))
		}
		if err := c.runMany(&insertSearchKeys, come); err != nil {
			return err
		}
		for _, of := range s.Searched {
			query, args := upsertSearched, []any{int64(s.Space), int64(of.ID), of.Keys}
			if of.Keys == "" {
				query, args = deleteSearched, args[:2]
			}
			if err := c.run(query, nil, args...); err != nil {
				return err
			}
		}
		b.written(len(s.Gone) + len(s.Come) + len(s.Searched)) // each key is on a page of its own
		return nil
	})
}

// Unfolded lists Spaces that have changes after their marks.
func (b *Backend) Unfolded(ctx context.Context, after contact.SpaceID, limit int) (list []contact.SpaceID, err error) {
	err = b.readKept(ctx, func(c *conn) error {
		return c.run(selectUnfolded, func(s *sqlite.Stmt) error {
			list = append(list, contact.SpaceID(s.ColumnInt64(0)))
			return nil
		}, int64(after), int64(limit))
	})
	return list, err
}
