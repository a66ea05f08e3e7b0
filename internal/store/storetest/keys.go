package storetest

import (
	"crypto/sha256"
	"errors"
	"reflect"
	"slices"
	"testing"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

var keyTests = []suite.Test{
	{"keys are kept as they are set", testKeysKept},
	{"a grant is found by its hash", testGrant},
	{"a key needs a Space and a hash of its own", testKeyRefused},
	{"the newest keys of a Space alone are listed", testKeysOf},
	{"one key is found by its id", testKeyByID},
	{"what keys of a Space have used is told of them alone", testSpentOf},
}

func anyKey(space contact.SpaceID, hash byte) access.APIKey {
	return access.APIKey{
		Space: space, Name: "key", Hash: [sha256.Size]byte{0: hash, sha256.Size - 1: 0xff},
		Scopes: access.ScopesOf(access.Read, access.Erase), Created: 1_700_000_000_123_456,
	}
}

func makeKey(t *testing.T, b store.Backend, k access.APIKey) access.APIKey {
	t.Helper()
	made, err := b.CreateKey(bg, k, suite.Noted("a key"))
	if err != nil {
		t.Fatalf("CreateKey: %v", err)
	}
	return made
}

func wantKeys(t *testing.T, b store.Backend, want ...access.APIKey) {
	t.Helper()
	if got, err := b.APIKeys(bg); err != nil || !slices.Equal(got, want) {
		t.Errorf("Keys: %v\n got %+v\nwant %+v", err, got, want)
	}
}

// CONTRACT D19.
func testKeysKept(t *testing.T, b store.Backend) {
	space := suite.NewSpace(t, b, "")
	wantKeys(t, b)
	one := makeKey(t, b, anyKey(space, 1))
	all := anyKey(space, 2)
	all.Scopes, all.Expires, all.Revoked, all.LastUsed = access.ScopesOf(access.AllScopes[:]...), 1<<53+1, 3, 1<<53+3
	all.Budget = access.Budget{MaxRemovals: access.AtMost(0), DailyRemovals: access.AtMost(access.MaxDaily), DailyWrites: access.AtMost(7)}
	two := makeKey(t, b, all)
	if one.ID < 1 || two.ID <= one.ID {
		t.Errorf("ids %d and %d: they begin at 1 and grow", one.ID, two.ID)
	}
	wantKeys(t, b, one, two)

	next, err := b.UpdateKey(bg, two.ID, func(k *access.APIKey) (*access.Entry, error) {
		if *k != two {
			t.Errorf("to change: %+v\n    want %+v", *k, two)
		}
		k.Name, k.Scopes, k.Expires, k.Revoked, k.LastUsed = "New name", access.DefaultScopes, 0, 0, 7
		k.Budget = access.Budget{DailyRemovals: access.AtMost(5), DailyWrites: access.AtMost(0)}
		return nil, nil
	})
	if err != nil || next.Name != "New name" || next.LastUsed != 7 {
		t.Errorf("changed: %v, %+v", err, next)
	}
	wantKeys(t, b, one, next)
}

func testGrant(t *testing.T, b store.Backend) {
	space, err := b.CreateSpace(bg, anySpace(), suite.Noted("a Space"))
	if err != nil {
		t.Fatal(err)
	}
	revoked := anyKey(space.ID, 1)
	revoked.Revoked, revoked.Expires = 5, 4
	revoked.Budget = access.Budget{MaxRemovals: access.AtMost(1), DailyRemovals: access.AtMost(2), DailyWrites: access.AtMost(3)}
	want := access.Grant{Key: makeKey(t, b, revoked), Space: space}
	makeKey(t, b, anyKey(suite.NewSpace(t, b, ""), 2))
	got, ok, err := b.Grant(bg, revoked.Hash)
	if err != nil || !ok || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v %v %+v\nwant %+v", err, ok, got, want)
	}
	if _, ok, err := b.Grant(bg, anyKey(0, 3).Hash); ok || err != nil {
		t.Errorf("a key that was never made: %v, %v", ok, err)
	}
}

func testKeysOf(t *testing.T, b store.Backend) {
	space, other := suite.NewSpace(t, b, ""), suite.NewSpace(t, b, "")
	var mine []access.APIKey
	for i := range byte(4) {
		k := anyKey(space, i)
		k.Revoked = contact.Time(i % 2)
		mine = append([]access.APIKey{makeKey(t, b, k)}, mine...)
		makeKey(t, b, anyKey(other, 100+i))
	}
	for _, limit := range []int{1, 3, 4, 9} {
		got, err := b.APIKeysOf(bg, space, limit)
		if want := mine[:min(limit, len(mine))]; err != nil || !slices.Equal(got, want) {
			t.Errorf("%d of them: %v\n got %+v\nwant %+v", limit, err, got, want)
		}
	}
	if got, err := b.APIKeysOf(bg, other+1, 9); err != nil || len(got) != 0 {
		t.Errorf("of a Space that does not exist: %+v, %v", got, err)
	}
}

func testKeyByID(t *testing.T, b store.Backend) {
	space := suite.NewSpace(t, b, "")
	makeKey(t, b, anyKey(space, 1))
	key := makeKey(t, b, anyKey(space, 2))
	if got, ok, err := b.APIKey(bg, key.ID); err != nil || !ok || got != key {
		t.Errorf("got %v, %v, %+v\nwant %+v", err, ok, got, key)
	}
	for _, id := range []int64{0, -1, key.ID + 1} {
		if _, ok, err := b.APIKey(bg, id); ok || err != nil {
			t.Errorf("key %d: %v, %v", id, ok, err)
		}
	}
}

func testSpentOf(t *testing.T, b store.Backend) {
	space, other := suite.NewSpace(t, b, ""), suite.NewSpace(t, b, "")
	spent := func(of contact.SpaceID, key, n int64) store.KeySpent {
		return store.KeySpent{KeyID: store.KeyID{Space: of, Key: key}, Spent: access.Spent{Since: begun, Removals: n, Writes: 1<<40 + n}}
	}
	for _, s := range []store.KeySpent{spent(space, 1, 1), spent(space, 2, 2), spent(other, 3, 3)} {
		suite.Commit(t, b, b.Lane(s.Space), &store.Save{Spaces: suite.Counters(t, b, s.Space), Spent: []store.KeySpent{s}})
	}
	got, err := b.Spent(bg, space, []int64{1, 2, 3, 4})
	slices.SortFunc(got, func(x, y store.KeySpent) int { return int(x.Key - y.Key) })
	if want := []store.KeySpent{spent(space, 1, 1), spent(space, 2, 2)}; err != nil || !slices.Equal(got, want) {
		t.Errorf("%v\n got %+v\nwant %+v", err, got, want)
	}
	if got, err := b.Spent(bg, space, nil); err != nil || len(got) != 0 {
		t.Errorf("of no keys: %+v, %v", got, err)
	}
}

func testKeyRefused(t *testing.T, b store.Backend) {
	space := suite.NewSpace(t, b, "")
	key := makeKey(t, b, anyKey(space, 1))
	if _, err := b.CreateKey(bg, anyKey(space+1, 2), suite.Noted("a key")); !errors.Is(err, store.ErrNoRow) {
		t.Errorf("a key of a Space that does not exist: %v, want ErrNoRow", err)
	}
	if _, err := b.CreateKey(bg, anyKey(space, 1), suite.Noted("a key")); err == nil {
		t.Error("two keys have one hash")
	}
	wantKeys(t, b, key)
}
