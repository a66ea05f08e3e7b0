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
			u.joins(ch, n)
		}
	}
	for _, r := range u.Rests {
		n.Rows = append(n.Rows, r.ID)
	}
}

// unmerge undoes a merge: all that it merged is split off again, but for what was
// split off since (CONTRACT D28). What still is together went on with the id that the
// merge was asked by, wherever that leads: not always where the path does.
func (u *Undo) unmerge(v *View, c *Contact) (Decision, error) {
	if len(u.Pasts) == 0 {
		for _, r := range u.Rests { // the undo of a split may have merged it again
			if _, err := u.rests(v, r.ID); err != nil {
				return Decision{}, err
			}
		}
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
	if err := u.unjoin(f); err != nil {
		return Decision{}, err
	}
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

// joins names where that was which a split touched.
func (u *Undo) joins(split *Change, n *Needs) {
	for i := range u.Entries {
		switch ch := &u.Entries[i]; {
		case ch.Contact == split.Contact:
		case ch.Edits.Link != nil:
			n.Refs = append(n.Refs, ch.Edits.Link.Before)
		default:
			n.Refs = append(n.Refs, ch.Contact)
		}
	}
}

// rests tells whether nothing came of a contact since the write.
func (u *Undo) rests(v *View, id ID) (bool, error) {
	row, ok := v.Row(id)
	at := slices.IndexFunc(u.Rests, func(r Rest) bool { return r.ID == id })
	if !ok || at < 0 || u.Rests[at].Head != row.Head {
		return false, ErrStale
	}
	return u.Rests[at].Nothing, nil
}

// unjoin gives all that a write merged again, as it took a split back, what they had before
// that, where nothing came of any since.
func (u *Undo) unjoin(f *forest) error {
	for _, r := range u.Rests {
		if rests, err := u.rests(f.v, r.ID); err != nil || !rests || f.now[r.ID] == nil {
			return err
		}
	}
	for i := range u.Entries {
		if ch := &u.Entries[i]; len(u.Rests) > 0 {
			row, _ := f.v.Row(ch.Contact)
			had := ch.Edits.Backward(*row)
			f.keep(&had, [NumCollections]bool{}, [NumSlots]bool{})
		}
	}
	return nil
}

// asItWas gives what a split did to those that go back to what they were before it, as
// nothing came of them since (CONTRACT D28).
func (u *Undo) asItWas(v *View, split *Change, survivor ID) (map[ID]*Change, error) {
	back := map[ID]*Change{}
	if survivor != split.Contact {
		return back, nil // it was merged itself since
	}
	for i := range u.Entries {
		ch := &u.Entries[i]
		if ch.Contact == split.Contact {
			continue
		}
		rests, err := u.rests(v, ch.Contact)
		if err != nil {
			return nil, err
		}
		if rests {
			back[ch.Contact] = ch
		}
	}
	for again := true; again; { // what belongs to one that does not go back
		again = false
		for i := range u.Entries {
			if ch := &u.Entries[i]; back[ch.Contact] != nil && !goesBack(v, ch, split, survivor, back) {
				delete(back, ch.Contact)
				again = true
			}
		}
	}
	return back, nil
}

// goesBack tells whether a contact can go back to where it was: what was split off to what
// leads to the survivor, or comes to it; what went with it, and what it was part of, if that
// goes back.
func goesBack(v *View, ch, split *Change, survivor ID, back map[ID]*Change) bool {
	link, at := ch.Edits.Link, ch.Contact
	if link != nil {
		at = link.Before
	}
	c, ok := v.Contact(at)
	leads := ok && c.ID == survivor
	switch {
	case link == nil:
		return leads && !slices.ContainsFunc(split.Edits.Split, func(id ID) bool { return back[id] == nil })
	case link.After != 0 && back[link.After] == nil:
		return false
	}
	return leads || back[link.Before] != nil
}

// rejoin undoes a split: the survivor has again what that took from it, the others
// are merged into it, and nobody says any more that they are distinct. Those of whom nothing
// came since are as they were; of the others the survivor takes all that it lacks.
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
	asWas, err := u.asItWas(v, ch, survivor.ID)
	if err != nil {
		return Decision{}, nil, err
	}
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
		step.Absorbed = append(step.Absorbed, Absorbed{other.ID, other.Version})
		if asWas[id] == nil {
			step.After = union(&step.After, other, v.Region)
			others = append(others, Step{Before: other, After: frozen(other, survivor.ID), Action: ActionUndo, Undoes: u.Op})
		}
		d.Pairs = append(d.Pairs, v.pairsOf(ch.Contact, id)...)
	}
	for i := range u.Entries {
		if back := &u.Entries[i]; asWas[back.Contact] != nil {
			row, _ := v.Row(back.Contact)
			others = append(others, Step{Before: row, After: back.Edits.Backward(*row), Action: ActionUndo, Undoes: u.Op})
		}
	}
	d.Steps = append([]Step{step}, others...)
	err = checkTogether(&step.After, survivor, "change_id", v.Reads)
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
