package httpapi

import (
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/fault"
)

// newRequestID makes a request's name: 128 random bits in hexadecimal. It is
// never the caller's: a write is found by it after a doubtful commit.
func newRequestID() string {
	var b [16]byte
	rand.Read(b[:]) // never fails: see package crypto/rand
	return hex.EncodeToString(b[:])
}

// bearer gives the text after "Bearer" of the one Authorization header.
func bearer(h http.Header) (string, error) {
	values := h["Authorization"]
	if len(values) == 0 {
		return "", access.Unauthenticated(access.KeyMissing)
	}
	scheme, secret, _ := strings.Cut(values[0], " ")
	if len(values) > 1 || !strings.EqualFold(scheme, "Bearer") {
		return "", access.Unauthenticated(access.KeyMalformed)
	}
	return strings.TrimLeft(secret, " "), nil
}

// attribute reads who is behind a write, and why, from the headers that may
// say so.
func attribute(h http.Header, by *book.Attribution) []fault.Problem {
	var problems []fault.Problem
	for _, field := range [...]struct {
		name string
		max  int
		text *string
	}{
		{"X-Actor", book.MaxActorName, &by.Name},
		{"X-Reason", book.MaxReason, &by.Reason},
	} {
		values := h[field.name]
		if len(values) == 0 {
			continue
		}
		if len(values) > 1 || !utf8.ValidString(values[0]) || strings.ContainsFunc(values[0], unicode.IsControl) ||
			utf8.RuneCountInString(values[0]) > field.max {
			problems = append(problems, fault.Problem{Path: field.name, Code: "header_invalid",
				Message: "Send " + field.name + " once, as one line of UTF-8 of at most " + strconv.Itoa(field.max) + " characters."})
			continue
		}
		*field.text = values[0]
	}
	return problems
}
