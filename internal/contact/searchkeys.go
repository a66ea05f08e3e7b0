package contact

import (
	"slices"
	"unicode/utf8"

	"github.com/carnet-project/carnet/internal/words"
)

// maxSearchKeys is how many keys a contact has to be found by words and digits. One that
// needs more has LongKey alone, and is looked at by each search: so no write brings
// thousands of rows, whatever is written.
const maxSearchKeys = 400

// SearchKeys gives the keys by which a contact is found by words and parts of numbers, and by
// what these slots hold, each once. For the same contact, region and slots it gives the same.
func SearchKeys(c *Contact, region string, slots Slots) []MatchKey {
	if c == nil || c.State != Live {
		return nil
	}
	set := keysOfSearch{seen: map[MatchKey]bool{}}
	eachSearched(c, set.text)
	for _, v := range c.Values[Phones] {
		set.phone(v.Text, phoneKey(v.Text, region))
	}
	if set.tooMany() {
		set.keys = []MatchKey{{LongKey, ""}}
	}
	return appendFieldKeys(set.keys, c, slots)
}

type keysOfSearch struct {
	keys []MatchKey
	seen map[MatchKey]bool
}

func (s *keysOfSearch) tooMany() bool { return len(s.keys) > maxSearchKeys }

func (s *keysOfSearch) add(kind Kind, text string) {
	if k := (MatchKey{kind, text}); !s.seen[k] && !s.tooMany() {
		s.seen[k] = true
		s.keys = append(s.keys, k)
	}
}

// text adds a value from its beginning, and then each other word. Of a run of signs each is
// the beginning of a word.
func (s *keysOfSearch) text(text string) {
	if s.tooMany() {
		return
	}
	of := words.Of(text)
	if len(of) == 0 {
		return
	}
	s.add(BeginKey, beginning(of))
	for i, w := range of {
		rest := w.Text
		if i == 0 {
			_, size := utf8.DecodeRuneInString(rest)
			rest = rest[size:]
		}
		for w.Run && rest != "" {
			s.add(WordKey, cut(rest, maxWordKey))
			_, size := utf8.DecodeRuneInString(rest)
			rest = rest[size:]
		}
		if !w.Run && i > 0 {
			s.add(WordKey, cut(w.Text, maxWordKey))
		}
	}
}

// partsApart is how many digits lie between two keys of one number: any minPart digits
// that follow each other hold the beginning of one, with a digit before it at most.
const partsApart = 2

// phone adds the digits of a number from the third on, the fifth and so on. Its key itself
// is what it is found by from the first, but where that is more than digits. Of what is
// written otherwise, as with a zero in front or without the code of its country, so much is added
// as its key has not: its beginning is found as one.
func (s *keysOfSearch) phone(text, key string) {
	digits := keyDigits(key)
	if key != digits && key != "+"+digits {
		s.add(DigitsKey, wholeDigits+digits)
	}
	s.digits(digits, len(digits))
	typed := typedDigits(text)
	if typed != digits {
		s.add(DigitsKey, wholeDigits+typed)
		s.digits(typed, len(typed)-sharedEnd(typed, digits))
	}
}

// digits adds the keys of digits by which any part is found that begins before a place.
func (s *keysOfSearch) digits(digits string, before int) {
	last := min(before, len(digits)-minPart+partsApart-1)
	for from := partsApart; from <= last; from += partsApart {
		s.add(DigitsKey, digits[from:])
	}
}

// sharedEnd tells how many octets two texts have in common at their ends.
func sharedEnd(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[len(a)-1-n] == b[len(b)-1-n] {
		n++
	}
	return n
}

// wholeDigits begins the key of all digits of a number.
const wholeDigits = "^"

// KeyRange is match keys that lie together: those of a kind from one on, up to another,
// which is not among them.
type KeyRange struct {
	Kind     Kind
	From, To string
}

// Exactly gives the range of one key: no key has a sign as low as that behind it.
func Exactly(k MatchKey) KeyRange { return KeyRange{k.Kind, k.Text, k.Text + "\x01"} }

func exactly(kind Kind, text string) KeyRange { return Exactly(MatchKey{kind, text}) }

// begun gives the range of the keys that begin so. Keys are letters, digits and spaces: the
// last code point is behind all of them.
func begun(kind Kind, text string) KeyRange {
	return KeyRange{kind, text, text + string(utf8.MaxRune)}
}

// Long gives the range of the contacts that each search has to look at.
func Long() []KeyRange { return []KeyRange{exactly(LongKey, "")} }

// Ranked gives ranges in one of which each contact has a key that is found with this rank,
// if it is not long; for Within see Parts.
func (s *Search) Ranked(rank Rank, region string) []KeyRange {
	if !s.number {
		if rank == Whole {
			return []KeyRange{exactly(BeginKey, s.whole)}
		}
		return []KeyRange{begun(BeginKey, s.whole)}
	}
	key, part := s.numberKeys(region)
	switch {
	case rank == Whole:
		return []KeyRange{exactly(PhoneKey, key)}
	case part == "":
		return nil
	}
	return []KeyRange{begun(PhoneKey, part), begun(PhoneKey, "+"+part), begun(DigitsKey, wholeDigits+part)}
}

// Parts gives ranges for each part of what is looked for: of each part a contact that is
// found, and is not long, has a key in one of its ranges. The longest come first: few have
// them. A number has one part.
func (s *Search) Parts(region string) (parts [][]KeyRange) {
	if s.number {
		key, part := s.numberKeys(region)
		of := []KeyRange{exactly(PhoneKey, key)}
		if part != "" {
			of = append(of, s.Ranked(Begun, region)...)
			of = append(of, begun(DigitsKey, part), begun(DigitsKey, part[partsApart-1:]))
		}
		return [][]KeyRange{of}
	}
	longest := slices.Clone(s.words)
	slices.SortStableFunc(longest, func(a, b words.Word) int { return len(b.Text) - len(a.Text) })
	for _, w := range longest {
		text := cut(w.Text, maxWordKey)
		parts = append(parts, []KeyRange{begun(BeginKey, text), begun(WordKey, text)})
	}
	return parts
}
