package sqlite

import (
	"context"
	"errors"
	"fmt"

	"zombiezen.com/go/sqlite"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
)

// tx is the one open write transaction. It holds the writing lock.
type tx struct {
	*Backend
	pages int // about how many it has written to so far
}

// Begin opens a write transaction, waiting for the command line's writes as
// long as busyTimeout.
func (b *Backend) Begin(_ context.Context, _ int64) (store.Tx, error) {
	if err := b.sound(); err != nil {
		return nil, err
	}
	b.writing.Lock()
	if b.writer == nil {
		b.writing.Unlock()
		return nil, errClosed
	}
	err := b.ended()
	if err == nil {
		err = b.writer.run(begin, nil)
	}
	if err != nil {
		b.writing.Unlock()
		if errors.Is(err, store.ErrConflict) { // it has waited long enough
			err = unavailable(fault.CodeDatabaseBusy, "The database is busy: the write was not done. Send it again in a moment.", err)
		}
		return nil, err
	}
	return &tx{Backend: b}, nil
}

// ended rolls back what is open still on the writer, where a rollback failed. The
// writing lock is held.
func (b *Backend) ended() error {
	if b.writer.AutocommitEnabled() {
		return nil
	}
	return b.writer.run(rollback, nil)
}

func (t *tx) Spaces(_ context.Context, ids []contact.SpaceID) ([]store.SpaceRow, error) {
	rows := make([]store.SpaceRow, 0, len(ids))
	for _, id := range ids {
		err := t.writer.run(selectSpace, func(s *sqlite.Stmt) error {
			rows = append(rows, spaceRow(id, s))
			return nil
		}, int64(id))
		if err != nil {
			return nil, err
		}
	}
	return rows, nil
}

func (t *tx) Load(_ context.Context, w *store.Wants) (store.Loaded, error) {
	var found store.Loaded
	for _, ref := range w.Refs {
		err := t.writer.run(selectContact, func(s *sqlite.Stmt) error {
			found.Refs = append(found.Refs, store.Led{Ref: ref.ID, Row: contactRow(ref.Space, s)})
			return nil
		}, int64(ref.ID), int64(ref.Space))
		if err != nil {
			return found, err
		}
	}
	for _, id := range w.Rows {
		err := t.writer.run(selectRow, func(s *sqlite.Stmt) error {
			found.Rows = append(found.Rows, contactRow(id.Space, s))
			return nil
		}, int64(id.ID), int64(id.Space))
		if err != nil {
			return found, err
		}
	}
	if err := t.loadRetries(w, &found); err != nil {
		return found, err
	}
	for _, write := range w.Undone {
		err := t.writer.run(selectUndone, func(s *sqlite.Stmt) error {
			found.Undone = append(found.Undone, store.Undoing{Space: write.Space, Op: contact.Seq(s.ColumnInt64(0)), By: contact.Seq(s.ColumnInt64(1))})
			return nil
		}, int64(write.Op), historyKey(write.Space, 0), historyKey(write.Space, contact.MaxSeq))
		if err != nil {
			return found, err
		}
	}
	for _, ref := range w.Trees {
		tree, err := t.writer.tree(ref)
		if err != nil {
			return found, err
		}
		found.Trees = append(found.Trees, tree)
	}
	var err error
	if found.Pairs, err = t.loadPairs(w.Pairs); err != nil {
		return found, err
	}
	if found.Spent, err = t.loadSpent(w.Spent); err != nil {
		return found, err
	}
	if found.Plans, err = t.loadPlans(w.Plans); err != nil {
		return found, err
	}
	found.Files, err = t.loadFiles(w.Files)
	return found, err
}

// loadRetries loads the records of retries that are asked for, and which are too old.
func (t *tx) loadRetries(w *store.Wants, found *store.Loaded) error {
	for _, id := range w.Retries {
		err := t.writer.run(selectRetry, func(s *sqlite.Stmt) error {
			found.Retries = append(found.Retries, retryRow(id.Space, s))
			return nil
		}, int64(id.Space), id.Key)
		if err != nil {
			return err
		}
	}
	for _, old := range w.Expired {
		err := t.writer.run(selectExpired, func(s *sqlite.Stmt) error {
			found.Expired = append(found.Expired, store.RetryWeight{RetryID: store.RetryID{Space: old.Space, Key: s.ColumnText(0)}, Weight: s.ColumnInt(1)})
			return nil
		}, int64(old.Space), int64(old.Until), int64(old.Limit))
		if err != nil {
			return err
		}
	}
	return nil
}

