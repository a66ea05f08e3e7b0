package httpapi

import (
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
)

// NewRequestID makes a request's name: 128 random bits in hexadecimal. It is
// never the caller's: a write is found by it after a doubtful commit.
func NewRequestID() string {
	var b [16]byte
	rand.Read(b[:]) // never fails: see package crypto/rand
	return hex.EncodeToString(b[:])
}

// bearer gives the text after "Bearer" of the one Authorization header.
func bearer(h http.Header) (string, error) {
	values := h["Authorization"]
	if len(values) == 0 {
		return "", access.Unauthenticated(fault.CodeKeyMissing)
	}
	scheme, secret, _ := strings.Cut(values[0], " ")
	if len(values) > 1 || !strings.EqualFold(scheme, "Bearer") {
		return "", access.Unauthenticated(fault.CodeKeyMalformed)
	}
	return strings.TrimLeft(secret, " "), nil
}

// attribute reads who is behind a write, and why, from the headers that may
// say so (CONTRACT D25).
func attribute(h http.Header, terms *book.Terms) []fault.Problem {
	var problems []fault.Problem
	for _, field := range [...]struct {
		name string
		max  int
		text *string
	}{
		{"X-Actor", book.MaxActorName, &terms.Name},
		{"X-Reason", book.MaxReason, &terms.Reason},
	} {
		values := h[field.name]
		if len(values) == 0 {
			continue
		}
		text, wrong := readLine(field.name, values, field.max)
		if wrong != "" {
			problems = append(problems, fault.Problem{Path: field.name, Code: fault.CodeHeaderInvalid, Message: wrong})
		}
		*field.text = text
	}
	return problems
}

// readLine gives the text of a header that people write, or says what is wrong
// with it. It is checked as it is meant, not as it is spelled.
func readLine(name string, values []string, limit int) (text, wrong string) {
	if len(values) > 1 {
		return "", "Send " + name + " once."
	}
	text, ok := decodeHeader(values[0])
	if !ok {
		return "", "The " + name + " begins as RFC 8187 has it and does not go on so. Write it as in UTF-8''%C5%81ukasz: what is not a letter or a digit of ASCII as %XX, in UTF-8."
	}
	text = strings.TrimSpace(text)
	if utf8.RuneCountInString(text) > limit {
		return "", "The " + name + " has more than " + strconv.Itoa(limit) + " characters."
	}
	if flaw := contact.CheckLine(name, text); flaw != nil {
		return "", flaw.Message
	}
	return text, ""
}

// decodeHeader gives the text that the octets of a header stand for: UTF-8, else
// ISO 8859-1, which browsers send, or what is spelled as RFC 8187 has it. It
// returns false where a value begins so and is malformed.
func decodeHeader(value string) (string, bool) {
	const charset = "UTF-8'"
	if len(value) >= len(charset) && strings.EqualFold(value[:len(charset)], charset) {
		return decodeExtended(value[len(charset):])
	}
	if utf8.ValidString(value) {
		return value, true
	}
	latin1 := make([]rune, len(value))
	for i := range len(value) {
		latin1[i] = rune(value[i])
	}
	return string(latin1), true
}

// decodeExtended reads what follows the charset in an ext-value of RFC 8187: a
// language, which says nothing here, a quote, and the text in UTF-8 with %XX.
func decodeExtended(rest string) (string, bool) {
	language, coded, found := strings.Cut(rest, "'")
	if !found || strings.Trim(language, "-0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return "", false
	}
	for i := range len(coded) {
		if c := coded[i]; c <= ' ' || c >= 0x7f || strings.IndexByte(`"'()*,/:;<=>?@[\]{}`, c) >= 0 {
			return "", false // none of the characters that stand for themselves
		}
	}
	text, err := url.PathUnescape(coded)
	return text, err == nil && utf8.ValidString(text)
}
