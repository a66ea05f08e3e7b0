package contact

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/carnet-project/carnet/internal/fault"
)

// foreseen gives a verb as a plan keeps it: with what it would do now, as a write whose
// number is known later alone.
func (w *world) foreseen(verb Verb) (*Planned, []Entry, error) {
	w.gather(verb)
	v := w.view(verb.Needs())
	v.Op = 1000
	d, err := verb.Decide(v)
	if err != nil {
		return nil, nil, err
	}
	entries := d.Enter(Stamp{Op: v.Op, At: v.At})
	return Plan(verb, entries), entries, nil
}

// CONTRACT D34: what contacts show decides what a planned verb does to those that changed
// since.
func TestPlannedOntoWhatHasChanged(t *testing.T) {
	put := func(ref ID, names ...string) Verb { return &Put{Ref: ref, Patch: named(names...)} }
	patch := func(ref ID, add, remove string) Verb {
		a := Amend{Ref: ref}
		a.Amendment.Values[Names] = ListAmendment{Named: true, Add: []string{add}}
		if remove != "" {
			a.Amendment.Values[Names].Remove = []string{remove}
		}
		return &a
	}
	slot := func(ref ID, text string) Verb {
		a := Amend{Ref: ref}
		f := &a.Amendment.Fields
		f.Sent, f.Named[0], f.Texts[0] = true, true, text
		return &a
	}
	for about, test := range map[string]struct {
		plan  Verb
		since []Verb
		shows string // what 1 shows then
		code  fault.Code
	}{
		"nothing changed":                          {put(1, "A", "C"), nil, "n:A C", ""},
		"what came since stays":                    {put(1, "A", "C"), []Verb{put(1, "A", "B", "D")}, "n:A C D", ""},
		"what went since stays away":               {patch(1, "C", ""), []Verb{put(1, "A")}, "n:A C", ""},
		"another field":                            {put(1, "C"), []Verb{slot(1, "x")}, "1:x, n:C", ""},
		"a slot that was filled since":             {slot(1, "mine"), []Verb{slot(1, "theirs")}, "1:theirs, n:A B", fault.CodeConflict},
		"a slot that was filled so since":          {slot(1, "mine"), []Verb{slot(1, "mine")}, "1:mine, n:A B", ""},
		"another primary since":                    {put(1, "C", "A", "B"), []Verb{put(1, "B", "A")}, "n:B A", fault.CodeConflict},
		"a delete of what is as it was":            {&Delete{Ref: 1}, []Verb{put(2, "X")}, "", ""},
		"a delete of what is as it was again":      {&Delete{Ref: 1}, []Verb{put(1, "X"), put(1, "A", "B")}, "", ""},
		"a delete of what changed":                 {&Delete{Ref: 1}, []Verb{put(1, "A", "B", "D")}, "n:A B D", fault.CodeConflict},
		"a merge of what is as it was":             {&Merge{Survivor: 1, Merged: []ID{2}}, nil, "n:A B Z", ""},
		"a merge into what changed":                {&Merge{Survivor: 1, Merged: []ID{2}}, []Verb{put(1, "A")}, "n:A", fault.CodeConflict},
		"a merge of what changed":                  {&Merge{Survivor: 1, Merged: []ID{2}}, []Verb{put(2, "Y")}, "n:A B", fault.CodeConflict},
		"a merge of what was deleted":              {&Merge{Survivor: 1, Merged: []ID{2}}, []Verb{&Delete{Ref: 2}}, "n:A B", fault.CodeMergedNotFound},
		"a put of what was deleted":                {put(1, "C"), []Verb{&Delete{Ref: 1}}, "", fault.CodeContactNotFound},
		"a put of what was merged goes where that": {patch(2, "C", ""), []Verb{&Merge{Survivor: 1, Merged: []ID{2}}}, "n:A B Z C", ""},
		"an undo of what is as it was":             {&Undo{Ref: 1, Op: 3}, nil, "n:A", ""},
		"an undo goes by what is there":            {&Undo{Ref: 1, Op: 3}, []Verb{put(1, "A", "B", "C")}, "n:A C", ""},
	} {
		w := newWorld(t)
		w.made(named("A"))
		w.made(named("Z"))
		w.do(put(1, "A", "B")) // is write 3
		p, _, err := w.foreseen(test.plan)
		if err != nil {
			t.Fatalf("%s: %v", about, err)
		}
		for _, verb := range test.since {
			w.do(verb)
		}
		_, _, err = w.try(p)
		f, _ := errors.AsType[*fault.Error](err)
		if (err != nil) != (test.code != "") || f != nil && f.Code != test.code {
			t.Errorf("%s: %v, want %q", about, err, test.code)
		}
		have := ""
		if c := w.root(1); c.State == Live {
			have = shows(c)
		}
		if have != test.shows {
			t.Errorf("%s: it shows %q, want %q", about, have, test.shows)
		}
	}
}

