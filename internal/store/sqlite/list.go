package sqlite

import (
	"context"
	"errors"
	"math"

	"zombiezen.com/go/sqlite"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
)

// noBound stands for an upper bound that is not there.
const noBound = int64(math.MaxInt64)

// List reads live or deleted contacts in the order of their ids.
func (b *Backend) List(ctx context.Context, l store.Listing) (store.Walk, error) {
	before := noBound
	if l.Before != 0 {
		before = int64(l.Before)
	}
	args := []any{int64(l.Space), int64(l.After), before}
	query := pick(l.OldestFirst, listOldest, listNewest)
	if l.Deleted {
		query = pick(l.OldestFirst, listDeletedOldest, listDeletedNewest)
	} else if len(l.Keys) > 0 {
		query = pick(l.OldestFirst, keyedOldest, keyedNewest)
		args = append(args, keyPairs(l.Keys)...)
	}
	return b.walk(ctx, l.Space, l.Limit, query, args...)
}

func pick(oldest bool, oldestFirst, newestFirst string) string {
	if oldest {
		return oldestFirst
	}
	return newestFirst
}

// keyPairs gives kind and text of two keys, NULL for those that are not there.
func keyPairs(keys []contact.MatchKey) []any {
	args := make([]any, 4)
	for i, k := range keys {
		args[2*i], args[2*i+1] = int64(k.Kind), k.Text
	}
	return args
}

// walk runs a statement that gives a mark for each row that it looks at, and
// with it contactColumns, which are NULL where the contact is not of the list.
func (b *Backend) walk(ctx context.Context, space contact.SpaceID, limit int, query string, args ...any) (w store.Walk, err error) {
	var p page
	err = b.read(ctx, func(c *conn) error {
		return enough(c.run(query, func(s *sqlite.Stmt) error {
			w.Looked++
			if !s.ColumnIsNull(0) {
				if err := p.contact(&w.Rows, space, s); err != nil {
					return err
				}
				if len(w.Rows) == limit {
					return errEnough
				}
			}
			if w.Looked == store.MaxLookedAt {
				w.Stopped = s.ColumnInt64(contactWidth)
				return errEnough
			}
			return nil
		}, args...))
	})
	return w, err
}

// errEnough ends a walk early.
var errEnough = errors.New("sqlite: enough rows")

// enough takes the early end of a walk for what it is.
func enough(err error) error {
	if errors.Is(err, errEnough) {
		return nil
	}
	return err
}

// page bounds what one list brings, by store.MaxPageBytes.
type page struct{ weight int }

func (p *page) add(weight int) error {
	if p.weight += weight; p.weight >= store.MaxPageBytes {
		return errEnough
	}
	return nil
}

func (p *page) contact(rows *[]record.Contact, space contact.SpaceID, s *sqlite.Stmt) error {
	row := contactRow(space, s)
	*rows = append(*rows, row)
	return p.add(row.Weight())
}

func (p *page) change(rows *[]record.Change, space contact.SpaceID, s *sqlite.Stmt) error {
	row := changeRow(space, s)
	*rows = append(*rows, row)
	return p.add(row.Weight())
}

// Updated reads live contacts in the order of their newest changes.
func (b *Backend) Updated(ctx context.Context, u store.Updates) (store.Walk, error) {
	from, to := max(u.After, u.Since-1), maxSeq
	if u.Before != 0 {
		to = u.Before
	}
	end := noBound
	if u.EndID != 0 {
		end = int64(u.EndID)
	}
	args := []any{int64(u.Space), historyKey(u.Space, bound(from)), historyKey(u.Space, bound(to))}
	args = append(append(args, keyPairs(u.Keys)...), int64(u.FirstID), end)
	return b.walk(ctx, u.Space, u.Limit, pick(u.OldestFirst, updatedOldest, updatedNewest), args...)
}

// CreatedFrom gives the first live contact from an id on.
func (b *Backend) CreatedFrom(ctx context.Context, space contact.SpaceID, from contact.ID) (id contact.ID, at contact.Time, ok bool, err error) {
	err = b.read(ctx, func(c *conn) error {
		return c.run(selectCreatedFrom, func(s *sqlite.Stmt) error {
			id, at, ok = contact.ID(s.ColumnInt64(0)), contact.Time(s.ColumnInt64(1)), true
			return nil
		}, int64(space), int64(from))
	})
	return id, at, ok, err
}

