package book_test

import (
	"testing"
	"time"

	"github.com/carnet-project/carnet/internal/access"
)

// A change of a Space is in force within a second (CONTRACT D19), and one that
// Space.Check refuses leaves it as it was.
func TestUpdateSpace(t *testing.T) {
	b, now := registry(t)
	space := makeSpace(t, b)
	_, secret, err := b.CreateKey(t.Context(), "test", access.APIKey{Space: space.ID})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := b.Enter(t.Context(), secret.Reveal(), access.Read, access.Get); err != nil {
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
	if _, _, err := b.Enter(t.Context(), secret.Reveal(), access.Read, access.Get); code(err) != "subscription_inactive" {
		t.Errorf("a second later: %v", err)
	}
}
