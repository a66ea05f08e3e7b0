package contact

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/carnet-project/carnet/internal/fault"
)

// erase erases a contact, as a job does it: its own history, and what others have of it.
func (w *world) erase(id ID) {
	ids := map[ID]bool{id: true}
	for _, n := range w.tree(id) {
		ids[n.ID] = true
	}
	op := w.do(&Erase{Ref: id})
	for i := range w.changes {
		if ids[w.changes[i].Contact] {
			w.changes[i].Forget()
		}
	}
	for one := range ids {
		left, _ := Forgotten(w.rows[one])
		w.rows[one] = &left
	}
	for one, c := range w.rows {
		if ids[one] {
			continue
		}
		history := w.history(one)
		p := Purge{IDs: ids, Op: op, Whose: w.whose(Origins(c, history))}
		held := p.Held(c)
		after, _ := p.Contact(c, held)
		w.rows[one] = &after
		for i := range history {
			p.Change(&history[i], held)
			w.changes[history[i].Seq-1] = history[i]
		}
	}
}

func (w *world) history(of ID) (list []Change) {
	for _, ch := range w.changes {
		if ch.Contact == of {
			list = append(list, ch)
		}
	}
	return list
}

// traced fails where the history of a contact does not lead to it.
func (w *world) traced() {
	for id, c := range w.rows {
		r := NewTrace(*c)
		for r.Next() != 0 {
			if flaw := r.Back(&w.changes[r.Next()-1]); flaw != "" {
				w.t.Fatalf("a change of %d: %s", id, flaw)
			}
		}
		if flaw := c.Flaw(); flaw != "" {
			w.t.Fatalf("%d: %s", id, flaw)
		}
	}
}

// written tells all texts that are anywhere in a contact or its history.
func (w *world) written(of ID) map[string]bool {
	all := map[string]bool{}
	tell := func(v Value) { all[v.Text] = true }
	each(w.rows[of], tell)
	for _, ch := range w.history(of) {
		ch.Edits.each(tell)
		if ch.Snapshot != nil {
			each(ch.Snapshot, tell)
		}
		all[ch.Reason], all[ch.Actor.Name] = true, true
	}
	delete(all, "")
	return all
}

// CONTRACT D35. Nothing that was written by the ids of an erased contact is left with
// others or in their history, but for what they hold to this day; all that they show is as
// it was, their histories lead there, and nothing that is taken back brings any of it again.
func TestEraseLeavesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := newMarked(t)
		for range rapid.IntRange(1, 14).Draw(t, "steps") {
			s.step()
		}
		of := s.living()
		if len(of) == 0 {
			return
		}
		gone := rapid.SampledFrom(of).Draw(t, "erased").ID
		ids := map[ID]bool{gone: true}
		for _, n := range s.tree(gone) {
			ids[n.ID] = true
		}
		shown := map[ID]string{}
		for _, c := range s.living() {
			shown[c.ID] = shows(c)
		}
		s.erase(gone)
		s.log = append(s.log, fmt.Sprint("erased ", gone))
		s.traced()
		for _, c := range s.living() {
			if have := shows(c); have != shown[c.ID] {
				s.fail("%d shows %q, and showed %q", c.ID, have, shown[c.ID])
			}
		}
		held := map[string]bool{}
		for _, c := range s.living() {
			each(c, func(v Value) { held[v.Text] = true })
		}
		s.wantNothing(ids, held)
		for range rapid.IntRange(0, 6).Draw(t, "after") {
			s.step()
		}
		s.traced()
		s.wantNothing(ids, held)
	})
}

// marked is a story in which each text tells by which id it was written.
type marked struct {
	*story
	texts int
}

func newMarked(t *rapid.T) *marked {
	s := &marked{story: newStory(t)}
	for range 4 {
		id := ID(len(s.ids) + 1)
		s.ids = append(s.ids, id)
		s.ask(&Create{Patch: sends(nil, nil, "e:"+s.text(id), "1:"+s.text(id))}, "create")
	}
	return s
}

func (s *marked) text(by ID) string {
	s.texts++
	return fmt.Sprintf("%d-%d@x.c", by, s.texts)
}

