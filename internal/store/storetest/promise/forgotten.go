package promise

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

var forgottenTests = []suite.Test{
	{"a write is remembered for a day, and then its name is free", testRememberedForADay},
	{"what is too old goes with the next write that is remembered", testForgotten},
	{"what goes is not read", testForgottenUnread},
	{"what is remembered counts with what a Space keeps", testRememberedCounts},
}

// remembered gives the names of all that is remembered of a Space.
func remembered(t *testing.T, b store.Backend, space contact.SpaceID) (keys []string) {
	t.Helper()
	tx := suite.Begin(t, b, b.Lane(space))
	defer tx.Rollback()
	found, err := tx.Load(bg, &store.Wants{Expired: []store.Expired{{Space: space, Until: math.MaxInt64, Limit: math.MaxInt32}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range found.Expired {
		keys = append(keys, r.Key)
	}
	slices.Sort(keys)
	return keys
}

// remember saves records of a Space, each a moment after the one before, and counts
// them.
func remember(t *testing.T, b store.Backend, space contact.SpaceID, from time.Time, answer string, n int) {
	t.Helper()
	row := suite.Counters(t, b, space)[0]
	var save store.Save
	for i := range n {
		r := record.Retry{Space: space, Key: fmt.Sprintf("old-%03d", i), Fingerprint: []byte{1}, RequestID: "old", At: contact.TimeOf(from) + contact.Time(i), Answer: []byte(answer)}
		r.Seal()
		save.Retries = append(save.Retries, r)
		row.Usage = row.Usage.Grow(128 + int64(r.Weight()))
	}
	save.Spaces = []store.SpaceRow{row}
	suite.Commit(t, b, b.Lane(space), &save)
}

// CONTRACT D32.
func testRememberedForADay(t *testing.T, b store.Backend) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	s, space := suite.NewStore(t, b, store.Options{Clock: func() time.Time { return now }}), suite.NewSpace(t, b, "")
	id := made(t, s, space, name("A"))
	for day := range 3 {
		now = now.Add(time.Second)
		version := done(t, s, again(putting(space, id, name(fmt.Sprint("B", day))), "K")).Subject.Version
		for _, later := range []time.Duration{0, 12 * time.Hour, 12*time.Hour - time.Microsecond} {
			now = now.Add(later)
			_, err := s.Do(bg, again(putting(space, id, name("not done")), "K"))
			wantRepeated(t, err, fmt.Sprintf(`{"op":%d,"version":%d}`, version, version))
		}
		now = now.Add(time.Microsecond)
		if keys := remembered(t, b, space); !slices.Equal(keys, []string{"K"}) {
			t.Errorf("remembered are %q", keys)
		}
		if day == 1 { // what does nothing leaves what is too old
			done(t, s, putting(space, id, name(fmt.Sprint("B", day))))
			dry := again(putting(space, id, name("C")), "K")
			dry.Terms.Dry = true
			done(t, s, dry)
			refusedBy(t, s, again(putting(space, id+99, name("C")), "K"), "contact_not_found")
		}
		now = now.Add(-time.Second) // the next day's first write is at its very moment
	}
	if c := got(t, s, space, id); c.Version != 4 {
		t.Errorf("version %d, want 4", c.Version)
	}
	suite.Audit(t, b, space)
}

// CONTRACT D32.
func testForgotten(t *testing.T, b store.Backend) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	s, space, other := suite.NewStore(t, b, store.Options{Clock: func() time.Time { return now }}), suite.NewSpace(t, b, ""), suite.NewSpace(t, b, "")
	const many, atOnce = 300, 256
	for _, of := range []contact.SpaceID{space, other} {
		remember(t, b, of, now, "{}", many)
	}
	now = now.Add(24*time.Hour + time.Second)
	id := made(t, s, space, name("A"))
	want := func(old int, keys ...string) {
		t.Helper()
		for i := many - old; i < many; i++ {
			keys = append(keys, fmt.Sprintf("old-%03d", i))
		}
		slices.Sort(keys)
		if have := remembered(t, b, space); !slices.Equal(have, keys) {
			t.Errorf("remembered are %d: %q\nwant %d: %q", len(have), have, len(keys), keys)
		}
		suite.Audit(t, b, space)
	}
	want(many) // a write that is not remembered makes nobody forget
	done(t, s, again(putting(space, id, name("A")), "first"))
	want(many-atOnce, "first")
	done(t, s, again(putting(space, id, name("B")), "old-299")) // one of the last, and not among the oldest any more
	want(0, "first", "old-299")
	done(t, s, again(putting(space, id, name("C")), "third"))
	want(0, "first", "old-299", "third")
	if theirs := remembered(t, b, other); len(theirs) != many {
		t.Errorf("of another Space %d are left", len(theirs))
	}
	suite.Audit(t, b, other)
}

// What many records hold is more than a batch may load, and is nobody's fault who
// writes a day later.
func testForgottenUnread(t *testing.T, b store.Backend) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	s, space := suite.NewStore(t, b, store.Options{Clock: func() time.Time { return now }}), suite.NewSpace(t, b, "")
	var verbs []contact.Verb
	for range 100 {
		verbs = append(verbs, &contact.Create{Patch: name("A")})
	}
	out, err := s.Do(bg, writing(space, verbs...))
	if err != nil {
		t.Fatal(err)
	}
	remember(t, b, space, now, `"`+strings.Repeat("a", 100_000)+`"`, 200)
	now = now.Add(25 * time.Hour)
	for i := range out {
		verbs[i] = &contact.Put{Ref: out[i].Subject.ID, Patch: name("B")}
	}
	if _, err := s.Do(bg, again(writing(space, verbs...), "K")); err != nil {
		t.Errorf("a hundred small contacts: %v", err)
	}
	if keys := remembered(t, b, space); !slices.Equal(keys, []string{"K"}) {
		t.Errorf("%d records are left", len(keys))
	}
	suite.Audit(t, b, space)
}

// CONTRACT D2, D32.
func testRememberedCounts(t *testing.T, b store.Backend) {
	s, space := suite.NewStore(t, b, store.Options{}), suite.NewSpace(t, b, "")
	id := made(t, s, space, name("A"))
	quotaOf(t, b, space, access.Quota{Bytes: 4000})
	writes := 0
	for ; writes < 100; writes++ {
		w := again(putting(space, id, name("A")), fmt.Sprint("nothing changes ", writes))
		if _, err := s.Do(bg, w); err != nil {
			t.Fatal(err)
		}
		if suite.Counters(t, b, space)[0].Usage.Bytes > 4000 {
			break
		}
	}
	if writes < 5 || writes > 30 {
		t.Errorf("full after %d records", writes)
	}
	refusedBy(t, s, again(putting(space, id, name("B")), "new"), "space_full")
	suite.Audit(t, b, space)
}
