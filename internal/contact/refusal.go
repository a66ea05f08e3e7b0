package contact

import (
	"errors"

	"github.com/carnet-project/carnet/internal/fault"
)

// Refusal is an error that shows what it rests on. What is stored is for those
// alone who may read (CONTRACT D19): of a refusal others get the fault.
type Refusal struct {
	Fault     *fault.Error
	Subject   ID         // the contact that the write is about
	Entries   []Entry    // what the write would have done, where that is too much
	Conflicts []Conflict // what stands in its way
	LeadsTo   ID         // the contact that an alias leads to, 0 where it is about none
	Standing  Seq        // the write that did it already, 0 for none
}

// Error gives the message of the fault.
func (r *Refusal) Error() string { return r.Fault.Message }

// Unwrap gives the fault.
func (r *Refusal) Unwrap() error { return r.Fault }

func refuse(code fault.Code, message string) *Refusal {
	return &Refusal{Fault: fault.New(fault.Conflict, code, message)}
}

// alias refuses what ends a contact by an id that leads to it: who names that may not know
// who would go (CONTRACT D31). instead is what is done by the contact's own id.
func alias(to *Contact, instead string) error {
	r := refuse(fault.CodeAlias, "This id leads to another contact, since the two were merged. To "+instead+", name it by its own id.")
	r.Subject, r.LeadsTo = to.ID, to.ID
	return r
}

// TooManyRemovals refuses a write that would take away more than the caller allows
// (CONTRACT D24).
func TooManyRemovals(subject ID, entries []Entry) error {
	r := refuse(fault.CodeTooManyRemovals, "This would take away more than max_removals allows. Nothing was changed.")
	r.Subject, r.Entries = subject, entries
	return r
}

// OverBudget adds to a refusal of what a key may not do what the write would have done.
func OverBudget(err error, subject ID, entries []Entry) error {
	over, ok := errors.AsType[*fault.Error](err)
	if !ok {
		return err
	}
	return &Refusal{Fault: over, Subject: subject, Entries: entries}
}
