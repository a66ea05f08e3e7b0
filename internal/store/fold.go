package store

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/record"
)

// SearchMark is how far the index of a Space is, by which contacts are found: each contact
// that has not changed after Seq has in it the keys that it is found by, with phones as
// those of Region, and those of what Slots hold. A write does not touch it; it is folded in
// afterwards. The zero SearchMark is that of a Space of which nothing was.
type SearchMark struct {
	Seq    contact.Seq
	Region string
	Slots  contact.Slots
	Turn   int64 // how often it was written
}

// Touch is a change without all but its contact.
type Touch struct {
	Seq     contact.Seq
	Contact contact.ID
}

// SearchReader reads the index of a Space.
type SearchReader interface {
	// SearchMark tells how far the index is.
	SearchMark(ctx context.Context, space contact.SpaceID) (SearchMark, error)
	// Touched gives the changes after one, oldest first, limit of them at most.
	Touched(ctx context.Context, space contact.SpaceID, after contact.Seq, limit int) ([]Touch, error)
	// Keyed gives the contacts that have a key in one of these ranges, in no order and some
	// more than once. It returns false, and none, where these are more than MaxLookedAt. Keys
	// of emails and phones are those of writes, the others those of the index.
	Keyed(ctx context.Context, space contact.SpaceID, ranges []contact.KeyRange) (ids []contact.ID, few bool, err error)
}

// Searches keeps what contacts are found by. It is derived: whatever is lost of it is made
// anew.
type Searches interface {
	// Searched gives what the index has of these contacts. Those of which it has nothing
	// are left out.
	Searched(ctx context.Context, space contact.SpaceID, ids []contact.ID) ([]record.Searched, error)
	// SaveSearch writes all of it in a transaction of its own. ErrConflict where the
	// index has been written since its mark was read.
	SaveSearch(ctx context.Context, s *SearchSave) error
	// Unfolded lists Spaces that have changes after their marks, by id after one, limit of
	// them at most.
	Unfolded(ctx context.Context, after contact.SpaceID, limit int) ([]contact.SpaceID, error)
}

// SearchSave is what folding writes. Each row of Searched is in place of the one that is
// there; one without keys goes.
type SearchSave struct {
	Space    contact.SpaceID
	Mark     SearchMark // as it is to be, but for Turn, which is as it was read
	Gone     []record.MatchKey
	Come     []record.MatchKey // one that is there is no fault
	Searched []record.Searched
}

// How much is folded in one transaction: so much that a burst needs few, and so little
// that who writes meanwhile hardly waits.
const (
	foldedAtOnce  = 64   // contacts
	foldedChanges = 1000 // by which they are found
	maxFoldedKeys = 1500 // one contact may have more
	foldsTried    = 10   // of the contacts that must be, while others fold the same Space
)

// Fold has the index of a Space take in changes after its mark, the oldest first, and tells
// whether there may be more. Where others fold it at the same time it leaves that to them.
//
// It needs no lock. The mark is read first, so the rows that are read later hold all
// that the changes up to the new mark did, and more perhaps, which comes once more with its
// own change. What is written then is written only if nobody has written to the index
// since. So after it each contact that has not changed after the mark has the keys of
// its row.
func (s *Store) Fold(ctx context.Context, space contact.SpaceID) (more bool, err error) {
	f, err := beginFold(ctx, s.backend, space)
	if err != nil || f == nil {
		return false, err
	}
	touched, err := s.backend.Touched(ctx, space, f.save.Mark.Seq, foldedChanges)
	if err != nil || len(touched) == 0 && f.save.Mark.Region == f.read.Region {
		return false, err
	}
	var ids []contact.ID
	seen := map[contact.ID]bool{}
	for i, t := range touched {
		if !seen[t.Contact] && len(ids) == foldedAtOnce {
			touched, more = touched[:i], true
			break
		}
		if !seen[t.Contact] {
			seen[t.Contact] = true
			ids = append(ids, t.Contact)
		}
	}
	more = more || len(touched) == foldedChanges
	left, err := f.take(ctx, ids)
	if err != nil {
		return false, err
	}
	for i, t := range touched {
		if left[t.Contact] {
			touched, more = touched[:i], true
			break
		}
	}
	if n := len(touched); n > 0 {
		f.save.Mark.Seq = touched[n-1].Seq
	}
	if err = s.guarded(func() error { return f.write(ctx) }); errors.Is(err, ErrConflict) {
		return true, nil
	}
	return more, err
}

// Refold has the index hold what contacts are found by now, whatever it has of them and
// without a change: after it no word is there that they do not have any more, nor is any of
// these keys that stray. What anybody who folds has read of them before is not written
// afterwards.
func Refold(ctx context.Context, b Backend, space contact.SpaceID, stray []record.MatchKey, ids ...contact.ID) error {
	for {
		var left map[contact.ID]bool
		err := foldIn(ctx, b, space, func(f *folding) (err error) {
			f.save.Gone = append(f.save.Gone, stray...)
			left, err = f.take(ctx, ids)
			return err
		})
		if err != nil || len(left) == 0 {
			return err
		}
		stray = nil
		ids = slices.DeleteFunc(slices.Clone(ids), func(id contact.ID) bool { return !left[id] })
	}
}

