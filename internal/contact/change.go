package contact

import (
	"strconv"
	"strings"
)

// Action says which write made a change (CONTRACT D22). It is stored as text.
type Action string

// The actions.
const (
	ActionCreate Action = "create"
	ActionPut    Action = "put"
	ActionMerge  Action = "merge"
)

// Actor is who made a change: the key that was used, and the name of the
// person or program behind it, if the caller gave one.
type Actor struct {
	KeyID   int64
	KeyName string
	Name    string
}

// Stamp is what a write knows of itself before it decides. Its first change
// takes Seq, further ones the numbers after it.
type Stamp struct {
	Seq       Seq
	At        Time
	Actor     Actor
	Reason    string
	RequestID string
}

// Change is an entry of history: what one write did to one contact. With the
// contact's later state, or its earlier one, it gives the other.
type Change struct {
	Seq       Seq // its number in the Space
	Op        Seq // the number of the write's first change: names the whole write
	Contact   ID
	Version   Version // of the contact after the change
	Prev      Seq     // the contact's change before this one; 0 for none
	Skip      Seq     // the contact's newest change before this one that has a snapshot; 0 for none
	At        Time
	Actor     Actor
	Reason    string
	RequestID string
	Action    Action
	Edits     Edits
	Snapshot  *Contact // the whole contact after the change, on every SnapshotEvery-th
}

// SnapshotEvery is how many changes of a contact lie between two snapshots.
// Reading an old state walks at most so many changes from one.
const SnapshotEvery = 32

// ChangeID is the name of a write as callers see it, the same for every change
// that it made (CONTRACT D22: X-Change-Id). It carries the Space so that a key
// of another Space can never hit a write of the same number.
type ChangeID struct {
	Space SpaceID
	Op    Seq
}

// String gives the id as callers see it: "3-1207".
func (id ChangeID) String() string {
	return strconv.FormatInt(int64(id.Space), 10) + "-" + strconv.FormatInt(int64(id.Op), 10)
}

// ParseChangeID is the inverse of String. It accepts no other spelling.
func ParseChangeID(s string) (ChangeID, bool) {
	space, op, found := strings.Cut(s, "-")
	a, err1 := strconv.ParseInt(space, 10, 64)
	b, err2 := strconv.ParseInt(op, 10, 64)
	id := ChangeID{SpaceID(a), Seq(b)}
	if !found || err1 != nil || err2 != nil || a < 1 || b < 1 || id.String() != s {
		return ChangeID{}, false
	}
	return id, true
}

// Delta is what a write decided: the contacts that it changed, whole, and an
// entry of history for each. A write that changes nothing decides an empty one.
type Delta struct {
	Contacts []Contact
	Changes  []Change
	// Redirects move the aliases of a contact that was merged on to its
	// survivor. They follow from the chain of parents, so history has no entry
	// for them.
	Redirects []Redirect
}

// Redirect makes every id that led to From lead to To.
type Redirect struct {
	From, To ID
}

// Empty tells whether nothing was decided to change.
func (d *Delta) Empty() bool { return len(d.Changes) == 0 }

// add records one contact's new state and the change that led to it.
func (d *Delta) add(c Contact, ch Change) {
	d.Contacts = append(d.Contacts, c)
	d.Changes = append(d.Changes, ch)
}

// enter makes the history entry whose edits turn before into after, and sets on
// after what every change sets: version, head, depth. The n-th change of a
// write is numbered Seq+n.
func enter(before, after *Contact, edits Edits, version Version, action Action, st Stamp, n int) Change {
	after.Version = version
	after.Head = st.Seq + Seq(n)
	after.Depth = before.Depth + 1
	ch := Change{
		Seq:       after.Head,
		Op:        st.Seq,
		Contact:   after.ID,
		Version:   version,
		Prev:      before.Head,
		Skip:      before.Skip,
		At:        st.At,
		Actor:     st.Actor,
		Reason:    st.Reason,
		RequestID: st.RequestID,
		Action:    action,
		Edits:     edits,
	}
	if after.Depth%SnapshotEvery == 0 {
		after.Skip = after.Head
		snapshot := *after
		ch.Snapshot = &snapshot
	}
	return ch
}
