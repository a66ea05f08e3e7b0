package contact

import (
	"cmp"
	"slices"
)

// Source is what history says of the write that brought a value (CONTRACT D25).
type Source struct {
	At     Time
	Action Action
	Actor  Actor
}

// MaxSourceContacts is how many contacts an answer names of those that a value
// comes from (CONTRACT D25).
const MaxSourceContacts = 32

// Oldest gives the origin of a value that came first, that of the smaller contact
// where one write brought several. A value without origins, as an empty slot is,
// has none: its Op is 0.
func (v *Value) Oldest() Origin {
	if len(v.Origins) == 0 {
		return Origin{}
	}
	return slices.MinFunc(v.Origins, older)
}

// OldestContacts gives the contacts of a value's origins, at most so many, those
// of the oldest first.
func (v *Value) OldestContacts(most int) []ID {
	origins := slices.SortedFunc(slices.Values(v.Origins), older)
	ids := make([]ID, min(most, len(origins)))
	for i := range ids {
		ids[i] = origins[i].Contact
	}
	return ids
}

func older(a, b Origin) int {
	return cmp.Or(cmp.Compare(a.Op, b.Op), cmp.Compare(a.Contact, b.Contact))
}

// OldestOps names the writes that the oldest origins of all values of a contact
// are of, each once, in their order.
func (c *Contact) OldestOps() []Seq {
	var ops []Seq
	add := func(values []Value) {
		for i := range values {
			if op := values[i].Oldest().Op; op != 0 {
				ops = append(ops, op)
			}
		}
	}
	for _, col := range Collections {
		add(c.Values[col])
	}
	add(c.Fields[:])
	slices.Sort(ops)
	return slices.Compact(ops)
}
