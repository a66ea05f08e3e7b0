package contact

import (
	"fmt"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/carnet-project/carnet/internal/fault"
)

// FAULT C13: a message says which character cannot be seen and where it
// stands, and nothing else of the value.
func TestMessagesNameWhatCannotBeSeen(t *testing.T) {
	field := func(slot Slot) func(string) (string, *Flaw) {
		return func(s string) (string, *Flaw) { return ParseField(slot, s, false) }
	}
	value := func(c Collection) func(string) (string, *Flaw) {
		return func(s string) (string, *Flaw) { return ParseValue(c, s) }
	}
	for _, test := range []struct {
		about, sent string
		parse       func(string) (string, *Flaw)
		code        fault.Code
		message     string
	}{
		{"in an email", "ad\u200ba@example.com", value(Emails), "email_invalid",
			"The email has an invisible character (character 3: U+200B ZERO WIDTH SPACE); remove it."},
		{"counted as it was sent", " \tad\u200ba@example.com", value(Emails), "email_invalid",
			"The email has an invisible character (character 5: U+200B ZERO WIDTH SPACE); remove it."},
		{"at its end", "ada@example.com\u2060", value(Emails), "email_domain",
			"The email has an invisible character (character 16: U+2060 WORD JOINER); remove it."},
		{"in its domain", "ada@exa\u00admple.com", value(Emails), "email_domain",
			"The email has an invisible character (character 8: U+00AD SOFT HYPHEN); remove it."},
		{"a letter that shows nothing", "ad\u3164a@example.com", value(Emails), "email_invalid",
			"The email has an invisible character (character 3: U+3164 HANGUL FILLER); remove it."},
		{"without a name here", "ad\U000e0061a@example.com", value(Emails), "email_invalid",
			"The email has an invisible character (character 3: U+E0061); remove it."},
		{"a space that looks like one", "ada\u00a0@example.com", value(Emails), "email_invalid",
			"The email has a space other than the usual one (character 4: U+00A0 NO-BREAK SPACE); remove it."},
		{"the direction", "ada@example.com\u202c", value(Emails), "text_bidi",
			"The email has an invisible control of the text's direction (character 16: U+202C POP DIRECTIONAL FORMATTING); remove it."},
		{"a tab", "ada\t@example.com", value(Emails), "text_control",
			"The email has a control character (character 4: U+0009 TAB); remove it."},
		{"in a phone", "é555\u200b0100", value(Phones), "phone_invalid",
			"The phone number has an invisible character (character 5: U+200B ZERO WIDTH SPACE); remove it."},
		{"a phone's spaces are no fault", "555\u00a00100 call me", value(Phones), "phone_invalid",
			"The phone number has letters other than an extension at its end, such as x12 or ext. 12."},
		{"the look of a digit", "5\ufe0f\u20e355 0100", value(Phones), "phone_invalid",
			"The phone number has an invisible character (character 2: U+FE0F VARIATION SELECTOR-16); remove it."},
		{"a control in a name", "A\nb\x1b[1m", value(Names), "text_control",
			"The name has a control character (character 4: U+001B ESCAPE); remove it."},
		{"a control that counts as white space", "A\vb", value(Locations), "text_control",
			"The location has a control character (character 2: U+000B); remove it."},
		{"NUL", "Zoë\x00", value(Names), "text_nul", "The name has a NUL character (character 4: U+0000 NULL); remove it."},
		{"in a text", " \x7f", field(1), "text_control", "The text has a control character (character 2: U+007F DELETE); remove it."},
		{"in a number", "5\u200b00", field(16), "number_invalid",
			"The number has an invisible character (character 2: U+200B ZERO WIDTH SPACE); remove it."},
		{"between digits", "5\u202f000", field(25), "number_invalid",
			"The number has a space other than the usual one (character 2: U+202F NARROW NO-BREAK SPACE); remove it."},
		{"in a date", "\u200e2024-02-29", field(26), "date_invalid",
			"The date has an invisible character (character 1: U+200E LEFT-TO-RIGHT MARK); remove it."},
	} {
		stored, flaw := test.parse(test.sent)
		if flaw == nil || flaw.Code != test.code || flaw.Message != test.message {
			t.Errorf("%s: %q, %+v\nwant %s: %s", test.about, stored, flaw, test.code, test.message)
		}
	}
}

// FAULT C13: what shows nothing is no value, in whatever way it shows nothing.
func TestNothingToSeeIsNoValue(t *testing.T) {
	blanks := []string{"\u200b", "\u200c\u200d", "\ufeff", "\u2060", "\u00ad", "\u034f", "\u061c", "\u115f", "\u1160", "\u17b4", "\u180b", "\u180e",
		"\u202e\u202c", "\u2066\u2069", "\u2064", "\u206a", "\u2800", "\u3164", "\ufe0f", "\uffa0", "\U0001bca0", "\U0001d173", "\U000e0001", "\U000e0061", "\U000e0100"}
	for _, c := range Collections {
		for _, blank := range blanks {
			for _, sent := range []string{blank, " " + blank + "\u3000" + blank + "\n"} {
				if _, flaw := ParseValue(c, sent); flawOf(t, sent, flaw) != "text_empty" {
					t.Errorf("%v %+q: %v", c, sent, flaw)
				}
			}
		}
	}
}

