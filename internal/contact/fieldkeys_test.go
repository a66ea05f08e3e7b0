package contact

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// operands gives what a slot holds, or is compared with, of each kind.
var operands = map[FieldKind]*rapid.Generator[string]{
	TextField: rapid.Custom(func(t *rapid.T) string {
		piece := rapid.SampledFrom([]string{"a", "A", "b", "ß", "SS", "e\u0301", "é", "東", " ", "\n", "\t", "%", "\U0010FFFF", "\U0010FFFE", "\u0301", "İ", strings.Repeat("x", 39), strings.Repeat("ﬃ", 20)})
		return strings.Join(rapid.SliceOfN(piece, 1, 4).Draw(t, "pieces"), "")
	}),
	NumberField: rapid.Custom(func(t *rapid.T) string {
		text := rapid.OneOf(rapid.StringMatching(`-?[0-2]{1,3}(\.[0-2]{1,3})?`), rapid.StringMatching(`-?[19]0{0,19}`), rapid.StringMatching(`-?0\.0{0,19}[19]`),
			rapid.StringMatching(`-?9{15}\.9{13}[89]{1,2}`)).Draw(t, "number")
		stored, flaw := parseNumber(text)
		if flaw != nil {
			t.Fatalf("%s: %+v", text, flaw)
		}
		return stored
	}),
	DateField: rapid.Custom(func(t *rapid.T) string {
		return rapid.SampledFrom([]string{"1000-01-01", "2026-02-27", "2026-02-28", "2026-03-01", "2026-03-02", "9999-12-31"}).Draw(t, "date")
	}),
}

// Whatever a slot holds and is asked for, the keys lead to all that a condition finds.
func TestFieldKeysLeadToWhatFits(t *testing.T) { // CONTRACT P5, D39
	const today = "2026-03-01"
	rapid.Check(t, func(t *rapid.T) {
		slot := Slot(rapid.SampledFrom([]int{1, 2, 15, 16, 25, 26, 30}).Draw(t, "slot"))
		held, value := operands[slot.Kind()].Draw(t, "held"), operands[slot.Kind()].Draw(t, "value")
		if rapid.Bool().Draw(t, "alike") {
			value = held
		}
		if slot.Kind() == TextField && rapid.Bool().Draw(t, "begins") {
			value = cut(held, rapid.IntRange(1, 50).Draw(t, "characters"))
		}
		for _, o := range slot.Kind().Operators() {
			c := Condition{Slot: slot, Operator: o, Value: value, End: operands[slot.Kind()].Draw(t, "end")}
			if o.isAge() {
				c.Value = rapid.SampledFrom([]string{"-1", "0", "1", "2", "-3659634", "3659634", "-2912000", "374800"}).Draw(t, "days")
			}
			r, has := c.Range(today)
			if c.test(today)("") == has {
				t.Fatalf("%s: an empty slot is meant: %v", o, !has)
			}
			of := holding(slot, held)
			fits := Filter{c}.On(today)(of)
			if has && fits && !within(SearchKeys(of, "", Slots(0).With(slot, true)), []KeyRange{r}) {
				t.Fatalf("%q %s %q %q leads from %q to %q, and the key is %q", held, o, c.Value, c.End, r.From, r.To, FieldKeyOf(slot, held).Text)
			}
			if has && within([]MatchKey{FieldKeyOf(slot%30+1, held)}, []KeyRange{r}) {
				t.Fatalf("%s %q leads to another slot", o, c.Value)
			}
		}
	})
}

// What an index leads to is little more than what fits: of numbers, days and short texts
// nothing at all that is not at a bound.
func TestFieldKeysLeadToLittleElse(t *testing.T) {
	const today = "2026-03-01"
	for _, kind := range []struct {
		slot   Slot
		values []string
	}{
		{3, []string{"a", "b", "ba", "bb", "c"}},
		{16, []string{"-100", "-12.5", "-12", "-1", "-0.5", "-0.05", "0", "0.05", "0.5", "1", "9", "10", "12", "12.5", "100"}},
		{26, []string{"1000-01-01", "2025-12-31", "2026-02-28", "2026-03-01", "9999-12-31"}},
	} {
		if !slices.IsSortedFunc(kind.values, func(a, b string) int {
			return strings.Compare(FieldKeyOf(kind.slot, a).Text, FieldKeyOf(kind.slot, b).Text)
		}) {
			t.Errorf("keys of %s are not in the order of what they are of", kind.slot)
		}
		for _, value := range kind.values {
			for _, held := range kind.values {
				for _, o := range kind.slot.Kind().Operators() {
					c := Condition{Slot: kind.slot, Operator: o, Value: value, End: value}
					if o.isAge() || o == Contains || o == EndsWith || o == ContainsWord {
						continue
					}
					r, has := c.Range(today)
					leads := within([]MatchKey{FieldKeyOf(kind.slot, held)}, []KeyRange{r})
					if has && held != value && leads != (Filter{c}).On(today)(holding(kind.slot, held)) {
						t.Errorf("%q %s %q leads there: %v", held, o, value, leads)
					}
				}
			}
		}
	}
}

// CONTRACT D39: a contact with too much to find it by is found by its slots all the same.
func TestFieldKeysBesideLong(t *testing.T) {
	var long strings.Builder
	for i := range maxSearchKeys + 1 {
		fmt.Fprint(&long, "w", i, " ")
	}
	c := holding(1, long.String())
	c.Fields[15].Text = "-12.5"
	keys := SearchKeys(c, "", Slots(0).With(16, true).With(17, true))
	if want := []MatchKey{{LongKey, ""}, {FieldKey, "16048874~"}}; !slices.Equal(keys, want) {
		t.Errorf("%+v, want %+v", keys, want)
	}
}

func TestSlots(t *testing.T) {
	s := Slots(0).With(1, true).With(30, true).With(16, true).With(16, false)
	for i := range NumSlots {
		if slot := SlotAt(i); s.Has(slot) != (slot == 1 || slot == 30) {
			t.Errorf("%s is in %b", slot, s)
		}
	}
}

func TestDayOf(t *testing.T) {
	for _, date := range []string{"1000-01-01", "1969-12-31", "1970-01-01", "2024-02-29", "9999-12-31", "0000-01-01"} {
		if got := dayOf(dayNumber(date)); got != date {
			t.Errorf("%s comes back as %s", date, got)
		}
	}
	for days, want := range map[int]string{dayNumber("9999-12-31") + 1: "9999-12-31", 2 * maxAge: "9999-12-31", -3 * maxAge: "0000-01-01"} {
		if got := dayOf(days); got != want {
			t.Errorf("%d days from %s: %s, want %s", days, time.DateOnly, got, want)
		}
	}
}
