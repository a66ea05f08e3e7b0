package contact

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/words"
)

// MaxSearch is how many characters a search has at most.
const MaxSearch = 200

// Search is what somebody looks for among contacts (CONTRACT D39): words, or where it is
// digits and signs of phones alone, one number.
type Search struct {
	text   string // as it was typed
	number bool
	words  []words.Word // each once
	whole  string       // all of them in their order: see beginning
}

// Rank says how well a contact is found by a Search. The better ones come first.
type Rank int

// The ranks, the best first.
const (
	Whole Rank = iota // a value is what is looked for
	Begun             // a value begins so
	Within

	NumRanks = 3
)

// ParseSearch reads what somebody typed to find contacts.
func ParseSearch(typed string) (Search, *Flaw) {
	if flaw := checkControls("search", typed, true); flaw != nil {
		return Search{}, flaw
	}
	if longerThan(typed, MaxSearch) {
		return Search{}, &Flaw{fault.CodeTextTooLong, "Look for at most 200 characters."}
	}
	if isNumber(typed) {
		return Search{text: typed, number: true}, nil
	}
	all := words.Of(typed)
	if len(all) == 0 {
		return Search{}, &Flaw{fault.CodeTextEmpty, "Look for a letter or a digit at least: signs, spaces and emoji alone find nothing."}
	}
	s := Search{text: typed, whole: beginning(all)}
	seen := map[string]bool{}
	for _, w := range all {
		if !seen[w.Text] {
			seen[w.Text] = true
			s.words = append(s.words, w)
		}
	}
	return s, nil
}

// Text gives what was typed.
func (s *Search) Text() string { return s.text }

// Number tells whether a number is looked for: then what is found depends on the region.
func (s *Search) Number() bool { return s.number }

// isNumber tells whether a text is digits, one at least, and signs of phones alone.
func isNumber(text string) bool {
	digits := false
	for _, r := range narrow(text) {
		switch {
		case unicode.IsDigit(r):
			digits = true
		case !isPhoneSymbol(r):
			return false
		}
	}
	return digits
}

// Rank tells how well a contact is found, and whether it is at all. This is what finding
// means: whatever an index does, it has to come to the same.
func (s *Search) Rank(c *Contact, region string) (Rank, bool) {
	if c.State != Live {
		return 0, false
	}
	if s.number {
		return s.rankNumber(c, region)
	}
	best, missing := Within, make(map[words.Word]bool, len(s.words))
	for _, w := range s.words {
		missing[w] = true
	}
	eachSearched(c, func(text string) {
		of := words.Of(text)
		begins := beginning(of)
		switch {
		case begins == s.whole:
			best = Whole
		case best == Within && strings.HasPrefix(begins, s.whole):
			best = Begun
		}
		for w := range missing {
			if foundIn(w, of) {
				delete(missing, w)
			}
		}
	})
	return best, len(missing) == 0
}

// foundIn tells whether a word begins one of these or, of a run of signs, is in one.
func foundIn(w words.Word, of []words.Word) bool {
	for _, in := range of {
		if w.Run && in.Run && strings.Contains(in.Text, w.Text) || !w.Run && !in.Run && strings.HasPrefix(in.Text, w.Text) {
			return true
		}
	}
	return false
}

func (s *Search) rankNumber(c *Contact, region string) (best Rank, found bool) {
	key, part := s.numberKeys(region)
	better := func(r Rank) {
		if !found || r < best {
			best, found = r, true
		}
	}
	for _, v := range c.Values[Phones] {
		has := phoneKey(v.Text, region)
		if has == key {
			better(Whole)
		}
		for _, digits := range [...]string{keyDigits(has), typedDigits(v.Text)} {
			switch {
			case part == "":
			case strings.HasPrefix(digits, part):
				better(Begun)
			case strings.Contains(digits, part):
				better(Within)
			}
		}
	}
	return best, found
}

// minPart is how many digits of a number find it at least, where they are not all of it.
const minPart = 4

// numberKeys gives what a number is compared by, and the digits by which it is found as a
// part of another; "" where they are too few. Zeros in front belong to how it is dialled, not
// to the number, so where enough follows they are left out; so is one in brackets.
func (s *Search) numberKeys(region string) (key, part string) {
	before, after, lone := cutTrunkZero(narrow(s.text))
	part = typedDigits(before)
	if lone {
		part += strings.TrimPrefix(typedDigits(after), "0")
	}
	if bare := strings.TrimLeft(part, "0"); len(bare) >= minPart {
		part = bare
	}
	if len(part) < minPart {
		part = ""
	}
	return phoneKey(s.text, region), part
}

// typedDigits gives all digits of a phone as it is written.
func typedDigits(text string) string { return keyDigits(string(appendDialled(nil, narrow(text)))) }

// keyDigits gives the digits of a phone's key.
func keyDigits(key string) string {
	var room [maxPhoneLength]byte
	digits := room[:0]
	for i := range len(key) {
		if '0' <= key[i] && key[i] <= '9' {
			digits = append(digits, key[i])
		}
	}
	return string(digits)
}

// eachSearched tells the texts in which words are looked for.
func eachSearched(c *Contact, tell func(text string)) {
	for _, col := range [...]Collection{Names, Emails, Locations} {
		for _, v := range c.Values[col] {
			tell(v.Text)
		}
	}
	for i := range c.Fields {
		if text := c.Fields[i].Text; text != "" && SlotAt(i).Kind() == TextField {
			tell(text)
		}
	}
}

// How much of a value, and of a word in it, is kept to find it by. By the first 40
// characters values are told apart (see Rank); of a longer word the contact itself says
// whether it is the one.
const (
	maxBeginning = 40
	maxWordKey   = 24
)

// beginning gives the words of a value in their order, as far as values are told apart.
func beginning(of []words.Word) string {
	var b strings.Builder
	for i, w := range of {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(w.Text)
		if b.Len() > maxBeginning*utf8.UTFMax {
			break
		}
	}
	return cut(b.String(), maxBeginning)
}

// cut gives the first n characters of a text.
func cut(s string, n int) string {
	for at := range s {
		if n == 0 {
			return s[:at]
		}
		n--
	}
	return s
}
