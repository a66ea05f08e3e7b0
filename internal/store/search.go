package store

import (
	"cmp"
	"context"
	"slices"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
)

// MaxSearched bounds how many contacts one page of a search looks at, whole: more of them
// take the time in which others would have their pages. It goes on behind the last.
const MaxSearched = 2000

// searchedAtOnce is how many contacts a search reads at once.
const searchedAtOnce = 200

// Finding is what a list of what is found needs beside its other conditions.
type Finding struct {
	Search contact.Search
	Region string // by whose keys phones are found
}

// marked is where a contact stands in a list of what is found: those with a better rank
// have greater marks, and of one rank those with a greater id.
func marked(rank contact.Rank, id contact.ID) int64 {
	return int64(contact.Within-rank)<<idBits | int64(id)
}

// idBits is how many bits a contact's id has at most.
const idBits = 53

// ofMark gives the rank and the id of a mark.
func ofMark(mark int64) (contact.Rank, contact.ID) {
	return contact.Within - contact.Rank(mark>>idBits), contact.ID(mark & (1<<idBits - 1))
}

// searching makes one page of what a search finds (CONTRACT D39).
type searching struct {
	ctx        context.Context
	reads      Reader
	q          *Query
	fits       func(*contact.Contact) bool
	first, end contact.ID // of the ids that are looked at; 0 for no end
	at         Place
	limit      int // of rows

	index bool // all that the index does not hold is in fresh
	mark  SearchMark
	fresh map[contact.Rank][]contact.ID

	list    []*contact.Contact // a contact is large: see page
	marks   []int64
	taken   map[contact.ID]bool // into rows
	looked  int
	weight  int
	stopped int64 // the mark behind which it goes on, where it was not for the rows
}

// search gives a page of the contacts that are found. The ranks are three passes, of which
// each begins where the one before it ended; within one, ids go down. Where an index of few
// contacts holds all of a rank these are looked at, and else all contacts are: what is
// found is the same, as the contact itself says it.
func (s *Store) search(ctx context.Context, q *Query, first, end contact.ID, at Place, limit int) (ListPage, error) {
	run := searching{ctx: ctx, reads: s.reads, q: q, fits: q.Where.On(q.Today), first: first, end: end, at: at, limit: limit + 1, taken: map[contact.ID]bool{}}
	behind, err := run.begin()
	if behind {
		s.unfolded.add(q.Space)
	}
	if err != nil {
		return ListPage{}, err
	}
	for i := range contact.Rank(contact.NumRanks) {
		rank := i
		if at.Back {
			rank = contact.Within - i
		}
		if done, err := run.pass(rank); err != nil {
			return ListPage{}, err
		} else if done {
			break
		}
	}
	return run.page(limit), nil
}

// maxFresh is how many changes a search looks at that the index does not hold yet. Where
// there are more it looks at the contacts themselves.
const maxFresh = 2000

// begin finds out how far the index is, and then which contacts have changed since. It comes
// before anything is looked up there: so whoever folds meanwhile takes nobody out of both
// (CONTRACT D39). It tells whether the index is behind.
func (r *searching) begin() (behind bool, err error) {
	if len(r.q.Keys) > 0 { // these lead to fewer contacts than any word
		return false, nil
	}
	if r.mark, err = r.reads.SearchMark(r.ctx, r.q.Space); err != nil {
		return false, err
	}
	touched, err := r.reads.Touched(r.ctx, r.q.Space, r.mark.Seq, maxFresh+1)
	if err != nil {
		return false, err
	}
	f := r.q.Find
	r.index = len(touched) <= maxFresh && (!f.Search.Number() || r.mark.Region == f.Region || r.mark.Seq == 0)
	behind = len(touched) > 0 || r.mark.Region != f.Region
	if !r.index {
		return behind, nil
	}
	r.fresh = map[contact.Rank][]contact.ID{}
	ids := make([]contact.ID, len(touched))
	for i, t := range touched {
		ids[i] = t.Contact
	}
	slices.Sort(ids)
	return behind, eachRow(r.ctx, r.reads, r.q.Space, slices.Compact(ids), func(id contact.ID, row *record.Contact) error {
		if row == nil {
			return nil
		}
		c, err := record.DecodeValues(row)
		if err != nil {
			return errDamaged(err)
		}
		if rank, found := f.Search.Rank(&c, f.Region); found {
			r.fresh[rank] = append(r.fresh[rank], id)
		}
		return nil
	})
}

// eachRow tells the rows of contacts, in no order; nil of one that is not there, or was
// merged.
func eachRow(ctx context.Context, reads Reader, space contact.SpaceID, ids []contact.ID, tell func(contact.ID, *record.Contact) error) error {
	for some := range slices.Chunk(ids, searchedAtOnce) {
		for left := some; len(left) > 0; {
			led, err := reads.Contacts(ctx, space, left)
			if err != nil {
				return err
			}
			brought, seen := 0, make(map[contact.ID]bool, len(led))
			for i := range led {
				row := &led[i].Row
				brought += row.Weight()
				seen[led[i].Ref] = true
				if row.ID != led[i].Ref {
					row = nil
				}
				if err := tell(led[i].Ref, row); err != nil {
					return err
				}
			}
			left = slices.DeleteFunc(slices.Clone(left), func(id contact.ID) bool { return seen[id] })
			if brought >= MaxPageBytes { // the others are left out for that
				continue
			}
			for _, id := range left {
				if err := tell(id, nil); err != nil {
					return err
				}
			}
			break
		}
	}
	return nil
}

