package contact

import (
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"
)

// phoneCases are CONTRACT D10, case by case. key is what the number is
// compared by without a default region, "" where it is refused with code.
var phoneCases = []struct{ about, sent, key, code string }{
	{"the page's example", "+1234567890", "+1234567890", ""},
	{"usual form", "+1 (555) 010-0199", "+15550100199", ""},
	{"trimmed", "\t+1 555 010 0199\u00a0", "+15550100199", ""},
	{"x", "+1 (555) 010-0199 x5", "+15550100199;ext=5", ""},
	{"X without a space", "+1 555 010 0199X5", "+15550100199;ext=5", ""},
	{"ext", "+1 555 010 0199 ext 5", "+15550100199;ext=5", ""},
	{"Ext.", "+1 555 010 0199 Ext. 5", "+15550100199;ext=5", ""},
	{"ext. without spaces", "+1 555 010 0199ext.5", "+15550100199;ext=5", ""},
	{";ext=", "+1-555-010-0199;ext=5", "+15550100199;ext=5", ""},
	{";EXT=", "+1-555-010-0199;EXT=5", "+15550100199;ext=5", ""},
	{"spaces around ;ext=", "+1-555-010-0199 ;ext= 5", "+15550100199;ext=5", ""},
	{"a long extension", "+1 555 010 0199 x 0123456789", "+15550100199;ext=0123456789", ""},
	{"an extension alone", "ext. 1234", ";ext=1234", ""},
	{"a domestic number", "07700 900123", "07700900123", ""},
	{"a domestic number and extension", "07700 900123 x12", "07700900123;ext=12", ""},
	{"00 without a region", "0049 30 123456", "004930123456", ""},
	{"trunk zero in brackets", "+44 (0)7700 900123", "+447700900123", ""},
	{"dots and slashes", "030/123.456", "030123456", ""},
	{"Italy keeps its zero", "+39 06 1234567", "+39061234567", ""},
	{"no such calling code", "+0 123 456", "+0123456", ""},
	{"more digits than E.164 has", "+1 5550 1001 9955 5010 0199", "+155501001995550100199", ""},
	{"three digits", "112", "112", ""},
	{"a code to dial", "*100#", "*100#", ""},
	{"call forwarding", "**21*07700900123#", "**21*07700900123#", ""},
	{"a pause", "+1 555 010 0199,,12", "+15550100199,,12", ""},
	{"a wait", "+1 555 010 0199;12", "+15550100199;12", ""},
	{"hash is no extension", "+1 555 010 0199#5", "+15550100199#5", ""},
	{"two pluses", "+1 555 +010", "+1555+010", ""},
	{"Arabic-Indic digits", "+١ ٥٥٥ ٠١٠ ٠١٩٩", "+15550100199", ""},
	{"Persian digits", "۱۱۲", "112", ""},
	{"Devanagari digits, and in the extension", "+१ ५५५ ०१० ०१९९ x५", "+15550100199;ext=5", ""},
	{"full-width digits", "+１５５５０１００１９９", "+15550100199", ""},
	// FAULT C12: what keyboards of East Asia write at the double width.
	{"full-width, all of it", "（０９０）５５５５－０１２３", "09055550123", ""},
	{"full-width plus", "＋15550100199", "+15550100199", ""},
	{"full-width dots, slashes and spaces", "＋１．５５５／０１０\u3000０１９９", "+15550100199", ""},
	{"full-width symbols", "＊１００＃", "*100#", ""},
	{"full-width pauses", "＋１５５５０１００１９９，，１２；３", "+15550100199,,12;3", ""},
	{"full-width x", "＋１５５５０１００１９９ｘ５", "+15550100199;ext=5", ""},
	{"full-width X", "+15550100199Ｘ5", "+15550100199;ext=5", ""},
	{"full-width ext.", "+15550100199\u3000ｅｘｔ．\u3000５", "+15550100199;ext=5", ""},
	{"full-width ;ext=", "+15550100199；ＥＸＴ＝５", "+15550100199;ext=5", ""},
	{"widths mixed", "+1（555)０１0-0199 eｘt.5", "+15550100199;ext=5", ""},
	{"the dash of Japanese keyboards", "０９０ー５５５５ｰ０１２３", "09055550123", ""},
	{"full-width brackets around a trunk zero", "＋４４（０）７７００ ９００１２３", "+447700900123", ""},
	{"no-break spaces", "+1\u00a0555\u202f010\u20070199", "+15550100199", ""},
	{"typographic dashes", "+1\u2010555\u2011010\u20120199\u2013\u2014\u2015\u2212", "+15550100199", ""},
	{"64 characters", strings.Repeat("1", 64), strings.Repeat("1", 64), ""},
	{"64 characters of four octets", strings.Repeat("𝟏", 64), strings.Repeat("1", 64), ""},

	{"65 characters", strings.Repeat("1", 65), "", "phone_too_long"},
	{"a thousand characters", strings.Repeat("1", 1000), "", "phone_too_long"},
	{"a mebibyte", strings.Repeat("(", 1<<20), "", "phone_too_long"},
	{"two digits", "12", "", "phone_invalid"},
	{"full-width letters", "ｃａｌｌ　ｍｅ", "", "phone_invalid"},
	{"full-width tilde", "５５５～０１００", "", "phone_invalid"},
	{"full-width equals sign", "＝１５５５", "", "phone_invalid"},
	{"full-width square brackets", "［５５５］０１００", "", "phone_invalid"},
	{"no digits", "+-()", "", "phone_invalid"},
	{"letters", "call me", "", "phone_invalid"},
	{"vanity", "1-800-FLOWERS", "", "phone_invalid"},
	{"letters of another script", "д555 0100", "", "phone_invalid"},
	{"the word extension", "555 0100 extension 5", "", "phone_invalid"},
	{"x and nothing", "+1 555 010 0199 x", "", "phone_invalid"},
	{"ext. and nothing", "+1 555 010 0199 ext. ", "", "phone_invalid"},
	{"ext= without ;", "+1 555 010 0199 ext=5", "", "phone_invalid"},
	{"two extensions", "+1 555 010 0199 x5 x6", "", "phone_invalid"},
	{"more than digits in the extension", "+1 555 010 0199 x5-6", "", "phone_invalid"},
	{"digits after an extension", "+1 555 010 0199 x5 6", "", "phone_invalid"},
	{"a sign that looks like x", "555 0100 e\u00d7t 5", "", "phone_invalid"},
	{"tel:", "tel:+15550100199", "", "phone_invalid"},
	{"context", "555-0100;phone-context=+1", "", "phone_invalid"},
	{"tilde", "555~0100", "", "phone_invalid"},
	{"square brackets", "[555] 0100", "", "phone_invalid"},
	{"equals sign", "=1+555", "", "phone_invalid"},
	{"line separator", "555\u20280100", "", "phone_invalid"},
	{"line separator before the extension", "555 0100x\u20285", "", "phone_invalid"},
	{"zero-width space", "555\u200b0100", "", "phone_invalid"},
	{"superscript is no digit", "555 010²", "", "phone_invalid"},
	{"Roman numeral is no digit", "555 010Ⅷ", "", "phone_invalid"},
	{"bidi embedding, as copied from a page", "\u202a+1 555 010 0199\u202c", "", "text_bidi"},
	{"tab inside", "555\t0100", "", "text_control"},
	{"line break inside", "555 0100\n555 0101", "", "text_control"},
	{"NUL", "555\x000100", "", "text_nul"},
	{"not UTF-8", "555\xff0100", "", "text_utf8"},
}

