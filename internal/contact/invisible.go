package contact

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/carnet-project/carnet/internal/fault"
)

// isInvisible tells whether a character shows nothing by itself: Unicode's
// default-ignorable ones, whatever else only formats, and the blank of Braille.
// Signs that enclose numbers in Arabic and others are shown.
func isInvisible(r rune) bool {
	return r >= '\u00ad' && (r == '\u2800' || unicode.In(r, unicode.Cf, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point)) &&
		!unicode.Is(unicode.Prepended_Concatenation_Mark, r)
}

// joins tells whether an invisible character is part of how letters and emoji
// next to it are shown: it has its place in names.
func joins(r rune) bool {
	return r == '\u200c' || r == '\u200d' || unicode.Is(unicode.Variation_Selector, r)
}

// isBlank tells whether nothing is to be seen where r stands.
func isBlank(r rune) bool { return unicode.IsSpace(r) || isInvisible(r) }

// nothingToSee is what is wrong with a text of blank characters alone.
func nothingToSee(noun string) *Flaw {
	return &Flaw{fault.CodeTextEmpty, "The " + noun + " has nothing but invisible characters; leave it out instead."}
}

// CheckLine checks a text of one line that people tell things apart by: who
// acted and why, names of keys, labels. It refuses control characters, line
// breaks too, and whatever hides or turns text, but what joins letters and emoji
// (CONTRACT D8, D25). "" it takes.
func CheckLine(noun, s string) *Flaw {
	if s != "" && utf8.ValidString(s) && strings.TrimFunc(s, isBlank) == "" {
		return nothingToSee(noun)
	}
	if flaw := checkVisible(noun, s); flaw != nil {
		return flaw.reveal(noun, s, false)
	}
	hides := func(r rune) bool { return isInvisible(r) && !joins(r) || isLineEnd(r) }
	if at := strings.IndexFunc(s, hides); at >= 0 {
		return &Flaw{fault.CodeTextInvisible, naming(noun, "an invisible character", s, at)}
	}
	return nil
}

// isLineEnd tells of Unicode's own ends of lines and paragraphs.
func isLineEnd(r rune) bool { return unicode.In(r, unicode.Zl, unicode.Zp) }

// reveal makes the message of a flaw name the character at fault, and its place
// in what was sent, where nobody would see it. spaces tells whether those that
// are not the usual one may be at fault. It gives the flaw itself where all can
// be seen.
func (f *Flaw) reveal(noun, sent string, spaces bool) *Flaw {
	what, guilty := f.suspects(spaces)
	start := len(sent) - len(strings.TrimLeftFunc(sent, unicode.IsSpace))
	text := strings.TrimRightFunc(sent[start:], unicode.IsSpace)
	for _, suspect := range guilty {
		at := strings.IndexFunc(text, suspect)
		if at < 0 {
			continue
		}
		if r, _ := utf8.DecodeRuneInString(text[at:]); unicode.Is(unicode.Zs, r) {
			what = "a space other than the usual one"
		}
		return &Flaw{f.Code, naming(noun, what, sent, start+at)}
	}
	return f
}

// suspects says what a flaw of this code may be about, the likeliest first, and
// what to call it.
func (f *Flaw) suspects(spaces bool) (what string, guilty []func(rune) bool) {
	switch f.Code {
	case fault.CodeTextNUL:
		return "a NUL character", []func(rune) bool{func(r rune) bool { return r == 0 }}
	case fault.CodeTextControl: // tab and line breaks are mostly allowed
		return "a control character", []func(rune) bool{
			func(r rune) bool { return unicode.IsControl(r) && r != '\t' && r != '\n' && r != '\r' }, unicode.IsControl}
	case fault.CodeTextBidi:
		return "an invisible control of the text's direction", []func(rune) bool{
			func(r rune) bool { return unicode.Is(unicode.Bidi_Control, r) }}
	case fault.CodeEmailInvalid, fault.CodeEmailDomain, fault.CodePhoneInvalid, fault.CodeNumberInvalid, fault.CodeDateInvalid:
		return "an invisible character", []func(rune) bool{func(r rune) bool {
			return isInvisible(r) || isLineEnd(r) || spaces && r != ' ' && unicode.Is(unicode.Zs, r)
		}}
	default:
		return "", nil
	}
}

// naming says which character is wrong, and where: by its number, since it
// would not be seen, and by nothing else of the value (CONTRACT D3).
func naming(noun, what, sent string, at int) string {
	r, _ := utf8.DecodeRuneInString(sent[at:])
	name := fmt.Sprintf("U+%04X", r)
	if known := invisibleNames[r]; known != "" {
		name += " " + known
	}
	return fmt.Sprintf("The %s has %s (character %d: %s); remove it.", noun, what, utf8.RuneCountInString(sent[:at])+1, name)
}

// invisibleNames are Unicode's names of what is met most: it comes along when
// text is copied from pages, documents and chats.
var invisibleNames = map[rune]string{
	'\u0000': "NULL",
	'\u0009': "TAB",
	'\u000a': "LINE FEED",
	'\u000d': "CARRIAGE RETURN",
	'\u001b': "ESCAPE",
	'\u007f': "DELETE",
	'\u0085': "NEXT LINE",
	'\u00a0': "NO-BREAK SPACE",
	'\u00ad': "SOFT HYPHEN",
	'\u034f': "COMBINING GRAPHEME JOINER",
	'\u061c': "ARABIC LETTER MARK",
	'\u115f': "HANGUL CHOSEONG FILLER",
	'\u1160': "HANGUL JUNGSEONG FILLER",
	'\u180e': "MONGOLIAN VOWEL SEPARATOR",
	'\u200b': "ZERO WIDTH SPACE",
	'\u200c': "ZERO WIDTH NON-JOINER",
	'\u200d': "ZERO WIDTH JOINER",
	'\u200e': "LEFT-TO-RIGHT MARK",
	'\u200f': "RIGHT-TO-LEFT MARK",
	'\u2028': "LINE SEPARATOR",
	'\u2029': "PARAGRAPH SEPARATOR",
	'\u202a': "LEFT-TO-RIGHT EMBEDDING",
	'\u202b': "RIGHT-TO-LEFT EMBEDDING",
	'\u202c': "POP DIRECTIONAL FORMATTING",
	'\u202d': "LEFT-TO-RIGHT OVERRIDE",
	'\u202e': "RIGHT-TO-LEFT OVERRIDE",
	'\u202f': "NARROW NO-BREAK SPACE",
	'\u2060': "WORD JOINER",
	'\u2066': "LEFT-TO-RIGHT ISOLATE",
	'\u2067': "RIGHT-TO-LEFT ISOLATE",
	'\u2068': "FIRST STRONG ISOLATE",
	'\u2069': "POP DIRECTIONAL ISOLATE",
	'\u2800': "BRAILLE PATTERN BLANK",
	'\u3000': "IDEOGRAPHIC SPACE",
	'\u3164': "HANGUL FILLER",
	'\ufe0e': "VARIATION SELECTOR-15",
	'\ufe0f': "VARIATION SELECTOR-16",
	'\ufeff': "ZERO WIDTH NO-BREAK SPACE",
	'\uffa0': "HALFWIDTH HANGUL FILLER",
}
