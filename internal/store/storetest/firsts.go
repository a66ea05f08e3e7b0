package storetest

import (
	"sync"
	"testing"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

var firstTests = []suite.Test{
	{"the first Space is made once", testFirstSpace},
	{"the first Space is made once beside others", testFirstSpaceBesideOthers},
}

func testFirstSpace(t *testing.T, b store.Backend) {
	const servers = 8
	var firsts [servers]access.Space
	var made [servers]bool
	var wg sync.WaitGroup
	for i := range servers {
		wg.Go(func() {
			var err error
			if firsts[i], made[i], err = b.FirstSpace(bg, anySpace(), suite.Noted("first")); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	want := anySpace()
	want.ID = firsts[0].ID
	times := 0
	for i := range servers {
		if made[i] {
			times++
		}
		if !same(firsts[i], want) {
			t.Errorf("got %+v, want %+v", firsts[i], want)
		}
	}
	if times != 1 {
		t.Errorf("%d of %d made it, want 1", times, servers)
	}
	wantSpaces(t, b, want)
	if list := entries(t, b, store.EntryQuery{}); len(list) != 1 || list[0].Space != want.ID {
		t.Errorf("the log has %+v, want one entry", list)
	}
	suite.NewSpace(t, b, "")
	if first, made, err := b.FirstSpace(bg, anySpace(), suite.Noted("first")); err != nil || made || !same(first, want) {
		t.Errorf("where there are two: %v, %v, %+v", err, made, first)
	}
}

func testFirstSpaceBesideOthers(t *testing.T, b store.Backend) {
	const each = 4
	var wg sync.WaitGroup
	var made [each]bool
	for i := range each {
		wg.Go(func() {
			var err error
			if _, made[i], err = b.FirstSpace(bg, anySpace(), suite.Noted("first")); err != nil {
				t.Error(err)
			}
		})
		wg.Go(func() { suite.NewSpace(t, b, "") })
	}
	wg.Wait()
	list, err := b.Spaces(bg)
	if err != nil {
		t.Fatal(err)
	}
	want := each
	for _, m := range made {
		if m {
			want++
		}
	}
	if len(list) != want || want > each+1 {
		t.Errorf("%d Spaces, of which %d were to be the first; want %d and one at most", len(list), want-each, want)
	}
	for i, space := range list {
		if first := space.Name == anySpace().Name; first && i > 0 {
			t.Errorf("Space %d was made as the first, after others", space.ID)
		}
	}
}
