package contact

import "slices"

// Whose tells of the writes that brought values. A value is that id's by which the write
// named the contact: whatever that is called, it goes where the id leads.
type Whose map[Origin]Brought

// Brought is what is known of a write that brought a value: by which id it named the
// contact, 0 where it was its own, and what it did to the slots of that.
type Brought struct {
	Ref    ID
	Fields []FieldEdit
}

// of gives the id that an origin belongs to.
func (w Whose) of(o Origin) ID {
	if ref := w[o].Ref; ref != 0 {
		return ref
	}
	return o.Contact
}

// found gives what a write found in a slot that it filled.
func (w Whose) found(o Origin, slot Slot) Value {
	for _, f := range w[o].Fields {
		if f.Slot == slot {
			return f.Before
		}
	}
	return Value{}
}

// ids gives those that origins belong to, each once.
func (w Whose) ids(origins []Origin) []ID {
	var out []ID
	for _, o := range origins {
		if id := w.of(o); !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}

// Brings gives the origins of what the undo may bring back, each once. Whose they are
// tells whether they are part of the contact to this day.
func (u *Undo) Brings() []Origin {
	var out origins
	for i := range u.Entries {
		out.lost(&u.Entries[i].Edits)
	}
	return out.all
}

// Brings gives the origins of what the split may bring back, or an undo has
// brought, each once, but for those of which it is known whose they are. Where that
// shows that what a write found in a slot is of nobody who is part of it any more, it
// goes on with what was found there when that came: so it is to be asked again, until
// it gives none. Of these ids are all that lead where the merged one leads.
func (p *Past) Brings(root *Contact, ids []ID) []Origin {
	var out origins
	for i := range p.Writes {
		out.moved(&p.Writes[i])
	}
	for i := range p.Joined { // of which an undo does again what was done before a split
		out.moved(&p.Joined[i])
	}
	out.covering(p, root)
	here := make(map[ID]bool, len(ids))
	for _, id := range ids {
		here[id] = true
	}
	for i := 0; i < len(out.all); i++ { // which grows meanwhile
		if o := out.all[i]; !here[p.Whose.of(o)] {
			out.lost(&Edits{Fields: p.Whose[o].Fields})
		}
	}
	return slices.DeleteFunc(out.all, func(o Origin) bool {
		_, known := p.Whose[o]
		return known
	})
}

// covering adds those of what fills a slot that these writes or the last merge touched,
// where others have brought it since.
func (s *origins) covering(p *Past, root *Contact) {
	fields := slices.Clone(p.Joined[len(p.Joined)-1].Edits.Fields)
	own := map[Seq]bool{}
	for i := range p.Writes {
		own[p.Writes[i].Op] = true
		fields = append(fields, p.Writes[i].Edits.Fields...)
	}
	for _, f := range fields {
		s.add(slices.DeleteFunc(slices.Clone(root.Fields[f.Slot.Index()].Origins), func(o Origin) bool { return own[o.Op] }))
	}
}

// origins is a set of them, in order.
type origins struct {
	all []Origin
	has map[Origin]bool
}

// lost adds those that an edit took away.
func (s *origins) lost(e *Edits) {
	for _, l := range e.Values {
		if l == nil {
			continue
		}
		after := originsByText(l.After)
		for _, v := range l.Before {
			s.add(without(v.Origins, after[v.Text]))
		}
	}
	for _, f := range e.Fields {
		s.add(f.Before.Origins)
	}
}

// moved adds those that a change took away, and those that an undo brought again.
func (s *origins) moved(ch *Change) {
	s.lost(&ch.Edits)
	if ch.Undoes != 0 {
		back := ch.Edits.Inverse()
		s.lost(&back)
	}
}

func (s *origins) add(more []Origin) {
	if s.has == nil {
		s.has = map[Origin]bool{}
	}
	for _, o := range more {
		if !s.has[o] {
			s.has[o] = true
			s.all = append(s.all, o)
		}
	}
}

// part gives the edit without what belongs to contacts that are not meant.
func (e *Edits) part(meant func(Origin) bool) Edits {
	out := *e
	of := func(v Value) Value {
		v.Origins = slices.DeleteFunc(slices.Clone(v.Origins), func(o Origin) bool { return !meant(o) })
		if len(v.Origins) == 0 {
			return Value{}
		}
		return v
	}
	list := func(values []Value) (kept []Value) {
		for _, v := range values {
			if v = of(v); v.Text != "" {
				kept = append(kept, v)
			}
		}
		return kept
	}
	for _, col := range Collections {
		if l := e.Values[col]; l != nil {
			out.Values[col] = &ListEdit{Before: list(l.Before), After: list(l.After)}
		}
	}
	out.Fields = nil
	for _, f := range e.Fields {
		out.Fields = append(out.Fields, FieldEdit{f.Slot, of(f.Before), of(f.After)})
	}
	return out
}
