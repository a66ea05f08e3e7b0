package contact

import (
	"strconv"
	"unicode"
	"unicode/utf8"

	"github.com/carnet-project/carnet/internal/fault"
)

// checkFreeText checks a name, a location or a text slot, which may hold
// anything but control characters. Bidirectional controls and zero-width
// characters stay: names in several scripts, and emoji, need them.
func checkFreeText(noun, s string, limit int) *Flaw {
	if longerThan(s, limit) {
		return &Flaw{fault.CodeTextTooLong, "The " + noun + " has more than " + strconv.Itoa(limit) + " characters."}
	}
	return checkControls(noun, s, true)
}

// checkControls refuses what no value may hold: text that is not UTF-8, NUL,
// and the other control characters (category Cc), except tab and line breaks
// where breaks allows them (CONTRACT D8).
func checkControls(noun, s string, breaks bool) *Flaw {
	if !utf8.ValidString(s) {
		return &Flaw{fault.CodeTextUTF8, "The " + noun + " is not valid UTF-8."}
	}
	// By octets, for speed: in UTF-8, U+0080 to U+009F are 0xC2 and themselves.
	for i := range len(s) {
		switch c := s[i]; {
		case c >= ' ' && c != 0x7f && (c != 0xc2 || s[i+1] >= 0xa0):
		case c == 0:
			return &Flaw{fault.CodeTextNUL, "The " + noun + " has a NUL character (U+0000); remove it."}
		case breaks && (c == '\t' || c == '\n' || c == '\r'):
		default:
			return &Flaw{fault.CodeTextControl, "The " + noun + " has a control character; remove it."}
		}
	}
	return nil
}

// checkVisible is checkControls for emails and phones, which are one line and
// in which an invisible control of the text's direction is always a mistake:
// it comes along when an address or a number is copied from a page.
func checkVisible(noun, s string) *Flaw {
	if flaw := checkControls(noun, s, false); flaw != nil {
		return flaw
	}
	for _, r := range s {
		if r >= utf8.RuneSelf && unicode.Is(unicode.Bidi_Control, r) {
			return &Flaw{fault.CodeTextBidi, "The " + noun + " has an invisible control of the text's direction; remove it."}
		}
	}
	return nil
}
