package ui

import (
	"strconv"
	"strings"

	"github.com/carnet-project/carnet/internal/contact"
)

// place is where a value stands on a contact: a slot, or a place of a collection, from
// 0; -1 is one that is to come.
type place struct {
	slot  contact.Slot // 0: it is of the collection
	col   contact.Collection
	index int
}

// String gives the place as addresses have it: "phones.2", "phones", "profile_field_3".
func (p place) String() string {
	switch {
	case p.slot != 0:
		return p.slot.String()
	case p.index < 0:
		return p.col.String()
	}
	return p.col.String() + "." + strconv.Itoa(p.index+1)
}

// parsePlace is the inverse of String.
func parsePlace(text string) (place, bool) {
	if s, ok := contact.SlotOf(text); ok {
		return place{slot: s}, true
	}
	name, number, numbered := strings.Cut(text, ".")
	col, ok := contact.CollectionOf(name)
	if !numbered {
		return place{col: col, index: -1}, ok
	}
	n, err := strconv.Atoi(number)
	return place{col: col, index: n - 1}, ok && err == nil && n > 0
}

// of gives what stands there; "" for nothing.
func (p place) of(c *contact.Contact) string {
	if p.slot != 0 {
		return c.Fields[p.slot.Index()].Text
	}
	if p.index >= 0 && p.index < len(c.Values[p.col]) {
		return c.Values[p.col][p.index].Text
	}
	return ""
}

// find gives the place of a text of the same collection; -1 for none.
func (p place) find(c *contact.Contact, text string) place {
	for i := range c.Values[p.col] {
		if c.Values[p.col][i].Text == text {
			return place{col: p.col, index: i}
		}
	}
	return place{col: p.col, index: -1}
}

// ltr tells that what stands there runs from left to right whatever is around it.
func (p place) ltr() bool {
	if p.slot != 0 {
		return p.slot.Kind() != contact.TextField
	}
	return leftToRight(p.col)
}

// label gives what a value of the place is called.
func (v *visit) placeLabel(p place) string {
	if p.slot != 0 {
		return v.label(p.slot)
	}
	return strings.ToUpper(one[p.col][:1]) + one[p.col][1:]
}
