package book_test

import (
	"crypto/rand"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/checks/sqlitetest"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/sqlite"
)

// shop is a Book over a fresh database, with a clock that stands still until
// it is moved, one Space and one key.
type shop struct {
	*book.Book
	store  *store.Store
	now    atomic.Int64 // nanoseconds
	grants *countingRegistry
	space  access.Space
	key    access.APIKey
	secret string
}

// countingRegistry counts the look-ups of keys and sessions, and how often one is
// to end.
type countingRegistry struct {
	store.Backend
	asked atomic.Int64
	ended atomic.Int64
}

func (c *countingRegistry) Grant(ctx ctx, hash [32]byte) (access.Grant, bool, error) {
	c.asked.Add(1)
	return c.Backend.Grant(ctx, hash)
}

func (c *countingRegistry) Session(ctx ctx, hash [32]byte) (access.Session, access.Grant, bool, error) {
	c.asked.Add(1)
	return c.Backend.Session(ctx, hash)
}

func (c *countingRegistry) EndSession(ctx ctx, hash [32]byte) error {
	c.ended.Add(1)
	return c.Backend.EndSession(ctx, hash)
}

func openShop(t *testing.T) *shop {
	t.Helper()
	b, err := sqlite.Open(t.Context(), sqlite.Options{Path: sqlitetest.Path(t, madeSQLite)})
	if err != nil {
		t.Fatal(err)
	}
	s := &shop{grants: &countingRegistry{Backend: b}}
	s.now.Store(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC).UnixNano())
	clock := func() time.Time { return time.Unix(0, s.now.Load()) }
	s.store = store.New(s.grants, store.Options{Clock: clock})
	s.Book = book.New(s.store, book.Options{Clock: clock})
	t.Cleanup(func() {
		s.Book.Close()
		if err := s.store.Close(); err != nil {
			t.Error(err)
		}
	})
	s.space, err = s.store.CreateSpace(t.Context(), access.Act{Who: "test"}, access.Space{Name: "test", TimeZone: "UTC", Subscription: access.Active})
	if err != nil {
		t.Fatal(err)
	}
	s.key, s.secret = s.makeKey(t, access.DefaultScopes)
	return s
}

func (s *shop) makeKey(t *testing.T, scopes access.Scopes) (access.APIKey, string) {
	t.Helper()
	secret, err := access.NewSecret(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	key, err := s.store.CreateKey(t.Context(), access.Act{Who: "test"}, access.APIKey{Space: s.space.ID, Name: "test", Hash: secret.Hash(), Scopes: scopes, Created: 1})
	if err != nil {
		t.Fatal(err)
	}
	return key, secret.Reveal()
}

func (s *shop) enter(t *testing.T, secret string) (access.Verdict, error) {
	_, v, err := s.Enter(t.Context(), secret, access.Update, access.Write)
	return v, err
}

func wantCode(t *testing.T, err error, kind fault.Kind, code fault.Code) {
	t.Helper()
	e, ok := errors.AsType[*fault.Error](err)
	if !ok || e.Kind != kind || e.Code != code {
		t.Fatalf("got %v, want code %s", err, code)
	}
}

// CONTRACT D1: nothing is read for a key that is malformed.
func TestMalformedKeyCostsNoLookUp(t *testing.T) {
	s := openShop(t)
	for _, secret := range []string{"", "carnet_", s.secret + "x", s.secret[:len(s.secret)-1] + "!"} {
		_, err := s.enter(t, secret)
		wantCode(t, err, fault.Unauthenticated, fault.CodeKeyMalformed)
	}
	if n := s.grants.asked.Load(); n != 0 {
		t.Errorf("%d look-ups for malformed keys", n)
	}
}

// A busy key is looked up about twice a second, not at every request.
func TestKnownKeyIsNotLookedUpAgain(t *testing.T) {
	s := openShop(t)
	for range 50 {
		if _, err := s.enter(t, s.secret); err != nil {
			t.Fatal(err)
		}
	}
	if n := s.grants.asked.Load(); n != 1 {
		t.Errorf("%d look-ups, want 1", n)
	}
}

// CONTRACT D19: revocation, and changes of a Space, hold within a second.
func TestChangesHoldWithinASecond(t *testing.T) {
	tests := []struct {
		name   string
		change func(*testing.T, *shop)
		kind   fault.Kind
		code   fault.Code
	}{
		{"revoked", func(t *testing.T, s *shop) {
			_, err := s.store.UpdateKey(t.Context(), access.Act{Who: "test"}, s.key.ID, func(k *access.APIKey) error { k.Revoked = 1; return nil })
			if err != nil {
				t.Fatal(err)
			}
		}, fault.Unauthenticated, fault.CodeKeyInvalid},
		{"inactive", func(t *testing.T, s *shop) {
			setSpace(t, s, func(sp *access.Space) { sp.Subscription = access.Inactive })
		}, fault.Forbidden, "subscription_inactive"},
		{"limit", func(t *testing.T, s *shop) {
			setSpace(t, s, func(sp *access.Space) { sp.Limits = sp.Limits.With(access.Update, 1) })
		}, fault.RateLimited, "rate_limited"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := openShop(t)
			if _, err := s.enter(t, s.secret); err != nil {
				t.Fatal(err)
			}
			test.change(t, s)
			s.now.Add(int64(time.Second))
			_, err := s.enter(t, s.secret)
			wantCode(t, err, test.kind, test.code)
		})
	}
}