// Feed reads changes of a Space.
func (b *Backend) Feed(ctx context.Context, st store.Stretch) (w store.FeedWalk, err error) {
	end := historyKey(st.Space+1, 0)
	if st.Before != 0 {
		end = historyKey(st.Space, bound(st.Before))
	}
	query, args := pick(!st.NewestFirst, feedOldest, feedNewest), []any{historyKey(st.Space, bound(st.After)), end}
	if st.Only != (store.ChangeFilter{}) {
		query, args = pick(!st.NewestFirst, siftOldest, siftNewest), append(args, int64(st.Only.Contact), string(st.Only.Action), st.Only.BatchID, st.Only.ActorStart())
	}
	var p page
	err = b.read(ctx, func(c *conn) error {
		err := c.run(query, func(s *sqlite.Stmt) error {
			w.Looked++
			w.Last = contact.Seq(s.ColumnInt64(changeWidth))
			if !s.ColumnIsNull(0) {
				if err := p.change(&w.Rows, st.Space, s); err != nil {
					return err
				}
			}
			if len(w.Rows) == st.Limit || w.Looked == store.MaxLookedAt {
				return errEnough
			}
			return nil
		}, args...)
		w.Cut = errors.Is(err, errEnough)
		return enough(err)
	})
	return w, err
}

// Changes reads the changes of a Space that have these numbers.
func (b *Backend) Changes(ctx context.Context, space contact.SpaceID, seqs []contact.Seq) (rows []record.Change, err error) {
	keys := jsonNumbers(seqs, func(seq contact.Seq) int64 { return historyKey(space, seq) })
	err = b.read(ctx, func(c *conn) error {
		var p page
		return enough(c.run(selectChanges, func(s *sqlite.Stmt) error {
			return p.change(&rows, space, s)
		}, keys))
	})
	return rows, err
}

// Chain reads a change and those before it of the same contact.
func (b *Backend) Chain(ctx context.Context, space contact.SpaceID, from contact.Seq, limit int) (rows []record.Change, err error) {
	err = b.read(ctx, func(c *conn) error {
		var p page
		for seq := from; seq != 0 && len(rows) < limit; seq = rows[len(rows)-1].Prev {
			err := one(c, selectChange, func(s *sqlite.Stmt) error {
				return p.change(&rows, space, s)
			}, historyKey(space, seq))
			if err != nil {
				return enough(err)
			}
		}
		return nil
	})
	return rows, err
}

// Trail reads a change and those before it of the same contact, without what they
// hold.
func (b *Backend) Trail(ctx context.Context, space contact.SpaceID, from contact.Seq, limit int) (steps []store.Step, err error) {
	limit = min(limit, store.MaxLookedAt)
	err = b.read(ctx, func(c *conn) error {
		for seq := from; seq != 0 && len(steps) < limit; {
			var step store.Step
			err := one(c, selectStep, func(s *sqlite.Stmt) error {
				step, seq = stepOf(s, seq), contact.Seq(s.ColumnInt64(3))
				return nil
			}, historyKey(space, seq))
			if errors.Is(err, store.ErrNoRow) {
				return nil
			}
			if err != nil {
				return err
			}
			steps = append(steps, step)
		}
		return nil
	})
	return steps, err
}

// Snapshots reads the changes of a contact that hold a snapshot, without it.
func (b *Backend) Snapshots(ctx context.Context, space contact.SpaceID, id contact.ID, from contact.Version, limit int) (steps []store.Step, err error) {
	err = b.read(ctx, func(c *conn) error {
		return c.run(selectSnapshots, func(s *sqlite.Stmt) error {
			steps = append(steps, stepOf(s, contact.Seq(s.ColumnInt64(3))))
			return nil
		}, int64(id), int64(from), historyKey(space, 0), historyKey(space+1, 0)-1, int64(min(limit, store.MaxLookedAt)))
	})
	return steps, err
}

// stepOf reads stepColumns.
func stepOf(s *sqlite.Stmt, seq contact.Seq) store.Step {
	return store.Step{Seq: seq, Version: contact.Version(s.ColumnInt64(0)), At: contact.Time(s.ColumnInt64(1)), Weight: int(s.ColumnInt64(2))}
}

// LastSeq gives the number of a Space's newest change.
func (b *Backend) LastSeq(ctx context.Context, space contact.SpaceID) (seq contact.Seq, err error) {
	err = b.read(ctx, func(c *conn) error {
		return one(c, selectLastSeq, func(s *sqlite.Stmt) error {
			seq = contact.Seq(s.ColumnInt64(0))
			return nil
		}, int64(space))
	})
	return seq, err
}

// Secret gives the bytes that all servers on this database share.
func (b *Backend) Secret(ctx context.Context) (secret []byte, err error) {
	err = b.readKept(ctx, func(c *conn) error {
		return one(c, selectSecret, func(s *sqlite.Stmt) error {
			secret = columnBytes(s, 0)
			return nil
		})
	})
	return secret, err
}

// LastAt gives the time of the newest change of all Spaces.
func (b *Backend) LastAt(ctx context.Context) (at contact.Time, err error) {
	err = b.readKept(ctx, func(c *conn) error {
		return c.run(selectLastAt, func(s *sqlite.Stmt) error {
			at = max(at, contact.Time(s.ColumnInt64(0)))
			return nil
		})
	})
	return at, err
}
