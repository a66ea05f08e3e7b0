package store

import (
	"context"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
)

// FeedPage is a part of a Space's changes, oldest first. Last is the newest
// change that was looked at, which the next page follows; More tells whether
// there may be one already.
type FeedPage struct {
	Changes []contact.Change
	Last    contact.Seq
	More    bool
}

// Feed gives the changes of a Space that follow after, oldest first, at most
// limit, or fewer where they are large (see MaxPageBytes): none is missed and
// none comes twice (CONTRACT D22).
func (s *Store) Feed(ctx context.Context, space contact.SpaceID, after contact.Seq, limit int) (FeedPage, error) {
	rows, err := s.reads.Feed(ctx, space, after, limit)
	if err != nil {
		return FeedPage{}, err
	}
	p := FeedPage{Last: after}
	weight := 0
	for i := range rows {
		weight += rows[i].Weight()
		p.Last = rows[i].Seq
	}
	p.More = len(rows) == limit || weight >= MaxPageBytes
	p.Changes, err = decodeChanges(rows)
	return p, err
}

// HistoryPage is a part of a contact's changes, newest first. Next and Prev are
// where the pages beside it begin; zero where nothing is there.
type HistoryPage struct {
	Changes    []contact.Change
	Next, Prev Place
}

// History gives a page of a contact's own changes, newest first, at most limit,
// or fewer where they are large (see MaxPageBytes). A change is marked by how
// many the contact had with it: Contact.Depth, counted at that change.
func (s *Store) History(ctx context.Context, space contact.SpaceID, c *contact.Contact, at Place, limit int) (p HistoryPage, err error) {
	top := c.Depth // the mark of the page's first change
	var seq contact.Seq
	switch {
	case at.Mark == 0:
		seq = c.Head
	case at.Back:
		top = min(c.Depth, at.Mark-1+int64(limit))
		limit = int(top - at.Mark + 1)
		seq, limit, err = s.above(ctx, space, c, top, limit)
		top = at.Mark - 1 + int64(limit)
	default:
		if top = min(c.Depth, at.Mark-1); top > 0 {
			seq, err = s.atDepth(ctx, space, c, top)
		}
	}
	if err != nil {
		return p, err
	}
	var rows []record.Change
	if top > 0 && limit > 0 {
		if rows, err = s.reads.Chain(ctx, space, seq, limit); err != nil {
			return p, err
		}
	}
	if older := top - int64(len(rows)); older > 0 {
		p.Next = Place{Mark: older + 1}
	}
	if top < c.Depth {
		p.Prev = Place{Mark: top + 1, Back: true}
	}
	p.Changes, err = decodeChanges(rows)
	return p, err
}

// above finds what a page holds that ends at a mark: it counts from there up,
// as many as may be on it, and as MaxPageBytes lets be read, for the page must
// hold those next to the mark. It gives the newest of them, and how many they
// are. Top is the newest that there may be.
func (s *Store) above(ctx context.Context, space contact.SpaceID, c *contact.Contact, top int64, limit int) (contact.Seq, int, error) {
	if limit <= 0 {
		return 0, 0, nil
	}
	seq, err := s.atDepth(ctx, space, c, top)
	if err != nil {
		return 0, 0, err
	}
	steps, err := s.reads.Trail(ctx, space, seq, ByPrev, limit)
	if err != nil {
		return 0, 0, err
	}
	if len(steps) < limit {
		return 0, 0, ErrNoRow // the chain is broken
	}
	// Read from the newest on, they end with the one with which they weigh
	// enough: which must be none before the last.
	n := 1
	for weight := 0; n < limit; n++ {
		if weight += steps[limit-n-1].Weight; weight >= MaxPageBytes {
			break
		}
	}
	return steps[limit-n].Seq, n, nil
}

// atDepth finds the change with which a contact had so many. It leaps from
// snapshot to snapshot and walks the rest, reading links alone.
func (s *Store) atDepth(ctx context.Context, space contact.SpaceID, c *contact.Contact, depth int64) (contact.Seq, error) {
	seq, at := c.Head, c.Depth
	for at > depth {
		by, to := BySkip, (at-1)/contact.SnapshotEvery*contact.SnapshotEvery // where the first leap leads
		hops := int64(1)
		if to >= max(depth, 1) {
			hops = min(1+(to-max(depth, 1))/contact.SnapshotEvery, MaxLookedAt-1)
			to -= (hops - 1) * contact.SnapshotEvery
		} else {
			by, hops, to = ByPrev, at-depth, depth
		}
		steps, err := s.reads.Trail(ctx, space, seq, by, int(hops)+1)
		if err != nil {
			return 0, err
		}
		if len(steps) <= int(hops) {
			return 0, ErrNoRow // the chain is broken
		}
		seq, at = steps[hops].Seq, to
	}
	return seq, nil
}

func decodeChanges(rows []record.Change) ([]contact.Change, error) {
	out := make([]contact.Change, len(rows))
	for i := range rows {
		var err error
		if out[i], err = record.DecodeChange(&rows[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}