// tree loads all that was merged into what a ref leads to.
func (c *conn) tree(ref store.ContactID) (store.Tree, error) {
	tree := store.Tree{Space: ref.Space, Root: ref.ID}
	err := c.run(selectAlias, func(s *sqlite.Stmt) error {
		tree.Root = contact.ID(s.ColumnInt64(0))
		return nil
	}, int64(ref.Space), int64(ref.ID))
	if err != nil {
		return tree, err
	}
	err = c.run(selectTree, func(s *sqlite.Stmt) error {
		tree.Nodes = append(tree.Nodes, contact.Node{
			ID: contact.ID(s.ColumnInt64(0)), Parent: contact.ID(s.ColumnInt64(1)), Version: contact.Version(s.ColumnInt64(2))})
		return nil
	}, int64(ref.Space), int64(tree.Root))
	return tree, err
}

func (t *tx) NewIDs(_ context.Context, n int64) (contact.ID, error) {
	var first contact.ID
	err := t.writer.run(takeIDs, func(s *sqlite.Stmt) error {
		first = contact.ID(s.ColumnInt64(0))
		return nil
	}, n)
	if err == nil && (first < 1 || first > contact.MaxID-contact.ID(n)) {
		err = fmt.Errorf("sqlite: contact ids are used up")
	}
	return first, err
}

// Save stops at the first statement that fails: with some errors, a full disk among
// them, SQLite has rolled back the transaction, and the next would stand alone.
func (t *tx) Save(_ context.Context, s *store.Save) error {
	for i := range s.Contacts {
		if err := t.saveContact(&s.Contacts[i]); err != nil {
			return err
		}
		t.pages += s.Contacts[i].Row.Weight() / pageSize
	}
	for i := range s.Redirects {
		if err := t.redirect(&s.Redirects[i]); err != nil {
			return err
		}
	}
	for i := range s.Changes {
		if err := t.saveChange(&s.Changes[i]); err != nil {
			return err
		}
		t.pages += s.Changes[i].Weight() / pageSize
	}
	if err := t.saveErasures(s); err != nil {
		return err
	}
	if err := t.saveRetries(s); err != nil {
		return err
	}
	if err := t.writer.saveKeys(s.KeysGone, s.KeysCome); err != nil {
		return err
	}
	if err := t.savePairs(s.PairsGone, s.PairsCome); err != nil {
		return err
	}
	if err := t.saveSpent(s.Spent); err != nil {
		return err
	}
	if err := t.savePlans(s.Plans); err != nil {
		return err
	}
	if err := t.saveFiles(s.Files); err != nil {
		return err
	}
	if s.Anew != nil {
		if err := t.saveAnew(s.Anew); err != nil {
			return err
		}
	}
	for _, sp := range s.Spaces {
		err := t.writer.run(updateSpace, nil, int64(sp.Space), int64(sp.NextID), int64(sp.BlockEnd), int64(sp.NextSeq), int64(sp.LastAt),
			sp.Usage.Bytes, int64(sp.Usage.Since), sp.Usage.Minute)
		if err != nil {
			return err
		}
	}
	t.pages += len(s.Contacts) + len(s.Changes) + len(s.KeysGone) + len(s.KeysCome) + len(s.Spaces)
	return nil
}

// saveRetries lets go of what need not be remembered any more, and keeps what came.
func (t *tx) saveRetries(s *store.Save) error {
	for _, id := range s.RetriesGone {
		if err := t.writer.run(deleteRetry, nil, int64(id.Space), id.Key); err != nil {
			return err
		}
	}
	t.pages += len(s.RetriesGone)
	for i := range s.Retries {
		r := &s.Retries[i]
		err := t.writer.run(insertRetry, nil, int64(r.Space), r.Key, r.Fingerprint, r.RequestID, int64(r.At), int64(r.Sum), string(r.Answer))
		if err != nil {
			return err
		}
		t.pages += 1 + r.Weight()/pageSize
	}
	return nil
}

