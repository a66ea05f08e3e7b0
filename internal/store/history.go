package store

import (
	"context"

	"github.com/carnet-project/carnet/internal/contact"
)

// Feed gives the changes of a Space that follow after, oldest first, at most
// limit, or fewer where they are large (see MaxPageBytes): none is missed and
// none comes twice (CONTRACT D22).
func (s *Store) Feed(ctx context.Context, space contact.SpaceID, after contact.Seq, limit int) ([]contact.Change, error) {
	rows, err := s.backend.Feed(ctx, space, after, limit)
	if err != nil {
		return nil, err
	}
	return decodeChanges(rows)
}

// History gives a page of a contact's own changes, newest first, at most limit,
// or fewer where they are large (see MaxPageBytes). Its places
// mark a change by how many the contact had with it: Contact.Depth, counted at
// that change.
func (s *Store) History(ctx context.Context, space contact.SpaceID, c *contact.Contact, at Place, limit int) (HistoryPage, error) {
	top := c.Depth // the depth of the page's first change
	switch {
	case at.Mark == 0:
	case at.Back:
		top = min(c.Depth, at.Mark+int64(limit))
		limit = int(top - at.Mark)
	default:
		top = min(c.Depth, at.Mark-1)
	}
	p := HistoryPage{Top: top, Newer: top < c.Depth}
	if top <= 0 || limit <= 0 {
		return p, nil
	}
	seq, err := s.atDepth(ctx, space, c, top)
	if err != nil {
		return p, err
	}
	rows, err := s.backend.Chain(ctx, space, seq, limit)
	if err != nil {
		return p, err
	}
	if at.Back && len(rows) < limit && len(rows) > 0 {
		// Large changes cut the page short. Going back, it must hold those next
		// to the mark.
		return s.History(ctx, space, c, at, len(rows))
	}
	p.Older = top > int64(len(rows))
	p.Changes, err = decodeChanges(rows)
	return p, err
}

// HistoryPage is a part of a contact's changes, newest first. Top is the depth
// of the first; those after it count down.
type HistoryPage struct {
	Changes      []contact.Change
	Top          int64
	Newer, Older bool // whether there are more
}

// atDepth finds the change with which a contact had so many. It leaps from
// snapshot to snapshot and walks the rest.
func (s *Store) atDepth(ctx context.Context, space contact.SpaceID, c *contact.Contact, depth int64) (contact.Seq, error) {
	seq, at := c.Head, c.Depth
	for at > depth {
		row, ok, err := s.backend.Change(ctx, space, seq)
		if err != nil || !ok {
			return 0, err
		}
		leap := (at - 1) / contact.SnapshotEvery * contact.SnapshotEvery // where row.Skip is
		if leap < max(depth, 1) {
			break
		}
		seq, at = row.Skip, leap
	}
	for at > depth {
		rows, err := s.backend.Chain(ctx, space, seq, int(at-depth)) // or fewer, where they are large
		if err != nil || len(rows) == 0 {
			return 0, err
		}
		at -= int64(len(rows))
		seq = rows[len(rows)-1].Prev
	}
	return seq, nil
}

func decodeChanges(rows []ChangeRow) ([]contact.Change, error) {
	out := make([]contact.Change, len(rows))
	for i := range rows {
		var err error
		if out[i], err = decodeChange(&rows[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}
