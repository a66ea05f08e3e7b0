package contact

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Slots is a set of slots: that with index n is in it where bit n is set. Its numbers are
// stored.
type Slots uint32

// AllSlots are all of them.
const AllSlots Slots = 1<<NumSlots - 1

// Has tells whether a slot is in the set.
func (s Slots) Has(slot Slot) bool { return s>>slot.Index()&1 != 0 }

// With gives the set with a slot, or without.
func (s Slots) With(slot Slot, in bool) Slots {
	if in {
		return s | 1<<slot.Index()
	}
	return s &^ (1 << slot.Index())
}

// maxFieldKey is how many characters of a text are kept to find a contact by a slot. Whether
// it is the one the contact itself says.
const maxFieldKey = 40

// appendFieldKeys adds the keys by which a contact is found by what its slots hold, of those
// in a set. They are no more than the slots, so they are beside LongKey too.
func appendFieldKeys(keys []MatchKey, c *Contact, slots Slots) []MatchKey {
	for i := range c.Fields {
		if s := SlotAt(i); c.Fields[i].Text != "" && slots.Has(s) {
			keys = append(keys, FieldKeyOf(s, c.Fields[i].Text))
		}
	}
	return keys
}

// FieldKeyOf gives the key by which a slot is found that holds this. Of two contents that
// EqualTo takes for the same it is the same, and else it may be.
func FieldKeyOf(s Slot, text string) MatchKey {
	key := slotOfKey(s)
	switch s.Kind() {
	case TextField:
		key += textOfKey(text)
	case NumberField:
		key += numberOfKey(decimalOf(text))
	default:
		key += text
	}
	return MatchKey{FieldKey, key}
}

// slotOfKey begins the keys of a slot.
func slotOfKey(s Slot) string {
	return strconv.Itoa(int(s)/10) + strconv.Itoa(int(s)%10)
}

// textOfKey gives what begins as the text does, for filters. Characters that would end a range
// of keys or a line of them are others: each is one for one.
func textOfKey(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r < ' ':
			return ' '
		case r == utf8.MaxRune:
			return utf8.MaxRune - 1
		}
		return r
	}, cut(FoldText(text), maxFieldKey))
}

// middle is what the point of a number is counted from in a key, so that it has two digits.
const middle = 50

// numberOfKey writes a number so that texts are in the order of the numbers: its sign, how
// large it is, and its digits. Below zero all of that is turned round.
func numberOfKey(n decimal) string {
	if n.digits == "" {
		return "1"
	}
	if !n.negative {
		return "2" + strconv.Itoa(middle+n.point) + n.digits
	}
	turned := []byte("0" + strconv.Itoa(middle-n.point) + n.digits + "~") // more digits are further down
	for i := len(turned) - 1 - len(n.digits); i < len(turned)-1; i++ {
		turned[i] = '0' + '9' - turned[i]
	}
	return string(turned)
}

// Range gives keys of which each contact has one for which the condition holds, on a day; false
// where a contact with an empty slot may be meant.
func (c *Condition) Range(today string) (KeyRange, bool) {
	all := begun(FieldKey, slotOfKey(c.Slot))
	at := func(text string) KeyRange {
		k := FieldKeyOf(c.Slot, text)
		return exactly(k.Kind, k.Text)
	}
	from := func(r KeyRange) KeyRange { return KeyRange{FieldKey, r.From, all.To} }
	until := func(r KeyRange) KeyRange { return KeyRange{FieldKey, all.From, r.To} }
	aged := func() KeyRange { return at(dayOf(dayNumber(today) - wholeNumber(c.Value))) }
	switch c.Operator {
	case EqualTo:
		return at(c.Value), true
	case StartsWith:
		return begun(FieldKey, FieldKeyOf(c.Slot, c.Value).Text), true
	case GreaterThan, GreaterThanOrEqualTo:
		return from(at(c.Value)), true
	case LessThan, LessThanOrEqualTo:
		return until(at(c.Value)), true
	case Between:
		return KeyRange{FieldKey, at(c.Value).From, at(c.End).To}, true
	case AgeEqualTo:
		return aged(), true
	case AgeGreaterThan: // what is older has the smaller date
		return until(aged()), true
	case AgeLessThan:
		return from(aged()), true
	default: // what has a value, whichever
		return all, c.Operator.leads()
	}
}

// leads tells whether the operator means no empty slot.
func (o Operator) leads() bool { return o != Unknown && o != NotEqualTo && o != NotContains }

// Leads tells whether a condition has a Range.
func (f Filter) Leads() bool {
	return slices.ContainsFunc(f, func(c Condition) bool { return c.Operator.leads() })
}

// dayOf gives the date of a day as dayNumber counts; of those for which there is none the one
// next to them.
func dayOf(number int) string {
	day := time.Unix(int64(number)*24*60*60, 0).UTC()
	switch {
	case day.Year() < 0:
		return "0000-01-01"
	case day.Year() > 9999:
		return "9999-12-31"
	}
	return day.Format(time.DateOnly)
}
