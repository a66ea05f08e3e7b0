package promise

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

var freshTests = []suite.Test{
	{"a search finds what was acknowledged, and nothing that went", testSearchFresh},
	{"a search finds what is folded while it looks", testSearchBeside},
	{"an index that two fold is as if one did", testFoldedByTwo},
	{"what is behind is folded, and what is written then", testKeepFolded},
	{"a contact of many words is folded, and so are those after it", testFoldedHeavy},
}

// findings is a Space in which it is looked for what is there.
type findings struct {
	b     store.Backend
	s     *store.Store
	space contact.SpaceID
}

func (f *findings) finds(t *testing.T, text string, want ...contact.ID) {
	t.Helper()
	if found, _ := turned(t, f.s, finding(t, f.space, text), store.Place{}, 10); !slices.Equal(found, want) {
		t.Errorf("%q finds %d, want %d", text, found, want)
	}
}

// testSearchFresh looks before each write is folded, and after.
func testSearchFresh(t *testing.T, b store.Backend) {
	f := &findings{b, suite.NewStore(t, b, store.Options{}), suite.NewSpace(t, b, "GB")}
	s, space := f.s, f.space
	finds := func(text string, want ...contact.ID) {
		t.Helper()
		f.finds(t, text, want...)
		folded(t, b, s, space)
		f.finds(t, text, want...)
	}
	id, other := made(t, s, space, name("Zoë Müller")), made(t, s, space, name("Grace"))
	finds("zoe mull", id)
	done(t, s, writing(space, &contact.Put{Ref: id, Patch: name("Łukasz")}))
	finds("muller")
	finds("lukasz", id)
	done(t, s, writing(space, &contact.Merge{Survivor: other, Merged: []contact.ID{id}}))
	finds("lukasz", other)
	gone := done(t, s, writing(space, &contact.Delete{Ref: other}))
	finds("lukasz")
	finds("grace")
	if keys, err := b.Searched(bg, space, []contact.ID{id, other}); err != nil || len(keys) > 0 {
		t.Errorf("of what was merged and deleted there is %+v, %v", keys, err)
	}
	done(t, s, takingBack(t, s, space, other, gone.Op))
	finds("grace", other)
}

// besides is a backend beside whose reads something happens, before the n-th of them.
type besides struct {
	store.Backend
	before func()
	n      int
	keyed  int // how often the index was asked
}

func (b *besides) at() {
	if b.n--; b.n == 0 {
		b.before()
	}
}

func (b *besides) SearchMark(ctx context.Context, space contact.SpaceID) (store.SearchMark, error) {
	b.at()
	return b.Backend.SearchMark(ctx, space)
}

func (b *besides) Touched(ctx context.Context, space contact.SpaceID, after contact.Seq, limit int) ([]store.Touch, error) {
	b.at()
	return b.Backend.Touched(ctx, space, after, limit)
}

func (b *besides) Keyed(ctx context.Context, space contact.SpaceID, ranges []contact.KeyRange) ([]contact.ID, bool, error) {
	b.keyed++
	b.at()
	return b.Backend.Keyed(ctx, space, ranges)
}

func (b *besides) SpaceNow(ctx context.Context, id contact.SpaceID) (access.Space, access.Usage, bool, error) {
	b.at()
	return b.Backend.SpaceNow(ctx, id)
}

func (b *besides) JobsOf(ctx context.Context, space contact.SpaceID, before int64, limit int) ([]store.Job, error) {
	b.at()
	return b.Backend.JobsOf(ctx, space, before, limit)
}

func (b *besides) Contacts(ctx context.Context, space contact.SpaceID, refs []contact.ID) ([]store.Led, error) {
	b.at()
	return b.Backend.Contacts(ctx, space, refs)
}

func (b *besides) Searched(ctx context.Context, space contact.SpaceID, ids []contact.ID) ([]record.Searched, error) {
	b.at()
	return b.Backend.Searched(ctx, space, ids)
}

func (b *besides) SaveSearch(ctx context.Context, s *store.SearchSave) error {
	b.at()
	return b.Backend.SaveSearch(ctx, s)
}

func (b *besides) Close() error { return nil }

