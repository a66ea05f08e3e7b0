package storetest

import (
	"context"
	"errors"
	"os"
	"reflect"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

var walkTests = []suite.Test{
	{"a walk ends after so many rows looked at", testLookedAt},
	{"a list goes on where few of the rows looked at are of it", testSparseLists},
	{"a trail gives the links of a history alone", testTrail},
	{"snapshots are found by their version", testSnapshots},
	{"any change of a long history is reached by few rows", testReach},
	{"pages of a long history read few rows, forth and back", testLongHistory},
	{"a read ends with its context", testReadsEnd},
}

// Contacts and changes of a sparse Space are marked alike: contact n has change n
// as its newest. All else that is looked at belongs to nobody.
const sparseRows = store.MaxLookedAt + 50

var (
	sparseIDs = []contact.ID{5, 20, 60, sparseRows - 5}
	common    = contact.MatchKey{Kind: contact.EmailKey, Text: "office@example.com"} // all have it
	rare      = contact.MatchKey{Kind: contact.PhoneKey, Text: "+15550100"}          // few have it too
)

func sparse(t *testing.T, b store.Backend) contact.SpaceID {
	t.Helper()
	space := suite.NewSpace(t, b, "")
	s := store.Save{Spaces: []store.SpaceRow{{Space: space, NextSeq: sparseRows + 1}}}
	for n := contact.Seq(1); n <= sparseRows; n++ {
		ch := changeOf(space, n, contact.ID(n))
		ch.Prev = n - 1
		ch.Seal()
		s.Changes = append(s.Changes, ch)
		s.KeysCome = append(s.KeysCome, record.MatchKey{Space: space, MatchKey: common, ID: contact.ID(n)})
	}
	for _, id := range sparseIDs {
		row := rowOf(space, id, contact.Version(id), "Ada")
		s.Contacts = append(s.Contacts, store.ContactSave{Row: row})
		s.KeysCome = append(s.KeysCome, record.MatchKey{Space: space, MatchKey: rare, ID: id})
	}
	suite.Commit(t, b, b.Lane(space), &s)
	return space
}

// FAULT A1: what a page costs is bounded by what it looks at, not by what it
// finds.
func testLookedAt(t *testing.T, b store.Backend) {
	space := sparse(t, b)
	const last = store.MaxLookedAt
	for _, c := range []struct {
		after, before int64
		oldest        bool
		limit         int
		want          []contact.ID
		stopped       int64
	}{
		{0, 0, true, 9, []contact.ID{5, 20, 60}, last},
		{last, 0, true, 9, []contact.ID{sparseRows - 5}, 0},
		{60, sparseRows - 5, true, 9, []contact.ID{}, 0},
		{50, 0, true, 9, []contact.ID{60, sparseRows - 5}, sparseRows}, // so many, and not one more
		{51, 0, true, 9, []contact.ID{60, sparseRows - 5}, 0},
		{0, 0, true, 2, []contact.ID{5, 20}, 0},
		{0, 0, false, 9, []contact.ID{sparseRows - 5, 60}, 51},
		{0, 51, false, 9, []contact.ID{20, 5}, 0},
		{0, sparseRows - 5, false, 9, []contact.ID{60}, 46 - 1},
		{0, sparseRows - 5, false, 1, []contact.ID{60}, 0},
	} {
		l := store.Listing{Space: space, After: contact.ID(c.after), Before: contact.ID(c.before), OldestFirst: c.oldest, Limit: c.limit}
		u := store.Updates{Space: space, After: contact.Seq(c.after), Before: contact.Seq(c.before), OldestFirst: c.oldest, Limit: c.limit}
		check := func(kind string, walk store.Walk, err error) {
			if got := suite.IDs(walk.Rows); err != nil || !slices.Equal(got, c.want) || walk.Stopped != c.stopped {
				t.Errorf("%+v %s: %v, contacts %v, stopped with %d", c, kind, err, got, walk.Stopped)
			}
			if stopped := walk.Looked == store.MaxLookedAt; walk.Looked < len(walk.Rows) || walk.Looked > store.MaxLookedAt || c.stopped != 0 && !stopped {
				t.Errorf("%+v %s: looked at %d rows", c, kind, walk.Looked)
			}
		}
		walk, err := b.Updated(bg, u)
		check("by change", walk, err)
		l.Keys, u.Keys = []contact.MatchKey{common, rare}, []contact.MatchKey{rare, common}
		walk, err = b.List(bg, l)
		check("by two keys", walk, err)
		walk, err = b.Updated(bg, u)
		check("by change and two keys", walk, err)
		u.Keys = []contact.MatchKey{{Kind: contact.EmailKey, Text: "nobody@example.com"}}
		if walk, err = b.Updated(bg, u); err != nil || len(walk.Rows) > 0 || (walk.Stopped != 0) != (c.stopped != 0 || c.limit < 9 && c.before != 51) {
			t.Errorf("%+v of nobody: %v, %d contacts, stopped with %d", c, err, len(walk.Rows), walk.Stopped)
		}
	}
}

// FAULT A1, C6: pages are short or empty and go on, and a page that is empty
// leads both ways.
func testSparseLists(t *testing.T, b store.Backend) {
	space := sparse(t, b)
	s := suite.NewStore(t, b, store.Options{})
	nobody := contact.MatchKey{Kind: contact.EmailKey, Text: "nobody@example.com"}
	latest := slices.Clone(sparseIDs)
	slices.Reverse(latest)
	for _, c := range []struct {
		name  string
		q     store.Query
		limit int
		want  []contact.ID // in the order of the list
		pages int
	}{
		{"by two keys", store.Query{Keys: []contact.MatchKey{common, rare}}, 9, []contact.ID{sparseRows - 5, 60, 20, 5}, 2},
		{"by change", store.Query{UpdatedSince: 1}, 9, sparseIDs, 2},
		{"by change, one at a time", store.Query{UpdatedSince: 1}, 1, sparseIDs, 4},
		{"by change and key", store.Query{UpdatedSince: 1, Keys: []contact.MatchKey{rare}}, 9, sparseIDs, 2},
		{"by latest change", store.Query{LatestFirst: true}, 9, latest, 2},
		{"by latest change, one at a time", store.Query{LatestFirst: true}, 1, latest, 4},
		{"by latest change and key", store.Query{LatestFirst: true, UpdatedSince: 1, Keys: []contact.MatchKey{rare}}, 9, latest, 2},
		{"by latest change, of nobody", store.Query{LatestFirst: true, Keys: []contact.MatchKey{nobody}}, 9, nil, 2},
		{"by change, of nobody", store.Query{UpdatedSince: 1, Keys: []contact.MatchKey{nobody}}, 9, nil, 2},
	} {
		c.q.Space = space
		var ids []contact.ID
		visit := func(at store.Place) store.ListPage {
			page, err := s.List(bg, c.q, at, c.limit)
			if err != nil {
				t.Fatalf("%s, from %+v: %v", c.name, at, err)
			}
			if at.Mark != 0 && !at.Back && page.Prev == (store.Place{}) || at.Back && page.Next == (store.Place{}) {
				t.Errorf("%s, from %+v: no way back", c.name, at)
			}
			ids = nil
			for i := range page.Rows {
				ids = append(ids, page.Rows[i].ID)
			}
			return page
		}
		var forth, back []contact.ID
		page := visit(store.Place{})
		forth, pages := append(forth, ids...), 1
		for page.Next != (store.Place{}) {
			page = visit(page.Next)
			forth, pages = append(forth, ids...), pages+1
		}
		if !slices.Equal(forth, c.want) || pages != c.pages {
			t.Errorf("%s: contacts %v on %d pages, want %v on %d", c.name, forth, pages, c.want, c.pages)
		}
		back = slices.Clone(ids)
		for page.Prev != (store.Place{}) {
			page = visit(page.Prev)
			back = append(slices.Clone(ids), back...)
		}
		if !slices.Equal(back, c.want) {
			t.Errorf("%s, back: contacts %v, want %v", c.name, back, c.want)
		}
	}
}

func testTrail(t *testing.T, b store.Backend) {
	space := sparse(t, b)
	weight := func(seq contact.Seq) int {
		ch := changeOf(space, seq, 1)
		return ch.Weight()
	}
	for _, c := range []struct {
		from  contact.Seq
		limit int
		want  []contact.Seq
	}{
		{4, 9, []contact.Seq{4, 3, 2, 1}}, {4, 2, []contact.Seq{4, 3}}, {4, 1, []contact.Seq{4}},
		{0, 9, nil}, {-1, 9, nil}, {sparseRows + 1, 9, nil}, {4, 0, nil},
	} {
		steps, err := b.Trail(bg, space, c.from, c.limit)
		var want []store.Step
		for _, seq := range c.want {
			want = append(want, store.Step{Seq: seq, Version: 1, At: 1, Weight: weight(seq)})
		}
		if err != nil || !slices.Equal(steps, want) {
			t.Errorf("%+v: %v, %+v; want %+v", c, err, steps, want)
		}
	}
	steps, err := b.Trail(bg, space, sparseRows, sparseRows)
	if n := len(steps); err != nil || n != store.MaxLookedAt || steps[n-1].Seq != 51 {
		t.Errorf("a long trail: %v, %d steps", err, n)
	}
}

// The changes of a contact that hold a snapshot are found by their version.
func testSnapshots(t *testing.T, b store.Backend) {
	space, other := suite.NewSpace(t, b, ""), suite.NewSpace(t, b, "")
	for _, sp := range []contact.SpaceID{space, other} { // ids are of one Space, but who knows what a caller asks for
		s := store.Save{Spaces: []store.SpaceRow{{Space: sp, NextSeq: 100}}}
		for n := contact.Seq(1); n < 100; n++ {
			ch := changeOf(sp, n, 5+contact.ID(n%2)+contact.ID(10*sp))
			ch.Version = contact.Version(2 * n)
			if n%10 == 0 || n%10 == 5 {
				ch.Snapshot = []byte(`{}`)
			}
			s.Changes = append(s.Changes, ch)
		}
		suite.Commit(t, b, b.Lane(sp), &s)
	}
	id := 5 + contact.ID(10*space) // it has the even ones
	for _, c := range []struct {
		space contact.SpaceID
		id    contact.ID
		from  contact.Version
		limit int
		want  []contact.Seq
	}{
		{space, id, 0, 3, []contact.Seq{10, 20, 30}}, {space, id, 40, 2, []contact.Seq{20, 30}}, {space, id, 41, 2, []contact.Seq{30, 40}},
		{space, id, 180, 9, []contact.Seq{90}}, {space, id, 181, 9, nil}, {space, id + 1, 170, 9, []contact.Seq{85, 95}},
		{space, id + 2, 0, 9, nil}, {other, id, 0, 9, nil}, {space, id, 0, 0, nil},
	} {
		steps, err := b.Snapshots(bg, c.space, c.id, c.from, c.limit)
		var want []store.Step
		for _, seq := range c.want {
			ch := changeOf(c.space, seq, c.id)
			ch.Snapshot = []byte(`{}`)
			want = append(want, store.Step{Seq: seq, Version: contact.Version(2 * seq), At: 1, Weight: ch.Weight()})
		}
		if err != nil || !slices.Equal(steps, want) {
			t.Errorf("%+v: %v, %+v; want %+v", c, err, steps, want)
		}
	}
}

// counting counts the rows of history that are read, and the calls that do it.
type counting struct {
	store.Backend
	calls, rows, steps atomic.Int64
}

func (c *counting) Change(ctx context.Context, space contact.SpaceID, seq contact.Seq) (record.Change, bool, error) {
	c.calls.Add(1)
	c.rows.Add(1)
	return c.Backend.Change(ctx, space, seq)
}

func (c *counting) Chain(ctx context.Context, space contact.SpaceID, from contact.Seq, limit int) ([]record.Change, error) {
	rows, err := c.Backend.Chain(ctx, space, from, limit)
	c.calls.Add(1)
	c.rows.Add(int64(len(rows)))
	return rows, err
}

func (c *counting) Trail(ctx context.Context, space contact.SpaceID, from contact.Seq, limit int) ([]store.Step, error) {
	steps, err := c.Backend.Trail(ctx, space, from, limit)
	c.calls.Add(1)
	c.steps.Add(int64(len(steps)))
	return steps, err
}

func (c *counting) Snapshots(ctx context.Context, space contact.SpaceID, id contact.ID, from contact.Version, limit int) ([]store.Step, error) {
	steps, err := c.Backend.Snapshots(ctx, space, id, from, limit)
	c.calls.Add(1)
	c.steps.Add(int64(len(steps)))
	return steps, err
}

// Any of the changes of a contact is reached by at most 40 rows, however many
// there are: one snapshot, and a walk from there.
func testReach(t *testing.T, b store.Backend) {
	space := suite.NewSpace(t, b, "")
	depth := contact.Seq(3000)
	if os.Getenv("CARNET_TEST_LONG") == "1" {
		depth = 100_000
	}
	for first := contact.Seq(1); first <= depth; first += 1000 {
		s := store.Save{Spaces: []store.SpaceRow{{Space: space, NextSeq: depth + 1}}}
		for n := first; n < min(first+1000, depth+1); n++ {
			ch := changeOf(space, n, 5)
			ch.Version, ch.Prev = contact.Version(3*n), n-1 // merges skip versions
			if n%contact.SnapshotEvery == 0 {
				ch.Snapshot = []byte(`{"doc":{},"origins":{"from":[]}}`)
			}
			ch.Seal()
			s.Changes = append(s.Changes, ch)
		}
		suite.Commit(t, b, b.Lane(space), &s)
	}
	counted := &counting{Backend: b}
	reader := suite.NewStore(t, counted, store.Options{})
	c := contact.Contact{ID: 5, Version: contact.Version(3 * depth), Head: depth, Depth: int64(depth)}
	// Around the first snapshots and at the end, and some in between.
	tried := []contact.Seq{1, 2, 30, 31, 32, 33, 63, 64, 65, depth - 1, depth}
	for n := contact.Seq(97); n < depth; n += depth / 30 {
		tried = append(tried, n)
	}
	for _, n := range tried {
		for _, skipped := range []int64{0, 1, 2} {
			counted.rows.Store(0)
			counted.steps.Store(0)
			page, err := reader.History(bg, space, &c, store.Place{Mark: 3*int64(n) + skipped + 1}, 1)
			if err != nil || len(page.Changes) != 1 || page.Changes[0].Seq != n {
				t.Fatalf("change %d: %v, %+v", n, err, page.Changes)
			}
			if rows := counted.rows.Load() + counted.steps.Load(); rows > 40 {
				t.Fatalf("change %d was reached by %d rows", n, rows)
			}
		}
	}
}

// FAULT A6, A1: a page of a history reads the rows that it shows and no others,
// in a few calls, however large they are and however deep it lies.
func testLongHistory(t *testing.T, b store.Backend) {
	space := suite.NewSpace(t, b, "")
	const depth = 3000
	// Changes 4 to 7 weigh a third of a page each.
	s := store.Save{Spaces: []store.SpaceRow{{Space: space, NextSeq: depth + 1}}}
	for n := contact.Seq(1); n <= depth; n++ {
		ch := changeOf(space, n, 5)
		ch.Version, ch.Prev = contact.Version(n), n-1
		if n%contact.SnapshotEvery == 0 {
			ch.Snapshot = []byte(`{"doc":{},"origins":{"from":[]}}`)
		}
		if n >= 4 && n <= 7 {
			ch.Edits = append(ch.Edits, slices.Repeat([]byte{' '}, store.MaxPageBytes/3)...)
		}
		ch.Seal()
		s.Changes = append(s.Changes, ch)
	}
	suite.Commit(t, b, b.Lane(space), &s)
	seen := &counting{Backend: b}
	reader := suite.NewStore(t, seen, store.Options{})
	c := contact.Contact{ID: 5, Version: depth, Head: depth, Depth: depth}
	for _, test := range []struct {
		at          store.Place
		limit       int
		first, last contact.Version
	}{
		{store.Place{}, 10, depth, depth - 9},
		{store.Place{Mark: 2000}, 10, 1999, 1990},
		{store.Place{Mark: 10}, 500, 9, 5}, // 9, 8, and three of the large ones
		{store.Place{Mark: 5}, 500, 4, 1},
		{store.Place{Mark: 3, Back: true}, 500, 5, 3}, // and two of the large ones: those next to the mark
		{store.Place{Mark: 3, Back: true}, 2900, 5, 3},
		{store.Place{Mark: 2, Back: true}, 2, 3, 2},
		{store.Place{Mark: 7, Back: true}, 5000, depth, 7},
		{store.Place{Mark: 2990, Back: true}, 500, depth, 2990},
		{store.Place{Mark: 33, Back: true}, 32, 64, 33},
		{store.Place{Mark: 1, Back: true}, 1, 1, 1},
	} {
		seen.calls.Store(0)
		seen.rows.Store(0)
		seen.steps.Store(0)
		page, err := reader.History(bg, space, &c, test.at, test.limit)
		n := len(page.Changes)
		if err != nil || n == 0 || page.Changes[0].Version != test.first || page.Changes[n-1].Version != test.last || int(test.first-test.last) != n-1 {
			t.Errorf("%+v: %v, %d changes", test, err, n)
			continue
		}
		older, newer := store.Place{Mark: int64(test.last)}, store.Place{Mark: int64(test.first) + 1, Back: true}
		if test.last == 1 {
			older = store.Place{}
		}
		if test.first == depth {
			newer = store.Place{}
		}
		if page.Next != older || page.Prev != newer {
			t.Errorf("%+v: it goes on at %+v and %+v", test, page.Next, page.Prev)
		}
		most := int64(depth/contact.SnapshotEvery + 2*contact.SnapshotEvery + test.limit)
		if calls, rows, steps := seen.calls.Load(), seen.rows.Load(), seen.steps.Load(); calls > 4 || rows != int64(n) || steps > most {
			t.Errorf("%+v: %d calls for %d rows and %d steps; the page has %d", test, calls, rows, steps, n)
		}
	}
}

// FAULT A1: a read whose context has ended says so, with the context's error,
// and the next one is as good as ever.
func testReadsEnd(t *testing.T, b store.Backend) {
	space := sparse(t, b)
	ended, cancel := context.WithCancel(bg)
	cancel()
	for name, read := range map[string]func(context.Context) (any, error){
		"Contact":  func(ctx context.Context) (any, error) { row, _, err := b.Contact(ctx, space, 5); return row, err },
		"Contacts": func(ctx context.Context) (any, error) { return b.Contacts(ctx, space, []contact.ID{5}) },
		"List": func(ctx context.Context) (any, error) {
			return b.List(ctx, store.Listing{Space: space, Limit: 9})
		},
		"List by keys": func(ctx context.Context) (any, error) {
			return b.List(ctx, store.Listing{Space: space, Limit: 9, Keys: []contact.MatchKey{common, rare}})
		},
		"Updated": func(ctx context.Context) (any, error) {
			return b.Updated(ctx, store.Updates{Space: space, Limit: 9})
		},
		"CreatedFrom": func(ctx context.Context) (any, error) { id, _, _, err := b.CreatedFrom(ctx, space, 5); return id, err },
		"Change":      func(ctx context.Context) (any, error) { row, _, err := b.Change(ctx, space, 5); return row, err },
		"Changes":     func(ctx context.Context) (any, error) { return b.Changes(ctx, space, []contact.Seq{5}) },
		"Aliases":     func(ctx context.Context) (any, error) { return b.Aliases(ctx, space, 5) },
		"Feed":        func(ctx context.Context) (any, error) { return b.Feed(ctx, store.Stretch{Space: space, Limit: 9}) },
		"Feed of one contact": func(ctx context.Context) (any, error) {
			return b.Feed(ctx, store.Stretch{Space: space, Limit: 9, Only: store.ChangeFilter{Contact: 5}})
		},
		"Chain":     func(ctx context.Context) (any, error) { return b.Chain(ctx, space, 9, 9) },
		"Trail":     func(ctx context.Context) (any, error) { return b.Trail(ctx, space, 9, 9) },
		"Snapshots": func(ctx context.Context) (any, error) { return b.Snapshots(ctx, space, 9, 0, 9) },
		"Row":       func(ctx context.Context) (any, error) { row, _, err := b.Row(ctx, space, 5); return row, err },
		"LastSeq":   func(ctx context.Context) (any, error) { return b.LastSeq(ctx, space) },
		"LastAt":    func(ctx context.Context) (any, error) { return b.LastAt(ctx) },
		"Secret":    func(ctx context.Context) (any, error) { return b.Secret(ctx) },
		"Grant":     func(ctx context.Context) (any, error) { g, _, err := b.Grant(ctx, [32]byte{}); return g, err },
		"Entries":   func(ctx context.Context) (any, error) { return b.Entries(ctx, store.EntryQuery{Limit: 9}) },
		"Check":     func(ctx context.Context) (any, error) { return nil, b.Check(ctx) },
	} {
		before, err := read(bg)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for range 2 * b.Readers() { // each connection, more than once
			if _, err := read(ended); !errors.Is(err, context.Canceled) || errors.Is(err, store.ErrBroken) {
				t.Errorf("%s, given up: %v", name, err)
			}
		}
		for range 2 * b.Readers() {
			if after, err := read(bg); err != nil || !reflect.DeepEqual(after, before) {
				t.Errorf("%s, after others were given up: %v, %+v; was %+v", name, err, after, before)
			}
		}
	}
}
