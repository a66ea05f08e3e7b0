package contact

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// emailCases are CONTRACT D9, case by case. key is what the email is compared
// by, "" where it is refused with code.
var emailCases = []struct{ about, sent, key, code string }{
	{"plain", "john@example.com", "john@example.com", ""},
	{"kept as typed, compared without case", "User@EXAMPLE.com", "user@example.com", ""},
	{"trimmed", " \tjohn@example.com\u00a0\n", "john@example.com", ""},
	{"dots, plus and digits", "john.q.public+tag1@mail.example.com", "john.q.public+tag1@mail.example.com", ""},
	{"all of atext", "!#$%&'*+-/=?^_`{|}~@example.com", "!#$%&'*+-/=?^_`{|}~@example.com", ""},
	{"digits first in the domain", "a@1and2.example", "a@1and2.example", ""},
	{"last label with digits", "a@example.c0m", "a@example.c0m", ""},
	{"hyphens", "a@ex-am-ple.com", "a@ex-am-ple.com", ""},
	{"SQL is text", "o'brien--@example.com", "o'brien--@example.com", ""},

	{"no @", "john.example.com", "", "email_invalid"},
	{"no domain", "a@", "", "email_invalid"},
	{"no user", "@b", "", "email_invalid"},
	{"no user, good domain", "@example.com", "", "email_invalid"},
	{"only @", "@", "", "email_invalid"},
	{"space", "a b@c.example", "", "email_invalid"},
	{"space in the domain", "a@c .example", "", "email_invalid"},
	{"no-break space", "a\u00a0b@c.example", "", "email_invalid"},
	{"two @", "a@b@example.com", "", "email_invalid"},
	{"two addresses", "a@example.com,b@example.com", "", "email_invalid"},
	{"quoted user", `"quoted local"@example.com`, "", "email_invalid"},
	{"quoted @", `"a@b"@example.com`, "", "email_invalid"},
	{"comment", "a(comment)@example.com", "", "email_invalid"},
	{"address literal", "a@[127.0.0.1]", "", "email_invalid"},
	{"IPv6 literal", "a@[IPv6:2001:db8::1]", "", "email_invalid"},
	{"display name", "X <a@example.com>", "", "email_invalid"},
	{"angle brackets", "<a@example.com>", "", "email_invalid"},
	{"mailto", "mailto:a@example.com", "", "email_invalid"},
	{"leading dot", ".a@example.com", "", "email_invalid"},
	{"trailing dot in the user", "a.@example.com", "", "email_invalid"},
	{"double dot", "a..b@example.com", "", "email_invalid"},
	{"only a dot", ".@example.com", "", "email_invalid"},
	{"backslash", `a\b@example.com`, "", "email_invalid"},

	{"NUL", "a\x00@example.com", "", "text_nul"},
	{"tab inside", "a\t@example.com", "", "text_control"},
	{"header injection", "a@example.com\r\nBcc: b@example.com", "", "text_control"},
	{"C1", "a\u0085@example.com", "", "text_control"},
	{"not UTF-8", "a\xff@example.com", "", "text_utf8"},
	{"bidi override", "a\u202e@example.com", "", "text_bidi"},
	{"bidi override in the domain", "a@exam\u202eple.com", "", "text_bidi"},
	{"bidi isolate", "\u2066a@example.com", "", "text_bidi"},
	{"left-to-right mark", "a@example.com\u200e", "", "text_bidi"},
	{"zero-width space", "a\u200b@example.com", "", "email_invalid"},
	{"zero-width joiner in the user", "a\u200db@example.com", "", "email_invalid"},
	{"byte order mark", "\ufeffa@example.com", "", "email_invalid"},
	{"word joiner", "a\u2060@example.com", "", "email_invalid"},
	{"private use", "a\ue000@example.com", "", "email_invalid"},
	{"unassigned", "a\u0378@example.com", "", "email_invalid"},
	{"zero-width space in the domain", "a@exam\u200bple.com", "", "email_domain"},
	{"soft hyphen in the domain", "a@exam\u00adple.com", "", "email_domain"},
	{"unassigned in the domain", "a@exam\u0378ple.com", "", "email_domain"},

	{"Unicode user and domain", "用户@例え.jp", "用户@xn--r8jz45g.jp", ""},
	{"umlaut", "a@bücher.example", "a@xn--bcher-kva.example", ""},
	{"umlaut, decomposed", "a@bu\u0308cher.example", "a@xn--bcher-kva.example", ""},
	{"umlaut, upper case", "a@BÜCHER.example", "a@xn--bcher-kva.example", ""},
	{"already encoded", "a@xn--bcher-kva.example", "a@xn--bcher-kva.example", ""},
	{"already encoded, upper case", "a@XN--BCHER-KVA.example", "a@xn--bcher-kva.example", ""},
	{"sharp s is itself", "a@faß.example", "a@xn--fa-hia.example", ""},
	{"not ss", "a@fass.example", "a@fass.example", ""},
	{"full-width domain", "a@ｅｘａｍｐｌｅ.com", "a@example.com", ""},
	{"ideographic full stop", "a@example\u3002com", "a@example.com", ""},
	{"joiner where the script needs it", "a@نامه\u200cای.com", "a@xn--mgba3gch31f060k.com", ""},
	{"homograph is another domain", "a@pаypal.com", "a@xn--pypal-4ve.com", ""},
	{"encoded rubbish", "a@xn--a.example", "", "email_domain"},
	{"encoded nothing", "a@xn--.example", "", "email_domain"},
	{"encoded ASCII", "a@xn--example-.com", "", "email_domain"},
	{"joiner where none belongs", "a@exam\u200dple.com", "", "email_domain"},
	{"bidi rule", "a@\u0661\u0662.example", "", "email_domain"},
	{"reserved hyphens", "a@ab--cd.example", "", "email_domain"},
	{"full-width @ in the domain", "a@b＠c.example", "", "email_domain"},

	{"one label", "a@localhost", "", "email_domain"},
	{"IPv4 address", "a@192.0.2.1", "", "email_domain"},
	{"last label all digits", "a@example.123", "", "email_domain"},
	{"last label all full-width digits", "a@example.１２３", "", "email_domain"},
	{"trailing dot", "a@example.com.", "", "email_domain"},
	{"two trailing dots", "a@example.com..", "", "email_domain"},
	{"trailing ideographic full stop", "a@example.com\u3002", "", "email_domain"},
	{"leading dot in the domain", "a@.example.com", "", "email_domain"},
	{"empty label", "a@example..com", "", "email_domain"},
	{"empty label beside an encoded one", "a@bücher..com", "", "email_domain"},
	{"trailing dot after an encoded label", "a@bücher.", "", "email_domain"},
	{"only a dot", "a@.", "", "email_domain"},
	{"underscore", "a@exam_ple.com", "", "email_domain"},
	{"leading hyphen", "a@-example.com", "", "email_domain"},
	{"trailing hyphen", "a@example-.com", "", "email_domain"},
	{"slash", "a@example.com/b", "", "email_domain"},
	{"label of 63", "a@" + strings.Repeat("b", 63) + ".example", "a@" + strings.Repeat("b", 63) + ".example", ""},
	{"label of 64", "a@" + strings.Repeat("b", 64) + ".example", "", "email_domain"},
	{"too long for DNS once encoded", "a@" + strings.Repeat("ü.", 80) + "example", "", "email_domain"},
	{"label of 64 once encoded", "a@ü" + strings.Repeat("b", 60) + ".example", "", "email_domain"},

	{"user of 64 octets", strings.Repeat("a", 64) + "@example.com", strings.Repeat("a", 64) + "@example.com", ""},
	{"user of 65 octets", strings.Repeat("a", 65) + "@example.com", "", "email_too_long"},
	{"user of 66 octets in 33 characters", strings.Repeat("ü", 33) + "@example.com", "", "email_too_long"},
	{"255 octets", "a@" + strings.Repeat("b.", 125) + "com", "", "email_too_long"},
	{"254 octets", "a@" + strings.Repeat("b.", 124) + "tech", "a@" + strings.Repeat("b.", 124) + "tech", ""},
	{"a mebibyte of parentheses", strings.Repeat("(", 1<<20), "", "email_too_long"},
	{"a mebibyte of @", strings.Repeat("@", 1<<20), "", "email_too_long"},
}

