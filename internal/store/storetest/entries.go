package storetest

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

var entryTests = []suite.Test{
	{"the log tells what was done to Spaces and keys, newest first", testEntries},
	{"the log is read in pages, of all or of one", testEntryPages},
	{"an entry is there exactly where its change is", testEntryOrNeither},
	{"the log grows at its end alone", testEntryOrder},
	{"the store tells who changed what, and not that a key was used", testStoreEntries},
}

func entries(t *testing.T, b store.Registry, q store.EntryQuery) []access.Entry {
	t.Helper()
	if q.Limit == 0 {
		q.Limit = 1000
	}
	list, err := b.Entries(bg, q)
	if err != nil {
		t.Fatalf("Entries of %+v: %v", q, err)
	}
	return list
}

// notes gives what entries were noted with.
func notes(list []access.Entry) (texts []string) {
	for _, e := range list {
		texts = append(texts, e.Edits[0].Setting)
	}
	return texts
}

func updateNoted(b store.Registry, space contact.SpaceID, about access.Entry) error {
	_, err := b.UpdateSpace(bg, space, func(*access.Space) (store.WithSpace, error) {
		about.Space = space
		return store.WithSpace{About: &about}, nil
	})
	return err
}

func updateKeyNoted(b store.Registry, key access.APIKey, about access.Entry) error {
	_, err := b.UpdateKey(bg, key.ID, func(k *access.APIKey) (*access.Entry, error) {
		about.Space, about.Key, about.KeyName = k.Space, k.ID, k.Name
		return &about, nil
	})
	return err
}

func testEntries(t *testing.T, b store.Backend) {
	if list := entries(t, b, store.EntryQuery{}); len(list) != 0 {
		t.Errorf("an empty database has a log: %+v", list)
	}
	about := suite.Noted("name")
	about.Edits = []access.Edit{{Setting: "name", After: "Zoë's \"Example\" – 例え"}, {Setting: "limits.get", Before: "30", After: "0"}}
	about.Who, about.Action, about.At = "cli: Zoë 例え", access.ActionRotate, 1<<53+1
	space, err := b.CreateSpace(bg, anySpace(), about)
	if err != nil {
		t.Fatal(err)
	}
	made := suite.Noted("key")
	made.KeyName = "Zoë's key"
	made.Space = space.ID
	key, err := b.CreateKey(bg, anyKey(space.ID, 1), made)
	if err != nil {
		t.Fatal(err)
	}
	about.Space, made.Key = space.ID, key.ID // which they were given
	for _, c := range []struct {
		q    store.EntryQuery
		want access.Entry
	}{{store.EntryQuery{}, about}, {store.EntryQuery{Keys: true}, made}} {
		list := entries(t, b, c.q)
		if len(list) != 1 || list[0].ID < 1 {
			t.Errorf("%+v: %+v, want one entry with an id", c.q, list)
			continue
		}
		if c.want.ID = list[0].ID; !reflect.DeepEqual(list[0], c.want) {
			t.Errorf("%+v:\n got %+v\nwant %+v", c.q, list[0], c.want)
		}
	}
}

