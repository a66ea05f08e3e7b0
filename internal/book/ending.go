package book

import (
	"context"
	"errors"
	"slices"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
)

// KeyNotice is the kind of the row that remembers, as the time of its completion, when
// the log last told of keys that end soon: so another server does not tell it again, nor
// this one after a restart. It is of no Space, and closed from its beginning, as nobody
// has to go on with it.
const KeyNotice store.JobKind = "key_notice"

// errTold says that another server told it meanwhile.
var errTold = errors.New("book: it was told")

// EndsAt gives when the key of a grant ends, where that is soon (see
// access.APIKey.EndsSoon); 0 where it is not.
func (b *Book) EndsAt(g access.Grant) contact.Time {
	if g.Key.Expires == 0 || !g.Key.EndsSoon(b.now()) {
		return 0
	}
	return g.Key.Expires
}

// TellOfEnding warns in the log of the keys of all Spaces that end soon: of each 14 days
// ahead, 3 and 1, as access.APIKey.NoticeDue says. It gives how many end within 14 days.
// A server calls it every minute or so.
func (b *Book) TellOfEnding(ctx context.Context) (soon int, err error) {
	keys, err := b.store.APIKeys(ctx)
	if err != nil {
		return 0, err
	}
	now := b.now()
	keys = slices.DeleteFunc(keys, func(k access.APIKey) bool { return !k.EndsSoon(now) })
	soon = len(keys)
	if soon == 0 {
		return 0, nil
	}
	last, found, err := store.NewestJob(ctx, b.store, 0, KeyNotice)
	if err != nil {
		return soon, err
	}
	keys = slices.DeleteFunc(keys, func(k access.APIKey) bool { return !k.NoticeDue(last.Completed, now) })
	if len(keys) == 0 {
		return soon, nil
	}
	if err := b.takeNotice(ctx, last, found, now); err != nil {
		if errors.Is(err, errTold) {
			return soon, nil
		}
		return soon, busy(err)
	}
	for i := range keys {
		b.log.Warn("a key ends soon, and what uses it is refused from then on: `carnet key list` names it, `carnet key rotate` makes another in its place",
			"key_id", keys[i].ID, "space_id", keys[i].Space, "expires", keys[i].Expires.Std())
	}
	return soon, nil
}

// takeNotice remembers that it is told now, before it is: a server that is killed in
// between leaves one notice out, and the next one comes all the same.
func (b *Book) takeNotice(ctx context.Context, last store.Job, found bool, now contact.Time) error {
	if !found {
		_, err := b.store.CreateJob(ctx, store.Job{Kind: KeyNotice, State: store.JobCompleted, Created: now, Completed: now, Due: now})
		return err
	}
	_, err := b.store.UpdateJob(ctx, 0, last.ID, func(j *store.Job) error {
		if j.Completed != last.Completed {
			return errTold
		}
		j.Completed = now
		return nil
	})
	return err
}
