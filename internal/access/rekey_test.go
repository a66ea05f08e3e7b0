package access

import (
	"slices"
	"testing"

	"github.com/carnet-project/carnet/internal/contact"
)

// Whatever keys of the two regions a contact has, a write leaves it with those of the
// phase, and with no others.
func TestRekeying(t *testing.T) {
	person := func(phones ...string) *contact.Contact {
		c := &contact.Contact{State: contact.Live}
		for _, p := range phones {
			c.Values[contact.Phones] = append(c.Values[contact.Phones], contact.Value{Text: p})
		}
		return c
	}
	was, is := person("020 7946 0101", "+1 206 555 0102"), person("(206) 555-0101", "020 7946 0101")
	deleted := person("020 7946 0101")
	deleted.State = contact.Deleted
	for _, before := range []*contact.Contact{nil, was, is, deleted} {
		for _, after := range []*contact.Contact{was, is, deleted} {
			for phase, keeps := range map[RekeyPhase][]string{KeysComing: {"US", "GB"}, KeysBoth: {"US", "GB"}, KeysLeaving: {"GB"}} {
				r := Rekeying{Phase: phase, From: "US"}
				gone, come := r.Keys(before, after, "GB")
				for _, had := range [][]contact.MatchKey{nil, contact.MatchKeysOf(before, "US"), contact.MatchKeysOf(before, "GB"), contact.MatchKeysOf(before, "GB", "US")} {
					table := slices.DeleteFunc(slices.Clone(had), func(k contact.MatchKey) bool { return slices.Contains(gone, k) })
					table = append(table, come...)
					want := contact.MatchKeysOf(after, keeps...)
					if len(table) != len(want) || slices.ContainsFunc(want, func(k contact.MatchKey) bool { return !slices.Contains(table, k) }) {
						t.Errorf("phase %d, from %v: keys %v, want %v", phase, had, table, want)
					}
				}
			}
		}
	}
	s := Space{Region: "GB", Rekeying: Rekeying{Phase: KeysComing, From: "US"}}
	if s.FindRegion() != "US" {
		t.Error("phones are found by keys that not all contacts have")
	}
	for _, phase := range []RekeyPhase{KeysBoth, KeysLeaving, NotRekeying} {
		if s.Rekeying.Phase = phase; s.FindRegion() != "GB" {
			t.Errorf("phase %d: phones are found by keys that go", phase)
		}
	}
}
