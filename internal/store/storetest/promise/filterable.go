package promise

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/metrics"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

var filterableTests = []suite.Test{
	{"a filter takes what looking at each contact takes, however far an index is", testFilterable},
	{"a filter looks at the contacts alone to which its index leads", testFilterableCost},
	{"a filter takes what it must while its index is written", testFilterableBeside},
	{"a slot is held by an index once all contacts have its keys, and not before", testFilterableHeld},
	{"a slot that goes off and on again is not held by the job of before", testFilterableAgain},
	{"a filter goes on by its index while the region changes", testFilterableRegion},
}

// slotted is a Space with filters on its slots.
type slotted struct {
	b     store.Backend
	s     *store.Store
	space contact.SpaceID
	r     *rand.Rand
}

func newSlotted(t *testing.T, b store.Backend) *slotted {
	return &slotted{b, suite.NewStore(t, b, store.Options{}), suite.NewSpace(t, b, "GB"), suite.Seeded(t)}
}

// slotsUsed are of each kind.
var slotsUsed = []contact.Slot{1, 2, 16, 30}

// slotDay is the day on which ages are counted.
const slotDay = "2026-03-01"

// held are what slots hold here, and are compared with.
var held = map[contact.FieldKind][]string{
	contact.TextField:   {"Pro", "pro", "Pro plan", "line\nbreak", "line", "straße", "STRASSE", "例え", "x\U0010FFFFy", "x"},
	contact.NumberField: {"0", "-1.5", "-15", "10", "9.25", "12345678901234567890.25", "0.00001"},
	contact.DateField:   {"1000-01-01", "2026-02-28", slotDay, "2026-03-02", "9999-12-31"},
}

func (f *slotted) any(list []string) string { return list[f.r.IntN(len(list))] }

// patch makes something to write.
func (f *slotted) patch() (p contact.Patch) {
	for _, slot := range slotsUsed {
		if f.r.IntN(3) > 0 {
			p.Fields.Sent, p.Fields.Named[slot.Index()] = true, true
			p.Fields.Texts[slot.Index()] = f.any(append([]string{""}, held[slot.Kind()]...))
		}
	}
	p.Values[contact.Names] = contact.List{Sent: true, Texts: []string{f.any([]string{"Ada", "Ada Pro", "Grace"})}}
	return p
}

// where makes a filter.
func (f *slotted) where() (where contact.Filter) {
	for range 1 + f.r.IntN(3) {
		c := contact.Condition{Slot: slotsUsed[f.r.IntN(len(slotsUsed))]}
		kind := c.Slot.Kind()
		c.Operator = kind.Operators()[f.r.IntN(len(kind.Operators()))]
		switch takes := c.Operator.Takes(); {
		case c.Operator == contact.AgeEqualTo, c.Operator == contact.AgeGreaterThan, c.Operator == contact.AgeLessThan:
			c.Value = f.any([]string{"-1", "0", "1", "2"})
		case len(takes) == 2:
			c.Value, c.End = f.any(held[kind]), f.any(held[kind])
		case len(takes) == 1:
			c.Value = f.any(held[kind])
		}
		where = append(where, c)
	}
	return where
}

// set has slots be filterable.
func (f *slotted) set(t *testing.T, slots contact.Slots) {
	t.Helper()
	_, err := f.s.UpdateSpace(bg, access.Act{Who: "test", At: 17}, f.space, func(sp *access.Space) error { sp.Filterable = slots; return nil })
	if err != nil {
		t.Fatal(err)
	}
}

