package contact

import "slices"

// exact is the history of all that leads to a contact, which says what the contacts of a
// split are to be, and what is to be named of that.
type exact struct {
	*forest
	*replay
	history []Change
	since   Seq      // when the first of those was merged that are split off
	was     *Contact // the one that all of them were
	spelled [NumCollections]bool
}

// settle gives each contact that the splits touch what the history tells, where that was
// read, and names what comes back by that. It is played once, however many are split off.
func (f *forest) settle() {
	e := &exact{forest: f, history: played(f.halves...)}
	if e.history == nil {
		f.reverse(nil)
		return
	}
	apart := map[ID]bool{}
	for _, p := range f.halves {
		if apart[p.Merged] = true; e.since == 0 || p.Joined[0].Seq < e.since {
			e.since = p.Joined[0].Seq
		}
	}
	e.was, _ = f.v.Row(f.order[0])
	e.spell()
	e.replay = replayed(e.history, f.v.Region, apart)
	for id, told := range e.rows {
		if f.now[id] == nil {
			continue
		}
		c := *f.now[id]
		for _, col := range Collections {
			if !e.spelled[col] {
				c.Values[col] = told.Values[col]
			}
		}
		c.Fields = told.Fields
		f.now[id] = &c
	}
	f.reverse(e.history)
	e.name()
}

// spell finds the collections of which somebody wrote a value in two ways: of these the
// replay knows less than the texts of either.
func (e *exact) spell() {
	for _, col := range Collections {
		seen, keys := map[string]bool{}, map[string]bool{}
		for i := range e.history {
			l := e.history[i].Edits.Values[col]
			if l == nil {
				continue
			}
			for _, v := range l.After {
				if seen[v.Text] {
					continue
				}
				seen[v.Text] = true
				key := MatchText(col, v.Text, e.v.Region)
				e.spelled[col] = e.spelled[col] || keys[key]
				keys[key] = true
			}
		}
	}
}

// name tells what is not as it was, but of the lists that are as the splits left them.
func (e *exact) name() {
	e.left = slices.DeleteFunc(e.left, func(r Remains) bool {
		col, ok := CollectionOf(r.Field)
		return !ok || !e.spelled[col]
	})
	parted := []*Contact{e.now[e.order[0]]}
	for _, p := range e.halves {
		parted = append(parted, e.now[p.Merged])
	}
	for _, col := range Collections {
		if !e.spelled[col] {
			e.nameList(col, parted)
		}
	}
	for i := range NumSlots {
		e.nameSlot(SlotAt(i), parted)
	}
	for _, u := range e.perhaps {
		if c := e.leads(u.id); c.Fields[u.slot.Index()].Text == u.holds {
			e.names(c.ID, u.slot.Path(), u.slot, u.other)
		}
	}
}

// nameList names what a contact shows again that an edit had taken away, and what none of
// them shows any more.
func (e *exact) nameList(col Collection, parted []*Contact) {
	keys := func(c *Contact) map[string]bool {
		all := make(map[string]bool, len(c.Values[col]))
		for _, v := range c.Values[col] {
			all[MatchText(col, v.Text, e.v.Region)] = true
		}
		return all
	}
	had, have := keys(e.was), map[string]bool{}
	for _, c := range parted {
		for _, v := range c.Values[col] {
			key := MatchText(col, v.Text, e.v.Region)
			if have[key] = true; !had[key] {
				e.names(c.ID, col.String(), 0, v.Text)
			}
		}
	}
	for _, v := range e.was.Values[col] {
		if !have[MatchText(col, v.Text, e.v.Region)] {
			e.names(e.whose(v), col.String(), 0, v.Text)
		}
	}
}

// whose gives the contact that a value belongs to which nobody has any more.
func (e *exact) whose(v Value) ID {
	for _, o := range v.Origins {
		if c := e.leads(e.brought[o]); c != nil {
			return c.ID
		}
	}
	return e.halves[0].Merged
}

// nameSlot names the same of a slot, and what was hidden in it and nobody ever saw.
func (e *exact) nameSlot(slot Slot, parted []*Contact) {
	i := slot.Index()
	lost := func(text string) bool {
		return text != "" && !slices.ContainsFunc(parted, func(c *Contact) bool { return c.Fields[i].Text == text })
	}
	for _, c := range parted {
		if text := c.Fields[i].Text; text != "" && text != e.was.Fields[i].Text && e.wrote(slot, func(f *FieldEdit) bool { return f.Before.Text == text && f.After.Text != text }) {
			e.names(c.ID, slot.Path(), slot, text)
		}
	}
	if v := e.was.Fields[i]; lost(v.Text) {
		e.names(e.whose(v), slot.Path(), slot, v.Text)
	}
	for _, p := range e.halves {
		merged, _ := e.v.Row(p.Merged)
		if text := merged.Fields[i].Text; lost(text) && !e.saw(p, slot, text) { // its own write has covered it
			e.names(p.Merged, slot.Path(), slot, text)
		}
	}
}

func (e *exact) names(id ID, field string, slot Slot, text string) {
	e.left = append(e.left, Remains{id, field, slot, []string{text}})
}

// saw tells whether a slot showed a text since one was merged.
func (e *exact) saw(p *Past, slot Slot, text string) bool {
	joined := slices.ContainsFunc(p.Joined[0].Edits.Fields, func(f FieldEdit) bool { return f.Slot == slot && f.After.Text == text })
	return joined || e.wrote(slot, func(f *FieldEdit) bool { return f.Before.Text == text || f.After.Text == text })
}

// wrote tells whether a write since the merge did what is asked for to a slot.
func (e *exact) wrote(slot Slot, that func(*FieldEdit) bool) bool {
	return slices.ContainsFunc(e.history, func(ch Change) bool {
		return ch.Seq > e.since && !ch.merges() && !ch.splits() && ch.Edits.State == nil &&
			slices.ContainsFunc(ch.Edits.Fields, func(f FieldEdit) bool { return f.Slot == slot && that(&f) })
	})
}
