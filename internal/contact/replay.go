package contact

import (
	"maps"
	"slices"
)

// replay plays again all that was written by the ids of some contacts, or to them, as if
// some of them had never been merged: the definition of what a split comes to (CONTRACT
// D30). What a write changed goes to the contact that its ref leads to then, an undo takes
// back what the write did there, and what was merged to this day is merged into what the
// ref of that merge leads to.
type replay struct {
	region  string
	apart   map[ID]bool // which were never merged, by their last merge
	merges  map[ID]Seq  // the write that merged each, of those that stay merged
	splits  map[Seq]*Change
	brought map[Origin]ID        // the id that each belongs to
	shown   map[ID]*Contact      // as each was in truth
	rows    map[ID]*Contact      // as each would be
	did     map[Seq]map[ID]Edits // what writes would have done
	never   map[Seq]bool         // the changes that are as if they had never been
	perhaps []perhaps
}

// perhaps is what a merge would have put into a slot if it was asked to prefer it. That
// is not kept where the slot was empty in truth, and so got the same anyway.
type perhaps struct {
	id           ID
	slot         Slot
	holds, other string
}

// replayed plays it without the merges that are taken back.
func replayed(history []Change, region string, apart map[ID]bool) *replay {
	p := &replay{region: region, apart: apart, merges: map[ID]Seq{}, splits: map[Seq]*Change{}, brought: map[Origin]ID{},
		shown: map[ID]*Contact{}, rows: map[ID]*Contact{}, did: map[Seq]map[ID]Edits{}, never: neverWas(history)}
	for i := range history {
		p.looks(&history[i])
	}
	for i := range history {
		p.happens(&history[i])
	}
	return p
}

// looks notes what must be known before it is played: what came of each merge.
func (p *replay) looks(ch *Change) {
	p.brought[Origin{ch.Contact, ch.Seq}] = ch.Named()
	if ch.splits() {
		p.splits[ch.Op] = ch
	}
	if state := ch.Edits.State; state != nil && !p.never[ch.Seq] {
		delete(p.merges, ch.Contact)
		if state.After == Merged && !p.apart[ch.Contact] {
			p.merges[ch.Contact] = ch.Op
		}
	}
}

// happens plays one change, and goes on with what it did in truth.
func (p *replay) happens(ch *Change) {
	if p.did[ch.Op] == nil {
		p.did[ch.Op] = map[ID]Edits{}
	}
	into, was := p.leads(ch.Named()), p.shown[ch.Contact]
	switch state := ch.Edits.State; {
	case ch.Prev == 0:
		p.set(ch, Contact{ID: ch.Contact}, ch.Edits.Forward(Contact{ID: ch.Contact}))
	case p.never[ch.Seq], into == nil, state != nil, p.splits[ch.Op] != nil, was != nil && was.State == Merged: // of what is merged, its survivor tells
	case ch.merges():
		p.merge(ch, into)
	case ch.Undoes != 0:
		p.undo(ch, into)
	default:
		p.set(ch, *into, written(&ch.Edits, into, ByText))
	}
	if was != nil || ch.Prev == 0 {
		if was == nil {
			was = &Contact{ID: ch.Contact}
		}
		now := ch.Edits.Forward(*was)
		p.shown[ch.Contact] = &now
	}
}

// leads gives what a ref leads to; nil where that is no part of this.
func (p *replay) leads(ref ID) *Contact {
	c := p.rows[ref]
	for c != nil && c.Parent != 0 {
		c = p.rows[c.Parent]
	}
	return c
}

func (p *replay) set(ch *Change, before, after Contact) {
	p.did[ch.Op][after.ID] = Diff(&before, &after)
	p.rows[after.ID] = &after
}

// written applies an edit. What somebody wrote into a slot is there, whatever was
// there instead.
func written(e *Edits, c *Contact, way Way) Contact {
	after, _ := Rebase(e, c, way)
	if way == ByText {
		e.renew(&after)
	}
	for _, f := range e.Fields {
		if f.After.Text != "" && way == ByText {
			after.Fields[f.Slot.Index()] = f.After
		}
	}
	return after
}

// merge merges what is merged by that to this day.
func (p *replay) merge(ch *Change, into *Contact) {
	var stay []ID
	for _, a := range ch.Edits.Absorbed {
		if p.merges[a.ID] == ch.Op && p.rows[a.ID] != nil {
			stay = append(stay, a.ID)
		}
	}
	before, after := *into, *into
	if undone := p.splits[ch.Undoes]; undone != nil && len(stay) > 0 {
		back := p.returns(undone, append(stay, into.ID))
		after = written(&back, &after, ByOrigin)
	}
	was := map[ID]*Contact{into.ID: &before}
	for _, id := range stay {
		was[id] = p.rows[id]
		after = union(&after, p.rows[id], p.region)
		frozen := *p.rows[id]
		frozen.Parent = into.ID
		p.rows[id] = &frozen
	}
	for _, f := range ch.Edits.Fields {
		p.prefer(ch, &f, &after, was)
	}
	p.set(ch, before, after)
}

// prefer gives a slot what the merge preferred there.
func (p *replay) prefer(ch *Change, f *FieldEdit, after *Contact, was map[ID]*Contact) {
	i := f.Slot.Index()
	if f.After.Text == "" || ch.Undoes != 0 {
		return
	}
	fills := f.Before
	var from ID
	for _, a := range ch.Edits.Absorbed {
		o := p.shown[a.ID]
		if o == nil || o.Fields[i].Text == "" {
			continue
		}
		if fills.Text == "" {
			fills = o.Fields[i]
		}
		if o.Fields[i].Text == f.After.Text && o.Fields[i].isOf(f.After) && from == 0 {
			from = a.ID
		}
	}
	c := was[from]
	if from == 0 || c == nil || c.Fields[i].Text == "" {
		return
	}
	v := c.Fields[i]
	if fills.Text == f.After.Text && fills.isOf(f.After) {
		if text := after.Fields[i].Text; text != v.Text {
			p.perhaps = append(p.perhaps, perhaps{after.ID, f.Slot, text, v.Text})
		}
		return
	}
	for _, a := range append([]Absorbed{{ID: after.ID}}, ch.Edits.Absorbed...) { // who held the same as well
		if o := was[a.ID]; o != nil && o.Fields[i].Text == v.Text {
			v.Origins = joined(v.Origins, o.Fields[i].Origins)
		}
	}
	after.Fields[i] = v
}

// undo takes a write back where that was, as far as it was taken back.
func (p *replay) undo(ch *Change, into *Contact) {
	if undone := p.splits[ch.Undoes]; undone != nil {
		back := p.returns(undone, []ID{into.ID})
		p.set(ch, *into, written(&back, into, ByOrigin))
		return
	}
	undone := p.did[ch.Undoes]
	for _, id := range slices.Sorted(maps.Keys(undone)) { // two of them may be one by now
		did := undone[id]
		back, at := did.Inverse(), p.leads(id)
		back.only(&ch.Edits)
		p.set(ch, *at, written(&back, at, ByOrigin))
	}
}

// returns gives what the undo of a split gives back of what some contacts brought.
func (p *replay) returns(split *Change, to []ID) Edits {
	back := split.Edits.Inverse()
	return back.part(func(o Origin) bool {
		from := p.leads(p.brought[o])
		return from != nil && slices.Contains(to, from.ID)
	})
}

// isOf tells whether a value has the first origin of another.
func (v Value) isOf(other Value) bool {
	return len(other.Origins) > 0 && slices.Contains(v.Origins, other.Origins[0])
}
