package access_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
)

const minute = contact.Time(60_000_000)

func someToken(t *testing.T) access.Token {
	t.Helper()
	token, err := access.NewToken(bytes.NewReader(counting[:]))
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func TestSessionsLast(t *testing.T) {
	const now = 1_700_000_000_123_456
	token, key := someToken(t), access.APIKey{ID: 7, Space: 3}
	s, err := access.SessionOf(token, key, "  Zoë ", now)
	want := access.Session{Hash: token.Hash(), Space: 3, Key: 7, Name: "Zoë", Created: now, Expires: now + 30*24*60*minute}
	if err != nil || s != want {
		t.Errorf("a session: %v, %+v; want %+v", err, s, want)
	}
	link := access.LinkOf(token, key, now)
	if want.Name, want.Expires = "", now+5*minute; link != want {
		t.Errorf("a link: %+v, want %+v", link, want)
	}
	for at, works := range map[contact.Time]bool{s.Created - 1: true, s.Created: true, s.Expires - 1: true, s.Expires: false, s.Expires + 1: false} {
		err := s.Authenticate(at)
		if e, _ := errors.AsType[*fault.Error](err); (err == nil) != works || e != nil && (e.Kind != fault.Unauthenticated || e.Code != fault.CodeSessionEnded) {
			t.Errorf("at %d after it began: %v", at-s.Created, err)
		}
	}
}

// The name is kept as X-Actor is.
func TestNamesOfSessions(t *testing.T) {
	for name, code := range map[string]fault.Code{
		"": "", "Ada": "", "例え": "", strings.Repeat("é", 100): "", "  " + strings.Repeat("a", 100) + "  ": "",
		strings.Repeat("é", 101): fault.CodeNameLength,
		"a\nb":                   fault.CodeNameCharacters, "a\x00": fault.CodeNameCharacters, "a\xff": fault.CodeNameCharacters, "a\u202eb": fault.CodeNameCharacters, "\u200b": fault.CodeNameCharacters,
	} {
		s, err := access.SessionOf(someToken(t), access.APIKey{}, name, 1)
		e, _ := errors.AsType[*fault.Error](err)
		switch {
		case code == "" && (err != nil || s.Name != strings.TrimSpace(name)):
			t.Errorf("%q: %v, kept as %q", name, err, s.Name)
		case code != "" && (e == nil || e.Code != code || len(e.At) != 1 || e.At[0].Path != "name"):
			t.Errorf("%q: %v, want %s", name, err, code)
		}
	}
}

func TestAuthorsOfSessions(t *testing.T) {
	key := access.APIKey{ID: 7, Name: "front desk"}
	for name, want := range map[string]string{"": "key 7: front desk", "Ada": "key 7: front desk: Ada"} {
		if who := (access.Session{Name: name}).Author(key); who != want {
			t.Errorf("%q acts as %q, want %q", name, who, want)
		}
	}
}
