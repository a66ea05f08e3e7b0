package postgres

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
)

// SearchMark tells how far the index of a Space is.
func (b *Backend) SearchMark(ctx context.Context, space contact.SpaceID) (store.SearchMark, error) {
	mark, _, err := first(list(ctx, b.reads, "look how far an index is", func(r pgx.Row) (m store.SearchMark, err error) {
		err = r.Scan((*int64)(&m.Seq), &m.Region, &m.Turn, &m.Slots)
		return m, err
	}, selectSearchMark, int64(space)))
	return mark, err
}

// Touched gives the changes after one.
func (b *Backend) Touched(ctx context.Context, space contact.SpaceID, after contact.Seq, limit int) ([]store.Touch, error) {
	return list(ctx, b.reads, "look what has changed", func(r pgx.Row) (t store.Touch, err error) {
		err = r.Scan((*int64)(&t.Seq), (*int64)(&t.Contact))
		return t, err
	}, selectTouched, int64(space), int64(after), limit)
}

// Keyed gives the contacts that have a key in one of these ranges.
func (b *Backend) Keyed(ctx context.Context, space contact.SpaceID, ranges []contact.KeyRange) (ids []contact.ID, few bool, err error) {
	ofWrites := func(r contact.KeyRange) bool { return r.Kind == contact.EmailKey || r.Kind == contact.PhoneKey }
	for query, of := range map[string][]contact.KeyRange{
		selectInKeys:   slices.DeleteFunc(slices.Clone(ranges), func(r contact.KeyRange) bool { return !ofWrites(r) }),
		selectInSearch: slices.DeleteFunc(slices.Clone(ranges), ofWrites),
	} {
		if len(of) == 0 {
			continue
		}
		some, err := list(ctx, b.reads, "look for keys", idRow, query, int64(space),
			column(of, func(r *contact.KeyRange) int64 { return int64(r.Kind) }),
			column(of, func(r *contact.KeyRange) string { return r.From }),
			column(of, func(r *contact.KeyRange) string { return r.To }))
		if ids = append(ids, some...); err != nil || len(ids) > store.MaxLookedAt {
			return nil, false, err
		}
	}
	return ids, true, nil
}

func idRow(r pgx.Row) (id contact.ID, err error) {
	err = r.Scan((*int64)(&id))
	return id, err
}

// Searched gives what the index has of contacts.
func (b *Backend) Searched(ctx context.Context, space contact.SpaceID, ids []contact.ID) ([]record.Searched, error) {
	return list(ctx, b.reads, "read what is found", func(r pgx.Row) (record.Searched, error) {
		of := record.Searched{Space: space}
		return of, r.Scan((*int64)(&of.ID), &of.Keys)
	}, selectSearched, int64(space), column(ids, func(id *contact.ID) int64 { return int64(*id) }))
}

// SaveSearch writes what was folded. The row of the mark comes first: who folds the same
// Space waits for it, and then finds it written.
func (b *Backend) SaveSearch(ctx context.Context, s *store.SearchSave) error {
	return b.change(ctx, func(t *tx) error {
		q := t.statements()
		mark := func(tag pgconn.CommandTag) error {
			if tag.RowsAffected() != 1 {
				return fmt.Errorf("%w: the index was written meanwhile", store.ErrConflict)
			}
			return nil
		}
		if s.Mark.Turn == 0 {
			q.Queue(insertSearchMark, int64(s.Space), int64(s.Mark.Seq), s.Mark.Region, int64(s.Mark.Slots)).Exec(mark)
		} else {
			q.Queue(updateSearchMark, int64(s.Space), int64(s.Mark.Seq), s.Mark.Region, int64(s.Mark.Slots), s.Mark.Turn).Exec(mark)
		}
		if len(s.Gone) > 0 {
			q.Queue(deleteSearchKeys, keyArgs(s.Space, s.Gone)...)
		}
		if len(s.Come) > 0 {
			q.Queue(insertSearchKeys, keyArgs(s.Space, s.Come)...)
		}
		queueSearched(q, s)
		return t.send(ctx, "save what is found", q)
	})
}

func queueSearched(q *pgx.Batch, s *store.SearchSave) {
	none := func(of record.Searched) bool { return of.Keys == "" }
	id := func(of *record.Searched) int64 { return int64(of.ID) }
	if stay := slices.DeleteFunc(slices.Clone(s.Searched), none); len(stay) > 0 {
		q.Queue(upsertSearched, int64(s.Space), column(stay, id), column(stay, func(of *record.Searched) string { return of.Keys }))
	}
	if rest := slices.DeleteFunc(slices.Clone(s.Searched), func(of record.Searched) bool { return !none(of) }); len(rest) > 0 {
		q.Queue(deleteSearched, int64(s.Space), column(rest, id))
	}
}

// Unfolded lists Spaces that have changes after their marks.
func (b *Backend) Unfolded(ctx context.Context, after contact.SpaceID, limit int) ([]contact.SpaceID, error) {
	return list(ctx, b.keys, "look for what is to be folded", func(r pgx.Row) (space contact.SpaceID, err error) {
		err = r.Scan((*int64)(&space))
		return space, err
	}, selectUnfolded, int64(after), limit)
}
