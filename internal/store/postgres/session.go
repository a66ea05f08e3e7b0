package postgres

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"

	"github.com/jackc/pgx/v5"

	"github.com/carnet-project/carnet/internal/access"
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
	return b.change(ctx, func(t *tx) error {
		if err := t.lockKey(ctx, s.Key); err != nil {
			return err
		}
		q := t.statements()
		queueSession(q, &s, kind)
		return t.send(ctx, "make a session", q)
	})
}

// lockKey takes the row of a key before any of its sessions, so that who makes
// sessions of one key comes one after the other. ErrNoRow where there is none.
func (t *tx) lockKey(ctx context.Context, id int64) error {
	q := t.statements()
	q.Queue(lockAPIKey, id).QueryRow(func(r pgx.Row) error {
		_, err := apiKeyRow(r)
		return orNoRow(err)
	})
	return t.send(ctx, "lock a key", q)
}

// queueSession makes room for a session and stores it.
func queueSession(q *pgx.Batch, s *access.Session, kind int64) {
	q.Queue(sweepSessions, int64(s.Created), int64(store.MaxSwept))
	q.Queue(trimSessions, s.Key, kind, int64(access.MaxSessions-1))
	q.Queue(insertSession, s.Hash[:], s.Key, int64(s.Space), s.Name, int64(s.Created), int64(s.Expires), kind).Exec(exactly(1))
}

// Session finds a session by its hash, with its key and the Space.
func (b *Backend) Session(ctx context.Context, hash [sha256.Size]byte) (s access.Session, _ access.Grant, _ bool, _ error) {
	grant, found, err := first(list(ctx, b.keys, "look for a session", func(r pgx.Row) (access.Grant, error) {
		var stored []byte
		s.Hash = hash // by which it is found
		return grantRow(r, &stored, &s.Key, (*int64)(&s.Space), &s.Name, (*int64)(&s.Created), (*int64)(&s.Expires))
	}, selectSession, hash[:]))
	return s, grant, found, err
}

// UseLink makes a session in the place of a link. It looks for the link without a
// lock first: those that lead nowhere hold nobody up.
func (b *Backend) UseLink(ctx context.Context, link [sha256.Size]byte, s access.Session) (_ access.Session, found bool, err error) {
	found, err = one(ctx, b.keys, "look for a link", selectLink, []any{link[:], int64(s.Created)}, []any{&s.Key})
	if err != nil || !found {
		return access.Session{}, false, err
	}
	err = b.change(ctx, func(t *tx) error {
		if err := t.lockKey(ctx, s.Key); err != nil {
			return err
		}
		q := t.statements()
		q.Queue(takeLink, link[:], int64(s.Created)).QueryRow(func(r pgx.Row) error {
			name := ""
			err := r.Scan(&s.Key, (*int64)(&s.Space), &name)
			s.Name = cmp.Or(s.Name, name)
			if found = err == nil; errors.Is(err, pgx.ErrNoRows) {
				return nil
			}
			return err
		})
		if err := t.send(ctx, "use a link", q); err != nil || !found {
			return err
		}
		q = t.statements()
		queueSession(q, &s, aSession)
		return t.send(ctx, "make a session", q)
	})
	return s, found && err == nil, err
}

// EndSession deletes a session.
func (b *Backend) EndSession(ctx context.Context, hash [sha256.Size]byte) error {
	return b.change(ctx, func(t *tx) error {
		q := t.statements()
		q.Queue(deleteSession, hash[:])
		return t.send(ctx, "end a session", q)
	})
}

// EndSessions deletes all sessions of a key, and its links.
func (b *Backend) EndSessions(ctx context.Context, key int64) error {
	return b.change(ctx, func(t *tx) error {
		q := t.statements()
		q.Queue(lockAPIKey, key) // who makes one just now comes before, and it goes too
		q.Queue(deleteSessions, key)
		return t.send(ctx, "end the sessions of a key", q)
	})
}