func (t *tx) redirect(r *store.Redirect) error {
	if r.From != 0 {
		if err := t.writer.run(moveAliases, nil, int64(r.Space), int64(r.From), int64(r.To)); err != nil {
			return err
		}
		return t.writer.run(insertAlias, nil, int64(r.Space), int64(r.From), int64(r.To))
	}
	if err := t.writer.run(deleteAlias, nil, int64(r.Space), int64(r.To)); err != nil {
		return err
	}
	for _, id := range r.IDs {
		if err := t.writer.run(moveAlias, nil, int64(r.Space), int64(id), int64(r.To)); err != nil {
			return err
		}
	}
	return nil
}

func (c *conn) saveKeys(gone, come []record.MatchKey) error {
	for _, k := range gone {
		if err := c.run(deleteKey, nil, int64(k.Space), int64(k.Kind), k.Text, int64(k.ID)); err != nil {
			return err
		}
	}
	for _, k := range come {
		if err := c.run(insertKey, nil, int64(k.Space), int64(k.Kind), k.Text, int64(k.ID)); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) saveContact(s *store.ContactSave) error {
	r := &s.Row
	query, args := insertContact, []any{
		int64(r.ID), int64(r.Version), int64(r.State), int64(r.Parent), int64(r.Created),
		int64(r.Head), r.Depth, int64(r.Sum), string(r.Doc), string(r.Origins), int64(r.Space),
	}
	if s.Loaded != 0 {
		query, args = updateContact, []any{
			int64(r.ID), int64(r.Version), int64(r.Head), r.Depth, int64(r.Sum), string(r.Doc), string(r.Origins),
			int64(r.Space), int64(s.Loaded),
		}
		if s.Moved {
			query, args = moveContact, append(args, int64(r.State), int64(r.Parent))
		}
	}
	if err := t.writer.run(query, nil, args...); err != nil {
		return err
	}
	if t.writer.Changes() != 1 {
		return fmt.Errorf("%w: contact %d is not at version %d", store.ErrConflict, r.ID, s.Loaded)
	}
	return nil
}

func (t *tx) saveChange(r *record.Change) error {
	var snapshot any
	if r.Snapshot != nil {
		snapshot = string(r.Snapshot)
	}
	return t.writer.run(insertChange, nil,
		historyKey(r.Space, r.Seq), int64(r.Op), int64(r.Contact), int64(r.Ref), int64(r.Version), int64(r.Prev),
		int64(r.At), string(r.Action), string(r.Actor), r.Reason, r.RequestID, r.BatchID, int64(r.Undoes),
		int64(r.Sum), string(r.Edits), snapshot)
}

// Commit returns once the write-ahead log is synced. Where COMMIT fails and the
// transaction is still open, it was not committed.
func (t *tx) Commit(context.Context) error {
	defer t.writing.Unlock()
	err := t.writer.run(commit, nil)
	if err != nil {
		return errors.Join(err, t.ended())
	}
	t.written(t.pages)
	return nil
}

func (t *tx) Rollback() {
	defer t.writing.Unlock()
	if err := t.ended(); err != nil { // some errors, a full disk among them, have rolled back already
		t.log.Error("a rollback failed", "error", err)
	}
}

// retryRow reads what selectRetry gives.
func retryRow(space contact.SpaceID, s *sqlite.Stmt) record.Retry {
	return record.Retry{
		Space: space, Key: s.ColumnText(0), Fingerprint: columnBytes(s, 1), RequestID: s.ColumnText(2),
		At: contact.Time(s.ColumnInt64(3)), Sum: uint32(s.ColumnInt64(4)), Answer: columnBytes(s, 5),
	}
}

// Saved looks for the row that the mark names, on the connection that wrote
// it, once nothing is open there.
func (b *Backend) Saved(_ context.Context, mark store.Mark) (bool, error) {
	b.writing.Lock()
	defer b.writing.Unlock()
	if err := b.ended(); err != nil {
		return false, err
	}
	saved := false
	if mark.Key != "" {
		err := b.writer.run(selectRetry, func(s *sqlite.Stmt) error {
			saved = retryRow(mark.Space, s).RequestID == mark.RequestID
			return nil
		}, int64(mark.Space), mark.Key)
		return saved, err
	}
	err := b.writer.run(selectChange, func(s *sqlite.Stmt) error {
		saved = changeRow(mark.Space, s).RequestID == mark.RequestID
		return nil
	}, historyKey(mark.Space, mark.Seq))
	return saved, err
}
