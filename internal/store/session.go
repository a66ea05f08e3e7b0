package store

import (
	"context"

	"github.com/carnet-project/carnet/internal/access"
)

// MaxSwept is how many rows of sessions that have ended, at most, go when one is
// made: few enough to be unnoticed, and more than come.
const MaxSwept = 100

// Sessions keep who is signed in, and the links by which one signs in once. Links
// and sessions are apart: neither is found as the other. Each method is a
// transaction of its own. Whether a session has ended is for the caller to say.
type Sessions interface {
	// CreateSession stores a session, or a link. Of its key's, of the same kind, it
	// keeps access.MaxSessions at most: the oldest go. Beside it up to MaxSwept go, of
	// whatever key, that have ended when this one was created. ErrNoRow where there
	// is no such key.
	CreateSession(ctx context.Context, s access.Session, link bool) error
	// Session finds a session by its hash, with its key and the Space, as Grant
	// finds those. It returns false where there is none. It waits for no read of a
	// Space.
	Session(ctx context.Context, hash [32]byte) (access.Session, access.Grant, bool, error)
	// UseLink makes a session in the place of a link that has not ended when the
	// session is created: of the link's key and Space, and of its name where the session has none. The link goes with it, so of
	// those who use one at once one gets a session. It gives the session as it is
	// stored; false where there is no such link, and then it writes nothing.
	UseLink(ctx context.Context, link [32]byte, s access.Session) (access.Session, bool, error)
	// EndSession deletes a session. That there is none is no fault.
	EndSession(ctx context.Context, hash [32]byte) error
	// EndSessions deletes all sessions of a key, and its links.
	EndSessions(ctx context.Context, key int64) error
}

// CreateSession stores a session, or a link. ErrNoRow where its key does not exist.
func (s *Store) CreateSession(ctx context.Context, made access.Session, link bool) error {
	return s.guarded(func() error { return s.backend.CreateSession(ctx, made, link) })
}

// Session finds a session by its hash, with its key and the Space; false where
// there is none.
func (s *Store) Session(ctx context.Context, hash [32]byte) (access.Session, access.Grant, bool, error) {
	return s.backend.Session(ctx, hash)
}

// UseLink makes a session in the place of a link; false where that is gone, or has
// ended.
func (s *Store) UseLink(ctx context.Context, link [32]byte, made access.Session) (_ access.Session, found bool, err error) {
	made, err = guarded(s, func() (of access.Session, err error) {
		of, found, err = s.backend.UseLink(ctx, link, made)
		return of, err
	})
	return made, found && err == nil, err
}

// EndSession ends a session, if there is one.
func (s *Store) EndSession(ctx context.Context, hash [32]byte) error {
	return s.guarded(func() error { return s.backend.EndSession(ctx, hash) })
}

// EndSessions ends all sessions of a key, and its links.
func (s *Store) EndSessions(ctx context.Context, key int64) error {
	return s.guarded(func() error { return s.backend.EndSessions(ctx, key) })
}
