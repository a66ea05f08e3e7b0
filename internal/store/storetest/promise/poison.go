package promise

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

var poisonTests = []suite.Test{
	{"a write that the database refuses spares its neighbours", testPoison},
	{"a decision that panics spares its neighbours", testPanic},
	{"a backend that panics spares the neighbours, and its lane", testBackendPanic},
	{"a decision that makes no sense is refused alone", testBadDecision},
	{"a verb that sees what it does not need is refused alone", testUnasked},
	{"a row that is damaged hurts its own writes alone", testDamaged},
	{"all verbs of a write happen, or none", testAllOrNone},
	{"a Space that does not exist is refused alone", testUnknownSpace},
}

// batched lets writes share one batch of the lane of space, whose steps then
// sees, and gives them with their answers.
func batched(t *testing.T, f *suite.Faulty, s *store.Store, space contact.SpaceID, then suite.Hook, writes ...store.Write) []*sent {
	t.Helper()
	held := make(chan struct{})
	f.SetHook(func(step suite.Step, _ *store.Save) error {
		if step == suite.BeforeCommit {
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
	f.SetHook(func(step suite.Step, save *store.Save) error {
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
	f := suite.NewFaulty(b)
	s := suite.NewStore(t, f, store.Options{})
	for _, size := range []int{1, 2, 256} {
		for _, at := range slices.Compact([]int{0, size / 2, size - 1}) {
			space := suite.NewSpace(t, b, "")
			id := made(t, s, space, name("A"))
			var writes []store.Write
			for i := range size {
				writes = append(writes, putting(space, id, name(fmt.Sprint(i))))
			}
			list := batched(t, f, s, space, func(step suite.Step, save *store.Save) error {
				if step == suite.AtSave && saves(save, writes[at]) {
					return fmt.Errorf("poisoned: %w", store.ErrRefused)
				}
				return nil
			}, writes...)
			l := suite.Audit(t, b, space)
			if p := list[at]; !p.done || !errors.Is(p.err, store.ErrRefused) || l.Ops[p.write.By.RequestID] != 0 {
				t.Errorf("the poisoned write: answered %v, %v, %d times in the history", p.done, p.err, l.Ops[p.write.By.RequestID])
			}
			others := slices.Delete(slices.Clone(list), at, at+1)
			saved(t, others...)
			inHistory(t, l, others...)
		}
	}
}

func testPanic(t *testing.T, b store.Backend) {
	f := suite.NewFaulty(b)
	s, space := suite.NewStore(t, f, store.Options{}), suite.NewSpace(t, b, "")
	id := made(t, s, space, name("A"))
	bad := telling(putting(space, id, name("B")), func(*contact.View) { panic("ada@example.com") })
	commits := 0
	list := batched(t, f, s, space, func(step suite.Step, _ *store.Save) error {
		if step == suite.BeforeCommit {
			commits++
		}
		return nil
	}, putting(space, id, name("C")), bad, putting(space, id, name("D")))
	wantOnlyRefused(t, "a panic", b, space, list, 1)
	if err := list[1].err; err == nil || strings.Contains(err.Error(), "ada") || !strings.Contains(err.Error(), "panicked") {
		t.Errorf("got %v: what it panicked with may be personal data", err)
	}
	if commits != 1 {
		t.Errorf("%d commits, want 1", commits)
	}
}

func testBackendPanic(t *testing.T, b store.Backend) {
	f := suite.NewFaulty(b)
	s, space := suite.NewStore(t, f, store.Options{}), suite.NewSpace(t, b, "")
	id := made(t, s, space, name("A"))
	bad := putting(space, id, name("B"))
	list := batched(t, f, s, space, func(step suite.Step, save *store.Save) error {
		if step == suite.AtSave && saves(save, bad) {
			panic("ada@example.com")
		}
		return nil
	}, putting(space, id, name("C")), bad, putting(space, id, name("D")))
	wantOnlyRefused(t, "a panic while saving", b, space, list, 1)
	if err := list[1].err; err == nil || strings.Contains(err.Error(), "ada") || !strings.Contains(err.Error(), "testBackendPanic") {
		t.Errorf("got %v: it must say where, and not with what, which may be personal data", err)
	}
	for _, at := range []suite.Step{suite.AtSpaces, suite.AtLoad} {
		f.SetHook(func(step suite.Step, _ *store.Save) error {
			if step == at {
				panic("ada@example.com")
			}
			return nil
		})
		if _, err := s.Do(bg, putting(space, id, name("E"))); err == nil || !strings.Contains(err.Error(), "panicked") {
			t.Errorf("at %s: %v", at, err)
		}
		f.SetHook(func(suite.Step, *store.Save) error { return nil })
		done(t, s, putting(space, id, name(fmt.Sprint(at))))
	}
}

// wantOnlyRefused wants all writes but one saved, and that one refused without
// a trace.
func wantOnlyRefused(t *testing.T, what string, b store.Backend, space contact.SpaceID, list []*sent, at int) {
	t.Helper()
	l := suite.Audit(t, b, space)
	if p := list[at]; !p.done || p.err == nil || p.out.Op != 0 || l.Ops[p.write.By.RequestID] != 0 {
		t.Errorf("%s: answered %v, %v, change %d, %d times in the history; want it refused",
			what, p.done, p.err, p.out.Op, l.Ops[p.write.By.RequestID])
	}
	others := slices.Delete(slices.Clone(list), at, at+1)
	saved(t, others...)
	inHistory(t, l, others...)
}

// badDecisions are what a wrong rule might make of a putting of one contact.
// Numbers, versions and links are the store's, and no rule can get them wrong.
var badDecisions = []struct {
	name string
	do   func(d *contact.Decision, other contact.ID)
}{
	{"a contact that was not loaded", func(d *contact.Decision, _ contact.ID) { d.Steps[0].After.ID++ }},
	{"a contact that it did not ask for", func(d *contact.Decision, other contact.ID) { d.Steps[0].After.ID = other }},
	{"an existing contact as a new one", func(d *contact.Decision, _ contact.ID) { d.Steps[0].Before = nil }},
	{"a contact as it never was", func(d *contact.Decision, _ contact.ID) { d.Steps[0].Before = &contact.Contact{ID: d.Subject} }},
	{"a new contact that has no id", func(d *contact.Decision, _ contact.ID) {
		d.Steps = append(d.Steps, contact.Step{After: contact.Contact{}, Action: contact.ActionCreate})
		d.Steps[1].After.Values = d.Steps[0].After.Values
	}},
	{"an answer about nobody", func(d *contact.Decision, other contact.ID) { d.Subject = other }},
	{"a merge into what it does not know all of", func(d *contact.Decision, other contact.ID) {
		d.Steps[0].After.State, d.Steps[0].After.Parent = contact.Merged, other
	}},
	{"text that is not UTF-8", func(d *contact.Decision, _ contact.ID) {
		d.Steps[0].After.Values[contact.Names] = []contact.Value{{Text: "\xff", Origins: []contact.Origin{{Contact: 1, Op: 1}}}}
	}},
}

// bent is a verb whose decision comes out otherwise.
type bent struct {
	contact.Verb
	bend func(*contact.Decision)
}

func (b bent) Decide(v *contact.View) (contact.Decision, error) {
	d, err := b.Verb.Decide(v)
	if err == nil {
		b.bend(&d)
	}
	return d, err
}

func testBadDecision(t *testing.T, b store.Backend) {
	f := suite.NewFaulty(b)
	s := suite.NewStore(t, f, store.Options{})
	nothing := func(suite.Step, *store.Save) error { return nil }
	for _, bad := range badDecisions {
		space := suite.NewSpace(t, b, "")
		id, other := made(t, s, space, name("A")), made(t, s, space, name("Other"))
		w := putting(space, id, name("B"))
		w.Verbs = []contact.Verb{bent{w.Verbs[0], func(d *contact.Decision) { bad.do(d, other) }}}
		list := batched(t, f, s, space, nothing, putting(space, other, name("C")), w, putting(space, other, name("D")))
		wantOnlyRefused(t, bad.name, b, space, list, 1)
		if c := got(t, s, space, id); c.Version != 1 {
			t.Errorf("%s: the contact is at version %d", bad.name, c.Version)
		}
	}
}

// What a verb did not ask for it must not see, also where a neighbour did.
func testUnasked(t *testing.T, b store.Backend) {
	f := suite.NewFaulty(b)
	s := suite.NewStore(t, f, store.Options{})
	space := suite.NewSpace(t, b, "")
	id, other := made(t, s, space, name("A")), made(t, s, space, name("Other"))
	for look, at := range map[string]func(*contact.View) bool{
		"a contact": func(v *contact.View) bool { _, ok := v.Contact(other); return ok },
		"a row":     func(v *contact.View) bool { _, ok := v.Row(id); return ok },
		"a tree":    func(v *contact.View) bool { return len(v.Tree(id)) > 0 },
		"an id":     func(v *contact.View) bool { return v.NewID(0) != 0 },
	} {
		found := false
		bad := telling(putting(space, id, name("B of "+look)), func(v *contact.View) { found = at(v) })
		list := batched(t, f, s, space, troubled(nil),
			putting(space, other, name("C of "+look)), bad, merging(space, id, made(t, s, space, name("Third"))), creation(space, name("D")))
		wantOnlyRefused(t, look, b, space, list, 1)
		if err := list[1].err; found || err == nil || !strings.Contains(err.Error(), "does not need") {
			t.Errorf("%s: seen %v, %v", look, found, err)
		}
	}
}

// FAULT F3: a row whose checksum is not that of what it holds is not given out,
// nor written over, and others go on.
func testDamaged(t *testing.T, b store.Backend) {
	f := suite.NewFaulty(b)
	s := suite.NewStore(t, f, store.Options{})
	space := suite.NewSpace(t, b, "")
	id, other := made(t, s, space, name("A")), made(t, s, space, name("Other"))
	row, _, err := b.Row(bg, space, id)
	if err != nil {
		t.Fatal(err)
	}
	row.Doc = []byte(`{"names":["a"]}`) // a bit of its name has turned
	row.Version++
	suite.Commit(t, b, b.Lane(space), &store.Save{Contacts: []store.ContactSave{{Row: row, Loaded: 1}}})
	if _, _, err := s.Get(bg, space, id); suite.CodeOf(err) != "row_damaged" {
		t.Errorf("reading it: %v", err)
	}
	if _, err := s.List(bg, store.Query{Space: space}, store.Place{}, 10); suite.CodeOf(err) != "row_damaged" {
		t.Errorf("listing it: %v", err)
	}
	list := batched(t, f, s, space, troubled(nil), putting(space, other, name("C")), putting(space, id, name("B")), merging(space, other, id), putting(space, other, name("D")))
	saved(t, list[0], list[3])
	for _, p := range list[1:3] {
		if suite.CodeOf(p.err) != "row_damaged" {
			t.Errorf("writing to it: %v", p.err)
		}
	}
	after, _, err := b.Row(bg, space, id)
	if err != nil || !reflect.DeepEqual(after, row) {
		t.Errorf("the row was written to: %v, %+v", err, after)
	}
}

func testAllOrNone(t *testing.T, b store.Backend) {
	f := suite.NewFaulty(b)
	s := suite.NewStore(t, f, store.Options{})
	space := suite.NewSpace(t, b, "")
	a, x := made(t, s, space, name("A")), made(t, s, space, name("X"))
	all := func(last contact.Verb) store.Write {
		return writing(space, &contact.Put{Ref: a, Patch: name("B")}, &contact.Create{Patch: name("New")},
			&contact.Merge{Survivor: x, Merged: []contact.ID{a}}, &contact.Put{Ref: a, Patch: list(contact.Emails, "x@example.com")}, last)
	}
	refused := all(&contact.Put{Ref: a + 1000, Patch: name("Nobody")})
	list := batched(t, f, s, space, troubled(nil), putting(space, a, list(contact.Locations, "Before")), refused, putting(space, a, list(contact.Phones, "+1 555 0100")))
	saved(t, list[0], list[2])
	if suite.CodeOf(list[1].err) != "contact_not_found" {
		t.Errorf("a write whose last verb finds nobody: %v", list[1].err)
	}
	if c := got(t, s, space, a); c.ID != a || c.Version != 3 || !slices.Equal(suite.Texts(c, contact.Names), []string{"A"}) || len(suite.Texts(c, contact.Phones)) != 1 {
		t.Errorf("after a write that was refused: %+v", c)
	}
	if l := suite.Audit(t, b, space); l.Ops[refused.By.RequestID] != 0 {
		t.Error("a part of what was refused is in the history")
	}
	outcomes, err := s.Do(bg, all(&contact.Put{Ref: a, Patch: name("C")}))
	if err != nil || len(outcomes) != 5 {
		t.Fatalf("all of it: %v, %d outcomes", err, len(outcomes))
	}
	for i, out := range outcomes {
		if out.Op == 0 || i > 0 && out.Op <= outcomes[i-1].Op {
			t.Errorf("outcome %d is change %d", i, out.Op)
		}
	}
	c := got(t, s, space, a)
	if c.ID != x || !slices.Equal(suite.Texts(c, contact.Names), []string{"C"}) || !slices.Equal(suite.Texts(c, contact.Emails), []string{"x@example.com"}) {
		t.Errorf("after all of it: %+v", c)
	}
	if l := suite.Audit(t, b, space); l.Ops[outcomes[0].Entries[0].Change.RequestID] != 5 {
		t.Errorf("%d writes of its request, want one for each verb", l.Ops[outcomes[0].Entries[0].Change.RequestID])
	}
}

func testUnknownSpace(t *testing.T, b store.Backend) {
	g, space := gated(t, b), suite.NewSpace(t, b, "")
	g.holdUp(space)
	before := g.send(bg, creation(space, name("A")))
	unknown := g.send(bg, creation(space+1, name("B")))
	after := g.send(bg, creation(space, name("C")))
	g.pass(2)
	saved(t, before, after)
	if !unknown.done || unknown.err == nil {
		t.Errorf("a write to a Space that does not exist: answered %v, %v", unknown.done, unknown.err)
	}
	suite.Audit(t, b, space)
}
