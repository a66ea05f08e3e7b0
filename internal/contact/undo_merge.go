package contact

import (
	"cmp"
	"slices"

	"github.com/carnet-project/carnet/internal/fault"
)

// structure names what the undo of a merge or of a split needs beside the contacts.
func (u *Undo) structure(n *Needs) {
	for _, p := range u.Pasts {
		n.Rows = append(n.Rows, p.rows()...)
	}
	if len(u.Pasts) > 0 {
		n.Trees = append(n.Trees, u.Pasts[0].Merged)
	}
	for i := range u.Entries {
		if ch := &u.Entries[i]; ch.splits() {
			all := append([]ID{ch.Contact}, ch.Edits.Split...)
			n.Trees, n.Pairs = append(n.Trees, all...), append(n.Pairs, all...)
		}
	}
}

// unmerge undoes a merge: all that it merged is split off again, but for what was
// split off since (CONTRACT D28). What still is together went on with the id that the
// merge was asked by, wherever that leads: not always where the path does.
func (u *Undo) unmerge(v *View, c *Contact) (Decision, error) {
	if len(u.Pasts) == 0 {
		return Decision{Subject: c.ID}, nil
	}
	ref := u.Pasts[0].Merged
	root, ok := v.Found(ref)
	if !ok {
		return Decision{}, ChangeNotFound()
	}
	for _, p := range u.Pasts { // before all else: it may have been split off since, and then deleted
		if !p.isOf(root) {
			return Decision{}, ErrStale
		}
	}
	switch root.State {
	case Deleted:
		return Decision{}, ChangeNotFound()
	case Erased:
		return Decision{}, WasErased()
	}
	f := newForest(v, ref)
	for _, p := range u.lastFirst() {
		f.split(p)
	}
	f.settle()
	d := Decision{Subject: root.ID, Steps: f.steps(), Remains: f.remains(), Pairs: f.apart(ref, root.ID)}
	for i := range d.Steps {
		d.Steps[i].Action, d.Steps[i].Undoes = ActionUndo, u.Op
	}
	return d, nil
}

// lastFirst gives the pasts in the order in which they are split: whoever wrote last
// goes first, so that what each wrote over comes forth again below it.
func (u *Undo) lastFirst() []*Past {
	last := func(p *Past) Seq {
		for _, ch := range slices.Backward(p.Writes) {
			if !ch.splits() { // which wrote nothing
				return ch.Seq
			}
		}
		return 0
	}
	order := slices.Clone(u.Pasts)
	slices.SortStableFunc(order, func(a, b *Past) int { return cmp.Compare(last(b), last(a)) })
	return order
}

// rejoin undoes a split: the survivor has again what that took from it, the others
// are merged into it, and nobody says any more that they are distinct.
func (u *Undo) rejoin(v *View, c *Contact, ch *Change) (Decision, []Conflict, error) {
	for _, id := range append([]ID{ch.Contact}, ch.Edits.Split...) {
		if c, ok := v.Found(id); ok && c.State == Erased {
			return Decision{}, nil, WasErased()
		}
	}
	survivor, ok := v.Contact(ch.Contact)
	if !ok {
		return Decision{Subject: c.ID}, []Conflict{gone(ch.Contact)}, nil
	}
	back := u.inverse(v, ch, append([]ID{survivor.ID}, u.rejoined(v, ch)...)...)
	after, conflicts := Rebase(&back, survivor, ByOrigin)
	step := Step{Before: survivor, After: after, Action: ActionUndo, Undoes: u.Op}
	d := Decision{Subject: survivor.ID}
	ids := len(v.Tree(ch.Contact))
	var others []Step
	for _, id := range ch.Edits.Split {
		other, ok := v.Contact(id)
		if !ok {
			return Decision{Subject: c.ID}, append(conflicts, gone(id)), nil
		}
		if other.ID == survivor.ID {
			continue // merged again since
		}
		if ids += len(v.Tree(id)) + 1; ids > MaxAliases {
			return Decision{}, nil, fault.At("change_id", fault.CodeTooManyItems, "More ids would lead to this contact than one may have.")
		}
		step.After = union(&step.After, other, v.Region)
		step.Absorbed = append(step.Absorbed, Absorbed{other.ID, other.Version})
		others = append(others, Step{Before: other, After: frozen(other, survivor.ID), Action: ActionUndo, Undoes: u.Op})
		d.Pairs = append(d.Pairs, v.pairsOf(ch.Contact, id)...)
	}
	d.Steps = append([]Step{step}, others...)
	err := checkTogether(&step.After, survivor, "change_id", v.Reads)
	return d, conflicts, err
}

// rejoined gives what is merged again of that which a change split off.
func (u *Undo) rejoined(v *View, ch *Change) (ids []ID) {
	for _, id := range ch.Edits.Split {
		if c, ok := v.Contact(id); ok {
			ids = append(ids, c.ID)
		}
	}
	return ids
}

// gone is in the way of what a deleted contact would be part of.
func gone(id ID) Conflict {
	return Conflict{Contact: id, Field: "id", Base: []string{id.String()}}
}
