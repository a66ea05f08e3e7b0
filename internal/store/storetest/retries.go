package storetest

import (
	"errors"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

var retryTests = []suite.Test{
	{"the record of a retry comes back as it was saved", testRetryRow},
	{"the oldest records of a Space are found by their time", testExpired},
	{"a record goes, and one of its name comes in its place", testRetriesGone},
}

func retryOf(space contact.SpaceID, key, request string) record.Retry {
	r := record.Retry{Space: space, Key: key, Fingerprint: []byte{0, 1, 255}, RequestID: request, At: 1 << 50, Answer: []byte(`{"of":"Zoë"}`)}
	r.Seal()
	return r
}

func testRetryRow(t *testing.T, b store.Backend) {
	space, other := suite.NewSpace(t, b, ""), suite.NewSpace(t, b, "")
	want := retryOf(space, "K '\"%\\", "request-1")
	load := func(space contact.SpaceID, key string) []record.Retry {
		t.Helper()
		tx := suite.Begin(t, b, b.Lane(space))
		defer tx.Rollback()
		found, err := tx.Load(bg, &store.Wants{Retries: []store.RetryID{{Space: space, Key: key}}})
		if err != nil {
			t.Fatal(err)
		}
		return found.Retries
	}
	mark := store.Mark{Space: space, Key: want.Key, RequestID: want.RequestID}
	if saved, err := b.Saved(bg, mark); saved || err != nil {
		t.Errorf("before it was saved: %v, %v", saved, err)
	}
	suite.Commit(t, b, b.Lane(space), &store.Save{Retries: []record.Retry{want}})
	if got := load(space, want.Key); !reflect.DeepEqual(got, []record.Retry{want}) || got[0].Check() != nil {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := append(load(other, want.Key), load(space, "k '\"%\\")...); len(got) != 0 {
		t.Errorf("of another Space, or in another case: %+v", got)
	}
	for m, want := range map[store.Mark]bool{
		mark: true, {Space: space, Key: want.Key, RequestID: "request-2"}: false, {Space: other, Key: want.Key, RequestID: "request-1"}: false,
	} {
		if saved, err := b.Saved(bg, m); saved != want || err != nil {
			t.Errorf("%+v: %v, %v", m, saved, err)
		}
	}
	tx := suite.Begin(t, b, b.Lane(space))
	err := tx.Save(bg, &store.Save{Retries: []record.Retry{retryOf(space, want.Key, "request-2")}})
	tx.Rollback()
	if !errors.Is(err, store.ErrConflict) && !errors.Is(err, store.ErrRefused) {
		t.Errorf("a key that is taken: %v", err)
	}
	suite.Commit(t, b, b.Lane(other), &store.Save{Retries: []record.Retry{retryOf(other, want.Key, "request-3")}})
}

// expired gives the names of the records of a Space that are of a moment or older, in
// the order of their bytes. It makes sure of what they weigh.
func expired(t *testing.T, b store.Backend, all []record.Retry, asked store.Expired) (keys []string) {
	t.Helper()
	tx := suite.Begin(t, b, b.Lane(asked.Space))
	defer tx.Rollback()
	found, err := tx.Load(bg, &store.Wants{Expired: []store.Expired{asked}})
	if err != nil {
		t.Fatal(err)
	}
	if len(found.Retries) > 0 {
		t.Errorf("%d records came with what they hold", len(found.Retries))
	}
	for _, r := range found.Expired {
		i := slices.IndexFunc(all, func(of record.Retry) bool { return of.Space == asked.Space && of.Key == r.Key })
		if r.Space != asked.Space || i < 0 || r.Weight != all[i].Weight() {
			t.Fatalf("%+v: got %+v", asked, r)
		}
		keys = append(keys, r.Key)
	}
	slices.Sort(keys)
	return keys
}

// CONTRACT D32.
func testExpired(t *testing.T, b store.Backend) {
	space, other, empty := suite.NewSpace(t, b, ""), suite.NewSpace(t, b, ""), suite.NewSpace(t, b, "")
	var all []record.Retry
	for i, at := range []contact.Time{30, 10, 50, 20, 40, 253402300799_999_999} {
		r := retryOf(space, string(rune('a'+i)), suite.NewRequest())
		r.At, r.Fingerprint = at, []byte{0, 255}[:i%3]
		r.Answer = []byte(`"` + strings.Repeat("é", i*i*i*1000) + `"`)
		r.Seal()
		theirs := r
		theirs.Space, theirs.At, theirs.Key = other, at-5, r.Key+"'"
		theirs.Seal()
		all = append(all, r, theirs)
	}
	for _, of := range []contact.SpaceID{space, other} {
		var save store.Save
		for _, r := range all {
			if r.Space == of {
				save.Retries = append(save.Retries, r)
			}
		}
		suite.Commit(t, b, b.Lane(of), &save)
	}
	for _, c := range []struct {
		asked store.Expired
		want  string
	}{
		{store.Expired{Space: space, Until: 9, Limit: 10}, ""},
		{store.Expired{Space: space, Until: 10, Limit: 10}, "b"},
		{store.Expired{Space: space, Until: 40, Limit: 10}, "a b d e"},
		{store.Expired{Space: space, Until: 40, Limit: 3}, "a b d"},
		{store.Expired{Space: space, Until: 40, Limit: 1}, "b"},
		{store.Expired{Space: space, Until: math.MaxInt64, Limit: math.MaxInt32}, "a b c d e f"},
		{store.Expired{Space: space, Until: -1, Limit: 10}, ""},
		{store.Expired{Space: other, Until: 15, Limit: 10}, "b' d'"},
		{store.Expired{Space: empty, Until: math.MaxInt64, Limit: 10}, ""},
	} {
		if got := strings.Join(expired(t, b, all, c.asked), " "); got != c.want {
			t.Errorf("%+v: got %q, want %q", c.asked, got, c.want)
		}
	}
}

// CONTRACT D32.
func testRetriesGone(t *testing.T, b store.Backend) {
	space, other := suite.NewSpace(t, b, ""), suite.NewSpace(t, b, "")
	old, stays, theirs := retryOf(space, "old", "request-1"), retryOf(space, "stays", "request-2"), retryOf(other, "old", "request-3")
	suite.Commit(t, b, b.Lane(space), &store.Save{Retries: []record.Retry{old, stays}})
	suite.Commit(t, b, b.Lane(other), &store.Save{Retries: []record.Retry{theirs}})
	load := func(space contact.SpaceID) (list []record.Retry) {
		t.Helper()
		tx := suite.Begin(t, b, b.Lane(space))
		defer tx.Rollback()
		found, err := tx.Load(bg, &store.Wants{Retries: []store.RetryID{{Space: space, Key: "old"}, {Space: space, Key: "stays"}}})
		if err != nil {
			t.Fatal(err)
		}
		slices.SortFunc(found.Retries, func(a, b record.Retry) int { return strings.Compare(a.Key, b.Key) })
		return found.Retries
	}
	fresh := retryOf(space, "old", "request-4")
	gone := &store.Save{RetriesGone: []store.RetryID{{Space: space, Key: "old"}, {Space: space, Key: "never was"}}, Retries: []record.Retry{fresh}}
	tx := suite.Begin(t, b, b.Lane(space))
	if err := tx.Save(bg, gone); err != nil {
		t.Fatal(err)
	}
	tx.Rollback()
	if got := load(space); !reflect.DeepEqual(got, []record.Retry{old, stays}) {
		t.Errorf("of what was rolled back there is %+v", got)
	}
	suite.Commit(t, b, b.Lane(space), gone)
	if got := load(space); !reflect.DeepEqual(got, []record.Retry{fresh, stays}) {
		t.Errorf("got %+v, want another record of the same name", got)
	}
	for request, want := range map[string]bool{"request-1": false, "request-4": true} {
		if saved, err := b.Saved(bg, store.Mark{Space: space, Key: "old", RequestID: request}); saved != want || err != nil {
			t.Errorf("%s: Saved says %v, %v", request, saved, err)
		}
	}
	suite.Commit(t, b, b.Lane(space), &store.Save{RetriesGone: []store.RetryID{{Space: space, Key: "old"}}})
	if got := load(space); !reflect.DeepEqual(got, []record.Retry{stays}) {
		t.Errorf("got %+v, want what stays", got)
	}
	if got := load(other); !reflect.DeepEqual(got, []record.Retry{theirs}) {
		t.Errorf("of another Space: got %+v", got)
	}
}