func TestPhones(t *testing.T) {
	for _, test := range phoneCases {
		t.Run(test.about, func(t *testing.T) {
			got, flaw := ParseValue(Phones, test.sent)
			if code := flawOf(t, test.sent, flaw); code != test.code {
				t.Fatalf("got code %q, want %q", code, test.code)
			}
			if test.code != "" {
				return
			}
			if want := strings.TrimSpace(test.sent); got != want {
				t.Errorf("stored %q, want %q as typed", got, want)
			}
			if key := MatchText(Phones, got, ""); key != test.key {
				t.Errorf("key %q, want %q", key, test.key)
			}
		})
	}
}

// digitValue counts from the start of a row of Unicode's table; that is right
// only as long as each row is whole tens without gaps.
func TestDigitsOfEveryScript(t *testing.T) {
	tens := 0
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if !unicode.IsDigit(r) {
			continue
		}
		for i := range rune(10) {
			if !unicode.IsDigit(r+i) || digitValue(r+i) != byte(i) {
				t.Errorf("%U: value %d, want %d", r+i, digitValue(r+i), i)
			}
			if plain := norm.NFKC.String(string(r + i)); plain[0] <= '9' && plain != string('0'+i) {
				t.Errorf("%U is compatible with %s", r+i, plain) // full-width, mathematical
			}
		}
		r += 9
		tens++
	}
	if tens < 60 {
		t.Errorf("only %d sets of digits", tens)
	}
}

// somePhone draws valid phones.
func somePhone() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		main := rapid.StringMatching(`\+?[1-9][0-9]{2,3}([ ./–()-][0-9]{1,4}){0,5}`).Draw(t, "main")
		trunk := rapid.SampledFrom([]string{"", "", "(0)", "49 (0) ", "0044(0)"}).Draw(t, "trunk")
		pause := rapid.SampledFrom([]string{"", "", ",,12#", ";3,*4"}).Draw(t, "pause")
		extension := rapid.SampledFrom([]string{"", "", " x5", ";ext=012", " EXT. 77"}).Draw(t, "extension")
		return trunk + main + pause + extension
	})
}

func FuzzPhone(f *testing.F) {
	for _, test := range phoneCases {
		if len(test.sent) < 1000 {
			f.Add(test.sent, "")
			f.Add(test.sent, "GB")
			f.Add(test.sent, "AR")
		}
	}
	f.Add("0011 44 7700 900123", "AU")
	f.Add("011 15 5550 1234", "AR")
	f.Add("+5490115550100", "XX")
	f.Fuzz(func(t *testing.T, sent, region string) {
		stored, flaw := ParseValue(Phones, sent)
		flawOf(t, sent, flaw)
		if longerThan(sent, 1000) {
			return
		}
		MatchText(Phones, sent, region) // total: no panic, whatever it is
		if flaw != nil {
			return
		}
		if again, flaw := ParseValue(Phones, stored); flaw != nil || again != stored {
			t.Fatalf("%q again: %q, %v", stored, again, flaw)
		}
		checkPhoneKey(t, stored, region, MatchText(Phones, stored, region))
	})
}
