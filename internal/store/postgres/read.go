package postgres

import (
	"context"
	"errors"
	"math"

	"github.com/jackc/pgx/v5"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
)

// noBound stands for an upper bound that is not there.
const noBound = int64(math.MaxInt64)

// list runs a statement and gives its rows. One statement sees one state.
func list[Row any](ctx context.Context, b *Backend, doing string, row func(pgx.Row) (Row, error), query string, args ...any) (found []Row, err error) {
	err = b.read(doing, func() error {
		found = nil
		rows, err := b.reads.Query(ctx, query, args...)
		if err != nil {
			return err
		}
		return collect(rows, &found, func() (Row, error) { return row(rows) })
	})
	return found, err
}

// read runs a statement that reads, again on another connection where its own
// turns out to be gone: as often as the pool may hold such ones.
func (b *Backend) read(doing string, run func() error) error {
	for tries := b.reads.Config().MaxConns; ; tries-- {
		err := explain(doing, run())
		if tries == 0 || !errors.Is(err, errCut) {
			return final(err)
		}
	}
}

// collect appends what row makes of each row.
func collect[Row any](rows pgx.Rows, to *[]Row, row func() (Row, error)) error {
	defer rows.Close()
	for rows.Next() {
		r, err := row()
		if err != nil {
			return err
		}
		*to = append(*to, r)
	}
	return rows.Err()
}

// one runs a statement that gives one row or none.
func one(ctx context.Context, b *Backend, doing, query string, args, to []any) (bool, error) {
	found := true
	err := b.read(doing, func() error {
		err := b.reads.QueryRow(ctx, query, args...).Scan(to...)
		if errors.Is(err, pgx.ErrNoRows) {
			found, err = false, nil
		}
		return err
	})
	return found && err == nil, err
}

// Contact reads one row by its own id.
func (b *Backend) Contact(ctx context.Context, space contact.SpaceID, id contact.ID) (store.ContactRow, bool, error) {
	return first(list(ctx, b, "read a contact", contactsOf(space), selectContact, int64(space), int64(id)))
}

// Change reads one entry of a Space's history.
func (b *Backend) Change(ctx context.Context, space contact.SpaceID, seq contact.Seq) (store.ChangeRow, bool, error) {
	return first(list(ctx, b, "read a change", changesOf(space), selectChange, int64(space), int64(seq)))
}

func first[Row any](rows []Row, err error) (row Row, ok bool, _ error) {
	if err != nil || len(rows) == 0 {
		return row, false, err
	}
	return rows[0], true, nil
}

// List reads live contacts in the order of their ids.
func (b *Backend) List(ctx context.Context, l store.Listing) ([]store.ContactRow, error) {
	before := noBound
	if l.Before != 0 {
		before = int64(l.Before)
	}
	query := listNewest
	args := []any{int64(l.Space), int64(store.MaxPageBytes), int64(l.After), before, int64(l.Limit)}
	if len(l.Keys) > 0 {
		query = keyedNewest
		args = append(args, keyPairs(l.Keys, 2)...)
	}
	if l.OldestFirst {
		query = map[string]string{listNewest: listOldest, keyedNewest: keyedOldest}[query]
	}
	return list(ctx, b, "list contacts", contactsOf(l.Space), query, args...)
}

// keyPairs gives kind and text of n keys, NULL for those that are not there.
func keyPairs(keys []contact.Key, n int) []any {
	args := make([]any, 2*n)
	for i, k := range keys {
		args[2*i], args[2*i+1] = int64(k.Kind), k.Text
	}
	return args
}

// Updated reads live contacts in the order of their newest changes.
func (b *Backend) Updated(ctx context.Context, u store.Updates) ([]store.ContactRow, error) {
	before, end := noBound, noBound
	if u.Before != 0 {
		before = int64(u.Before)
	}
	if u.EndID != 0 {
		end = int64(u.EndID)
	}
	query := updatedNewest
	if u.OldestFirst {
		query = updatedOldest
	}
	args := []any{int64(u.Space), int64(store.MaxPageBytes), int64(max(u.After, u.Since-1)), before, int64(u.Limit), int64(u.FirstID), end}
	return list(ctx, b, "list changed contacts", contactsOf(u.Space), query, append(args, keyPairs(u.Keys, 2)...)...)
}

