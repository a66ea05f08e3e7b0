package promise

import (
	"errors"
	"slices"
	"testing"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

var undoTests = []suite.Test{
	{"what was undone may be done again, and again undone", testUndoOfUndo},
	{"an undo stands until it is undone", testStandingUndo},
	{"a deleted contact is found by nobody, and comes back whole", testDeleted},
}

// In a bubble.
var undoBatchTests = []suite.Test{{"of two undos of one batch the second is told of the first", testUndoInBatch}}

// takingBack is a write that undoes another.
func takingBack(t *testing.T, s *store.Store, space contact.SpaceID, ref contact.ID, op contact.Seq) store.Write {
	t.Helper()
	u := &contact.Undo{Ref: ref, Op: op}
	if err := s.Gather(bg, space, u); err != nil || len(u.Entries) == 0 {
		t.Fatalf("the changes of write %d: %v, %v", op, u.Entries, err)
	}
	return writing(space, u)
}

// CONTRACT D28.
func testUndoOfUndo(t *testing.T, b store.Backend) {
	s, space := suite.NewStore(t, b, store.Options{}), suite.NewSpace(t, b, "")
	id := made(t, s, space, list(contact.Emails, "a@example.com", "b@example.com"))
	states := []contact.Contact{got(t, s, space, id)}
	op := done(t, s, putting(space, id, list(contact.Emails, "c@example.com", "b@example.com"))).Op
	states = append(states, got(t, s, space, id))
	for i := range 6 {
		out := done(t, s, takingBack(t, s, space, id, op))
		want := states[i%2]
		if have := out.Subject; !slices.EqualFunc(have.Values[contact.Emails], want.Values[contact.Emails], contact.Value.Equal) {
			t.Errorf("the %d. time: %+v, want %+v", i, have, want)
		}
		ch := out.Entries[0].Change
		if ch.Action != contact.ActionUndo || ch.Undoes != op || ch.Ref != 0 {
			t.Errorf("the entry is %+v", ch)
		}
		op = out.Op
	}
	suite.Audit(t, b, space)
}

// CONTRACT D28.
func testStandingUndo(t *testing.T, b store.Backend) {
	s, space, other := suite.NewStore(t, b, store.Options{}), suite.NewSpace(t, b, ""), suite.NewSpace(t, b, "")
	id := made(t, s, space, name("A"))
	op := done(t, s, putting(space, id, name("B"))).Op
	undo := func(of contact.Seq) contact.Seq { return done(t, s, takingBack(t, s, space, id, of)).Op }
	refused := func(of, standing contact.Seq) {
		t.Helper()
		_, err := s.Do(bg, takingBack(t, s, space, id, of))
		if r, ok := errors.AsType[*contact.Refusal](err); !ok || suite.CodeOf(err) != "already_undone" || r.Standing != standing {
			t.Errorf("undo of %d: %v", of, err)
		}
	}
	first := undo(op)
	refused(op, first)
	second := undo(first)
	refused(first, second)
	third := undo(op) // which nothing undoes any more
	refused(op, third)
	if undo(second) != 0 { // what it undid, the third did: there is nothing left to do
		t.Error("an undo that changes nothing is a write")
	}
	refused(op, third)
	// Another Space with the same numbers knows nothing of that.
	theirs := made(t, s, other, name("A"))
	done(t, s, putting(other, theirs, name("B")))
	done(t, s, takingBack(t, s, other, theirs, op))
	suite.Audit(t, b, space)
	suite.Audit(t, b, other)
}

func testUndoInBatch(t *testing.T, b store.Backend) {
	g, space := gated(t, b), suite.NewSpace(t, b, "")
	id := made(t, g.store, space, name("A"))
	op := done(t, g.store, putting(space, id, name("B"))).Op
	first := g.holdUp(space)
	one, dry, two := g.send(bg, takingBack(t, g.store, space, id, op)), takingBack(t, g.store, space, id, op), g.send(bg, takingBack(t, g.store, space, id, op))
	dry.Terms.Dry = true
	three := g.send(bg, dry)
	g.pass(2)
	saved(t, first, one)
	for _, late := range []*sent{two, three} {
		if r, ok := errors.AsType[*contact.Refusal](late.err); !ok || suite.CodeOf(late.err) != "already_undone" || r.Standing != one.out.Op {
			t.Errorf("after undo %d: %v", one.out.Op, late.err)
		}
	}
	suite.Audit(t, b, space)
}

// CONTRACT D31.
func testDeleted(t *testing.T, b store.Backend) {
	s, space := suite.NewStore(t, b, store.Options{}), suite.NewSpace(t, b, "")
	id, alias := made(t, s, space, list(contact.Emails, "a@example.com")), made(t, s, space, list(contact.Emails, "b@example.com"))
	other, merge := made(t, s, space, name("Other")), done(t, s, merging(space, id, alias))
	before := got(t, s, space, id)
	if _, err := s.Do(bg, writing(space, &contact.Delete{Ref: alias})); suite.CodeOf(err) != "alias" {
		t.Errorf("by an alias: %v", err)
	}
	op := done(t, s, writing(space, &contact.Delete{Ref: id})).Op
	for _, ref := range []contact.ID{id, alias} {
		if _, ok, err := s.Get(bg, space, ref); ok || err != nil {
			t.Errorf("%d is found: %v", ref, err)
		}
		for what, w := range map[string]store.Write{
			"put": putting(space, ref, name("Ghost")), "delete": writing(space, &contact.Delete{Ref: ref}),
			"undo of another change": takingBack(t, s, space, ref, merge.Op), "merge into it": merging(space, ref, other),
		} {
			if _, err := s.Do(bg, w); suite.CodeOf(err) != "contact_not_found" {
				t.Errorf("%s, by %d: %v", what, ref, err)
			}
		}
		if _, err := s.Do(bg, merging(space, other, ref)); suite.CodeOf(err) != "merged_not_found" {
			t.Errorf("merge of %d: %v", ref, err)
		}
	}
	page, err := s.List(bg, store.Query{Space: space, Keys: []contact.MatchKey{contact.MatchKeyOf(contact.Emails, "a@example.com", "")}}, store.Place{}, 10)
	if err != nil || len(page.Rows) != 0 {
		t.Errorf("it is found by its email: %v, %+v", err, page.Rows)
	}
	out := done(t, s, takingBack(t, s, space, alias, op))
	for _, ref := range []contact.ID{id, alias} {
		c := got(t, s, space, ref)
		if c.ID != id || c.Version != out.Subject.Version || !slices.EqualFunc(c.Values[contact.Emails], before.Values[contact.Emails], contact.Value.Equal) {
			t.Errorf("%d came back as %+v", ref, c)
		}
	}
	page, err = s.List(bg, store.Query{Space: space, Keys: []contact.MatchKey{contact.MatchKeyOf(contact.Emails, "b@example.com", "")}}, store.Place{}, 10)
	if err != nil || len(page.Rows) != 1 {
		t.Errorf("by its email there are: %v, %+v", err, page.Rows)
	}
	suite.Audit(t, b, space)
}
