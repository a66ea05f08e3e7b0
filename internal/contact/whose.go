package contact

import "slices"

// Whose tells by which id the writes named a contact that brought values to it, where
// that was not its own. Such a value is that id's: whatever the contact is called, it
// goes where the id leads.
type Whose map[Origin]ID

// of gives the id that an origin belongs to.
func (w Whose) of(o Origin) ID {
	if id, ok := w[o]; ok {
		return id
	}
	return o.Contact
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
// brought, each once.
func (p *Past) Brings() []Origin {
	var out origins
	for i := range p.Writes {
		out.lost(&p.Writes[i].Edits)
		if p.Writes[i].Undoes != 0 {
			back := p.Writes[i].Edits.Inverse()
			out.lost(&back)
		}
	}
	for i := range p.Joined {
		out.lost(&Edits{Fields: p.Joined[i].Edits.Fields})
	}
	return out.all
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