// CreatedFrom gives the first live contact from an id on.
func (b *Backend) CreatedFrom(ctx context.Context, space contact.SpaceID, from contact.ID) (id contact.ID, at contact.Time, ok bool, err error) {
	ok, err = one(ctx, b, "look for a contact", selectCreatedFrom, []any{int64(space), int64(from)}, []any{(*int64)(&id), (*int64)(&at)})
	return id, at, ok, err
}

// Feed reads the changes of a Space that follow after.
func (b *Backend) Feed(ctx context.Context, space contact.SpaceID, after contact.Seq, limit int) ([]store.ChangeRow, error) {
	return list(ctx, b, "read the feed", changesOf(space), selectFeed, int64(space), int64(store.MaxPageBytes), int64(after), int64(limit))
}

// Chain reads a change and those before it of the same contact.
func (b *Backend) Chain(ctx context.Context, space contact.SpaceID, from contact.Seq, limit int) ([]store.ChangeRow, error) {
	if limit <= 0 {
		return nil, nil
	}
	rows, err := list(ctx, b, "read a history", changesOf(space), selectChain, int64(space), int64(store.MaxPageBytes), int64(from), int64(limit))
	if err != nil {
		return nil, err
	}
	if n := len(rows); from != 0 && (n == 0 || n < limit && rows[n-1].Prev != 0 && weight(rows) < store.MaxPageBytes) {
		return nil, store.ErrNoRow // the chain is broken
	}
	return rows, nil
}

func weight(rows []store.ChangeRow) int {
	total := 0
	for i := range rows {
		total += rows[i].Weight()
	}
	return total
}

// LastSeq gives the number of a Space's newest change.
func (b *Backend) LastSeq(ctx context.Context, space contact.SpaceID) (seq contact.Seq, err error) {
	ok, err := one(ctx, b, "read a counter", selectLastSeq, []any{int64(space)}, []any{(*int64)(&seq)})
	if err == nil && !ok {
		err = store.ErrNoRow
	}
	return seq, err
}

// Secret gives the bytes that all servers on this database share.
func (b *Backend) Secret(ctx context.Context) (secret []byte, err error) {
	ok, err := one(ctx, b, "read the installation", selectSecret, nil, []any{&secret})
	if err == nil && !ok {
		err = store.ErrNoRow
	}
	return secret, err
}

func contactsOf(space contact.SpaceID) func(pgx.Row) (store.ContactRow, error) {
	return func(r pgx.Row) (store.ContactRow, error) { return contactRow(space, r) }
}

func changesOf(space contact.SpaceID) func(pgx.Row) (store.ChangeRow, error) {
	return func(r pgx.Row) (store.ChangeRow, error) { return changeRow(space, r) }
}

// contactRow reads contactColumns.
func contactRow(space contact.SpaceID, r pgx.Row) (store.ContactRow, error) {
	row := store.ContactRow{Space: space}
	var state int64
	err := r.Scan((*int64)(&row.ID), (*int64)(&row.Version), &state, (*int64)(&row.Parent), (*int64)(&row.Canonical),
		(*int64)(&row.Created), (*int64)(&row.Head), &row.Depth, (*int64)(&row.Skip), &row.Doc, &row.Origins)
	row.State = contact.State(state)
	return row, err
}

// changeRow reads changeColumns.
func changeRow(space contact.SpaceID, r pgx.Row) (store.ChangeRow, error) {
	row := store.ChangeRow{Space: space}
	err := r.Scan((*int64)(&row.Seq), (*int64)(&row.Op), (*int64)(&row.Contact), (*int64)(&row.Version), (*int64)(&row.Prev),
		(*int64)(&row.Skip), (*int64)(&row.At), (*string)(&row.Action), &row.Actor, &row.Reason, &row.RequestID, &row.Edits, &row.Snapshot)
	return row, err
}
