package book_test

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
)

// second is another server on the same database, with the same clock.
func (s *shop) second(t *testing.T) *book.Book {
	t.Helper()
	b := book.New(s.store, book.Options{Clock: func() time.Time { return time.Unix(0, s.now.Load()) }})
	t.Cleanup(b.Close)
	return b
}

func (s *shop) signIn(t *testing.T, name string) (access.Token, access.Session) {
	t.Helper()
	token, session, err := s.SignIn(t.Context(), s.secret, name)
	if err != nil {
		t.Fatal(err)
	}
	return token, session
}

// by gives the code with which the token of a session is refused, "no fault" for none.
func by(t *testing.T, b *book.Book, token access.Token, scopes ...access.Scope) fault.Code {
	t.Helper()
	_, _, _, err := b.EnterSession(t.Context(), token.Reveal(), access.UI, scopes...)
	return code(err)
}

func TestSignIn(t *testing.T) {
	s := openShop(t)
	token, session := s.signIn(t, " Zoë ")
	now := contact.TimeOf(time.Unix(0, s.now.Load()))
	if session.Name != "Zoë" || session.Key != s.key.ID || session.Space != s.space.ID || session.Hash != token.Hash() || session.Created != now {
		t.Errorf("the session is %+v", session)
	}
	g, entered, v, err := s.EnterSession(t.Context(), token.Reveal(), access.UI, access.Read, access.Write)
	if err != nil || entered != session || g.Key.ID != s.key.ID || g.Space.ID != s.space.ID {
		t.Errorf("entered: %v, %+v with %+v", err, entered, g)
	}
	if v.Limit != 600 || v.Remaining != 598 {
		t.Errorf("the sign-in and the request left %d of %d", v.Remaining, v.Limit)
	}
	w, err := s.Do(t.Context(), g, book.Terms{RequestID: "r", Name: entered.Name}, &contact.Create{Patch: emails("ada@example.com")})
	if err != nil || w.Entries[0].Change.Actor.Name != "Zoë" {
		t.Errorf("a write of the session: %v, %+v", err, w.Entries)
	}
}

// CONTRACT D1: the checks are those of a key, in their order.
func TestSignInRefuses(t *testing.T) {
	s := openShop(t)
	foreign, err := access.NewSecret(strings.NewReader(strings.Repeat("x", 32)))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.RevokeKey(t.Context(), "test", s.key.ID); err != nil {
		t.Fatal(err)
	}
	_, good := s.makeKey(t, access.DefaultScopes)
	for _, test := range []struct {
		secret, name string
		want         fault.Code
	}{
		{"", "Ada", fault.CodeKeyMalformed}, {good + "x", "a\nb", fault.CodeKeyMalformed}, {foreign.Reveal(), "a\nb", fault.CodeKeyInvalid},
		{s.secret, "Ada", fault.CodeKeyInvalid}, {good, "a\nb", fault.CodeNameCharacters}, {good, strings.Repeat("a", 101), fault.CodeNameLength},
	} {
		token, session, err := s.SignIn(t.Context(), test.secret, test.name)
		if code(err) != test.want || token.Reveal() != "" || session != (access.Session{}) {
			t.Errorf("%.12q as %.9q: %v, want %s", test.secret, test.name, err, test.want)
		}
	}
	setSpace(t, s, func(sp *access.Space) { sp.Limits = sp.Limits.With(access.UI, 3) })
	s.now.Add(int64(time.Second)) // the two refused names count
	for _, want := range []fault.Code{"no fault", fault.CodeRateLimited, fault.CodeRateLimited} {
		if _, _, err := s.SignIn(t.Context(), good, ""); code(err) != want {
			t.Errorf("signing in: %v, want %s", err, want)
		}
	}
}

func TestSessionsAreRefused(t *testing.T) {
	s := openShop(t)
	token, session := s.signIn(t, "Ada")
	asked := s.grants.asked.Load()
	for _, text := range []string{"", "x", token.Reveal() + "A", token.Reveal()[1:], s.secret} {
		if _, _, _, err := s.EnterSession(t.Context(), text, access.UI); code(err) != fault.CodeSessionEnded || fault.KindOf(err) != fault.Unauthenticated {
			t.Errorf("%.9q: %v", text, err)
		}
	}
	if n := s.grants.asked.Load() - asked; n != 0 {
		t.Errorf("%d look-ups for malformed tokens", n)
	}
	if got := by(t, s.Book, access.Token{}); got != fault.CodeSessionEnded {
		t.Errorf("no token: %s", got)
	}
	if _, _, err := s.Enter(t.Context(), token.Reveal(), access.UI); code(err) != fault.CodeKeyMalformed {
		t.Errorf("a token as a key: %v", err)
	}
	_, entered, v, err := s.EnterSession(t.Context(), token.Reveal(), access.UI, access.Admin)
	if code(err) != fault.CodeScopeMissing || entered != session || v.Remaining != 598 {
		t.Errorf("without the scope: %v, %+v, %d remain", err, entered, v.Remaining)
	}
	setSpace(t, s, func(sp *access.Space) { sp.Limits = sp.Limits.With(access.UI, 2) })
	s.now.Add(int64(time.Second))
	if got := by(t, s.Book, token, access.Read); got != fault.CodeRateLimited {
		t.Errorf("over the limit: %s", got)
	}
	if got := by(t, s.Book, token, access.Admin); got != fault.CodeScopeMissing {
		t.Errorf("over the limit without the scope: %s", got)
	}
}

