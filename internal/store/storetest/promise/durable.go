package promise

import (
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

// CONTRACT D21: no answer before what it rests on is on stable storage.
var durableTests = []suite.Test{
	{"what changes nothing causes no commit", testNoCommit},
	{"what changes nothing waits for the change that it saw", testNoChangeWaits},
	{"a refusal waits for the change that it saw", testRefusalWaits},
	{"what rested on a change that failed is decided anew", testDecidedAnew},
}

// conditional is a putting that is refused unless the contact is at a version.
func conditional(space contact.SpaceID, ref contact.ID, v contact.Version, p contact.Patch) store.Write {
	match := contact.Match{Set: true, Versions: []contact.Version{v}}
	return writing(space, &contact.Put{Ref: ref, Patch: p, Match: match})
}

func testNoCommit(t *testing.T, b store.Backend) {
	g, space := gated(t, b), suite.NewSpace(t, b, "")
	id := made(t, g.store, space, name("A"))
	g.close()
	all := []*sent{
		g.send(bg, putting(space, id, name("A"))), // CONTRACT D15
		g.send(bg, conditional(space, id, 9, name("B"))),
		g.send(bg, putting(space, id+1, name("C"))),
		g.send(bg, creation(space, list(contact.Emails))), // CONTRACT D16
	}
	for i, want := range []string{"", "version_mismatch", "contact_not_found", "contact_empty"} {
		if p := all[i]; !p.done || p.out.Op != 0 || suite.CodeOf(p.err) != want {
			t.Errorf("write %d: answered %v, change %d, %q; want %q", i, p.done, p.out.Op, suite.CodeOf(p.err), want)
		}
	}
	wantCommits(t, g)
	if c := got(t, g.store, space, id); c.Version != 1 {
		t.Errorf("version %d", c.Version)
	}
}

func testNoChangeWaits(t *testing.T, b store.Backend) {
	g, space := gated(t, b), suite.NewSpace(t, b, "")
	id := made(t, g.store, space, name("A"))
	g.holdUp(space)
	change := g.send(bg, putting(space, id, name("B")))
	same := g.send(bg, putting(space, id, name("B")))
	g.pass(1)
	waiting(t, change, same)
	if c := got(t, g.store, space, id); c.Version != 1 {
		t.Errorf("version %d can be read before it is durable", c.Version)
	}
	g.pass(1)
	saved(t, change)
	if !same.done || same.err != nil || same.out.Op != 0 {
		t.Errorf("what changed nothing: %+v", same)
	}
}

func testRefusalWaits(t *testing.T, b store.Backend) {
	g, space := gated(t, b), suite.NewSpace(t, b, "")
	id := made(t, g.store, space, name("A"))
	g.holdUp(space)
	change := g.send(bg, putting(space, id, name("B")))
	refused := g.send(bg, conditional(space, id, 1, name("C")))
	g.pass(1)
	waiting(t, change, refused)
	g.pass(1)
	saved(t, change)
	if !refused.done || suite.CodeOf(refused.err) != "version_mismatch" {
		t.Errorf("answered %v, %v", refused.done, refused.err)
	}
}

// The first of two equal writes is refused by the database. The second, which
// had nothing left to do beside it, must then do it.
func testDecidedAnew(t *testing.T, b store.Backend) {
	f := suite.NewFaulty(b)
	s, space := suite.NewStore(t, f, store.Options{}), suite.NewSpace(t, b, "")
	id := made(t, s, space, name("A"))
	poison := putting(space, id, name("B"))
	held := make(chan struct{})
	f.SetHook(func(step suite.Step, save *store.Save) error {
		switch {
		case step == suite.BeforeCommit && save.Changes[0].Action == contact.ActionCreate:
			<-held
		case step == suite.AtSave && saves(save, poison):
			return fmt.Errorf("poisoned: %w", store.ErrRefused)
		}
		return nil
	})
	first := sendTo(bg, s, creation(space, name("First in the lane")))
	synctest.Wait()
	refused := sendTo(bg, s, poison)
	synctest.Wait()
	same := sendTo(bg, s, putting(space, id, name("B")))
	synctest.Wait()
	close(held)
	synctest.Wait()
	saved(t, first, same)
	if !refused.done || refused.err == nil {
		t.Errorf("the refused write: answered %v, %v", refused.done, refused.err)
	}
	l := suite.Audit(t, b, space)
	inHistory(t, l, first, same)
	if l.Ops[poison.By.RequestID] != 0 {
		t.Error("the refused write is in the history")
	}
}

// saves tells whether a batch holds a write's changes.
func saves(s *store.Save, w store.Write) bool {
	for i := range s.Changes {
		if s.Changes[i].RequestID == w.By.RequestID {
			return true
		}
	}
	return false
}
