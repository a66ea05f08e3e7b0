package contact

import (
	"testing"

	"pgregory.net/rapid"
)

// peopled gives a world with three contacts of some history, of which two may be
// one.
func peopled(t *rapid.T) (*world, []ID) {
	w := newWorld(t)
	var ids []ID
	for range 3 {
		p := anyPatch().Draw(t, "made with")
		p.Values[Names] = List{Sent: true, Texts: []string{rapid.SampledFrom([]string{"Ada", "Bo", "Cy"}).Draw(t, "name")}}
		ids = append(ids, w.made(p))
	}
	for range rapid.IntRange(0, 3).Draw(t, "writes") {
		p := anyPatch().Draw(t, "put")
		w.do(&Put{Ref: rapid.SampledFrom(ids).Draw(t, "ref"), Patch: p})
	}
	if rapid.Bool().Draw(t, "merged before") {
		w.do(&Merge{Survivor: ids[1], Merged: ids[2:]})
	}
	return w, ids
}

// shot is what every id leads to.
func (w *world) shot() map[ID]Contact {
	shot := map[ID]Contact{}
	for id := range w.rows {
		shot[id] = *w.root(id)
	}
	return shot
}

// wantShot fails the test unless every id leads to a contact with the same values,
// from the same origins and in the same order.
func (w *world) wantShot(t failing, what string, want map[ID]Contact) {
	t.Helper()
	for id, was := range want {
		is := w.root(id)
		if is.ID != was.ID || is.State != was.State || !sameValues(is, &was) {
			t.Fatalf("%s: %d leads to %+v\nwant %+v", what, id, *is, was)
		}
	}
}

// failing is a test, of one case or of many.
type failing interface {
	Helper()
	Fatalf(string, ...any)
}

// someVerb gives a verb of each kind that stands alone, of contacts of a world.
func someVerb(t *rapid.T, w *world, ids []ID) Verb {
	ref := rapid.SampledFrom(ids).Draw(t, "of")
	switch rapid.SampledFrom([]string{"put", "patch", "merge", "delete"}).Draw(t, "verb") {
	case "put":
		return &Put{Ref: ref, Patch: anyPatch().Draw(t, "puts")}
	case "patch":
		a := Amendment{}
		a.Values[Emails] = ListAmendment{Add: []string{"added@example.com"}, Remove: textsOf(w.root(ref).Values[Emails])}
		return &Amend{Ref: ref, Amendment: a}
	case "delete":
		return &Delete{Ref: w.root(ref).ID}
	default:
		return &Merge{Survivor: ids[0], Merged: []ID{ids[1]}}
	}
}

// CONTRACT D28: an undo of the last change restores exactly, order and origins
// included; an undo of that is the redo, and so on.
func TestUndoOfTheLastChangeIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, ids := peopled(t)
		before := w.shot()
		op, _, err := w.try(someVerb(t, w, ids))
		if err != nil || op == 0 {
			return // nothing was written
		}
		after := w.shot()
		for range 3 {
			op = w.do(Undo{Op: op}.by(w, op))
			w.wantShot(t, "undone", before)
			op = w.do(Undo{Op: op}.by(w, op))
			w.wantShot(t, "done again", after)
		}
	})
}

// by names the undo's contact as the write did.
func (u Undo) by(w *world, op Seq) *Undo {
	u.Ref = w.changes[op-1].Contact
	return &u
}

// CONTRACT D30: an unmerge that nothing was written before gives both back exactly,
// order and origins included, in whatever order several are split.
func TestUnmergeAtOnceIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, ids := peopled(t)
		before := w.shot()
		merge := &Merge{Survivor: ids[0], Merged: ids[1:2]}
		if w.root(ids[2]).ID == ids[2] && rapid.Bool().Draw(t, "both") {
			merge.Merged = ids[1:]
		}
		w.do(merge)
		for _, i := range rapid.Permutation([]int{0, 1}).Draw(t, "order") {
			if i < len(merge.Merged) {
				w.do(&Unmerge{Ref: ids[0], Merged: merge.Merged[i]})
			}
		}
		w.wantShot(t, "split", before)
	})
}
