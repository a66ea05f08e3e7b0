package book

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/store"
)

// Spaces and keys are managed by whoever may open the database itself: these
// use cases ask for no Grant, so they must not be reached by HTTP without one.
// What they change is in force within a second, in every process
// (CONTRACT D19).

// CreateSpace makes a Space. A time zone and a subscription that are not set
// get their defaults, UTC and active. It is refused, Invalid, with all that
// Space.Check finds; ID and Created are given here.
func (b *Book) CreateSpace(ctx context.Context, s access.Space) (access.Space, error) {
	if s.TimeZone == "" {
		s.TimeZone = access.DefaultTimeZone
	}
	if s.Subscription == "" {
		s.Subscription = access.Active
	}
	s.Created = b.now()
	if err := s.Check(); err != nil {
		return access.Space{}, err
	}
	s, err := b.store.CreateSpace(ctx, s)
	return s, busy(err)
}

// Spaces lists all Spaces by id.
func (b *Book) Spaces(ctx context.Context) ([]access.Space, error) {
	list, err := b.store.Spaces(ctx)
	return list, busy(err)
}

// UpdateSpace lets change set what it wants of a Space, and saves it if
// Space.Check allows. It gives the Space as it is then; NotFound where there
// is none.
func (b *Book) UpdateSpace(ctx context.Context, id contact.SpaceID, change func(*access.Space) error) (access.Space, error) {
	s, err := b.store.UpdateSpace(ctx, id, func(s *access.Space) error {
		if err := change(s); err != nil {
			return err
		}
		return s.Check()
	})
	return s, busy(missing(err, noSpace(id)))
}

// CreateKey makes a key for k.Space and gives its secret, which is stored
// nowhere: this is the only time that it is known. A name and scopes that are
// not set get their defaults. NotFound where there is no such Space.
func (b *Book) CreateKey(ctx context.Context, k access.APIKey) (access.APIKey, access.Secret, error) {
	if k.Name == "" {
		k.Name = access.DefaultKeyName
	}
	if k.Scopes == 0 {
		k.Scopes = access.DefaultScopes
	}
	k.Created, k.Revoked, k.LastUsed = b.now(), 0, 0
	return b.saveKey(ctx, k)
}

func (b *Book) saveKey(ctx context.Context, k access.APIKey) (access.APIKey, access.Secret, error) {
	if err := k.Check(); err != nil {
		return access.APIKey{}, access.Secret{}, err
	}
	secret, err := access.NewSecret(rand.Reader)
	if err != nil {
		return access.APIKey{}, access.Secret{}, err
	}
	k.Hash = secret.Hash()
	k, err = b.store.CreateKey(ctx, k)
	if err != nil {
		return access.APIKey{}, access.Secret{}, busy(missing(err, noSpace(k.Space)))
	}
	return k, secret, nil
}

// Keys lists all keys by id, revoked ones included.
func (b *Book) Keys(ctx context.Context) ([]access.APIKey, error) {
	list, err := b.store.Keys(ctx)
	return list, busy(err)
}

// RevokeKey ends a key for good. already tells that it was revoked before,
// which changes nothing: it keeps the moment of the first time. NotFound where
// there is no such key.
func (b *Book) RevokeKey(ctx context.Context, id int64) (k access.APIKey, already bool, err error) {
	k, err = b.store.UpdateKey(ctx, id, func(k *access.APIKey) error {
		if already = k.Revoked != 0; !already {
			k.Revoked = b.now()
		}
		return nil
	})
	return k, already, busy(missing(err, noKey(id)))
}

// Rotation is what RotateKey did, or is about to do: both keys work from Made on
// until Old ends.
type Rotation struct {
	Made   access.APIKey
	Secret access.Secret // of Made, known this once
	Old    access.APIKey // as it is afterwards
}

// RotateKey makes a key that takes the place of another, and ends that one
// after the overlap, at once where it is 0: see access.APIKey.Successor and
// EndAfter. show gets the new secret before the old key is touched, so wherever
// this is cut short, the old key goes on, or its holder has the new one. Where
// ending the old one fails, the Rotation is given beside the error: the new key
// is there. NotFound where there is no such key, Conflict where it has ended.
func (b *Book) RotateKey(ctx context.Context, id int64, overlap time.Duration, show func(Rotation) error) (Rotation, error) {
	keys, err := b.store.Keys(ctx)
	if err != nil {
		return Rotation{}, busy(err)
	}
	at := slices.IndexFunc(keys, func(k access.APIKey) bool { return k.ID == id })
	if at < 0 {
		return Rotation{}, noKey(id)
	}
	now := b.now()
	next, err := keys[at].Successor(now)
	if err != nil {
		return Rotation{}, err
	}
	r := Rotation{Old: keys[at].EndAfter(overlap, now)}
	if r.Made, r.Secret, err = b.saveKey(ctx, next); err != nil {
		return Rotation{}, err
	}
	if err := show(r); err != nil {
		return r, err
	}
	r.Old, err = b.store.UpdateKey(ctx, id, func(k *access.APIKey) error {
		*k = k.EndAfter(overlap, now)
		return nil
	})
	return r, busy(missing(err, noKey(id)))
}

func noKey(id int64) error {
	return fault.New(fault.NotFound, "key_not_found", fmt.Sprintf("There is no key with the id %d.", id))
}

func noSpace(id contact.SpaceID) error {
	return fault.New(fault.NotFound, "space_not_found", fmt.Sprintf("There is no Space with the id %d.", id))
}

// missing gives instead in place of the store's word for a missing row.
func missing(err, instead error) error {
	if errors.Is(err, store.ErrNoRow) {
		return instead
	}
	return err
}

// busy says what to do where other writers would not let this one in.
func busy(err error) error {
	if errors.Is(err, store.ErrConflict) {
		return &fault.Error{Kind: fault.Unavailable, Code: "database_busy", RetryAfter: time.Second, Err: err,
			Message: "The database is busy: nothing was changed. Try again in a moment."}
	}
	return err
}
