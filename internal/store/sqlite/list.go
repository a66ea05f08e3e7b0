package sqlite

import (
	"context"
	"errors"
	"math"

	"zombiezen.com/go/sqlite"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
)

// noBound stands for an upper bound that is not there.
const noBound = int64(math.MaxInt64)

// List reads live contacts in the order of their ids.
func (b *Backend) List(ctx context.Context, l store.Listing) (rows []store.ContactRow, err error) {
	var p page
	before := noBound
	if l.Before != 0 {
		before = int64(l.Before)
	}
	err = b.read(ctx, func(c *conn) error {
		if len(l.Keys) > 0 {
			// One transaction, so that keys and contacts are of one state.
			return c.within(func() (err error) {
				rows, err = listKeyed(c, l, before, &p)
				return err
			})
		}
		query := listNewest
		if l.OldestFirst {
			query = listOldest
		}
		return enough(c.run(query, func(s *sqlite.Stmt) error {
			return p.contact(&rows, l.Space, s)
		}, int64(l.Space), int64(l.After), before, int64(l.Limit)))
	})
	return rows, err
}

// within runs f in a transaction that only reads.
func (c *conn) within(f func() error) error {
	if err := c.run(beginRead, nil); err != nil {
		return err
	}
	return errors.Join(f(), c.run(commit, nil))
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

func (p *page) contact(rows *[]store.ContactRow, space contact.SpaceID, s *sqlite.Stmt) error {
	row := contactRow(space, s)
	*rows = append(*rows, row)
	return p.add(row.Weight())
}

func (p *page) change(rows *[]store.ChangeRow, space contact.SpaceID, s *sqlite.Stmt) error {
	row := changeRow(space, s)
	*rows = append(*rows, row)
	return p.add(row.Weight())
}

// listKeyed walks the contacts that have the first key and keeps those that
// have the others too.
func listKeyed(c *conn, l store.Listing, before int64, p *page) (rows []store.ContactRow, err error) {
	query := keyedNewest
	if l.OldestFirst {
		query = keyedOldest
	}
	first := l.Keys[0]
	err = c.run(query, func(s *sqlite.Stmt) error {
		id := s.ColumnInt64(0)
		for _, k := range l.Keys[1:] {
			found := false
			err := c.run(selectKey, func(*sqlite.Stmt) error { found = true; return nil },
				int64(l.Space), int64(k.Kind), k.Text, id)
			if err != nil || !found {
				return err
			}
		}
		err := c.run(selectContact, func(s *sqlite.Stmt) error {
			return p.contact(&rows, l.Space, s)
		}, id, int64(l.Space))
		if err == nil && len(rows) == l.Limit {
			err = errEnough
		}
		return err
	}, int64(l.Space), int64(first.Kind), first.Text, int64(l.After), before)
	return rows, enough(err)
}

// Updated reads live contacts in the order of their newest changes.
func (b *Backend) Updated(ctx context.Context, u store.Updates) (rows []store.ContactRow, err error) {
	from, to := max(u.After, u.Since-1), maxSeq
	if u.Before != 0 {
		to = u.Before
	}
	end := noBound
	if u.EndID != 0 {
		end = int64(u.EndID)
	}
	args := []any{historyKey(u.Space, bound(from)), historyKey(u.Space, bound(to)), int64(u.Space), int64(u.FirstID), end, nil, nil, nil, nil, int64(u.Limit)}
	for i, k := range u.Keys {
		args[5+2*i], args[6+2*i] = int64(k.Kind), k.Text
	}
	var p page
	query := updatedNewest
	if u.OldestFirst {
		query = updatedOldest
	}
	err = b.read(ctx, func(c *conn) error {
		return enough(c.run(query, func(s *sqlite.Stmt) error {
			return p.contact(&rows, u.Space, s)
		}, args...))
	})
	return rows, err
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

// Feed reads the changes of a Space that follow after.
func (b *Backend) Feed(ctx context.Context, space contact.SpaceID, after contact.Seq, limit int) (rows []store.ChangeRow, err error) {
	err = b.read(ctx, func(c *conn) error {
		var p page
		return enough(c.run(selectFeed, func(s *sqlite.Stmt) error {
			return p.change(&rows, space, s)
		}, historyKey(space, bound(after)), historyKey(space+1, 0)-1, int64(limit)))
	})
	return rows, err
}

// Chain reads a change and those before it of the same contact.
func (b *Backend) Chain(ctx context.Context, space contact.SpaceID, from contact.Seq, limit int) (rows []store.ChangeRow, err error) {
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
	err = b.read(ctx, func(c *conn) error {
		return one(c, selectSecret, func(s *sqlite.Stmt) error {
			secret = columnBytes(s, 0)
			return nil
		})
	})
	return secret, err
}
