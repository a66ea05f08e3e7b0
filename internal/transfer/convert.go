package transfer

import (
	"strings"
	"unicode"
)

// Sentences about cells that are refused by name.
const (
	whySpreadsheet = "A spreadsheet has turned the number into one with an exponent, such as 4.47E+11, and its last digits are lost. Format the column as text, and export it again."
	whyDecimals    = "A program has turned the phone number into a decimal number, such as 491701234567.0, which loses zeros and + at its beginning. Export the column as text."
	whyPhones      = "Several phone numbers stand in the cell, and it is not certain where one ends. Write each as a whole number, with \" ::: \" or a line break between them."
	whyEmails      = "Several values stand in the cell, and one of them is no email by itself. Leave that out, or give it a column of its own."
	whyExchange    = "An address within Exchange (/o=…), which is no email, is left out."
	whyDate        = "This is no date in the order of the column."
	whyNoYear      = "The date has no year."
	whyShortYear   = "The year has two digits: its century is not known."
	whyNumber      = "This is no number with the decimal sign of the column."
	whyID          = "This is no id of a contact: a whole number from 1 on."
)

// isExponent tells whether a spreadsheet made 4.47E+11 of a number.
func isExponent(s string) bool {
	mantissa, exponent, found := strings.Cut(strings.ToUpper(s), "E")
	exponent = strings.TrimLeft(exponent, "+-")
	return found && isDigits(exponent) && mantissa != "" && strings.Trim(mantissa, "+-0123456789.,") == ""
}

// isDecimal tells whether a program made 491701234567.0 of a number.
func isDecimal(s string) bool {
	whole, ok := strings.CutSuffix(s, ".0")
	return ok && len(whole) >= 5 && isDigits(whole)
}

// joinName puts the parts of a name together: prefix, first, middle, last, suffix, or whatever
// the mapping has. Where all of them are Chinese, Japanese or Korean the last
// name comes first, without spaces in Han and kana.
func joinName(parts []string) string {
	parts = filledOf(parts)
	if len(parts) > 1 && !containsFunc(parts, func(r rune) bool { return !isEastAsian(r) }) {
		reversed := make([]string, len(parts))
		for i, part := range parts {
			reversed[len(parts)-1-i] = part
		}
		return strings.Join(reversed, "")
	}
	return strings.Join(parts, " ")
}

func containsFunc(parts []string, is func(rune) bool) bool {
	for _, part := range parts {
		if strings.ContainsFunc(part, is) {
			return true
		}
	}
	return false
}

func isEastAsian(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul) || r == 'ー'
}

func filledOf(parts []string) []string {
	var all []string
	for _, part := range parts {
		if part = strings.TrimSpace(part); part != "" {
			all = append(all, part)
		}
	}
	return all
}

// joinAddress puts the parts of an address together. A part that stands there already
// is not repeated.
func joinAddress(parts []string) string {
	parts = filledOf(parts)
	if len(parts) == 1 {
		return parts[0]
	}
	var all []string
	for _, part := range parts {
		if part = strings.Trim(part, ", "); part != "" && (len(all) == 0 || all[len(all)-1] != part) {
			all = append(all, part)
		}
	}
	return strings.Join(all, ", ")
}

// dateIn reads a cell with a date. Outlook writes 0/0/00 for none.
func dateIn(cell string, as Converter) (text, why string) {
	order := anyOrder
	switch as {
	case AsDayMonthYear:
		order = dayFirst
	case AsMonthDayYear:
		order = monthFirst
	}
	if cell = strings.TrimSpace(cell); cell == "" || cell == "0/0/00" || cell == "0/0/0000" {
		return "", ""
	}
	a, b, c, numbers := threeNumbers(cell)
	switch {
	case strings.HasPrefix(cell, "--"), strings.HasPrefix(cell, "1604-"): // vCard's, and Apple's, date without a year
		return "", whyNoYear
	case numbers && a < 1000 && c < 1000:
		return "", whyShortYear
	case numbers && a < 1000 && as == AsYearFirst && a != b:
		return "", whyDate
	}
	text, ok := readDate(cell, order)
	if !ok {
		return "", whyDate
	}
	return text, ""
}

// numberIn reads a cell with a number.
func numberIn(cell string, as Converter) (text, why string) {
	if strings.TrimSpace(cell) == "" {
		return "", ""
	}
	decimal := byte('.')
	if as == AsDecimalComma {
		decimal = ','
	}
	if text, ok := readNumber(cell, decimal); ok {
		return text, ""
	}
	return "", whyNumber
}
