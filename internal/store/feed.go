package store

import (
	"context"

	"github.com/carnet-project/carnet/internal/contact"
)

// FeedQuery says which changes of a Space to read. All conditions must hold; the
// zero FeedQuery, but for its Space and its limit, holds them all.
type FeedQuery struct {
	Space        contact.SpaceID
	After        contact.Seq  // exclusive
	Since, Until contact.Time // when they were made: from, inclusive, and to, exclusive; 0 for no bound
	Only         ChangeFilter
	Limit        int // at least 1
}

// FeedPage is a part of a Space's changes, oldest first. Last is the newest
// change that was looked at, which the next page follows; More tells whether
// there may be one already.
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
	st := Stretch{Space: q.Space, After: q.After, Only: q.Only, Limit: q.Limit}
	if q.Since != 0 {
		first, err := s.firstChange(ctx, q.Space, q.Since)
		if err != nil {
			return FeedPage{}, err
		}
		st.After = max(st.After, first-1)
	}
	if q.Until != 0 {
		var err error
		if st.Before, err = s.firstChange(ctx, q.Space, q.Until); err != nil {
			return FeedPage{}, err
		}
	}
	p := FeedPage{Last: st.After}
	if st.Before != 0 && st.Before-1 <= st.After {
		return p, nil
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
