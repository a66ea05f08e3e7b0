package contact

import (
	"slices"

	"github.com/carnet-project/carnet/internal/fault"
)

// Needs names the contact, those that the write touched, and whether the write
// was undone.
func (u *Undo) Needs() Needs {
	refs := []ID{u.Ref}
	for i := range u.Entries {
		for _, id := range append([]ID{u.Entries[i].Contact, u.Entries[i].Named()}, u.Entries[i].Edits.Split...) {
			if !slices.Contains(refs, id) {
				refs = append(refs, id)
			}
		}
	}
	for _, id := range u.Whose.ids(u.Brings()) {
		if !slices.Contains(refs, id) {
			refs = append(refs, id)
		}
	}
	n := Needs{Refs: refs}
	if len(u.Entries) > 0 { // of no write, there is no undo either
		n.Undone = []Seq{u.Op}
	}
	u.structure(&n)
	return n
}

// Size gives about how many bytes its entries hold.
func (u *Undo) Size() int {
	n := 0
	for i := range u.Entries {
		n += u.Entries[i].size()
	}
	return n + sizeOf(u.Pasts...)
}

// Decide applies the inverse of a write to what is there now (CONTRACT D28).
func (u *Undo) Decide(v *View) (Decision, error) {
	c, ok := v.Found(u.Ref)
	if ok && c.State == Erased {
		return Decision{}, WasErased()
	}
	if !ok {
		return Decision{}, NotFound()
	}
	if c.State == Deleted && !u.has(func(ch *Change) bool { return ch.Seq == c.Head }) {
		return Decision{}, fault.New(fault.NotFound, fault.CodeContactNotFound, "This contact is deleted, and in the bin. Undo what deleted it: then it is there again.")
	}
	touched := u.has(func(ch *Change) bool {
		for _, id := range []ID{ch.Contact, ch.Named()} {
			if other, ok := v.Found(id); ok && other.ID == c.ID {
				return true
			}
		}
		return false
	})
	if !touched {
		return Decision{}, ChangeNotFound()
	}
	if err := u.Match.check(c.Version, v.Reads); err != nil {
		return Decision{}, err
	}
	if u.has(func(ch *Change) bool { return ch.Edits.Erased }) {
		return Decision{}, WasErased()
	}
	if by := v.UndoOf(u.Op); by != 0 {
		r := refuse(fault.CodeAlreadyUndone, "This change was undone already. To have it back, undo what undid it.")
		r.Subject, r.Standing = c.ID, by
		return Decision{}, r
	}
	d, conflicts, err := u.back(v, c)
	if err != nil {
		return Decision{}, err
	}
	if len(conflicts) > 0 && !u.Resolve {
		r := refuse(fault.CodeUndoConflict, "What this change did was changed again since. Nothing was undone. With resolve=theirs that stays, and the rest is undone.")
		r.Subject, r.Conflicts = c.ID, conflicts
		return Decision{}, r
	}
	d.Left, d.Stands = conflicts, d.Stands || len(conflicts) > 0
	return d, nil
}

// back gives what takes the write back, and what is in its way.
func (u *Undo) back(v *View, c *Contact) (Decision, []Conflict, error) {
	d := Decision{Subject: c.ID}
	var conflicts []Conflict
	for i := range u.Entries {
		switch ch := &u.Entries[i]; {
		case ch.merges():
			d, err := u.unmerge(v, c)
			return d, nil, err
		case ch.splits():
			return u.rejoin(v, c, ch)
		default:
			step, wrong, err := u.takeBack(v, ch)
			if err != nil {
				return d, nil, err
			}
			d.Steps, conflicts = append(d.Steps, step), append(conflicts, wrong...)
			d.Stands = d.Stands || u.Resolve && stands(ch, &step.After)
		}
	}
	return d, conflicts, nil
}

func (u *Undo) has(that func(*Change) bool) bool {
	for i := range u.Entries {
		if that(&u.Entries[i]) {
			return true
		}
	}
	return false
}

