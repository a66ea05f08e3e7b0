package book

import (
	"context"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
)

// gather reads what a verb needs of history. That cannot change, so it is read
// before the write, as any GET reads it, and not in its transaction.
func (b *Book) gather(ctx context.Context, g access.Grant, verb contact.Verb) error {
	switch v := verb.(type) {
	case *contact.Put:
		return b.base(ctx, g, v.Ref, &v.Base)
	case *contact.Amend:
		return b.base(ctx, g, v.Ref, &v.Base)
	case *contact.Undo:
		return b.undone(ctx, g, v)
	case *contact.Unmerge:
		var err error
		v.Past, err = b.store.Past(ctx, g.Space.ID, v.Merged)
		return err
	}
	return nil
}

// base reads what a write was made from (CONTRACT D27).
func (b *Book) base(ctx context.Context, g access.Grant, ref contact.ID, base *contact.Base) error {
	if base.Version == 0 {
		return nil
	}
	c, ok, err := b.store.At(ctx, g.Space.ID, ref, store.Moment{Version: base.Version})
	if err == nil && ok {
		base.Contact = &c
	}
	return err
}

// undone reads the write that is to be undone, and what else that needs (CONTRACT
// D28).
func (b *Book) undone(ctx context.Context, g access.Grant, u *contact.Undo) (err error) {
	if u.Op == 0 {
		return nil // of no write
	}
	if u.Entries, err = b.store.WriteChanges(ctx, g.Space.ID, u.Op); err != nil {
		return err
	}
	u.Pasts = nil
	for i := range u.Entries {
		ch := &u.Entries[i]
		if err := b.merged(ctx, g, u, ch); err != nil {
			return err
		}
		if state := ch.Edits.State; state != nil && state.Before == contact.Deleted {
			left, ok, err := b.store.At(ctx, g.Space.ID, ch.Contact, store.Moment{Version: ch.Version})
			if err != nil {
				return err
			}
			if ok {
				u.Left = &left
			}
		}
	}
	u.Whose, err = b.store.Whose(ctx, g.Space.ID, u.Brings())
	return err
}

// merged reads the past of what a change merged, as far as it is merged by that to
// this day.
func (b *Book) merged(ctx context.Context, g access.Grant, u *contact.Undo, ch *contact.Change) error {
	for _, a := range ch.Edits.Absorbed {
		past, err := b.store.Past(ctx, g.Space.ID, a.ID)
		if err != nil {
			return err
		}
		if past != nil && past.By == ch.Op {
			u.Pasts = append(u.Pasts, past)
		}
	}
	return nil
}
