package access_test

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"

	"github.com/carnet-project/carnet/internal/access"
)

// The texts were worked out by another program, as those of secrets were.
func TestTokenVectors(t *testing.T) {
	for _, tt := range []struct {
		random    []byte
		text, sum string
	}{
		{make([]byte, 32), strings.Repeat("A", 43), "0f007385b6f9d4b7eeb2748605afe1a984a0a3bfa3f014d09e2a784ce9e5cd1a"},
		{counting[:], "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8", "ea866a757e4c38babfa8127cbe9a409d3e1f93a00ff1488ff735fcf917afffd0"},
		{bytes.Repeat([]byte{0xff}, 32), strings.Repeat("_", 42) + "8", "225f7e75329dd45aa354975d73987319309393af3a4c6733bc13601a4f1b8796"},
	} {
		made, err := access.NewToken(bytes.NewReader(tt.random))
		if err != nil || made.Reveal() != tt.text {
			t.Errorf("made %s, %v; want %s", made.Reveal(), err, tt.text)
		}
		read, ok := access.ParseToken(tt.text)
		if sum := read.Hash(); !ok || hex.EncodeToString(sum[:]) != tt.sum || sum != made.Hash() {
			t.Errorf("%s is read: %v, with the hash %x", tt.text, ok, sum)
		}
	}
	if _, err := access.NewToken(iotest.ErrReader(fmt.Errorf("no more"))); err == nil {
		t.Error("a token without randomness")
	}
}

func TestParseTokenRefuses(t *testing.T) {
	good := strings.Repeat("A", 43)
	for _, text := range []string{
		"", "A", good[1:], good + "A", good + "=", good[1:] + "=", good[1:] + "+", good[1:] + "/", good[1:] + " ", "\n" + good[1:], good[:20] + "\r\n" + good[22:],
		good[1:] + "B", good[1:] + "\x00", strings.Repeat("A", 41) + "é", strings.Repeat("A", 1<<20),
	} {
		if _, ok := access.ParseToken(text); ok {
			t.Errorf("%.60q is taken for a token", text)
		}
	}
}

// What is random has one text, which is read as it was made, and as no key.
func TestTokensRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		random := rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "random")
		made, err := access.NewToken(bytes.NewReader(random))
		if err != nil {
			t.Fatal(err)
		}
		if read, ok := access.ParseToken(made.Reveal()); !ok || read.Hash() != made.Hash() {
			t.Fatalf("%s is read: %v", made.Reveal(), ok)
		}
		if _, ok := access.ParseSecret(made.Reveal()); ok {
			t.Fatalf("%s is read as a key", made.Reveal())
		}
	})
}

func TestTokenNeverPrints(t *testing.T) {
	made, err := access.NewToken(bytes.NewReader(counting[:]))
	if err != nil {
		t.Fatal(err)
	}
	inside := struct {
		Token access.Token
		Many  []access.Token
		P     *access.Token
	}{made, []access.Token{made}, &made}
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		fmt.Fprintf(&out, verb+"\n", made)
		fmt.Fprintf(&out, verb+"\n", &made)
		fmt.Fprintf(&out, verb+"\n", inside)
	}
	slog.New(slog.NewTextHandler(&out, nil)).Info("x", "token", made, "inside", inside)
	slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "token", made, "inside", inside)
	for _, text := range []string{made.Reveal(), hex.EncodeToString([]byte(made.Reveal())), fmt.Sprint([]byte(made.Reveal()))} {
		if strings.Contains(strings.ToLower(out.String()), strings.ToLower(text)) {
			t.Errorf("it is printed: %s", out.String())
		}
	}
	if zero := (access.Token{}); zero.Reveal() != "" {
		t.Errorf("the zero token is %q", zero.Reveal())
	}
}
