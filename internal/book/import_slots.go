package book

import (
	"context"
	"errors"
	"fmt"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
)

// mayMatch refuses, at its place, to match rows by a slot that is not filterable: each row
// would have to look at all contacts.
func mayMatch(s *access.Space, match []contact.MatchBy) error {
	var problems []fault.Problem
	for _, by := range match {
		if slot, ok := by.Slot(); ok && !s.Filterable.Has(slot) {
			problems = append(problems, fault.Problem{Path: "match", Code: fault.CodeParameterInvalid, Message: fmt.Sprintf(
				"Rows are matched by fields that are filterable, and %s is not. Have whoever runs the server do `carnet field set %s --space %d --filterable on`, or tick it among the fields of the book.", by, by, s.ID)})
		}
	}
	return fault.Problems(problems)
}

// foldedFirst is how often the index is folded before rows are looked at. What is left then is
// looked at besides.
const foldedFirst = 50

// slotsIndexed sees to it that the index holds the slots by which rows are matched, and nearly
// all of what was written. It refuses where it does not hold them.
func (b *Book) slotsIndexed(ctx context.Context, space contact.SpaceID, match []contact.MatchBy) error {
	slots := contact.MatchSlots(match)
	if slots == 0 {
		return nil
	}
	for range foldedFirst {
		more, err := b.store.Fold(ctx, space)
		if err != nil {
			return err
		}
		if !more {
			break
		}
	}
	indexed, err := b.store.Indexed(ctx, space)
	if err != nil {
		return err
	}
	for i := range contact.NumSlots {
		if s := contact.SlotAt(i); slots.Has(s) && !indexed.Has(s) {
			return &fault.Error{Kind: fault.Conflict, Code: fault.CodeConflict, Err: errNotIndexed, Message: fmt.Sprintf(
				"The index of %s, by which rows are matched, is not built yet, or not any more. `carnet field list` shows that, and `carnet job list` how far it is. Have the file read again when it is on.", s)}
		}
	}
	return nil
}

var errNotIndexed = errors.New("book: the index does not hold a slot by which rows are matched")

func isNotIndexed(err error) bool { return errors.Is(err, errNotIndexed) }
