package contact

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

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
