package contact

import "github.com/carnet-project/carnet/internal/fault"

// Verb is what somebody asks of a Space. It is a value: it can be kept, asked
// again, and put into a batch.
type Verb interface {
	// Needs names all that Decide looks at.
	Needs() Needs

	// Decide says what becomes of what the verb needs. It must be pure, because it
	// may run more than once. An error refuses the verb, which then leaves no trace.
	Decide(v *View) (Decision, error)

	// Size gives about how many bytes the verb carries.
	Size() int
}

// These are the verbs.
var (
	_ Verb = (*Create)(nil)
	_ Verb = (*Put)(nil)
	_ Verb = (*Amend)(nil)
	_ Verb = (*Delete)(nil)
	_ Verb = (*Erase)(nil)
	_ Verb = (*Undo)(nil)
	_ Verb = (*Merge)(nil)
	_ Verb = (*Unmerge)(nil)
	_ Verb = (*Distinct)(nil)
	_ Verb = (*Planned)(nil)
)

// Create makes a contact (CONTRACT P3, D16).
type Create struct {
	Patch Patch
}

// Put is a sparse PUT of one contact (CONTRACT S1-S7).
type Put struct {
	Ref   ID
	Patch Patch
	// BodyID is the id that the body named as well, 0 for none. It must lead to
	// the same contact as Ref (CONTRACT D6).
	BodyID ID
	Match  Match
	Base   Base
}

// Amend changes a part of a contact: PATCH (CONTRACT D26). BodyID is as in Put.
type Amend struct {
	Ref       ID
	Amendment Amendment
	BodyID    ID
	Match     Match
	Base      Base
}

// Delete makes a contact that nobody finds, until that is undone (CONTRACT D31).
type Delete struct {
	Ref   ID
	Match Match
}

// Erase makes nothing of a contact, for good, with all ids that lead to it (CONTRACT D35).
type Erase struct {
	Ref   ID
	Match Match
}

// Undo takes a write back that touched the contact which Ref leads to (CONTRACT
// D28). What it holds of history cannot change, so it is read before the write.
type Undo struct {
	Ref     ID
	Op      Seq  // names the write; 0 for one of which it is known that it is none of the Space
	Resolve bool // what conflicts stays as it is, and the rest is undone
	Match   Match
	Entries []Change // of the write, all of them
	Left    *Contact // the contact as the write left it that brought it back, if it did
	Pasts   []*Past  // of what the write merged, as far as that stands
	Whose   Whose    // of what it brings back
	Rests   []Rest   // of each contact that RestsOf names; where a merge stands for nobody, of each that it merged
}

// Merge joins the contacts that Merged lead to, in order, into the one that
// Survivor leads to (CONTRACT D23, D30). Match speaks of the survivor.
type Merge struct {
	Survivor ID
	Merged   []ID
	Listed   bool        // they were named as a list: refusals then name their place in it
	Prefer   map[Slot]ID // whose content a slot gets: the survivor's, or a merged one's that has it filled
	Confirm  bool        // also where somebody said that they are distinct, which is then forgotten
	Match    Match
}

// Unmerge splits a contact off again from the one that Ref leads to, into which it
// was merged at any time, with all that was written by its ids since (CONTRACT
// D30). Match speaks of the survivor.
type Unmerge struct {
	Ref    ID
	Merged ID // its own id: an alias
	Match  Match
	Past   *Past // read before the write
}

// Needs names what a verb looks at.
type Needs struct {
	Refs   []ID  // what these lead to, through any number of merges
	Rows   []ID  // the rows that have these very ids, merged ones too
	Trees  []ID  // all that was merged into what these lead to
	Pairs  []ID  // what was said to be distinct from what these lead to
	Undone []Seq // these writes: whether an undo of them stands
	NewIDs int   // how many contacts it may create
}

// View is what a verb sees of its Space: what it needs, as all earlier writes
// left it. Others look at the same contacts: they must not be changed. Asking
// for what was not among the needs is a mistake of the verb: it gets nothing, and
// View.Unasked tells, so that this is never taken for an answer.
type View struct {
	Region string // the Space's default phone region; "" for none
	Reads  bool   // the caller may read: refusals may tell what is stored (CONTRACT D19)
	Op     Seq    // the number of the write, if it changes anything
	At     Time   // when it happens
	NewIDs []ID   // for contacts to create
	Refs   []Found
	Rows   []Found
	Trees  []Tree
	Undone []Standing
	Pairs  []Paired

	unasked bool
}

