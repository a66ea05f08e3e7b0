package contact

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// keyTexts are emails and phones of which some are compared as the same, some
// in one region only.
var keyTexts = [...][]string{
	Emails: {"ada@example.com", "ADA@Example.com", "ada@bücher.example", "ada@xn--bcher-kva.example", "Ada@example.org"},
	Phones: {"+447700900123", "+44 7700 900123", "07700 900123", "(07700) 900-123", "07700 900123 x1", "555 0100"},
}

// kinds are those of their keys. They are stored, so their numbers stay.
var kinds = [...]Kind{Emails: 0, Phones: 1}

func anyReachable() *rapid.Generator[Contact] {
	return rapid.Custom(func(t *rapid.T) Contact {
		c := Contact{ID: 1, State: rapid.SampledFrom([]State{Live, Live, Live, Merged}).Draw(t, "state")}
		for col, texts := range keyTexts {
			c.Values[col] = valued(rapid.SliceOfNDistinct(rapid.SampledFrom(texts), 0, len(texts), rapid.ID).Draw(t, "texts"))
		}
		c.Values[Names] = valued([]string{"ada@example.com", "+447700900123"})
		return c
	})
}

var regions = rapid.SampledFrom([]string{"", "GB", "US"})

func TestKeysAreThoseOfEmailsAndPhones(t *testing.T) { // CONTRACT D17
	rapid.Check(t, func(t *rapid.T) {
		c, region := anyReachable().Draw(t, "contact"), regions.Draw(t, "region")
		want := map[MatchKey]bool{}
		for col := range keyTexts {
			for _, v := range c.Values[col] {
				if c.State == Live {
					want[MatchKey{kinds[col], MatchText(Collection(col), v.Text, region)}] = true
				}
			}
		}
		keys := MatchKeys(&c, region)
		for _, k := range keys {
			if !want[k] {
				t.Fatalf("%+v is no key, or is there twice: %+v", k, keys)
			}
			delete(want, k)
		}
		if len(want) > 0 {
			t.Fatalf("missing: %+v", want)
		}
	})
}

// What is lost and gained is exactly the difference, so that a table to which
// it is applied holds the keys of what is now.
func TestKeyChangesAreTheDifference(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before, after := anyReachable().Draw(t, "before"), anyReachable().Draw(t, "after")
		region := regions.Draw(t, "region")
		gone, come := MatchKeyChanges(&before, &after, region)
		wantDifference(t, MatchKeys(&before, region), MatchKeys(&after, region), gone, come)

		gone, come = MatchKeyChanges(&before, nil, region)
		wantDifference(t, MatchKeys(&before, region), nil, gone, come)

		other := regions.Draw(t, "other region")
		both, of := MatchKeysOf(&before, region, other), map[MatchKey]bool{}
		for _, k := range slices.Concat(MatchKeys(&before, region), MatchKeys(&before, other)) {
			of[k] = true
		}
		for _, k := range both {
			if !of[k] {
				t.Fatalf("%+v is of neither region, or there twice", k)
			}
			delete(of, k)
		}
		if len(of) != 0 || MatchKeysOf(nil, region, other) != nil {
			t.Fatalf("missing of two regions: %+v", of)
		}

		if gone, come := MatchKeyChanges(&after, &after, region); len(gone)+len(come) != 0 {
			t.Fatalf("from itself: lost %+v, gained %+v", gone, come)
		}
	})
}

func wantDifference(t *rapid.T, before, after, gone, come []MatchKey) {
	t.Helper()
	table := slices.Clone(before)
	for _, k := range gone {
		at := slices.Index(table, k)
		if at < 0 {
			t.Fatalf("%+v is lost, but was not there, or is lost twice", k)
		}
		table = slices.Delete(table, at, at+1)
	}
	for _, k := range come {
		if slices.Contains(table, k) || slices.Contains(before, k) {
			t.Fatalf("%+v is gained, but was there", k)
		}
		table = append(table, k)
	}
	if len(table) != len(after) {
		t.Fatalf("left with %+v, want %+v", table, after)
	}
	for _, k := range after {
		if !slices.Contains(table, k) {
			t.Fatalf("left without %+v", k)
		}
	}
}
