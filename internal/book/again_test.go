package book_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/store"
)

// FAULT B1: a request is let in, its body takes a while, and meanwhile its key
// may have lost what let it in. Then nothing is written, by whatever write.
func TestWritesAskForTheKeyAgain(t *testing.T) {
	updateKey := func(change func(*shop, *access.APIKey)) func(*testing.T, *shop) {
		return func(t *testing.T, s *shop) {
			t.Helper()
			if _, err := s.store.UpdateKey(t.Context(), access.Act{Who: "test"}, s.key.ID, func(k *access.APIKey) error { change(s, k); return nil }); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, c := range map[string]struct {
		lose func(*testing.T, *shop)
		kind fault.Kind
		code fault.Code
	}{
		"revoked": {updateKey(func(_ *shop, k *access.APIKey) { k.Revoked = 1 }), fault.Unauthenticated, fault.CodeKeyInvalid},
		"expired": {updateKey(func(s *shop, k *access.APIKey) { k.Expires = contact.Time(s.now.Load()/1000) + 1 }), fault.Unauthenticated, fault.CodeKeyInvalid},
		"may read alone": {updateKey(func(_ *shop, k *access.APIKey) { k.Scopes = access.ScopesOf(access.Read) }),
			fault.Forbidden, "scope_missing"},
		"its Space is inactive": {func(t *testing.T, s *shop) {
			t.Helper()
			_, err := s.store.UpdateSpace(t.Context(), access.Act{Who: "test"}, s.space.ID, func(sp *access.Space) error { sp.Subscription = access.Inactive; return nil })
			if err != nil {
				t.Fatal(err)
			}
		}, fault.Forbidden, "subscription_inactive"},
	} {
		t.Run(name, func(t *testing.T) {
			s := openShop(t)
			a, b := s.create(t, emails("a@example.com")), s.create(t, emails("b@example.com"))
			g, _, err := s.Enter(t.Context(), s.secret, access.Update, access.Write)
			if err != nil {
				t.Fatal(err)
			}
			c.lose(t, s)
			s.now.Add(int64(time.Second)) // CONTRACT D19: it holds within one
			by, p := book.Terms{RequestID: "late"}, emails("late@example.com")
			_, err = s.Do(t.Context(), g, by, &contact.Put{Ref: a.ID, Patch: p})
			wantCode(t, err, c.kind, c.code)
			_, err = s.Do(t.Context(), g, by, &contact.Create{Patch: p})
			wantCode(t, err, c.kind, c.code)
			_, err = s.Do(t.Context(), g, by, &contact.Merge{Survivor: a.ID, Merged: []contact.ID{b.ID}})
			wantCode(t, err, c.kind, c.code)
			for _, from := range []contact.Contact{a, b} {
				now, ok, err := s.store.Get(t.Context(), s.space.ID, from.ID)
				if err != nil || !ok || now.Version != from.Version {
					t.Errorf("contact %d is at version %d of %d: %v", from.ID, now.Version, from.Version, err)
				}
			}
		})
	}
}

// A key in use costs no second look-up: the one of the request's beginning is
// believed by its end.
func TestAskingAgainIsFree(t *testing.T) {
	s := openShop(t)
	g, _, err := s.Enter(t.Context(), s.secret, access.Create, access.Write)
	if err != nil {
		t.Fatal(err)
	}
	p := emails("a@example.com")
	for range 20 {
		if _, err := s.Do(t.Context(), g, book.Terms{RequestID: "r"}, &contact.Create{Patch: p}); err != nil {
			t.Fatal(err)
		}
	}
	if n := s.grants.asked.Load(); n != 1 {
		t.Errorf("%d look-ups, want 1", n)
	}
}

// countingCheck counts the questions whether the database answers.
type countingCheck struct {
	store.Backend
	asked int
	wait  chan struct{}
	err   error
}

func (c *countingCheck) Readers() int { return 1 }

func (c *countingCheck) Watch(func(error)) {}

func (c *countingCheck) Check(ctx) error {
	c.asked++ // never two at once
	if c.wait != nil {
		<-c.wait
	}
	return c.err
}

// FAULT A4: whoever asks whether the server is ready, and however often: the
// database is asked once a second at the most, whether it answers well or not.
func TestReadyIsShared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		check := &countingCheck{}
		s := store.New(check, store.Options{})
		b := book.New(s, book.Options{})
		ask := func(times int, want error) {
			t.Helper()
			for range times {
				if err := b.Ready(t.Context()); err != want {
					t.Fatalf("ready: %v, want %v", err, want)
				}
			}
		}
		for _, want := range []error{nil, errSilent, nil} {
			check.err = want
			before := check.asked
			ask(50, want)
			time.Sleep(999 * time.Millisecond)
			check.err = nil
			ask(50, want)
			if n := check.asked - before; n != 1 {
				t.Errorf("asked %d times within a second", n)
			}
			time.Sleep(time.Millisecond)
		}

		// Those who ask while the database does not answer wait for one answer.
		check.wait = make(chan struct{})
		before := check.asked
		answers := make(chan error)
		for range 50 {
			go func() { answers <- b.Ready(t.Context()) }()
		}
		synctest.Wait()
		close(check.wait)
		for range 50 {
			if err := <-answers; err != nil {
				t.Error(err)
			}
		}
		if n := check.asked - before; n != 1 {
			t.Errorf("asked %d times at once", n)
		}
		b.Close()
	})
}

var errSilent = errors.New("the database does not answer")