// An undo that would take away more now than the plan shows is left.
func TestPlannedUndoTakesNoMore(t *testing.T) {
	w := newWorld(t)
	w.made(named("A"))
	brought := w.do(&Put{Ref: 1, Patch: named("A", "B")})
	took := w.do(&Put{Ref: 1, Patch: named("A")})
	p, entries, err := w.foreseen(&Undo{Ref: 1, Op: brought, Resolve: true})
	if err != nil || Removals(entries) != 0 {
		t.Fatalf("it takes %d away: %v", Removals(entries), err)
	}
	w.do(&Undo{Ref: 1, Op: took}) // now the other undo would take B away
	_, _, err = w.try(p)
	if f, ok := errors.AsType[*fault.Error](err); !ok || f.Code != fault.CodeConflict {
		t.Errorf("the undo took more away than it showed: %v", err)
	}
	if have := shows(w.root(1)); have != "n:A B" {
		t.Errorf("it shows %q", have)
	}
}

// An undo that would hide more now than the plan shows is left: what it merges again goes
// into another contact by now.
func TestPlannedUndoHidesNoMore(t *testing.T) {
	w := newWorld(t)
	w.made(named("A"))
	w.made(named("B"))
	w.made(named("C"))
	slot := func(ref ID, text string) {
		put := &Put{Ref: ref}
		f := &put.Patch.Fields
		f.Sent, f.Named[0], f.Texts[0] = true, true, text
		w.do(put)
	}
	slot(3, "mine")
	split := w.do(&Undo{Ref: 2, Op: w.do(&Merge{Survivor: 2, Merged: []ID{3}})})
	p, entries, err := w.foreseen(&Undo{Ref: 2, Op: split, Resolve: true})
	if err != nil || Removals(entries) != 0 {
		t.Fatalf("it takes %d away: %v", Removals(entries), err)
	}
	slot(1, "theirs")
	w.do(&Merge{Survivor: 1, Merged: []ID{2}})
	_, _, err = w.try(p)
	if f, ok := errors.AsType[*fault.Error](err); !ok || f.Code != fault.CodeConflict {
		t.Errorf("the undo hid what it had not shown to hide: %v", err)
	}
}

// CONTRACT D28, D34: an undo that does nothing because others wrote since says so, and is not
// what is so already; one that takes a part back names the rest.
func TestUndoOfWhatChangedSince(t *testing.T) {
	for about, test := range map[string]struct {
		since []string // what others send, one after the other
		is    RowOutcome
		left  int
	}{
		"nobody wrote":                  {nil, RowUpdate, 0},
		"beside it":                     {[]string{"n:A Z"}, RowUpdate, 0},
		"all of it anew":                {[]string{"e:d", "1:new"}, RowSince, 1},
		"put back as it was":            {[]string{"e:a", "1:"}, RowSame, 0},
		"taken away, and brought again": {[]string{"e:a", "1:", "e:a b", "1:plan"}, RowSince, 0},
		"one field of two":              {[]string{"1:new"}, RowUpdate, 1},
		"one value of two brought anew": {[]string{"e:a", "e:a b"}, RowUpdate, 0},
	} {
		w := newWorld(t)
		w.made(sends(nil, nil, "n:A", "e:a"))
		did := w.put(1, "e:a b", "1:plan")
		for _, what := range test.since {
			w.put(1, what)
		}
		u := &Undo{Ref: 1, Op: did, Resolve: true}
		w.gather(u)
		v := w.view(u.Needs())
		d, err := u.Decide(v)
		if is := OutcomeOf(d.Enter(Stamp{Op: v.Op, At: v.At}), d.Stands, err); is != test.is || len(d.Left) != test.left {
			t.Errorf("%s: it is %s, and leaves %d, want %s and %d: %v", about, is, len(d.Left), test.is, test.left, err)
		}
	}
}

