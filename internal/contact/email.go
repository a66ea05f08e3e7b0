package contact

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"

	"github.com/carnet-project/carnet/internal/fault"
)

// emailDomains maps a domain to its ASCII form as UTS 46 says, without the
// transitional rules (so that ß is not ss), and refuses what is not valid.
// MapForLookup brings the strict host name rules.
var emailDomains = idna.New(idna.MapForLookup(), idna.BidiRule(), idna.VerifyDNSLength(true))

// checkEmail tells what keeps s from being an email address as CONTRACT D9
// has it: a dot-atom, an @ and a domain, nothing around them.
func checkEmail(s string) *Flaw {
	if len(s) > maxEmailOctets { // first, so that nothing parses a huge text
		return &Flaw{fault.CodeEmailTooLong, "The email is longer than 254 octets."}
	}
	if flaw := checkVisible("email", s); flaw != nil {
		return flaw
	}
	if strings.ContainsAny(s, " \"(),:;<>[\\]") {
		return &Flaw{fault.CodeEmailInvalid, "Send the email address alone: no display name, comment, quotes, brackets or spaces."}
	}
	user, domain, found := strings.Cut(s, "@")
	switch {
	case !found || strings.Contains(domain, "@"):
		return &Flaw{fault.CodeEmailInvalid, "The email must have exactly one @."}
	case user == "" || domain == "":
		return &Flaw{fault.CodeEmailInvalid, "The email must have a name before the @ and a domain after it."}
	case len(user) > maxEmailUserOctet:
		return &Flaw{fault.CodeEmailTooLong, "The part of the email before the @ is longer than 64 octets."}
	case !isDotAtom(user):
		return &Flaw{fault.CodeEmailInvalid, "The part of the email before the @ must be letters, digits and signs such as + - _, with single dots between them."}
	}
	if _, ok := asciiDomain(domain); !ok {
		return &Flaw{fault.CodeEmailDomain, "The part of the email after the @ must be a valid domain, such as example.com."}
	}
	return nil
}

// emailKey gives what emails are compared by: ASCII letters without case, the
// domain in its ASCII form. Other letters keep their case: folding them makes
// one address of two (the Turkish dotless i, for one).
func emailKey(s string) string {
	at := strings.LastIndexByte(s, '@')
	if at < 0 || len(s) > maxEmailOctets { // never stored, but maybe asked for
		return lowerASCII(s)
	}
	if domain := s[at+1:]; !isPlainDomain(domain) {
		if ascii, ok := asciiDomain(domain); ok {
			return lowerASCII(s[:at+1]) + ascii
		}
	}
	return lowerASCII(s)
}

// isDotAtom tells whether s is words of RFC 5322's atext, joined by single
// dots. Beyond ASCII it takes letters, marks, digits, punctuation and symbols
// (RFC 6531), but not spaces, invisible or private characters; what chooses the
// look of an emoji belongs to that. In ASCII,
// checkEmail has refused already all but the dot that is not atext.
func isDotAtom(s string) bool {
	previous := '.'
	for _, r := range s {
		if r == '.' && previous == '.' || !unicode.IsPrint(r) || isInvisible(r) && !unicode.Is(unicode.Variation_Selector, r) {
			return false
		}
		previous = r
	}
	return previous != '.'
}

// asciiDomain gives the ASCII form of an email's domain, in lower case, and
// whether it is valid.
func asciiDomain(domain string) (string, bool) {
	if !isPlainDomain(domain) {
		// UTS 46 drops some invisible characters instead of refusing them;
		// the two joiners it keeps, where the script needs them.
		for _, r := range domain {
			if r >= utf8.RuneSelf && !unicode.IsPrint(r) && r != '\u200c' && r != '\u200d' {
				return "", false
			}
		}
		var err error
		if domain, err = emailDomains.ToASCII(domain); err != nil {
			return "", false
		}
	}
	return lowerASCII(domain), isMailDomain(domain)
}

// isPlainDomain tells whether a domain is its own ASCII form but for the case of its
// letters, which spares it the way through IDNA: ASCII without the "--" that
// marks encoded labels.
func isPlainDomain(domain string) bool {
	for i := range len(domain) {
		if domain[i] >= utf8.RuneSelf || domain[i] == '-' && i > 0 && domain[i-1] == '-' {
			return false
		}
	}
	return true
}

// isMailDomain tells whether an ASCII domain has at least two labels of
// letters, digits and inner hyphens, each at most 63 octets long, and is not
// an IPv4 address. A dot at its end is an empty label, and refused. The whole
// is short enough for DNS: an email is, and IDNA checks what it encodes.
func isMailDomain(s string) bool {
	labels, more := 0, true
	for label := ""; more; labels++ {
		label, s, more = strings.Cut(s, ".")
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		digits := 0
		for i := range len(label) {
			switch c := label[i]; {
			case '0' <= c && c <= '9':
				digits++
			case c != '-' && !isASCIIAlnum(c):
				return false
			}
		}
		if !more && digits == len(label) {
			return false
		}
	}
	return labels >= 2
}

func isASCIIAlnum(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}

// lowerASCII lower-cases A to Z and nothing else. It returns s itself where
// that changes nothing.
func lowerASCII(s string) string {
	for i := range len(s) {
		if 'A' <= s[i] && s[i] <= 'Z' {
			b := []byte(s)
			for ; i < len(b); i++ {
				if 'A' <= b[i] && b[i] <= 'Z' {
					b[i] += 'a' - 'A'
				}
			}
			return string(b)
		}
	}
	return s
}
