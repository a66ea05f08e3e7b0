package storetest

import (
	"crypto/sha256"
	"errors"
	"reflect"
	"slices"
	"sync"
	"testing"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
)

var registryTests = []test{
	{"Spaces are kept as they are set", testSpacesKept},
	{"keys are kept as they are set", testKeysKept},
	{"a grant is found by its hash", testGrant},
	{"a key needs a Space and a hash of its own", testKeyRefused},
	{"a change that fails leaves no trace", testFailedChange},
	{"what is not there cannot be changed", testNoRow},
	{"changes at once are all kept", testRegistryRace},
	{"the backend answers", testCheck},
}

var errTest = errors.New("the test says no")

func anySpace() access.Space {
	return access.Space{
		Name: "Zoë's \"Example\" – 例え", TimeZone: "America/Argentina/Buenos_Aires", Region: "AR",
		Subscription: access.Active, Created: 1_700_000_000_123_456,
		Limits: access.Limits{}.With(access.Update, 600).With(access.Get, 0).With(access.Batch, access.MaxLimit),
	}
}

func anyKey(space contact.SpaceID, hash byte) access.APIKey {
	return access.APIKey{
		Space: space, Name: "key", Hash: [sha256.Size]byte{0: hash, sha256.Size - 1: 0xff},
		Scopes: access.ScopesOf(access.Read, access.Erase), Created: 1_700_000_000_123_456,
	}
}

func makeKey(t *testing.T, b store.Backend, k access.APIKey) access.APIKey {
	t.Helper()
	made, err := b.CreateKey(bg, k)
	if err != nil {
		t.Fatalf("CreateKey: %v", err)
	}
	return made
}

func wantSpaces(t *testing.T, b store.Backend, want ...access.Space) {
	t.Helper()
	if got, err := b.Spaces(bg); err != nil || !slices.EqualFunc(got, want, same) {
		t.Errorf("Spaces: %v\n got %+v\nwant %+v", err, got, want)
	}
}

// same compares two Spaces, whatever their settings are made of.
func same(a, b access.Space) bool { return reflect.DeepEqual(a, b) }

// noKeys is for changes that leave the region alone.
func noKeys(*record.Contact, string, string) ([]contact.Key, []contact.Key, error) {
	return nil, nil, errors.New("the region stays, so nobody need be asked for match keys")
}

func wantKeys(t *testing.T, b store.Backend, want ...access.APIKey) {
	t.Helper()
	if got, err := b.Keys(bg); err != nil || !slices.Equal(got, want) {
		t.Errorf("Keys: %v\n got %+v\nwant %+v", err, got, want)
	}
}

func testSpacesKept(t *testing.T, b store.Backend) {
	wantSpaces(t, b)
	one, err1 := b.CreateSpace(bg, anySpace())
	least := access.Space{Name: "b", TimeZone: "UTC", Subscription: access.Inactive}
	two, err2 := b.CreateSpace(bg, least)
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	if one.ID < 1 || two.ID <= one.ID {
		t.Errorf("ids %d and %d: they begin at 1 and grow", one.ID, two.ID)
	}
	least.ID = two.ID
	if !same(two, least) {
		t.Errorf("made %+v\nwant %+v", two, least)
	}
	wantSpaces(t, b, one, two)

	next, err := b.UpdateSpace(bg, one.ID, func(s *access.Space) error {
		if !same(*s, one) {
			t.Errorf("to change: %+v\n    want %+v", *s, one)
		}
		s.Name, s.TimeZone = "New name", "Europe/London"
		s.Subscription, s.Limits = access.Inactive, s.Limits.With(access.List, 1)
		return nil
	}, noKeys)
	if err != nil || next.Name != "New name" || next.Limits.Get(access.List) != 1 {
		t.Errorf("changed: %v, %+v", err, next)
	}
	wantSpaces(t, b, next, two)
}

