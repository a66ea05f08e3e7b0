package promise

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

var timeTests = []suite.Test{
	{"every ref shows again what it showed with each version, and at each time", testTimeTravel},
	{"a contact that went and came back shows what its ref showed then", testComingBack},
	{"the past of a long history is few rows away", testFarPast},
	{"the past of large contacts is read page by page", testHeavyPast},
}

// chronicle is what each ref showed, noted while it was written.
type chronicle struct {
	refs  []contact.ID
	times []contact.Time // of the writes, growing
	shown []map[contact.ID]contact.Contact
}

// note looks at all refs after a write. Deleted ones show nothing.
func (c *chronicle) note(t *testing.T, s *store.Store, space contact.SpaceID, op contact.Seq) {
	t.Helper()
	ch, _, err := s.Change(bg, space, op)
	if err != nil {
		t.Fatal(err)
	}
	now := map[contact.ID]contact.Contact{}
	for _, ref := range c.refs {
		seen, ok, err := s.Get(bg, space, ref)
		if err != nil {
			t.Fatal(err)
		}
		if ok {
			now[ref] = seen
		}
	}
	c.times, c.shown = append(c.times, ch.At), append(c.shown, now)
}

// shows tells what a ref shows after the last write.
func (c *chronicle) shows(ref contact.ID) (contact.Contact, bool) {
	seen, ok := c.shown[len(c.shown)-1][ref]
	return seen, ok
}

// randomPast makes writes to few contacts, most of them to one, which come together,
// part, go and come back.
func randomPast(t *testing.T, s *store.Store, space contact.SpaceID, random *rand.Rand, writes int) *chronicle {
	t.Helper()
	c, gone := &chronicle{}, contact.Seq(0) // what deleted a contact
	every := writes / 9
	for n := range writes {
		if len(c.refs) < 2 || len(c.refs) < 9 && n%every == 0 {
			out := done(t, s, creation(space, name(fmt.Sprintf("Made by %d", n))))
			c.refs = append(c.refs, out.Subject.ID)
			c.note(t, s, space, out.Op)
			continue
		}
		ref, other := c.refs[0], c.refs[random.IntN(len(c.refs))]
		if random.IntN(2) == 0 {
			ref = c.refs[random.IntN(len(c.refs))]
		}
		one, lives := c.shows(ref)
		two, both := c.shows(other)
		w := putting(space, ref, anyPatch(random, n))
		switch k := n % every; {
		case gone != 0 && k == every/2:
			ch, _, err := s.Change(bg, space, gone)
			if err != nil {
				t.Fatal(err)
			}
			w, gone = takingBack(t, s, space, ch.Contact, gone), 0
		case !lives:
			continue
		case n > writes/3 && k%6 == 1 && both && one.ID != two.ID:
			w = writing(space, &contact.Merge{Survivor: ref, Merged: []contact.ID{other}, Confirm: true})
		case k%6 == 4 && both && other != two.ID:
			w = parting(t, s, space, two.ID, other)
		case gone == 0 && k == every/4 && both && other == two.ID:
			w = writing(space, &contact.Delete{Ref: other})
			gone = done(t, s, w).Op
			c.note(t, s, space, gone)
			continue
		}
		if out := done(t, s, w); out.Op != 0 {
			c.note(t, s, space, out.Op)
		}
	}
	return c
}

// parting is a write that takes a merge back.
func parting(t *testing.T, s *store.Store, space contact.SpaceID, survivor, merged contact.ID) store.Write {
	t.Helper()
	past, err := s.Past(bg, space, merged)
	if err != nil {
		t.Fatal(err)
	}
	return writing(space, &contact.Unmerge{Ref: survivor, Merged: merged, Past: past})
}

// anyPatch sends something of each kind now and then, and wipes it now and then.
func anyPatch(random *rand.Rand, n int) contact.Patch {
	var p contact.Patch
	for _, col := range contact.Collections {
		if random.IntN(3) == 0 {
			p.Values[col].Sent = true
			for range random.IntN(4) {
				p.Values[col].Texts = append(p.Values[col].Texts, fmt.Sprintf("%s %d", col, random.IntN(9)))
			}
		}
	}
	if p.Fields.Sent = random.IntN(2) == 0; p.Fields.Sent {
		for range random.IntN(4) {
			p.Fields.Texts[random.IntN(contact.NumSlots)] = fmt.Sprint(n % 5)
		}
	}
	return p
}

