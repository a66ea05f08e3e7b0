package contact

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// What the undo of an unmerge comes to (CONTRACT D28). S and M are one, and S takes v@x away,
// which is M's: an unmerge gives it to M again.
func TestUndoOfAnUnmerge(t *testing.T) {
	for _, tt := range []struct {
		what       string
		since      func(w *world, s, m ID) // while they are apart
		want       string                  // what S shows then
		then       func(w *world, s, m ID)
		wantS      string
		wantM      string
		takenBack  bool // the merge can be undone, as it stands again
		outOfSight int  // removals of the undo
	}{
		{what: "nothing", want: "e:a@x m@x", wantS: "e:a@x", wantM: "e:v@x m@x", takenBack: true, outOfSight: 1},
		{what: "something that was undone", since: func(w *world, _, m ID) { w.back(w.put(m, "e:new@x")) },
			want: "e:a@x m@x", wantS: "e:a@x", wantM: "e:v@x m@x", takenBack: true, outOfSight: 1},
		{what: "something to S", since: func(w *world, s, _ ID) { w.put(s, "e:a@x b@x") }, want: "e:a@x m@x b@x", wantS: "e:a@x b@x", wantM: "e:v@x m@x", takenBack: true, outOfSight: 1},
		{what: "something to M", since: func(w *world, _, m ID) { w.put(m, "e:v@x m@x b@x") }, want: "e:a@x m@x v@x b@x", wantS: "e:a@x", wantM: "e:v@x m@x b@x"},
		{what: "another merge of both", since: func(w *world, s, m ID) {
			w.back(w.do(&Merge{Survivor: m, Merged: []ID{s}, Confirm: true}))
		}, want: "e:a@x m@x", wantS: "e:a@x", wantM: "e:v@x m@x", takenBack: true, outOfSight: 1},
		{what: "nothing, and a third comes and goes", want: "e:a@x m@x", then: func(w *world, s, _ ID) {
			x := w.made(sends(nil, nil, "e:x@x"))
			w.do(&Merge{Survivor: s, Merged: []ID{x}})
			w.put(x, "e:a@x m@x y@x")
			w.do(&Unmerge{Ref: s, Merged: x})
			if have := shows(w.root(s)); have != "e:a@x m@x" {
				w.t.Errorf("without the third it shows %s", have)
			}
		}, wantS: "e:a@x", wantM: "e:v@x m@x", takenBack: true, outOfSight: 1},
	} {
		w := newWorld(t)
		s, m := w.made(sends(nil, nil, "e:a@x")), w.made(sends(nil, nil, "e:v@x m@x"))
		merge := w.do(&Merge{Survivor: s, Merged: []ID{m}})
		w.put(s, "e:a@x m@x")
		split := w.do(&Unmerge{Ref: s, Merged: m})
		if tt.since != nil {
			tt.since(w, s, m)
		}
		_, entries, err := w.foreseen(&Undo{Ref: s, Op: split})
		if err != nil || Removals(entries) != tt.outOfSight {
			t.Errorf("%s since: %d go out of sight, want %d: %v", tt.what, Removals(entries), tt.outOfSight, err)
		}
		w.do(&Undo{Ref: s, Op: split})
		if have := shows(w.root(m)); w.root(m).ID != s || have != tt.want {
			t.Errorf("%s since: %d shows %s, want %s", tt.what, w.root(m).ID, have, tt.want)
		}
		if tt.then != nil {
			tt.then(w, s, m)
		}
		op, _, err := w.try(&Undo{Ref: s, Op: merge})
		if err != nil || (op != 0) != tt.takenBack {
			t.Errorf("%s since: the undo of the merge is write %d, %v", tt.what, op, err)
		}
		if !tt.takenBack {
			w.do(&Unmerge{Ref: s, Merged: m})
		}
		if haveS, haveM := shows(w.root(s)), shows(w.root(m)); haveS != tt.wantS || haveM != tt.wantM {
			t.Errorf("%s since, and parted again: S is %s, M %s; want %s, %s", tt.what, haveS, haveM, tt.wantS, tt.wantM)
		}
	}
}

// CONTRACT D28: three merges, each into the next, a split of the first and its undo: taken back one
// after the other everybody has again what he had, by whatever ids they were merged and named. What was
// split is in another history by then than those below it.
func TestUndoOfMergesByAnyID(t *testing.T) {
	for _, second := range []ID{1, 2} {
		for _, third := range []ID{1, 2, 3} {
			for _, ref := range []ID{1, 2, 3, 4} {
				w := newWorld(t)
				for _, what := range []string{"e:e d", "e:a", "e:a", "e:d c"} {
					w.made(sends(nil, nil, what, "n:N"+fmt.Sprint(len(w.changes)+1)))
				}
				var before []map[ID]Contact
				var ops []Seq
				for _, verb := range []Verb{
					&Merge{Survivor: 2, Merged: []ID{1}}, &Merge{Survivor: 3, Merged: []ID{second}}, &Merge{Survivor: 4, Merged: []ID{third}},
					&Unmerge{Ref: ref, Merged: 1},
				} {
					before = append(before, w.shot())
					ops = append(ops, w.do(verb))
				}
				for i := len(ops) - 1; i >= 0; i-- {
					w.back(ops[i])
					w.wantShot(t, fmt.Sprintf("merged as %d and %d, split as %d, undone up to %d", second, third, ref, i+1), before[i])
				}
			}
		}
	}
}

