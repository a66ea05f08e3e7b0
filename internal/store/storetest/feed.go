package storetest

import (
	"fmt"
	"reflect"
	"slices"
	"testing"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

var feedTests = []suite.Test{
	{"the feed gives each change of the Space once, in order", testFeed},
	{"the feed is sifted by what changes are, and says how far it looked", testSift},
	{"a walk along the feed ends after so many rows looked at", testSiftLookedAt},
	{"the feed gives what was made from one time to another", testFeedTimes},
}

// CONTRACT D22: nothing missed, nothing twice, and nothing of another Space,
// whatever number the caller gives.
func testFeed(t *testing.T, b store.Backend) {
	spaces := []contact.SpaceID{suite.NewSpace(t, b, ""), suite.NewSpace(t, b, ""), suite.NewSpace(t, b, "")}
	const changes = 5
	for _, space := range spaces {
		if last, err := b.LastSeq(bg, space); last != 0 || err != nil {
			t.Errorf("a new Space has made %d changes, %v", last, err)
		}
		for seq := contact.Seq(1); seq <= changes; seq++ {
			suite.Commit(t, b, b.Lane(space), &store.Save{
				Spaces:  []store.SpaceRow{{Space: space, NextSeq: seq + 1}},
				Changes: []record.Change{changeOf(space, seq, 5)},
			})
		}
		if last, err := b.LastSeq(bg, space); last != changes || err != nil {
			t.Errorf("it has made %d changes, %v; want %d", last, err, changes)
		}
	}
	for _, space := range spaces {
		for _, f := range []struct {
			after contact.Seq
			limit int
			first contact.Seq
			n     int
		}{
			{0, 100, 1, 5}, {0, 2, 1, 2}, {2, 2, 3, 2}, {4, 2, 5, 1}, {5, 2, 0, 0}, {6, 2, 0, 0},
			{-1, 100, 1, 5}, {-1 << 40, 100, 1, 5}, {-1 << 63, 100, 1, 5},
			{1<<40 - 1, 100, 0, 0}, {1 << 40, 100, 0, 0}, {1<<40 + 2, 100, 0, 0}, {1<<63 - 1, 100, 0, 0},
		} {
			walk, err := b.Feed(bg, store.Stretch{Space: space, After: f.after, Limit: f.limit})
			rows := walk.Rows
			if err != nil || len(rows) != f.n {
				t.Errorf("Space %d, after %d, at most %d: %v, %d changes, want %d", space, f.after, f.limit, err, len(rows), f.n)
				continue
			}
			for i, row := range rows {
				if want := changeOf(space, f.first+contact.Seq(i), 5); !reflect.DeepEqual(row, want) {
					t.Errorf("after %d: got %+v\nwant %+v", f.after, row, want)
				}
			}
		}
	}
}

// sifted are changes of several contacts, keys, actions and batches. Number n is
// made at 10 * n.
func sifted(space contact.SpaceID, n contact.Seq) record.Change {
	ch := changeOf(space, n, 5+contact.ID(n%3))
	ch.At = contact.Time(10 * n)
	key := []int64{1, 11, 10, 7}[n%4]
	ch.Actor = fmt.Appendf(nil, `{"key_id":%d,"key_name":"{\"key_id\":7,","name":"11"}`, key)
	ch.Action = []contact.Action{contact.ActionCreate, contact.ActionPut, contact.ActionMerge}[n%7%3]
	ch.BatchID = []string{"", "b-1", "b-10", "", "B-1"}[n%5]
	ch.Ref = 6 // by which it is not found
	ch.Seal()
	return ch
}

// between gives the numbers between two bounds of which 0 is none, in either order.
func between(after, before, newest contact.Seq, down bool) (all []contact.Seq) {
	for n := after + 1; n <= newest && (before == 0 || n < before); n++ {
		all = append(all, n)
	}
	if down {
		slices.Reverse(all)
	}
	return all
}

// CONTRACT D29.
func testSift(t *testing.T, b store.Backend) {
	const changes = 60
	space, other := suite.NewSpace(t, b, ""), suite.NewSpace(t, b, "")
	for _, sp := range []contact.SpaceID{space, other} {
		s := store.Save{Spaces: []store.SpaceRow{{Space: sp, NextSeq: changes + 1}}}
		for n := contact.Seq(1); n <= changes; n++ {
			s.Changes = append(s.Changes, sifted(sp, n))
		}
		suite.Commit(t, b, b.Lane(sp), &s)
	}
	fits := func(ch *record.Change, f store.ChangeFilter) bool {
		key := fmt.Sprintf(`{"key_id":%d,`, f.KeyID)
		return (f.Contact == 0 || ch.Contact == f.Contact) && (f.Action == "" || ch.Action == f.Action) && (f.BatchID == "" || ch.BatchID == f.BatchID) &&
			(f.KeyID == 0 || string(ch.Actor[:len(key)]) == key)
	}
	filters := []store.ChangeFilter{{Contact: 5}, {Contact: 6, KeyID: 11}, {KeyID: 1}, {KeyID: 7}, {KeyID: 10, Action: contact.ActionPut}, {Action: contact.ActionMerge},
		{BatchID: "b-1"}, {BatchID: "b-10", Contact: 7, Action: contact.ActionCreate}, {BatchID: "b"}, {BatchID: "%"}, {Contact: 9}, {Action: "creat"}, {KeyID: 3}}
	bounds := []struct{ after, before contact.Seq }{{0, 0}, {7, 0}, {0, 50}, {20, 31}, {20, 22}, {20, 21}, {20, 20}, {20, 5}, {59, 0}, {60, 0}, {99, 0}, {0, 1}, {0, 99}, {0, 1 << 45}}
	for _, f := range append(filters, store.ChangeFilter{}) {
		for _, bound := range bounds {
			for _, limit := range []int{1, 4, 100} {
				for _, newest := range []bool{false, true} {
					var want []record.Change
					last := contact.Seq(0) // that was looked at
					for _, n := range between(bound.after, bound.before, changes, newest) {
						if len(want) == limit {
							break
						}
						last = n
						if ch := sifted(space, n); fits(&ch, f) {
							want = append(want, ch)
						}
					}
					st := store.Stretch{Space: space, After: bound.after, Before: bound.before, Only: f, NewestFirst: newest, Limit: limit}
					walk, err := b.Feed(bg, st)
					if err != nil || !slices.EqualFunc(walk.Rows, want, func(a, b record.Change) bool { return reflect.DeepEqual(a, b) }) {
						t.Errorf("%+v: %v, %d changes; want %d", st, err, len(walk.Rows), len(want))
					}
					if walk.Last != last || walk.Cut != (len(want) == limit) || walk.Looked < len(want) {
						t.Errorf("%+v: looked at %d, to %d, cut %v; want to %d, cut %v", st, walk.Looked, walk.Last, walk.Cut, last, len(want) == limit)
					}
				}
			}
		}
	}
}

// FAULT A1: what a page of the feed costs is bounded by what it looks at.
func testSiftLookedAt(t *testing.T, b store.Backend) {
	space := sparse(t, b)
	const last = store.MaxLookedAt
	for _, c := range []struct {
		after, before contact.Seq
		only          contact.ID
		limit         int
		want          []contact.ID
		last          contact.Seq
		cut           bool
	}{
		{0, 0, sparseRows, 9, nil, last, true},
		{last, 0, sparseRows, 9, []contact.ID{sparseRows}, sparseRows, false},
		{last, 0, sparseRows, 1, []contact.ID{sparseRows}, sparseRows, true},
		{0, last + 1, sparseRows, 9, nil, last, true}, // it does not know that this is the end
		{0, last, sparseRows, 9, nil, last - 1, false},
		{0, 0, last, 9, []contact.ID{last}, last, true},
		{0, 0, 5, 9, []contact.ID{5}, last, true},
		{50, 0, 5, 9, nil, sparseRows, true},
		{51, 0, 5, 9, nil, sparseRows, false},
	} {
		walk, err := b.Feed(bg, store.Stretch{Space: space, After: c.after, Before: c.before, Only: store.ChangeFilter{Contact: c.only}, Limit: c.limit})
		got := []contact.ID{}
		for i := range walk.Rows {
			got = append(got, walk.Rows[i].Contact)
		}
		if err != nil || !slices.Equal(got, c.want) || walk.Last != c.last || walk.Cut != c.cut {
			t.Errorf("%+v: %v, contacts %v, looked to %d, cut %v", c, err, got, walk.Last, walk.Cut)
		}
		if walk.Looked > store.MaxLookedAt || c.last == c.after+last && walk.Looked != store.MaxLookedAt {
			t.Errorf("%+v: looked at %d rows", c, walk.Looked)
		}
	}
	// And so downwards, with what the store gives of it.
	for _, c := range []struct {
		before contact.Seq
		only   contact.ID
		want   []contact.ID
		last   contact.Seq
		cut    bool
	}{
		{0, 5, nil, sparseRows - last + 1, true}, {sparseRows - last + 1, 5, []contact.ID{5}, 1, false}, {last + 1, 5, []contact.ID{5}, 1, true}, {0, sparseRows, []contact.ID{sparseRows}, sparseRows - last + 1, true},
	} {
		walk, err := b.Feed(bg, store.Stretch{Space: space, Before: c.before, NewestFirst: true, Only: store.ChangeFilter{Contact: c.only}, Limit: 9})
		got := []contact.ID{}
		for i := range walk.Rows {
			got = append(got, walk.Rows[i].Contact)
		}
		if err != nil || !slices.Equal(got, c.want) || walk.Last != c.last || walk.Cut != c.cut || walk.Looked > store.MaxLookedAt {
			t.Errorf("downwards %+v: %v, contacts %v, looked to %d, cut %v", c, err, got, walk.Last, walk.Cut)
		}
	}
	// The store goes on from there, to the end.
	s := suite.NewStore(t, b, store.Options{})
	q := store.FeedQuery{Space: space, Only: store.ChangeFilter{Contact: sparseRows}, Limit: 9}
	found, pages := 0, 0
	for more := true; more; pages++ {
		page, err := s.Feed(bg, q)
		if err != nil || page.More && page.Last <= q.After || pages > 9 {
			t.Fatalf("after %d: %v, to %d", q.After, err, page.Last)
		}
		found, q.After, more = found+len(page.Changes), page.Last, page.More
	}
	if found != 1 || pages != 2 || q.After != sparseRows {
		t.Errorf("%d changes on %d pages, to %d", found, pages, q.After)
	}
}

// CONTRACT D29: since is inclusive and until is not, so that what follows one
// window begins with its end.
func testFeedTimes(t *testing.T, b store.Backend) {
	const changes = 20
	space := suite.NewSpace(t, b, "")
	s := store.Save{Spaces: []store.SpaceRow{{Space: space, NextSeq: changes + 1}}}
	for n := contact.Seq(1); n <= changes; n++ {
		s.Changes = append(s.Changes, sifted(space, n))
	}
	suite.Commit(t, b, b.Lane(space), &s)
	reader := suite.NewStore(t, b, store.Options{})
	for _, c := range []struct {
		after        contact.Seq
		since, until contact.Time
		first, n     contact.Seq // of what it gives
		last         contact.Seq
	}{
		{0, 0, 0, 1, 20, 20}, {0, 1, 0, 1, 20, 20}, {0, 10, 0, 1, 20, 20}, {0, 11, 0, 2, 19, 20}, {0, 200, 0, 20, 1, 20}, {0, 201, 0, 0, 0, 20},
		{0, 0, 10, 0, 0, 0}, {0, 0, 11, 1, 1, 1}, {0, 0, 200, 1, 19, 19}, {0, 0, 201, 1, 20, 20}, {0, 0, 999, 1, 20, 20},
		{0, 50, 80, 5, 3, 7}, {0, 51, 81, 6, 3, 8}, {0, 51, 59, 0, 0, 5}, {0, 80, 50, 0, 0, 7}, {6, 50, 80, 7, 1, 7}, {7, 50, 80, 0, 0, 7}, {9, 50, 80, 0, 0, 9}, {2, 50, 80, 5, 3, 7},
		{99, 0, 0, 0, 0, 99},
	} {
		page, err := reader.Feed(bg, store.FeedQuery{Space: space, After: c.after, Since: c.since, Until: c.until, Limit: 50})
		if err != nil || len(page.Changes) != int(c.n) || c.n > 0 && page.Changes[0].Seq != c.first || page.Last != c.last || page.More {
			t.Errorf("%+v: %v, %d changes, to %d, more %v", c, err, len(page.Changes), page.Last, page.More)
		}
	}
	for _, c := range []struct {
		before       contact.Seq
		since, until contact.Time
		limit        int
		first, n     contact.Seq // of what it gives, downwards
		last         contact.Seq
		more         bool
	}{
		{0, 0, 0, 50, 20, 20, 1, false}, {0, 0, 0, 7, 20, 7, 14, true}, {14, 0, 0, 13, 13, 13, 1, false}, {1, 0, 0, 50, 0, 0, 0, false}, {99, 0, 0, 1, 20, 1, 20, true},
		{0, 50, 80, 50, 7, 3, 5, false}, {0, 50, 80, 3, 7, 3, 5, false}, {7, 50, 80, 1, 6, 1, 6, true}, {5, 50, 80, 9, 0, 0, 0, false}, {0, 80, 50, 9, 0, 0, 0, false}, {0, 201, 0, 9, 0, 0, 0, false},
	} {
		page, err := reader.Recent(bg, store.FeedQuery{Space: space, Before: c.before, Since: c.since, Until: c.until, Limit: c.limit})
		if err != nil || len(page.Changes) != int(c.n) || c.n > 0 && page.Changes[0].Seq != c.first || page.Last != c.last || page.More != c.more {
			t.Errorf("downwards %+v: %v, %d changes, to %d, more %v", c, err, len(page.Changes), page.Last, page.More)
		}
	}
	if newest, err := reader.Newest(bg, space); err != nil || newest != changes {
		t.Errorf("the newest is %d, %v", newest, err)
	}
}
