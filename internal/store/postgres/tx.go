package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
)

// rollbackTimeout is how long a transaction may take to end. After it the
// connection is dropped, which ends it too.
const rollbackTimeout = 2 * time.Second

// tx is a write transaction on a connection of its own. BEGIN travels with its
// first statements, so that it costs no round trip.
type tx struct {
	b     *Backend
	conn  *pgxpool.Conn
	begun bool
}

// Begin takes a connection for a transaction.
func (b *Backend) Begin(ctx context.Context, _ int64) (store.Tx, error) { return b.begin(ctx) }

func (b *Backend) begin(ctx context.Context) (*tx, error) {
	conn, err := b.writes.Acquire(ctx)
	if err != nil {
		return nil, explain("connect", err)
	}
	return &tx{b: b, conn: conn}, nil
}

// statements gives a list of statements to fill, which go to the server
// together. The first one of a transaction begins it.
func (t *tx) statements() *pgx.Batch {
	if t.begun {
		return &pgx.Batch{}
	}
	t.begun = true
	return beginning()
}

func beginning() *pgx.Batch {
	q := &pgx.Batch{}
	q.Queue(begin)
	q.Queue(settings)
	return q
}

// send runs statements in one round trip. After one that fails the server skips
// the others.
func (t *tx) send(ctx context.Context, doing string, q *pgx.Batch) error {
	return explain(doing, t.conn.SendBatch(ctx, q).Close())
}

// Spaces locks the rows of Spaces, in the order of their ids, and loads them.
func (t *tx) Spaces(ctx context.Context, ids []contact.SpaceID) ([]store.SpaceRow, error) {
	ids = slices.Sorted(slices.Values(ids))
	rows := make([]store.SpaceRow, 0, len(ids))
	q := t.statements()
	for _, id := range ids {
		queueLock(q, id, &rows)
	}
	return rows, t.send(ctx, "lock Spaces", q)
}

// queueLock locks a Space's row and appends it to rows, if there is one.
func queueLock(q *pgx.Batch, id contact.SpaceID, rows *[]store.SpaceRow) {
	found := false
	q.Queue(lockSpace, int64(id)).QueryRow(func(r pgx.Row) error {
		row := store.SpaceRow{Space: id}
		err := r.Scan((*int64)(&row.NextID), (*int64)(&row.BlockEnd), (*int64)(&row.NextSeq), (*int64)(&row.LastAt),
			&row.Usage.Bytes, (*int64)(&row.Usage.Since), &row.Usage.Minute)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		*rows, found = append(*rows, row), err == nil
		return err
	})
	q.Queue(selectTerms, int64(id)).QueryRow(func(r pgx.Row) error {
		if !found {
			return nil
		}
		row := &(*rows)[len(*rows)-1]
		var secret []byte
		err := r.Scan(&row.Region, &row.Quota.Bytes, &row.Quota.Minute, (*int64)(&row.Rekeying.Phase), &row.Rekeying.From, (*int64)(&row.Rekeying.At), &secret)
		copy(row.Remember[:], secret) // what is damaged is refused where settings are read whole
		return err
	})
}

// Load loads what writes want to look at: up to eight statements a Space, in one
// round trip.
func (t *tx) Load(ctx context.Context, w *store.Wants) (store.Loaded, error) {
	var found store.Loaded
	q := t.statements()
	for space, refs := range bySpace(w.Refs) {
		q.Queue(selectRefs, int64(space), refs).Query(func(r pgx.Rows) error {
			return collect(r, &found.Refs, func() (led store.Led, err error) {
				led.Row, err = contactRow(space, r, (*int64)(&led.Ref))
				return led, err
			})
		})
	}
	for space, ids := range bySpace(w.Rows) {
		q.Queue(selectRows, int64(space), ids).Query(func(r pgx.Rows) error {
			return collect(r, &found.Rows, func() (record.Contact, error) { return contactRow(space, r) })
		})
	}
	queueRetries(q, w, &found)
	undone := map[contact.SpaceID][]int64{}
	for _, id := range w.Undone {
		undone[id.Space] = append(undone[id.Space], int64(id.Op))
	}
	for space, ops := range undone {
		q.Queue(selectUndone, int64(space), ops).Query(func(r pgx.Rows) error {
			return collect(r, &found.Undone, func() (store.Undoing, error) {
				u := store.Undoing{Space: space}
				return u, r.Scan((*int64)(&u.Op), (*int64)(&u.By))
			})
		})
	}
	for space, refs := range bySpace(w.Trees) {
		q.Queue(selectTrees, int64(space), refs).Query(func(r pgx.Rows) error { return collectTrees(r, space, &found.Trees) })
	}
	queueLoadPairs(q, w.Pairs, &found.Pairs)
	queueLoadSpent(q, w.Spent, &found.Spent)
	queueLoadPlans(q, w.Plans, &found.Plans)
	queueLoadFiles(q, w.Files, &found.Files)
	err := t.send(ctx, "load contacts", q)
	return found, err
}

