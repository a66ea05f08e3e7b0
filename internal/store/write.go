package store

import (
	"github.com/carnet-project/carnet/internal/contact"
)

// Write is what a use case hands to the store: which contacts it may look at,
// and a pure function that decides. See Store.Do.
type Write struct {
	Space     contact.SpaceID
	RequestID string // unique: it tells this write from any other after a doubtful commit
	Needs     Needs
	Weight    int // about how many bytes it carries; bounds a batch

	// Decide says what changes. It must be pure but for what it leaves in its
	// own variables, because it may run more than once: only what the last run
	// left counts. An error refuses the write, which then leaves no trace.
	Decide func(*State) (contact.Delta, error)
}

// Needs names what a write looks at.
type Needs struct {
	Contacts []contact.ID // refs; the contact that one leads to is loaded too
	NewIDs   int          // how many contacts it may create
}

// State is what a Decide may look at: its Space as all earlier writes of the
// lane left it.
type State struct {
	Region string // the Space's default phone region; "" for none

	row      SpaceRow
	at       contact.Time
	contacts map[contact.ID]*contact.Contact
}

// Contact gives the contact that a ref leads to, through any number of merges
// (CONTRACT S6). It returns false where the Space has none. A ref must be among
// the Needs: one that is not is found only where a neighbour in the batch asked
// for it. Others look at the same contact: it must not be changed.
func (s *State) Contact(ref contact.ID) (*contact.Contact, bool) {
	c, ok := s.contacts[ref]
	for ok && c.State == contact.Merged {
		c, ok = s.contacts[c.Canonical]
	}
	return c, ok
}

// NextID gives the id for a contact to create.
func (s *State) NextID() contact.ID { return s.row.NextID }

// Stamp gives the number and the moment of the write's first change. Times
// grow strictly within a Space, whatever the clock does.
func (s *State) Stamp() contact.Stamp {
	return contact.Stamp{Seq: s.row.NextSeq, At: s.at}
}

// Outcome tells what became of a write. Op is the number of its first change;
// 0 where it changed nothing.
type Outcome struct {
	Op contact.Seq
}