// CONTRACT D29.
func testTimeTravel(t *testing.T, b store.Backend) {
	s, space, other := suite.NewStore(t, b, store.Options{}), suite.NewSpace(t, b, ""), suite.NewSpace(t, b, "")
	writes := 300
	if os.Getenv("CARNET_TEST_LONG") == "1" {
		writes *= 5
	}
	c := randomPast(t, s, space, suite.Seeded(t), writes)
	c.wantVariety(t, s, space)
	for _, ref := range c.refs {
		c.wantVersions(t, s, space, ref)
		c.wantTimes(t, s, space, ref)
		if _, ok, err := s.At(bg, other, ref, store.Moment{Version: 1}); ok || err != nil {
			t.Errorf("contact %d shows in another Space: %v", ref, err)
		}
	}
}

// wantVariety makes sure that there was something of everything, and a history past two
// snapshots.
func (c *chronicle) wantVariety(t *testing.T, s *store.Store, space contact.SpaceID) {
	t.Helper()
	page, err := s.Feed(bg, store.FeedQuery{Space: space, Limit: 5000})
	if err != nil {
		t.Fatal(err)
	}
	actions, changes, longest := map[contact.Action]int{}, map[contact.ID]int{}, 0
	for i := range page.Changes {
		ch := &page.Changes[i]
		actions[ch.Action]++
		changes[ch.Contact]++
		longest = max(longest, changes[ch.Contact])
	}
	for _, a := range []contact.Action{contact.ActionCreate, contact.ActionPut, contact.ActionMerge, contact.ActionUnmerge, contact.ActionDelete, contact.ActionUndo} {
		if actions[a] == 0 || longest <= 2*contact.SnapshotEvery {
			t.Fatalf("there was no %s among %v, or no long history: at most %d changes", a, actions, longest)
		}
	}
}

// wantVersions asks for every version that there could be.
func (c *chronicle) wantVersions(t *testing.T, s *store.Store, space contact.SpaceID, ref contact.ID) {
	t.Helper()
	last := contact.Version(0)
	shown := map[contact.Version]contact.Contact{}
	for _, now := range c.shown {
		if seen, ok := now[ref]; ok {
			shown[seen.Version] = seen
			last = max(last, seen.Version)
		}
	}
	for v := contact.Version(-1); v <= last+2; v++ {
		want, ok := shown[v]
		wantPast(t, s, space, ref, store.Moment{Version: v}, want, ok)
	}
}

// wantTimes asks for both ends of each stretch in which a ref showed the same: the time
// of the write that began it, and the last moment before the one that ended it. A long
// run asks for the time of every write, too.
func (c *chronicle) wantTimes(t *testing.T, s *store.Store, space contact.SpaceID, ref contact.ID) {
	t.Helper()
	wantPast(t, s, space, ref, store.Moment{At: c.times[0] - 1}, contact.Contact{}, false)
	for i, at := range c.times {
		want, ok := c.shown[i][ref]
		if c.began(i, ref) || i+1 == len(c.times) || os.Getenv("CARNET_TEST_LONG") == "1" {
			wantPast(t, s, space, ref, store.Moment{At: at}, want, ok)
		}
		if i+1 < len(c.times) && c.began(i+1, ref) {
			wantPast(t, s, space, ref, store.Moment{At: c.times[i+1] - 1}, want, ok)
		}
	}
}

// began tells whether a ref showed something else after a write than before it.
func (c *chronicle) began(i int, ref contact.ID) bool {
	now, ok := c.shown[i][ref]
	if i == 0 {
		return ok
	}
	before, was := c.shown[i-1][ref]
	return ok != was || now.Version != before.Version || now.ID != before.ID
}

// wantPast compares what a ref shows of the past with what it showed then, all but
// for its Depth, which the past may not tell.
func wantPast(t *testing.T, s *store.Store, space contact.SpaceID, ref contact.ID, m store.Moment, want contact.Contact, ok bool) {
	t.Helper()
	have, there, err := s.At(bg, space, ref, m)
	if have.Depth != 0 && have.Depth != want.Depth {
		t.Errorf("contact %d at %+v: its depth is %d, want %d or none", ref, m, have.Depth, want.Depth)
	}
	have.Depth, want.Depth = 0, 0
	if err != nil || there != ok || !reflect.DeepEqual(bare(have), bare(want)) {
		t.Fatalf("contact %d at %+v: %v, %v, %+v\nwant %v, %+v", ref, m, err, there, have, ok, want)
	}
}

// bare makes no difference between an empty collection and one that is not there.
func bare(c contact.Contact) contact.Contact {
	for _, col := range contact.Collections {
		if len(c.Values[col]) == 0 {
			c.Values[col] = nil
		}
	}
	return c
}

