package contact

import "slices"

// reverse gives back what each had before the merge that is taken back, whole, in all
// fields that nobody wrote to since (CONTRACT D30). That is known without playing
// anything again, and it is what was there, and not what would have been: an undo before
// the merge may have left another order than the same undo would, had an earlier merge
// never been. Without a history it is known where nothing at all was written.
func (f *forest) reverse(history []Change) {
	join := f.oneMerge()
	if join == nil {
		return
	}
	lists, slots := writtenSince(join, history)
	was, _ := f.v.Row(join.Contact)
	if history == nil && was.Version != join.Version {
		return
	}
	back := join.Edits.Inverse()
	had := back.Forward(*was)
	f.keep(&had, lists, slots)
	for _, p := range f.halves {
		row, _ := f.v.Row(p.Merged)
		f.keep(row, lists, slots)
	}
}

// oneMerge gives the change by which all came together that are parted, where that is one,
// which merged nobody else; nil where it is not so.
func (f *forest) oneMerge() *Change {
	join := &f.halves[0].Joined[0]
	for _, p := range f.halves {
		if p.Joined[0].Seq != join.Seq || len(p.Path) > 1 || p.Path[0] != join.Contact || len(p.Moved) > 0 {
			return nil
		}
	}
	if len(join.Edits.Absorbed) != len(f.halves) {
		return nil
	}
	return join
}

// writtenSince tells to which fields somebody wrote since a merge. Another merge, and
// what parted contacts since, may have had to do with any.
func writtenSince(join *Change, history []Change) (lists [NumCollections]bool, slots [NumSlots]bool) {
	for i := range history {
		ch := &history[i]
		if ch.Op <= join.Op {
			continue
		}
		all := ch.merges() || ch.splits() || ch.Edits.State != nil || ch.Edits.Link != nil
		for _, col := range Collections {
			lists[col] = lists[col] || all || ch.Edits.Values[col] != nil
		}
		for n := range slots {
			slots[n] = slots[n] || all || slices.ContainsFunc(ch.Edits.Fields, func(e FieldEdit) bool { return e.Slot == SlotAt(n) })
		}
	}
	return lists, slots
}

// keep gives a contact what it had, but for the fields that somebody wrote to.
func (f *forest) keep(had *Contact, lists [NumCollections]bool, slots [NumSlots]bool) {
	c := *f.now[had.ID]
	for _, col := range Collections {
		if !lists[col] {
			c.Values[col] = had.Values[col]
		}
	}
	for n, written := range slots {
		if !written {
			c.Fields[n] = had.Fields[n]
		}
	}
	f.now[had.ID] = &c
}
