package store

import (
	"context"
	"slices"

	"github.com/carnet-project/carnet/internal/contact"
)

// Query says which live contacts a list holds. All conditions must hold; the
// zero Query, but for its Space, holds them all.
type Query struct {
	Space        contact.SpaceID
	CreatedFrom  contact.Time // inclusive; 0 for no bound
	CreatedUntil contact.Time // exclusive; 0 for no bound
	UpdatedSince contact.Time // of the newest change, inclusive; 0 for no bound
	Keys         []contact.Key
}

// Place is where a page of a list begins: beyond the row with this mark, in the
// order of the list or, with Back, against it. The zero Place is the beginning.
// A list in the order of ids marks rows by id, one with UpdatedSince by their
// newest change.
type Place struct {
	Mark int64
	Back bool
}

// Page is a part of a list, in the order of the list. More tells whether rows
// may follow in the direction of the Place. Values come without their origins:
// a list shows none.
type Page struct {
	Rows []contact.Contact
	More bool
}

// List gives a page of at most limit contacts, or fewer where they are large
// (see MaxPageBytes): newest id first, or, with UpdatedSince, in the order of
// their newest changes, oldest first. Creating contacts does not move the others
// (CONTRACT D17). One that changes while a list by changes is walked moves to
// its end: it may come twice and is never missed.
func (s *Store) List(ctx context.Context, q Query, at Place, limit int) (Page, error) {
	first, end, err := s.createdRange(ctx, q)
	if err != nil || first == end && end != 0 {
		return Page{}, err
	}
	var rows []ContactRow
	if q.UpdatedSince != 0 {
		rows, err = s.updated(ctx, q, first, end, at, limit+1)
	} else {
		l := Listing{Space: q.Space, After: max(first, 1) - 1, Before: end, Keys: q.Keys, OldestFirst: at.Back, Limit: limit + 1}
		switch mark := contact.ID(at.Mark); {
		case mark == 0:
		case at.Back:
			l.After = max(l.After, mark)
		case l.Before == 0 || mark < l.Before:
			l.Before = mark
		}
		rows, err = s.backend.List(ctx, l)
	}
	if err != nil {
		return Page{}, err
	}
	return page(rows, at.Back, limit)
}

// page decodes rows, which hold one more than the page if more follow.
func page(rows []ContactRow, back bool, limit int) (Page, error) {
	weight := 0
	for i := range rows {
		weight += rows[i].Weight()
	}
	p := Page{More: len(rows) > limit || weight >= MaxPageBytes}
	rows = rows[:min(limit, len(rows))]
	if back {
		slices.Reverse(rows)
	}
	p.Rows = make([]contact.Contact, len(rows))
	for i := range rows {
		var err error
		if p.Rows[i], err = decodeValues(&rows[i]); err != nil {
			return Page{}, err
		}
	}
	return p, nil
}

func (s *Store) updated(ctx context.Context, q Query, first, end contact.ID, at Place, limit int) ([]ContactRow, error) {
	since, err := s.firstChange(ctx, q.Space, q.UpdatedSince)
	if err != nil {
		return nil, err
	}
	u := Updates{Space: q.Space, Since: since, FirstID: first, EndID: end, Keys: q.Keys, OldestFirst: !at.Back, Limit: limit}
	if at.Back {
		u.Before = contact.Seq(at.Mark)
	} else {
		u.After = contact.Seq(at.Mark)
	}
	return s.backend.Updated(ctx, u)
}

// createdRange turns the bounds of the creation time into bounds of the id:
// within a Space both grow together. The end is exclusive, 0 for none; the two
// are equal and not 0 where no contact can match.
func (s *Store) createdRange(ctx context.Context, q Query) (first, end contact.ID, err error) {
	if q.CreatedFrom != 0 {
		if first, err = s.firstCreated(ctx, q.Space, q.CreatedFrom); err != nil || first == 0 {
			return 1, 1, err
		}
	}
	if q.CreatedUntil != 0 {
		if end, err = s.firstCreated(ctx, q.Space, q.CreatedUntil); err != nil {
			return 0, 0, err
		}
	}
	return first, end, nil
}

// firstCreated finds the first live contact that was created at t or later, 0
// for none, by halving the ids: some fifty point reads at the most.
func (s *Store) firstCreated(ctx context.Context, space contact.SpaceID, t contact.Time) (contact.ID, error) {
	newest, err := s.backend.List(ctx, Listing{Space: space, Limit: 1})
	if err != nil || len(newest) == 0 || newest[0].Created < t {
		return 0, err
	}
	low, high := contact.ID(1), newest[0].ID
	for low < high {
		middle := low + (high-low)/2
		id, at, ok, err := s.backend.CreatedFrom(ctx, space, middle)
		if err != nil {
			return 0, err
		}
		if ok && at < t {
			low = id + 1
		} else {
			high = middle
		}
	}
	id, _, _, err := s.backend.CreatedFrom(ctx, space, low)
	return id, err
}

// firstChange finds the first change at t or later; one past the newest where
// there is none. Numbers have no gaps and times grow with them.
func (s *Store) firstChange(ctx context.Context, space contact.SpaceID, t contact.Time) (contact.Seq, error) {
	last, err := s.backend.LastSeq(ctx, space)
	if err != nil {
		return 0, err
	}
	low, high := contact.Seq(1), last+1
	for low < high {
		middle := low + (high-low)/2
		row, ok, err := s.backend.Change(ctx, space, middle)
		if err != nil {
			return 0, err
		}
		if ok && row.At < t {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return low, nil
}