// foldIn writes to the index of a Space what take puts down, and leaves how far it is. It
// writes in any case, so that what anybody has read before is not written afterwards; and where others get
// in between it tries again.
func foldIn(ctx context.Context, b Backend, space contact.SpaceID, take func(*folding) error) error {
	for tries := 1; ; tries++ {
		f, err := beginFold(ctx, b, space)
		if err != nil || f == nil {
			return err
		}
		if f.read.Turn != 0 { // what is of another region by now is left to Fold
			f.save.Mark.Seq, f.save.Mark.Region, f.region = f.read.Seq, f.read.Region, f.read.Region
		}
		f.anew = true
		if err := take(f); err != nil {
			return err
		}
		if err = f.write(ctx); !errors.Is(err, ErrConflict) || tries == foldsTried {
			return err
		}
		backOff(tries)
	}
}

// refold does so without what strays.
func (s *Store) refold(ctx context.Context, space contact.SpaceID, ids ...contact.ID) error {
	return s.afterOthers(func() error { return Refold(ctx, s.backend, space, nil, ids...) })
}

// afterOthers writes to an index: where others do so all the time, that is to be tried again.
func (s *Store) afterOthers(write func() error) error {
	err := s.guarded(write)
	if errors.Is(err, ErrConflict) {
		err = &fault.Error{Kind: fault.Unavailable, Code: fault.CodeDatabaseBusy, RetryAfter: time.Second, Err: err,
			Message: "The index of searches is being written by others all the time: what is left to do there is done in a moment."}
	}
	return err
}

// folding is what is written to the index of a Space.
type folding struct {
	b      Backend
	anew   bool // keys come that are there as well
	region string
	slots  contact.Slots // that are filterable now
	read   SearchMark
	save   SearchSave
}

// beginFold reads how far the index is; nil where there is no such Space. Where it is that
// of another region it begins anew. The mark comes before the Space, so what is written where
// nobody else has written was made by settings that held after that: of a slot that is not filterable then
// the index does not keep what it has.
func beginFold(ctx context.Context, b Backend, space contact.SpaceID) (*folding, error) {
	mark, err := b.SearchMark(ctx, space)
	if err != nil {
		return nil, err
	}
	of, _, found, err := b.SpaceNow(ctx, space)
	if err != nil || !found {
		return nil, err
	}
	f := &folding{b: b, region: of.FindRegion(), slots: of.Filterable, read: mark, save: SearchSave{Space: space, Mark: mark}}
	f.save.Mark.Slots &= f.slots
	if mark.Region != f.region {
		f.save.Mark.Seq, f.save.Mark.Region = 0, f.region
	}
	return f, nil
}

// write has them written in the order of the index: what is beside each other there is then one page.
func (f *folding) write(ctx context.Context) error {
	slices.SortFunc(f.save.Gone, byPlaceInIndex)
	slices.SortFunc(f.save.Come, byPlaceInIndex)
	return f.b.SaveSearch(ctx, &f.save)
}

func byPlaceInIndex(a, b record.MatchKey) int {
	return cmp.Or(cmp.Compare(a.Kind, b.Kind), strings.Compare(a.Text, b.Text), cmp.Compare(a.ID, b.ID))
}

// take finds out what contacts are found by, and which keys of the index go and come with
// that. It tells which of them are left, as there would be too much.
func (f *folding) take(ctx context.Context, ids []contact.ID) (left map[contact.ID]bool, err error) {
	space := f.save.Space
	list, err := f.b.Searched(ctx, space, ids)
	if err != nil {
		return nil, err
	}
	had := make(map[contact.ID][]contact.MatchKey, len(list))
	for i := range list {
		had[list[i].ID] = list[i].SearchedBy()
	}
	has := make(map[contact.ID][]contact.MatchKey, len(ids))
	err = eachRow(ctx, f.b, space, ids, func(id contact.ID, row *record.Contact) error {
		if row == nil {
			return nil
		}
		// Of a row that cannot be read there is nothing to find: it is told of where it is read.
		if c, err := record.DecodeValues(row); err == nil {
			has[id] = contact.SearchKeys(&c, f.region, f.slots)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	left = map[contact.ID]bool{}
	for _, id := range ids {
		gone, come := contact.KeysBetween(had[id], has[id])
		if f.anew {
			come = has[id]
		}
		if len(gone)+len(come) == 0 {
			continue
		}
		if n := len(f.save.Gone) + len(f.save.Come); n > 0 && n+len(gone)+len(come) > maxFoldedKeys {
			left[id] = true
			continue
		}
		f.save.Gone = appendKeys(f.save.Gone, space, id, gone)
		f.save.Come = appendKeys(f.save.Come, space, id, come)
		f.save.Searched = append(f.save.Searched, record.Searched{Space: space, ID: id, Keys: record.PackKeys(has[id])})
	}
	return left, nil
}
