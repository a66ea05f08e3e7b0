package promise

import (
	"context"
	"testing"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

// list is a patch of one collection.
func list(col contact.Collection, texts ...string) contact.Patch {
	var p contact.Patch
	p.Values[col] = contact.List{Sent: true, Texts: texts}
	return p
}

func name(text string) contact.Patch { return list(contact.Names, text) }

// writing makes a write of verbs, with a request of its own.
func writing(space contact.SpaceID, verbs ...contact.Verb) store.Write {
	return suite.Write(suite.NewRequest(), space, verbs...)
}

// creation is a write that makes a contact.
func creation(space contact.SpaceID, p contact.Patch) store.Write {
	return writing(space, &contact.Create{Patch: p})
}

// putting is a write that applies a patch to the contact that ref leads to.
func putting(space contact.SpaceID, ref contact.ID, p contact.Patch) store.Write {
	return writing(space, &contact.Put{Ref: ref, Patch: p})
}

// merging is a write that makes merged an alias of survivor (CONTRACT D23).
func merging(space contact.SpaceID, survivor, merged contact.ID) store.Write {
	return writing(space, &contact.Merge{Survivor: survivor, Merged: []contact.ID{merged}})
}

// telling makes the one verb of a write tell what it sees.
func telling(w store.Write, tell func(*contact.View)) store.Write {
	w.Verbs = []contact.Verb{suite.Seeing(w.Verbs[0], tell)}
	return w
}

// made creates a contact and gives its id.
func made(t *testing.T, s *store.Store, space contact.SpaceID, p contact.Patch) contact.ID {
	t.Helper()
	return done(t, s, creation(space, p)).Subject.ID
}

// done runs a write of one verb that must succeed.
func done(t *testing.T, s *store.Store, w store.Write) store.Outcome {
	t.Helper()
	out, err := s.Do(bg, w)
	if err != nil || len(out) != 1 {
		t.Fatalf("Do: %v, %d outcomes", err, len(out))
	}
	return out[0]
}

// got reads the contact that ref leads to.
func got(t *testing.T, s *store.Store, space contact.SpaceID, ref contact.ID) contact.Contact {
	t.Helper()
	c, ok, err := s.Get(bg, space, ref)
	if err != nil || !ok {
		t.Fatalf("Get(%d): %v, %v", ref, ok, err)
	}
	return c
}

// sent is a write on its way. Its answer may be looked at once done, and, in a
// bubble, after synctest.Wait.
type sent struct {
	write store.Write
	done  bool
	out   store.Outcome // of its last verb
	err   error
}

// run makes the write.
func (p *sent) run(ctx context.Context, s *store.Store) {
	outcomes, err := s.Do(ctx, p.write)
	if p.err = err; err == nil && len(outcomes) > 0 {
		p.out = outcomes[len(outcomes)-1]
	}
	p.done = true
}
