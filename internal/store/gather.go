package store

import (
	"context"

	"github.com/carnet-project/carnet/internal/contact"
)

// Gather reads what a verb needs of history, and gives it to the verb. That cannot
// change, so it is read before the write, as any Get reads it, and not in its
// transaction; but for a Past, of which the verb itself tells whether it is out of date.
func (s *Store) Gather(ctx context.Context, space contact.SpaceID, verb contact.Verb) error {
	switch v := verb.(type) {
	case *contact.Planned:
		return s.Gather(ctx, space, v.Verb)
	case *contact.Put:
		return s.base(ctx, space, v.Ref, &v.Base)
	case *contact.Amend:
		return s.base(ctx, space, v.Ref, &v.Base)
	case *contact.Undo:
		return s.undone(ctx, space, v)
	case *contact.Unmerge:
		var err error
		v.Past, err = s.Past(ctx, space, v.Merged)
		return err
	}
	return nil
}

// base reads what a write was made from (CONTRACT D27).
func (s *Store) base(ctx context.Context, space contact.SpaceID, ref contact.ID, base *contact.Base) error {
	if base.Version == 0 {
		return nil
	}
	c, ok, err := s.At(ctx, space, ref, Moment{Version: base.Version})
	if err == nil && ok {
		base.Contact = &c
	}
	return err
}

// undone reads the write that is to be undone, and what else that needs (CONTRACT
// D28).
func (s *Store) undone(ctx context.Context, space contact.SpaceID, u *contact.Undo) (err error) {
	if u.Op == 0 {
		return nil // of no write
	}
	if u.Entries, err = s.WriteChanges(ctx, space, u.Op); err != nil {
		return err
	}
	u.Pasts = nil
	for i := range u.Entries {
		ch := &u.Entries[i]
		if err := s.merged(ctx, space, u, ch); err != nil {
			return err
		}
		if state := ch.Edits.State; state != nil && state.Before == contact.Deleted {
			left, ok, err := s.At(ctx, space, ch.Contact, Moment{Version: ch.Version})
			if err != nil {
				return err
			}
			if ok {
				u.Left = &left
			}
		}
	}
	u.Whose, err = s.Whose(ctx, space, u.Brings())
	return err
}

// merged reads the past of what a change merged, as far as it is merged by that to
// this day.
func (s *Store) merged(ctx context.Context, space contact.SpaceID, u *contact.Undo, ch *contact.Change) error {
	var like *contact.Past
	for _, a := range ch.Edits.Absorbed {
		past, err := s.past(ctx, space, a.ID, true, like)
		if err != nil {
			return err
		}
		if past != nil && past.By == ch.Op {
			u.Pasts = append(u.Pasts, past)
			if past.History != nil || past.Unread {
				like = past
			}
		}
	}
	return nil
}