func (s *marked) step() {
	ref := s.id("ref")
	c := s.root(ref)
	switch s.pick("what", "put", "put", "slot", "merge", "merge", "unmerge", "undo") {
	case "put":
		p := Patch{}
		p.Values[Emails].Sent = true
		for _, v := range c.Values[Emails] {
			if rapid.Bool().Draw(s.draw, "keep") {
				p.Values[Emails].Texts = append(p.Values[Emails].Texts, v.Text)
			}
		}
		p.Values[Emails].Texts = append(p.Values[Emails].Texts, s.text(ref))
		s.ask(&Put{Ref: ref, Patch: p}, "put %d", ref)
	case "slot":
		p := Patch{}
		p.Fields.Sent, p.Fields.Named[0], p.Fields.Texts[0] = true, true, s.text(ref)
		s.ask(&Put{Ref: ref, Patch: p}, "slot %d", ref)
	case "merge":
		other := s.id("other")
		s.ask(&Merge{Survivor: ref, Merged: []ID{other}, Confirm: true}, "merge %d [%d]", ref, other)
	case "unmerge":
		if id := s.alias(); id != 0 && s.root(id).State == Live {
			s.ask(&Unmerge{Ref: id, Merged: id}, "unmerge %d", id)
		}
	case "undo":
		ch := rapid.SampledFrom(s.changes).Draw(s.draw, "change")
		s.ask(&Undo{Ref: ref, Op: ch.Op, Resolve: true}, "undo %d by %d", ch.Op, ref)
	}
}

// wantNothing fails where a text by any of these ids is anywhere, but for those that others
// hold.
func (s *marked) wantNothing(ids map[ID]bool, held map[string]bool) {
	for id := range s.rows {
		for text := range s.written(id) {
			var by ID
			if _, err := fmt.Sscanf(text, "%d-", &by); err == nil && ids[by] && (ids[id] || !held[text]) {
				s.fail("%q is left in %d", text, id)
			}
		}
	}
}

// CONTRACT D35: who is erased is not found, and nothing brings it back.
func TestErase(t *testing.T) {
	w := newWorld(t)
	for _, what := range []string{"n:A, e:a@x", "n:B, e:b@x", "n:C"} {
		w.made(sends(nil, nil, strings.Split(what, ", ")...))
	}
	merge := w.do(&Merge{Survivor: 1, Merged: []ID{2}})
	brought := w.put(2, "e:a@x b@x new@x")
	split := w.do(&Unmerge{Ref: 1, Merged: 2})
	w.do(&Merge{Survivor: 2, Merged: []ID{3}})
	w.do(&Distinct{Ref: 1, Other: 3})
	refused := func(verb Verb, code fault.Code) {
		t.Helper()
		_, _, err := w.try(verb)
		if f, ok := errors.AsType[*fault.Error](err); !ok || f.Code != code {
			t.Errorf("%T: %v, want %s", verb, err, code)
		}
	}
	refused(&Erase{Ref: 3}, fault.CodeAlias)
	refused(&Erase{Ref: 9}, fault.CodeContactNotFound)
	refused(&Erase{Ref: 2, Match: Match{Set: true, Versions: []Version{1}}}, fault.CodeVersionMismatch)
	w.erase(2)
	w.traced()
	if have := shows(w.root(1)); have != "e:a@x, n:A" || len(w.pairs) != 0 {
		t.Errorf("1 shows %q, pairs %v", have, w.pairs)
	}
	for _, text := range []string{"b@x", "new@x", "B", "C"} {
		for id := range w.rows {
			if w.written(id)[text] {
				t.Errorf("%q is left in %d", text, id)
			}
		}
	}
	refused(&Erase{Ref: 3}, fault.CodeAlias)
	for _, verb := range []Verb{&Put{Ref: 2, Patch: named("X")}, &Put{Ref: 3, Patch: named("X")}, &Delete{Ref: 2}, &Merge{Survivor: 2, Merged: []ID{1}}} {
		refused(verb, fault.CodeContactNotFound)
	}
	refused(&Merge{Survivor: 1, Merged: []ID{2}}, fault.CodeMergedNotFound)
	for _, verb := range []Verb{
		&Unmerge{Ref: 2, Merged: 3}, &Unmerge{Ref: 1, Merged: 2}, &Undo{Ref: 2, Op: brought}, &Undo{Ref: 3, Op: 3},
		&Undo{Ref: 1, Op: merge}, &Undo{Ref: 1, Op: split}, &Undo{Ref: 1, Op: split, Resolve: true},
	} {
		refused(verb, fault.CodeErased)
	}
	if op := w.do(&Erase{Ref: 2}); op != 0 {
		t.Errorf("erased twice, by %d", op)
	}
	if op := w.do(&Undo{Ref: 1, Op: w.put(1, "e:z@x")}); op == 0 || shows(w.root(1)) != "e:a@x, n:A" {
		t.Errorf("1 shows %q", shows(w.root(1)))
	}
}

