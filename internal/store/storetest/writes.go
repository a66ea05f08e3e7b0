package storetest

import (
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

// stampOf is what a write knows of itself.
func stampOf(s *store.State, request string) contact.Stamp {
	st := s.Stamp()
	st.Actor = contact.Actor{KeyID: 7, KeyName: "test key", Name: "Tester"}
	st.Reason, st.RequestID = "because of "+request, request
	return st
}

// creation is a write that makes a contact.
func creation(space contact.SpaceID, p contact.Patch) store.Write {
	request := newRequest()
	return store.Write{
		Space: space, RequestID: request, Needs: store.Needs{NewIDs: 1}, Weight: p.Size(),
		Decide: func(s *store.State) (contact.Delta, error) {
			return contact.Create(s.NextID(), &p, stampOf(s, request))
		},
	}
}

// putting is a write that applies a patch to the contact that ref leads to.
func putting(space contact.SpaceID, ref contact.ID, p contact.Patch) store.Write {
	request := newRequest()
	return store.Write{
		Space: space, RequestID: request, Needs: store.Needs{Contacts: []contact.ID{ref}}, Weight: p.Size(),
		Decide: func(s *store.State) (contact.Delta, error) {
			c, ok := s.Contact(ref)
			if !ok {
				return contact.Delta{}, errNoContact
			}
			return contact.Put(c, &p, stampOf(s, request))
		},
	}
}

// merging is a write that makes merged an alias of survivor (CONTRACT D23).
func merging(space contact.SpaceID, survivor, merged contact.ID) store.Write {
	return mergingAs(newRequest(), space, survivor, merged)
}

func mergingAs(request string, space contact.SpaceID, survivor, merged contact.ID) store.Write {
	return store.Write{
		Space: space, RequestID: request, Needs: store.Needs{Contacts: []contact.ID{survivor, merged}},
		Decide: func(s *store.State) (contact.Delta, error) {
			a, ok1 := s.Contact(survivor)
			b, ok2 := s.Contact(merged)
			switch {
			case !ok1 || !ok2:
				return contact.Delta{}, errNoContact
			case a.ID == b.ID:
				return contact.Delta{}, errItself
			}
			return contact.Merge(a, b, s.Region, stampOf(s, request))
		},
	}
}

// refusals of the tests' decisions.
var (
	errNoContact = fault.New(fault.NotFound, "contact_not_found", "There is no contact with this id.")
	errStale     = fault.New(fault.Stale, "version_mismatch", "The contact has changed.")
	errItself    = fault.New(fault.Conflict, "merge_itself", "The contact would be merged into itself.")
)

// codeOf gives the code of a refusal, "" for none, and the error's text where
// it is none of ours.
func codeOf(err error) string {
	switch e := err.(type) {
	case nil:
		return ""
	case *fault.Error:
		return e.Code
	default:
		return err.Error()
	}
}

// made creates a contact and gives its id.
func made(t *testing.T, s *store.Store, space contact.SpaceID, p contact.Patch) contact.ID {
	t.Helper()
	w := creation(space, p)
	decide, id := w.Decide, contact.ID(0)
	w.Decide = func(s *store.State) (contact.Delta, error) { id = s.NextID(); return decide(s) }
	done(t, s, w)
	return id
}

// done runs a write that must succeed.
func done(t *testing.T, s *store.Store, w store.Write) store.Outcome {
	t.Helper()
	out, err := s.Do(bg, w)
	if err != nil {
		t.Fatalf("Do: %v", err)
	}
	return out
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
	out   store.Outcome
	err   error
}
