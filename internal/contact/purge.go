package contact

import "slices"

// Purge takes what came from an erased contact, or was written through its ids, out of
// what others hold and of their history (CONTRACT D35). It does the same to a value
// wherever that stands, so that a history goes on leading to what its contact holds.
type Purge struct {
	IDs   map[ID]bool // all that led to the erased contact
	Op    Seq         // of the write that erased it
	Whose Whose       // of all origins that it meets: see Origins
}

// Held are the values that a contact holds to this day though nobody brought them but the
// one who was erased: they are its own from then on.
type Held map[heldValue]bool

type heldValue struct {
	col  Collection
	slot Slot // 0 for a value of col
	text string
}

// Origins gives those of a contact and of some of its history, each once: Whose they are
// is to be known before the purge.
func Origins(c *Contact, changes []Change) []Origin {
	var out origins
	value := func(v Value) { out.add(v.Origins) }
	each(c, value)
	for i := range changes {
		ch := &changes[i]
		ch.Edits.each(value)
		if ch.Snapshot != nil {
			each(ch.Snapshot, value)
		}
	}
	return out.all
}

// each tells all values of an edit, before and after it.
func (e *Edits) each(tell func(Value)) {
	for _, l := range e.Values {
		if l != nil {
			for _, v := range l.Before {
				tell(v)
			}
			for _, v := range l.After {
				tell(v)
			}
		}
	}
	for _, f := range e.Fields {
		tell(f.Before)
		tell(f.After)
	}
}

// gone tells whether an origin is of the erased contact.
func (p *Purge) gone(o Origin) bool { return p.IDs[p.Whose.of(o)] }

// Held gives what a contact keeps as its own.
func (p *Purge) Held(c *Contact) Held {
	held := Held{}
	for _, col := range Collections {
		for _, v := range c.Values[col] {
			if p.all(v) {
				held[heldValue{col, 0, v.Text}] = true
			}
		}
	}
	for i, v := range c.Fields {
		if p.all(v) {
			held[heldValue{0, SlotAt(i), v.Text}] = true
		}
	}
	return held
}

// all tells whether nobody else brought a value.
func (p *Purge) all(v Value) bool {
	return len(v.Origins) > 0 && !slices.ContainsFunc(v.Origins, func(o Origin) bool { return !p.gone(o) })
}

// of purges the values of one contact.
type purgeOf struct {
	*Purge
	held Held
	own  Origin
}

func (p *Purge) of(id ID, held Held) purgeOf { return purgeOf{p, held, Origin{id, p.Op}} }

// Contact gives a contact that stays, and tells whether it is another than it was.
func (p *Purge) Contact(c *Contact, held Held) (Contact, bool) {
	out, of := *c, p.of(c.ID, held)
	for _, col := range Collections {
		out.Values[col] = of.list(col, c.Values[col])
	}
	for i, v := range c.Fields {
		out.Fields[i] = of.field(SlotAt(i), v)
	}
	same := alike(&out, c)
	return out, !same
}

// Change purges an entry of the history of a contact that stays, and tells whether it is
// another than it was. What somebody gave as the reason of a write by an erased id goes too.
func (p *Purge) Change(ch *Change, held Held) (changed bool) {
	of := p.of(ch.Contact, held)
	if p.IDs[ch.Ref] && ch.Reason != "" {
		ch.Reason, changed = "", true
	}
	met := false
	ch.Edits.each(func(v Value) { met = met || slices.ContainsFunc(v.Origins, p.gone) })
	if met {
		ch.Edits = of.edits(&ch.Edits)
	}
	if ch.Snapshot != nil {
		snapshot, other := p.Contact(ch.Snapshot, held)
		if ch.Snapshot = &snapshot; other {
			changed = true
		}
	}
	return changed || met
}

// edits gives an edit without what is gone, and without what did nothing else.
func (p purgeOf) edits(e *Edits) Edits {
	out := *e
	for _, col := range Collections {
		if l := e.Values[col]; l != nil {
			out.Values[col] = &ListEdit{Before: p.list(col, l.Before), After: p.list(col, l.After)}
			if slices.EqualFunc(out.Values[col].Before, out.Values[col].After, Value.Equal) {
				out.Values[col] = nil
			}
		}
	}
	out.Fields = nil
	for _, f := range e.Fields {
		f.Before, f.After = p.field(f.Slot, f.Before), p.field(f.Slot, f.After)
		if !f.Before.Equal(f.After) {
			out.Fields = append(out.Fields, f)
		}
	}
	return out
}

func (p purgeOf) list(col Collection, values []Value) []Value {
	var out []Value
	for _, v := range values {
		if v = p.value(heldValue{col, 0, v.Text}, v); v.Text != "" {
			out = append(out, v)
		}
	}
	return out
}

func (p purgeOf) field(slot Slot, v Value) Value { return p.value(heldValue{0, slot, v.Text}, v) }

// value gives a value as it stays; an empty one for one that goes.
func (p purgeOf) value(at heldValue, v Value) Value {
	if !slices.ContainsFunc(v.Origins, p.gone) {
		return v
	}
	origins := slices.DeleteFunc(slices.Clone(v.Origins), p.gone)
	switch {
	case len(origins) > 0:
		return Value{v.Text, origins}
	case p.held[at]:
		return Value{v.Text, []Origin{p.own}}
	}
	return Value{}
}

// Linked gives the contacts that a history tells of, beside its own: what it was merged
// into, and what was merged into it or split off from it.
func Linked(changes []Change) (ids []ID) {
	add := func(id ID) {
		if id != 0 && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	for i := range changes {
		e := &changes[i].Edits
		if e.Link != nil {
			add(e.Link.Before)
			add(e.Link.After)
		}
		for _, a := range e.Absorbed {
			add(a.ID)
		}
		for _, id := range e.Split {
			add(id)
		}
	}
	return ids
}
