package access_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"regexp"
	"strings"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"

	"github.com/carnet-project/carnet/internal/access"
)

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// counting is the bytes 0, 1, 2 ... 31.
var counting = func() (b [32]byte) {
	for i := range b {
		b[i] = byte(i)
	}
	return b
}()

// The texts were worked out by another program: the format is for ever (D19).
func TestSecretVectors(t *testing.T) {
	tests := []struct {
		random    []byte
		text, sum string
	}{
		{
			make([]byte, 32),
			"carnet_00000000000000000000000000000000000000000003B1D84",
			"730bd8188ab19424e2836ff9af05f24c4645c7afb8bcfe8f67cb0a1a849cddaf",
		},
		{
			counting[:],
			"carnet_003aUlTJC7tjlCTQj2uNU3MFagCXG9LRKRcwGkBIDlf2LyAls",
			"aa6d87c9e4ec5e6bcff1890a70f1565faae49bd42cf390eba06f78faf9b46b8a",
		},
		{
			bytes.Repeat([]byte{0xff}, 32),
			"carnet_yhjskwdA6OZ1AL1YmHWZWm8LLG7HjnuCA2j5rOw8Xp106rKhE",
			"98935809c1a966236cfa6bc5c0fe41613d5a0f8de7a54d3f41936c9ef22770dd",
		},
	}
	for _, tt := range tests {
		made, err := access.NewSecret(bytes.NewReader(tt.random))
		if err != nil || made.Reveal() != tt.text {
			t.Errorf("made %s, %v; want %s", made.Reveal(), err, tt.text)
		}
		read, ok := access.ParseSecret(tt.text)
		if hash := read.Hash(); !ok || hex.EncodeToString(hash[:]) != tt.sum {
			t.Errorf("%s: read %v, hash %x; want %s", tt.text, ok, hash, tt.sum)
		}
	}
}

