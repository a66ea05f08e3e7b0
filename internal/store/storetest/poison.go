package storetest

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
)

var poisonTests = []test{
	{"a write that the database refuses spares its neighbours", testPoison},
	{"a decision that panics spares its neighbours", testPanic},
	{"a delta that breaks the history is refused alone", testBrokenDelta},
	{"a Space that does not exist is refused alone", testUnknownSpace},
}

// batched lets writes share one batch of the lane of space, whose steps then
// sees, and gives them with their answers.
func batched(t *testing.T, f *Faulty, s *store.Store, space contact.SpaceID, then Hook, writes ...store.Write) []*sent {
	t.Helper()
	held := make(chan struct{})
	f.SetHook(func(step Step, _ *store.Save) error {
		if step == BeforeCommit {
			<-held
		}
		return nil
	})
	first := sendTo(bg, s, creation(space, name("First in the lane")))
	own := func(save *store.Save) bool { return save != nil && saves(save, first.write) }
	synctest.Wait()
	var list []*sent
	for _, w := range writes {
		list = append(list, sendTo(bg, s, w))
		synctest.Wait()
	}
	waiting(t, list...)
	f.SetHook(func(step Step, save *store.Save) error {
		if own(save) {
			return nil
		}
		return then(step, save)
	})
	close(held)
	time.Sleep(time.Hour) // of the bubble's time, for the store to back off in
	synctest.Wait()
	saved(t, first)
	return list
}

func testPoison(t *testing.T, b store.Backend) {
	f := NewFaulty(b)
	s := storeOver(t, f, store.Options{})
	for _, size := range []int{1, 2, 256} {
		for _, at := range slices.Compact([]int{0, size / 2, size - 1}) {
			space := newSpace(t, b, "")
			id := made(t, s, space, name("A"))
			var writes []store.Write
			for i := range size {
				writes = append(writes, putting(space, id, name(fmt.Sprint(i))))
			}
			list := batched(t, f, s, space, func(step Step, save *store.Save) error {
				if step == AtSave && saves(save, writes[at]) {
					return fmt.Errorf("poisoned: %w", store.ErrRefused)
				}
				return nil
			}, writes...)
			l := audit(t, b, space)
			if p := list[at]; !p.done || !errors.Is(p.err, store.ErrRefused) || l.ops[p.write.RequestID] != 0 {
				t.Errorf("the poisoned write: answered %v, %v, %d times in the history", p.done, p.err, l.ops[p.write.RequestID])
			}
			others := slices.Delete(slices.Clone(list), at, at+1)
			saved(t, others...)
			inHistory(t, l, others...)
		}
	}
}

func testPanic(t *testing.T, b store.Backend) {
	f := NewFaulty(b)
	s, space := storeOver(t, f, store.Options{}), newSpace(t, b, "")
	id := made(t, s, space, name("A"))
	bad := putting(space, id, name("B"))
	bad.Decide = func(*store.State) (contact.Delta, error) { panic("ada@example.com") }
	commits := 0
	list := batched(t, f, s, space, func(step Step, _ *store.Save) error {
		if step == BeforeCommit {
			commits++
		}
		return nil
	}, putting(space, id, name("C")), bad, putting(space, id, name("D")))
	wantOnlyRefused(t, "a panic", b, space, list, 1)
	if err := list[1].err; err == nil || err.Error() != "store: a decision panicked" {
		t.Errorf("got %v: what it panicked with may be personal data", err)
	}
	if commits != 1 {
		t.Errorf("%d commits, want 1", commits)
	}
}

// wantOnlyRefused wants all writes but one saved, and that one refused without
// a trace.
func wantOnlyRefused(t *testing.T, what string, b store.Backend, space contact.SpaceID, list []*sent, at int) {
	t.Helper()
	l := audit(t, b, space)
	if p := list[at]; !p.done || p.err == nil || p.out.Op != 0 || l.ops[p.write.RequestID] != 0 {
		t.Errorf("%s: answered %v, %v, change %d, %d times in the history; want it refused",
			what, p.done, p.err, p.out.Op, l.ops[p.write.RequestID])
	}
	others := slices.Delete(slices.Clone(list), at, at+1)
	saved(t, others...)
	inHistory(t, l, others...)
}

