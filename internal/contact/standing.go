package contact

import "slices"

// maxApart is of how many changes it is looked whether they come to nothing. More are taken
// to come to something.
const maxApart = 256

// comesToNothing tells of changes of one contact, newest first and each the one before the
// next, whether all of it is as it was before them, origins included.
func comesToNothing(changes []Change) bool {
	var all Edits
	var slots [NumSlots]*FieldEdit
	joined := map[ID]int{}
	for i := range changes {
		e := &changes[i].Edits
		if e.Erased || i > maxApart || i > 0 && changes[i-1].Prev != changes[i].Seq {
			return false
		}
		for _, a := range e.Absorbed {
			joined[a.ID]++
		}
		for _, id := range e.Split {
			joined[id]--
		}
		for _, col := range Collections {
			if l := e.Values[col]; l != nil && all.Values[col] == nil {
				all.Values[col] = &ListEdit{After: l.After}
			}
			if l := e.Values[col]; l != nil {
				all.Values[col].Before = l.Before
			}
		}
		for _, f := range e.Fields {
			at := &slots[f.Slot.Index()]
			if *at == nil {
				*at = &FieldEdit{Slot: f.Slot, After: f.After}
			}
			(*at).Before = f.Before
		}
		if s := e.State; s != nil && all.State == nil {
			all.State = &StateEdit{After: s.After}
		}
		if s := e.State; s != nil {
			all.State.Before = s.Before
		}
		if l := e.Link; l != nil && all.Link == nil {
			all.Link = &LinkEdit{After: l.After}
		}
		if l := e.Link; l != nil {
			all.Link.Before = l.Before
		}
	}
	for _, n := range joined {
		if n != 0 {
			return false
		}
	}
	for _, l := range all.Values {
		if l != nil && !slices.EqualFunc(l.Before, l.After, Value.Equal) {
			return false
		}
	}
	other := func(f *FieldEdit) bool { return f != nil && !f.Before.Equal(f.After) }
	return !slices.ContainsFunc(slots[:], other) &&
		(all.State == nil || all.State.Before == all.State.After) && (all.Link == nil || all.Link.Before == all.Link.After)
}

// Rest is what is known of a contact that a write touched.
type Rest struct {
	ID      ID
	Head    Seq  // its newest change then
	Nothing bool // all that was done to it since the write came to nothing
}

// RestsOf gives those changes of a write by whose contacts the undo of one of them goes: of a
// split all others, as what the contact has since that was split stays; of what took a
// split back, all.
func RestsOf(entries []Change) (of []*Change) {
	rejoins := slices.ContainsFunc(entries, func(ch Change) bool { return ch.merges() && ch.Undoes != 0 })
	splits := slices.ContainsFunc(entries, func(ch Change) bool { return ch.splits() })
	for i := range entries {
		if ch := &entries[i]; rejoins || splits && !ch.splits() {
			of = append(of, ch)
		}
	}
	return of
}

// RestOf tells it of a contact by its newest changes, newest first, and by what the write
// did to it. More tells that older changes are needed.
func RestOf(chain []Change, of *Change) (r Rest, more bool) {
	at := slices.IndexFunc(chain, func(ch Change) bool { return ch.Seq <= of.Seq })
	if at < 0 && len(chain) <= maxApart {
		return r, true
	}
	r = Rest{ID: of.Contact, Head: chain[0].Seq}
	r.Nothing = at >= 0 && chain[at].Seq == of.Seq && comesToNothing(chain[:at])
	return r, false
}

// takesBack tells how many of the newest changes of a contact, newest first, are a split
// that the first of them takes back whole, and what was done in between and came to
// nothing: what the split did is as if it had never been (CONTRACT D28). It is 0 where it
// is not so. More tells that older changes are needed; all are given where whole is true.
func takesBack(chain []Change, whole bool) (n int, more bool) {
	back := &chain[0]
	if back.Undoes == 0 {
		return 0, false
	}
	at := slices.IndexFunc(chain, func(ch Change) bool { return ch.Seq < back.Undoes || ch.Op == back.Undoes })
	switch {
	case at < 0:
		return 0, !whole && len(chain) <= maxApart
	case chain[at].Op != back.Undoes || !comesToNothing(chain[1:at]) || !comesToNothing(chain[:at+1]):
		return 0, false
	}
	return at + 1, false
}

