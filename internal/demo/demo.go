// Package demo makes up people for trying Carnet out: names in many scripts,
// several emails and phones, a small customer story, and now and then the same
// person twice. Nobody in it exists. Emails lie under the names that RFC 2606
// reserves, phone numbers in the ranges that regulators keep free for fiction,
// so nothing sent to them reaches anybody.
package demo

import (
	"math/rand/v2"

	"github.com/carnet-project/carnet/internal/contact"
)

// The slots that the story uses.
const (
	plan          contact.Slot = 1
	jobTitle      contact.Slot = 2
	company       contact.Slot = 3
	note          contact.Slot = 4
	lifetimeValue contact.Slot = 16
	seats         contact.Slot = 17
	customerSince contact.Slot = 26
	birthday      contact.Slot = 27
)

// Field is a slot and the label that the demo's Space gives it.
type Field struct {
	Slot  contact.Slot
	Label string
}

// Labels lists every slot that People may fill, in the order of the slots.
func Labels() []Field {
	return []Field{
		{plan, "Customer plan"},
		{jobTitle, "Job title"},
		{company, "Company"},
		{note, "Note"},
		{lifetimeValue, "Lifetime value"},
		{seats, "Seats"},
		{customerSince, "Customer since"},
		{birthday, "Birthday"},
	}
}

// twinEvery is how often somebody is entered twice: 3 in 100.
const twinEvery = 33

// People makes n made-up people. The same seed gives the same people, and a
// smaller n the first of them. Each patch names at least one email, phone or
// name, and sends only what it has; its values are in stored form, as
// contact.ParseValue and contact.ParseField give them.
func People(seed uint64, n int) []contact.Patch {
	m := &maker{Rand: rand.New(rand.NewPCG(seed, 0)), cultures: cultures(), taken: map[string]bool{}}
	var patches []contact.Patch
	for i := range n {
		if i%twinEvery == twinEvery-1 {
			patches = append(patches, m.twin().patch)
		} else {
			patches = append(patches, m.person().patch)
		}
	}
	return patches
}

// maker draws people. It remembers what it gave out, so that two people share
// an address or a number only where one is the twin of the other.
type maker struct {
	*rand.Rand
	cultures []culture
	taken    map[string]bool // emails and numbers
	known    []person        // those who may be entered again; each has a name, and an email or a phone
}

// chance is true in so many of a hundred cases.
func (m *maker) chance(percent int) bool { return m.IntN(100) < percent }

// between draws from low to high, both included.
func (m *maker) between(low, high int) int { return low + m.IntN(high-low+1) }

// pick draws one of the items.
func pick[T any](m *maker, items ...T) T { return items[m.IntN(len(items))] }
