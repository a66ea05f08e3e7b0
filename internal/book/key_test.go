package book_test

import (
	"testing"
	"time"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
)

// A key that was just made is let in, does what its defaults allow, and counts
// against the limit of its own Space (CONTRACT D18, D19).
func TestCreateKeyWorksAtOnce(t *testing.T) {
	b, now := registry(t)
	space := makeSpace(t, b)
	k, secret, err := b.CreateKey(t.Context(), "test", access.APIKey{Space: space.ID})
	if err != nil {
		t.Fatal(err)
	}
	if k.Name != access.DefaultKeyName || k.Scopes != access.DefaultScopes || k.Created != contact.TimeOf(*now) {
		t.Errorf("made %+v", k)
	}
	g, v, err := b.Enter(t.Context(), secret.Reveal(), access.Update, access.Write)
	if err != nil || g.Key.ID != k.ID || g.Space.ID != space.ID || v.Remaining != 59 {
		t.Errorf("entered as %+v with %+v, %v", g, v, err)
	}
	if _, _, err := b.Enter(t.Context(), secret.Reveal(), access.Update, access.Admin); code(err) != "scope_missing" {
		t.Errorf("admin: %v", err)
	}
}

// Revoking is final and in force within a second (CONTRACT D19).
func TestRevokeKey(t *testing.T) {
	b, now := registry(t)
	k, secret, err := b.CreateKey(t.Context(), "test", access.APIKey{Space: makeSpace(t, b).ID})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := b.Enter(t.Context(), secret.Reveal(), access.Get, access.Read); err != nil {
		t.Fatal(err)
	}
	first, already, err := b.RevokeKey(t.Context(), "test", k.ID)
	if err != nil || already || first.Revoked != contact.TimeOf(*now) {
		t.Errorf("revoked %+v, already %v, %v", first, already, err)
	}
	*now = now.Add(time.Second)
	if _, _, err := b.Enter(t.Context(), secret.Reveal(), access.Get, access.Read); code(err) != fault.CodeKeyInvalid {
		t.Errorf("a second later: %v", err)
	}
	again, already, err := b.RevokeKey(t.Context(), "test", k.ID)
	if err != nil || !already || again.Revoked != first.Revoked {
		t.Errorf("again: %+v, already %v, %v", again, already, err)
	}
}
