package access

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"log/slog"
	"math/bits"
	"strings"
)

// SecretPattern is a regular expression (RE2) that finds secrets in other
// text, for secret scanners. What ParseSecret accepts always matches it.
const SecretPattern = `\bcarnet_[0-9A-Za-z]{49}\b`

const (
	secretPrefix = "carnet_"
	numberLength = 43 // 62^43 is just over 2^256
	sumLength    = 6  // 62^6 is over 2^32
	sumStart     = len(secretPrefix) + numberLength
	secretLength = sumStart + sumLength
)

// digits are in ASCII order, so that numbers of one width compare as texts.
const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// Secret is the text of an API key, the thing that its holder sends
// (CONTRACT D19). It is 56 characters:
//
//	carnet_  the prefix
//	43       256 random bits as one big-endian number in base 62 (0-9A-Za-z),
//	         padded with zeros; a number from 2^256 is no secret, so that texts
//	         and numbers match one to one
//	6        the CRC-32 (IEEE) of the 50 ASCII bytes before it, prefix included,
//	         in the same base, padded with zeros
//
// The checksum is no protection. It tells a mistyped or foreign key from a
// real one before anything is loaded, and scanners a key from a lookalike.
//
// A Secret prints as "carnet_…" everywhere; Reveal alone gives it away.
type Secret struct {
	// A pointer, because fmt prints a field that it may not call methods on
	// as it is in memory, but of a pointer within a struct only the address.
	text *string
}

// NewSecret makes a secret of 32 bytes from rand. Its error is that of rand.
func NewSecret(rand io.Reader) (Secret, error) {
	var random [32]byte
	if _, err := io.ReadFull(rand, random[:]); err != nil {
		return Secret{}, fmt.Errorf("access: no randomness for a key: %w", err)
	}
	var n [4]uint64
	for i := range n {
		n[i] = binary.BigEndian.Uint64(random[8*i:])
	}
	body := secretPrefix + base62(n, numberLength)
	text := body + checksum(body)
	return Secret{&text}, nil
}

// ParseSecret tells whether text has the form of a secret: its length, prefix,
// digits and checksum. Whether there is such a key is not its business. Its
// work is bounded, however long the text is.
func ParseSecret(text string) (Secret, bool) {
	if len(text) != secretLength || text[:len(secretPrefix)] != secretPrefix {
		return Secret{}, false
	}
	number := text[len(secretPrefix):sumStart]
	for i := range len(number) {
		if strings.IndexByte(digits, number[i]) < 0 {
			return Secret{}, false
		}
	}
	if number > greatest || text[sumStart:] != checksum(text[:sumStart]) {
		return Secret{}, false
	}
	return Secret{&text}, true
}

// greatest is 2^256-1, the last number that a secret can hold.
var greatest = base62([4]uint64{1<<64 - 1, 1<<64 - 1, 1<<64 - 1, 1<<64 - 1}, numberLength)

func checksum(body string) string {
	return base62([4]uint64{3: uint64(crc32.ChecksumIEEE([]byte(body)))}, sumLength)
}

// base62 writes a number, its most significant word first, with leading zeros
// to the given width.
func base62(n [4]uint64, width int) string {
	text := make([]byte, width)
	for i := width - 1; i >= 0; i-- {
		var rest uint64
		for w := range n {
			n[w], rest = bits.Div64(rest, n[w], uint64(len(digits)))
		}
		text[i] = digits[rest]
	}
	return string(text)
}

// Reveal gives the text itself, to show it to its holder the one time that a
// key is made, or to send it. It is "" for the zero Secret.
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// Hash gives what is stored in place of the secret: the SHA-256 of its whole
// text. 256 random bits need no slow hash and no salt.
func (s Secret) Hash() [sha256.Size]byte { return sha256.Sum256([]byte(s.Reveal())) }

// String gives "carnet_…", never the secret.
func (s Secret) String() string { return secretPrefix + "…" }

// Format prints String, whatever the verb.
func (s Secret) Format(f fmt.State, _ rune) { io.WriteString(f, s.String()) }

// LogValue gives String, for slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }
