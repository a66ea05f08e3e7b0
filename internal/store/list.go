package store

import (
	"context"
	"slices"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
)

// Query says which live contacts a list holds, or which deleted ones. All conditions
// must hold; the zero Query, but for its Space, holds all live ones.
type Query struct {
	Space        contact.SpaceID
	Deleted      bool         // in place of live ones; then neither UpdatedSince, LatestFirst nor Keys
	CreatedFrom  contact.Time // inclusive; 0 for no bound
	CreatedUntil contact.Time // exclusive; 0 for no bound
	UpdatedSince contact.Time // of the newest change, inclusive; 0 for no bound
	LatestFirst  bool         // in the order of their newest changes, latest first
	Keys         []contact.MatchKey
	Where        contact.Filter
	Today        string // the day from which Where counts ages
	// Find says what they are found by: then neither Deleted, UpdatedSince nor
	// LatestFirst; nil for all.
	Find *Finding
}

// byChange tells whether the list is in the order of the newest changes.
func (q *Query) byChange() bool { return q.UpdatedSince != 0 || q.LatestFirst }

// ascending tells whether the marks of the list grow: those of its ids never do.
func (q *Query) ascending() bool { return q.UpdatedSince != 0 && !q.LatestFirst }

// Place is where a page of a list begins: at the gap before the row that has
// this mark, or would have it, and from there in the order of the list or, with
// Back, against it. So one gap leads both ways, whatever became of the rows beside
// it. The zero Place is the beginning. A list in the order of ids marks rows by
// id, one with UpdatedSince or LatestFirst by their newest change, and one with Find by
// how well they are found and their id.
type Place struct {
	Mark int64
	Back bool
}

// ListPage is a part of a list, in the order of the list. It may be shorter than was
// asked for, and even empty, though the list goes on: it ends where its rows
// weigh MaxPageBytes, or where MaxLookedAt rows were looked at. Next and Prev are
// where the pages beside it begin; zero where nothing can be there. Values come
// without their origins: a list shows none.
type ListPage struct {
	Rows       []contact.Contact
	Deletions  []Deletion // of each row, where they are deleted
	Next, Prev Place
}

// Deletion says by which write a contact was deleted, and when.
type Deletion struct {
	Op contact.Seq
	At contact.Time
}

// List gives a page of at most limit contacts: newest id first, or, with
// UpdatedSince, in the order of their newest changes, oldest first; with Find, the best
// first, and of those that are as good the newest id. Creating
// contacts does not move the others (CONTRACT D17). One that changes while a list
// by changes is walked moves to its end: it may come twice and is never missed.
// With LatestFirst it moves to the beginning, so it may not come at all: that order
// is for who looks, and not for who follows.
func (s *Store) List(ctx context.Context, q Query, at Place, limit int) (ListPage, error) {
	first, end, err := s.createdRange(ctx, q)
	if err != nil || first == end && end != 0 {
		return ListPage{}, err
	}
	if q.Find != nil {
		return s.search(ctx, &q, first, end, at, limit)
	}
	walk, err := s.sift(ctx, &q, first, end, at, limit+1)
	if err != nil {
		return ListPage{}, err
	}
	p, err := page(&walk, &q, at, limit)
	if err == nil && q.Deleted {
		err = s.deletions(ctx, q.Space, &p)
	}
	return p, err
}

// walk brings so many rows of a list from a place on, of the ids from first until before end.
func (s *Store) walk(ctx context.Context, q *Query, first, end contact.ID, at Place, limit int) (Walk, error) {
	if q.byChange() {
		return s.updated(ctx, *q, first, end, at, limit)
	}
	return s.listed(ctx, *q, first, end, at, limit)
}

