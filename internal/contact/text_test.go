package contact

import (
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// textFlaw is CONTRACT D8 and D12, character by character.
func textFlaw(s string, limit int) string {
	if len([]rune(s)) > limit {
		return "text_too_long"
	}
	for i, r := range s {
		if r == utf8.RuneError && !strings.HasPrefix(s[i:], "\ufffd") {
			return "text_utf8"
		}
	}
	for _, r := range s {
		switch {
		case r == 0:
			return "text_nul"
		case unicode.Is(unicode.Cc, r) && r != '\t' && r != '\r' && r != '\n':
			return "text_control"
		}
	}
	return ""
}

// nothingShown is a text of which nothing is to be seen: white space, Unicode's
// Default_Ignorable_Code_Point, other characters that format, Braille's blank.
var nothingShown = regexp.MustCompile(`^[\x09-\x0d\x{85}\pZ` +
	`\x{ad}\x{34f}\x{61c}\x{115f}\x{1160}\x{17b4}\x{17b5}\x{180b}-\x{180f}\x{200b}-\x{200f}\x{202a}-\x{202e}\x{2060}-\x{206f}\x{3164}` +
	`\x{fe00}-\x{fe0f}\x{feff}\x{ffa0}\x{fff0}-\x{fff8}\x{1bca0}-\x{1bca3}\x{1d173}-\x{1d17a}\x{e0000}-\x{e0fff}` +
	`\x{fff9}-\x{fffb}\x{13430}-\x{1343f}\x{2800}]*$`)

func FuzzText(f *testing.F) {
	for _, s := range []string{
		"", " ", "Jane Example", "Ja\x00ne", "Ja\x01ne", "Ja\x7fne", "Ja\u0080ne", "Ja\u009fne", "Ja\u00a0ne", "¿Â?",
		"\u202eJane", "نامه\u200cای", "👨\u200d👩\u200d👧", "Jose\u0301", "İıßẞﬁ", "\xc0\x80", "\xed\xa0\x80", "\xf5", "a\xc2", "\ufffd",
		"'; DROP TABLE contacts; --", "<script>", "{{7*7}}", "a\r\n\tb", "\u0085", "\u2028", "\u00a0\u3000",
		strings.Repeat("a", 501), strings.Repeat("🙂", 501), strings.Repeat("\u0301", 600),
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, sent string) {
		got, flaw := ParseField(1, sent, false)
		if code := flawOf(t, sent, flaw); code != textFlaw(sent, 10_240) || code == "" && got != sent {
			t.Fatalf("slot: %q, %q", got, code)
		}
		trimmed := strings.TrimFunc(sent, unicode.IsSpace)
		want := textFlaw(trimmed, 500)
		if nothingShown.MatchString(trimmed) {
			want = "text_empty"
		}
		for _, c := range []Collection{Names, Locations} {
			got, flaw := ParseValue(c, sent)
			if code := flawOf(t, sent, flaw); code != want || code == "" && got != trimmed {
				t.Fatalf("%v: %q, %q; want %q", c, got, code, want)
			}
			if flaw == nil && (MatchText(c, got, "") != got || DedupKey(c, got) != got) {
				t.Fatalf("%v: %q is not its own key", c, got)
			}
		}
	})
}
