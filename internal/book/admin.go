package book

import (
	"context"
	"iter"
	"time"

	"github.com/carnet-project/carnet/internal/access"
)

// What a key with the scope admin may do, in its own Space and nowhere else: the keys
// of other Spaces are not there for it. The key is looked at again first, as Do does.
// by is who acts, as access.Session.Author names them: the log tells it.

// MaxKeys is how many keys of a Space are listed: the newest.
const MaxKeys = 1000

// KeysOf lists the newest keys of the Space, newest first, revoked ones included.
func (b *Book) KeysOf(ctx context.Context, g access.Grant) ([]access.APIKey, error) {
	if _, err := b.again(ctx, g, access.Admin); err != nil {
		return nil, err
	}
	list, err := b.store.APIKeysOf(ctx, g.Space.ID, MaxKeys)
	return list, busy(err)
}

// MakeKey makes a key in the Space, with whatever scopes: see CreateKey.
func (b *Book) MakeKey(ctx context.Context, g access.Grant, by string, k access.APIKey) (access.APIKey, access.Secret, error) {
	if _, err := b.again(ctx, g, access.Admin); err != nil {
		return access.APIKey{}, access.Secret{}, err
	}
	k.Space = g.Space.ID
	return b.CreateKey(ctx, by, k)
}

// Rotate makes a key that takes the place of another: see RotateKey.
func (b *Book) Rotate(ctx context.Context, g access.Grant, by string, id int64, overlap time.Duration) (Rotation, error) {
	if err := b.ownKey(ctx, g, id); err != nil {
		return Rotation{}, err
	}
	return b.RotateKey(ctx, by, id, overlap, func(Rotation) error { return nil })
}

// Revoke ends a key for good, and with it the sessions of those who signed in with
// it: see RevokeKey.
func (b *Book) Revoke(ctx context.Context, g access.Grant, by string, id int64) (k access.APIKey, already bool, err error) {
	if err := b.ownKey(ctx, g, id); err != nil {
		return access.APIKey{}, false, err
	}
	return b.RevokeKey(ctx, by, id)
}

// SetKeyBudget lets change set what it wants of the budget of a key: see SetBudget.
func (b *Book) SetKeyBudget(ctx context.Context, g access.Grant, by string, id int64, change func(*access.Budget)) (access.APIKey, error) {
	if err := b.ownKey(ctx, g, id); err != nil {
		return access.APIKey{}, err
	}
	return b.SetBudget(ctx, by, id, change)
}

// KeyLogOf reads what was done to a key, newest first.
func (b *Book) KeyLogOf(ctx context.Context, g access.Grant, id int64) iter.Seq2[access.Entry, error] {
	if err := b.ownKey(ctx, g, id); err != nil {
		return func(yield func(access.Entry, error) bool) { yield(access.Entry{}, err) }
	}
	return b.KeyLog(ctx, id)
}

// KeyOf reads a key of the Space: NotFound where it is not of that, as where there is
// none. A key never changes its Space.
func (b *Book) KeyOf(ctx context.Context, g access.Grant, id int64) (access.APIKey, error) {
	if _, err := b.again(ctx, g, access.Admin); err != nil {
		return access.APIKey{}, err
	}
	k, err := b.key(ctx, id)
	if err == nil && k.Space != g.Space.ID {
		k, err = access.APIKey{}, noKey(id)
	}
	return k, err
}

// ownKey tells whether somebody may manage a key, as KeyOf does.
func (b *Book) ownKey(ctx context.Context, g access.Grant, id int64) error {
	_, err := b.KeyOf(ctx, g, id)
	return err
}

// UsedToday tells what keys of the Space have used of their daily budgets in the 24
// hours that run, by key. A key that used nothing is left out, and so is one of
// another Space.
func (b *Book) UsedToday(ctx context.Context, g access.Grant, keys ...int64) (map[int64]access.Spent, error) {
	if _, err := b.again(ctx, g, access.Admin); err != nil {
		return nil, err
	}
	used, err := b.store.Spent(ctx, g.Space.ID, keys)
	for key, s := range used {
		if s.At(b.now()) == (access.Spent{}) {
			delete(used, key)
		}
	}
	return used, busy(err)
}

// SpaceNow reads the Space as it is at this moment, and what it keeps.
func (b *Book) SpaceNow(ctx context.Context, g access.Grant) (access.Space, access.Usage, error) {
	if _, err := b.again(ctx, g, access.Admin); err != nil {
		return access.Space{}, access.Usage{}, err
	}
	s, usage, found, err := b.store.SpaceNow(ctx, g.Space.ID)
	if err == nil && !found {
		err = noSpace(g.Space.ID)
	}
	return s, usage, busy(err)
}

// ChangeSpace lets change set what it wants of the Space, but for what only who runs
// the server may set: see access.Space.CheckAdmin, and UpdateSpace.
func (b *Book) ChangeSpace(ctx context.Context, g access.Grant, by string, change func(*access.Space) error) (access.Space, error) {
	if _, err := b.again(ctx, g, access.Admin); err != nil {
		return access.Space{}, err
	}
	return b.UpdateSpace(ctx, by, g.Space.ID, func(s *access.Space) error {
		before := *s
		if err := change(s); err != nil {
			return err
		}
		return before.CheckAdmin(*s)
	})
}
