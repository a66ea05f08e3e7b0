package twins

import (
	"testing"
	"time"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/fault"
)

// CONTRACT D19: what one server changes about keys and Spaces is in force on all
// of them within a second, whatever their clocks say, and new keys work at once.
func TestRevokedEverywhere(t *testing.T) {
	t.Parallel()
	w := newTown(t, 4)
	const works = fault.Internal // no refusal is of this kind
	wants := func(when, secret string, kind fault.Kind) {
		t.Helper()
		for i, s := range w.servers {
			_, _, err := s.Enter(bg, secret, access.List, access.Read)
			if kind == works && err != nil || kind != works && (err == nil || fault.KindOf(err) != kind) {
				t.Errorf("%s, server %d: %v, want kind %d", when, i, err, kind)
			}
		}
	}
	unlimited := func(s *access.Space) error { s.Limits = s.Limits.With(access.List, 0); return nil }
	if _, err := w.servers[1].UpdateSpace(bg, "test", w.grant.Space.ID, unlimited); err != nil {
		t.Fatal(err)
	}
	for i, s := range w.servers { // each of them revokes one
		k, secret := w.key(t)
		wants("a new key", secret, works)
		if _, _, err := s.RevokeKey(bg, "test", k.ID); err != nil {
			t.Fatal(err)
		}
		w.passed.Add(int64(time.Second))
		wants("a second after the key was revoked", secret, fault.Unauthenticated)
		wants("another key", w.secret, works)
		subscribe := func(to access.Subscription) {
			t.Helper()
			if _, err := s.UpdateSpace(bg, "test", w.grant.Space.ID, func(sp *access.Space) error { sp.Subscription = to; return nil }); err != nil {
				t.Fatal(i, err)
			}
			w.passed.Add(int64(time.Second))
		}
		subscribe(access.Inactive)
		wants("a second after the Space was closed", w.secret, fault.Forbidden)
		subscribe(access.Active)
		wants("a second after it was opened", w.secret, works)
	}
}