func (s *Store) listed(ctx context.Context, q Query, first, end contact.ID, at Place, limit int) (Walk, error) {
	l := Listing{Space: q.Space, After: max(first, 1) - 1, Before: end, Deleted: q.Deleted, Keys: q.Keys, OldestFirst: at.Back, Limit: limit}
	switch mark := contact.ID(at.Mark); {
	case mark == 0:
	case at.Back:
		l.After = max(l.After, mark-1)
	case l.Before == 0 || mark < l.Before:
		l.Before = mark
	}
	return s.reads.List(ctx, l)
}

// deletions fills in by which writes the contacts of a page were deleted: by the last
// that each has.
func (s *Store) deletions(ctx context.Context, space contact.SpaceID, p *ListPage) error {
	seqs := make([]contact.Seq, len(p.Rows))
	for i := range p.Rows {
		seqs[i] = p.Rows[i].Head
	}
	by := make(map[contact.Seq]Deletion, len(seqs))
	err := s.eachChange(ctx, space, seqs, func(row *record.Change) error {
		if !row.Intact() {
			return record.ErrDamaged
		}
		by[row.Seq] = Deletion{Op: row.Op, At: row.At}
		return nil
	})
	if err != nil {
		return err
	}
	p.Deletions = make([]Deletion, len(seqs))
	for i, seq := range seqs {
		if p.Deletions[i] = by[seq]; by[seq].Op == 0 {
			return ErrNoRow // the chain is broken
		}
	}
	return nil
}

// page decodes what a walk brought, which is one row more than the page where
// that goes on.
func page(walk *sifted, q *Query, at Place, limit int) (ListPage, error) {
	n := min(limit, len(walk.Rows))
	if len(q.Where) > 0 {
		return q.pageOf(walk.read[:n], walk.last(q, limit), at), nil
	}
	list := make([]contact.Contact, n)
	for i := range list {
		var err error
		if list[i], err = record.DecodeValues(&walk.Rows[i]); err != nil {
			return ListPage{}, errDamaged(err)
		}
	}
	return q.pageOf(list, walk.last(q, limit), at), nil
}

// pageOf makes a page of contacts, in the order in which they were found, of which the last
// that is used up has this mark; 0 where nothing can follow.
func (q *Query) pageOf(list []contact.Contact, last int64, at Place) ListPage {
	onwards := q.beyond(last, at)
	if at.Back {
		slices.Reverse(list)
		return ListPage{Rows: list, Next: Place{Mark: at.Mark}, Prev: onwards}
	}
	return ListPage{Rows: list, Next: onwards, Prev: Place{Mark: at.Mark, Back: at.Mark != 0}}
}

// last gives the mark of the last row that a page of so many used up; 0 where
// nothing can follow.
func (w *Walk) last(q *Query, limit int) int64 {
	switch n := len(w.Rows); {
	case n > limit:
		return q.mark(&w.Rows[limit-1])
	case w.weight() >= MaxPageBytes:
		return q.mark(&w.Rows[n-1])
	}
	return w.Stopped
}

func (w *Walk) weight() (weight int) {
	for i := range w.Rows {
		weight += w.Rows[i].Weight()
	}
	return weight
}

// mark gives what marks a row in the order of the list.
func (q *Query) mark(row *record.Contact) int64 {
	if q.byChange() {
		return int64(row.Head)
	}
	return int64(row.ID)
}

// beyond gives the gap behind the row with this mark, as a walk that began at a
// place comes to it; the zero Place of none.
func (q *Query) beyond(mark int64, at Place) Place {
	if mark != 0 && at.Back != q.ascending() { // the marks grow: the gap is beyond the row, not before it
		mark++
	}
	return Place{Mark: mark, Back: at.Back && mark != 0}
}

func (s *Store) updated(ctx context.Context, q Query, first, end contact.ID, at Place, limit int) (Walk, error) {
	u := Updates{Space: q.Space, FirstID: first, EndID: end, Keys: q.Keys, OldestFirst: at.Back != q.ascending(), Limit: limit}
	if q.UpdatedSince != 0 {
		var err error
		if u.Since, err = s.firstChange(ctx, q.Space, q.UpdatedSince); err != nil {
			return Walk{}, err
		}
	}
	switch {
	case at.Mark == 0:
	case u.OldestFirst:
		u.After = contact.Seq(at.Mark) - 1
	default:
		u.Before = contact.Seq(at.Mark)
	}
	return s.reads.Updated(ctx, u)
}

