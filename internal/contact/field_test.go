package contact

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestTextSlots(t *testing.T) { // CONTRACT S5, D13
	tests := []struct{ about, sent, want, code string }{
		{"plain", "Enterprise", "Enterprise", ""},
		{"cleared", "", "", ""},
		{"not trimmed", "  Enterprise \n", "  Enterprise \n", ""},
		{"blank is kept", "   ", "   ", ""},
		{"a number as a string", "500", "500", ""},
		{"line breaks", "a\tb\r\nc", "a\tb\r\nc", ""},
		{"bidi and zero-width kept", "\u202ea\u200b", "\u202ea\u200b", ""},
		{"control", "a\x01", "", "text_control"},
		{"DEL", "a\x7f", "", "text_control"},
		{"C1", "\u0085a", "", "text_control"},
		{"NUL", "\x00", "", "text_nul"},
		{"not UTF-8", "\xff", "", "text_utf8"},
		{"at the limit", strings.Repeat("a", 10_240), strings.Repeat("a", 10_240), ""},
		{"at the limit, astral", strings.Repeat("🙂", 10_240), strings.Repeat("🙂", 10_240), ""},
		{"over the limit", strings.Repeat("a", 10_241), "", "text_too_long"},
		{"over the limit, astral", strings.Repeat("🙂", 10_241), "", "text_too_long"},
		{"far over the limit", strings.Repeat("a", 4<<20), "", "text_too_long"},
	}
	for _, test := range tests {
		t.Run(test.about, func(t *testing.T) {
			for _, slot := range []Slot{1, 15} {
				got, flaw := ParseField(slot, test.sent, false)
				if code := flawOf(t, test.sent, flaw); got != test.want || code != test.code {
					t.Errorf("%v: got %.40q, %q; want %.40q, %q", slot, got, code, test.want, test.code)
				}
			}
		})
	}
}

func TestKindsOfSlots(t *testing.T) { // CONTRACT S5
	for i := range NumSlots {
		slot := SlotAt(i)
		if got, flaw := ParseField(slot, "", false); got != "" || flaw != nil {
			t.Errorf("%v: \"\" does not clear: %q, %v", slot, got, flaw)
		}
		_, text := ParseField(slot, "no number", false)
		_, date := ParseField(slot, "2024-02-29", false)
		_, number := ParseField(slot, "1e2", true)
		got := flawOf(t, "", text) + " " + flawOf(t, "", date) + " " + flawOf(t, "", number)
		want := map[FieldKind]string{
			TextField:   "  wrong_type",
			NumberField: "number_invalid number_invalid ",
			DateField:   "date_invalid  wrong_type",
		}[slot.Kind()]
		if got != want {
			t.Errorf("%v: got %q, want %q", slot, got, want)
		}
	}
}

// The page's own example sends a number as a string (S5); both are the same.
func TestNumberAsStringOrLiteral(t *testing.T) {
	for _, number := range []bool{true, false} {
		for sent, want := range map[string]string{"500": "500", "-0": "0", "1.50": "1.5", "5e-1": "0.5"} {
			if got, flaw := ParseField(numberSlot, sent, number); flaw != nil || got != want {
				t.Errorf("%q, literal %v: %q, %v", sent, number, got, flaw)
			}
		}
	}
}

// What ParseField stores, it accepts again and leaves alone (CONTRACT D15).
func TestParseFieldIsIdempotent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		slot := Slot(rapid.IntRange(1, NumSlots).Draw(t, "slot"))
		sent := rapid.OneOf(
			rapid.String(),
			rapid.StringMatching(`[ ]?[+-]?[0-9]{0,20}\.?[0-9]{0,20}(e-?[0-9])?`),
			rapid.StringMatching(`[ ]?[12][0-9]{3}-[01][0-9]-[0-2][0-9]( [0-2][0-9]:00:00)?`),
		).Draw(t, "sent")
		stored, flaw := ParseField(slot, sent, slot.Kind() == NumberField && rapid.Bool().Draw(t, "literal"))
		flawOf(t, sent, flaw)
		if flaw != nil {
			if stored != "" {
				t.Fatalf("%q with a flaw", stored)
			}
			return
		}
		if again, flaw := ParseField(slot, stored, false); flaw != nil || again != stored {
			t.Fatalf("%v: %q again: %q, %v", slot, stored, again, flaw)
		}
	})
}