func setSpace(t *testing.T, s *shop, set func(*access.Space)) {
	t.Helper()
	_, err := s.store.UpdateSpace(t.Context(), access.Act{Who: "test"}, s.space.ID, func(sp *access.Space) error { set(sp); return nil })
	if err != nil {
		t.Fatal(err)
	}
}

// CONTRACT D19: a key that was refused because it did not exist yet works as
// soon as it does.
func TestNewKeyWorksAtOnce(t *testing.T) {
	s := openShop(t)
	secret, err := access.NewSecret(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.enter(t, secret.Reveal())
	wantCode(t, err, fault.Unauthenticated, fault.CodeKeyInvalid)
	_, err = s.store.CreateKey(t.Context(), access.Act{Who: "test"}, access.APIKey{Space: s.space.ID, Name: "new", Hash: secret.Hash(), Scopes: access.DefaultScopes, Created: 1})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.enter(t, secret.Reveal()); err != nil {
		t.Error(err)
	}
}

// CONTRACT D1, D18: of 160 requests at once exactly 60 pass a limit of 60.
func TestLimitUnderConcurrency(t *testing.T) {
	s := openShop(t)
	var passed, refused atomic.Int64
	var wg sync.WaitGroup
	for range 160 {
		wg.Go(func() {
			_, err := s.enter(t, s.secret)
			switch {
			case err == nil:
				passed.Add(1)
			case fault.KindOf(err) == fault.RateLimited:
				refused.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if passed.Load() != 60 || refused.Load() != 100 {
		t.Errorf("%d passed and %d were refused, want 60 and 100", passed.Load(), refused.Load())
	}
	s.now.Add(int64(access.WindowLength))
	if _, err := s.enter(t, s.secret); err != nil {
		t.Errorf("after the window: %v", err)
	}
}

// CONTRACT D1: a request that the key may not make counts all the same.
func TestRefusedRequestsCount(t *testing.T) {
	s := openShop(t)
	_, reader := s.makeKey(t, access.ScopesOf(access.Read))
	v, err := s.enter(t, reader)
	wantCode(t, err, fault.Forbidden, "scope_missing")
	if v.Remaining != 59 {
		t.Errorf("%d remain after a refused request, want 59", v.Remaining)
	}
	for range 59 {
		if _, err := s.enter(t, reader); fault.KindOf(err) != fault.Forbidden {
			t.Fatal(err)
		}
	}
	_, err = s.enter(t, s.secret)
	wantCode(t, err, fault.RateLimited, "rate_limited")
}

// CONTRACT D18: buckets do not share their figures.
func TestBucketsAreApart(t *testing.T) {
	s := openShop(t)
	for range 30 {
		if _, _, err := s.Enter(t.Context(), s.secret, access.Get, access.Read); err != nil {
			t.Fatal(err)
		}
	}
	_, _, err := s.Enter(t.Context(), s.secret, access.Get, access.Read)
	wantCode(t, err, fault.RateLimited, "rate_limited")
	if v, err := s.enter(t, s.secret); err != nil || v.Remaining != 59 {
		t.Errorf("update: %d remain, %v", v.Remaining, err)
	}
}

// The use of a key is noted, to the hour.
func TestLastUsedIsNoted(t *testing.T) {
	s := openShop(t)
	if _, err := s.enter(t, s.secret); err != nil {
		t.Fatal(err)
	}
	s.Book.Close()
	keys, err := s.store.APIKeys(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if want := contact.TimeOf(time.Unix(0, s.now.Load())); keys[0].LastUsed != want {
		t.Errorf("last used %d, want %d", keys[0].LastUsed, want)
	}
}