// What an erasure takes away counts as removals, which a key may have few of (CONTRACT D24):
// of a deleted contact that was counted before.
func TestErasureCounts(t *testing.T) {
	for _, deleted := range []bool{false, true} {
		w := newWorld(t)
		w.made(sends(nil, nil, "n:A B", "e:a@x", "1:v"))
		want := 4
		if deleted {
			w.do(&Delete{Ref: 1})
			want = 0
		}
		verb := &Erase{Ref: 1}
		d, err := verb.Decide(w.view(verb.Needs()))
		if err != nil {
			t.Fatal(err)
		}
		entries := d.Enter(Stamp{Op: 9, Attribution: Attribution{Actor: Actor{KeyID: 7}, Reason: "Ada asked for it"}})
		if n := Removals(entries); n != want {
			t.Errorf("deleted %t: %d are taken away, want %d", deleted, n, want)
		}
		if ch := &entries[0].Change; ch.Actor.KeyID != 7 || ch.Reason != "" || !ch.Edits.Erased || slices.ContainsFunc(ch.Edits.Values[:], func(l *ListEdit) bool { return l != nil }) {
			t.Errorf("its entry is %+v", ch)
		}
	}
}

// A value that somebody holds though the erased one alone brought it is their own from then
// on, wherever their history has it; one that they do not hold any more goes.
func TestPurgeLeavesWhatIsHeld(t *testing.T) {
	theirs, own := Origin{2, 5}, Origin{1, 1}
	value := func(text string, origins ...Origin) Value { return Value{text, origins} }
	c := &Contact{ID: 1, Version: 3, Head: 6}
	c.Values[Emails] = []Value{value("held", theirs), value("both", own, theirs)}
	c.Fields[2] = value("slot", theirs)
	ch := Change{Seq: 6, Op: 6, Contact: 1}
	ch.Edits.Values[Emails] = &ListEdit{Before: []Value{value("held", theirs), value("gone", theirs)}, After: c.Values[Emails]}
	ch.Edits.Values[Names] = &ListEdit{After: []Value{value("gone", theirs)}}
	ch.Edits.Fields = []FieldEdit{{SlotAt(2), value("gone", theirs), value("slot", theirs)}, {SlotAt(3), Value{}, value("gone", theirs)}}
	snapshot := *c
	ch.Snapshot = &snapshot
	p := Purge{IDs: map[ID]bool{2: true}, Op: 9, Whose: Whose{}}
	held := p.Held(c)
	after, other := p.Contact(c, held)
	if changed := p.Change(&ch, held); !changed || !other {
		t.Errorf("changed %t, %t", changed, other)
	}
	kept := Origin{1, 9}
	want := []Value{value("held", kept), value("both", own)}
	if got := after.Values[Emails]; !slices.EqualFunc(got, want, Value.Equal) || !after.Fields[2].Equal(value("slot", kept)) {
		t.Errorf("it holds %v and %v", got, after.Fields[2])
	}
	if !alike(ch.Snapshot, &after) {
		t.Errorf("its snapshot holds %v", ch.Snapshot)
	}
	l := ch.Edits.Values[Emails]
	if !slices.EqualFunc(l.Before, want[:1], Value.Equal) || !slices.EqualFunc(l.After, want, Value.Equal) || ch.Edits.Values[Names] != nil {
		t.Errorf("its history has %v, names %v", l, ch.Edits.Values[Names])
	}
	if f := ch.Edits.Fields; len(f) != 1 || f[0].Before.Text != "" || !f[0].After.Equal(value("slot", kept)) {
		t.Errorf("its history has slots %v", f)
	}
	if again, other := p.Contact(&after, p.Held(&after)); other || !alike(&again, &after) {
		t.Error("a second purge does something")
	}
}
