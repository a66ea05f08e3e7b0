package store

import (
	"cmp"
	"context"
	"errors"
	"math"
	"slices"
	"time"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
)

// Person is a contact as it was found, with all ids that led to it then, and where in history
// it is told of. Of each change it holds two numbers, whatever that holds.
type Person struct {
	Contact contact.Contact
	IDs     []contact.ID // its own first

	space   contact.SpaceID
	history []told // that is not told yet, in its order
	tells   *contact.Person
}

// told is a change that may tell of a person.
type told struct {
	seq    contact.Seq
	weight int // as record.Change.Weight gives it, or more
}

// personAgain is how often a contact is looked at again that changed meanwhile.
const personAgain = 3

// Person finds the contact that a ref leads to, a deleted one too, and the changes that tell
// of it: all of its own, of what was merged into it, and by ids of these (CONTRACT D35). They
// are of one moment. It returns false where the Space has none.
func (s *Store) Person(ctx context.Context, space contact.SpaceID, ref contact.ID) (*Person, bool, error) {
	for range personAgain {
		c, ok, err := s.Found(ctx, space, ref)
		if err != nil || !ok || c.State == contact.Erased {
			return nil, false, err
		}
		p := &Person{Contact: c, space: space}
		if err := s.findTold(ctx, p); err != nil && !errors.Is(err, errMoved) {
			return nil, false, err
		}
		// Whatever it came to have, or lost, its version grew with that.
		if now, ok, err := s.Row(ctx, space, c.ID); err != nil || ok && now.Version == c.Version {
			return p, err == nil, err
		}
	}
	return nil, false, &fault.Error{Kind: fault.Unavailable, Code: fault.CodeDatabaseBusy, RetryAfter: time.Second,
		Message: "The contact is being changed all the time. Send the request again in a moment."}
}

// findTold finds what tells of a person.
func (s *Store) findTold(ctx context.Context, p *Person) error {
	aliases, err := s.reads.Aliases(ctx, p.space, p.Contact.ID)
	if err != nil {
		return err
	}
	p.IDs = append([]contact.ID{p.Contact.ID}, aliases...)
	p.tells = contact.NewPerson(p.IDs)
	own := map[contact.Seq]bool{}
	for _, id := range p.IDs {
		row, ok, err := s.Row(ctx, p.space, id)
		if err != nil {
			return err
		}
		if !ok {
			return errMoved // it is gone meanwhile
		}
		if err := s.trail(ctx, p, &row, own); err != nil {
			return err
		}
	}
	through, err := s.reads.Through(ctx, p.space, p.IDs, 0, math.MaxInt32)
	if err != nil {
		return err
	}
	for _, seq := range through {
		if !own[seq] {
			p.history = append(p.history, told{seq, MaxPageBytes})
		}
	}
	slices.SortFunc(p.history, func(a, b told) int { return cmp.Compare(a.seq, b.seq) })
	return nil
}

// trail finds all changes of one contact, from its newest.
func (s *Store) trail(ctx context.Context, p *Person, c *contact.Contact, own map[contact.Seq]bool) error {
	before := len(p.history)
	for from := c.Head; ; {
		steps, err := s.reads.Trail(ctx, p.space, from, MaxLookedAt)
		if err != nil {
			return err
		}
		last := from
		for _, step := range steps {
			if last = step.Seq; !own[step.Seq] {
				own[step.Seq] = true
				p.history = append(p.history, told{step.Seq, step.Weight})
			}
		}
		if last == from { // nothing is before it
			break
		}
		from = last
	}
	if int64(len(p.history)-before) != c.Depth {
		return ErrNoRow // the chain is broken
	}
	return nil
}

// NextTold gives what the next part of history tells of a person, oldest first, without what
// is others'; false where all was told. What it reads weighs about MaxPageBytes at most.
func (s *Store) NextTold(ctx context.Context, p *Person) (changes []contact.Change, more bool, err error) {
	if len(p.history) == 0 {
		return nil, false, nil
	}
	n := light(p.history)
	read, err := s.readTold(ctx, p.space, p.history[:n])
	if err != nil {
		return nil, false, err
	}
	p.history = p.history[n:]
	for i := range read {
		if ch, ok := p.tells.Tells(&read[i]); ok {
			changes = append(changes, ch)
		}
	}
	return changes, true, nil
}

// light tells how many changes are read at once: so many that they do not weigh
// MaxPageBytes, but one at least.
func light(of []told) int {
	n, weight := 1, of[0].weight
	for n < min(len(of), sourcesAtOnce) && weight+of[n].weight < MaxPageBytes {
		weight += of[n].weight
		n++
	}
	return n
}

// readTold reads changes in their order.
func (s *Store) readTold(ctx context.Context, space contact.SpaceID, of []told) ([]contact.Change, error) {
	seqs := make([]contact.Seq, len(of))
	for i := range of {
		seqs[i] = of[i].seq
	}
	rows, err := s.reads.Changes(ctx, space, seqs)
	if err != nil {
		return nil, err
	}
	if len(rows) != len(of) {
		return nil, ErrNoRow
	}
	changes, err := decodeChanges(rows)
	slices.SortFunc(changes, func(a, b contact.Change) int { return cmp.Compare(a.Seq, b.Seq) })
	return changes, err
}
