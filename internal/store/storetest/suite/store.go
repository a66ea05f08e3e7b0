package suite

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/store"
)

// NewStore makes a store that says nothing, and closes it when the test ends,
// which also shows that nothing hangs in its queues.
func NewStore(t *testing.T, b store.Backend, o store.Options) *store.Store {
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

// NewRequest gives the id of a request that there was not yet.
func NewRequest() string { return fmt.Sprintf("request-%d", requests.Add(1)) }

// Actor asks for all writes of the suite.
var Actor = contact.Actor{KeyID: 7, KeyName: "test key", Name: "Tester"}

// Write makes a write of verbs, which a request asks for.
func Write(request string, space contact.SpaceID, verbs ...contact.Verb) store.Write {
	by := contact.Attribution{Actor: Actor, Reason: "because of " + request, RequestID: request}
	return store.Write{Space: space, By: by, Reads: true, Verbs: verbs}
}

// Seeing makes a verb tell what it sees before it decides.
func Seeing(v contact.Verb, tell func(*contact.View)) contact.Verb { return seen{v, tell} }

type seen struct {
	contact.Verb
	tell func(*contact.View)
}

func (s seen) Decide(v *contact.View) (contact.Decision, error) {
	s.tell(v)
	return s.Verb.Decide(v)
}

// CodeOf gives the code of a refusal, "" for none, and the error's text where
// it is none of ours.
func CodeOf(err error) string {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*fault.Error](err); ok {
		return string(e.Code)
	}
	return err.Error()
}

// Texts gives a collection without its origins.
func Texts(c contact.Contact, col contact.Collection) []string {
	list := []string{}
	for _, v := range c.Values[col] {
		list = append(list, v.Text)
	}
	return list
}

// Seeded makes random numbers from CARNET_TEST_SEED, or from a seed that it
// prints. With several clients the seed repeats what each of them asks, not
// how their writes fall between each other.
func Seeded(t *testing.T) *rand.Rand {
	t.Helper()
	seed, err := strconv.ParseUint(os.Getenv("CARNET_TEST_SEED"), 10, 64)
	if err != nil {
		seed = rand.Uint64N(1 << 50)
	}
	t.Logf("seed: CARNET_TEST_SEED=%d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}
