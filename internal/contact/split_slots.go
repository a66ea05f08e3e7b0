package contact

import "slices"

// releaseSlot gives what a slot holds without what goes. Where that leaves it
// empty, what was hidden there comes forth: what such a write or the merge found,
// and then what the others hold that are still merged in, in order.
func (s *split) releaseSlot(k int, v Value, slot Slot) Value {
	x := s.traces[k].slots[slot.Index()]
	cleared := x != nil && x.left.Text == "" && (v.Text == "" || s.filled(k, v, slot))
	if hidden := s.hidden(k, slot, x); cleared && hidden.Text != v.Text && hidden.Text != "" {
		s.remains(s.past.Path[k], slot.path(), slot, hidden.Text)
		return hidden
	}
	switch others := s.others(v); {
	case len(others) > 0 && !s.preferred(k, v, slot):
		return Value{Text: v.Text, Origins: others}
	case v.Text == "" && !cleared:
		return s.risen(k, slot, x)
	default:
		back := s.hidden(k, slot, x)
		if x != nil && back.Text == x.found.Text && back.Text != v.Text { // which wrote over it
			s.remains(s.past.Path[k], slot.path(), slot, content(back)...)
		}
		return back
	}
}

// preferred tells whether a slot shows what it does because the merge preferred that of
// the one below, whose origins are then the first: another that held the same as well
// would not have been preferred.
func (s *split) preferred(k int, v Value, slot Slot) bool {
	if k > 0 && s.out[s.past.Path[k-1]].Fields[slot.Index()].Text == v.Text {
		return false // that has it still
	}
	return slices.ContainsFunc(s.past.Joined[k].Edits.Fields, func(f FieldEdit) bool {
		return f.Slot == slot && f.Before.Text != "" && f.After.Text != f.Before.Text &&
			v.Text == f.After.Text && v.Origins[0] == f.After.Origins[0] && s.own[v.Origins[0]]
	})
}

// filled tells whether a later merge filled a slot.
func (s *split) filled(k int, v Value, slot Slot) bool {
	return slices.ContainsFunc(s.below(k), func(c *Contact) bool { return c.Fields[slot.Index()].Equal(v) })
}

// risen gives what fills an empty slot with the one below, as it would have been filled
// with that when they were merged.
func (s *split) risen(k int, slot Slot, x *exchange) Value {
	if k > 0 {
		below := s.past.Path[k-1]
		if v := s.out[below].Fields[slot.Index()]; v.Text != "" && s.rows[below].Fields[slot.Index()].Text == "" {
			s.remains(s.past.Path[k], slot.path(), slot, v.Text)
			return v
		}
	}
	s.uncertain(k, slot, x)
	return Value{}
}

// hidden gives what comes forth in a slot.
func (s *split) hidden(k int, slot Slot, x *exchange) Value {
	var from []Value
	since := Version(0) // what those hold that were there before, did not show
	if x != nil {
		from = append(from, x.found)
		if x.found.Text == "" {
			since = x.at
		}
	}
	for _, f := range s.past.Joined[k].Edits.Fields {
		if f.Slot == slot && since == 0 && f.Before.Text != f.After.Text {
			from = append(from, f.Before)
			if f.Before.Text == "" {
				since = s.past.Joined[k].Version
			}
		}
	}
	for _, v := range from {
		if left := s.still(k, v); len(left) > 0 {
			return Value{Text: v.Text, Origins: left}
		}
	}
	for _, c := range s.below(k) {
		v := c.Fields[slot.Index()]
		shows := c.Version >= since || x == nil && k > 0 && c.ID == s.past.Path[k-1]
		if left := s.others(v); shows && len(left) > 0 {
			return Value{Text: v.Text, Origins: left}
		}
	}
	return Value{}
}

// below gives what is still merged into a contact of the path, in order.
func (s *split) below(k int) []*Contact {
	var out []*Contact
	if len(s.siblings) > k {
		out = slices.Clone(s.siblings[k])
	}
	if k == 0 {
		return out
	}
	at := len(out)
	below := s.past.Path[k-1]
	for i, c := range out {
		if c.Version > s.rows[below].Version { // it was merged later
			at = i
			break
		}
	}
	return slices.Insert(out, at, s.out[below])
}

// uncertain names what may have come forth in a slot that others emptied: whether
// they would have, had they not seen what goes, cannot be known.
func (s *split) uncertain(k int, slot Slot, x *exchange) {
	if x == nil && s.rows[s.past.Merged].Fields[slot.Index()].Text == "" {
		return
	}
	if hidden := s.hidden(k, slot, x); hidden.Text != "" {
		s.remains(s.past.Path[k], slot.path(), slot, hidden.Text)
	}
}
