package contact

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/nyaruka/phonenumbers"
)

// MatchText gives what two values of a collection are compared by: they are the
// same where their keys are (CONTRACT D9-D11). region is the Space's default
// phone region, "" for none. It never fails, whatever is stored. The keys of
// names and locations are their texts.
//
// Keys are derived: those of international domains and of phones depend on
// the tables of the libraries too, and of phones on the region, so stored keys
// have to be made anew when one of these changes.
func MatchText(c Collection, text, region string) string {
	switch c {
	case Emails:
		return emailKey(text)
	case Phones:
		return phoneKey(text, region)
	default:
		return text
	}
}

// DedupKey gives what decides whether two items of one list sent together are
// the same (CONTRACT D8): the text itself, but emails as D9 compares them.
func DedupKey(c Collection, text string) string {
	if c == Emails {
		return emailKey(text)
	}
	return text
}

// ValidRegion tells whether region is one whose phone numbers are known, as
// two upper-case letters of ISO 3166. "" is not.
func ValidRegion(region string) bool {
	return phonenumbers.GetSupportedRegions()[region]
}

// phoneKey gives a phone's E.164 form where the number parses, and otherwise
// what of it is dialled; what is dialled from the first pause on follows, and the
// extension, if any, as ";ext=12". Texts that dial the same have the same key.
func phoneKey(text, region string) string {
	main, extension, ok := splitExtension(narrow(text))
	if !ok { // never stored
		main, extension = narrow(text), ""
	}
	var room [maxPhoneLength + len("+")]byte
	dialled := appendMain(room[:0], main)
	pause := bytes.IndexAny(dialled, ",;")
	if pause < 0 {
		pause = len(dialled)
	}
	key := phoneE164(asTyped(dialled[:pause], text), region) + string(dialled[pause:])
	if extension == "" {
		return key
	}
	return string(appendDialled([]byte(key+";ext="), extension))
}

// appendMain writes what is dialled of a number without its extension. What
// stands before a zero in brackets is a country's calling code, with a + or
// without: with one, the parser knows whether that country dials the zero.
func appendMain(b []byte, main string) []byte {
	if before, after, found := cutTrunkZero(main); found {
		var room [maxPhoneLength]byte
		code := string(appendDialled(room[:0], before))
		for _, abroad := range []string{"00", "011"} {
			code = strings.TrimPrefix(code, abroad)
		}
		if _, known := nationalPrefixes()[code]; known {
			return appendDialled(append(append(b, '+'), code...), after)
		}
	}
	return appendDialled(b, main)
}

// asTyped turns b into a string, without a copy where it is the text itself,
// as for the many numbers that are typed in E.164.
func asTyped(b []byte, text string) string {
	if string(b) == text {
		return text
	}
	return string(b)
}

// phoneE164 gives the E.164 form of a number of which only what is dialled is
// left, or dialled itself where it does not parse. Symbols that a phone system
// acts on (# *) make it no number of the public network.
func phoneE164(dialled, region string) string {
	switch {
	case strings.ContainsAny(dialled, "#*"):
		return dialled
	case !strings.HasPrefix(dialled, "+") && !ValidRegion(region):
		return dialled // the parser could not place it either
	case staysInE164(dialled):
		return dialled
	}
	number, err := phonenumbers.Parse(dialled, region)
	if err != nil {
		return dialled
	}
	return phonenumbers.Format(number, phonenumbers.E164)
}

// staysInE164 tells, some fifty times faster than the parser, that the parser
// would either refuse s or give it back as it is: + and a known calling code,
// and after it nothing that the parser strips. Where it says no, only the
// parser knows.
func staysInE164(s string) bool {
	if !strings.HasPrefix(s, "+") || !isASCIIDigits(s[1:]) {
		return false
	}
	for end := 2; end <= 4 && end <= len(s); end++ { // no code begins another
		if stripped, known := nationalPrefixes()[s[1:end]]; known {
			return stripped == nil || !stripped.MatchString(s[end:])
		}
	}
	return false
}

// nationalPrefixes gives, for each calling code, what the parser takes for a
// prefix of domestic calls and may strip or rewrite; nil for nothing.
var nationalPrefixes = sync.OnceValue(func() map[string]*regexp.Regexp {
	prefixes := make(map[string]*regexp.Regexp)
	metadata, err := phonenumbers.MetadataCollection()
	if err != nil {
		return prefixes // none is known, and the parser decides all
	}
	for _, m := range metadata.GetMetadata() {
		code := int(m.GetCountryCode())
		if m.GetId() != phonenumbers.GetRegionCodeForCountryCode(code) {
			continue // the parser goes by the first of the regions that share a code
		}
		var stripped *regexp.Regexp
		if p := m.GetNationalPrefixForParsing(); p != "" {
			stripped = regexp.MustCompile("^(?:" + p + ")")
		}
		prefixes[strconv.Itoa(code)] = stripped
	}
	return prefixes
})
