package contact

import "slices"

// restore gives the contact that goes: as it was merged, and then what was written
// by its ids, in order.
func (s *split) restore() {
	root := s.rows[s.past.Path[len(s.past.Path)-1]]
	c := *s.rows[s.past.Merged]
	c.State, c.Parent = Live, 0
	did := map[Seq]Edits{}
	for i := range s.past.Writes {
		ch := &s.past.Writes[i]
		before := c
		switch undone, known := did[ch.Undoes]; {
		case ch.splits():
		case ch.merges():
			c = s.merged(&c, ch)
		case ch.Undoes != 0 && known:
			undone = undone.Inverse()
			undone.only(&ch.Edits)
			c = s.replay(&undone, &c, ByOrigin)
		case ch.Undoes != 0: // of a write before the merge: of what came back with it, that which goes
			edits := ch.Edits.part(func(o Origin) bool { return s.own[o] })
			back := s.found(ch, &c)
			c = s.replay(&edits, &c, ByOrigin)
			for _, f := range back {
				c.Fields[f.Slot.Index()] = f.After
			}
		default:
			edits := s.respelled(&ch.Edits, &c)
			c = s.replay(&edits, &c, ByText)
			edits.renew(&c)
		}
		did[ch.Op] = Diff(&before, &c)
	}
	s.out[c.ID] = &c
	for _, id := range s.past.Moved {
		moved := *s.rows[id]
		moved.Parent = c.ID
		s.out[id] = &moved
	}
	s.named(&c, root)
}

// merged gives a contact with what a write by its ids merged, as that preferred it.
func (s *split) merged(c *Contact, ch *Change) Contact {
	out := *c
	var with []*Contact
	for _, a := range ch.Edits.Absorbed {
		if slices.Contains(s.past.Moved, a.ID) {
			with = append(with, s.rows[a.ID])
			out = union(&out, s.rows[a.ID], s.region)
		}
	}
	for _, f := range ch.Edits.Fields {
		i, fills := f.Slot.Index(), f.Before.Text // it, unless another was preferred
		for _, o := range with {
			text := o.Fields[i].Text
			if fills == "" {
				fills = text
			}
			prefers := text != "" && text == f.After.Text && slices.Contains(o.Fields[i].Origins, f.After.Origins[0])
			if prefers && (text != fills || f.Before.Text != "" && !slices.Contains(f.Before.Origins, f.After.Origins[0])) {
				chosen := o.Fields[i]
				if out.Fields[i].Text == text {
					chosen.Origins = joined(chosen.Origins, out.Fields[i].Origins)
				}
				out.Fields[i] = chosen
			}
		}
	}
	return out
}

// replay applies an edit. What was put into a slot by an id of the contact is what
// it holds, whatever it held hidden.
func (s *split) replay(e *Edits, c *Contact, way Way) Contact {
	after, _ := Rebase(e, c, way)
	for _, f := range e.Fields {
		at := &after.Fields[f.Slot.Index()]
		come := without(f.After.Origins, f.Before.Origins)
		if len(come) == 0 {
			continue
		}
		if at.Text == f.After.Text {
			at.Origins = joined(at.Origins, come)
			continue
		}
		s.remains(c.ID, f.Slot.Path(), f.Slot, content(*at)...)
		*at = Value{f.After.Text, come}
	}
	return after
}

// respelled gives an edit in the texts of the contact that goes: where it held a
// value that the survivor spelled otherwise, the edit speaks of that. What the edit itself
// spells otherwise than it found it, stays as it was sent.
func (s *split) respelled(e *Edits, c *Contact) Edits {
	out := *e
	for _, col := range Collections {
		if l := e.Values[col]; l != nil {
			out.Values[col] = &ListEdit{Before: s.spelledAs(col, l.Before, nil, c), After: s.spelledAs(col, l.After, l.Before, c)}
		}
	}
	return out
}

// spelledAs gives a list in the texts of a contact, but for those that were found.
func (s *split) spelledAs(col Collection, list, found []Value, c *Contact) []Value {
	out := slices.Clone(list)
	for i, v := range out {
		if comes(c.Values[col], v.Text) {
			continue
		}
		key := MatchText(col, v.Text, s.region)
		for _, own := range c.Values[col] {
			if MatchText(col, own.Text, s.region) == key && !comes(list, own.Text) && !comes(found, own.Text) {
				out[i].Text = own.Text
			}
		}
	}
	return out
}

// named names what comes back with the contact that goes though an edit of the
// other's had taken it away, and what neither shows any more: that it had taken away
// itself, before an undo gave it to the other.
func (s *split) named(c, root *Contact) {
	after := s.out[root.ID]
	for _, col := range Collections {
		shown, own, others := s.keys(col, root), s.keys(col, c), s.keys(col, after)
		var back []string
		for _, v := range c.Values[col] {
			if !shown[MatchText(col, v.Text, s.region)] {
				back = append(back, v.Text)
			}
		}
		for _, v := range root.Values[col] {
			if key := MatchText(col, v.Text, s.region); !own[key] && !others[key] {
				back = append(back, v.Text)
			}
		}
		s.remains(c.ID, col.String(), 0, back...)
	}
	for i, v := range c.Fields {
		if slot := SlotAt(i); v.Text != "" && v.Text != root.Fields[i].Text && s.shown(slot, v.Text) {
			s.remains(c.ID, slot.Path(), slot, v.Text)
		}
	}
	for i, v := range root.Fields { // which neither shows
		slot, other := SlotAt(i), after.Fields[i]
		if v.Text != "" && v.Text != c.Fields[i].Text && v.Text != other.Text && len(s.others(v)) == 0 {
			s.remains(c.ID, slot.Path(), slot, v.Text)
		}
	}
}

// keys gives the values of a contact as MatchText compares them.
func (s *split) keys(col Collection, c *Contact) map[string]bool {
	keys := make(map[string]bool, len(c.Values[col]))
	for _, v := range c.Values[col] {
		keys[MatchText(col, v.Text, s.region)] = true
	}
	return keys
}

// found gives what an undo would have given back to slots, had not another held the same
// there as well: what the write found that it undid.
func (s *split) found(undo *Change, c *Contact) (back []FieldEdit) {
	for _, f := range undo.Edits.Fields {
		v := c.Fields[f.Slot.Index()]
		if f.Before.Text != f.After.Text || v.Text != f.After.Text {
			continue
		}
		if o := v.Origins[0]; slices.Contains(s.past.Group, o.Contact) && !slices.Contains(f.After.Origins, o) {
			back = append(back, FieldEdit{f.Slot, v, s.past.Whose.found(o, f.Slot)})
		}
	}
	return back
}

// shown tells whether a slot's content was seen at the contact that it led to.
func (s *split) shown(slot Slot, text string) bool {
	at := func(ch *Change) bool {
		return slices.ContainsFunc(ch.Edits.Fields, func(f FieldEdit) bool { return f.Slot == slot && f.After.Text == text })
	}
	return at(&s.past.Joined[0]) || slices.ContainsFunc(s.past.Writes, func(ch Change) bool { return at(&ch) })
}