// A busy session is looked up about twice a second, as a key is, and the key's use
// is noted.
func TestKnownSessionIsNotLookedUpAgain(t *testing.T) {
	s := openShop(t)
	token, _ := s.signIn(t, "")
	asked := s.grants.asked.Load()
	for range 50 {
		if got := by(t, s.Book, token); got != "no fault" {
			t.Fatal(got)
		}
	}
	if n := s.grants.asked.Load() - asked; n != 1 {
		t.Errorf("%d look-ups, want 1", n)
	}
	s.Close() // the use was noted that signed in
	s.now.Add(int64(2 * time.Hour))
	if got := by(t, s.Book, token); got != "no fault" {
		t.Fatal(got)
	}
	s.Close()
	if k, _, err := s.store.APIKey(t.Context(), s.key.ID); err != nil || k.LastUsed != contact.TimeOf(time.Unix(0, s.now.Load())) {
		t.Errorf("the key was last used %d, %v", k.LastUsed, err)
	}
}

// CONTRACT D19: whatever ends a session does so within a second on every server, and
// at once where it was done.
func TestSessionsEnd(t *testing.T) {
	for name, test := range map[string]struct {
		end   func(*testing.T, *shop, access.Token) error
		want  fault.Code
		later bool       // and not at once, as it is not about the session
		other fault.Code // another session of the key
	}{
		"signed out": {func(t *testing.T, s *shop, token access.Token) error { return s.SignOut(t.Context(), token.Reveal()) }, fault.CodeSessionEnded, false, "no fault"},
		"signed out everywhere": {func(t *testing.T, s *shop, token access.Token) error {
			g, _, _, err := s.EnterSession(t.Context(), token.Reveal(), access.UI)
			if err != nil {
				return err
			}
			return s.SignOutEverywhere(t.Context(), g)
		}, fault.CodeSessionEnded, false, fault.CodeSessionEnded},
		"the key is revoked": {func(t *testing.T, s *shop, _ access.Token) error {
			_, _, err := s.RevokeKey(t.Context(), "test", s.key.ID)
			return err
		}, fault.CodeKeyInvalid, true, fault.CodeKeyInvalid},
		"the key expires": {func(t *testing.T, s *shop, _ access.Token) error {
			_, err := s.store.UpdateKey(t.Context(), access.Act{Who: "test"}, s.key.ID, func(k *access.APIKey) error {
				k.Expires = contact.TimeOf(time.Unix(0, s.now.Load())) + 1
				return nil
			})
			return err
		}, fault.CodeKeyInvalid, true, fault.CodeKeyInvalid},
		"thirty days": {func(_ *testing.T, s *shop, _ access.Token) error { s.now.Add(int64(access.SessionLife)); return nil }, fault.CodeSessionEnded, false, fault.CodeSessionEnded},
	} {
		t.Run(name, func(t *testing.T) {
			s := openShop(t)
			second := s.second(t)
			token, _ := s.signIn(t, "Ada")
			other, _ := s.signIn(t, "Zoë")
			servers := []*book.Book{s.Book, second}
			for _, b := range servers {
				if one, two := by(t, b, token), by(t, b, other); one != "no fault" || two != "no fault" {
					t.Fatalf("before: %s, %s", one, two)
				}
			}
			if err := test.end(t, s, token); err != nil {
				t.Fatal(err)
			}
			if got := by(t, s.Book, token); got != test.want && !test.later {
				t.Errorf("at once: %s", got)
			}
			if got := by(t, s.Book, other); got != test.other && !test.later {
				t.Errorf("the other session at once: %s", got)
			}
			s.now.Add(int64(time.Second))
			for i, b := range servers {
				if one, two := by(t, b, token), by(t, b, other); one != test.want || two != test.other {
					t.Errorf("server %d within a second: %s, and the other session %s", i, one, two)
				}
			}
			if err := s.SignOut(t.Context(), token.Reveal()); err != nil {
				t.Errorf("signing out of what has ended: %v", err)
			}
		})
	}
}

// What is no session's costs no write.
func TestSigningOutOfNothing(t *testing.T) {
	s := openShop(t)
	token, _ := s.signIn(t, "")
	for _, text := range []string{"", "x", s.secret, strings.Repeat("A", 43), token.Reveal(), token.Reveal()} {
		if err := s.SignOut(t.Context(), text); err != nil {
			t.Errorf("%.9q: %v", text, err)
		}
	}
	if n := s.grants.ended.Load(); n != 1 {
		t.Errorf("%d writes, want 1: of the one that was a session's", n)
	}
}

func (s *shop) useLink(t *testing.T, link access.Token) (access.Token, fault.Code) {
	t.Helper()
	token, _, err := s.UseLink(t.Context(), link.Reveal(), "")
	return token, code(err)
}

