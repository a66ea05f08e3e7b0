package store

import (
	"context"
	"slices"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
)

// WriteChanges reads the changes that a write made, none where there is no such
// write.
func (s *Store) WriteChanges(ctx context.Context, space contact.SpaceID, op contact.Seq) ([]contact.Change, error) {
	var rows []record.Change
	for after := op - 1; ; {
		page, err := s.reads.Feed(ctx, Stretch{Space: space, After: after, Limit: entriesAtOnce})
		if err != nil {
			return nil, err
		}
		for _, row := range page.Rows {
			if row.Op != op {
				return decodeChanges(rows)
			}
			rows = append(rows, row)
			after = row.Seq
		}
		if len(page.Rows) == 0 {
			return decodeChanges(rows)
		}
	}
}

// entriesAtOnce is how many changes are read to find those of one write: nearly
// all have one or two.
const entriesAtOnce = 4

// HistoryPage is a part of a contact's changes, newest first. Next and Prev are
// where the pages beside it begin; zero where nothing is there.
type HistoryPage struct {
	Changes    []contact.Change
	Next, Prev Place
}

// History gives a page of a contact's own changes, newest first, at most limit,
// or fewer where they are large (see MaxPageBytes). A change is marked by the
// version that it led to.
func (s *Store) History(ctx context.Context, space contact.SpaceID, c *contact.Contact, at Place, limit int) (p HistoryPage, err error) {
	mark, from := contact.Version(at.Mark), c.Head
	switch {
	case mark == 0:
	case at.Back:
		from, limit, err = s.above(ctx, space, c, mark, limit)
	default:
		from, err = s.atVersion(ctx, space, c, mark-1)
	}
	if err != nil {
		return p, err
	}
	var rows []record.Change
	if from != 0 {
		if rows, err = s.reads.Chain(ctx, space, from, limit); err != nil {
			return p, err
		}
	}
	if len(rows) == 0 { // nothing is on this side of the mark
		if at.Back {
			p.Next = Place{Mark: at.Mark}
		} else if mark != 0 {
			p.Prev = Place{Mark: at.Mark, Back: true}
		}
		return p, nil
	}
	if last := rows[len(rows)-1]; last.Prev != 0 {
		p.Next = Place{Mark: int64(last.Version)}
	}
	if rows[0].Version < c.Version {
		p.Prev = Place{Mark: int64(rows[0].Version) + 1, Back: true}
	}
	p.Changes, err = decodeChanges(rows)
	return p, err
}

// atVersion finds the change that led to a version or, where it was skipped, to
// the one before it; 0 where there is none.
func (s *Store) atVersion(ctx context.Context, space contact.SpaceID, c *contact.Contact, version contact.Version) (contact.Seq, error) {
	if version >= c.Version {
		return c.Head, nil
	}
	way, err := s.wayTo(ctx, space, c, Moment{Version: version})
	if err != nil || len(way) == 0 {
		return 0, err
	}
	return way[len(way)-1].Seq, nil
}

// startOf gives the n-th of the snapshots, or the contact's newest change where
// there are fewer.
func startOf(snapshots []Step, n int, c *contact.Contact) contact.Seq {
	if len(snapshots) < n {
		return c.Head
	}
	return snapshots[n-1].Seq
}

// above finds what a page holds that ends with a version: as many changes as may
// be on it, and as MaxPageBytes lets be read, for the page must hold those next to
// its mark. It gives the newest of them, and how many they are. A chain leads
// down alone, so it begins at a snapshot that is surely above them.
func (s *Store) above(ctx context.Context, space contact.SpaceID, c *contact.Contact, from contact.Version, limit int) (contact.Seq, int, error) {
	if from > c.Version || limit <= 0 {
		return 0, 0, nil
	}
	n := (limit+contact.SnapshotEvery-2)/contact.SnapshotEvery + 1
	snapshots, err := s.reads.Snapshots(ctx, space, c.ID, from, n)
	if err != nil {
		return 0, 0, err
	}
	steps, err := s.reads.Trail(ctx, space, startOf(snapshots, n, c), limit+2*contact.SnapshotEvery)
	if err != nil {
		return 0, 0, err
	}
	below := slices.IndexFunc(steps, func(step Step) bool { return step.Version < from })
	if below >= 0 {
		steps = steps[:below]
	}
	if steps = steps[max(0, len(steps)-limit):]; len(steps) == 0 {
		return 0, 0, ErrNoRow // the chain is broken
	}
	// Read from the newest on, they end with the one with which they weigh
	// enough: which must be none before the last.
	first := len(steps) - 1
	for weight := 0; first > 0; first-- {
		if weight += steps[first-1].Weight; weight >= MaxPageBytes {
			break
		}
	}
	return steps[first].Seq, len(steps) - first, nil
}

func decodeChanges(rows []record.Change) ([]contact.Change, error) {
	out := make([]contact.Change, len(rows))
	for i := range rows {
		var err error
		if out[i], err = record.DecodeChange(&rows[i]); err != nil {
			return nil, errDamaged(err)
		}
	}
	return out, nil
}
