package store

import (
	"context"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
)

// FeedQuery says which changes of a Space to read. All conditions must hold; the
// zero FeedQuery, but for its Space and its limit, holds them all.
type FeedQuery struct {
	Space        contact.SpaceID
	After        contact.Seq // exclusive, as the next; 0 for no bound
	Before       contact.Seq
	Since, Until contact.Time // when they were made: from, inclusive, and to, exclusive; 0 for no bound
	Only         ChangeFilter
	Limit        int // at least 1
}

// FeedPage is a part of a Space's changes. Last is the change that was looked at
// last, which the next page follows; More tells whether there may be one already.
type FeedPage struct {
	Changes []contact.Change
	Last    contact.Seq
	More    bool
}

// Feed gives changes of a Space, oldest first: none is missed and none comes twice
// (CONTRACT D22, D29). A page may be shorter than was asked for, or empty, and go
// on: it ends where its changes weigh MaxPageBytes, or where MaxLookedAt were
// looked at.
func (s *Store) Feed(ctx context.Context, q FeedQuery) (FeedPage, error) {
	st, err := s.stretch(ctx, &q)
	p := FeedPage{Last: st.After}
	if err != nil || st.empty() {
		return p, err
	}
	walk, err := s.reads.Feed(ctx, st)
	if err != nil {
		return FeedPage{}, err
	}
	p.Last, p.More = max(p.Last, walk.Last), walk.Cut
	p.Changes, err = decodeChanges(walk.Rows)
	return p, err
}

// Newest gives the number of a Space's newest change, 0 for none.
func (s *Store) Newest(ctx context.Context, space contact.SpaceID) (contact.Seq, error) {
	return s.reads.LastSeq(ctx, space)
}

// Recent gives changes of a Space as Feed does, newest first: the next page is before
// the Last of this one.
func (s *Store) Recent(ctx context.Context, q FeedQuery) (FeedPage, error) {
	st, err := s.stretch(ctx, &q)
	if err != nil || st.empty() {
		return FeedPage{}, err
	}
	st.NewestFirst = true
	walk, err := s.reads.Feed(ctx, st)
	if err != nil {
		return FeedPage{}, err
	}
	p := FeedPage{Last: walk.Last, More: walk.Cut && walk.Last > st.After+1}
	p.Changes, err = decodeChanges(walk.Rows)
	return p, err
}

// stretch finds the numbers between which the changes of a query are.
func (s *Store) stretch(ctx context.Context, q *FeedQuery) (Stretch, error) {
	st := Stretch{Space: q.Space, After: q.After, Before: q.Before, Only: q.Only, Limit: q.Limit}
	if q.Since != 0 {
		first, err := s.firstChange(ctx, q.Space, q.Since)
		if err != nil {
			return st, err
		}
		st.After = max(st.After, first-1)
	}
	if q.Until != 0 {
		end, err := s.firstChange(ctx, q.Space, q.Until)
		if err != nil {
			return st, err
		}
		if st.Before == 0 || end < st.Before {
			st.Before = end
		}
	}
	return st, nil
}

// empty tells that no number is between the bounds.
func (st *Stretch) empty() bool { return st.Before != 0 && st.Before-1 <= st.After }

// Stretch is a part of a Space's history, of which to read what is of the filter.
// After and Before are exclusive bounds of the number, 0 for none.
type Stretch struct {
	Space         contact.SpaceID
	After, Before contact.Seq
	Only          ChangeFilter
	NewestFirst   bool // by number; else oldest first
	Limit         int  // at least 1
}

// ChangeFilter says which changes are meant: those of which all holds that is set.
// The zero ChangeFilter means all.
type ChangeFilter struct {
	Contact contact.ID // itself, and not what it leads to
	KeyID   int64      // that was used
	Action  contact.Action
	BatchID string
}

// ActorStart gives what the actor of a change begins with, as it is stored, where it
// used the key; "" where any may have been used.
func (f *ChangeFilter) ActorStart() string {
	if f.KeyID == 0 {
		return ""
	}
	return record.ActorOfKey(f.KeyID)
}

// FeedWalk is what a walk along a Stretch brings. Last is the last change that it
// looked at, 0 for none, of the filter or not. Cut tells that it ended there before
// it knew of the end of the Stretch: with its limit, with MaxPageBytes or with
// MaxLookedAt. Looked is as in Walk.
type FeedWalk struct {
	Rows   []record.Change
	Last   contact.Seq
	Cut    bool
	Looked int
}
