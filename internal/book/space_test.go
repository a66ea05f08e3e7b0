package book_test

import (
	"testing"
	"time"

	"github.com/carnet-project/carnet/internal/access"
)

// FAULT F2: what a Space keeps is told, and a quota that cannot be is refused.
func TestQuotas(t *testing.T) {
	b, _ := registry(t)
	space := makeSpace(t, b)
	if all, err := b.Usages(t.Context()); err != nil || len(all) != 1 || all[space.ID] != (access.Usage{}) {
		t.Errorf("of a new Space: %+v, %v", all, err)
	}
	set := func(q access.Quota) error {
		_, err := b.UpdateSpace(t.Context(), "test", space.ID, func(s *access.Space) error {
			s.Quota = q
			return nil
		})
		return err
	}
	for _, q := range []access.Quota{{Bytes: -1}, {Minute: -1}, {Bytes: access.MaxQuota + 1}, {Minute: access.MaxQuota + 1}} {
		if err := set(q); code(err) != "quota_invalid" {
			t.Errorf("%+v: %v", q, err)
		}
	}
	want := access.Quota{Bytes: access.MaxQuota, Minute: 1}
	if err := set(want); err != nil {
		t.Fatal(err)
	}
	if list, err := b.Spaces(t.Context()); err != nil || len(list) != 1 || list[0].Quota != want {
		t.Errorf("got %+v, %v; want %+v", list, err, want)
	}
}

// A change of a Space is in force within a second (CONTRACT D19), and one that
// Space.Check refuses leaves it as it was.
func TestUpdateSpace(t *testing.T) {
	b, now := registry(t)
	space := makeSpace(t, b)
	_, secret, err := b.CreateKey(t.Context(), "test", access.APIKey{Space: space.ID})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := b.Enter(t.Context(), secret.Reveal(), access.Get, access.Read); err != nil {
		t.Fatal(err)
	}
	set := func(sub access.Subscription) error {
		_, err := b.UpdateSpace(t.Context(), "test", space.ID, func(s *access.Space) error {
			s.Subscription = sub
			return nil
		})
		return err
	}
	if err := set("gone"); code(err) != "subscription_invalid" {
		t.Errorf("a bad subscription: %v", err)
	}
	if list, err := b.Spaces(t.Context()); err != nil || len(list) != 1 || list[0] != space {
		t.Errorf("after a refused change: %+v, %v; want %+v", list, err, space)
	}
	if err := set(access.Inactive); err != nil {
		t.Fatal(err)
	}
	*now = now.Add(time.Second)
	if _, _, err := b.Enter(t.Context(), secret.Reveal(), access.Get, access.Read); code(err) != "subscription_inactive" {
		t.Errorf("a second later: %v", err)
	}
}
