package transfer

import (
	"net/mail"
	"slices"
	"strings"

	"github.com/carnet-project/carnet/internal/contact"
)

// cellValues gives the texts in a cell: between several stands what Google writes, or a line break.
func cellValues(cell string) []string {
	if !strings.ContainsAny(cell, ":\n") {
		return []string{cell}
	}
	cell = strings.ReplaceAll(cell, "\r", "")
	return strings.Split(strings.ReplaceAll(cell, " ::: ", "\n"), "\n")
}

// What people put between several values, beside what parts them in every cell. Names and addresses have these themselves,
// so they part emails and phone numbers alone, and only where each part is one by itself.
const (
	slash = " / "
	bar   = " | "
)

// parted gives the parts of a text between separators, nil where they are not two at least, or one of them is not what it
// is to be.
func parted(text string, is func(string) bool, separators ...string) (parts []string) {
	for _, separator := range separators {
		text = strings.ReplaceAll(text, separator, "\n")
	}
	for part := range strings.SplitSeq(text, "\n") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		if !is(part) {
			return nil
		}
		parts = append(parts, part)
	}
	if len(parts) < 2 {
		return nil
	}
	return parts
}

// emailsIn gives the addresses in a cell, and the name that stands before the first; left is why something of it is left
// out, and why that it is several things of which one is no email. Where the cell is none of what is known, it is given as
// it is, for package contact to say what is wrong.
func emailsIn(cell string) (all []string, name, left, why string) {
	for _, text := range cellValues(cell) {
		text = strings.TrimSpace(text)
		switch {
		case text == "":
		case strings.HasPrefix(strings.ToLower(text), "/o="):
			left = whyExchange
		case strings.ContainsAny(text, ",;<") || strings.Contains(text, slash) || strings.Contains(text, bar):
			list, first := severalEmails(text)
			if list == nil && strings.Count(text, "@") > 1 {
				return nil, "", "", whyEmails
			} else if list == nil {
				list = []string{text}
			}
			all = append(all, list...)
			if name == "" {
				name = first
			}
		default:
			all = append(all, strings.TrimPrefix(text, "mailto:"))
		}
	}
	return all, name, left, ""
}

// severalEmails reads a list of addresses as people write them into the line of a letter, with commas or semicolons
// between, or as they write them into a cell; nil where it is none.
func severalEmails(text string) (all []string, name string) {
	if list, err := mail.ParseAddressList(text); err == nil {
		for _, a := range list {
			all = append(all, a.Address)
		}
		return all, strings.TrimSpace(list[0].Name)
	}
	for _, separator := range []string{slash, bar, ","} {
		text = strings.ReplaceAll(text, separator, ";")
	}
	for part := range strings.SplitSeq(text, ";") {
		part = strings.TrimSpace(part)
		before, after, named := strings.Cut(part, "<")
		if named {
			part = strings.TrimSuffix(after, ">")
			if before = strings.Trim(before, " \t\"'"); name == "" {
				name = before
			}
		}
		if part != "" && !isEmail(part) {
			return nil, ""
		}
		if part != "" {
			all = append(all, part)
		}
	}
	return all, name
}

// phonesIn gives the numbers in a cell; why says where they cannot be told.
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
		list, why := severalPhones(text)
		if why != "" {
			return nil, why
		}
		all = append(all, list...)
	}
	return all, ""
}

// mostDigits is how many a phone number has at most that can be called from abroad.
const mostDigits = 15

// severalPhones parts numbers by semicolons, bars and slashes. Semicolons are dialled too, and a slash with spaces around
// it stands within numbers (0171 / 1234567) as often as between them, so they part only what is a number by itself. What
// cannot be one number, and cannot be parted, is refused.
func severalPhones(text string) (all []string, why string) {
	list := parted(text, func(part string) bool { return isNumber(part, 6) }, ";", bar)
	switch {
	case list == nil && strings.Contains(text, bar):
		return nil, whyPhones
	case list == nil:
		list = []string{text}
	}
	for _, one := range list {
		parts := parted(one, func(part string) bool { return isNumber(part, 7) }, slash)
		switch {
		case parts != nil && eachWhole(parts):
			all = append(all, parts...)
		case strings.Contains(one, slash) && digitsIn(one) > mostDigits:
			return nil, whyPhones
		default:
			all = append(all, one)
		}
	}
	return all, ""
}

// eachWhole tells whether each of several numbers is whole: none is what is dialled behind another one.
func eachWhole(parts []string) bool {
	begins := func(part string) bool { return strings.ContainsRune("+0(", rune(part[0])) }
	if !slices.ContainsFunc(parts, begins) {
		return true
	}
	return !slices.ContainsFunc(parts, func(part string) bool { return !begins(part) && digitsIn(part) < 10 })
}

func isNumber(text string, least int) bool {
	_, flaw := contact.ParseValue(contact.Phones, text)
	return flaw == nil && digitsIn(text) >= least
}

func digitsIn(text string) (n int) {
	for _, r := range text {
		if '0' <= r && r <= '9' {
			n++
		}
	}
	return n
}
