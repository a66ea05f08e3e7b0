package sqlite

import (
	"context"
	"encoding/hex"
	"fmt"

	"github.com/go-json-experiment/json"
	"zombiezen.com/go/sqlite"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
)

// Erasure reads the erasure of one contact.
func (b *Backend) Erasure(ctx context.Context, space contact.SpaceID, id contact.ID) (store.Erasure, bool, error) {
	list, err := b.erasures(ctx, selectErasure, int64(space), int64(id))
	if err != nil || len(list) == 0 {
		return store.Erasure{}, false, err
	}
	return list[0], true, nil
}

// Erasures lists erasures of all Spaces in the order of their jobs.
func (b *Backend) Erasures(ctx context.Context, after int64, open bool, limit int) ([]store.Erasure, error) {
	query := selectErasures
	if open {
		query = selectOpenErasures
	}
	return b.erasures(ctx, query, after, int64(limit))
}

func (b *Backend) erasures(ctx context.Context, query string, args ...any) (list []store.Erasure, err error) {
	err = b.readKept(ctx, func(c *conn) error {
		return c.run(query, func(s *sqlite.Stmt) error {
			list = append(list, store.Erasure{
				Space: contact.SpaceID(s.ColumnInt64(0)), Contact: contact.ID(s.ColumnInt64(1)), At: contact.Time(s.ColumnInt64(2)),
				Op: contact.Seq(s.ColumnInt64(3)), Job: s.ColumnInt64(4), Scrubbed: contact.Time(s.ColumnInt64(5)),
			})
			return nil
		}, args...)
	})
	return list, err
}

// Scrubbed notes that erasures are scrubbed.
func (b *Backend) Scrubbed(ctx context.Context, jobs []int64, at contact.Time) error {
	return b.change(ctx, func(c *conn) error {
		for _, job := range jobs {
			if err := c.run(scrubErasure, nil, job, int64(at)); err != nil {
				return err
			}
		}
		return nil
	})
}

// ErasedBefore tells when somebody was erased.
func (b *Backend) ErasedBefore(ctx context.Context, space contact.SpaceID, keys []contact.ErasedKey) (day contact.Day, err error) {
	hashes := make([]string, len(keys))
	for i := range keys {
		hashes[i] = hex.EncodeToString(keys[i][:])
	}
	list, err := json.Marshal(hashes)
	if err != nil {
		return 0, err
	}
	err = b.readKept(ctx, func(c *conn) error {
		return one(c, selectErasedKeys, func(s *sqlite.Stmt) error {
			day = contact.Day(s.ColumnInt64(0))
			return nil
		}, int64(space), string(list))
	})
	return day, err
}

// saveErasures writes over history, and notes what was erased.
func (t *tx) saveErasures(s *store.Save) error {
	for i := range s.Rewritten {
		r := &s.Rewritten[i].Row
		var snapshot any
		if r.Snapshot != nil {
			snapshot = string(r.Snapshot)
		}
		err := t.writer.run(rewriteChange, nil, historyKey(r.Space, r.Seq), int64(s.Rewritten[i].Was), string(r.Actor), r.Reason,
			int64(r.Sum), string(r.Edits), snapshot)
		if err != nil {
			return err
		}
		if t.writer.Changes() != 1 {
			return fmt.Errorf("%w: change %d is not as it was read", store.ErrConflict, r.Seq)
		}
		t.pages += 1 + r.Weight()/pageSize
	}
	for i := range s.Erasures {
		e := &s.Erasures[i]
		if err := t.writer.run(insertErasure, nil, int64(e.Space), int64(e.Contact), int64(e.At), int64(e.Op), e.Job); err != nil {
			return err
		}
	}
	for i := range s.Remembered {
		r := &s.Remembered[i]
		if err := t.writer.run(insertErasedKey, nil, int64(r.Space), r.Key[:], int64(r.Day)); err != nil {
			return err
		}
	}
	t.pages += len(s.Erasures) + len(s.Remembered)
	return nil
}