func TestEmails(t *testing.T) {
	for _, test := range emailCases {
		t.Run(test.about, func(t *testing.T) {
			got, flaw := ParseValue(Emails, test.sent)
			if code := flawOf(t, test.sent, flaw); code != test.code {
				t.Fatalf("got code %q, want %q", code, test.code)
			}
			if test.code != "" {
				return
			}
			if want := strings.TrimSpace(test.sent); got != want {
				t.Errorf("stored %q, want %q as typed", got, want)
			}
			if key := MatchText(Emails, got, ""); key != test.key {
				t.Errorf("key %q, want %q", key, test.key)
			}
		})
	}
}

// Each ASCII character by itself: atext of RFC 5322 and the dot, and in the
// domain letters, digits, hyphen and dot.
func TestEmailsInASCII(t *testing.T) {
	const alnum = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	for c := range rune(128) {
		_, user := ParseValue(Emails, "a"+string(c)+"b@example.com")
		if want := strings.ContainsRune(alnum+".!#$%&'*+-/=?^_`{|}~", c); want != (user == nil) {
			t.Errorf("%q in the user: %v", c, user)
		}
		_, domain := ParseValue(Emails, "a@exam"+string(c)+"ple.com")
		if want := strings.ContainsRune(alnum+".-", c); want != (domain == nil) {
			t.Errorf("%q in the domain: %v", c, domain)
		}
	}
}