// open gives the oldest job that makes the index anew and is not closed.
func (f *slotted) open(t *testing.T) (job store.Job, found bool) {
	t.Helper()
	jobs, err := f.s.JobsOf(bg, f.space, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, j := range jobs {
		if j.Kind == store.ReindexJob && !j.Closed() {
			job, found = j, true
		}
	}
	return job, found
}

// step does a step of a job by some store, and saves how far it is.
func (f *slotted) step(t *testing.T, by *store.Store, job store.Job) {
	t.Helper()
	if err := by.Reindex(bg, &job); err != nil {
		t.Fatal(err)
	}
	if _, err := f.s.UpdateJob(bg, f.space, job.ID, func(j *store.Job) error { *j = job; return nil }); err != nil {
		t.Fatal(err)
	}
}

// indexed does all jobs.
func (f *slotted) indexed(t *testing.T) {
	t.Helper()
	for n := 0; ; n++ {
		job, found := f.open(t)
		if !found {
			return
		}
		if n > 100 {
			t.Fatalf("it does not end: %+v", job)
		}
		f.step(t, f.s, job)
	}
}

// wantSlots checks what an index holds.
func (f *slotted) wantSlots(t *testing.T, want contact.Slots) {
	t.Helper()
	if mark, err := f.b.SearchMark(bg, f.space); err != nil || mark.Slots != want {
		t.Errorf("%v: the index holds %b, want %b", err, mark.Slots, want)
	}
}

// takes gives what a filter takes, by looking at all.
func (f *slotted) takes(t *testing.T, q store.Query) (ids []contact.ID) {
	t.Helper()
	fits := q.Where.On(q.Today)
	for at, begun := (store.Place{}), false; !begun || at != (store.Place{}); begun = true {
		page, err := f.s.List(bg, store.Query{Space: f.space}, at, 1000)
		if err != nil {
			t.Fatal(err)
		}
		for i := range page.Rows {
			if fits(&page.Rows[i]) {
				ids = append(ids, page.Rows[i].ID)
			}
		}
		at = page.Next
	}
	return ids
}

// check asks a store for a filter, both ways, with a search beside it, and how many there are.
func (f *slotted) check(t *testing.T, by *store.Store, where contact.Filter) {
	t.Helper()
	q := store.Query{Space: f.space, Where: where, Today: slotDay}
	want := f.takes(t, q)
	limit := 1 + f.r.IntN(9)
	found, last := turned(t, by, q, store.Place{}, limit)
	if !slices.Equal(found, want) {
		t.Fatalf("%s takes %d, want %d", where, found, want)
	}
	if last.Mark != 0 {
		if back, _ := turned(t, by, q, store.Place{Mark: last.Mark, Back: true}, limit); !slices.Equal(back, want[:len(back)]) || len(back) == 0 {
			t.Fatalf("%s takes %d on the way back, want the first of %d", where, back, want)
		}
	}
	if n, exact, err := by.Count(bg, q); err != nil || n != len(want) || !exact {
		t.Fatalf("%s: %v, %d are counted, exact: %t; want %d", where, err, n, exact, len(want))
	}
	q.Find = finding(t, f.space, "pro").Find
	var both []contact.ID
	for _, id := range byForce(t, f.s, store.Query{Space: f.space, Find: q.Find}) {
		if slices.Contains(want, id) {
			both = append(both, id)
		}
	}
	if found, _ := turned(t, by, q, store.Place{}, limit); !slices.Equal(found, both) {
		t.Fatalf("%s with a search takes %d, want %d", where, found, both)
	}
}

// testFilterable writes, folds, lets slots be filterable or not, and does steps of the jobs of that, of which some are
// lost and some cancelled: in any order.
func testFilterable(t *testing.T, b store.Backend) { // CONTRACT P5, D36
	f := newSlotted(t, b)
	counting := &besides{Backend: b}
	by := store.New(counting, store.Options{})
	var slots contact.Slots
	var ids []contact.ID
	for range 90 {
		ids = append(ids, made(t, f.s, f.space, f.patch()))
	}
	ref := func() contact.ID { return ids[f.r.IntN(len(ids))] }
	for range 150 {
		switch n := f.r.IntN(12); n {
		case 0, 1:
			ids = append(ids, made(t, f.s, f.space, f.patch()))
		case 2, 3:
			f.s.Do(bg, writing(f.space, &contact.Put{Ref: ref(), Patch: f.patch()})) // it may be gone
		case 4:
			id := ref()
			if out, err := f.s.Do(bg, writing(f.space, &contact.Delete{Ref: id})); err == nil && f.r.IntN(2) == 0 {
				f.s.Do(bg, takingBack(t, f.s, f.space, id, out[0].Op))
			}
		case 5:
			if a, c := ref(), ref(); a != c {
				f.s.Do(bg, writing(f.space, &contact.Merge{Survivor: a, Merged: []contact.ID{c}}))
			}
		case 6:
			slot := slotsUsed[f.r.IntN(len(slotsUsed))]
			slots = slots.With(slot, f.r.IntN(3) > 0)
			f.set(t, slots)
		case 7:
			if _, err := f.s.Fold(bg, f.space); err != nil {
				t.Fatal(err)
			}
		default:
			job, found := f.open(t)
			lost := job
			switch {
			case !found:
			case n == 8:
				if err := f.s.Reindex(bg, &lost); err != nil {
					t.Fatal(err)
				}
			case n == 9 && f.r.IntN(4) == 0:
				job.State = store.JobCancelled
				if _, err := f.s.UpdateJob(bg, f.space, job.ID, func(j *store.Job) error { *j = job; return nil }); err != nil {
					t.Fatal(err)
				}
			default:
				f.step(t, f.s, job)
			}
		}
		f.check(t, by, f.where())
	}
	slots = contact.Slots(0).With(1, true).With(16, true).With(30, true)
	f.set(t, slots)
	f.indexed(t)
	f.wantSlots(t, slots)
	counting.keyed = 0
	for range 30 {
		f.check(t, by, f.where())
		folded(t, b, f.s, f.space)
	}
	if counting.keyed < 30 {
		t.Errorf("the index was asked %d times", counting.keyed)
	}
	f.wantSlots(t, slots)
}

// testFilterableCost looks how many contacts are looked at.
func testFilterableCost(t *testing.T, b store.Backend) {
	f := newSlotted(t, b)
	m := metrics.New()
	by := suite.NewStore(t, b, store.Options{Metrics: m})
	var verbs []contact.Verb
	for i := range 400 {
		verbs = append(verbs, &contact.Create{Patch: slot(1, fmt.Sprintf("value %d", i%200))}, &contact.Create{Patch: slot(1, "much")})
	}
	for some := range slices.Chunk(verbs, 200) {
		do(t, f.s, writing(f.space, some...))
	}
	f.set(t, contact.Slots(0).With(1, true))
	folded(t, b, f.s, f.space)
	f.indexed(t)
	rare := contact.Filter{{Slot: 2, Operator: contact.Unknown}, {Slot: 1, Operator: contact.EqualTo, Value: "VALUE 7"}}
	for _, c := range []struct {
		where contact.Filter
		most  int
	}{{rare, 10}, {contact.Filter{{Slot: 1, Operator: contact.StartsWith, Value: "value 19"}}, 100}} {
		q := store.Query{Space: f.space, Where: c.where, Today: slotDay}
		before := looked(t, m)
		page, err := by.List(bg, q, store.Place{}, 200)
		n, exact, err2 := by.Count(bg, q)
		if err != nil || err2 != nil || len(page.Rows) != n || n < 2 || !exact {
			t.Fatalf("%s: %v, %v, %d contacts, %d counted, exact: %t", c.where, err, err2, len(page.Rows), n, exact)
		}
		if n := looked(t, m) - before; n > c.most {
			t.Errorf("%s: it looked at %d rows", c.where, n)
		}
	}
	f.check(t, by, rare)
}

// testFilterableBeside lets a filter go at each moment of a list: what was there before is
// taken.
func testFilterableBeside(t *testing.T, b store.Backend) {
	for n := 1; n <= 7; n++ {
		for _, beside := range []func(f *slotted, id contact.ID){
			func(f *slotted, id contact.ID) { // it is not filterable any more
				f.set(t, 0)
				f.indexed(t)
			},
			func(f *slotted, id contact.ID) { // nor was it for a while, and it is not all there again
				f.set(t, 0)
				f.indexed(t)
				f.set(t, contact.Slots(0).With(1, true))
				job, _ := f.open(t)
				job.State = store.JobCancelled
				if _, err := f.b.UpdateJob(bg, f.space, job.ID, func(j *store.Job) error { *j = job; return nil }); err != nil {
					t.Fatal(err)
				}
			},
			func(f *slotted, id contact.ID) { // what changed before is folded, and changes again
				folded(t, b, f.s, f.space)
				done(t, f.s, writing(f.space, &contact.Put{Ref: id, Patch: slot(1, "GOLD")}))
				folded(t, b, f.s, f.space)
			},
		} {
			f := newSlotted(t, b)
			old := made(t, f.s, f.space, slot(1, "gold"))
			f.set(t, contact.Slots(0).With(1, true))
			f.indexed(t)
			folded(t, b, f.s, f.space)
			id := made(t, f.s, f.space, slot(1, "gold"))
			by := store.New(&besides{Backend: b, n: n, before: func() { beside(f, id) }}, store.Options{})
			q := store.Query{Space: f.space, Where: contact.Filter{{Slot: 1, Operator: contact.EqualTo, Value: "gold"}}, Today: slotDay}
			if found, _ := turned(t, by, q, store.Place{}, 10); !slices.Equal(found, []contact.ID{id, old}) {
				t.Errorf("before read %d: %d, want %d", n, found, []contact.ID{id, old})
			}
		}
	}
}

// testFilterableHeld lets a slot be filterable at each moment in which somebody folds by what
// was set before.
func testFilterableHeld(t *testing.T, b store.Backend) {
	on := contact.Slots(0).With(1, true)
	gold := contact.Filter{{Slot: 1, Operator: contact.EqualTo, Value: "gold"}}
	for n := 1; n <= 6; n++ {
		f := newSlotted(t, b)
		if n%2 == 0 { // else its index has never been written
			made(t, f.s, f.space, slot(1, "gold"))
			folded(t, b, f.s, f.space)
		}
		made(t, f.s, f.space, slot(1, "gold"))
		beside := &besides{Backend: b, n: n, before: func() {
			f.set(t, on)
			f.indexed(t)
		}}
		if _, err := store.New(beside, store.Options{}).Fold(bg, f.space); err != nil || beside.n > 0 {
			t.Fatalf("%v; %d reads did not come", err, beside.n)
		}
		f.wantSlots(t, on)
		f.check(t, f.s, gold)
		folded(t, b, f.s, f.space)
		f.check(t, f.s, gold)
		f.wantSlots(t, on)
	}
	// A contact that was folded before, and another that was made since, are there to a job's end.
	f := newSlotted(t, b)
	for range 70 {
		made(t, f.s, f.space, slot(1, "gold"))
	}
	folded(t, b, f.s, f.space)
	f.set(t, on)
	for n := 0; ; n++ {
		job, found := f.open(t)
		if !found {
			break
		}
		f.wantSlots(t, 0)
		made(t, f.s, f.space, slot(1, "gold"))
		folded(t, b, f.s, f.space)
		f.check(t, f.s, gold)
		if f.step(t, f.s, job); n > 20 {
			t.Fatal("it does not end")
		}
	}
	f.wantSlots(t, on)
	f.check(t, f.s, gold)
	f.set(t, 0)
	f.wantSlots(t, on) // what it holds it holds
	made(t, f.s, f.space, slot(1, "gold"))
	folded(t, b, f.s, f.space)
	f.wantSlots(t, 0)
	f.check(t, f.s, gold)
}

// testFilterableAgain has a slot go off and on again at each moment of the end of a job.
func testFilterableAgain(t *testing.T, b store.Backend) {
	on := contact.Slots(0).With(1, true)
	for n := 1; n <= 7; n++ {
		for _, folds := range []bool{false, true} {
			f := newSlotted(t, b)
			id := made(t, f.s, f.space, slot(1, "silver"))
			f.set(t, on)
			job, _ := f.open(t)
			f.step(t, f.s, job)
			job, _ = f.open(t)
			beside := &besides{Backend: b, n: n, before: func() {
				f.set(t, 0)
				if folds {
					done(t, f.s, writing(f.space, &contact.Put{Ref: id, Patch: slot(1, "gold")}))
					folded(t, b, f.s, f.space)
				}
				f.set(t, on)
			}}
			f.step(t, store.New(beside, store.Options{}), job)
			f.check(t, f.s, contact.Filter{{Slot: 1, Operator: contact.EqualTo, Value: "gold"}})
			f.indexed(t)
			f.wantSlots(t, on)
			f.check(t, f.s, contact.Filter{{Slot: 1, Operator: contact.EqualTo, Value: "gold"}})
		}
	}
}

// testFilterableRegion changes the region, which begins the index anew.
func testFilterableRegion(t *testing.T, b store.Backend) {
	f := newSlotted(t, b)
	for range 20 {
		p := f.patch()
		p.Values[contact.Phones] = contact.List{Sent: true, Texts: []string{"07700 900123"}}
		made(t, f.s, f.space, p)
	}
	on := contact.Slots(0).With(1, true).With(2, true)
	f.set(t, on)
	f.indexed(t)
	folded(t, b, f.s, f.space)
	(&findings{b, f.s, f.space}).changeRegion(t, "US")
	f.check(t, f.s, f.where())
	if _, err := f.s.Fold(bg, f.space); err != nil {
		t.Fatal(err)
	}
	f.check(t, f.s, f.where())
	folded(t, b, f.s, f.space)
	f.wantSlots(t, on)
	f.check(t, f.s, f.where())
}

// fillFilterable has a Space with a slot in its index.
func fillFilterable(t *testing.T, b store.Backend, s *store.Store) {
	t.Helper()
	f := &slotted{b: b, s: s, space: suite.NewSpace(t, b, "")}
	key := access.APIKey{Space: f.space, Name: "filters", Hash: earlierFilter, Scopes: access.DefaultScopes, Created: 1}
	if _, err := b.CreateKey(bg, key, suite.Noted("a key")); err != nil {
		t.Fatal(err)
	}
	made(t, s, f.space, slot(16, "-12.5"))
	f.set(t, contact.Slots(0).With(16, true))
	f.indexed(t)
	folded(t, b, s, f.space)
	made(t, s, f.space, slot(16, "-12.50"))
}

func checkFilterable(t *testing.T, b store.Backend, s *store.Store) {
	t.Helper()
	g, ok, err := s.Grant(bg, earlierFilter)
	on := contact.Slots(0).With(16, true)
	if err != nil || !ok || g.Space.Filterable != on {
		t.Fatalf("the key that filters: %v, %v, %+v", ok, err, g)
	}
	f := &slotted{b, s, g.Space.ID, suite.Seeded(t)}
	for range 2 {
		f.wantSlots(t, on)
		f.check(t, s, contact.Filter{{Slot: 16, Operator: contact.LessThan, Value: "-12"}})
		folded(t, b, s, f.space)
	}
}

// slot gives somebody who has one filled.
func slot(s contact.Slot, text string) contact.Patch {
	p := name("Grace")
	p.Fields.Sent, p.Fields.Named[s.Index()], p.Fields.Texts[s.Index()] = true, true, text
	return p
}
