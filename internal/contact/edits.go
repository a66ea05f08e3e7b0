package contact

import "slices"

// Edits is what a change did to one contact. It stands by itself: before and
// after of whatever it touched can be read from it without another row, so an
// entry of the feed costs one row, and undo inverts it against the present.
type Edits struct {
	Values [NumCollections]*ListEdit // nil where the collection was not changed
	Fields []FieldEdit               // the slots that changed, ascending
	State  *StateEdit                // nil unless the contact came or went
	Link   *LinkEdit                 // nil unless it was merged or came back
	// Absorbed are the contacts that were merged into this one by the change, Split
	// those that were split off from it.
	Absorbed []Absorbed
	Split    []ID
	// Erased tells that what it did was erased: of values and slots it tells nothing
	// (CONTRACT D35).
	Erased bool
}

// Absorbed is a contact that was merged into another, and the version that it had
// until then.
type Absorbed struct {
	ID      ID
	Version Version
}

// ListEdit is a collection before and after a change.
type ListEdit struct {
	Before, After []Value
}

// FieldEdit is a slot before and after a change; an empty Text is an empty
// slot.
type FieldEdit struct {
	Slot          Slot
	Before, After Value
}

// StateEdit is the state of a contact before and after a change.
type StateEdit struct {
	Before, After State
}

// LinkEdit is what a contact was merged into, before and after a change; 0 is
// nothing.
type LinkEdit struct {
	Before, After ID
}

// Empty tells whether nothing changed.
func (e *Edits) Empty() bool {
	for _, l := range e.Values {
		if l != nil {
			return false
		}
	}
	return !e.Erased && len(e.Fields) == 0 && e.State == nil && e.Link == nil && len(e.Absorbed) == 0 && len(e.Split) == 0
}

// Diff tells what turns before into after.
func Diff(before, after *Contact) Edits {
	var e Edits
	for _, col := range Collections {
		if b, a := before.Values[col], after.Values[col]; !slices.EqualFunc(b, a, Value.Equal) {
			e.Values[col] = &ListEdit{Before: b, After: a}
		}
	}
	n := 0
	for i := range after.Fields {
		if !before.Fields[i].Equal(after.Fields[i]) {
			n++
		}
	}
	if n > 0 {
		e.Fields = make([]FieldEdit, 0, n)
	}
	for i := range after.Fields {
		if b, a := before.Fields[i], after.Fields[i]; !b.Equal(a) {
			e.Fields = append(e.Fields, FieldEdit{Slot: SlotAt(i), Before: b, After: a})
		}
	}
	if before.State != after.State {
		e.State = &StateEdit{Before: before.State, After: after.State}
	}
	if before.Parent != after.Parent {
		e.Link = &LinkEdit{Before: before.Parent, After: after.Parent}
	}
	return e
}

// Equal tells whether two values have the same text and the same origins.
func (v Value) Equal(w Value) bool {
	return v.Text == w.Text && slices.Equal(v.Origins, w.Origins)
}

// Added gives the texts that the edit brought, in their new order.
func (l *ListEdit) Added() []string { return missing(l.After, l.Before) }

// Removed gives the texts that the edit took away, in their old order.
func (l *ListEdit) Removed() []string { return missing(l.Before, l.After) }

// Reordered tells whether texts that stayed changed places among themselves.
func (l *ListEdit) Reordered() bool {
	kept := func(in, other []Value) []string {
		gone := missing(in, other)
		var stay []string
		for _, v := range in {
			if !slices.Contains(gone, v.Text) {
				stay = append(stay, v.Text)
			}
		}
		return stay
	}
	return !slices.Equal(kept(l.Before, l.After), kept(l.After, l.Before))
}

// missing gives the texts of in that other lacks.
func missing(in, other []Value) []string {
	has := make(map[string]bool, len(other))
	for _, v := range other {
		has[v.Text] = true
	}
	out := []string{}
	for _, v := range in {
		if !has[v.Text] {
			out = append(out, v.Text)
		}
	}
	return out
}

// Forward gives the contact after the change, from the one before it.
func (e *Edits) Forward(before Contact) Contact {
	after := e.replay(before, func(l *ListEdit) []Value { return l.After }, func(f FieldEdit) Value { return f.After })
	if e.State != nil {
		after.State = e.State.After
	}
	if e.Link != nil {
		after.Parent = e.Link.After
	}
	return after
}

// Backward gives the contact before the change, from the one after it. Both
// concern what a change tells: values, state and parent, not the version.
func (e *Edits) Backward(after Contact) Contact {
	before := e.replay(after, func(l *ListEdit) []Value { return l.Before }, func(f FieldEdit) Value { return f.Before })
	if e.State != nil {
		before.State = e.State.Before
	}
	if e.Link != nil {
		before.Parent = e.Link.Before
	}
	return before
}

func (e *Edits) replay(c Contact, list func(*ListEdit) []Value, field func(FieldEdit) Value) Contact {
	for _, col := range Collections {
		if l := e.Values[col]; l != nil {
			c.Values[col] = list(l)
		}
	}
	for _, f := range e.Fields {
		c.Fields[f.Slot.Index()] = field(f)
	}
	return c
}
