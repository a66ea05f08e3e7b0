package contact

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/carnet-project/carnet/internal/fault"
)

// minPhoneDigits is how many digits a phone number has at least, of any
// script, those of its extension included (CONTRACT D10).
const minPhoneDigits = 3

// checkPhone tells what keeps s from being a phone number as CONTRACT D10 has
// it. Whether the number can exist is not asked: people store internal and
// short numbers, and codes to dial.
func checkPhone(s string) *Flaw {
	if longerThan(s, maxPhoneLength) {
		return &Flaw{fault.CodePhoneTooLong, "The phone number has more than 64 characters."}
	}
	if flaw := checkVisible("phone number", s); flaw != nil {
		return flaw
	}
	main, extension, ok := splitExtension(narrow(s))
	if !ok {
		return &Flaw{fault.CodePhoneInvalid, "The phone number has letters other than an extension at its end, such as x12 or ext. 12."}
	}
	digits := utf8.RuneCountInString(extension)
	for _, r := range main {
		switch {
		case unicode.IsDigit(r):
			digits++
		case !isPhoneSymbol(r):
			return &Flaw{fault.CodePhoneInvalid, "The phone number may have digits, spaces and + - ( ) . / # * , ; only."}
		}
	}
	if digits < minPhoneDigits {
		return &Flaw{fault.CodePhoneInvalid, "The phone number must have at least 3 digits."}
	}
	return nil
}

// narrow gives a phone number with the signs and letters that are written at
// the double width in East Asia (U+FF01 to U+FF5E) at their usual one. Width is
// no part of a number: digits of either are taken.
func narrow(s string) string {
	if strings.IndexFunc(s, isWide) < 0 {
		return s
	}
	return strings.Map(func(r rune) rune {
		if isWide(r) {
			return r - wideBy
		}
		return r
	}, s)
}

// wideBy is how far each wide form lies from its ASCII character.
const wideBy = '！' - '!'

func isWide(r rune) bool { return '！' <= r && r <= '～' }

// splitExtension parts a phone number, which is narrow, from the extension at
// its end: digits after x, ext, ext. or ;ext= in either case. Without any letter there is no
// extension; with letters that are not one, ok is false.
func splitExtension(s string) (main, extension string, ok bool) {
	start := strings.IndexFunc(s, isASCIILetter)
	if start < 0 {
		return s, "", true
	}
	main, rest := s[:start], s[start:]
	if len(rest) >= 3 && strings.EqualFold(rest[:3], "ext") {
		rest = rest[3:]
		if before, found := strings.CutSuffix(main, ";"); found && strings.HasPrefix(rest, "=") {
			main, rest = before, rest[1:]
		} else {
			rest = strings.TrimPrefix(rest, ".")
		}
	} else if rest[0] == 'x' || rest[0] == 'X' {
		rest = rest[1:]
	} else {
		return s, "", false
	}
	extension = strings.TrimFunc(rest, isSpaceSeparator)
	if extension == "" || strings.IndexFunc(extension, isNotDigit) >= 0 {
		return s, "", false
	}
	return main, extension, true
}

func isASCIILetter(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
}

func isNotDigit(r rune) bool { return !unicode.IsDigit(r) }

func isSpaceSeparator(r rune) bool { return unicode.Is(unicode.Zs, r) }

// isPhoneSymbol tells whether r may stand between the digits of a phone
// number: spaces and dashes of any make, and the signs that people dial or
// group with. Japanese keyboards write the sign of a long vowel for a dash.
func isPhoneSymbol(r rune) bool {
	if r < utf8.RuneSelf {
		return strings.IndexByte(" +-()./#*,;", byte(r)) >= 0
	}
	return r == '\u2212' || r == 'ー' || r == 'ｰ' || unicode.In(r, unicode.Zs, unicode.Pd)
}

// cutTrunkZero parts a phone number, which is narrow, before a zero that stands
// alone in brackets, as in 49 (0) 6128 555012.
func cutTrunkZero(s string) (before, after string, found bool) {
	for at := strings.IndexByte(s, '('); at >= 0; {
		lone := strings.TrimLeftFunc(s[at+1:], groups)
		if zero, size := utf8.DecodeRuneInString(lone); unicode.IsDigit(zero) && digitValue(zero) == 0 &&
			strings.HasPrefix(strings.TrimLeftFunc(lone[size:], groups), ")") {
			return s[:at], s[at:], true
		}
		next := strings.IndexByte(s[at+1:], '(')
		if next < 0 {
			break
		}
		at += 1 + next
	}
	return s, "", false
}

// groups tells whether r only groups the digits of a number: neither dialled
// nor a bracket.
func groups(r rune) bool {
	return isPhoneSymbol(r) && (r >= utf8.RuneSelf || strings.IndexByte(" -./", byte(r)) >= 0)
}

// appendDialled writes what of a phone number, which is narrow, is dialled: its
// digits, as ASCII digits, and the symbols + # * , ;.
func appendDialled(b []byte, s string) []byte {
	for _, r := range s {
		switch {
		case '0' <= r && r <= '9', r == '+', r == '#', r == '*', r == ',', r == ';':
			b = append(b, byte(r))
		case r >= utf8.RuneSelf && unicode.IsDigit(r):
			b = append(b, '0'+digitValue(r))
		}
	}
	return b
}

// digitValue gives the value of a decimal digit of any script. Unicode puts
// the ten of each script in a row, so the place in the row is the value.
func digitValue(r rune) byte {
	for _, row := range unicode.Nd.R16 {
		if rune(row.Lo) <= r && r <= rune(row.Hi) {
			return byte((r - rune(row.Lo)) % 10)
		}
	}
	for _, row := range unicode.Nd.R32 {
		if rune(row.Lo) <= r && r <= rune(row.Hi) {
			return byte((r - rune(row.Lo)) % 10)
		}
	}
	return 0
}