// createdRange turns the bounds of the creation time into bounds of the id:
// within a Space both grow together. The end is exclusive, 0 for none; the two
// are equal and not 0 where no contact can match.
func (s *Store) createdRange(ctx context.Context, q Query) (first, end contact.ID, err error) {
	if q.CreatedFrom != 0 {
		if first, err = s.firstCreated(ctx, &q, q.CreatedFrom); err != nil || first == 0 {
			return 1, 1, err
		}
	}
	if q.CreatedUntil != 0 {
		if end, err = s.firstCreated(ctx, &q, q.CreatedUntil); err != nil {
			return 0, 0, err
		}
	}
	return first, end, nil
}

// firstCreated finds the first contact of a list that was created at t or later, 0
// for none, by halving the ids: some fifty point reads at the most.
func (s *Store) firstCreated(ctx context.Context, q *Query, t contact.Time) (contact.ID, error) {
	walk, err := s.reads.List(ctx, Listing{Space: q.Space, Deleted: q.Deleted, Limit: 1})
	if err != nil || len(walk.Rows) == 0 || walk.Rows[0].Created < t {
		return 0, err
	}
	low, high := contact.ID(1), walk.Rows[0].ID
	for low < high {
		middle := low + (high-low)/2
		id, at, ok, err := s.createdFrom(ctx, q, middle)
		if err != nil {
			return 0, err
		}
		if ok && at < t {
			low = id + 1
		} else {
			high = middle
		}
	}
	id, _, _, err := s.createdFrom(ctx, q, low)
	return id, err
}

// createdFrom gives the first contact of a list from an id on.
func (s *Store) createdFrom(ctx context.Context, q *Query, from contact.ID) (contact.ID, contact.Time, bool, error) {
	if !q.Deleted {
		return s.reads.CreatedFrom(ctx, q.Space, from)
	}
	walk, err := s.reads.List(ctx, Listing{Space: q.Space, Deleted: true, After: from - 1, OldestFirst: true, Limit: 1})
	if err != nil || len(walk.Rows) == 0 {
		return 0, 0, false, err
	}
	return walk.Rows[0].ID, walk.Rows[0].Created, true, nil
}

// firstChange finds the first change at t or later; one past the newest where
// there is none. Times grow with numbers, which have no gaps but where a backup
// was restored.
func (s *Store) firstChange(ctx context.Context, space contact.SpaceID, t contact.Time) (contact.Seq, error) {
	last, err := s.reads.LastSeq(ctx, space)
	if err != nil {
		return 0, err
	}
	low, high := contact.Seq(1), last+1
	for low < high {
		middle := low + (high-low)/2
		seq, at, err := s.changeFrom(ctx, space, middle)
		if err != nil {
			return 0, err
		}
		if seq != 0 && at < t {
			low = seq + 1
		} else {
			high = middle
		}
	}
	return low, nil
}

// changeFrom gives the number and the time of the first change from a number
// on, 0 where there is none. What changes hold is not read, but across a gap.
func (s *Store) changeFrom(ctx context.Context, space contact.SpaceID, from contact.Seq) (contact.Seq, contact.Time, error) {
	steps, err := s.reads.Trail(ctx, space, from, 1)
	if err != nil {
		return 0, 0, err
	}
	if len(steps) > 0 {
		return from, steps[0].At, nil
	}
	walk, err := s.reads.Feed(ctx, Stretch{Space: space, After: from - 1, Limit: 1})
	if err != nil || len(walk.Rows) == 0 {
		return 0, 0, err
	}
	return walk.Rows[0].Seq, walk.Rows[0].At, nil
}