// CONTRACT D28, D30: what was merged on and taken back, by whatever id, and written and taken back, has not changed
// in which order a merge is taken back. But what one of two took from the other comes back, also where that
// leaves all as it was.
func TestUndoOfAMergeKeepsTheOrder(t *testing.T) {
	for _, first := range []ID{1, 3} {
		for _, second := range []ID{1, 3, 4} {
			for _, ref := range []ID{1, 2, 3, 4} {
				w := newWorld(t)
				for i, what := range []string{"e:c", "e:f", "e:a", "e:d f"} {
					w.made(sends(nil, nil, what, fmt.Sprint("n:N", i+1)))
				}
				w.do(&Merge{Survivor: 1, Merged: []ID{3}})
				split := w.do(&Unmerge{Ref: 1, Merged: 3})
				w.put(1, "e:c b")
				w.back(split) // 3 has its place again, before what was written meanwhile
				var before []map[ID]Contact
				var ops []Seq
				for _, do := range []func() Seq{
					func() Seq { return w.do(&Merge{Survivor: 4, Merged: []ID{first}}) },
					func() Seq { return w.do(&Merge{Survivor: 2, Merged: []ID{second}}) },
					func() Seq { return w.put(ref, "1:B") },
				} {
					before = append(before, w.shot())
					ops = append(ops, do())
				}
				for i := len(ops) - 1; i >= 0; i-- {
					w.back(ops[i])
					w.wantShot(t, fmt.Sprintf("merged as %d and %d, written to as %d, undone up to %d", first, second, ref, i+1), before[i])
				}
			}
		}
	}
	w := newWorld(t)
	s, m := w.made(sends(nil, nil, "n:S")), w.made(sends(nil, nil, "n:M"))
	w.do(&Merge{Survivor: s, Merged: []ID{m}})
	w.put(s, "e:a")
	w.put(m, "e:")
	w.do(&Unmerge{Ref: s, Merged: m})
	if have := shows(w.root(s)); have != "e:a, n:S" {
		t.Errorf("what the one took from the other did not come back: %s", have)
	}
}

// back undoes a write.
func (w *world) back(op Seq) { w.do(Undo{Op: op}.by(w, op)) }

// CONTRACT D28: whatever happened, what is undone from the last write back is undone
// exactly, order and origins included, and so is the undo of all that: whoever is split off
// or merged by that, and by whatever id.
func TestUndoFromTheLastIsExact(t *testing.T) {
	rapid.Check(t, undoesFromTheLast)
}

func FuzzUndo(f *testing.F) {
	f.Fuzz(rapid.MakeFuzz(undoesFromTheLast))
}

func undoesFromTheLast(t *rapid.T) {
	s := newStory(t)
	for range rapid.IntRange(2, 4).Draw(t, "contacts") {
		s.create()
	}
	type done struct {
		op     Seq
		before map[ID]Contact
	}
	var all []done
	note := func(verb Verb, what string) {
		before := s.shot()
		if op, _ := s.ask(verb, "%s", what); op != 0 {
			all = append(all, done{op, before})
		}
	}
	for range rapid.IntRange(1, 8).Draw(t, "steps") {
		ref := s.id("ref")
		switch s.pick("what", "put", "put", "set", "merge", "merge", "undo", "unmerge", "delete") {
		case "put":
			note(&Put{Ref: ref, Patch: anyPatchOf(t, s.root(ref))}, fmt.Sprint("put ", ref))
		case "set":
			a := Amendment{Fields: FieldsPatch{Sent: true}}
			a.Fields.Named[0], a.Fields.Texts[0] = true, s.pick("content", "", "A", "B")
			note(&Amend{Ref: ref, Amendment: a}, fmt.Sprint("set ", ref))
		case "merge":
			note(&Merge{Survivor: ref, Merged: []ID{s.id("merged")}, Confirm: true}, fmt.Sprint("merge into ", ref))
		case "undo":
			op := s.changes[rapid.IntRange(0, len(s.changes)-1).Draw(t, "change")].Op
			if s.endsOrBrings(op) {
				continue // of what is deleted, nothing is undone but what did that last
			}
			note(Undo{Op: op, Resolve: true}.by(s.world, op), fmt.Sprint("undo of ", op))
		case "unmerge":
			if id := s.alias(); id != 0 {
				note(&Unmerge{Ref: s.root(id).ID, Merged: id}, fmt.Sprint("unmerge ", id))
			}
		case "delete":
			note(&Delete{Ref: ref}, fmt.Sprint("delete ", ref))
		}
	}
	for range 3 { // back, forth, and back
		var undone []done
		for len(all) > 0 {
			last := all[len(all)-1]
			all = all[:len(all)-1]
			now := s.shot()
			op, _, err := s.try(Undo{Op: last.op}.by(s.world, last.op))
			if s.log = append(s.log, fmt.Sprintf("%d: undo of %d: %v", op, last.op, err)); err != nil {
				s.fail("%v", err)
			}
			s.wantShot(t, strings.Join(s.log, "\n"), last.before)
			undone = append(undone, done{op, now})
		}
		all = undone
	}
}

// endsOrBrings tells whether a write made a contact, deleted one, or brought one back.
func (w *world) endsOrBrings(op Seq) bool {
	return slices.ContainsFunc(w.changes, func(ch Change) bool {
		s := ch.Edits.State
		return ch.Op == op && (ch.Prev == 0 || s != nil && (s.Before == Deleted || s.After == Deleted))
	})
}
