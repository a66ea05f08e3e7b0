package access

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
)

// How long one stays signed in, however much one does meanwhile, how long a link
// that signs in works, and how many sessions and how many links a key may have: the
// oldest ends for one more.
const (
	SessionLife = 30 * 24 * time.Hour
	LinkLife    = 5 * time.Minute
	MaxSessions = 100
)

// Session is somebody who is signed in: with a key, which is not needed again, and
// without which the session is nothing. A link that signs in once is kept as one too.
type Session struct {
	Hash    [sha256.Size]byte // Token.Hash
	Space   contact.SpaceID   // of the key
	Key     int64
	Name    string // of the person, for history; "" if not given, else at most MaxName code points
	Created contact.Time
	Expires contact.Time // the first moment at which it has ended
}

// SessionOf makes the session of a token, which begins now: of a key, in the name
// of somebody, whom history will call so. Its error is Invalid, at "name".
func SessionOf(t Token, k APIKey, name string, now contact.Time) (Session, error) {
	s := Session{Hash: t.Hash(), Space: k.Space, Key: k.ID, Name: strings.TrimSpace(name), Created: now, Expires: after(now, SessionLife)}
	return s, checkReader(s.Name)
}

// LinkOf makes the link of a token, by which one signs in once with a key.
func LinkOf(t Token, k APIKey, now contact.Time) Session {
	return Session{Hash: t.Hash(), Space: k.Space, Key: k.ID, Created: now, Expires: after(now, LinkLife)}
}

func after(now contact.Time, life time.Duration) contact.Time {
	return now + contact.Time(life/time.Microsecond)
}

// checkReader holds a name to the rules of the header X-Actor, whose place it takes.
func checkReader(name string) error {
	if utf8.RuneCountInString(name) > MaxName {
		return fault.At("name", fault.CodeNameLength, fmt.Sprintf("The name has more than %d characters.", MaxName))
	}
	if flaw := contact.CheckLine("name", name); flaw != nil {
		return fault.At("name", fault.CodeNameCharacters, flaw.Message)
	}
	return nil
}

// Authenticate gives a 401 where the session has ended at now.
func (s Session) Authenticate(now contact.Time) error {
	if s.Expires <= now {
		return Unauthenticated(fault.CodeSessionEnded)
	}
	return nil
}

// Author names who acts in a session for the log of Spaces and keys: the key, and
// the person if known.
func (s Session) Author(k APIKey) string {
	who := Author(fmt.Sprintf("key %d", k.ID), k.Name)
	if s.Name == "" {
		return who
	}
	return Author(who, s.Name)
}
