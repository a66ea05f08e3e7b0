package sqlite

import (
	"cmp"
	"context"
	"crypto/sha256"

	"zombiezen.com/go/sqlite"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
)

// The kinds of a row of sessions.
const (
	aSession = int64(0)
	aLink    = int64(1)
)

// CreateSession stores a session, or a link.
func (b *Backend) CreateSession(ctx context.Context, s access.Session, link bool) error {
	kind := aSession
	if link {
		kind = aLink
	}
	return b.change(ctx, func(c *conn) error { return createSession(c, &s, kind) })
}

// createSession makes room for a session and stores it.
func createSession(c *conn, s *access.Session, kind int64) error {
	var key access.APIKey
	if err := loadKey(c, selectAPIKey, &key, s.Key); err != nil {
		return err
	}
	if err := c.run(sweepSessions, nil, int64(s.Created), int64(store.MaxSwept)); err != nil {
		return err
	}
	if err := c.run(trimSessions, nil, s.Key, kind, int64(access.MaxSessions-1)); err != nil {
		return err
	}
	return c.run(insertSession, nil, s.Hash[:], s.Key, int64(s.Space), s.Name, int64(s.Created), int64(s.Expires), kind)
}

// Session finds a session by its hash, with its key and the Space.
func (b *Backend) Session(ctx context.Context, hash [sha256.Size]byte) (s access.Session, grant access.Grant, found bool, err error) {
	err = b.readKept(ctx, func(c *conn) error {
		if found, err = whether(loadSession(c, &s, hash, aSession)); !found {
			return err
		}
		if err := loadKey(c, selectAPIKey, &grant.Key, s.Key); err != nil {
			return err
		}
		return loadSpace(c, grant.Key.Space, &grant.Space)
	})
	return s, grant, found && err == nil, err
}

// UseLink makes a session in the place of a link. It looks for the link beside the
// writer first: those that lead nowhere hold nobody up.
func (b *Backend) UseLink(ctx context.Context, hash [sha256.Size]byte, s access.Session) (_ access.Session, found bool, err error) {
	err = b.readKept(ctx, func(c *conn) error {
		found, err = loadLink(c, &s, hash)
		return err
	})
	if err != nil || !found {
		return access.Session{}, false, err
	}
	err = b.change(ctx, func(c *conn) error {
		if found, err = loadLink(c, &s, hash); !found {
			return err
		}
		if err := c.run(deleteSession, nil, hash[:], aLink); err != nil {
			return err
		}
		return createSession(c, &s, aSession)
	})
	return s, found && err == nil, err
}

// loadLink finds a link that has not ended when a session is to begin, which gets
// its key and Space, and its name where it has none.
func loadLink(c *conn, s *access.Session, hash [sha256.Size]byte) (bool, error) {
	var link access.Session
	found, err := whether(loadSession(c, &link, hash, aLink))
	if !found || link.Expires <= s.Created {
		return false, err
	}
	s.Key, s.Space, s.Name = link.Key, link.Space, cmp.Or(s.Name, link.Name)
	return true, nil
}

// EndSession deletes a session.
func (b *Backend) EndSession(ctx context.Context, hash [sha256.Size]byte) error {
	return b.change(ctx, func(c *conn) error { return c.run(deleteSession, nil, hash[:], aSession) })
}

// EndSessions deletes all sessions of a key, and its links.
func (b *Backend) EndSessions(ctx context.Context, key int64) error {
	return b.change(ctx, func(c *conn) error { return c.run(deleteSessions, nil, key) })
}

// loadSession reads sessionColumns of a row of a kind.
func loadSession(c *conn, s *access.Session, hash [sha256.Size]byte, kind int64) error {
	return one(c, selectSession, func(row *sqlite.Stmt) error {
		*s = access.Session{
			Hash:    hash,
			Key:     row.ColumnInt64(1),
			Space:   contact.SpaceID(row.ColumnInt64(2)),
			Name:    row.ColumnText(3),
			Created: contact.Time(row.ColumnInt64(4)),
			Expires: contact.Time(row.ColumnInt64(5)),
		}
		return nil
	}, hash[:], kind)
}
