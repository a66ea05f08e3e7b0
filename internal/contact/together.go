package contact

import "github.com/carnet-project/carnet/internal/fault"

// RestsOn names the contacts whose history a verb was given before it is done; none
// for a verb that looks at what is there alone. Where a verb beside it changes one of
// them first, what it was given is not what it would be given then.
func RestsOn(verb Verb) []ID {
	switch v := verb.(type) {
	case *Planned:
		return RestsOn(v.Verb)
	case *Put:
		return v.Base.restsOn(v.Ref)
	case *Amend:
		return v.Base.restsOn(v.Ref)
	case *Unmerge:
		return []ID{v.Ref, v.Merged}
	case *Undo:
		ids := []ID{v.Ref}
		for i := range v.Entries {
			ids = append(ids, v.Entries[i].Contact)
		}
		return ids
	}
	return nil
}

// RestsOnPast names those of RestsOn of whose history a verb would be given something else
// where one beside it changes them first: one that takes a merge back, which looks at all of
// it, and one that was made from a version that nobody knows yet. What else a verb is
// given of history, nothing changes.
func RestsOnPast(verb Verb) []ID {
	switch v := verb.(type) {
	case *Planned:
		return RestsOnPast(v.Verb)
	case *Put:
		if v.Base.Contact == nil {
			return RestsOn(verb)
		}
	case *Amend:
		if v.Base.Contact == nil {
			return RestsOn(verb)
		}
	case *Unmerge:
		return RestsOn(verb)
	case *Undo:
		if len(v.Pasts) > 0 || len(v.Rests) > 0 {
			return RestsOn(verb)
		}
	}
	return nil
}

func (b *Base) restsOn(ref ID) []ID {
	if b.Version == 0 {
		return nil
	}
	return []ID{ref}
}

// SplitBatch refuses a verb that rests on the history of what one before it, of the
// same batch, has changed (CONTRACT D33).
func SplitBatch() error {
	return fault.At("operations", fault.CodeSplitBatch,
		"An operation before this one changed the same contact, and this one needs to know what came of that. Send it in a batch of its own, after that one.")
}

// Refused is a verb of which it is known already why it cannot be done: an operation of
// a batch that makes no sense.
type Refused struct{ Err error }

// Needs names nothing.
func (*Refused) Needs() Needs { return Needs{} }

// Size gives 0.
func (*Refused) Size() int { return 0 }

// Decide gives the error.
func (r *Refused) Decide(*View) (Decision, error) { return Decision{}, r.Err }