func TestParseSecretRefuses(t *testing.T) {
	good := mustSecret(t, counting[:]).Reveal()
	for name, text := range map[string]string{
		"empty":            "",
		"prefix alone":     "carnet_",
		"short":            good[:len(good)-1],
		"long":             good + "0",
		"space before":     " " + good[:len(good)-1],
		"other prefix":     "Carnet_" + good[7:],
		"not base 62":      good[:20] + "-" + good[21:],
		"not ASCII":        good[:20] + "é" + good[22:],
		"2^256, sum right": "carnet_yhjskwdA6OZ1AL1YmHWZWm8LLG7HjnuCA2j5rOw8Xp22uXroI",
		"swapped":          good[:9] + good[10:11] + good[9:10] + good[11:],
	} {
		if s, ok := access.ParseSecret(text); ok || s.Reveal() != "" {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestNewSecretNeedsRandomness(t *testing.T) {
	broken := errors.New("broken")
	for name, rand := range map[string]io.Reader{
		"broken": iotest.ErrReader(broken),
		"short":  bytes.NewReader(counting[:31]),
	} {
		s, err := access.NewSecret(rand)
		if err == nil || s.Reveal() != "" {
			t.Errorf("%s: made %q, %v", name, s.Reveal(), err)
		}
	}
	if _, err := access.NewSecret(iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Errorf("the cause is lost: %v", err)
	}
}

func TestSecretRoundTrip(t *testing.T) {
	whole := regexp.MustCompile(`^` + access.SecretPattern + `$`)
	rapid.Check(t, func(t *rapid.T) {
		text := mustSecret(t, drawRandom(t)).Reveal()
		back, ok := access.ParseSecret(text)
		if !ok || back.Reveal() != text || back.Hash() != sha256.Sum256([]byte(text)) {
			t.Fatalf("%s does not come back", text)
		}
		if !whole.MatchString(text) {
			t.Fatalf("%s does not match SecretPattern", text)
		}
	})
}

func TestSecretPatternFindsSecrets(t *testing.T) {
	good := mustSecret(t, counting[:]).Reveal()
	find := regexp.MustCompile(access.SecretPattern)
	for _, text := range []string{"key=" + good, `{"key":"` + good + `"}`, "Bearer " + good + "\n"} {
		if find.FindString(text) != good {
			t.Errorf("not found in %q", text)
		}
	}
	if find.MatchString(good + "0") {
		t.Error("found in a longer word")
	}
}

// A checksum that is a CRC catches each change of one character, not most.
func TestChangedCharacterIsRefused(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := mustSecret(t, drawRandom(t)).Reveal()
		for i := range len(text) {
			for _, c := range []byte(alphabet) {
				changed := text[:i] + string(c) + text[i+1:]
				if _, ok := access.ParseSecret(changed); ok != (changed == text) {
					t.Fatalf("%s with %c at %d: %v", text, c, i, ok)
				}
			}
		}
	})
}

// What is accepted is exactly what would have been made of the same bits.
func FuzzSecret(f *testing.F) {
	f.Add("")
	f.Add("carnet_")
	f.Add("carnet_yhjskwdA6OZ1AL1YmHWZWm8LLG7HjnuCA2j5rOw8Xp22uXroI")
	f.Add(mustSecret(f, make([]byte, 32)).Reveal())
	f.Add(mustSecret(f, counting[:]).Reveal())
	f.Fuzz(func(t *testing.T, text string) {
		s, ok := access.ParseSecret(text)
		if !ok {
			if s.Reveal() != "" {
				t.Fatal("refused, and given all the same")
			}
			return
		}
		if again := mustSecret(t, randomOf(t, text)).Reveal(); s.Reveal() != text || again != text {
			t.Fatalf("%q is %q, and made again %q", text, s.Reveal(), again)
		}
	})
}

// randomOf reads the bits of a secret by another way than the package's own.
func randomOf(t *testing.T, text string) []byte {
	n := new(big.Int)
	for _, c := range []byte(text[7:50]) {
		n.Mul(n, big.NewInt(62))
		n.Add(n, big.NewInt(int64(strings.IndexByte(alphabet, c))))
	}
	if n.Sign() < 0 || n.BitLen() > 256 {
		t.Fatalf("%q is not a number of 256 bits", text)
	}
	return n.FillBytes(make([]byte, 32))
}

// Nothing prints a secret: no verb or flag of fmt, no field that fmt may not
// call methods on, no log, no JSON.
func TestRedaction(t *testing.T) {
	s := mustSecret(t, counting[:])
	hidden := s.Reveal()[7:]
	type open struct{ Key access.Secret }
	type closed struct{ key access.Secret }
	values := []any{s, &s, []access.Secret{s}, map[string]access.Secret{"key": s}, open{s}, &open{s}, closed{s}, &closed{s}}

	var printed []string
	for _, v := range values {
		for verb := 'A'; verb <= 'z'; verb++ {
			for _, flags := range []string{"", "+", "#", "-", " ", "0", "+#", "80", "-80.60"} {
				printed = append(printed, fmt.Sprintf("%"+flags+string(verb), v))
			}
		}
		for _, mistake := range []string{"no verb", "%*d", "%[2]d", "%!", "%é", "%w"} {
			printed = append(printed, fmt.Sprintf(mistake, v), fmt.Errorf(mistake, v).Error())
		}
		printed = append(printed, fmt.Sprint(v))
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		printed = append(printed, string(text))
		for _, handler := range []func(io.Writer) slog.Handler{
			func(w io.Writer) slog.Handler { return slog.NewTextHandler(w, nil) },
			func(w io.Writer) slog.Handler { return slog.NewJSONHandler(w, nil) },
		} {
			var out bytes.Buffer
			slog.New(handler(&out)).Info("made", "key", v)
			printed = append(printed, out.String())
		}
	}
	hex := fmt.Sprintf("%x", hidden[:8]) // a verb might print the bytes
	for _, p := range printed {
		if strings.Contains(p, hidden[:8]) || strings.Contains(strings.ToLower(p), hex) {
			t.Errorf("shown in %q", p)
		}
	}
	if got := fmt.Sprintf("%v %s %#v", s, s, s); got != "carnet_… carnet_… carnet_…" {
		t.Errorf("printed as %q", got)
	}
}

func mustSecret(t interface{ Fatal(...any) }, random []byte) access.Secret {
	s, err := access.NewSecret(bytes.NewReader(random))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func drawRandom(t *rapid.T) []byte {
	return rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "random")
}
