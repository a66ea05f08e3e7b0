// Package words says what of a text is looked for: its words, in one form in which
// case, accents and width do not matter (CONTRACT D39). It is text in, text out, so that
// what is stored to be found by and what is asked for are made by the same code, whatever
// the database.
package words

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Fold gives a text in the form in which texts are compared to find them. It is the same
// for texts that differ in case, accents or width alone, and folding it again changes
// nothing. docs/search.md has the table.
func Fold(text string) string {
	if isPlain(text) {
		return lower(text)
	}
	apart := norm.NFKD.String(text)
	var b strings.Builder
	b.Grow(len(apart))
	bare := false // whether the letter before is one whose marks do not count
	for _, r := range apart {
		if isIgnorable(r) {
			continue
		}
		if unicode.Is(unicode.Mn, r) {
			if !bare {
				b.WriteRune(r)
			}
			continue
		}
		r = unicode.ToLower(unicode.ToUpper(r)) // some letters have two small forms
		bare = r < utf8.RuneSelf || unicode.Is(unicode.Nd, r) || unicode.In(r, withoutMarks...)
		switch s, ok := spelled[r]; {
		case ok:
			b.WriteString(s)
		case r >= utf8.RuneSelf && unicode.Is(unicode.Nd, r):
			b.WriteByte(digit(r))
		case 'ァ' <= r && r <= 'ヶ':
			b.WriteRune(r - ('ァ' - 'ぁ'))
		default:
			b.WriteRune(r)
		}
	}
	return norm.NFC.String(b.String())
}

// withoutMarks are the scripts whose marks do not count. In others a mark is a vowel, a tone
// or a letter of its own.
var withoutMarks = []*unicode.RangeTable{unicode.Latin, unicode.Greek, unicode.Cyrillic, unicode.Arabic, unicode.Hebrew}

// spelled are letters that do not come apart into a letter and its marks, and signs that
// are written for a letter: as people type them who do not have them.
var spelled = map[rune]string{
	'ß': "ss", 'æ': "ae", 'œ': "oe", 'ø': "o", 'ł': "l", 'đ': "d", 'ð': "d", 'þ': "th", 'ħ': "h", 'ŧ': "t", 'ı': "i", 'ŋ': "n", 'ĸ': "k",
	'ƒ': "f", 'ɓ': "b", 'ɗ': "d", 'ɖ': "d", 'ɛ': "e", 'ɔ': "o", 'ə': "e", 'ƙ': "k", 'ƴ': "y", 'ɨ': "i", 'ɣ': "g", 'ʋ': "v",
	'ґ': "г",
	'ى': "ي", 'ی': "ي", 'ک': "ك", 'ة': "ه", 'ە': "ه", 'ھ': "ه", 'ہ': "ه", 'ٱ': "ا",
	'ך': "כ", 'ם': "מ", 'ן': "נ", 'ף': "פ", 'ץ': "צ",
}

// isIgnorable tells whether nothing is to be seen of a sign by itself, but for the
// Arabic stroke, which only makes a word longer.
func isIgnorable(r rune) bool {
	return r == 'ـ' || unicode.In(r, unicode.Cf, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point)
}

// digit gives a decimal digit of any script as that of ASCII. Unicode puts the ten of each
// script in a row, and a table of them begins with a zero.
func digit(r rune) byte {
	for _, row := range unicode.Nd.R16 {
		if rune(row.Lo) <= r && r <= rune(row.Hi) {
			return '0' + byte((r-rune(row.Lo))%10)
		}
	}
	for _, row := range unicode.Nd.R32 {
		if rune(row.Lo) <= r && r <= rune(row.Hi) {
			return '0' + byte((r-rune(row.Lo))%10)
		}
	}
	return '0'
}

func isPlain(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func lower(s string) string {
	if strings.IndexFunc(s, func(r rune) bool { return 'A' <= r && r <= 'Z' }) < 0 {
		return s
	}
	return strings.ToLower(s)
}