// aState is what a contact became, at a time.
type aState struct {
	at      contact.Time
	version contact.Version
	state   contact.State
	parent  contact.ID
	name    string
}

// past saves contacts with histories that are told by their states, past all verbs.
func past(t *testing.T, b store.Backend, space contact.SpaceID, states map[contact.ID][]aState) {
	t.Helper()
	var save store.Save
	seq := contact.Seq(0)
	for _, id := range slices.Sorted(maps.Keys(states)) {
		c := contact.Contact{ID: id, Created: states[id][0].at}
		for _, st := range states[id] {
			seq++
			before := c
			c.State, c.Parent, c.Version, c.Head, c.Depth = st.state, st.parent, st.version, seq, before.Depth+1
			c.Values[contact.Names] = []contact.Value{{Text: st.name, Origins: []contact.Origin{{Contact: id, Op: seq}}}}
			edits := contact.Diff(&before, &c)
			ch := contact.Change{Seq: seq, Op: seq, Contact: id, Version: c.Version, Prev: before.Head, At: st.at,
				Attribution: contact.Attribution{Actor: suite.Actor, RequestID: fmt.Sprint(seq)}, Action: contact.ActionPut, Edits: edits}
			if c.Depth%contact.SnapshotEvery == 0 {
				snapshot := c
				ch.Snapshot = &snapshot
			}
			row, err := record.EncodeChange(space, &ch)
			if err != nil {
				t.Fatal(err)
			}
			save.Changes = append(save.Changes, row)
		}
		row, err := record.EncodeContact(space, &c)
		if err != nil {
			t.Fatal(err)
		}
		save.Contacts = append(save.Contacts, store.ContactSave{Row: row})
	}
	save.Spaces = []store.SpaceRow{{Space: space, NextSeq: seq + 1}}
	suite.Commit(t, b, b.Lane(space), &save)
}

// CONTRACT D29: deleted contacts go on answering, and an id that was merged and
// split off again shows at each moment what it led to then.
func testComingBack(t *testing.T, b store.Backend) {
	s, space := suite.NewStore(t, b, store.Options{}), suite.NewSpace(t, b, "")
	past(t, b, space, map[contact.ID][]aState{
		// Merged into 6 at 40, split off again at 60, deleted at 80, back at 90.
		5: {{10, 1, contact.Live, 0, "A1"}, {20, 2, contact.Live, 0, "A2"}, {40, 5, contact.Merged, 6, "A2"}, {60, 8, contact.Live, 0, "A8"},
			{70, 9, contact.Live, 0, "A9"}, {80, 10, contact.Deleted, 0, "A9"}, {90, 11, contact.Live, 0, "A9"}},
		// Merged into 7 at 95, which is deleted at 98.
		6: {{11, 1, contact.Live, 0, "B1"}, {15, 4, contact.Live, 0, "B4"}, {40, 5, contact.Live, 0, "B5"}, {50, 6, contact.Live, 0, "B6"}, {60, 8, contact.Live, 0, "B8"},
			{95, 9, contact.Merged, 7, "B8"}},
		7: {{12, 1, contact.Live, 0, "C1"}, {95, 9, contact.Live, 0, "C9"}, {98, 10, contact.Deleted, 0, "C9"}},
	})
	for _, ref := range []struct {
		id       contact.ID
		versions map[contact.Version]string
		times    map[contact.Time]string // "" where there was nothing
	}{
		{5, map[contact.Version]string{1: "A1", 2: "A2", 5: "B5", 6: "B6", 8: "A8", 9: "A9", 11: "A9"},
			map[contact.Time]string{9: "", 10: "A1", 19: "A1", 20: "A2", 39: "A2", 40: "B5", 49: "B5", 50: "B6", 59: "B6", 60: "A8", 79: "A9", 80: "", 89: "", 90: "A9", 99: "A9"}},
		{6, map[contact.Version]string{1: "B1", 4: "B4", 5: "B5", 6: "B6", 8: "B8", 9: "C9"},
			map[contact.Time]string{10: "", 11: "B1", 15: "B4", 40: "B5", 94: "B8", 95: "C9", 97: "C9", 98: "", 99: ""}},
		{7, map[contact.Version]string{1: "C1", 9: "C9"}, map[contact.Time]string{11: "", 12: "C1", 94: "C1", 95: "C9", 98: ""}},
		{8, nil, map[contact.Time]string{99: ""}},
	} {
		for v := contact.Version(0); v < 15; v++ {
			wantName(t, s, space, ref.id, store.Moment{Version: v}, ref.versions[v])
		}
		for at, want := range ref.times {
			wantName(t, s, space, ref.id, store.Moment{At: at}, want)
		}
	}
}

