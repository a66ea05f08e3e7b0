package store

import (
	"context"
	"slices"

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
	u.Pasts, u.Rests = nil, nil
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
	if err := s.rests(ctx, space, u); err != nil {
		return err
	}
	if len(u.Pasts) == 0 {
		if err := s.apart(ctx, space, u); err != nil {
			return err
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
		if past != nil && slices.Contains(past.By, ch.Op) {
			u.Pasts = append(u.Pasts, past)
			if past.History != nil || past.Unread {
				like = past
			}
		}
	}
	return nil
}

// apart notes at which change each is that a write merged and of which none is merged by
// that now, so that a write that merges them again is seen.
func (s *Store) apart(ctx context.Context, space contact.SpaceID, u *contact.Undo) error {
	var heads []contact.Rest
	for i := range u.Entries {
		for _, a := range u.Entries[i].Edits.Absorbed {
			c, ok, err := s.Row(ctx, space, a.ID)
			if err != nil {
				return err
			}
			if !ok {
				return errAstray(a.ID)
			}
			heads = append(heads, contact.Rest{ID: a.ID, Head: c.Head})
		}
	}
	if len(heads) == 0 {
		return nil
	}
	for i := range u.Entries { // one may have been merged again before its head was read
		if err := s.merged(ctx, space, u, &u.Entries[i]); err != nil {
			return err
		}
	}
	if len(u.Pasts) == 0 {
		u.Rests = heads
	}
	return nil
}

// rests reads what became since of what a write merged or split.
func (s *Store) rests(ctx context.Context, space contact.SpaceID, u *contact.Undo) error {
	for _, ch := range contact.RestsOf(u.Entries) {
		c, ok, err := s.Row(ctx, space, ch.Contact)
		if err != nil {
			return err
		}
		if !ok {
			return errAstray(ch.Contact)
		}
		err = s.back(ctx, space, c.Head, func(chain []contact.Change, _ bool) (enough bool) {
			rest, more := contact.RestOf(chain, ch)
			if !more {
				u.Rests = append(u.Rests, rest)
			}
			return !more
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// back reads the changes of a contact from one back, newest first, until that is enough:
// whole tells that these are all.
func (s *Store) back(ctx context.Context, space contact.SpaceID, from contact.Seq, enough func(chain []contact.Change, whole bool) bool) error {
	var chain []contact.Change
	for whole := false; !whole; {
		rows, err := s.reads.Chain(ctx, space, from, max(entriesAtOnce, len(chain)))
		if err != nil {
			return err
		}
		changes, err := decodeChanges(rows)
		if err != nil {
			return err
		}
		if chain = append(chain, changes...); len(changes) > 0 {
			from = changes[len(changes)-1].Prev
		}
		if whole = len(changes) == 0 || from == 0; enough(chain, whole) {
			return nil
		}
	}
	return nil
}