// testSearchBeside folds, and changes something else, at each moment of a search: what
// was acknowledged before is found.
func testSearchBeside(t *testing.T, b store.Backend) { // CONTRACT D39
	s := suite.NewStore(t, b, store.Options{})
	for n := 1; n <= 12; n++ {
		space := suite.NewSpace(t, b, "GB")
		made(t, s, space, name("Grace"))
		folded(t, b, s, space)
		id := made(t, s, space, list(contact.Phones, "07700 900123"))
		other := made(t, s, space, name("Ada Lovelace"))
		beside := &besides{Backend: b, n: n, before: func() {
			folded(t, b, s, space)
			done(t, s, writing(space, &contact.Put{Ref: other, Patch: name("Ada King Lovelace")}))
			folded(t, b, s, space)
		}}
		f := &findings{beside, store.New(beside, store.Options{}), space}
		f.finds(t, "ada love", other)
		beside.n = n
		f.finds(t, "900123", id)
	}
}

// testFoldedByTwo folds while another does, and erases words beside that: none comes back.
func testFoldedByTwo(t *testing.T, b store.Backend) {
	s := suite.NewStore(t, b, store.Options{})
	for n := 1; n <= 6; n++ {
		space := suite.NewSpace(t, b, "GB")
		id := made(t, s, space, name("Zoe"))
		folded(t, b, s, space)
		done(t, s, writing(space, &contact.Put{Ref: id, Patch: name("Ada")}))
		beside := &besides{Backend: b, n: n, before: func() {
			folded(t, b, s, space)
			done(t, s, writing(space, &contact.Put{Ref: id, Patch: name("Grace")}))
			folded(t, b, s, space)
		}}
		other := store.New(beside, store.Options{})
		if _, err := other.Fold(bg, space); err != nil || beside.n > 0 {
			t.Fatalf("%v; %d reads did not come", err, beside.n)
		}
		f := &findings{b, s, space}
		f.finds(t, "grace", id)
		folded(t, b, s, space)
		f.finds(t, "grace", id)
		keys, _, err := b.Keyed(bg, space, []contact.KeyRange{{Kind: contact.BeginKey, From: "a", To: "b"}})
		if err != nil || len(keys) != 0 {
			t.Errorf("before read %d: by the words that it had it leads to %d, %v", n, keys, err)
		}
	}
}

// testFoldedHeavy has more keys than are written at once.
func testFoldedHeavy(t *testing.T, b store.Backend) {
	f := &findings{b, suite.NewStore(t, b, store.Options{}), suite.NewSpace(t, b, "GB")}
	var ids []contact.ID
	for i := range 12 {
		p := name(fmt.Sprintf("Number%d", i))
		text := ""
		for n := range 200 {
			text += fmt.Sprintf(" w%dx%d", i, n)
		}
		p.Fields.Sent, p.Fields.Named[0], p.Fields.Texts[0] = true, true, text
		ids = append(ids, made(t, f.s, f.space, p))
	}
	if more, err := f.s.Fold(bg, f.space); err != nil || !more {
		t.Fatalf("all of it at once: %v, %v", more, err)
	}
	f.finds(t, "w11x7", ids[11])
	folded(t, b, f.s, f.space)
	for i, id := range ids {
		f.finds(t, fmt.Sprintf("w%dx199", i), id)
	}
}

// announces is a backend that says how far an index is, each time that it is written.
type announces struct {
	store.Backend
	saved chan store.SearchSave
}

func (a *announces) SaveSearch(ctx context.Context, s *store.SearchSave) error {
	err := a.Backend.SaveSearch(ctx, s)
	if err == nil {
		a.saved <- *s
	}
	return err
}

func (a *announces) Close() error { return nil }

// testKeepFolded waits for what a server does by itself.
func testKeepFolded(t *testing.T, b store.Backend) {
	a := &announces{b, make(chan store.SearchSave, 100)}
	s := store.New(a, store.Options{})
	one, other := suite.NewSpace(t, b, ""), suite.NewSpace(t, b, "")
	made(t, store.New(&announces{b, nil}, store.Options{}), one, name("Ada")) // by another process
	ctx, stop := context.WithCancel(bg)
	var working sync.WaitGroup
	working.Go(func() { s.KeepFolded(ctx) })
	wants := func(space contact.SpaceID, seq contact.Seq) {
		t.Helper()
		for got := range a.saved {
			if got.Space == space && got.Mark.Seq == seq {
				return
			}
		}
	}
	wants(one, 1)
	made(t, s, other, name("Grace"))
	wants(other, 1)
	made(t, s, one, name("Bo"))
	wants(one, 2)
	// A search finds that another process has left something.
	made(t, store.New(&announces{b, nil}, store.Options{}), other, name("Grace"))
	(&findings{a, s, other}).finds(t, "nobody")
	wants(other, 2)
	stop()
	working.Wait()
}