// Standing is the undo of a write that stands: one that was not undone itself. By is
// 0 where none does.
type Standing struct {
	Op, By Seq
}

// Paired is the pairs of the contact that Ref leads to.
type Paired struct {
	Ref   ID
	Pairs []Pair
}

// Found is what an id leads to; nil where the Space has nothing.
type Found struct {
	ID      ID
	Contact *Contact
}

// Tree is all that was merged into the contact that Ref leads to, at any time
// and through any number of merges, in no order.
type Tree struct {
	Ref   ID
	Nodes []Node
}

// Node is a merged contact in a Tree: without its values.
type Node struct {
	ID, Parent ID
	Version    Version
}

// Contact gives the contact that a ref leads to (CONTRACT S6). It returns false
// where the Space has none, or it is deleted or erased.
func (v *View) Contact(ref ID) (*Contact, bool) {
	if c, ok := v.find(v.Refs, ref); ok && c.State != Deleted && c.State != Erased {
		return c, true
	}
	return nil, false
}

// Found gives the contact that a ref leads to, a deleted or erased one too.
func (v *View) Found(ref ID) (*Contact, bool) { return v.find(v.Refs, ref) }

// Row gives the contact that has this very id, merged or not.
func (v *View) Row(id ID) (*Contact, bool) { return v.find(v.Rows, id) }

func (v *View) find(in []Found, id ID) (*Contact, bool) {
	for i := range in {
		if in[i].ID == id {
			return in[i].Contact, in[i].Contact != nil
		}
	}
	v.unasked = true
	return nil, false
}

// Tree gives all that was merged into the contact that a ref leads to.
func (v *View) Tree(ref ID) []Node {
	for i := range v.Trees {
		if v.Trees[i].Ref == ref {
			return v.Trees[i].Nodes
		}
	}
	v.unasked = true
	return nil
}

// Paired gives the pairs of the contact that a ref leads to: with its id, or one
// that leads to it, on either side.
func (v *View) Paired(ref ID) []Pair {
	for i := range v.Pairs {
		if v.Pairs[i].Ref == ref {
			return v.Pairs[i].Pairs
		}
	}
	v.unasked = true
	return nil
}

// UndoOf gives the write that undoes another and stands, 0 for none.
func (v *View) UndoOf(op Seq) Seq {
	for _, s := range v.Undone {
		if s.Op == op {
			return s.By
		}
	}
	v.unasked = true
	return 0
}

// NewID gives the n-th id for a contact to create, from 0.
func (v *View) NewID(n int) ID {
	if n < len(v.NewIDs) {
		return v.NewIDs[n]
	}
	v.unasked = true
	return 0
}

// Unasked tells whether something was asked for that was not among the needs.
func (v *View) Unasked() bool { return v.unasked }

// Decision is what a verb comes to. One without steps changes nothing.
type Decision struct {
	Subject ID // the contact that the answer shows: of a step, or of the view; 0 for none
	Steps   []Step
	Pairs   []PairEdit
	Remains []Remains  // what a split could not leave as it was
	Left    []Conflict // what an undo left as it is, because that was changed again since
	Stands  bool       // some of what it was to take back stands: it was changed again since, or brought anew
	Import  ImportLine // that it is done for
}

// Step is what becomes of one contact. Enter makes an entry of history of it.
type Step struct {
	Before   *Contact // as the view has it; nil for a new one
	After    Contact  // its version, head and depth do not count: Enter gives them
	Action   Action
	Ref      ID         // as the caller named it
	Absorbed []Absorbed // what was merged into it
	Split    []ID       // what was split off from it
	Undoes   Seq        // the write that this takes back; 0 for none
}

// NotFound is the same for an id of another Space and one that never was
// (CONTRACT D3).
func NotFound() error {
	return fault.New(fault.NotFound, fault.CodeContactNotFound, "There is no contact with this id.")
}