func wantName(t *testing.T, s *store.Store, space contact.SpaceID, ref contact.ID, m store.Moment, want string) {
	t.Helper()
	c, ok, err := s.At(bg, space, ref, m)
	have := ""
	if ok {
		have = suite.Texts(c, contact.Names)[0]
	}
	if err != nil || have != want || ok != (want != "") || ok && m.Version != 0 && c.Version != m.Version {
		t.Errorf("contact %d at %+v: %v, %q in version %d; want %q", ref, m, err, have, c.Version, want)
	}
}

// travelled counts what is read of histories.
type travelled struct {
	store.Backend
	calls, rows int
}

func (b *travelled) Chain(ctx context.Context, space contact.SpaceID, from contact.Seq, limit int) ([]record.Change, error) {
	rows, err := b.Backend.Chain(ctx, space, from, limit)
	b.calls, b.rows = b.calls+1, b.rows+len(rows)
	return rows, err
}

func (b *travelled) Trail(ctx context.Context, space contact.SpaceID, from contact.Seq, limit int) ([]store.Step, error) {
	steps, err := b.Backend.Trail(ctx, space, from, limit)
	b.calls, b.rows = b.calls+1, b.rows+len(steps)
	return steps, err
}

func (b *travelled) Snapshots(ctx context.Context, space contact.SpaceID, id contact.ID, from contact.Version, limit int) ([]store.Step, error) {
	steps, err := b.Backend.Snapshots(ctx, space, id, from, limit)
	b.calls, b.rows = b.calls+1, b.rows+len(steps)
	return steps, err
}

// FAULT A1: of 10,000 changes any is reached by two walks between snapshots, and
// by as many look-ups as halving them takes.
func testFarPast(t *testing.T, b store.Backend) {
	const depth = 10_000
	space := suite.NewSpace(t, b, "")
	states := make([]aState, depth)
	for i := range states {
		n := int64(i + 1)
		states[i] = aState{contact.Time(10 * n), contact.Version(2 * n), contact.Live, 0, fmt.Sprintf("Name %d", n)}
	}
	past(t, b, space, map[contact.ID][]aState{5: states})
	counted := &travelled{Backend: b}
	s := suite.NewStore(t, counted, store.Options{})
	tried := []int64{1, 2, 31, 32, 33, 63, 64, 65, depth - 17, depth - 16, depth - 15, depth - 1, depth}
	for n := int64(97); n < depth; n += depth / 30 {
		tried = append(tried, n)
	}
	for _, n := range tried {
		want := fmt.Sprintf("Name %d", n)
		for _, c := range []struct {
			m     store.Moment
			want  string
			calls int
		}{
			{store.Moment{Version: contact.Version(2 * n)}, want, 3},
			{store.Moment{Version: contact.Version(2*n + 1)}, "", 3}, // was skipped
			{store.Moment{At: contact.Time(10 * n)}, want, 3 + 15},   // 2^15 are more than its versions
			{store.Moment{At: contact.Time(10*n + 9)}, want, 3 + 15},
		} {
			counted.calls, counted.rows = 0, 0
			wantName(t, s, space, 5, c.m, c.want)
			if most := 2*(contact.SnapshotEvery+1) + c.calls; counted.calls > c.calls || counted.rows > most {
				t.Errorf("at %+v: %d rows by %d calls; want at most %d by %d", c.m, counted.rows, counted.calls, most, c.calls)
			}
		}
	}
}

// FAULT A6: changes that fill pages bring no more than pages at once, and lead back
// all the same.
func testHeavyPast(t *testing.T, b store.Backend) {
	space := suite.NewSpace(t, b, "")
	states := make([]aState, contact.SnapshotEvery+8)
	for i := range states {
		weight := 1
		if i >= contact.SnapshotEvery-4 && i < contact.SnapshotEvery+1 { // on both sides of a snapshot
			weight = store.MaxPageBytes / 4
		}
		states[i] = aState{contact.Time(i + 1), contact.Version(i + 1), contact.Live, 0, strings.Repeat(string(rune('a'+i)), weight)}
	}
	past(t, b, space, map[contact.ID][]aState{5: states})
	s := suite.NewStore(t, b, store.Options{})
	for _, n := range []int{1, contact.SnapshotEvery - 4, contact.SnapshotEvery, contact.SnapshotEvery + 1, len(states)} {
		wantName(t, s, space, 5, store.Moment{Version: contact.Version(n)}, states[n-1].name)
	}
	wantName(t, s, space, 5, store.Moment{At: 2}, states[1].name)
}