// MatchKey takes whatever a caller looks for, and at once: punycode takes
// quadratic time, so no long text may come to it.
func TestMatchKeyOfHugeEmails(t *testing.T) {
	for _, email := range []string{
		"a@" + strings.Repeat("ü", 1<<20) + ".example",
		"a@xn--" + strings.Repeat("a9", 1<<20) + ".example",
		strings.Repeat("a", 300) + "@bücher.example", // no email, so its domain is not encoded
		strings.Repeat("@", 1<<20),
	} {
		if key := MatchText(Emails, email, ""); key != email {
			t.Errorf("the key of a text of %d octets is not itself", len(email))
		}
	}
}

// No locale's case and no normal form makes one address of two (D9).
func TestEmailsThatStayApart(t *testing.T) {
	groups := [][]string{
		{"i@example.com", "ı@example.com", "İ@example.com"},
		{"k@example.com", "\u212a@example.com"}, // Kelvin sign
		{"s@example.com", "\u017f@example.com"}, // long s
		{"ss@example.com", "ß@example.com", "ẞ@example.com"},
		{"fi@example.com", "ﬁ@example.com"},
		{"a@example.com", "ａ@example.com"},
		{"ü@example.com", "Ü@example.com", "u\u0308@example.com"},
		{"a@paypal.example", "a@pаypal.example"},
		{"a.b@example.com", "ab@example.com", "ab+x@example.com"},
	}
	for _, group := range groups {
		seen := map[string]string{}
		for _, email := range group {
			if _, flaw := ParseValue(Emails, email); flaw != nil {
				t.Errorf("%q: %v", email, flaw)
			}
			key := MatchText(Emails, email, "")
			if other, ok := seen[key]; ok {
				t.Errorf("%q and %q have the same key", other, email)
			}
			seen[key] = email
		}
	}
}

