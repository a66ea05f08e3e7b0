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

	index   index
	by      bool // all that the index does not hold is in fresh
	fresh   map[contact.Rank][]contact.ID
	few     bool // all that the filter takes are in fitting
	fitting []contact.ID

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

// begin finds out how far the index is, and how well those are found that have changed since. It
// tells whether the index is behind.
func (r *searching) begin() (behind bool, err error) {
	if len(r.q.Keys) > 0 { // these lead to fewer contacts than any word
		return false, nil
	}
	if r.index, err = readIndex(r.ctx, r.reads, r.q.Space); err != nil {
		return false, err
	}
	if err := r.index.readTouched(); err != nil {
		return false, err
	}
	f, mark := r.q.Find, &r.index.mark
	r.by = r.index.level && (!f.Search.Number() || mark.Region == f.Region || mark.Seq == 0)
	behind = len(r.index.touched) > 0 || mark.Region != f.Region
	if !r.by {
		return behind, nil
	}
	if r.fitting, r.few, err = r.index.fitting(r.q.Where, r.q.Today); err != nil {
		return behind, err
	}
	r.fresh = map[contact.Rank][]contact.ID{}
	return behind, eachRow(r.ctx, r.reads, r.q.Space, r.index.touched, func(id contact.ID, row *record.Contact) error {
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
	if !r.by {
		return nil, false, nil
	}
	f := r.q.Find
	if rank != contact.Within {
		ids, few, err = r.reads.Keyed(r.ctx, r.q.Space, append(f.Search.Ranked(rank, f.Region), contact.Long()...))
	} else {
		var parts [][]contact.KeyRange
		for _, part := range f.Search.Parts(f.Region) {
			parts = append(parts, append(part, contact.Long()...))
		}
		ids, few, err = r.index.ofAll(parts[:min(len(parts), partsLookedUp)])
	}
	switch {
	case err != nil:
		return nil, false, err
	case few && r.few:
		ids = both(ids, r.fitting)
	case r.few:
		ids = slices.Clone(r.fitting)
	case !few:
		return nil, false, nil
	}
	if f.Search.Number() {
		// The keys of numbers are other ones where the region changes: what was read may be
		// those of another.
		now, err := r.reads.SearchMark(r.ctx, r.q.Space)
		if err != nil || now.Region != r.index.mark.Region || now.Seq < r.index.mark.Seq {
			return nil, false, err
		}
	}
	return append(ids, r.fresh[rank]...), true, nil
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
	if found && has != rank && r.by { // it may have changed since it was ranked: the pass of what it is now looks at it
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
