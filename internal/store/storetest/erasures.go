package storetest

import (
	"reflect"
	"testing"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

var erasureTests = []suite.Test{
	{"erasures are kept as they are saved, in the order of their jobs, until they are scrubbed", testErasures},
	{"who was erased is remembered by day, until the Space forgets them all", testRemembered},
}

func testErasures(t *testing.T, b store.Backend) {
	space, other := suite.NewSpace(t, b, ""), suite.NewSpace(t, b, "")
	erasure := func(space contact.SpaceID, id contact.ID, job int64) store.Erasure {
		e := store.Erasure{Space: space, Contact: id, At: 1<<50 + contact.Time(job), Op: 1<<39 + contact.Seq(job), Job: job}
		suite.Commit(t, b, b.Lane(space), &store.Save{Erasures: []store.Erasure{e}})
		return e
	}
	last, theirs, first := erasure(space, 1<<52, 1<<41), erasure(other, 7, 12), erasure(space, 7, 11)
	for _, want := range []store.Erasure{first, theirs, last} {
		if got, ok, err := b.Erasure(bg, want.Space, want.Contact); err != nil || !ok || got != want {
			t.Errorf("got %+v, %v, %v\nwant %+v", got, ok, err, want)
		}
	}
	if got, ok, err := b.Erasure(bg, other, last.Contact); ok || err != nil {
		t.Errorf("of another Space: %+v, %v", got, err)
	}
	lists := func(want []store.Erasure, after int64, open bool, limit int) {
		t.Helper()
		if got, err := b.Erasures(bg, after, open, limit); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("after %d, open %t, %d at most: %v, got %+v\nwant %+v", after, open, limit, err, got, want)
		}
	}
	lists([]store.Erasure{first, theirs, last}, 0, false, 9)
	lists([]store.Erasure{theirs}, first.Job, true, 1)
	lists(nil, last.Job, false, 9)
	scrubbed := func(at contact.Time, jobs ...int64) {
		t.Helper()
		if err := b.Scrubbed(bg, jobs, at); err != nil {
			t.Fatal(err)
		}
	}
	scrubbed(99, first.Job, last.Job, 13)
	scrubbed(100, first.Job) // which was before
	first.Scrubbed, last.Scrubbed = 99, 99
	lists([]store.Erasure{first, theirs, last}, 0, false, 9)
	lists([]store.Erasure{theirs}, 0, true, 9)
}

func testRemembered(t *testing.T, b store.Backend) {
	space, other := suite.NewSpace(t, b, ""), suite.NewSpace(t, b, "")
	key := func(n byte) contact.ErasedKey { return contact.ErasedKey{0, n, '\'', 255} }
	remember := func(space contact.SpaceID, list ...store.Remembered) {
		t.Helper()
		for i := range list {
			list[i].Space = space
		}
		suite.Commit(t, b, b.Lane(space), &store.Save{Remembered: list})
	}
	before := func(want contact.Day, space contact.SpaceID, keys ...contact.ErasedKey) {
		t.Helper()
		if got, err := b.ErasedBefore(bg, space, keys); err != nil || got != want {
			t.Errorf("of Space %d: %d, %v; want %d", space, got, err, want)
		}
	}
	remember(space, store.Remembered{Key: key(1), Day: 20000}, store.Remembered{Key: key(2), Day: 20005}, store.Remembered{Key: key(1), Day: 20001})
	remember(space, store.Remembered{Key: key(2), Day: 20002}) // which was before
	remember(other, store.Remembered{Key: key(3), Day: 7})
	before(20001, space, key(1))
	before(20005, space, key(9), key(1), key(2))
	before(0, space, key(3), key(9))
	before(7, other, key(1), key(3))
	secret := contact.ErasedSecret{31: 7}
	set := func(secret contact.ErasedSecret, forget bool) {
		t.Helper()
		_, err := b.UpdateSpace(bg, space, func(s *access.Space) (store.WithSpace, error) {
			s.Remember = secret
			return store.WithSpace{Forget: forget}, nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	set(secret, false)
	if now, _, _, err := b.SpaceNow(bg, space); err != nil || now.Remember != secret {
		t.Errorf("the secret is not what was set: %v", err)
	}
	if rows := suite.Counters(t, b, space); len(rows) != 1 || rows[0].Remember != secret {
		t.Error("a batch sees another secret")
	}
	before(20001, space, key(1))
	set(contact.ErasedSecret{}, true)
	before(0, space, key(1), key(2))
	before(7, other, key(3))
}
