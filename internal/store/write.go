package store

import (
	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
)

// Write is what a use case hands to the store: verbs of one caller, in one Space.
// All of them happen or none does, each on what those before it left. See
// Store.Do.
type Write struct {
	Space contact.SpaceID
	By    contact.Attribution
	Reads bool // the caller may read: see contact.View
	Verbs []contact.Verb
	Terms Terms
	// Budget is that of the key of By: of what all verbs together take away and change.
	Budget access.Budget
	Retry  *Retry // nil for a write of which a repetition is another
}

// Terms are what a caller asks of a write beside what it does (CONTRACT D24).
type Terms struct {
	Dry         bool // all is decided as ever, and nothing is done
	MaxRemovals *int // how much it may take away, as contact.Removals counts; nil for whatever it does
}

// Retry makes a write one that is done once, however often it is sent. A record of
// it is saved with what it changes, and where it changes nothing as well; who
// sends it again gets that record, as a *Repeated.
type Retry struct {
	Key         string // names it in its Space
	Fingerprint []byte // of all that it asks
	// Answer gives what to keep of the outcomes. It must be pure. An error refuses
	// the write.
	Answer func([]Outcome) ([]byte, error)
}

// Repeated is the error of a write whose key was used before: nothing was done.
// Whether it asks the same, its fingerprint tells.
type Repeated struct{ Kept record.Retry }

// Error says that it is a repetition.
func (r *Repeated) Error() string { return "store: a write with this key was done before" }

// Weight gives about how many bytes the write carries. It bounds a batch.
func (w *Write) Weight() int {
	n := 0
	for _, v := range w.Verbs {
		n += v.Size()
	}
	return n
}

// Outcome tells what became of a verb.
type Outcome struct {
	Op      contact.Seq       // names the change (CONTRACT D22); 0 where nothing changed, and in a dry run
	Subject *contact.Contact  // as the verb left it, or found it; others look at it too
	Entries []contact.Entry   // what it entered into history
	Remains []contact.Remains // what it could not leave as it was
}
