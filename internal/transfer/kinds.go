package transfer

import (
	"slices"
	"strings"

	"github.com/carnet-project/carnet/internal/contact"
)

// kind is what a cell is by itself, whatever its column is called.
type kind int

const (
	otherKind kind = iota
	emailKind
	phoneKind
	dateKind
	numberKind
	numKinds
)

var kindNouns = [numKinds]string{"", "emails", "phone numbers", "dates", "numbers"}

// kindOf tells what a cell is. Digits alone are a number: only what is written as
// phone numbers are is one.
func kindOf(cell string) kind {
	if len(cell) > 254 {
		return otherKind
	}
	if strings.IndexByte(cell, '@') >= 0 {
		if isEmail(cell) || parted(cell, isEmail, slash, bar, ";", " ::: ") != nil {
			return emailKind
		}
		return otherKind
	}
	if cell == "" || !strings.ContainsAny(cell, "0123456789") {
		return otherKind
	}
	if _, ok := readDate(cell, anyOrder); ok {
		return dateKind
	}
	if isPhoneLike(cell) || parted(cell, isPhoneLike, slash, bar, ";", " ::: ") != nil {
		return phoneKind
	}
	if _, ok := numberShape(cell); ok {
		return numberKind
	}
	return otherKind
}

func isEmail(s string) bool {
	_, flaw := contact.ParseValue(contact.Emails, s)
	return flaw == nil
}

// isPhoneLike tells whether a cell is a phone number and nothing that looks
// like one: it begins with + or 0 or a bracket, or has groups, and at
// least six digits.
func isPhoneLike(s string) bool {
	digits, groups := 0, 0
	for _, r := range s {
		switch {
		case '0' <= r && r <= '9':
			digits++
		case r == ' ', r == '-', r == '/', r == '(':
			groups++
		case r == '.', r == ',':
			groups--
		}
	}
	if digits < 6 || digits > 15 || !strings.ContainsRune("+0(", rune(s[0])) && groups < 1 {
		return false
	}
	if s[0] == '0' && strings.ContainsAny(s, ".,") {
		return false
	}
	_, flaw := contact.ParseValue(contact.Phones, s)
	return flaw == nil
}

// columnFacts is what all cells of a column say together.
type columnFacts struct {
	filled  int // cells that hold something
	looked  int // those that were looked at closely: the first ones
	kinds   [numKinds]int
	dates   dateFacts
	numbers numberFacts
	samples []string
}

// closely is how many cells of a column are looked at closely.
const closely = 1000

func (f *columnFacts) see(cell string) {
	cell = strings.TrimSpace(cell)
	if cell == "" {
		return
	}
	if f.filled++; f.looked < closely {
		f.looked++
		f.sample(cell)
		f.kinds[kindOf(cell)]++
	}
	if f.kinds[dateKind] > 0 {
		f.dates.see(cell)
	}
	if f.kinds[numberKind] > 0 {
		f.numbers.see(cell)
	}
}

// Limits on samples: of one column, of one in code points, and of a whole file in octets.
const (
	columnSamples = 3
	sampleLength  = 60
	fileSamples   = 64 << 10
)

// sample keeps a cell, if there are not enough that differ.
func (f *columnFacts) sample(cell string) {
	if len(f.samples) == columnSamples {
		return
	}
	if text := shortened(cell, sampleLength); !slices.Contains(f.samples, text) {
		f.samples = append(f.samples, text)
	}
}

// mostly gives the kind of nine in ten cells, at least.
func (f *columnFacts) mostly() kind {
	for k, n := range f.kinds {
		if k != int(otherKind) && n > 0 && 10*n >= 9*f.looked {
			return kind(k)
		}
	}
	return otherKind
}
