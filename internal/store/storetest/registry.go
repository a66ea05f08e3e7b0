package storetest

import (
	"errors"
	"sync"
	"testing"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

var registryTests = []suite.Test{
	{"a change that fails leaves no trace", testFailedChange},
	{"what is not there cannot be changed", testNoRow},
	{"changes at once are all kept", testRegistryRace},
	{"the backend answers", testCheck},
}

var errTest = errors.New("the test says no")

func testFailedChange(t *testing.T, b store.Backend) {
	space, err := b.CreateSpace(bg, anySpace(), suite.Noted("a Space"))
	if err != nil {
		t.Fatal(err)
	}
	key := makeKey(t, b, anyKey(space.ID, 1))
	_, err1 := b.UpdateSpace(bg, space.ID, func(s *access.Space) (store.WithSpace, error) {
		s.Name, s.Region = "New name", ""
		return store.WithSpace{Jobs: []store.Job{{Space: space.ID, Kind: store.RekeyJob}}}, errTest
	})
	_, err2 := b.UpdateKey(bg, key.ID, func(k *access.APIKey) (*access.Entry, error) { k.Name = "New name"; return nil, errTest })
	if !errors.Is(err1, errTest) || !errors.Is(err2, errTest) {
		t.Errorf("got %v and %v, want the errors of the functions", err1, err2)
	}
	wantSpaces(t, b, space)
	wantKeys(t, b, key)
}

func testNoRow(t *testing.T, b store.Backend) {
	space := suite.NewSpace(t, b, "")
	key := makeKey(t, b, anyKey(space, 1))
	never := func() { t.Error("there is nothing to decide on") }
	_, err1 := b.UpdateSpace(bg, space+1, setting(func(*access.Space) { never() }))
	_, err2 := b.UpdateKey(bg, key.ID+1, func(*access.APIKey) (*access.Entry, error) { never(); return nil, nil })
	if !errors.Is(err1, store.ErrNoRow) || !errors.Is(err2, store.ErrNoRow) {
		t.Errorf("got %v and %v, want ErrNoRow", err1, err2)
	}
}

func testRegistryRace(t *testing.T, b store.Backend) {
	key := makeKey(t, b, anyKey(suite.NewSpace(t, b, ""), 1))
	const workers, each = 4, 10
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for range each {
				if _, err := b.UpdateKey(bg, key.ID, func(k *access.APIKey) (*access.Entry, error) { k.LastUsed++; return nil, nil }); err != nil {
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
