package contact

import (
	"slices"
	"testing"
)

// CONTRACT D25: what is told of a value is its oldest origin, whatever the order
// in which merges have put them.
func TestOldestOrigin(t *testing.T) {
	many := make([]Origin, MaxOrigins)
	ids := make([]ID, MaxOrigins)
	for i := range many {
		many[len(many)-1-i] = Origin{Contact: ID(i + 1), Op: Seq(i + 10)}
		ids[i] = ID(i + 1)
	}
	for name, c := range map[string]struct {
		origins  []Origin
		oldest   Origin
		contacts []ID
	}{
		"an empty slot":                {nil, Origin{}, nil},
		"one":                          {[]Origin{{5, 9}}, Origin{5, 9}, []ID{5}},
		"the survivor's is older":      {[]Origin{{5, 9}, {6, 12}}, Origin{5, 9}, []ID{5, 6}},
		"the merged contact's is":      {[]Origin{{5, 12}, {6, 9}, {7, 10}}, Origin{6, 9}, []ID{6, 7, 5}},
		"one write to two contacts":    {[]Origin{{8, 12}, {6, 9}, {5, 9}}, Origin{5, 9}, []ID{5, 6, 8}},
		"more than an answer tells of": {many, Origin{1, 10}, ids[:MaxSourceContacts]},
	} {
		v := Value{Text: "x", Origins: slices.Clone(c.origins)}
		if got := v.Oldest(); got != c.oldest {
			t.Errorf("%s: the oldest is %+v", name, got)
		}
		if got := v.OldestContacts(MaxSourceContacts); !slices.Equal(got, c.contacts) {
			t.Errorf("%s: the contacts are %v", name, got)
		}
		if !slices.Equal(v.Origins, c.origins) {
			t.Errorf("%s: the origins are %v afterwards", name, v.Origins)
		}
	}
}

func TestOldestOps(t *testing.T) {
	var c Contact
	if ops := c.OldestOps(); len(ops) != 0 {
		t.Errorf("nobody has %v", ops)
	}
	value := func(origins ...Origin) Value { return Value{Text: "x", Origins: origins} }
	c.Values[Emails] = []Value{value(Origin{5, 12}, Origin{6, 3}), value(Origin{5, 2})}
	c.Values[Locations] = []Value{value(Origin{6, 3})}
	c.Fields[29] = value(Origin{5, 12})
	if ops := c.OldestOps(); !slices.Equal(ops, []Seq{2, 3, 12}) {
		t.Errorf("got %v", ops)
	}
}
