package store

import (
	"context"
	"slices"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
)

// sourcesAtOnce is how many changes are asked for in one call.
const sourcesAtOnce = 500

// Sources tells who made writes of a Space, how and when (CONTRACT D25). They are
// named by the numbers of their first changes, each once. One that history does not have any
// more, or that was erased, is left out.
//
// Rows are read whole, as only the whole row tells that it is as it was written;
// and at most MaxPageBytes at once, of which nothing else is kept.
func (s *Store) Sources(ctx context.Context, space contact.SpaceID, ops []contact.Seq) (map[contact.Seq]contact.Source, error) {
	found := make(map[contact.Seq]contact.Source, len(ops))
	err := s.eachChange(ctx, space, ops, func(row *record.Change) (err error) {
		if row.Erased() {
			return nil
		}
		found[row.Seq], err = record.DecodeSource(row)
		return err
	})
	if err != nil {
		return nil, err
	}
	return found, nil
}

// EachHead reads the newest change of each of these contacts, in no order. They are
// read together, and none is kept, as each may be as large as a contact is.
func (s *Store) EachHead(ctx context.Context, space contact.SpaceID, of []contact.Contact, do func(*contact.Change)) error {
	seqs := make([]contact.Seq, len(of))
	for i := range of {
		seqs[i] = of[i].Head
	}
	return s.eachChange(ctx, space, seqs, func(row *record.Change) error {
		ch, err := record.DecodeChange(row)
		if err == nil {
			do(&ch)
		}
		return err
	})
}

// EachContact reads the live contacts that these refs lead to, each named once, in no
// order, and tells by which. They are read together, and none is kept, as each may be
// large.
func (s *Store) EachContact(ctx context.Context, space contact.SpaceID, refs []contact.ID, do func(ref contact.ID, c *contact.Contact)) error {
	return s.eachLed(ctx, space, refs, func(l *Led) error { return live(l, do) })
}

// Keyed gives the contacts that have one of these match keys, in no order and some more than once. It
// returns false, and none, where these are more than MaxLookedAt.
func (s *Store) Keyed(ctx context.Context, space contact.SpaceID, keys []contact.MatchKey) (ids []contact.ID, few bool, err error) {
	ranges := make([]contact.KeyRange, len(keys))
	for i, key := range keys {
		ranges[i] = contact.Exactly(key)
	}
	return s.reads.Keyed(ctx, space, ranges)
}

// Leads gives the ids of the contacts that these refs lead to, each named once, in no
// order: deleted ones too.
func (s *Store) Leads(ctx context.Context, space contact.SpaceID, refs []contact.ID) (ids []contact.ID, err error) {
	err = s.eachLed(ctx, space, refs, func(l *Led) error {
		ids = append(ids, l.Row.ID)
		return nil
	})
	return ids, err
}

func (s *Store) eachLed(ctx context.Context, space contact.SpaceID, refs []contact.ID, do func(*Led) error) error {
	for batch := range slices.Chunk(refs, sourcesAtOnce) {
		for len(batch) > 0 {
			rows, err := s.reads.Contacts(ctx, space, batch)
			if err != nil {
				return err
			}
			read, weight := make(map[contact.ID]bool, len(rows)), 0
			for i := range rows {
				read[rows[i].Ref] = true
				weight += rows[i].Row.Weight()
				if err := do(&rows[i]); err != nil {
					return err
				}
			}
			if weight < MaxPageBytes {
				break // these were all
			}
			batch = slices.DeleteFunc(slices.Clone(batch), func(ref contact.ID) bool { return read[ref] })
		}
	}
	return nil
}

func live(l *Led, do func(ref contact.ID, c *contact.Contact)) error {
	c, err := record.DecodeContact(&l.Row)
	switch {
	case err != nil:
		return errDamaged(err)
	case c.State == contact.Merged:
		return errAstray(c.ID)
	case c.State == contact.Live:
		do(l.Ref, &c)
	}
	return nil
}

// eachChange reads the changes that have these numbers, in no order. Those that the
// Space has not are left out.
func (s *Store) eachChange(ctx context.Context, space contact.SpaceID, seqs []contact.Seq, do func(*record.Change) error) error {
	for batch := range slices.Chunk(seqs, sourcesAtOnce) {
		for len(batch) > 0 {
			rows, err := s.reads.Changes(ctx, space, batch)
			if err != nil {
				return err
			}
			read := make(map[contact.Seq]bool, len(rows))
			for i := range rows {
				read[rows[i].Seq] = true
				if err := do(&rows[i]); err != nil {
					return errDamaged(err)
				}
			}
			if weight(rows) < MaxPageBytes {
				break // these were all
			}
			batch = slices.DeleteFunc(slices.Clone(batch), func(seq contact.Seq) bool { return read[seq] })
		}
	}
	return nil
}

func weight(rows []record.Change) (total int) {
	for i := range rows {
		total += rows[i].Weight()
	}
	return total
}

// Aliases gives all ids that lead to a contact beside its own, in their order.
func (s *Store) Aliases(ctx context.Context, space contact.SpaceID, id contact.ID) ([]contact.ID, error) {
	return s.reads.Aliases(ctx, space, id)
}
