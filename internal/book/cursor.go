package book

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"sync"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/store"
)

// Cursors are opaque: a place in a list, and a signature that binds it to the
// Space and to the query (CONTRACT D17). What they bind to is not in them.
type cursors struct {
	mu     sync.Mutex
	secret []byte
}

// cursorSecret loads the secret that all servers share, once.
func (b *Book) cursorSecret(ctx context.Context) ([]byte, error) {
	b.cursors.mu.Lock()
	defer b.cursors.mu.Unlock()
	if b.cursors.secret == nil {
		secret, err := b.store.Secret(ctx)
		if err != nil {
			return nil, err
		}
		b.cursors.secret = secret
	}
	return b.cursors.secret, nil
}

// listName is what a cursor is bound to: whose list it is and what is in it.
type listName struct {
	space contact.SpaceID
	query string // the canonical text of the query; no two queries share one
	dated bool   // it has bounds that the Space's time zone decides
}

const macLength = 16

func (n listName) sign(secret, place []byte) []byte {
	mac := hmac.New(sha256.New, secret)
	var space [8]byte
	binary.BigEndian.PutUint64(space[:], uint64(n.space))
	mac.Write(space[:])
	mac.Write([]byte{byte(len(place))})
	mac.Write(place)
	mac.Write([]byte(n.query))
	return mac.Sum(nil)[:macLength]
}

// cursor writes a place, "" for none.
func (n listName) cursor(secret []byte, at store.Place) string {
	if (at == store.Place{}) {
		return ""
	}
	place := []byte{0}
	if at.Back {
		place[0] = 1
	}
	place = binary.AppendUvarint(place, uint64(at.Mark))
	return base64.RawURLEncoding.EncodeToString(append(place, n.sign(secret, place)...))
}

// place reads a cursor; "" is the beginning. A cursor of another list, or that
// was changed, is refused.
func (n listName) place(secret []byte, cursor string) (store.Place, error) {
	if cursor == "" {
		return store.Place{}, nil
	}
	// Decoding steps over line breaks: what it came from must be all there was.
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil || base64.RawURLEncoding.EncodeToString(raw) != cursor || len(raw) <= macLength+1 || len(raw) > macLength+1+binary.MaxVarintLen64 {
		return store.Place{}, n.badCursor()
	}
	place, mac := raw[:len(raw)-macLength], raw[len(raw)-macLength:]
	if !hmac.Equal(mac, n.sign(secret, place)) {
		return store.Place{}, n.badCursor()
	}
	mark, _ := binary.Uvarint(place[1:])
	return store.Place{Mark: int64(mark), Back: place[0] == 1}, nil
}

func (n listName) badCursor() error {
	if n.dated {
		return fault.At("cursor", fault.CodeCursorInvalid, "This cursor does not belong to this list, or the Space's time zone was changed since it was given, "+
			"which moves start_date and end_date. Take it from an answer to the same query, unchanged, or leave it out to begin anew.")
	}
	return fault.At("cursor", fault.CodeCursorInvalid,
		"This cursor does not belong to this list. Take it from an answer to the same query, unchanged, or leave it out to begin anew.")
}
