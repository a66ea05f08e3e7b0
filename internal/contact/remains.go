package contact

import (
	"cmp"
	"slices"
)

// passed gives what earlier splits of one write told. What came back to a contact then,
// and goes now with the one that is split off, came back to that.
func (s *split) passed(told []Remains) []Remains {
	var out []Remains
	for _, r := range told {
		before, after := s.rows[r.Contact], s.out[r.Contact]
		if before == nil || after == nil {
			out = append(out, r)
			continue
		}
		stay, gone := r, r
		stay.Values, gone.Values = nil, nil
		for _, text := range r.Values {
			switch {
			case !before.shows(&r, text) || after.shows(&r, text):
				stay.Values = append(stay.Values, text)
			case s.out[s.past.Merged].shows(&r, text):
				gone.Values = append(gone.Values, text)
			}
		}
		gone.Contact = s.past.Merged
		out = append(out, stay, gone)
	}
	return out
}

// shows tells whether a contact has a text in the field that is told of.
func (c *Contact) shows(r *Remains, text string) bool {
	if r.Slot != 0 {
		return c.Fields[r.Slot.Index()].Text == text
	}
	col, ok := CollectionOf(r.Field)
	return ok && comes(c.Values[col], text)
}

// remains gives what the splits could not leave as it was: one for a contact and field,
// of the contacts that they leave, the survivor first, and
// the others by their ids.
func (f *forest) remains() []Remains {
	var out []Remains
	for _, r := range f.left {
		if len(r.Values) == 0 {
			continue
		}
		r.Contact = f.root(r.Contact)
		at := slices.IndexFunc(out, func(o Remains) bool { return o.Contact == r.Contact && o.Field == r.Field })
		if at < 0 {
			at, out = len(out), append(out, Remains{Contact: r.Contact, Field: r.Field, Slot: r.Slot})
		}
		for _, text := range r.Values {
			if !slices.Contains(out[at].Values, text) {
				out[at].Values = append(out[at].Values, text)
			}
		}
	}
	slices.SortFunc(out, func(a, b Remains) int {
		return cmp.Or(cmp.Compare(f.rank(a.Contact), f.rank(b.Contact)), cmp.Compare(a.place(), b.place()))
	})
	return out
}

// rank puts the survivor before all others.
func (f *forest) rank(id ID) ID {
	if id == f.order[0] {
		return 0
	}
	return id
}

// root gives the contact that one of those that were touched leads to now.
func (f *forest) root(id ID) ID {
	for c := f.now[id]; c != nil && c.State == Merged; c = f.now[id] {
		id = c.Parent
	}
	return id
}

// place gives where in a contact the field stands: slots behind the lists.
func (r *Remains) place() int {
	if col, ok := CollectionOf(r.Field); ok {
		return int(col)
	}
	return NumCollections + int(r.Slot)
}
