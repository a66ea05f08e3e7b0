package contact

// Removals counts what a write takes away (CONTRACT D24): values that a list no
// longer has, and slots that were filled and hold something else now, or nothing.
// What is deleted loses all that it showed; of what is merged, each filled slot
// that its survivor fills otherwise is hidden, and each value that goes back to where it
// was not seen. What only moves to another contact of the same write is not taken away.
// Seen and Hides show them.
func Removals(entries []Entry) int {
	n := 0
	for i := range entries {
		e := &entries[i]
		switch state := e.Change.Edits.State; {
		case state != nil && state.After == Deleted:
			n += shown(&e.Contact)
		case state != nil && state.After == Erased:
			n += e.Erases
		case state != nil && state.After == Merged:
			n += len(hidden(entries, &e.Contact)) + outOfSight(entries, e)
		case e.Contact.State == Merged || state != nil && state.Before == Merged: // it showed nothing
		default:
			n += removed(entries, i)
		}
	}
	return n
}

// Seen gives what a write did to one contact as who reads it sees that; nothing
// where the contact is not among the entries. A deleted contact keeps its values,
// so its entry has none of them: to a reader all of them go, and come back when
// that is undone.
func Seen(entries []Entry, id ID) Edits {
	for i := range entries {
		e := &entries[i]
		if e.Contact.ID != id {
			continue
		}
		state := e.Change.Edits.State
		switch {
		case state != nil && state.After == Deleted:
			return Diff(&e.Contact, &Contact{})
		case state != nil && state.Before == Deleted:
			return Diff(&Contact{}, &e.Contact)
		}
		return e.Change.Edits
	}
	return Edits{}
}

// shown counts the values and filled slots of a contact.
func shown(c *Contact) int {
	n := 0
	each(c, func(Value) { n++ })
	return n
}

// Hidden is what a merged contact has in a slot that its survivor fills otherwise.
type Hidden struct {
	Contact ID // which was merged
	Slot    Slot
	Text    string
	Behind  string // what the survivor has there
}

// Hides gives what a write hid behind one contact, by merging others into it: which is
// among the removals that are counted of it, and in no edit of that contact.
func Hides(entries []Entry, survivor ID) (all []Hidden) {
	for i := range entries {
		c, state := &entries[i].Contact, entries[i].Change.Edits.State
		if state == nil || state.After != Merged {
			continue
		}
		if into := absorber(entries, c.ID); into != nil && into.ID == survivor {
			all = append(all, hidden(entries, c)...)
		}
	}
	return all
}

// absorber gives the contact that a write merged another into; nil where it did not.
func absorber(entries []Entry, merged ID) *Contact {
	for i := range entries {
		if entries[i].Change.Absorbs(merged) {
			return &entries[i].Contact
		}
	}
	return nil
}

// hidden gives the filled slots of a merged contact in which its survivor holds
// something else.
func hidden(entries []Entry, merged *Contact) (all []Hidden) {
	survivor := absorber(entries, merged.ID)
	if survivor == nil {
		return nil
	}
	for slot, v := range merged.Fields {
		if shows := survivor.Fields[slot].Text; v.Text != "" && v.Text != shows {
			all = append(all, Hidden{Contact: merged.ID, Slot: SlotAt(slot), Text: v.Text, Behind: shows})
		}
	}
	return all
}

// outOfSight counts what a contact showed in its lists that the undo of a split puts back to
// where it was not seen. Any other merge shows all values of both.
func outOfSight(entries []Entry, merged *Entry) (n int) {
	survivor := absorber(entries, merged.Contact.ID)
	if merged.Change.Undoes == 0 || survivor == nil {
		return 0
	}
	showed := merged.Change.Edits.Backward(merged.Contact)
	for _, col := range Collections {
		seen := map[string]bool{}
		for _, v := range survivor.Values[col] {
			seen[MatchText(col, v.Text, "")] = true
		}
		for _, v := range showed.Values[col] {
			if !seen[MatchText(col, v.Text, "")] {
				n++
			}
		}
	}
	return n
}

// removed counts what an entry takes away that no other contact has from then on.
func removed(entries []Entry, of int) (n int) {
	lost(entries, of, func(Collection, Slot, string) { n++ })
	return n
}

// lost tells each text that an entry takes away and that no other contact has from then
// on: its collection, or its slot, which is 0 for a collection.
func lost(entries []Entry, of int, tell func(Collection, Slot, string)) {
	edits := &entries[of].Change.Edits
	for _, col := range Collections {
		if l := edits.Values[col]; l != nil {
			for _, text := range l.Removed() {
				if !movedTo(entries, of, func(c *Contact) bool { return comes(c.Values[col], text) }) {
					tell(col, 0, text)
				}
			}
		}
	}
	for i := range edits.Fields {
		f := &edits.Fields[i]
		if f.removes() && !movedTo(entries, of, func(c *Contact) bool { return c.Fields[f.Slot.Index()].Text == f.Before.Text }) {
			tell(0, f.Slot, f.Before.Text)
		}
	}
}

// removes tells whether a slot was filled, and is other now.
func (f *FieldEdit) removes() bool { return f.Before.Text != "" && f.After.Text != f.Before.Text }

// movedTo tells whether another contact that the write brings back has something.
func movedTo(entries []Entry, of int, has func(*Contact) bool) bool {
	for i := range entries {
		state := entries[i].Change.Edits.State
		if i != of && state != nil && state.After == Live && has(&entries[i].Contact) {
			return true
		}
	}
	return false
}