func testEntryPages(t *testing.T, b store.Backend) {
	one, two := suite.NewSpace(t, b, ""), suite.NewSpace(t, b, "") // which are noted as "a Space"
	key, other := makeKey(t, b, anyKey(one, 1)), makeKey(t, b, anyKey(one, 2))
	for n := range 3 {
		for _, space := range []contact.SpaceID{one, two} {
			if err := updateNoted(b, space, suite.Noted(fmt.Sprintf("Space %d, %d", space-one, n))); err != nil {
				t.Fatal(err)
			}
		}
		for i, k := range []access.APIKey{key, other} {
			if err := updateKeyNoted(b, k, suite.Noted(fmt.Sprintf("key %d, %d", i, n))); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, c := range []struct {
		q    store.EntryQuery
		want []string
	}{
		{store.EntryQuery{}, []string{"Space 1, 2", "Space 0, 2", "Space 1, 1", "Space 0, 1", "Space 1, 0", "Space 0, 0", "a Space", "a Space"}},
		{store.EntryQuery{ID: int64(one)}, []string{"Space 0, 2", "Space 0, 1", "Space 0, 0", "a Space"}},
		{store.EntryQuery{ID: int64(two)}, []string{"Space 1, 2", "Space 1, 1", "Space 1, 0", "a Space"}},
		{store.EntryQuery{ID: int64(two) + 1}, nil},
		{store.EntryQuery{ID: -1}, nil},
		{store.EntryQuery{Keys: true}, []string{"key 1, 2", "key 0, 2", "key 1, 1", "key 0, 1", "key 1, 0", "key 0, 0", "a key", "a key"}},
		{store.EntryQuery{Keys: true, ID: key.ID}, []string{"key 0, 2", "key 0, 1", "key 0, 0", "a key"}},
		{store.EntryQuery{Keys: true, ID: other.ID}, []string{"key 1, 2", "key 1, 1", "key 1, 0", "a key"}},
		{store.EntryQuery{Keys: true, ID: other.ID + 1}, nil},
	} {
		all := entries(t, b, c.q)
		if got := notes(all); !slices.Equal(got, c.want) {
			t.Errorf("%+v: %q, want %q", c.q, got, c.want)
		}
		for i, e := range all {
			c.q.Before, c.q.Limit = e.ID, 2
			if got := entries(t, b, c.q); !reflect.DeepEqual(got, cloneOrNil(all[i+1:min(i+3, len(all))])) {
				t.Errorf("%+v: %q", c.q, notes(got))
			}
		}
	}
}

func cloneOrNil(list []access.Entry) []access.Entry {
	if len(list) == 0 {
		return nil
	}
	return list
}

func testEntryBytes(t *testing.T, b store.Backend) {
	space := suite.NewSpace(t, b, "")
	key := makeKey(t, b, anyKey(space, 1))
	const rows, large = 6, 4 // the fourth is more than a page
	for n := 1; n <= rows; n++ {
		weight := store.MaxPageBytes / 3
		if n == large {
			weight = store.MaxPageBytes + 2
		}
		about := suite.Noted(fmt.Sprint(n))
		about.Edits[0].After = strings.Repeat("é", weight/2)
		if err := updateNoted(b, space, about); err != nil {
			t.Fatal(err)
		}
		if err := updateKeyNoted(b, key, about); err != nil {
			t.Fatal(err)
		}
	}
	for _, q := range []store.EntryQuery{{}, {ID: int64(space)}, {Keys: true}, {Keys: true, ID: key.ID}} {
		var pages [][]string
		for {
			list := entries(t, b, q)
			if len(list) == 0 {
				break
			}
			pages, q.Before = append(pages, notes(list)), list[len(list)-1].ID
		}
		first := "a Space"
		if q.Keys {
			first = "a key"
		}
		if want := [][]string{{"6", "5", "4"}, {"3", "2", "1"}, {first}}; !reflect.DeepEqual(pages, want) {
			t.Errorf("%+v: pages %q, want %q", q, pages, want)
		}
	}
}

// What fails, wherever it does, leaves neither the change nor an entry, and what
// gives no entry leaves none.
func testEntryOrNeither(t *testing.T, b store.Backend) {
	space, err := b.CreateSpace(bg, anySpace(), suite.Noted("a Space"))
	if err != nil {
		t.Fatal(err)
	}
	key := makeKey(t, b, anyKey(space.ID, 1))
	rename := func(about *access.Entry, err error) error {
		_, got := b.UpdateSpace(bg, space.ID, func(s *access.Space) (store.WithSpace, error) {
			s.Name = "New name"
			return store.WithSpace{About: about}, err
		})
		return got
	}
	renameKey := func(about *access.Entry, err error) error {
		_, got := b.UpdateKey(bg, key.ID, func(k *access.APIKey) (*access.Entry, error) {
			k.Name = "New name"
			return about, err
		})
		return got
	}
	good, ofKey := suite.Noted("good"), suite.Noted("good")
	ofKey.Key = key.ID
	nobody := suite.Noted("by nobody") // which a database refuses when the rest is written
	nobody.Who = ""
	nobodyKey := nobody
	nobodyKey.Key = key.ID
	for name, change := range map[string]func() error{
		"a change of a Space that is refused": func() error { return rename(&good, errTest) },
		"a change of a Space by nobody":       func() error { return rename(&nobody, nil) },
		"a change of a key that is refused":   func() error { return renameKey(&ofKey, errTest) },
		"a change of a key by nobody":         func() error { return renameKey(&nobodyKey, nil) },
		"a Space by nobody":                   func() error { _, err := b.CreateSpace(bg, anySpace(), nobody); return err },
		"a key by nobody":                     func() error { _, err := b.CreateKey(bg, anyKey(space.ID, 2), nobody); return err },
		"a key with the hash of another":      func() error { _, err := b.CreateKey(bg, anyKey(space.ID, 1), good); return err },
		"a key of no Space":                   func() error { _, err := b.CreateKey(bg, anyKey(space.ID+99, 3), good); return err },
		"a Space that is not there":           func() error { return updateNoted(b, space.ID+99, good) },
		"a key that is not there":             func() error { return updateKeyNoted(b, access.APIKey{ID: key.ID + 99}, good) },
	} {
		if err := change(); err == nil {
			t.Errorf("%s: it succeeds", name)
		}
		wantSpaces(t, b, space)
		wantKeys(t, b, key)
		if n := len(entries(t, b, store.EntryQuery{})) + len(entries(t, b, store.EntryQuery{Keys: true})); n != 2 {
			t.Fatalf("%s: the log has %d entries, want the 2 of what was made", name, n)
		}
	}
	if err := errors.Join(rename(nil, nil), renameKey(nil, nil)); err != nil {
		t.Error(err)
	}
	if n := len(entries(t, b, store.EntryQuery{})) + len(entries(t, b, store.EntryQuery{Keys: true})); n != 2 {
		t.Errorf("what gave no entry left %d", n-2)
	}
}

// Who has seen an entry has seen all that come before it, whatever is written
// meanwhile.
func testEntryOrder(t *testing.T, b store.Backend) {
	var spaces []contact.SpaceID
	const workers, each = 4, 8
	for range workers {
		spaces = append(spaces, suite.NewSpace(t, b, ""))
	}
	var writing sync.WaitGroup
	for _, space := range spaces {
		writing.Go(func() {
			for n := range each {
				if err := updateNoted(b, space, suite.Noted(fmt.Sprint(n))); err != nil {
					t.Error(err)
				}
			}
		})
	}
	ended := make(chan struct{})
	go func() { writing.Wait(); close(ended) }()
	var seen []access.Entry
	for last := false; !last; {
		select {
		case <-ended:
			last = true
		default:
		}
		list := entries(t, b, store.EntryQuery{})
		if len(list) < len(seen) || !reflect.DeepEqual(list[len(list)-len(seen):], seen) && len(seen) > 0 {
			t.Fatalf("what was read before changed: %+v\nthen %+v", seen, list)
		}
		seen = list
	}
	if len(seen) != workers*(each+1) {
		t.Errorf("%d entries, want %d", len(seen), workers*(each+1))
	}
	for _, space := range spaces {
		of := entries(t, b, store.EntryQuery{ID: int64(space)})
		if got, want := notes(of), []string{"7", "6", "5", "4", "3", "2", "1", "0", "a Space"}; !slices.Equal(got, want) {
			t.Errorf("Space %d: %q", space, got)
		}
	}
}

func testStoreEntries(t *testing.T, b store.Backend) {
	s := suite.NewStore(t, b, store.Options{})
	by := func(who string, action access.Action) access.Act { return access.Act{At: 7, Who: who, Action: action} }
	settled := anySpace()
	settled.Rekeying = access.Rekeying{}
	space, err := s.CreateSpace(bg, by("cli: ada", access.ActionCreate), settled)
	if err != nil {
		t.Fatal(err)
	}
	key, err := s.CreateKey(bg, by("cli: zoë", access.ActionCreate), anyKey(space.ID, 1))
	if err != nil {
		t.Fatal(err)
	}
	for _, change := range []func(*access.APIKey) error{
		func(k *access.APIKey) error { return nil },
		func(k *access.APIKey) error { k.LastUsed = 9; return nil },
		func(k *access.APIKey) error { k.Revoked = 5; return nil },
	} {
		if _, err := s.UpdateKey(bg, by("cli: eve", access.ActionRevoke), key.ID, change); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 { // the second time changes nothing
		_, err := s.UpdateSpace(bg, by("cli: eve", access.ActionUpdate), space.ID, func(sp *access.Space) error { sp.Region = ""; return nil })
		if err != nil {
			t.Fatal(err)
		}
	}
	ended := key
	ended.Revoked = 5
	cleared := space
	cleared.Region = ""
	for _, c := range []struct {
		q    store.EntryQuery
		want []*access.Entry
	}{
		{store.EntryQuery{Limit: 9}, []*access.Entry{
			by("cli: eve", access.ActionUpdate).OfSpace(&space, &cleared), by("cli: ada", access.ActionCreate).OfSpace(nil, &space)}},
		{store.EntryQuery{Keys: true, Limit: 9}, []*access.Entry{
			by("cli: eve", access.ActionRevoke).OfKey(&key, &ended), by("cli: zoë", access.ActionCreate).OfKey(nil, &key)}},
	} {
		list, err := s.Entries(bg, c.q)
		if err != nil || len(list) != len(c.want) {
			t.Fatalf("%+v: %+v, %v", c.q, list, err)
		}
		for i, want := range c.want {
			if want.ID = list[i].ID; !reflect.DeepEqual(list[i], *want) {
				t.Errorf("%+v:\n got %+v\nwant %+v", c.q, list[i], *want)
			}
		}
	}
}