func TestSignInLink(t *testing.T) {
	s := openShop(t)
	var keys []access.APIKey
	for range 3 {
		link, err := s.SignInLink(t.Context(), "cli: ada", s.space.ID)
		if err != nil {
			t.Fatal(err)
		}
		if got := by(t, s.Book, link); got != fault.CodeSessionEnded {
			t.Errorf("a link as a session: %s", got)
		}
		token, got := s.useLink(t, link)
		if got != "no fault" || by(t, s.Book, token, access.Read, access.Write, access.Admin) != "no fault" || by(t, s.Book, token, access.Erase) != fault.CodeScopeMissing {
			t.Fatalf("signed in: %s", got)
		}
		if _, got := s.useLink(t, link); got != fault.CodeLinkEnded {
			t.Errorf("once more: %s", got)
		}
		g, _, _, err := s.EnterSession(t.Context(), token.Reveal(), access.UI)
		if err != nil || g.Key.Name != "book" || g.Space.ID != s.space.ID {
			t.Fatalf("it is %v, %+v", err, g.Key)
		}
		keys = append(keys, g.Key)
		s.now.Add(int64(time.Minute))
		if len(keys) == 2 { // what has ended is not taken again
			if _, _, err := s.RevokeKey(t.Context(), "test", g.Key.ID); err != nil {
				t.Fatal(err)
			}
		}
	}
	if keys[0].ID != keys[1].ID || keys[1].ID == keys[2].ID {
		t.Errorf("the keys are %d, %d and %d", keys[0].ID, keys[1].ID, keys[2].ID)
	}
	if _, err := s.SignInLink(t.Context(), "test", s.space.ID+1); code(err) != fault.CodeSpaceNotFound {
		t.Errorf("of a Space that is not there: %v", err)
	}
}

// Keys that are called so, and may do other things, are none that a link is made of.
func TestSignInLinkTakesItsOwnKey(t *testing.T) {
	s := openShop(t)
	for _, scopes := range []access.Scopes{access.DefaultScopes, access.ScopesOf(access.AllScopes[:]...), access.ScopesOf(access.Admin)} {
		if _, _, err := s.CreateKey(t.Context(), "test", access.APIKey{Space: s.space.ID, Name: "book", Scopes: scopes}); err != nil {
			t.Fatal(err)
		}
	}
	link, err := s.SignInLink(t.Context(), "test", s.space.ID)
	if err != nil {
		t.Fatal(err)
	}
	_, session, err := s.UseLink(t.Context(), link.Reveal(), "")
	if keys, err2 := s.APIKeys(t.Context()); err != nil || err2 != nil || len(keys) != 5 || session.Key != keys[4].ID {
		t.Errorf("%v, %v: signed in with key %d of %+v", err, err2, session.Key, keys)
	}
}

func TestKeyLink(t *testing.T) {
	s := openShop(t)
	link, expires, err := s.KeyLink(t.Context(), s.key.ID)
	if want := contact.TimeOf(time.Unix(0, s.now.Load()).Add(5 * time.Minute)); err != nil || expires != want {
		t.Fatalf("%v, it ends at %d, want %d", err, expires, want)
	}
	late, _, err := s.KeyLink(t.Context(), s.key.ID)
	if err != nil {
		t.Fatal(err)
	}
	s.now.Add(int64(access.LinkLife) - 1000)
	if token, got := s.useLink(t, link); got != "no fault" || by(t, s.Book, token, access.Write) != "no fault" || by(t, s.Book, token, access.Admin) != fault.CodeScopeMissing {
		t.Errorf("within its five minutes: %s", got)
	}
	s.now.Add(1000)
	if _, got := s.useLink(t, late); got != fault.CodeLinkEnded {
		t.Errorf("after five minutes: %s", got)
	}
	for _, text := range []string{"", "x", s.secret, link.Reveal() + "A"} {
		if token, _, err := s.UseLink(t.Context(), text, ""); code(err) != fault.CodeLinkEnded || token.Reveal() != "" {
			t.Errorf("%.9q: %v", text, err)
		}
	}
	if _, _, err := s.KeyLink(t.Context(), s.key.ID+1); code(err) != fault.CodeKeyNotFound {
		t.Errorf("of no key: %v", err)
	}
	if _, _, err := s.RevokeKey(t.Context(), "test", s.key.ID); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.KeyLink(t.Context(), s.key.ID); code(err) != fault.CodeKeyRevoked {
		t.Errorf("of a key that is revoked: %v", err)
	}
}

func TestOneOfManyUsesALink(t *testing.T) {
	s := openShop(t)
	link, _, err := s.KeyLink(t.Context(), s.key.ID)
	if err != nil {
		t.Fatal(err)
	}
	var signedIn, refused atomic.Int64
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			switch _, got := s.useLink(t, link); got {
			case "no fault":
				signedIn.Add(1)
			case fault.CodeLinkEnded:
				refused.Add(1)
			}
		})
	}
	wg.Wait()
	if signedIn.Load() != 1 || refused.Load() != 7 {
		t.Errorf("%d of 8 are signed in, and %d refused", signedIn.Load(), refused.Load())
	}
}
