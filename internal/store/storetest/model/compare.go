package model

import (
	"cmp"
	"reflect"
	"slices"
	"testing"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

// compare lets the model answer the same writes in the order in which they were
// decided, and compares every answer, every contact and every change.
func compare(t *testing.T, b store.Backend, s *store.Store, rooms []*room) {
	t.Helper()
	owner, last := map[contact.ID]contact.SpaceID{}, contact.ID(0)
	for _, r := range rooms {
		d := newDiary(t, r.region)
		slices.SortStableFunc(r.records, func(x, y answered) int {
			// Of those that saw the same state one at most changed it, as the last.
			return cmp.Or(cmp.Compare(x.now.seq, y.now.seq), cmp.Compare(min(x.op, 1), min(y.op, 1)))
		})
		answers := map[string]int{}
		for i := range r.records {
			answers[d.check(t, &r.records[i])]++
			if t.Failed() {
				shrink(t, b, s, r.region, r.records[:i+1])
				t.Fatalf("Space %d, write %d of %d: %+v", r.space, i, len(r.records), r.records[i].ask)
			}
		}
		t.Logf("Space %d: %v", r.space, answers)
		d.checkChanges(t, s, r.space)
		d.checkSights(t, r.sights)
		for id := range d.people {
			if other, taken := owner[contact.ID(id)]; taken {
				t.Errorf("contact %d is one of Spaces %d and %d", id, other, r.space)
			}
			owner[contact.ID(id)], last = r.space, max(last, contact.ID(id))
		}
		d.checkContacts(t, s, r.space)
		d.checkApart(func(id int64) []contact.ID {
			ids, err := s.DistinctFrom(bg, r.space, contact.ID(id), len(d.people))
			if err != nil {
				t.Error(err)
			}
			return ids
		})
		d.checkKeys(t, b, r.space)
	}
	for id := range last + 10 { // no more contacts than these, and in no other Space
		for i, r := range rooms {
			if i != int(id)%len(rooms) && owner[id] != r.space {
				continue // of the Spaces that it is not of, one at a time will do
			}
			if _, ok, err := b.Row(bg, r.space, id); err != nil || ok != (owner[id] == r.space) {
				t.Errorf("contact %d in Space %d: %v, %v; it is of Space %d", id, r.space, ok, err, owner[id])
			}
		}
	}
}

// check compares the answer to one write with the model's, and gives its kind.
func (d *diary) check(t judge, r *answered) string {
	t.Helper()
	next := int64(len(d.events)) + 1
	if r.now.seq != next || r.now.seq <= r.floor {
		t.Errorf("decided at %d after %d had been answered; the model is at %d", r.now.seq, r.floor, next)
	}
	if n := len(d.events); n > 0 && r.now.at <= d.events[n-1].at {
		t.Errorf("decided at time %d, not after %d", r.now.at, d.events[n-1].at)
	}
	if r.ask.kind == "create" {
		for id := range d.people {
			if id >= r.now.id {
				t.Errorf("was to get id %d after %d", r.now.id, id)
				break
			}
		}
	}
	code, changed := d.do(r)
	switch {
	case r.code != code:
		t.Errorf("refused with %q, the model with %q", r.code, code)
	case changed != (r.op != 0) || changed && r.op != r.now.seq:
		t.Errorf("answered change %d; the model says %v, at %d", r.op, changed, r.now.seq)
	}
	return r.ask.kind + " " + cmp.Or(code, map[bool]string{true: "saved", false: "changed nothing"}[changed])
}

// checkChanges compares the whole history (CONTRACT D22).
func (d *diary) checkChanges(t *testing.T, s *store.Store, space contact.SpaceID) {
	t.Helper()
	for i := range d.events {
		want := &d.events[i]
		ch, ok, err := s.Change(bg, space, contact.Seq(want.seq))
		if err != nil || !ok {
			t.Fatalf("Space %d, change %d: %v, %v", space, want.seq, ok, err)
		}
		have := event{
			seq: int64(ch.Seq), op: int64(ch.Op), at: int64(ch.At), prev: int64(ch.Prev), ref: int64(ch.Ref),
			action: string(ch.Action), request: ch.RequestID, snapshot: ch.Snapshot != nil,
			undoes: int64(ch.Undoes), absorbed: want.absorbed, split: want.split, before: want.before, after: want.after, // the edits are compared below
		}
		if !reflect.DeepEqual(have, *want) || int64(ch.Contact) != want.after.id || int64(ch.Version) != want.after.version ||
			ch.Reason != "because of "+want.request || ch.Actor != suite.Actor {
			t.Fatalf("Space %d: change %+v\nthe model has %+v", space, ch, *want)
		}
		if edits := want.edits(); !reflect.DeepEqual(ch.Edits, edits) {
			t.Fatalf("Space %d, change %d: edits %+v\nthe model has %+v", space, want.seq, ch.Edits, edits)
		}
	}
	if _, ok, err := s.Change(bg, space, contact.Seq(len(d.events)+1)); ok || err != nil {
		t.Errorf("Space %d: more than %d changes, or %v", space, len(d.events), err)
	}
}

// edits tells what an event did, in the form of the history.
func (e *event) edits() contact.Edits {
	var edits contact.Edits
	for _, a := range e.absorbed {
		edits.Absorbed = append(edits.Absorbed, contact.Absorbed{ID: contact.ID(a.id), Version: contact.Version(a.version)})
	}
	for _, id := range e.split {
		edits.Split = append(edits.Split, contact.ID(id))
	}
	for _, col := range contact.Collections {
		if b, a := e.before.lists[int(col)], e.after.lists[int(col)]; !reflect.DeepEqual(b, a) {
			edits.Values[col] = &contact.ListEdit{Before: valuesOf(b), After: valuesOf(a)}
		}
	}
	for n := 1; n <= contact.NumSlots; n++ {
		if b, a := e.before.slots[n], e.after.slots[n]; !reflect.DeepEqual(b, a) {
			edits.Fields = append(edits.Fields, contact.FieldEdit{Slot: contact.Slot(n), Before: valueOf(b), After: valueOf(a)})
		}
	}
	if b, a := e.before.state(), e.after.state(); b != a {
		edits.State = &contact.StateEdit{Before: b, After: a}
	}
	if e.before.into != e.after.into {
		edits.Link = &contact.LinkEdit{Before: contact.ID(e.before.into), After: contact.ID(e.after.into)}
	}
	return edits
}

func (p person) state() contact.State {
	switch {
	case p.into != 0:
		return contact.Merged
	case p.deleted:
		return contact.Deleted
	}
	return contact.Live
}

func valuesOf(list []value) []contact.Value {
	var out []contact.Value
	for _, v := range list {
		out = append(out, valueOf(v))
	}
	return out
}

func valueOf(v value) contact.Value {
	out := contact.Value{Text: v.text}
	for _, o := range v.from {
		out.Origins = append(out.Origins, contact.Origin{Contact: contact.ID(o.contact), Op: contact.Seq(o.op)})
	}
	return out
}

// checkContacts compares every row, and what every id leads to.
func (d *diary) checkContacts(t *testing.T, s *store.Store, space contact.SpaceID) {
	t.Helper()
	for id, p := range d.people {
		want, live := d.find(id)
		c, ok, err := s.Get(bg, space, contact.ID(id))
		if err != nil || ok != live {
			t.Fatalf("contact %d: %v, %v", id, ok, err)
		}
		if have := personOf(&c); !reflect.DeepEqual(have, want) {
			t.Errorf("contact %d: %+v\nthe model has %+v", id, have, want)
		}
		row, _, err := s.Row(bg, space, contact.ID(id))
		if have := personOf(&row); err != nil || row.State != p.state() || !reflect.DeepEqual(have, p) {
			t.Errorf("row %d: %v, %+v\nthe model has %+v", id, err, have, p)
		}
	}
}

// checkKeys looks for every email and phone that ever was, and wants those who
// have it now (CONTRACT D17).
func (d *diary) checkKeys(t *testing.T, b store.Backend, space contact.SpaceID) {
	t.Helper()
	want := map[contact.MatchKey][]contact.ID{}
	for id, versions := range d.past { // of which the newest is what is now
		for _, p := range versions {
			for _, col := range []contact.Collection{contact.Emails, contact.Phones} {
				for _, v := range p.lists[int(col)] {
					key := contact.MatchKeyOf(col, v.text, d.region)
					isNow := p.into == 0 && !p.deleted && p.version == d.people[id].version
					if !isNow {
						want[key] = slices.Clip(want[key]) // nobody more, but to be looked for
					} else if !slices.Contains(want[key], contact.ID(id)) {
						want[key] = append(want[key], contact.ID(id))
					}
				}
			}
		}
	}
	for key, ids := range want {
		slices.Sort(ids)
		walk, err := b.List(bg, store.Listing{Space: space, Keys: []contact.MatchKey{key}, OldestFirst: true, Limit: len(d.people) + 1})
		if have := suite.IDs(walk.Rows); err != nil || !slices.Equal(have, ids) {
			t.Errorf("Space %d, kind %d, %q: %v, contacts %v, want %v", space, key.Kind, key.Text, err, have, ids)
		}
	}
}

// checkSights makes sure that readers saw states that were, none of them older
// than what had been answered.
func (d *diary) checkSights(t *testing.T, sights []sight) {
	t.Helper()
	for _, seen := range sights {
		p, ok := d.past[seen.person.id][seen.person.version]
		if !ok || !reflect.DeepEqual(seen.person, p) {
			t.Errorf("a reader saw %+v\nthe model has %v %+v", seen.person, ok, p)
		}
		for version, newer := range d.past[p.id] {
			if version > p.version && newer.head <= seen.floor {
				t.Errorf("a reader saw version %d of contact %d after version %d had been answered", p.version, p.id, version)
			}
		}
	}
}

// personOf gives a contact as the model would have it.
func personOf(c *contact.Contact) person {
	p := person{
		id: int64(c.ID), version: int64(c.Version), created: int64(c.Created), head: int64(c.Head), depth: c.Depth,
		into: int64(c.Parent), deleted: c.State == contact.Deleted, lists: map[int][]value{}, slots: map[int]value{},
	}
	simple := func(v contact.Value) value {
		s := value{text: v.Text}
		for _, o := range v.Origins {
			s.from = append(s.from, origin{int64(o.Contact), int64(o.Op)})
		}
		return s
	}
	for _, col := range contact.Collections {
		for _, v := range c.Values[col] {
			p.lists[int(col)] = append(p.lists[int(col)], simple(v))
		}
	}
	for i, v := range c.Fields {
		if v.Text != "" {
			p.slots[i+1] = simple(v)
		}
	}
	return p
}
