package contact_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/carnet-project/carnet/internal/contact"
)

// CONTRACT D35: who was erased is found by what compares as the same (D9, D10), in any region by
// a phone that was typed alike, with the secret of the Space alone.
func TestErasedKeys(t *testing.T) {
	secret, other := contact.ErasedSecret{1}, contact.ErasedSecret{2}
	erased := contact.Contact{State: contact.Deleted}
	erased.Values[contact.Emails] = []contact.Value{{Text: "Ada@Example.com"}}
	erased.Values[contact.Phones] = []contact.Value{{Text: "030 123456"}}
	erased.Values[contact.Names] = []contact.Value{{Text: "Ada Example"}}
	kept := secret.Keys(&erased, "DE")
	if len(kept) != 3 {
		t.Errorf("kept %d hashes", len(kept))
	}
	for _, test := range []struct {
		col          contact.Collection
		text, region string
		secret       contact.ErasedSecret
		want         bool
	}{
		{contact.Emails, "ada@EXAMPLE.com", "", secret, true},
		{contact.Emails, "ada@example.org", "", secret, false},
		{contact.Emails, "ada@example.com", "DE", other, false},
		{contact.Phones, "(030) 12-34-56", "DE", secret, true},
		{contact.Phones, "+49 30 123456", "", secret, true},
		{contact.Phones, "030 123456", "FR", secret, true}, // typed alike, after a change of region
		{contact.Phones, "030 123456", "", secret, true},
		{contact.Phones, "030 654321", "DE", secret, false},
		{contact.Names, "Ada Example", "DE", secret, false}, // a name is no match key
		{contact.Names, "ada@example.com", "DE", secret, false},
	} {
		create := contact.Create{}
		create.Patch.Values[test.col].Texts = []string{test.text}
		found := slices.ContainsFunc(create.ErasedKeys(test.secret, test.region), func(k contact.ErasedKey) bool { return slices.Contains(kept, k) })
		if found != test.want {
			t.Errorf("%s in the region %q: found %t", test.text, test.region, found)
		}
	}
	if shown := fmt.Sprintf("%v %+v %#v %s", secret, secret, secret, struct{ S contact.ErasedSecret }{secret}); len(shown) != len("(secret) (secret) (secret) {(secret)}") {
		t.Errorf("the secret is shown: %s", shown)
	}
}

// The day is that of UTC.
func TestDay(t *testing.T) {
	if day := contact.DayOf(contact.Time(1772366399_999999)); day.String() != "2026-03-01" {
		t.Errorf("got %v", day)
	}
}