// breaks are what a wrong rule might do to a delta of one contact.
var breaks = []struct {
	name string
	do   func(*contact.Delta)
}{
	{"a number too high", func(d *contact.Delta) { d.Changes[0].Seq++; d.Contacts[0].Head++ }},
	{"a number taken", func(d *contact.Delta) { d.Changes[0].Seq--; d.Contacts[0].Head-- }},
	{"another write's name", func(d *contact.Delta) { d.Changes[0].Op-- }},
	{"the version stays", func(d *contact.Delta) { d.Changes[0].Version--; d.Contacts[0].Version-- }},
	{"another version in the history", func(d *contact.Delta) { d.Changes[0].Version++ }},
	{"another contact in the history", func(d *contact.Delta) { d.Changes[0].Contact++ }},
	{"another change before it", func(d *contact.Delta) { d.Changes[0].Prev = 0 }},
	{"another change at its head", func(d *contact.Delta) { d.Contacts[0].Head-- }},
	{"another request", func(d *contact.Delta) { d.Changes[0].RequestID += "0" }},
	{"another time", func(d *contact.Delta) { d.Changes[0].At-- }},
	{"no change", func(d *contact.Delta) { d.Changes = nil }},
	{"no contact", func(d *contact.Delta) { d.Contacts = nil }},
	{"a contact that was not loaded", func(d *contact.Delta) { d.Contacts[0].ID++; d.Changes[0].Contact++ }},
	{"one contact twice", func(d *contact.Delta) {
		c, ch := d.Contacts[0], d.Changes[0]
		c.Head, c.Version, ch.Seq, ch.Version = c.Head+1, c.Version+1, ch.Seq+1, ch.Version+1
		d.Contacts, d.Changes = append(d.Contacts, c), append(d.Changes, ch)
	}},
	{"text that is not UTF-8", func(d *contact.Delta) {
		bad := []contact.Value{{Text: "\xff", Origins: []contact.Origin{{Contact: 1, Seq: 1}}}}
		d.Contacts[0].Values[contact.Names], d.Changes[0].Edits.Values[contact.Names].After = bad, bad
	}},
	{"text that is not UTF-8, and not in the history", func(d *contact.Delta) {
		d.Contacts[0].Values[contact.Names] = []contact.Value{{Text: "\xff", Origins: []contact.Origin{{Contact: 1, Seq: 1}}}}
	}},
}

func testBrokenDelta(t *testing.T, b store.Backend) {
	f := NewFaulty(b)
	s := storeOver(t, f, store.Options{})
	nothing := func(Step, *store.Save) error { return nil }
	for _, br := range breaks {
		space := newSpace(t, b, "")
		id, other := made(t, s, space, name("A")), made(t, s, space, name("Other"))
		bad := putting(space, id, name("B"))
		decide := bad.Decide
		bad.Decide = func(s *store.State) (contact.Delta, error) {
			d, err := decide(s)
			if err == nil {
				br.do(&d)
			}
			return d, err
		}
		list := batched(t, f, s, space, nothing, putting(space, other, name("C")), bad, putting(space, other, name("D")))
		wantOnlyRefused(t, br.name, b, space, list, 1)
		if c := got(t, s, space, id); c.Version != 1 {
			t.Errorf("%s: the contact is at version %d", br.name, c.Version)
		}
	}
	space := newSpace(t, b, "")
	bad := creation(space, name("B"))
	bad.Needs.NewIDs = 0
	list := batched(t, f, s, space, nothing, creation(space, name("C")), bad, creation(space, name("D")))
	wantOnlyRefused(t, "more contacts than announced", b, space, list, 1)
}

func testUnknownSpace(t *testing.T, b store.Backend) {
	g, space := gated(t, b), newSpace(t, b, "")
	g.holdUp(space)
	before := g.send(bg, creation(space, name("A")))
	unknown := g.send(bg, creation(space+1, name("B")))
	after := g.send(bg, creation(space, name("C")))
	g.pass(2)
	saved(t, before, after)
	if !unknown.done || unknown.err == nil {
		t.Errorf("a write to a Space that does not exist: answered %v, %v", unknown.done, unknown.err)
	}
	audit(t, b, space)
}
