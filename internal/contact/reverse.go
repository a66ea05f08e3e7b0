package contact

import "slices"

// reverse gives back what each had before the merge that is taken back, whole, in all
// fields that nobody wrote to since (CONTRACT D30). That is known without playing
// anything again, and it is what was there, and not what would have been: an undo before
// the merge may have left another order than the same undo would, had an earlier merge
// never been. Without a history it is known where nothing at all was written.
func (f *forest) reverse(history []Change) {
	if f.reverseBack(history) {
		return
	}
	join := f.oneMerge()
	if join == nil {
		return
	}
	since := after(history, join.Op)
	never := neverWas(since) // not what took back a split from before the merge
	lists, slots := writtenBy(slices.DeleteFunc(since, func(ch Change) bool { return never[ch.Seq] }))
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

// reverseBack does that where the last that happened to all of them is that they were merged
// again, as a split was taken back: each has again what it had before that.
func (f *forest) reverseBack(history []Change) bool {
	back := f.halves[0].Back
	if len(back) == 0 {
		return false
	}
	at := slices.IndexFunc(back, func(ch Change) bool { return ch.merges() })
	if at < 0 || len(back[at].Edits.Absorbed) != len(f.halves) {
		return false
	}
	for _, p := range f.halves {
		if len(p.Back) == 0 || p.Back[0].Op != back[0].Op || !back[at].Absorbs(p.Merged) {
			return false
		}
	}
	join := &back[at]
	if f.now[join.Contact] == nil {
		return false // that was merged on since, and split off again
	}
	if was, _ := f.v.Row(join.Contact); history == nil && was.Version != join.Version {
		return false
	}
	since := after(history, join.Op)
	lists, slots := writtenBy(since)
	for i := range back {
		if id := back[i].Contact; f.now[id] != nil {
			row, _ := f.v.Row(id)
			had := back[i].Edits.Backward(*row)
			f.keep(&had, lists, slots)
		}
	}
	return true
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

// after gives of changes those of later writes than one.
func after(history []Change, op Seq) []Change {
	return slices.DeleteFunc(slices.Clone(history), func(ch Change) bool { return ch.Op <= op })
}

// writtenBy tells to which fields somebody wrote of what was written since a merge. Another
// merge, and what parted contacts since, may have had to do with any.
func writtenBy(since []Change) (lists [NumCollections]bool, slots [NumSlots]bool) {
	chains := map[ID][]Change{}
	for _, ch := range slices.Backward(since) {
		chains[ch.Contact] = append(chains[ch.Contact], ch)
	}
	for id, chain := range chains {
		if areTakenBack(chain) {
			delete(chains, id)
		}
	}
	for i := range since {
		ch := &since[i]
		if chains[ch.Contact] == nil {
			continue // what was merged on and parted again, say
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

// areTakenBack tells of changes of one contact, newest first, whether each was taken back or takes
// one of them back, and all is as it was before. That others came to the same is not enough: of what one of
// two took from the other, a split gives it back.
func areTakenBack(chain []Change) bool {
	undone, ops := map[Seq]bool{}, map[Seq]bool{}
	for i := range chain {
		undone[chain[i].Undoes], ops[chain[i].Op] = true, true
	}
	for i := range chain {
		if ch := &chain[i]; !undone[ch.Op] && !ops[ch.Undoes] {
			return false
		}
	}
	return comesToNothing(chain)
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
