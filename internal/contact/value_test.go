package contact

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// flawOf gives the code, having checked what holds of every flaw: one
// sentence, and never the value (CONTRACT D3).
func flawOf(t rapid.TB, sent string, flaw *Flaw) string {
	t.Helper()
	if flaw == nil {
		return ""
	}
	if !strings.HasSuffix(flaw.Message, ".") {
		t.Errorf("message %q is not a sentence", flaw.Message)
	}
	if len(sent) >= 20 && strings.Contains(flaw.Message, sent) {
		t.Errorf("message %q echoes the value", flaw.Message)
	}
	return string(flaw.Code)
}

func TestNamesAndLocations(t *testing.T) { // CONTRACT D8, D11, D12
	tests := []struct {
		about, sent string
		want        string // what is stored; "" for a flaw
		code        string
	}{
		{"plain", "Jane Example", "Jane Example", ""},
		{"trimmed at both ends only", " \t\r\n Jane  Example \n", "Jane  Example", ""},
		{"trimmed of Unicode white space", "\u00a0\u3000\u2003Jane\u2028\u0085", "Jane", ""},
		{"empty", "", "", "text_empty"},
		{"blank", " \t\r\n", "", "text_empty"},
		{"no-break and ideographic space are blank", "\u00a0\u3000", "", "text_empty"},
		{"tab and line breaks inside", "1 Example Road\r\n\tExample Town", "1 Example Road\r\n\tExample Town", ""},
		{"NUL", "Ja\x00ne", "", "text_nul"},
		{"NUL at an end", "Jane\x00", "", "text_nul"},
		{"U+0001", "Ja\x01ne", "", "text_control"},
		{"vertical tab inside", "Ja\vne", "", "text_control"},
		{"escape", "Ja\x1b[31mne", "", "text_control"},
		{"U+001F", "Ja\x1fne", "", "text_control"},
		{"DEL", "Ja\x7fne", "", "text_control"},
		{"C1, first", "Ja\u0080ne", "", "text_control"},
		{"C1, last", "Ja\u009fne", "", "text_control"},
		{"U+0085 inside", "Ja\u0085ne", "", "text_control"},
		{"just after C1", "Ja\u00a0ne", "Ja\u00a0ne", ""},
		{"bidi override kept", "Ja\u202ene\u202c", "Ja\u202ene\u202c", ""},
		{"bidi isolate kept", "\u2066Jane\u2069", "\u2066Jane\u2069", ""},
		{"zero-width joiners kept", "نامه\u200cای", "نامه\u200cای", ""},
		{"family emoji kept", "👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧", ""},
		{"decomposed stays decomposed", "Jose\u0301", "Jose\u0301", ""},
		{"composed stays composed", "Jos\u00e9", "Jos\u00e9", ""},
		{"homograph", "pаypal", "pаypal", ""},
		{"single letter", "J", "J", ""},
		{"the word Null", "Null", "Null", ""},
		{"apostrophe", "O'Brien", "O'Brien", ""},
		{"SQL", "'; DROP TABLE contacts; --", "'; DROP TABLE contacts; --", ""},
		{"script", "<script>alert(1)</script>", "<script>alert(1)</script>", ""},
		{"templates", "{{7*7}} ${jndi:ldap://example.com} %s%n", "{{7*7}} ${jndi:ldap://example.com} %s%n", ""},
		{"right to left", "مثال", "مثال", ""},
		{"at the limit", strings.Repeat("a", 500), strings.Repeat("a", 500), ""},
		{"over the limit", strings.Repeat("a", 501), "", "text_too_long"},
		{"astral, at the limit", strings.Repeat("🙂", 500), strings.Repeat("🙂", 500), ""},
		{"astral, over the limit", strings.Repeat("🙂", 501), "", "text_too_long"},
		{"white space does not count", strings.Repeat(" ", 900) + "Jane", "Jane", ""},
		{"ten thousand combining marks", "a" + strings.Repeat("\u0301", 10_000), "", "text_too_long"},
		{"a mebibyte", strings.Repeat("a", 1<<20), "", "text_too_long"},
		{"not UTF-8: overlong NUL", "Ja\xc0\x80ne", "", "text_utf8"},
		{"not UTF-8: surrogate", "Ja\xed\xa0\x80ne", "", "text_utf8"},
		{"not UTF-8: beyond Unicode", "Ja\xf5ne", "", "text_utf8"},
		{"not UTF-8: cut off", "Jane\xc2", "", "text_utf8"},
	}
	for _, test := range tests {
		t.Run(test.about, func(t *testing.T) {
			for _, c := range []Collection{Names, Locations} {
				got, flaw := ParseValue(c, test.sent)
				if code := flawOf(t, test.sent, flaw); got != test.want || code != test.code {
					t.Errorf("%v: got %q, %q; want %q, %q", c, got, code, test.want, test.code)
				}
			}
		})
	}
}

// The character rules of D8 hold in every collection and text slot.
func TestNULEverywhere(t *testing.T) {
	for _, c := range Collections {
		if _, flaw := ParseValue(c, "555\x000100@example.com"); flawOf(t, "", flaw) != "text_nul" {
			t.Errorf("%v: %v", c, flaw)
		}
	}
	for i := range NumSlots {
		if _, flaw := ParseField(SlotAt(i), "2024\x00", false); flawOf(t, "", flaw) != "text_nul" {
			t.Errorf("%v: %v", SlotAt(i), flaw)
		}
	}
}

func TestEmptyEverywhere(t *testing.T) {
	for _, c := range Collections {
		for _, sent := range []string{"", " ", "\u00a0\u3000\n"} {
			if _, flaw := ParseValue(c, sent); flawOf(t, "", flaw) != "text_empty" {
				t.Errorf("%v %q: %v", c, sent, flaw)
			}
		}
	}
}

// anyValue draws values of a collection: valid ones, nearly valid ones, and
// anything at all.
func anyValue(c Collection) *rapid.Generator[string] {
	kinds := []*rapid.Generator[string]{rapid.String()}
	switch c {
	case Emails:
		kinds = append(kinds, someEmail(), rapid.StringMatching(`[ a.+"]{0,4}@[a-zé.-]{0,9}\.[a-z0-9]{0,3}`))
	case Phones:
		kinds = append(kinds, somePhone(), rapid.StringMatching(`[+(]?[0-9٠-٩ ()./–-]{1,20}( ?(x|ext\.?|;ext=) ?[0-9]{0,4})? ?`))
	}
	return rapid.OneOf(kinds...)
}

// What ParseValue stores, it accepts again and leaves alone (CONTRACT D15).
func TestParseValueIsIdempotent(t *testing.T) {
	for _, c := range Collections {
		t.Run(c.String(), rapid.MakeCheck(func(t *rapid.T) {
			sent := anyValue(c).Draw(t, "sent")
			stored, flaw := ParseValue(c, sent)
			flawOf(t, sent, flaw)
			if flaw != nil {
				if stored != "" {
					t.Fatalf("%q with a flaw", stored)
				}
				return
			}
			again, flaw := ParseValue(c, stored)
			if flaw != nil || again != stored {
				t.Fatalf("%q again: %q, %v", stored, again, flaw)
			}
			if MatchText(c, stored, "GB") != MatchText(c, sent, "GB") && strings.TrimSpace(sent) == sent {
				t.Fatalf("the key of %q changed", sent)
			}
		}))
	}
}
