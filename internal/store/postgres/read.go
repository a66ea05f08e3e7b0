package postgres

import (
	"context"
	"errors"
	"math"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
)

// noBound stands for an upper bound that is not there.
const noBound = int64(math.MaxInt64)

// list runs a statement and gives its rows. One statement sees one state.
func list[Row any](ctx context.Context, on *pgxpool.Pool, doing string, row func(pgx.Row) (Row, error), query string, args ...any) (found []Row, err error) {
	err = read(ctx, on, doing, func() error {
		found = nil
		rows, err := asking(ctx, on).Query(ctx, query, args...)
		if err != nil {
			return err
		}
		return collect(rows, &found, func() (Row, error) { return row(rows) })
	})
	return found, err
}

// read runs a statement that reads, again on another connection where its own
// turns out to be gone: as often as the pool may hold such ones. Who gave it up
// is told so, whatever the database says of it.
func read(ctx context.Context, on *pgxpool.Pool, doing string, run func() error) error {
	for tries := on.Config().MaxConns; ; tries-- {
		err := run()
		if ended := ctx.Err(); err != nil && ended != nil {
			return because(doing, ended)
		}
		err = explain(doing, err)
		if tries == 0 || !errors.Is(err, errCut) || isStill(ctx) {
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
func one(ctx context.Context, on *pgxpool.Pool, doing, query string, args, to []any) (bool, error) {
	found := true
	err := read(ctx, on, doing, func() error {
		err := asking(ctx, on).QueryRow(ctx, query, args...).Scan(to...)
		if errors.Is(err, pgx.ErrNoRows) {
			found, err = false, nil
		}
		return err
	})
	return found && err == nil, err
}

// Contact reads the row that a ref leads to.
func (b *Backend) Contact(ctx context.Context, space contact.SpaceID, ref contact.ID) (record.Contact, bool, error) {
	return first(list(ctx, b.reads, "read a contact", contactsOf(space), selectContact, int64(space), int64(ref)))
}

// Contacts reads the rows that refs lead to.
func (b *Backend) Contacts(ctx context.Context, space contact.SpaceID, refs []contact.ID) ([]store.Led, error) {
	numbers := make([]int64, len(refs))
	for i, ref := range refs {
		numbers[i] = int64(ref)
	}
	return list(ctx, b.reads, "read contacts", func(r pgx.Row) (led store.Led, err error) {
		led.Row, err = contactRow(space, r, (*int64)(&led.Ref))
		return led, err
	}, selectContacts, int64(space), int64(store.MaxPageBytes), numbers)
}

// Row reads one row by its own id.
func (b *Backend) Row(ctx context.Context, space contact.SpaceID, id contact.ID) (record.Contact, bool, error) {
	return first(list(ctx, b.reads, "read a contact", contactsOf(space), selectRow, int64(space), int64(id)))
}

// Aliases gives all ids that lead to a contact. They are put in order here: the
// index has them in none.
func (b *Backend) Aliases(ctx context.Context, space contact.SpaceID, id contact.ID) ([]contact.ID, error) {
	ids, err := list(ctx, b.reads, "read aliases", func(r pgx.Row) (id contact.ID, err error) {
		err = r.Scan((*int64)(&id))
		return id, err
	}, selectAliases, int64(space), int64(id))
	slices.Sort(ids)
	return ids, err
}

// Change reads one entry of a Space's history.
func (b *Backend) Change(ctx context.Context, space contact.SpaceID, seq contact.Seq) (record.Change, bool, error) {
	return first(list(ctx, b.reads, "read a change", changesOf(space), selectChange, int64(space), int64(seq)))
}

func first[Row any](rows []Row, err error) (row Row, ok bool, _ error) {
	if err != nil || len(rows) == 0 {
		return row, false, err
	}
	return rows[0], true, nil
}

// List reads live or deleted contacts in the order of their ids.
func (b *Backend) List(ctx context.Context, l store.Listing) (store.Walk, error) {
	before := noBound
	if l.Before != 0 {
		before = int64(l.Before)
	}
	args := []any{int64(l.Space), int64(store.MaxPageBytes), int64(l.After), before, int64(l.Limit)}
	if len(l.Keys) > 0 {
		query := keyedNewest
		if l.OldestFirst {
			query = keyedOldest
		}
		return b.walk(ctx, "list contacts", l.Limit, l.Space, query, append(args, keyPairs(l.Keys, 2)...)...)
	}
	query := listNewest
	switch {
	case l.Deleted && l.OldestFirst:
		query = listDeletedOldest
	case l.Deleted:
		query = listDeletedNewest
	case l.OldestFirst:
		query = listOldest
	}
	rows, err := list(ctx, b.reads, "list contacts", contactsOf(l.Space), query, args...)
	return store.Walk{Rows: rows, Looked: len(rows)}, err
}

// walk runs a statement that tells, beside each contact, whether it stopped with
// that row: the last of them may have no contact.
func (b *Backend) walk(ctx context.Context, doing string, limit int, space contact.SpaceID, query string, args ...any) (w store.Walk, err error) {
	stopped := int64(0)
	w.Rows, err = list(ctx, b.reads, doing, func(r pgx.Row) (record.Contact, error) { return contactRow(space, r, &stopped) }, query, args...)
	if n := len(w.Rows) - 1; n >= 0 && w.Rows[n].ID == 0 {
		w.Rows = w.Rows[:n]
	}
	if len(w.Rows) < limit && weight(w.Rows) < store.MaxPageBytes {
		w.Stopped = stopped
	}
	if w.Looked = len(w.Rows); w.Stopped != 0 {
		w.Looked = store.MaxLookedAt
	}
	return w, err
}

// keyPairs gives kind and text of n keys, NULL for those that are not there.
func keyPairs(keys []contact.MatchKey, n int) []any {
	args := make([]any, 2*n)
	for i, k := range keys {
		args[2*i], args[2*i+1] = int64(k.Kind), k.Text
	}
	return args
}

// Updated reads live contacts in the order of their newest changes.
func (b *Backend) Updated(ctx context.Context, u store.Updates) (store.Walk, error) {
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
	return b.walk(ctx, "list changed contacts", u.Limit, u.Space, query, append(args, keyPairs(u.Keys, 2)...)...)
}

// CreatedFrom gives the first live contact from an id on.
func (b *Backend) CreatedFrom(ctx context.Context, space contact.SpaceID, from contact.ID) (id contact.ID, at contact.Time, ok bool, err error) {
	ok, err = one(ctx, b.reads, "look for a contact", selectCreatedFrom, []any{int64(space), int64(from)}, []any{(*int64)(&id), (*int64)(&at)})
	return id, at, ok, err
}

// Feed reads changes of a Space.
func (b *Backend) Feed(ctx context.Context, st store.Stretch) (w store.FeedWalk, err error) {
	before := noBound
	if st.Before != 0 {
		before = int64(st.Before)
	}
	plain, sifted := feedOldest, siftOldest
	if st.NewestFirst {
		plain, sifted = feedNewest, siftNewest
	}
	query, args := plain, []any{int64(st.Space), int64(store.MaxPageBytes), int64(st.After), before, int64(st.Limit)}
	if st.Only != (store.ChangeFilter{}) {
		query, args = sifted, append(args, int64(st.Only.Contact), string(st.Only.Action), st.Only.BatchID, st.Only.ActorStart())
	}
	fits, place := false, int64(0) // of the last row
	w.Rows, err = list(ctx, b.reads, "read the feed", func(r pgx.Row) (record.Change, error) { return changeRow(st.Space, r, &fits, &place) }, query, args...)
	n := len(w.Rows)
	if n == 0 {
		return w, err
	}
	w.Last = w.Rows[n-1].Seq
	if !fits {
		w.Rows = w.Rows[:n-1]
	}
	w.Cut = len(w.Rows) == st.Limit || place == store.MaxLookedAt || weight(w.Rows) >= store.MaxPageBytes
	if w.Looked = len(w.Rows); place == store.MaxLookedAt {
		w.Looked = store.MaxLookedAt
	}
	return w, err
}

// Changes reads the changes of a Space that have these numbers.
func (b *Backend) Changes(ctx context.Context, space contact.SpaceID, seqs []contact.Seq) ([]record.Change, error) {
	numbers := make([]int64, len(seqs))
	for i, seq := range seqs {
		numbers[i] = int64(seq)
	}
	return list(ctx, b.reads, "read changes", changesOf(space), selectChanges, int64(space), int64(store.MaxPageBytes), numbers)
}

// Chain reads a change and those before it of the same contact.
func (b *Backend) Chain(ctx context.Context, space contact.SpaceID, from contact.Seq, limit int) ([]record.Change, error) {
	if limit <= 0 {
		return nil, nil
	}
	rows, err := list(ctx, b.reads, "read a history", changesOf(space), selectChain, int64(space), int64(store.MaxPageBytes), int64(from), int64(limit))
	if err != nil {
		return nil, err
	}
	if n := len(rows); from != 0 && (n == 0 || n < limit && rows[n-1].Prev != 0 && weight(rows) < store.MaxPageBytes) {
		return nil, store.ErrNoRow // the chain is broken
	}
	return rows, nil
}

// weight gives what rows weigh together.
func weight[Row any, P interface {
	*Row
	Weight() int
}](rows []Row) int {
	total := 0
	for i := range rows {
		total += P(&rows[i]).Weight()
	}
	return total
}

// Trail reads a change and those before it of the same contact, without what they
// hold.
func (b *Backend) Trail(ctx context.Context, space contact.SpaceID, from contact.Seq, limit int) ([]store.Step, error) {
	limit = min(limit, store.MaxLookedAt)
	if limit <= 0 {
		return nil, nil
	}
	return list(ctx, b.reads, "follow a history", stepRow, selectTrail, int64(space), int64(from), int64(limit))
}

// Snapshots reads the changes of a contact that hold a snapshot, without it.
func (b *Backend) Snapshots(ctx context.Context, space contact.SpaceID, id contact.ID, from contact.Version, limit int) ([]store.Step, error) {
	limit = max(0, min(limit, store.MaxLookedAt))
	return list(ctx, b.reads, "look for a snapshot", stepRow, selectSnapshots, int64(space), int64(id), int64(from), int64(limit))
}

func stepRow(r pgx.Row) (s store.Step, err error) {
	err = r.Scan((*int64)(&s.Seq), (*int64)(&s.Version), (*int64)(&s.At), &s.Weight)
	return s, err
}

// LastSeq gives the number of a Space's newest change.
func (b *Backend) LastSeq(ctx context.Context, space contact.SpaceID) (seq contact.Seq, err error) {
	ok, err := one(ctx, b.reads, "read a counter", selectLastSeq, []any{int64(space)}, []any{(*int64)(&seq)})
	if err == nil && !ok {
		err = store.ErrNoRow
	}
	return seq, err
}

// LastAt gives the time of the newest change of all Spaces.
func (b *Backend) LastAt(ctx context.Context) (at contact.Time, err error) {
	_, err = one(ctx, b.keys, "read the newest change", selectLastAt, nil, []any{(*int64)(&at)})
	return at, err
}

// Secret gives the bytes that all servers on this database share.
func (b *Backend) Secret(ctx context.Context) (secret []byte, err error) {
	ok, err := one(ctx, b.keys, "read the installation", selectSecret, nil, []any{&secret})
	if err == nil && !ok {
		err = store.ErrNoRow
	}
	return secret, err
}

func contactsOf(space contact.SpaceID) func(pgx.Row) (record.Contact, error) {
	return func(r pgx.Row) (record.Contact, error) { return contactRow(space, r) }
}

func changesOf(space contact.SpaceID) func(pgx.Row) (record.Change, error) {
	return func(r pgx.Row) (record.Change, error) { return changeRow(space, r) }
}

// contactRow reads contactColumns, and more that stands behind them.
func contactRow(space contact.SpaceID, r pgx.Row, more ...any) (record.Contact, error) {
	row := record.Contact{Space: space}
	var state, sum int64
	err := r.Scan(append([]any{(*int64)(&row.ID), (*int64)(&row.Version), &state, (*int64)(&row.Parent),
		(*int64)(&row.Created), (*int64)(&row.Head), &row.Depth, &sum, &row.Doc, &row.Origins}, more...)...)
	row.State, row.Sum = contact.State(state), uint32(sum)
	return row, err
}

// changeRow reads changeColumns, and more that stands behind them.
func changeRow(space contact.SpaceID, r pgx.Row, more ...any) (record.Change, error) {
	row := record.Change{Space: space}
	var sum int64
	err := r.Scan(append([]any{(*int64)(&row.Seq), (*int64)(&row.Op), (*int64)(&row.Contact), (*int64)(&row.Ref), (*int64)(&row.Version), (*int64)(&row.Prev),
		(*int64)(&row.At), (*string)(&row.Action), &row.Actor, &row.Reason, &row.RequestID, &row.BatchID, (*int64)(&row.Undoes), &sum,
		&row.Edits, &row.Snapshot}, more...)...)
	row.Sum = uint32(sum)
	return row, err
}

// Tree gives all that was merged into what a ref leads to.
func (b *Backend) Tree(ctx context.Context, space contact.SpaceID, ref contact.ID) (store.Tree, error) {
	var trees []store.Tree
	err := read(ctx, b.reads, "read a tree", func() error {
		trees = nil
		rows, err := asking(ctx, b.reads).Query(ctx, selectTrees, int64(space), []int64{int64(ref)})
		if err != nil {
			return err
		}
		return collectTrees(rows, space, &trees)
	})
	if err != nil || len(trees) == 0 {
		return store.Tree{Space: space, Root: ref}, err
	}
	return trees[0], nil
}

// Through gives the changes that were made by ids of other contacts.
func (b *Backend) Through(ctx context.Context, space contact.SpaceID, refs []contact.ID, after contact.Seq, limit int) ([]contact.Seq, error) {
	ids := make([]int64, len(refs))
	for i, ref := range refs {
		ids[i] = int64(ref)
	}
	return list(ctx, b.reads, "read changes by their refs", func(r pgx.Row) (seq contact.Seq, err error) {
		err = r.Scan((*int64)(&seq))
		return seq, err
	}, selectThrough, int64(space), ids, int64(after), int64(limit))
}
