package store

import (
	"github.com/carnet-project/carnet/internal/contact"
)

// Write is what a use case hands to the store: verbs of one caller, in one Space.
// All of them happen or none does, each on what those before it left. See
// Store.Do.
type Write struct {
	Space contact.SpaceID
	By    contact.Attribution
	Reads bool // the caller may read: see contact.View
	Verbs []contact.Verb
}

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
	Op      contact.Seq      // names the change (CONTRACT D22); 0 where nothing changed
	Subject *contact.Contact // as the verb left it, or found it; others look at it too
	Entries []contact.Entry  // what it entered into history
}
