package book

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/fault"
)

// CreateKey makes a key for k.Space and gives its secret, which is stored
// nowhere: this is the only time that it is known. A name and scopes that are
// not set get their defaults. NotFound where there is no such Space.
func (b *Book) CreateKey(ctx context.Context, by string, k access.APIKey) (access.APIKey, access.Secret, error) {
	if k.Name == "" {
		k.Name = access.DefaultKeyName
	}
	if k.Scopes == 0 {
		k.Scopes = access.DefaultScopes
	}
	as := b.act(by, access.ActionCreate)
	k.Created, k.Revoked, k.LastUsed = as.At, 0, 0
	return b.saveKey(ctx, as, k)
}

func (b *Book) saveKey(ctx context.Context, as access.Act, k access.APIKey) (access.APIKey, access.Secret, error) {
	if err := k.Check(); err != nil {
		return access.APIKey{}, access.Secret{}, err
	}
	secret, err := access.NewSecret(rand.Reader)
	if err != nil {
		return access.APIKey{}, access.Secret{}, err
	}
	k.Hash = secret.Hash()
	k, err = b.store.CreateKey(ctx, as, k)
	if err != nil {
		return access.APIKey{}, access.Secret{}, busy(missing(err, noSpace(k.Space)))
	}
	return k, secret, nil
}

// APIKeys lists all keys by id, revoked ones included.
func (b *Book) APIKeys(ctx context.Context) ([]access.APIKey, error) {
	list, err := b.store.APIKeys(ctx)
	return list, busy(err)
}

// SetBudget lets change set what it wants of the budget of a key, and saves it if
// Budget.Check allows. It gives the key as it is then; NotFound where there is none.
func (b *Book) SetBudget(ctx context.Context, by string, id int64, change func(*access.Budget)) (access.APIKey, error) {
	k, err := b.store.UpdateKey(ctx, b.act(by, access.ActionUpdate), id, func(k *access.APIKey) error {
		change(&k.Budget)
		return k.Budget.Check()
	})
	return k, busy(missing(err, noKey(id)))
}

// RevokeKey ends a key for good. already tells that it was revoked before,
// which changes nothing: it keeps the moment of the first time. NotFound where
// there is no such key.
func (b *Book) RevokeKey(ctx context.Context, by string, id int64) (k access.APIKey, already bool, err error) {
	as := b.act(by, access.ActionRevoke)
	k, err = b.store.UpdateKey(ctx, as, id, func(k *access.APIKey) error {
		if already = k.Revoked != 0; !already {
			k.Revoked = as.At
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
func (b *Book) RotateKey(ctx context.Context, by string, id int64, overlap time.Duration, show func(Rotation) error) (Rotation, error) {
	old, err := b.key(ctx, id)
	if err != nil {
		return Rotation{}, err
	}
	as := b.act(by, access.ActionCreate)
	now := as.At
	next, err := old.Successor(now)
	if err != nil {
		return Rotation{}, err
	}
	r := Rotation{Old: old.EndAfter(overlap, now)}
	if r.Made, r.Secret, err = b.saveKey(ctx, as, next); err != nil {
		return Rotation{}, err
	}
	if err := show(r); err != nil {
		return r, err
	}
	as.Action = access.ActionRotate
	r.Old, err = b.store.UpdateKey(ctx, as, id, func(k *access.APIKey) error {
		*k = k.EndAfter(overlap, now)
		return nil
	})
	return r, busy(missing(err, noKey(id)))
}

// key reads one key. NotFound where there is none.
func (b *Book) key(ctx context.Context, id int64) (access.APIKey, error) {
	k, found, err := b.store.APIKey(ctx, id)
	if err == nil && !found {
		err = noKey(id)
	}
	return k, busy(err)
}

func noKey(id int64) error {
	return fault.New(fault.NotFound, fault.CodeKeyNotFound, fmt.Sprintf("There is no key with the id %d.", id))
}
