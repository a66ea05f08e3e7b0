package storetest

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"sync/atomic"
	"testing"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/store"
)

// storeOver makes a store that says nothing, and closes it when the test ends,
// which also shows that nothing hangs in its queues.
func storeOver(t *testing.T, b store.Backend, o store.Options) *store.Store {
	t.Helper()
	o.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	f, ok := b.(*Faulty)
	if !ok {
		f = NewFaulty(b)
	}
	s := store.New(f, o)
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("closing the store: %v", err)
		}
	})
	return s
}

var requests atomic.Int64

func newRequest() string { return fmt.Sprintf("request-%d", requests.Add(1)) }

// list is a patch of one collection.
func list(col contact.Collection, texts ...string) contact.Patch {
	var p contact.Patch
	p.Values[col] = contact.List{Sent: true, Texts: texts}
	return p
}

func name(text string) contact.Patch { return list(contact.Names, text) }

// testActor asks for all writes of the suite.
var testActor = contact.Actor{KeyID: 7, KeyName: "test key", Name: "Tester"}

// writing makes a write of verbs, with a request of its own.
func writing(space contact.SpaceID, verbs ...contact.Verb) store.Write {
	return writingAs(newRequest(), space, verbs...)
}

func writingAs(request string, space contact.SpaceID, verbs ...contact.Verb) store.Write {
	by := contact.Attribution{Actor: testActor, Reason: "because of " + request, RequestID: request}
	return store.Write{Space: space, By: by, Reads: true, Verbs: verbs}
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
	return writing(space, &contact.Merge{Survivor: survivor, Merged: merged})
}

// seen is a verb that tells what it sees before it decides.
type seen struct {
	contact.Verb
	tell func(*contact.View)
}

func (s seen) Decide(v *contact.View) (contact.Decision, error) {
	s.tell(v)
	return s.Verb.Decide(v)
}

// telling makes the one verb of a write tell what it sees.
func telling(w store.Write, tell func(*contact.View)) store.Write {
	w.Verbs = []contact.Verb{seen{w.Verbs[0], tell}}
	return w
}

// madeUp is a verb that no caller has.
type madeUp struct {
	needs  contact.Needs
	size   int
	decide func(*contact.View) (contact.Decision, error)
}

func (m *madeUp) Needs() contact.Needs                             { return m.needs }
func (m *madeUp) Size() int                                        { return m.size }
func (m *madeUp) Decide(v *contact.View) (contact.Decision, error) { return m.decide(v) }

// codeOf gives the code of a refusal, "" for none, and the error's text where
// it is none of ours.
func codeOf(err error) string {
	switch e := err.(type) {
	case nil:
		return ""
	case *fault.Error:
		return string(e.Code)
	default:
		return err.Error()
	}
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

// texts gives a collection without its origins.
func texts(c contact.Contact, col contact.Collection) []string {
	list := []string{}
	for _, v := range c.Values[col] {
		list = append(list, v.Text)
	}
	return list
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
	if p.err = err; err == nil {
		p.out = outcomes[len(outcomes)-1]
	}
	p.done = true
}
