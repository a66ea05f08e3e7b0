package transfer

import (
	"strings"
	"unicode"
)

// shape is what a number says by itself about its decimal sign.
type shape int

const (
	bare       shape = iota // no sign in it: 1234, 1 234, 1'234
	point                   // 12.5, 1,234.56, 1,234,567
	comma                   // 12,5, 1.234,56, 1.234.567
	eitherSign              // 1,234 or 1.234
)

// numberFacts is what the numbers of a column say about their decimal sign.
type numberFacts struct{ point, comma, either int }

func (f *numberFacts) see(cell string) {
	s, ok := numberShape(cell)
	switch {
	case !ok:
	case s == point:
		f.point++
	case s == comma:
		f.comma++
	case s == eitherSign:
		f.either++
	}
}

// sign gives the converter for the numbers of a column. why says of a column
// of which it cannot be told what is the matter, "" of any other.
func (f *numberFacts) sign() (as Converter, why string) {
	switch {
	case f.point > 0 && f.comma > 0:
		return "", "Some numbers have a decimal comma and some a decimal point: choose decimal_point or decimal_comma, and the others are refused."
	case f.comma > 0:
		return AsDecimalComma, ""
	case f.point > 0 || f.either == 0:
		return AsDecimalPoint, ""
	}
	return "", "Every number could have groups of thousands or decimals: choose decimal_point or decimal_comma."
}

// bareNumber takes from a number what says nothing of how great it is: a
// currency, blanks and apostrophes between groups.
func bareNumber(s string) string {
	s = strings.TrimFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Sc, r) })
	if !strings.ContainsAny(s, " '\u00a0\u202f\u2009’") {
		return s
	}
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(" '\u00a0\u202f\u2009’", r) {
			return -1
		}
		return r
	}, s)
}

// numberShape tells whether a text is a number, and what it shows.
func numberShape(s string) (shape, bool) {
	s = bareNumber(s)
	s = strings.TrimLeft(s, "+-")
	if s == "" || strings.Trim(s, "0123456789.,") != "" || !strings.ContainsAny(s, "0123456789") {
		return bare, false
	}
	points, commas := strings.Count(s, "."), strings.Count(s, ",")
	last := strings.LastIndexAny(s, ".,")
	switch {
	case points+commas == 0:
		return bare, true
	case points > 0 && commas > 0:
		decimal := s[last]
		if strings.Count(s, string(decimal)) > 1 || !isGrouped(s[:last], otherSign(decimal)) {
			return bare, false
		}
		return shapeOf(decimal), true
	case points+commas > 1:
		return shapeOf(otherSign(s[last])), isGrouped(s, s[last])
	case len(s)-last-1 == 3 && 1 <= last && last <= 3 && s[0] != '0':
		return eitherSign, true
	}
	return shapeOf(s[last]), true
}

func shapeOf(decimal byte) shape {
	if decimal == ',' {
		return comma
	}
	return point
}

func otherSign(sign byte) byte {
	if sign == ',' {
		return '.'
	}
	return ','
}

// isGrouped tells whether s is groups of digits with a sign between them: the first of one to
// three, the last of three, those between of two or three (as in India).
func isGrouped(s string, sign byte) bool {
	groups := strings.Split(s, string(sign))
	for i, group := range groups {
		n := len(group)
		switch {
		case !isDigits(group), n > 3, i > 0 && n < 2, i > 0 && i == len(groups)-1 && n != 3:
			return false
		}
	}
	return true
}

// readNumber gives a number as package contact reads it.
func readNumber(s string, decimal byte) (string, bool) {
	shape, ok := numberShape(s)
	s = bareNumber(s)
	if !ok {
		return s, isPlainExponent(s) // contact says what it thinks of it
	}
	if shape != bare && shape != eitherSign && shape != shapeOf(decimal) {
		return "", false
	}
	s = strings.ReplaceAll(s, string(otherSign(decimal)), "")
	return strings.Replace(s, string(decimal), ".", 1), true
}

// isPlainExponent tells whether a text is a number with an exponent, such as 1.5e3.
func isPlainExponent(s string) bool {
	return strings.Trim(s, "0123456789.eE+-") == "" && strings.ContainsAny(s, "eE")
}