// What joins letters and emoji stays part of names.
func TestNamesWithInvisibleCharacters(t *testing.T) {
	for _, name := range []string{
		"نامه\u200cای", "ක\u0dca\u200dෂ", "👨\u200d👩\u200d👧", "❤\ufe0f", "5\ufe0f\u20e3", "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
		"\u0600123", "葛\U000e0100", "\u2068Ada\u2069", "a\u200b", "\u0301", "\u2801",
	} {
		for _, c := range []Collection{Names, Locations} {
			if got, flaw := ParseValue(c, name); flaw != nil || got != name {
				t.Errorf("%v %+q: %+q, %v", c, name, got, flaw)
			}
		}
	}
	if _, flaw := ParseValue(Emails, "❤\ufe0f@example.com"); flaw != nil {
		t.Errorf("an emoji in an email: %v", flaw)
	}
}

// FAULT B14: what people tell things apart by is one line that hides nothing.
func TestCheckLine(t *testing.T) {
	for s, want := range map[string]string{
		"": "", "Zoë from support": "", "محمد نامه\u200cای": "", "👨\u200d👩\u200d👧 ❤\ufe0f": "", "a\u00a0b": "",
		"Sam\u202egnp.exe": "text_bidi", "Sam\u200e": "text_bidi", "\u2066Sam\u2069": "text_bidi",
		"Sam\u200b": "text_invisible", "S\u00adam": "text_invisible", "Sam\U000e0061": "text_invisible", "\ufeffSam": "text_invisible",
		"S\u3164am": "text_invisible", "Sam\u2028Bo": "text_invisible",
		"Sam\tBo": "text_control", "Sam\nBo": "text_control", "Sam\x7f": "text_control", "Sam\u0085Bo": "text_control", "Sam\x00": "text_nul",
		"\u200b": "text_empty", "\u2800 \u3164": "text_empty", "\xff": "text_utf8",
	} {
		flaw := CheckLine("line", s)
		if code := flawOf(t, s, flaw); code != want {
			t.Errorf("%+q: %q, want %q", s, code, want)
		}
		if flaw != nil && want != "text_utf8" && want != "text_empty" && !strings.Contains(flaw.Message, "U+") {
			t.Errorf("%+q: the character is not named: %s", s, flaw.Message)
		}
	}
	if _, err := new(Labels).With(1, "Ti\u202eer"); err == nil {
		t.Error("a label may turn text")
	}
}

// Whatever is refused, the character that is named is where the message says.
func TestNamedCharactersAreThere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sent := rapid.StringOf(rapid.SampledFrom([]rune(" a@.5-\t\n\x00\x01\u0085\u00a0\u200b\u200d\u202e\u2028\u3000\u3164\ufe0fé😀"))).Draw(t, "sent")
		flaws := []*Flaw{CheckLine("line", sent)}
		for _, c := range Collections {
			_, flaw := ParseValue(c, sent)
			flaws = append(flaws, flaw)
		}
		for _, slot := range []Slot{1, 16, 26} {
			_, flaw := ParseField(slot, sent, false)
			flaws = append(flaws, flaw)
		}
		for _, flaw := range flaws {
			if flaw == nil || !strings.Contains(flaw.Message, "(character ") {
				continue
			}
			var at, r int
			if _, err := fmt.Sscanf(flaw.Message[strings.Index(flaw.Message, "(character "):], "(character %d: U+%X", &at, &r); err != nil {
				t.Fatalf("%s: %v", flaw.Message, err)
			}
			if runes := []rune(sent); at < 1 || at > len(runes) || int(runes[at-1]) != r || unicode.IsLetter(rune(r)) && r != 0x3164 {
				t.Fatalf("%+q: %s", sent, flaw.Message)
			}
			if strings.ContainsFunc(flaw.Message, func(r rune) bool { return r >= utf8.RuneSelf || r < ' ' }) {
				t.Fatalf("%+q: the message repeats the value: %+q", sent, flaw.Message)
			}
		}
	})
}

// isInvisible is nothingShown, character by character.
func TestInvisibleCharacters(t *testing.T) {
	for r := rune(0); r <= 0xe1000; r++ {
		if r == 0x20000 { // nothing but signs of Han follows, and nothing at all
			r = 0xdff00
		}
		if utf8.ValidRune(r) && isBlank(r) != nothingShown.MatchString(string(r)) {
			t.Errorf("%U is blank: %v", r, isBlank(r))
		}
	}
}
