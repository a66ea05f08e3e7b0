package contact

import "slices"

// Past is what an unmerge needs of history (CONTRACT D30). It was read when the
// contact that is to be split was at Version: where it is at another, the past may
// be another too.
type Past struct {
	Merged  ID
	Version Version
	By      []Seq    // the write that merged it last, and those that did before and stand again
	Back    []Change // of the last of By, where that took a split back: all that it did
	Path    []ID     // what Merged was merged into, upwards; the last is the contact that it leads to
	Joined  []Change // for each of Path: what the merge of the one below did to the contact that it joined, another where a split hung it here
	Hung    []Change // for each of Path: what the split did to it that hung the one below there, nothing where the merge did
	Off     []Seq    // for each of Path: when it was split off last, where such a write was of what it was part of before
	Moved   []ID     // what was merged by one of Merged's ids: it goes with it, in no order
	Group   []ID     // all ids that lead to Merged from then on, its own too, in no order
	Writes  []Change // by these ids since they led on, oldest first
	// Siblings are, for each of Path, the others that are merged into it, in order:
	// what they hold may come forth. They are read only where it may.
	Siblings [][]Contact
	Whose    Whose // of what these writes and merges took away
	// History is all that was written to the ids that lead to the contact, or by them,
	// oldest first. It is read only where there are Doubts; Unread tells that it is too long.
	History []Change
	Unread  bool
}

// isOf tells whether it is the past of what leads to a contact as that is now.
func (p *Past) isOf(c *Contact) bool {
	return p.Version == c.Version && len(p.Path) > 0 && p.Path[len(p.Path)-1] == c.ID
}

// Touches tells with which slots what goes has anything to do, or may have, as long as it
// is not known whose the values are. Of these rows are all that go.
func (p *Past) Touches(rows map[ID]*Contact) (slots [NumSlots]bool) {
	in := func(ch *Change) {
		for _, f := range ch.Edits.Fields {
			slots[f.Slot.Index()] = true
		}
	}
	in(&p.Joined[0])
	for i := range p.Joined[1:] {
		join := &p.Joined[i+1]
		for _, f := range join.Edits.Fields {
			back := join.Undoes != 0 && (p.Whose == nil || p.isAnyOf(without(f.After.Origins, f.Before.Origins)))
			slots[f.Slot.Index()] = slots[f.Slot.Index()] || back
		}
	}
	for i := range p.Writes {
		in(&p.Writes[i])
	}
	for _, id := range append([]ID{p.Merged}, p.Moved...) {
		for i, v := range rows[id].Fields {
			slots[i] = slots[i] || v.Text != ""
		}
	}
	return slots
}

// isAnyOf tells whether any of these origins is of what goes.
func (p *Past) isAnyOf(origins []Origin) bool {
	return slices.ContainsFunc(origins, func(o Origin) bool { return slices.Contains(p.Group, p.Whose.of(o)) })
}

// At gives the place in Path of what a write by these ids was of, -1 for none. What it
// did went on with the lowest that was split off since.
func (p *Past) At(ch *Change) int {
	k := slices.Index(p.Path, ch.Contact)
	off := slices.IndexFunc(p.Off, func(off Seq) bool { return off > ch.Seq })
	if off >= 0 && (k < 0 || off < k) {
		return off
	}
	return k
}

func (p *Past) size() int {
	n := 0
	for i := range p.Writes {
		n += p.Writes[i].size()
	}
	for _, list := range p.Siblings {
		for i := range list {
			each(&list[i], func(v Value) { n += len(v.Text) })
		}
	}
	return n
}

// played gives the history of any of some pasts, all of one contact; nil where none has
// doubts, or it is too long.
func played(pasts ...*Past) []Change {
	for _, p := range pasts {
		if p.History != nil {
			return p.History
		}
	}
	return nil
}

// sizeOf gives about how many bytes pasts of one contact hold. Their history is one.
func sizeOf(pasts ...*Past) int {
	n := 0
	for _, p := range pasts {
		n += p.size()
	}
	history := played(pasts...)
	for i := range history {
		n += history[i].size()
	}
	return n
}

// rows names the contacts whose rows a split needs.
func (p *Past) rows() []ID {
	rows := append([]ID{p.Merged}, p.Path...)
	return append(rows, p.Moved...)
}

// Under gives all that was merged into a contact, of a tree that it is part of.
func Under(id ID, tree []Node) []Node {
	children := map[ID][]Node{}
	for _, n := range tree {
		children[n.Parent] = append(children[n.Parent], n)
	}
	out := children[id]
	for i := 0; i < len(out); i++ {
		out = append(out, children[out[i].ID]...)
	}
	return slices.Clip(out)
}

// merges tells whether a change joined other contacts into the one that it is of.
func (ch *Change) merges() bool { return len(ch.Edits.Absorbed) > 0 }

// Absorbs tells whether a change joined a contact into the one that it is of.
func (ch *Change) Absorbs(id ID) bool {
	return slices.ContainsFunc(ch.Edits.Absorbed, func(a Absorbed) bool { return a.ID == id })
}

// splits tells whether a change split contacts off from the one that it is of.
func (ch *Change) splits() bool { return len(ch.Edits.Split) > 0 }
