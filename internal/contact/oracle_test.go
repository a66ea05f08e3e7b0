package contact

import (
	"slices"
)

// oracle tells what the contacts of a world are to be. It knows nothing of how a
// contact is split: it plays all that happened again, and leaves out each merge that
// was taken back since, as if it had never been. What a write changed goes, as an
// edit, to the contact that its ref leads to then; an undo takes back what the write
// did there; what was merged by a ref is merged into what that leads to.
type oracle struct {
	*world
	prefer map[Seq]map[Slot]ID // of merges
}

// join names one contact of a merge.
type join struct {
	op Seq
	id ID
}

// play is a Space as an oracle sees it.
type play struct {
	*oracle
	rows  map[ID]*Contact
	did   map[Seq]map[ID]Edits
	never map[join]bool
}

func newOracle(w *world) *oracle { return &oracle{w, map[Seq]map[Slot]ID{}} }

// takenBack gives the merges that were. A split that is undone at once, as all are that
// are undone here, is as if it had never been: the merge before it stands again.
func (o *oracle) takenBack() map[join]bool {
	last, never := map[ID]Seq{}, map[join]bool{}
	for _, ch := range o.changes {
		for _, a := range ch.Edits.Absorbed {
			if o.splits(ch.Undoes) {
				never[join{last[a.ID], a.ID}], never[join{ch.Op, a.ID}] = false, true
			} else {
				last[a.ID] = ch.Op
			}
		}
		for _, id := range ch.Edits.Split {
			never[join{last[id], id}] = true
		}
	}
	return never
}

// tells gives all contacts as they are to be.
func (o *oracle) tells() *play {
	p := &play{o, map[ID]*Contact{}, map[Seq]map[ID]Edits{}, o.takenBack()}
	for i := range o.changes {
		ch := &o.changes[i]
		if p.did[ch.Op] == nil {
			p.did[ch.Op] = map[ID]Edits{}
		}
		state := ch.Edits.State
		switch {
		case ch.Action == ActionCreate:
			p.set(ch, Contact{ID: ch.Contact}, ch.Edits.Forward(Contact{ID: ch.Contact}))
		case state != nil || p.splits(ch.Op) || p.splits(ch.Undoes): // of what is merged, its survivor tells
		case ch.merges():
			p.merge(ch)
		case ch.Undoes != 0:
			p.undo(ch)
		default:
			into := p.leads(ch.Named())
			p.set(ch, *into, p.edited(&ch.Edits, into, ByText))
		}
	}
	return p
}

// leads gives what a ref leads to.
func (p *play) leads(ref ID) *Contact {
	c := p.rows[ref]
	for c.Parent != 0 {
		c = p.rows[c.Parent]
	}
	return c
}

func (p *play) set(ch *Change, before, after Contact) {
	p.did[ch.Op][after.ID] = Diff(&before, &after)
	p.rows[after.ID] = &after
}

// edited applies an edit. What somebody wrote into a slot is there, whatever was
// there instead.
func (p *play) edited(e *Edits, c *Contact, way Way) Contact {
	after, _ := Rebase(e, c, way)
	for _, col := range Collections { // what somebody brought is by that, though it was there
		for i, v := range after.Values[col] {
			if l := e.Values[col]; l != nil && way == ByText && slices.Contains(l.Added(), v.Text) {
				at := slices.IndexFunc(l.After, func(o Value) bool { return o.Text == v.Text })
				after.Values[col] = slices.Clone(after.Values[col])
				after.Values[col][i].Origins = joined(v.Origins, l.After[at].Origins)
			}
		}
	}
	for _, f := range e.Fields {
		if f.After.Text != "" && way == ByText {
			after.Fields[f.Slot.Index()] = f.After
		}
	}
	return after
}

// merge merges what is merged to this day.
func (p *play) merge(ch *Change) {
	into := p.leads(ch.Named())
	before, after := *into, *into
	var merged []ID
	for _, a := range ch.Edits.Absorbed {
		if !p.never[join{ch.Op, a.ID}] {
			after = union(&after, p.rows[a.ID], p.region)
			frozen := *p.rows[a.ID]
			frozen.Parent = into.ID
			p.rows[a.ID] = &frozen
			merged = append(merged, a.ID)
		}
	}
	for slot, id := range p.prefer[ch.Op] {
		from := &before
		if id != ch.Contact {
			from = p.rows[id]
		}
		here := id == ch.Contact || slices.Contains(merged, id)
		if v := from.Fields[slot.Index()]; here && v.Text != "" {
			for _, other := range append(merged, ch.Contact) { // who held the same as well
				o := &before
				if other != ch.Contact {
					o = p.rows[other]
				}
				if o.Fields[slot.Index()].Text == v.Text {
					v.Origins = joined(v.Origins, o.Fields[slot.Index()].Origins)
				}
			}
			after.Fields[slot.Index()] = v
		}
	}
	p.set(ch, before, after)
}

// splits tells whether a write took a merge back.
func (o *oracle) splits(op Seq) bool {
	return slices.ContainsFunc(o.changes, func(ch Change) bool { return ch.Op == op && ch.splits() })
}

// undo takes a write back where that was, as far as it was taken back.
func (p *play) undo(ch *Change) {
	for id, did := range p.did[ch.Undoes] {
		back, into := did.Inverse(), p.leads(id)
		for _, col := range Collections {
			if ch.Edits.Values[col] == nil {
				back.Values[col] = nil
			}
		}
		back.Fields = slices.DeleteFunc(back.Fields, func(f FieldEdit) bool {
			return !slices.ContainsFunc(ch.Edits.Fields, func(g FieldEdit) bool { return f.Slot == g.Slot })
		})
		p.set(ch, *into, p.edited(&back, into, ByOrigin))
	}
}