// CONTRACT D34: an undo that is the same already leaves nothing of what its write did.
func TestUndoThatIsSoAlready(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := newStory(t)
		for range 2 {
			s.create()
		}
		for range rapid.IntRange(1, 8).Draw(t, "steps") {
			s.step()
		}
		u := &Undo{Ref: s.id("ref"), Op: Seq(rapid.IntRange(1, len(s.changes)).Draw(t, "op")), Resolve: true}
		s.gather(u)
		v := s.view(u.Needs())
		d, err := u.Decide(v)
		if OutcomeOf(d.Enter(Stamp{Op: v.Op, At: v.At}), d.Stands, err) != RowSame {
			return
		}
		if u.has((*Change).merges) || u.has((*Change).splits) {
			return // whom it joined or parted is so already; values go with them
		}
		for i := range u.Entries {
			ch := &u.Entries[i]
			c := s.root(ch.Named())
			for _, col := range Collections {
				l := ch.Edits.Values[col]
				if l == nil {
					continue
				}
				for _, text := range l.Added() {
					if slices.Contains(textsOf(c.Values[col]), text) {
						s.fail("%q of %s is there still", text, col)
					}
				}
			}
			for _, f := range ch.Edits.Fields {
				if f.After.Text != f.Before.Text && c.Fields[f.Slot.Index()].Text != f.Before.Text {
					s.fail("%s is not as it was", f.Slot.Path())
				}
			}
		}
	})
}

// Onto what it was found on, a planned verb does exactly what it showed, and brings as its
// own what it brings; onto anything else it takes away nothing that it did not show.
func TestPlannedTakesNoMore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := newStory(t)
		for range 3 {
			s.create()
		}
		for range rapid.IntRange(0, 6).Draw(t, "before") {
			s.step()
		}
		verb := s.anyVerb()
		p, shown, err := s.foreseen(verb)
		if err != nil {
			return
		}
		since := rapid.IntRange(0, 3).Draw(t, "since")
		writes := len(s.changes)
		for range since {
			s.step()
		}
		op, _, err := s.try(p)
		if err != nil && len(s.changes) == writes {
			s.fail("%T: %v, and nothing has changed", verb, err)
		}
		if op == 0 {
			return
		}
		var done []Entry
		for i := range s.changes {
			if ch := s.changes[i]; ch.Op == op {
				done = append(done, Entry{Contact: *s.rows[ch.Contact], Change: ch})
			}
		}
		if n := Removals(done); n > Removals(shown) {
			s.fail("%T: it took %d away, and showed %d", verb, n, Removals(shown))
		}
		if len(s.changes)-len(done) == writes && OutcomeOf(done, false, nil) != OutcomeOf(shown, false, nil) {
			s.fail("%T: it is a %s, and showed a %s", verb, OutcomeOf(done, false, nil), OutcomeOf(shown, false, nil))
		}
		for _, e := range done {
			each(&e.Contact, func(v Value) {
				if slices.ContainsFunc(v.Origins, func(o Origin) bool { return o.Op == 1000 }) {
					s.fail("%T: a value is by the write that was foreseen", verb)
				}
			})
		}
	})
}

// anyVerb draws something that may be asked.
func (s *story) anyVerb() Verb {
	ref := s.id("ref")
	switch s.pick("verb", "put", "delete", "merge", "undo", "unmerge") {
	case "put":
		return &Put{Ref: ref, Patch: anyPatchOf(s.draw, s.root(ref))}
	case "delete":
		return &Delete{Ref: ref}
	case "merge":
		return &Merge{Survivor: ref, Merged: []ID{s.id("other")}, Confirm: true}
	case "unmerge":
		return &Unmerge{Ref: ref, Merged: s.id("other")}
	}
	return &Undo{Ref: ref, Op: Seq(rapid.IntRange(1, len(s.changes)).Draw(s.draw, "op")), Resolve: true}
}

// Two contacts show the same where their texts are the same, in the same places.
func TestShowing(t *testing.T) {
	contacts := []Contact{{}, {}, {}, {}, {}, {}}
	value := func(texts ...string) (list []Value) {
		for _, text := range texts {
			list = append(list, Value{Text: text, Origins: []Origin{{1, 2}}})
		}
		return list
	}
	contacts[1].Values[Names] = value("a", "b")
	contacts[2].Values[Names] = value("ab")
	contacts[3].Values[Emails] = value("a", "b")
	contacts[4].Values[Names] = value("b", "a")
	contacts[5].Fields[0] = value("a")[0]
	seen := map[string]int{}
	for i := range contacts {
		sum := fmt.Sprint(ShowingOf(&contacts[i]))
		if at, ok := seen[sum]; ok {
			t.Errorf("%d shows what %d shows", i, at)
		}
		seen[sum] = i
	}
	same := contacts[1]
	same.Version, same.Head, same.Values = 7, 9, contacts[1].Values
	same.Values[Names] = slices.Clone(same.Values[Names])
	same.Values[Names][0].Origins = []Origin{{3, 4}}
	if ShowingOf(&same) != ShowingOf(&contacts[1]) {
		t.Error("where a value is from shows")
	}
}
