package contact

import (
	"strings"
	"unicode/utf8"

	"github.com/carnet-project/carnet/internal/fault"
)

// Flaw is what is wrong with one value: one sentence that a person can act on,
// which never holds the value (CONTRACT D3), but for the number of a character
// that cannot be seen.
type Flaw struct {
	Code    fault.Code
	Message string
}

// Limits on the length of one value, in code points unless it says octets
// (CONTRACT S5, D9-D12).
const (
	maxNameLength     = 500 // names and locations
	maxPhoneLength    = 64
	maxFieldLength    = 10_240
	maxEmailOctets    = 254
	maxEmailUserOctet = 64 // the part before the @
)

// valueNouns says what messages call one value of a collection.
var valueNouns = [NumCollections]string{"email", "phone number", "name", "location"}

// ParseValue turns one item of a collection, as sent, into what is stored:
// white space trimmed at both ends, otherwise unchanged, and checked
// (CONTRACT D8-D12). What it returns without a flaw it accepts again unchanged.
func ParseValue(c Collection, sent string) (string, *Flaw) {
	text, noun := strings.TrimSpace(sent), valueNouns[c]
	if text == "" {
		return "", &Flaw{fault.CodeTextEmpty, "The " + noun + " is empty; leave it out of the list instead."}
	}
	if strings.TrimFunc(text, isBlank) == "" {
		return "", nothingToSee(noun)
	}
	var flaw *Flaw
	switch c {
	case Emails:
		flaw = checkEmail(text)
	case Phones:
		flaw = checkPhone(text)
	default:
		flaw = checkFreeText(noun, text, maxNameLength)
	}
	if flaw != nil {
		return "", flaw.reveal(noun, sent, c != Phones)
	}
	return text, nil
}

// longerThan tells whether s has more than limit code points. It looks at the
// octets first, so that a huge text costs nothing.
func longerThan(s string, limit int) bool {
	return len(s) > limit && (len(s) > limit*utf8.UTFMax || utf8.RuneCountInString(s) > limit)
}
