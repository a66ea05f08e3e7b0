package store

import (
	"cmp"
	"context"
	"slices"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
)

// maxFresh is how many changes a read looks at that the index does not hold yet. Where
// there are more it looks at the contacts themselves.
const maxFresh = 2000

// index is what a read knows of the index of a Space before it looks anything up there: how
// far that is, and then which contacts have changed since. Whoever folds meanwhile takes nobody
// out of both (CONTRACT D39).
type index struct {
	ctx     context.Context
	reads   Reader
	space   contact.SpaceID
	mark    SearchMark
	looked  bool         // which have changed since
	touched []contact.ID // those, by id, each once
	level   bool         // and no others have
}

// readIndex finds out how far the index is. Its changes come next.
func readIndex(ctx context.Context, reads Reader, space contact.SpaceID) (index, error) {
	mark, err := reads.SearchMark(ctx, space)
	return index{ctx: ctx, reads: reads, space: space, mark: mark}, err
}

// readTouched finds out which contacts have changed since, once.
func (x *index) readTouched() error {
	if x.looked {
		return nil
	}
	touched, err := x.reads.Touched(x.ctx, x.space, x.mark.Seq, maxFresh+1)
	if err != nil {
		return err
	}
	x.looked, x.level = true, len(touched) <= maxFresh
	ids := make([]contact.ID, len(touched))
	for i, t := range touched {
		ids[i] = t.Contact
	}
	slices.Sort(ids)
	x.touched = slices.Compact(ids)
	return nil
}

// ofAll gives those that have a key in a range of each part. Of a part that too many have they
// may have none; it returns false where each is such. Once few are left the rest is not looked at.
func (x *index) ofAll(parts [][]contact.KeyRange) (ids []contact.ID, found bool, err error) {
	for _, part := range parts {
		of, few, err := x.reads.Keyed(x.ctx, x.space, part)
		switch {
		case err != nil:
			return nil, false, err
		case few && !found:
			ids, found = of, true
		case few:
			ids = both(ids, of)
		}
		if found && len(ids) <= searchedAtOnce {
			break
		}
	}
	return ids, found, nil
}

// both gives the ids that are in both lists.
func both(a, b []contact.ID) []contact.ID {
	in := make(map[contact.ID]bool, len(b))
	for _, id := range b {
		in[id] = true
	}
	return slices.DeleteFunc(a, func(id contact.ID) bool { return !in[id] })
}

// fitting gives contacts among which are all that a filter takes, by id and each once. It returns false where
// these are too many, or the index does not hold what the filter asks for. It looks which
// contacts have changed only where it may.
func (x *index) fitting(where contact.Filter, today string) (ids []contact.ID, few bool, err error) {
	var parts [][]contact.KeyRange
	var used contact.Slots
	for i := range where {
		if r, has := where[i].Range(today); has && x.mark.Slots.Has(where[i].Slot) {
			parts = append(parts, []contact.KeyRange{r})
			used = used.With(where[i].Slot, true)
		}
	}
	if len(parts) == 0 {
		return nil, false, nil
	}
	if err := x.readTouched(); err != nil || !x.level {
		return nil, false, err
	}
	if ids, few, err = x.ofAll(parts); err != nil || !few {
		return nil, false, err
	}
	// Where a slot stops to be filterable its keys go; and they come again where it is once
	// more. Each of both writes to the index.
	now, err := x.reads.SearchMark(x.ctx, x.space)
	if err != nil || now.Slots&used != used || now.Turn > x.mark.Turn+1 {
		return nil, false, err
	}
	ids = append(ids, x.touched...)
	slices.Sort(ids)
	return slices.Compact(ids), true, nil
}

// along gives how a list is walked along: where the index leads to few contacts, among which
// are all that its filter takes, by looking at these, and else by looking at all.
func (s *Store) along(ctx context.Context, q *Query, first, end contact.ID) (func(at Place, limit int) (Walk, error), error) {
	all := func(at Place, limit int) (Walk, error) { return s.walk(ctx, q, first, end, at, limit) }
	if q.Deleted || q.byChange() || len(q.Keys) > 0 || !q.Where.Leads() {
		return all, nil
	}
	x, err := readIndex(ctx, s.reads, q.Space)
	if err != nil {
		return nil, err
	}
	ids, few, err := x.fitting(q.Where, q.Today)
	if len(x.touched) > 0 {
		s.unfolded.add(q.Space)
	}
	if err != nil || !few {
		return all, err
	}
	ids = slices.DeleteFunc(ids, func(id contact.ID) bool { return id < first || end != 0 && id >= end })
	return func(at Place, limit int) (Walk, error) { return x.walk(ids, at, limit) }, nil
}

// walk looks at so many of these contacts, which are in the order of their ids, from a place
// on: as a walk along all of a list does.
func (x *index) walk(ids []contact.ID, at Place, limit int) (w Walk, err error) {
	from, _ := slices.BinarySearchFunc(ids, contact.ID(at.Mark), cmp.Compare)
	switch {
	case at.Back:
		ids = slices.Clone(ids[from:])
	case at.Mark != 0:
		ids = slices.Clone(ids[:from])
		slices.Reverse(ids)
	default:
		ids = slices.Clone(ids)
		slices.Reverse(ids)
	}
	weight := 0
	for len(ids) > 0 && w.Looked < limit && weight < MaxPageBytes {
		some := ids[:min(len(ids), limit-w.Looked, searchedAtOnce)]
		rows := make(map[contact.ID]*record.Contact, len(some))
		err := eachRow(x.ctx, x.reads, x.space, some, func(id contact.ID, row *record.Contact) error {
			if row != nil && row.State == contact.Live {
				rows[id] = row
				weight += row.Weight()
			}
			return nil
		})
		if err != nil {
			return Walk{}, err
		}
		for _, id := range some {
			if rows[id] != nil {
				w.Rows = append(w.Rows, *rows[id])
			}
		}
		ids, w.Looked, w.Stopped = ids[len(some):], w.Looked+len(some), int64(some[len(some)-1])
	}
	if len(ids) == 0 {
		w.Stopped = 0
	}
	return w, nil
}