// LastStanding goes through the newest changes of a contact, newest first, until one is meant,
// and gives that. It passes by splits that were taken back whole; of these it gives the
// writes that did so. More tells that older changes are needed; all are given where whole is
// true.
func LastStanding(chain []Change, whole bool, meant func(*Change) bool) (found *Change, passed []Seq, more bool) {
	undone := map[Seq]bool{} // by what stands
	for i := 0; i < len(chain); {
		ch := &chain[i]
		if link := ch.Edits.Link; link != nil && link.After != 0 && !undone[ch.Op] {
			n, more := takesBack(chain[i:], whole)
			if more {
				return nil, nil, true
			}
			if n > 0 {
				passed, i = append(passed, ch.Op), i+n
				continue
			}
		}
		if meant(ch) {
			return ch, passed, false
		}
		if !undone[ch.Op] {
			undone[ch.Undoes] = true
		}
		i++
	}
	return nil, nil, !whole
}

// MergedBy gives the write that gave a merged contact its parent, and the change by which it
// was merged, which may be an earlier one: a split hangs what goes with it where it belongs.
// By are the writes that merged it: that one, and each that took a split back whole since.
func MergedBy(chain []Change, whole bool) (link Seq, merge *Change, by []Seq, more bool) {
	merge, by, more = LastStanding(chain, whole, func(ch *Change) bool {
		if ch.Edits.Link != nil && link == 0 {
			link = ch.Op
		}
		return ch.Edits.State != nil && ch.Edits.State.After == Merged
	})
	if merge != nil {
		by = append(by, merge.Op)
	}
	return link, merge, by, more
}

// SplitOff gives the newest change by which a contact was split off from another; nil where
// there is none.
func SplitOff(chain []Change, whole bool) (split *Change, more bool) {
	split, _, more = LastStanding(chain, whole, func(ch *Change) bool {
		return ch.Edits.State != nil && ch.Edits.State.Before == Merged
	})
	return split, more
}

// neverWas names the changes of a history, oldest first, that are as if they had never been:
// splits that were taken back whole, what took them back, and what those who were split off
// did in between. Of the contact that was split they are so where all that was split off
// came back like that. That contact may have gone other ways since, so that it is in another
// history: that it was split is then known by those who were split off.
func neverWas(history []Change) map[Seq]bool {
	splits, chains := map[Seq]*Change{}, map[ID][]Change{} // of a split the contact that was, nil where it is not here
	for i := range history {
		ch := &history[i]
		if state := ch.Edits.State; ch.splits() {
			splits[ch.Op] = ch
		} else if state != nil && state.Before == Merged && splits[ch.Op] == nil {
			splits[ch.Op] = nil
		}
	}
	if len(splits) == 0 {
		return nil
	}
	for i := range history {
		ch := &history[i]
		chains[ch.Contact] = append(chains[ch.Contact], *ch)
	}
	type part struct{ split, back Seq }
	never, parts := map[Seq]bool{}, map[part][]ID{}
	for id, chain := range chains {
		slices.Reverse(chain)
		undone := map[Seq]bool{} // by what stands
		for i := 0; i < len(chain); {
			n := 0
			split, known := splits[chain[i].Undoes]
			if known && (split == nil || split.Contact != id) && !undone[chain[i].Op] {
				n, _ = takesBack(chain[i:], true)
			}
			if n == 0 && !undone[chain[i].Op] {
				undone[chain[i].Undoes] = true
			}
			for k := range n {
				never[chain[i+k].Seq] = true
			}
			if n > 0 && split != nil {
				of := part{split.Op, chain[i].Op}
				parts[of] = append(parts[of], id)
			}
			i += max(n, 1)
		}
	}
	for of, ids := range parts {
		split := splits[of.split]
		if slices.ContainsFunc(split.Edits.Split, func(id ID) bool { return !slices.Contains(ids, id) }) {
			continue
		}
		for _, ch := range chains[split.Contact] {
			if ch.Op == of.split || ch.Op == of.back {
				never[ch.Seq] = true
			}
		}
	}
	return never
}