// someEmail draws valid emails.
func someEmail() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		user := rapid.StringMatching(`[a-zA-Z0-9!#$%&'*+/=?^_~üŁ用-]{1,6}(\.[a-zA-Z0-9Éñ]{1,4}){0,2}`).Draw(t, "user")
		domain := rapid.OneOf(
			rapid.StringMatching(`([a-zA-Z0-9]{1,3}(-[a-zA-Z0-9]{1,3})?\.){1,3}[a-zA-Z]{2,5}`),
			rapid.SampledFrom([]string{"bücher.example", "XN--bcher-kva.example", "例え.jp", "Faß.example", "Exa\u0301mple.org"}),
		).Draw(t, "domain")
		return user + "@" + domain
	})
}

// flipCase changes the case of some ASCII letters.
func flipCase(t *rapid.T, s string) string {
	b := []byte(s)
	for i, c := range b {
		if isASCIILetter(rune(c)) && rapid.Bool().Draw(t, "flip") {
			b[i] = c ^ ' '
		}
	}
	return string(b)
}

func TestEmailKeyIgnoresASCIICase(t *testing.T) { // CONTRACT D9
	rapid.Check(t, func(t *rapid.T) {
		email := someEmail().Draw(t, "email")
		other := flipCase(t, email)
		for _, s := range []string{email, other} {
			if _, flaw := ParseValue(Emails, s); flaw != nil {
				t.Fatalf("%q: %v", s, flaw)
			}
		}
		if a, b := MatchText(Emails, email, ""), MatchText(Emails, other, ""); a != b {
			t.Fatalf("%q: key %q; %q: key %q", email, a, other, b)
		}
		if MatchText(Emails, email, "") != DedupKey(Emails, other) {
			t.Fatal("DedupKey and MatchKey differ")
		}
	})
}

func FuzzEmail(f *testing.F) {
	for _, test := range emailCases {
		if len(test.sent) < 1000 {
			f.Add(test.sent)
		}
	}
	f.Fuzz(func(t *testing.T, sent string) {
		key := MatchText(Emails, sent, "") // total: no panic, whatever it is
		stored, flaw := ParseValue(Emails, sent)
		flawOf(t, sent, flaw)
		if _, domain, ok := strings.Cut(sent, "@"); ok {
			checkPlainDomain(t, domain)
		}
		if flaw != nil {
			return
		}
		if again, flaw := ParseValue(Emails, stored); flaw != nil || again != stored {
			t.Fatalf("%q again: %q, %v", stored, again, flaw)
		}
		if stored == sent && key != MatchText(Emails, stored, "") {
			t.Fatal("the key changed")
		}
		key = MatchText(Emails, stored, "")
		user, domain, _ := strings.Cut(key, "@")
		if !utf8.ValidString(user) || !isMailDomain(domain) || domain != strings.ToLower(domain) {
			t.Fatalf("%q has the key %q", stored, key)
		}
		if again := MatchText(Emails, key, ""); again != key {
			t.Fatalf("the key of the key %q is %q", key, again)
		}
		upper := strings.Map(func(r rune) rune {
			if 'a' <= r && r <= 'z' {
				return r - 'a' + 'A'
			}
			return r
		}, stored)
		if _, flaw := ParseValue(Emails, upper); flaw != nil || MatchText(Emails, upper, "") != key {
			t.Fatalf("%q in upper case: %v, key %q", stored, flaw, MatchText(Emails, upper, ""))
		}
	})
}

// checkPlainDomain checks that the short way for plain domains and the long
// way through IDNA say the same.
func checkPlainDomain(t *testing.T, domain string) {
	if !isPlainDomain(domain) || len(domain) > maxEmailOctets-len("a@") {
		return
	}
	long, err := emailDomains.ToASCII(domain)
	longOK := err == nil && isMailDomain(long)
	short, ok := asciiDomain(domain)
	if ok != longOK || ok && short != long {
		t.Fatalf("%q: %q %v the short way, %q %v the long", domain, short, ok, long, longOK)
	}
}
