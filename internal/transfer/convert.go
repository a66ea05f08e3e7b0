package transfer

import (
	"net/mail"
	"strings"
	"unicode"

	"github.com/carnet-project/carnet/internal/contact"
)

// Sentences about cells that are refused by name.
const (
	whySpreadsheet = "A spreadsheet has turned the number into one with an exponent, such as 4.47E+11, and its last digits are lost. Format the column as text, and export it again."
	whyDecimals    = "A program has turned the phone number into a decimal number, such as 491701234567.0, which loses zeros and + at its beginning. Export the column as text."
	whyExchange    = "An address within Exchange (/o=…), which is no email, is left out."
	whyDate        = "This is no date in the order of the column."
	whyNoYear      = "The date has no year."
	whyShortYear   = "The year has two digits: its century is not known."
	whyNumber      = "This is no number with the decimal sign of the column."
	whyID          = "This is no id of a contact: a whole number from 1 on."
)

// cellValues gives the texts in a cell: between several stands what Google writes, or a line break.
func cellValues(cell string) []string {
	if !strings.ContainsAny(cell, ":\n") {
		return []string{cell}
	}
	cell = strings.ReplaceAll(cell, "\r", "")
	return strings.Split(strings.ReplaceAll(cell, " ::: ", "\n"), "\n")
}

// emailsIn gives the addresses in a cell, and the name that stands before the first. Where the
// cell is none of what is known, it is given as it is, for package contact
// to say what is wrong.
func emailsIn(cell string) (all []string, name, left string) {
	for _, text := range cellValues(cell) {
		text = strings.TrimSpace(text)
		switch {
		case text == "":
		case strings.HasPrefix(strings.ToLower(text), "/o="):
			left = whyExchange
		case strings.ContainsAny(text, ",;<"):
			list, first := severalEmails(text)
			all = append(all, list...)
			if name == "" {
				name = first
			}
		default:
			all = append(all, strings.TrimPrefix(text, "mailto:"))
		}
	}
	return all, name, left
}

// severalEmails reads a list of addresses as people write them into the line of a
// letter, with commas or semicolons between.
func severalEmails(text string) (all []string, name string) {
	if list, err := mail.ParseAddressList(text); err == nil {
		for _, a := range list {
			all = append(all, a.Address)
		}
		return all, strings.TrimSpace(list[0].Name)
	}
	parts := strings.FieldsFunc(text, func(r rune) bool { return r == ';' || r == ',' })
	for _, part := range parts {
		part = strings.TrimSpace(part)
		before, after, named := strings.Cut(part, "<")
		if named {
			part = strings.TrimSuffix(after, ">")
			if before = strings.Trim(before, " \t\"'"); name == "" {
				name = before
			}
		}
		if part != "" && !isEmail(part) {
			return []string{text}, ""
		}
		if part != "" {
			all = append(all, part)
		}
	}
	return all, name
}

// phonesIn gives the numbers in a cell. Semicolons part them only where each part is a
// number by itself: they are dialled too.
func phonesIn(cell string) (all []string, why string) {
	for _, text := range cellValues(cell) {
		text = strings.TrimPrefix(strings.TrimSpace(text), "'")
		text = strings.TrimPrefix(text, "tel:")
		switch {
		case text == "":
			continue
		case isExponent(text):
			return nil, whySpreadsheet
		case isDecimal(text):
			return nil, whyDecimals
		}
		all = append(all, severalPhones(text)...)
	}
	return all, ""
}

func severalPhones(text string) []string {
	if strings.IndexByte(text, ';') < 0 {
		return []string{text}
	}
	parts := strings.Split(text, ";")
	for _, part := range parts {
		digits := strings.Count(strings.Map(func(r rune) rune {
			if '0' <= r && r <= '9' {
				return 'd'
			}
			return r
		}, part), "d")
		if _, flaw := contact.ParseValue(contact.Phones, part); flaw != nil || digits < 6 {
			return []string{text}
		}
	}
	return parts
}

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