// CONTRACT D19.
func testKeysKept(t *testing.T, b store.Backend) {
	space := newSpace(t, b, "")
	wantKeys(t, b)
	one := makeKey(t, b, anyKey(space, 1))
	all := anyKey(space, 2)
	all.Scopes, all.Expires, all.Revoked, all.LastUsed = access.ScopesOf(access.AllScopes[:]...), 1<<53+1, 3, 1<<53+3
	two := makeKey(t, b, all)
	if one.ID < 1 || two.ID <= one.ID {
		t.Errorf("ids %d and %d: they begin at 1 and grow", one.ID, two.ID)
	}
	wantKeys(t, b, one, two)

	next, err := b.UpdateKey(bg, two.ID, func(k *access.APIKey) error {
		if *k != two {
			t.Errorf("to change: %+v\n    want %+v", *k, two)
		}
		k.Name, k.Scopes, k.Expires, k.Revoked, k.LastUsed = "New name", access.DefaultScopes, 0, 0, 7
		return nil
	})
	if err != nil || next.Name != "New name" || next.LastUsed != 7 {
		t.Errorf("changed: %v, %+v", err, next)
	}
	wantKeys(t, b, one, next)
}

func testGrant(t *testing.T, b store.Backend) {
	space, err := b.CreateSpace(bg, anySpace())
	if err != nil {
		t.Fatal(err)
	}
	revoked := anyKey(space.ID, 1)
	revoked.Revoked, revoked.Expires = 5, 4
	want := access.Grant{Key: makeKey(t, b, revoked), Space: space}
	makeKey(t, b, anyKey(newSpace(t, b, ""), 2))
	got, ok, err := b.Grant(bg, revoked.Hash)
	if err != nil || !ok || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v %v %+v\nwant %+v", err, ok, got, want)
	}
	if _, ok, err := b.Grant(bg, anyKey(0, 3).Hash); ok || err != nil {
		t.Errorf("a key that was never made: %v, %v", ok, err)
	}
}

func testKeyRefused(t *testing.T, b store.Backend) {
	space := newSpace(t, b, "")
	key := makeKey(t, b, anyKey(space, 1))
	if _, err := b.CreateKey(bg, anyKey(space+1, 2)); !errors.Is(err, store.ErrNoRow) {
		t.Errorf("a key of a Space that does not exist: %v, want ErrNoRow", err)
	}
	if _, err := b.CreateKey(bg, anyKey(space, 1)); err == nil {
		t.Error("two keys have one hash")
	}
	wantKeys(t, b, key)
}

func testFailedChange(t *testing.T, b store.Backend) {
	space, err := b.CreateSpace(bg, anySpace())
	if err != nil {
		t.Fatal(err)
	}
	key := makeKey(t, b, anyKey(space.ID, 1))
	_, err1 := b.UpdateSpace(bg, space.ID, func(s *access.Space) error { s.Name, s.Region = "New name", ""; return errTest }, noKeys)
	_, err2 := b.UpdateKey(bg, key.ID, func(k *access.APIKey) error { k.Name = "New name"; return errTest })
	if !errors.Is(err1, errTest) || !errors.Is(err2, errTest) {
		t.Errorf("got %v and %v, want the errors of the functions", err1, err2)
	}
	wantSpaces(t, b, space)
	wantKeys(t, b, key)
}

func testNoRow(t *testing.T, b store.Backend) {
	space := newSpace(t, b, "")
	key := makeKey(t, b, anyKey(space, 1))
	never := func() error { t.Error("there is nothing to decide on"); return nil }
	_, err1 := b.UpdateSpace(bg, space+1, func(*access.Space) error { return never() }, noKeys)
	_, err2 := b.UpdateKey(bg, key.ID+1, func(*access.APIKey) error { return never() })
	if !errors.Is(err1, store.ErrNoRow) || !errors.Is(err2, store.ErrNoRow) {
		t.Errorf("got %v and %v, want ErrNoRow", err1, err2)
	}
}

func testRegistryRace(t *testing.T, b store.Backend) {
	key := makeKey(t, b, anyKey(newSpace(t, b, ""), 1))
	const workers, each = 4, 10
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for range each {
				if _, err := b.UpdateKey(bg, key.ID, func(k *access.APIKey) error { k.LastUsed++; return nil }); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	key.LastUsed = workers * each
	wantKeys(t, b, key)
}

func testCheck(t *testing.T, b store.Backend) {
	if err := b.Check(bg); err != nil {
		t.Error(err)
	}
}
