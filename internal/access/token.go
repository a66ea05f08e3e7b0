package access

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
)

const (
	tokenBytes  = 32
	tokenLength = 43 // in base64url, without padding
)

// Token is what a browser holds in place of a key while somebody is signed in, or
// what a link holds that signs in once: 32 random bytes in base64url. Like a Secret
// it is stored as its hash alone, and prints as "…" everywhere; Reveal alone gives it away.
type Token struct {
	text *string // a pointer for the reason that Secret has one
}

// NewToken makes a token of bytes from rand. Its error is that of rand.
func NewToken(rand io.Reader) (Token, error) {
	var random [tokenBytes]byte
	if _, err := io.ReadFull(rand, random[:]); err != nil {
		return Token{}, fmt.Errorf("access: no randomness for a token: %w", err)
	}
	text := base64.RawURLEncoding.EncodeToString(random[:])
	return Token{&text}, nil
}

// ParseToken tells whether text has the form of a token. Whether there is one like
// it is not its business. Each token has one text, and the work is bounded, however
// long the text is.
func ParseToken(text string) (Token, bool) {
	if len(text) != tokenLength {
		return Token{}, false
	}
	random, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(random) != tokenBytes { // line breaks are skipped
		return Token{}, false
	}
	return Token{&text}, true
}

// Reveal gives the text itself, for the browser that is to hold it. It is "" for
// the zero Token.
func (t Token) Reveal() string {
	if t.text == nil {
		return ""
	}
	return *t.text
}

// Hash gives what is stored in place of the token: the SHA-256 of its text.
func (t Token) Hash() [sha256.Size]byte { return sha256.Sum256([]byte(t.Reveal())) }

// String gives "…", never the token.
func (t Token) String() string { return "…" }

// Format prints String, whatever the verb.
func (t Token) Format(f fmt.State, _ rune) { io.WriteString(f, t.String()) }

// LogValue gives String, for slog.
func (t Token) LogValue() slog.Value { return slog.StringValue(t.String()) }
