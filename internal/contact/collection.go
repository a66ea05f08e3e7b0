package contact

import "strconv"

// Collection is one of the four ordered lists of a contact.
type Collection int

// The collections, in the order in which answers list them.
const (
	Emails Collection = iota
	Phones
	Names
	Locations

	NumCollections = 4
)

// Collections lists them all, for loops.
var Collections = [NumCollections]Collection{Emails, Phones, Names, Locations}

var collectionNames = [NumCollections]string{"emails", "phones", "names", "locations"}

// String gives the name that JSON uses: "emails".
func (c Collection) String() string { return collectionNames[c] }

// CollectionOf finds a collection by its JSON name. The name must match
// exactly, case included (CONTRACT D5).
func CollectionOf(name string) (Collection, bool) {
	for c, n := range collectionNames {
		if n == name {
			return Collection(c), true
		}
	}
	return 0, false
}

// Limits on the values of a collection (CONTRACT D8).
const (
	MaxValues    = 100  // a write may send this many, or as many as the contact holds
	MaxMerged    = 1000 // no collection passes this, whatever the merges
	slotKeyStart = "profile_field_"
)

// Slot is one of the 30 places for a custom field, from 1 (CONTRACT S4).
type Slot int

// NumSlots is how many slots a contact has.
const NumSlots = 30

// FieldKind is what a slot holds; it follows from the slot's number.
type FieldKind int

// The kinds of custom field (CONTRACT S5).
const (
	TextField   FieldKind = iota // slots 1-15
	NumberField                  // slots 16-25
	DateField                    // slots 26-30
)

// Kind tells what the slot holds.
func (s Slot) Kind() FieldKind {
	switch {
	case s <= 15:
		return TextField
	case s <= 25:
		return NumberField
	default:
		return DateField
	}
}

// Index gives the slot's place in arrays, from 0.
func (s Slot) Index() int { return int(s) - 1 }

// SlotAt is the inverse of Index.
func SlotAt(index int) Slot { return Slot(index + 1) }

// String gives the key that JSON uses: "profile_field_7".
func (s Slot) String() string {
	if s < 1 || s > NumSlots {
		return slotKeyStart + strconv.Itoa(int(s))
	}
	return slotKeys[s.Index()]
}

// Path gives where errors and conflicts find the slot: "custom_fields.profile_field_3".
func (s Slot) Path() string { return "custom_fields." + s.String() }

// slotKeys are the keys of all slots: every answer with a contact names them.
var slotKeys = func() (keys [NumSlots]string) {
	for i := range keys {
		keys[i] = slotKeyStart + strconv.Itoa(int(SlotAt(i)))
	}
	return keys
}()

// SlotOf finds a slot by its key, exactly as String writes it: no other case,
// no leading zero.
func SlotOf(key string) (Slot, bool) {
	if len(key) <= len(slotKeyStart) || key[:len(slotKeyStart)] != slotKeyStart {
		return 0, false
	}
	n, err := strconv.Atoi(key[len(slotKeyStart):])
	s := Slot(n)
	if err != nil || n < 1 || n > NumSlots || s.String() != key {
		return 0, false
	}
	return s, true
}
