package store

import (
	"context"
	"fmt"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
)

// Moment is when to look at a contact: at one of its versions, or at a time. One
// of the two is set, and the other is 0.
type Moment struct {
	Version contact.Version
	At      contact.Time
}

// saw tells whether a change had happened by then.
func (m Moment) saw(ch Step) bool {
	if m.Version != 0 {
		return ch.Version <= m.Version
	}
	return ch.At <= m.At
}

// At gives what a Get of this ref gave at a moment: with a version, what it gave
// with that version, whenever that was (CONTRACT D29). It returns false where Get
// found nothing then, and where it never gave that version. The contact is as it
// was, with its values and their origins, but for its Depth, which is 0 for a
// state of the past.
//
// The way there is the ref's own history: where its contact was merged by then, it
// goes on with the survivor of that merge, at the same moment. A version tells
// before and after of a merge apart, because that raises both above all that they
// had. Each contact on the way costs its row and, unless it has not changed since,
// two walks of at most contact.SnapshotEvery+1 changes, one of them along the links
// alone, and what it takes to find their beginning: one look-up by version; by
// time, as many as halving its versions takes.
func (s *Store) At(ctx context.Context, space contact.SpaceID, ref contact.ID, m Moment) (contact.Contact, bool, error) {
	for range contact.MaxAliases + 1 {
		row, ok, err := s.Row(ctx, space, ref)
		if err != nil || !ok || row.State == contact.Erased {
			return contact.Contact{}, false, err
		}
		c, ok, err := s.stateAt(ctx, space, &row, m)
		switch {
		case err != nil || !ok:
			return contact.Contact{}, false, err
		case c.State == contact.Merged && c.Parent != 0:
			ref = c.Parent
		case c.State != contact.Live || m.Version != 0 && c.Version != m.Version:
			return contact.Contact{}, false, nil
		default:
			return c, true, nil
		}
	}
	return contact.Contact{}, false, errAstray(ref)
}

// AsOf gives the contact of this very id as its change to a version left it: deleted
// or merged, too. ErrNoRow where it was never at that version, Gone where it was erased since.
func (s *Store) AsOf(ctx context.Context, space contact.SpaceID, id contact.ID, version contact.Version) (contact.Contact, error) {
	row, ok, err := s.Row(ctx, space, id)
	if err != nil {
		return contact.Contact{}, err
	}
	var c contact.Contact
	if ok && row.State == contact.Erased {
		return c, contact.WasErased()
	}
	if ok {
		c, ok, err = s.stateAt(ctx, space, &row, Moment{Version: version})
	}
	if err == nil && (!ok || c.Version != version) {
		err = ErrNoRow
	}
	return c, err
}

// stateAt gives a row as it was at a moment, false where it was not there yet.
func (s *Store) stateAt(ctx context.Context, space contact.SpaceID, row *contact.Contact, m Moment) (contact.Contact, bool, error) {
	if m.Version >= row.Version {
		return *row, true, nil
	}
	way, err := s.wayTo(ctx, space, row, m)
	if err != nil || len(way) == 0 {
		return contact.Contact{}, false, err
	}
	if len(way) == 1 && way[0].Seq == row.Head {
		return *row, true, nil
	}
	c, err := s.goBack(ctx, space, row, way)
	return c, err == nil, err
}

// wayTo gives the changes that lead from a way into a contact's history, which is a
// snapshot or its newest change, back to the newest change that a moment saw: that
// is the last of them, and they are at most contact.SnapshotEvery+1. It gives none
// where the moment saw none.
func (s *Store) wayTo(ctx context.Context, space contact.SpaceID, c *contact.Contact, m Moment) ([]Step, error) {
	if m.Version <= 0 && (m.At <= 0 || m.At < c.Created) {
		return nil, nil
	}
	if m.At != 0 {
		newest, err := s.reads.Trail(ctx, space, c.Head, 1)
		if err != nil || len(newest) == 1 && m.saw(newest[0]) {
			return newest, err
		}
	}
	from, err := s.snapshotAfter(ctx, space, c, m)
	if err != nil {
		return nil, err
	}
	steps, err := s.reads.Trail(ctx, space, startOf(from, 1, c), contact.SnapshotEvery+1)
	if err != nil {
		return nil, err
	}
	for i, step := range steps {
		if m.saw(step) {
			return steps[:i+1], nil
		}
	}
	return nil, ErrNoRow // the chain is broken
}

// snapshotAfter gives the first snapshot of a contact that is of the moment or
// later; none where there is none. Its times grow with its versions.
func (s *Store) snapshotAfter(ctx context.Context, space contact.SpaceID, c *contact.Contact, m Moment) ([]Step, error) {
	if m.Version != 0 {
		return s.reads.Snapshots(ctx, space, c.ID, m.Version, 1)
	}
	var found []Step
	low, high := contact.Version(1), c.Version+1
	for low < high {
		middle := low + (high-low)/2
		next, err := s.reads.Snapshots(ctx, space, c.ID, middle, 1)
		if err != nil {
			return nil, err
		}
		if len(next) == 1 && next[0].At < m.At {
			low = next[0].Version + 1
		} else {
			found, high = next, middle
		}
	}
	return found, nil
}

// goBack gives the contact at the end of a way, from what it is at its beginning: as
// its row has it, or a snapshot.
func (s *Store) goBack(ctx context.Context, space contact.SpaceID, row *contact.Contact, way []Step) (contact.Contact, error) {
	c, end := *row, len(way)-1 // what led to the end is not undone
	known := way[0].Seq == row.Head
	for i := 0; i < end || !known; {
		rows, err := s.reads.Chain(ctx, space, way[i].Seq, max(1, end-i))
		if err != nil {
			return contact.Contact{}, err
		}
		changes, err := decodeChanges(rows)
		if err != nil {
			return contact.Contact{}, err
		}
		if len(changes) == 0 {
			return contact.Contact{}, ErrNoRow // the chain is broken
		}
		for j := range changes {
			if !known {
				if c, err = fromSnapshot(&changes[j], row); err != nil {
					return contact.Contact{}, err
				}
				known = true
			}
			if i < end {
				c = changes[j].Edits.Backward(c)
				i++
			}
		}
	}
	c.Version, c.Head, c.Depth = way[end].Version, way[end].Seq, 0
	return c, nil
}

// fromSnapshot gives a contact as the snapshot of a change has it.
func fromSnapshot(ch *contact.Change, row *contact.Contact) (contact.Contact, error) {
	if ch.Snapshot == nil {
		return contact.Contact{}, errDamaged(fmt.Errorf("%w: change %d has no snapshot", record.ErrDamaged, ch.Seq))
	}
	c := *ch.Snapshot
	c.Created = row.Created
	return c, nil
}