// takeBack gives the step that takes one entry back: where its ref leads, for what
// was written by an id went on with that, wherever it was split off since. Where that was
// deleted then, there is nothing to be undone but that.
func (u *Undo) takeBack(v *View, ch *Change) (Step, []Conflict, error) {
	c, ok := v.Found(ch.Named())
	if ok && c.State == Erased {
		return Step{}, nil, WasErased()
	}
	if !ok || c.State == Deleted && c.Head != ch.Seq {
		return Step{}, nil, ChangeNotFound()
	}
	step := Step{Before: c, After: *c, Action: ActionUndo, Ref: ch.Named(), Undoes: u.Op}
	state := ch.Edits.State
	switch {
	case state != nil && state.After == Deleted:
		step.After.State = Live
		return step, nil, nil
	case ch.Prev == 0 || state != nil && state.Before == Deleted: // it brought the contact
		if differs := u.leftOtherwise(ch, c); len(differs) > 0 {
			return step, differs, nil
		}
		step.After.State = Deleted
		return step, nil, nil
	}
	back := u.inverse(v, ch, c.ID)
	after, conflicts := Rebase(&back, c, ByOrigin)
	step.After = after
	err := checkTogether(&after, c, "change_id", v.Reads)
	return step, conflicts, err
}

// stands tells whether some of what an entry did is to be seen in a contact from which it
// was taken back: what others brought anew since stays, and is in nobody's way.
func stands(ch *Change, c *Contact) bool {
	if c.State != Live {
		return false
	}
	back := ch.Edits.Inverse()
	gone, _ := Rebase(&back, c, ByText)
	return ShowingOf(&gone) != ShowingOf(c)
}

// inverse gives what takes an entry back from a contact and others: of what comes
// with it, that which is theirs to this day.
func (u *Undo) inverse(v *View, ch *Change, of ...ID) Edits {
	strays := map[Origin]bool{}
	for _, o := range u.Brings() {
		c, ok := v.Contact(u.Whose.of(o))
		strays[o] = !ok || !slices.Contains(of, c.ID)
	}
	back := ch.Edits.Inverse()
	return back.part(func(o Origin) bool { return !strays[o] })
}

// leftOtherwise tells where a contact is not as the entry left it that brought it:
// then it cannot just go again.
func (u *Undo) leftOtherwise(ch *Change, c *Contact) []Conflict {
	if c.ID != ch.Contact {
		return []Conflict{{Contact: c.ID, Field: "id", Base: []string{ch.Contact.String()}, Theirs: []string{c.ID.String()}}}
	}
	if c.Head == ch.Seq {
		return nil
	}
	left := Contact{}
	if ch.Prev == 0 {
		left = ch.Edits.Forward(left)
	} else if u.Left != nil {
		left = *u.Left
	}
	var conflicts []Conflict
	for _, col := range Collections {
		if was, is := left.Values[col], c.Values[col]; !sameTexts(was, is) {
			conflicts = append(conflicts, Conflict{Contact: c.ID, Field: col.String(), Base: textsOf(was), Theirs: textsOf(is)})
		}
	}
	for i := range c.Fields {
		if was, is := left.Fields[i], c.Fields[i]; was.Text != is.Text {
			slot := SlotAt(i)
			conflicts = append(conflicts, Conflict{Contact: c.ID, Field: slot.Path(), Slot: slot, Base: content(was), Theirs: content(is)})
		}
	}
	return conflicts
}

// TakesBack tells whether the change is there to take others back.
func (ch *Change) TakesBack() bool { return ch.Undoes != 0 || ch.Action == ActionUnmerge }

// Named gives the id that a change belongs to: by which the caller named the contact. A
// split is of the contact that it was taken from, whatever that was called.
func (ch *Change) Named() ID {
	if ch.Ref != 0 && !ch.splits() {
		return ch.Ref
	}
	return ch.Contact
}

func (ch *Change) size() int {
	n := 0
	for _, l := range ch.Edits.Values {
		if l != nil {
			for _, v := range slices.Concat(l.Before, l.After) {
				n += len(v.Text)
			}
		}
	}
	for _, f := range ch.Edits.Fields {
		n += len(f.Before.Text) + len(f.After.Text)
	}
	return n
}

// ChangeNotFound is the same for a change of other contacts and one that never was
// (CONTRACT D28).
func ChangeNotFound() error {
	return fault.New(fault.NotFound, fault.CodeChangeNotFound, "This contact has no change with this id.")
}