// queueRetries asks for records of retries, and for which are too old.
func queueRetries(q *pgx.Batch, w *store.Wants, found *store.Loaded) {
	keys := map[contact.SpaceID][]string{}
	for _, id := range w.Retries {
		keys[id.Space] = append(keys[id.Space], id.Key)
	}
	for space, of := range keys {
		q.Queue(selectRetries, int64(space), of).Query(func(r pgx.Rows) error {
			return collect(r, &found.Retries, func() (record.Retry, error) { return retryRow(space, r) })
		})
	}
	for _, old := range w.Expired {
		q.Queue(selectExpired, int64(old.Space), int64(old.Until), old.Limit).Query(func(r pgx.Rows) error {
			return collect(r, &found.Expired, func() (store.RetryWeight, error) {
				row := store.RetryWeight{RetryID: store.RetryID{Space: old.Space}}
				err := r.Scan(&row.Key, &row.Weight)
				return row, err
			})
		})
	}
}

// retryRow reads what selectRetries gives.
func retryRow(space contact.SpaceID, r pgx.Row) (record.Retry, error) {
	row := record.Retry{Space: space}
	var sum int64
	err := r.Scan(&row.Key, &row.Fingerprint, &row.RequestID, (*int64)(&row.At), &sum, &row.Answer)
	row.Sum = uint32(sum)
	return row, err
}

// bySpace gives the ids of each Space, as statements take them.
func bySpace(ids []store.ContactID) map[contact.SpaceID][]int64 {
	spaces := map[contact.SpaceID][]int64{}
	for _, id := range ids {
		spaces[id.Space] = append(spaces[id.Space], int64(id.ID))
	}
	return spaces
}

// collectTrees appends the trees of a Space, whose nodes come together.
func collectTrees(rows pgx.Rows, space contact.SpaceID, to *[]store.Tree) error {
	defer rows.Close()
	var last *store.Tree
	for rows.Next() {
		var root contact.ID
		var n contact.Node
		if err := rows.Scan((*int64)(&root), (*int64)(&n.ID), (*int64)(&n.Parent), (*int64)(&n.Version)); err != nil {
			return err
		}
		if last == nil || last.Root != root {
			*to = append(*to, store.Tree{Space: space, Root: root})
			last = &(*to)[len(*to)-1]
		}
		if n.ID != 0 {
			last.Nodes = append(last.Nodes, n)
		}
	}
	return rows.Err()
}

// NewIDs takes ids in a transaction of its own, so that Spaces do not wait for
// each other's batches.
func (t *tx) NewIDs(ctx context.Context, n int64) (contact.ID, error) {
	first, err := t.b.takeIDs(ctx, "contact", n)
	if err == nil && (first < 1 || first > int64(contact.MaxID)-n) {
		err = fmt.Errorf("postgres: contact ids are used up")
	}
	return contact.ID(first), err
}

// takeIDs gives the first of n ids of a kind that nobody was ever given.
func (b *Backend) takeIDs(ctx context.Context, kind string, n int64) (first int64, err error) {
	q := beginning()
	q.Queue(takeIDs, kind, n).QueryRow(func(r pgx.Row) error { return r.Scan(&first) })
	q.Queue(commit)
	return first, explain("take ids", b.ids.SendBatch(ctx, q).Close())
}

// Commit returns once the transaction is durable.
func (t *tx) Commit(ctx context.Context) error {
	defer t.conn.Release()
	if !t.begun {
		return nil
	}
	tag, err := t.conn.Exec(ctx, commit)
	if err != nil {
		return explainCommit(err)
	}
	if tag.String() != commit { // ROLLBACK, where a statement had failed
		return fmt.Errorf("%w: postgres: the transaction had failed before its commit", store.ErrConflict)
	}
	return nil
}

// Rollback ends the transaction without a trace. Where that cannot be said to
// the server, the end of the connection says it.
func (t *tx) Rollback() {
	defer t.conn.Release() // which drops a connection whose transaction is open
	if !t.begun || t.conn.Conn().IsClosed() {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), rollbackTimeout)
	defer cancel()
	if _, err := t.conn.Exec(ctx, rollback); err != nil {
		t.b.log.Warn("a rollback failed; its connection is dropped", "error", because("rollback", err))
	}
}

// Saved looks for a change, or for the record of a retry. The row of its Space is locked by the transaction
// that may have saved it until that has ended, so it is locked here first. The
// commit makes what is then seen as durable as any other answer: with a standby
// that must have it too, it waits for that.
func (b *Backend) Saved(ctx context.Context, mark store.Mark) (saved bool, err error) {
	var space []store.SpaceRow
	q := beginning()
	queueLock(q, mark.Space, &space)
	query, args := selectRequest, []any{int64(mark.Space), int64(mark.Seq)}
	if mark.Key != "" {
		query, args = selectRetryOf, []any{int64(mark.Space), mark.Key}
	}
	q.Queue(query, args...).QueryRow(func(r pgx.Row) error {
		var request string
		err := r.Scan(&request)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		saved = request == mark.RequestID
		return err
	})
	q.Queue(commit)
	if err := b.writes.SendBatch(ctx, q).Close(); err != nil {
		return false, explain("ask for a commit", err)
	}
	return saved, nil
}