// pass looks for the contacts of one rank. It tells whether the page is full.
func (r *searching) pass(rank contact.Rank) (bool, error) {
	after, before := max(r.first, 1)-1, r.end // exclusive; 0 for no end
	if r.at.Mark != 0 {
		begins, id := ofMark(r.at.Mark)
		switch {
		case r.at.Back && rank > begins, !r.at.Back && rank < begins:
			return false, nil
		case rank != begins:
		case r.at.Back:
			after = max(after, id-1)
		case before == 0 || id < before:
			before = id
		}
	}
	if before != 0 && after+1 >= before {
		return false, nil
	}
	ids, few, err := r.candidates(rank)
	if err != nil {
		return false, err
	}
	if !few {
		return r.walk(rank, after, before)
	}
	ids = slices.DeleteFunc(ids, func(id contact.ID) bool { return id <= after || before != 0 && id >= before })
	slices.SortFunc(ids, func(a, b contact.ID) int {
		if r.at.Back {
			return cmp.Compare(a, b)
		}
		return cmp.Compare(b, a)
	})
	// The first of them mostly fill the page: so only so many are read as that may take.
	some := slices.Compact(ids)
	for n := min(r.limit, searchedAtOnce); len(some) > 0; n = searchedAtOnce {
		n = min(n, len(some))
		if done, err := r.look(rank, some[:n]); done || err != nil {
			return done, err
		}
		some = some[n:]
	}
	return false, nil
}

// partsLookedUp is of how many words of a search the contacts are looked up: of the longest,
// which the fewest have.
const partsLookedUp = 4

// candidates gives contacts among which are all of a rank, in no order. It returns false
// where they are too many, or the index does not hold them.
func (r *searching) candidates(rank contact.Rank) (ids []contact.ID, few bool, err error) {
	if !r.index {
		return nil, false, nil
	}
	f := r.q.Find
	if rank != contact.Within {
		ids, few, err = r.reads.Keyed(r.ctx, r.q.Space, append(f.Search.Ranked(rank, f.Region), contact.Long()...))
	} else {
		ids, few, err = r.within()
	}
	if err != nil || !few {
		return nil, few, err
	}
	if f.Search.Number() {
		// The keys of numbers are other ones where the region changes: what was read may be
		// those of another.
		now, err := r.reads.SearchMark(r.ctx, r.q.Space)
		if err != nil || now.Region != r.mark.Region || now.Seq < r.mark.Seq {
			return nil, false, err
		}
	}
	return append(ids, r.fresh[rank]...), true, nil
}

// within gives those that have something of each part of the search.
func (r *searching) within() (ids []contact.ID, found bool, err error) {
	f := r.q.Find
	for i, part := range f.Search.Parts(f.Region) {
		if i == partsLookedUp {
			break
		}
		of, few, err := r.reads.Keyed(r.ctx, r.q.Space, append(part, contact.Long()...))
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

// look looks at contacts, in their order.
func (r *searching) look(rank contact.Rank, ids []contact.ID) (bool, error) {
	rows := make(map[contact.ID]*record.Contact, len(ids))
	err := eachRow(r.ctx, r.reads, r.q.Space, ids, func(id contact.ID, row *record.Contact) error {
		rows[id] = row
		return nil
	})
	if err != nil {
		return false, err
	}
	for _, id := range ids {
		if rows[id] == nil {
			continue
		}
		if done, err := r.consider(rank, rows[id]); done || err != nil {
			return done, err
		}
	}
	return false, nil
}

// walk looks at all contacts, of whatever rank.
func (r *searching) walk(rank contact.Rank, after, before contact.ID) (bool, error) {
	for {
		walk, err := r.reads.List(r.ctx, Listing{Space: r.q.Space, Keys: r.q.Keys, After: after, Before: before, OldestFirst: r.at.Back, Limit: searchedAtOnce})
		if err != nil {
			return false, err
		}
		for i := range walk.Rows {
			if done, err := r.consider(rank, &walk.Rows[i]); done || err != nil {
				return done, err
			}
		}
		var last contact.ID
		switch {
		case walk.Stopped != 0:
			last = contact.ID(walk.Stopped)
		case len(walk.Rows) == 0:
			return false, nil
		default:
			last = walk.Rows[len(walk.Rows)-1].ID
		}
		if r.at.Back {
			after = last
		} else {
			before = last
		}
	}
}

// consider takes a contact into the page where it is found with this rank. It tells whether
// the page is full, or has looked at enough.
func (r *searching) consider(rank contact.Rank, row *record.Contact) (bool, error) {
	r.looked++
	c, err := record.DecodeValues(row)
	if err != nil {
		return false, errDamaged(err)
	}
	f := r.q.Find
	has, found := f.Search.Rank(&c, f.Region)
	if found && has != rank && r.index { // it may have changed since it was ranked: the pass of what it is now looks at it
		r.fresh[has] = append(r.fresh[has], row.ID)
	}
	if found && has == rank && r.fits(&c) && !r.taken[row.ID] {
		r.taken[row.ID] = true
		r.list, r.marks = append(r.list, &c), append(r.marks, marked(rank, row.ID))
		r.weight += row.Weight()
		if len(r.list) == r.limit || r.weight >= MaxPageBytes {
			return true, nil
		}
	}
	if r.looked >= MaxSearched {
		r.stopped = marked(rank, row.ID)
		return true, nil
	}
	return false, nil
}

// page gives what was found as a page of so many rows.
func (r *searching) page(limit int) ListPage {
	list, last := make([]contact.Contact, min(limit, len(r.list))), r.stopped
	for i := range list {
		list[i] = *r.list[i]
	}
	switch n := len(r.list); {
	case n > limit:
		last = r.marks[limit-1]
	case r.weight >= MaxPageBytes:
		last = r.marks[n-1]
	}
	return r.q.pageOf(list, last, r.at)
}
