package api

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// spelled gives a text as a header can carry it through whatever stands between:
// as it is where it is ASCII, and otherwise as RFC 8187 has it. A text that is no
// line, or no UTF-8, is left as it is, for write to refuse.
func spelled(text string) string {
	const charset = "UTF-8'"
	reserved := len(text) >= len(charset) && strings.EqualFold(text[:len(charset)], charset)
	ascii := !strings.ContainsFunc(text, func(r rune) bool { return r >= utf8.RuneSelf })
	if ascii && !reserved || strings.ContainsFunc(text, unicode.IsControl) || !utf8.ValidString(text) {
		return text
	}
	var out strings.Builder
	out.WriteString("UTF-8''")
	for i := range len(text) {
		if c := text[i]; 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("-._~", c) >= 0 {
			out.WriteByte(c)
		} else {
			fmt.Fprintf(&out, "%%%02X", c)
		}
	}
	return out.String()
}
