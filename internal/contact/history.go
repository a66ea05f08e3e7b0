package contact

import (
	"slices"
	"strconv"
	"strings"
)

// Action says which write made a change (CONTRACT D22). It is stored as text.
type Action string

// The actions.
const (
	ActionCreate  Action = "create"
	ActionPut     Action = "put"
	ActionPatch   Action = "patch"
	ActionMerge   Action = "merge"
	ActionUnmerge Action = "unmerge"
	ActionUndo    Action = "undo"
	ActionDelete  Action = "delete"
	ActionErase   Action = "erase"
)

// Actions lists them all, in the order of the documents.
var Actions = [...]Action{ActionCreate, ActionPut, ActionPatch, ActionMerge, ActionUnmerge, ActionUndo, ActionDelete, ActionErase}

// Actor is who made a change: the key that was used, and the name of the
// person or program behind it, if the caller gave one.
type Actor struct {
	KeyID   int64
	KeyName string
	Name    string
	Import  ImportLine // that it was done for; zero for none
}

// ImportLine is a line of a file that was imported (CONTRACT D22).
type ImportLine struct {
	ID       string // of the import
	Line     int
	FileName string // "" where nobody gave it
}

// Attribution says who asked for a write, why, and by which request (CONTRACT
// D22, D25).
type Attribution struct {
	Actor     Actor
	Reason    string
	RequestID string // unique: it tells this write from any other
	BatchID   string // of which batch it is; "" for none
}

// Stamp is what history says of a whole write.
type Stamp struct {
	Attribution
	Op Seq  // the number of its first change; further ones take those after it
	At Time // when it happened
}

// Change is an entry of history: what one write did to one contact. With the
// contact's later state, or its earlier one, it gives the other.
type Change struct {
	Seq     Seq // its number in the Space
	Op      Seq // the number of the write's first change: names the whole write
	Contact ID
	Ref     ID      // the id by which the caller named the contact, 0 where it was its own
	Version Version // of the contact after the change
	Prev    Seq     // the contact's change before this one; 0 for none
	At      Time
	Attribution
	Action   Action
	Undoes   Seq // the write that this one takes back; 0 for none
	Edits    Edits
	Snapshot *Contact // the whole contact after the change, on every SnapshotEvery-th
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

// Entry is a contact as a write left it, and the change that led there.
type Entry struct {
	Contact Contact
	Change  Change
	Erases  int // how many values and filled slots it took away for good, which nothing tells of
}

// Enter gives what a decision enters into history: an entry for each contact that
// comes out different, none where nothing does (CONTRACT D15). All that a write
// touches gets one version, above all that they had: so whoever read a contact by
// any of its ids sees that it has changed (CONTRACT D20).
func (d *Decision) Enter(st Stamp) []Entry {
	version := Version(0)
	for i := range d.Steps {
		if before := d.Steps[i].Before; before != nil {
			version = max(version, before.Version)
		}
	}
	entries := make([]Entry, 0, len(d.Steps))
	for _, step := range folded(d.Steps) {
		before := step.Before
		if before == nil {
			before = &Contact{ID: step.After.ID}
		}
		edits := Diff(before, &step.After)
		edits.Absorbed, edits.Split = step.Absorbed, step.Split
		if edits.Empty() {
			continue
		}
		e := enter(before, &step, edits, version+1, st, len(entries))
		if step.After.State == Erased {
			e.Change.Forget()
			if before.State == Live {
				e.Erases = shown(before)
			}
		}
		entries = append(entries, e)
	}
	return entries
}

// folded joins the steps of one contact, in order, into one that leads from what
// it was to what it became.
func folded(steps []Step) []Step {
	if len(steps) < 2 {
		return steps
	}
	out := steps[:0:0]
	for _, s := range steps {
		at := slices.IndexFunc(out, func(o Step) bool { return o.After.ID == s.After.ID })
		if at < 0 {
			out = append(out, s)
			continue
		}
		first := out[at]
		s.Before, s.Action, s.Ref, s.Undoes = first.Before, first.Action, first.Ref, first.Undoes
		s.Absorbed, s.Split = slices.Concat(first.Absorbed, s.Absorbed), slices.Concat(first.Split, s.Split)
		out[at] = s
	}
	return out
}

// enter makes the n-th entry of a write.
func enter(before *Contact, step *Step, edits Edits, version Version, st Stamp, n int) Entry {
	e := Entry{Contact: step.After}
	after := &e.Contact
	after.Version, after.Head, after.Depth = version, st.Op+Seq(n), before.Depth+1
	e.Change = Change{
		Seq: after.Head, Op: st.Op, Contact: after.ID, Version: version, Prev: before.Head, At: st.At,
		Attribution: st.Attribution, Action: step.Action, Undoes: step.Undoes, Edits: edits,
	}
	if step.Ref != after.ID {
		e.Change.Ref = step.Ref
	}
	if after.Depth%SnapshotEvery == 0 {
		snapshot := *after
		e.Change.Snapshot = &snapshot
	}
	return e
}
