package storetest

import (
	"errors"
	"reflect"
	"slices"
	"testing"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

var spaceTests = []suite.Test{
	{"a new Space has made no change and owns no id", testNewSpace},
	{"counters are kept, each Space its own", testCounters},
	{"a Space's region comes from its settings", testRegion},
	{"Spaces that do not exist are left out", testNoSuchSpace},
	{"ids are consecutive, growing and never given twice", testNewIDs},
	{"a Space stays in its lane", testLane},
	{"Spaces are kept as they are set", testSpacesKept},
	{"one Space is found with what it keeps", testSpaceNow},
	{"contacts are asked for match keys where the region comes out different", testRegionRule},
}

func testNewSpace(t *testing.T, b store.Backend) {
	space := suite.NewSpace(t, b, "")
	want := []store.SpaceRow{{Space: space, NextSeq: 1}}
	if got := suite.Counters(t, b, space); !slices.Equal(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func testCounters(t *testing.T, b store.Backend) {
	one, two := suite.NewSpace(t, b, ""), suite.NewSpace(t, b, "")
	row := store.SpaceRow{
		Space: one, NextID: contact.MaxID - 1, BlockEnd: contact.MaxID, NextSeq: 1<<40 - 1, LastAt: 253402300799_999_999,
		Usage: access.Usage{Bytes: 1 << 60, Since: 253402300799_999_998, Minute: 1 << 50},
	}
	suite.Commit(t, b, b.Lane(one), &store.Save{Spaces: []store.SpaceRow{row}})
	if got := suite.Counters(t, b, one); !slices.Equal(got, []store.SpaceRow{row}) {
		t.Errorf("got %+v, want %+v", got, row)
	}
	if got, want := suite.Counters(t, b, two), []store.SpaceRow{{Space: two, NextSeq: 1}}; !slices.Equal(got, want) {
		t.Errorf("the other Space has %+v, want %+v", got, want)
	}
}

func testRegion(t *testing.T, b store.Backend) {
	space := suite.NewSpace(t, b, "GB")
	row := store.SpaceRow{Space: space, NextSeq: 2, Region: "FR"}
	suite.Commit(t, b, b.Lane(space), &store.Save{Spaces: []store.SpaceRow{row}})
	if got := suite.Counters(t, b, space)[0]; got.Region != "GB" || got.NextSeq != 2 {
		t.Errorf("region %q, seq %d: a batch must keep its counters and leave the settings alone", got.Region, got.NextSeq)
	}
	_, err := b.UpdateSpace(bg, space, setting(func(s *access.Space) { s.Region, s.Rekeying = "", anySpace().Rekeying }))
	if err != nil {
		t.Fatal(err)
	}
	if got := suite.Counters(t, b, space)[0]; got.Region != "" || got.Rekeying != anySpace().Rekeying || got.NextSeq != 2 {
		t.Errorf("region %q, seq %d: new settings must show and leave the counters alone", got.Region, got.NextSeq)
	}
}

func testNoSuchSpace(t *testing.T, b store.Backend) {
	space := suite.NewSpace(t, b, "")
	tx := suite.Begin(t, b, b.Lane(space))
	defer tx.Rollback()
	for _, ids := range [][]contact.SpaceID{{space + 1}, {0}, {-1}} {
		if rows, err := tx.Spaces(bg, ids); err != nil || len(rows) != 0 {
			t.Errorf("Space %d: got %d rows and %v, want none", ids[0], len(rows), err)
		}
	}
}

// CONTRACT D4.
func testNewIDs(t *testing.T, b store.Backend) {
	spaces := []contact.SpaceID{suite.NewSpace(t, b, ""), suite.NewSpace(t, b, "")}
	end := contact.ID(1) // the first id that was not given yet
	for i, n := range []int64{1, 1000, 1, 3, 1_000_000, 1} {
		tx := suite.Begin(t, b, b.Lane(spaces[i%2]))
		for range 2 {
			first, err := tx.NewIDs(bg, n)
			if err != nil {
				t.Fatal(err)
			}
			if first < end {
				t.Errorf("NewIDs(%d) begins at %d; ids below %d were given before", n, first, end)
			}
			end = first + contact.ID(n)
		}
		if err := tx.Commit(bg); err != nil {
			t.Fatal(err)
		}
	}
	// Lost or not, what a rolled back transaction took is in nobody's hands.
	tx := suite.Begin(t, b, b.Lane(spaces[0]))
	if _, err := tx.NewIDs(bg, 5); err != nil {
		t.Fatal(err)
	}
	tx.Rollback()
	tx = suite.Begin(t, b, b.Lane(spaces[1]))
	defer tx.Rollback()
	if first, err := tx.NewIDs(bg, 1); err != nil || first < end {
		t.Errorf("after a rollback: id %d, %v; want one from %d", first, err, end)
	}
}

func testLane(t *testing.T, b store.Backend) {
	lanes := map[contact.SpaceID]int64{}
	for range 2 {
		for space := contact.SpaceID(1); space < 100; space++ {
			lane, known := lanes[space]
			if now := b.Lane(space); known && now != lane {
				t.Errorf("Space %d moves from lane %d to %d", space, lane, now)
			}
			lanes[space] = b.Lane(space)
		}
	}
}

func anySpace() access.Space {
	return access.Space{
		Name: "Zoë's \"Example\" – 例え", TimeZone: "America/Argentina/Buenos_Aires", Region: "AR",
		Subscription: access.Active, Created: 1_700_000_000_123_456,
		Limits:   access.Limits{}.With(access.Update, 600).With(access.Get, 0).With(access.Batch, access.MaxLimit),
		Rekeying: access.Rekeying{Phase: access.KeysLeaving, From: "GB", At: 1_700_000_000_123_457},
	}
}

// setting makes a change of a Space of which nothing follows.
func setting(set func(*access.Space)) func(*access.Space) (store.WithSpace, error) {
	return func(s *access.Space) (store.WithSpace, error) {
		set(s)
		return store.WithSpace{}, nil
	}
}

func wantSpaces(t *testing.T, b store.Backend, want ...access.Space) {
	t.Helper()
	if got, err := b.Spaces(bg); err != nil || !slices.EqualFunc(got, want, same) {
		t.Errorf("Spaces: %v\n got %+v\nwant %+v", err, got, want)
	}
}

// same compares two Spaces, whatever their settings are made of.
func same(a, b access.Space) bool { return reflect.DeepEqual(a, b) }

func testSpacesKept(t *testing.T, b store.Backend) {
	wantSpaces(t, b)
	one, err1 := b.CreateSpace(bg, anySpace(), suite.Noted("one"))
	least := access.Space{Name: "b", TimeZone: "UTC", Subscription: access.Inactive}
	two, err2 := b.CreateSpace(bg, least, suite.Noted("two"))
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

	next, err := b.UpdateSpace(bg, one.ID, setting(func(s *access.Space) {
		if !same(*s, one) {
			t.Errorf("to change: %+v\n    want %+v", *s, one)
		}
		s.Name, s.TimeZone = "New name", "Europe/London"
		s.Subscription, s.Limits = access.Inactive, s.Limits.With(access.List, 1)
		s.Rekeying = access.Rekeying{Phase: access.KeysBoth, From: "", At: 253402300799_999_998}
	}))
	if err != nil || next.Rekeying.Phase != access.KeysBoth || next.Name != "New name" || next.Limits.Get(access.List) != 1 {
		t.Errorf("changed: %v, %+v", err, next)
	}
	wantSpaces(t, b, next, two)
}

func testSpaceNow(t *testing.T, b store.Backend) {
	space, err := b.CreateSpace(bg, anySpace(), suite.Noted("a Space"))
	if err != nil {
		t.Fatal(err)
	}
	suite.NewSpace(t, b, "")
	usage := access.Usage{Bytes: 1 << 60, Since: 253402300799_999_998, Minute: 1 << 50}
	suite.Commit(t, b, b.Lane(space.ID), &store.Save{Spaces: []store.SpaceRow{{Space: space.ID, NextSeq: 1, Usage: usage}}})
	got, kept, ok, err := b.SpaceNow(bg, space.ID)
	if err != nil || !ok || !same(got, space) || kept != usage {
		t.Errorf("got %v, %v, %+v, which keeps %+v\nwant %+v, which keeps %+v", err, ok, got, kept, space, usage)
	}
	if _, _, ok, err := b.SpaceNow(bg, space.ID+9); ok || err != nil {
		t.Errorf("one that does not exist: %v, %v", ok, err)
	}
}

// CONTRACT D10, D36. A walk along all contacts of a large Space is not done for a change
// that needs none.
func testRegionRule(t *testing.T, b store.Backend) {
	space := suite.NewSpace(t, b, "GB")
	s := suite.NewStore(t, b, store.Options{})
	const at = 1_700_000_000_123_456
	for n, c := range []struct {
		name     string
		change   func(*access.Space)
		rekeying access.Rekeying
	}{
		{"nothing", func(*access.Space) {}, access.Rekeying{}},
		{"everything else", func(s *access.Space) {
			s.Name, s.TimeZone, s.Subscription, s.Limits = "New name", "Europe/London", access.Inactive, s.Limits.With(access.Get, 0)
			s.Labels[0] = "Customer plan"
		}, access.Rekeying{}},
		{"the same region again", func(s *access.Space) { s.Region = "GB" }, access.Rekeying{}},
		{"another region", func(s *access.Space) { s.Region = "US" }, access.Rekeying{Phase: access.KeysComing, From: "GB", At: at}},
		{"something else meanwhile", func(s *access.Space) { s.Name = "Newer name" }, access.Rekeying{Phase: access.KeysComing, From: "GB", At: at}},
	} {
		got, err := s.UpdateSpace(bg, access.Act{Who: "test", At: at}, space, func(s *access.Space) error { c.change(s); return nil })
		list, err2 := b.JobsOf(bg, space, 0, 10)
		if err != nil || err2 != nil || got.Rekeying != c.rekeying || len(list) != n/3 {
			t.Errorf("%s: %v, %v, %+v, jobs %+v", c.name, err, err2, got, list)
		}
	}
	if list, _ := b.JobsOf(bg, space, 0, 10); len(list) == 1 {
		if j := list[0]; j.ID == 0 || j != (store.Job{Space: space, ID: j.ID, Kind: store.RekeyJob, State: store.JobQueued, Created: at, Due: at}) {
			t.Errorf("the job is %+v", j)
		}
	}
	_, err := s.UpdateSpace(bg, access.Act{Who: "test"}, space, func(s *access.Space) error { s.Region = ""; return nil })
	if fault.KindOf(err) != fault.Conflict {
		t.Errorf("another change of region meanwhile: %v", err)
	}
}
