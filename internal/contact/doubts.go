package contact

import "slices"

// Doubts names the fields of which what others wrote may matter to a split.
type Doubts struct {
	Lists [NumCollections]bool
	Slots [NumSlots]bool
}

// Any tells whether there is a doubt.
func (d *Doubts) Any() bool { return *d != Doubts{} }

// Doubts tells of which fields it is not enough to know what was written by the ids of
// the one that goes. Nearly always there is none: nobody else wrote since the merge, or
// to other fields. Of these rows is the contact that it leads to; whole tells that the
// others go as well that the same write merged.
func (p *Past) Doubts(rows map[ID]*Contact, whole bool) (d Doubts) {
	root := rows[p.Path[len(p.Path)-1]]
	plain := p.plain(root, whole)
	alone := plain && root.Version == p.Joined[0].Version+Version(len(p.Writes)) // nobody else wrote
	for _, col := range Collections {
		d.Lists[col] = !plain || p.doubtsList(col, root, alone)
	}
	for i := range root.Fields {
		d.Slots[i] = !plain || !alone && p.doubtsSlot(SlotAt(i), root)
	}
	return d
}

// plain tells whether all that happened is one merge, and writes by the ids of the one
// that goes to the contact that it was merged into. Where that merged others as well, it is
// so when all go, and nobody wrote anything since.
func (p *Past) plain(root *Contact, whole bool) bool {
	join := &p.Joined[0]
	if len(p.Path) > 1 || len(p.Moved) > 0 || !p.Hung[0].Edits.Empty() || join.Contact != root.ID || join.Undoes != 0 {
		return false
	}
	if len(join.Edits.Absorbed) > 1 && !(whole && root.Version == join.Version) {
		return false
	}
	return !slices.ContainsFunc(p.Writes, func(ch Change) bool {
		return ch.Contact != p.Path[0] || ch.Undoes != 0 || ch.merges() || ch.splits() || ch.Edits.State != nil
	})
}

// doubtsList tells whether others may have written to a list: where the merge and these
// writes did not find it as the one before had left it, or it is not so any more. What
// these writes took away others may have brought again, and taken away themselves; and
// its place is known where it is one of them. Where these writes changed its order, that of
// the others is in their own writes.
func (p *Past) doubtsList(col Collection, root *Contact, alone bool) bool {
	last, took := p.Joined[0].Edits.Values[col], 0
	for i := range p.Writes {
		l := p.Writes[i].Edits.Values[col]
		if l == nil {
			continue
		}
		if l.Reordered() || last != nil && !slices.EqualFunc(last.After, l.Before, Value.Equal) {
			return true
		}
		if last = l; len(l.Removed()) > 0 {
			took++
		}
	}
	return took > 1 || took > 0 && !alone || last != nil && !slices.EqualFunc(last.After, root.Values[col], Value.Equal)
}

// doubtsSlot tells the same of a slot. Of one that was empty nobody knows that it was so
// all the time.
func (p *Past) doubtsSlot(slot Slot, root *Contact) bool {
	var last *FieldEdit
	for _, ch := range append([]Change{p.Joined[0]}, p.Writes...) {
		at := slices.IndexFunc(ch.Edits.Fields, func(f FieldEdit) bool { return f.Slot == slot })
		if at < 0 {
			continue
		}
		f := &ch.Edits.Fields[at]
		if f.Before.Text == "" || f.After.Text == "" || last != nil && !last.After.Equal(f.Before) {
			return true
		}
		last = f
	}
	return last != nil && !last.After.Equal(root.Fields[slot.Index()])
}

// unsure names what only the history would tell, where that is too long to be read: the
// field, with what it comes to by all that is known, and what was there.
func (s *split) unsure() {
	doubts := s.past.Doubts(s.rows, false)
	survivor, merged := s.past.Path[len(s.past.Path)-1], s.past.Merged
	for _, id := range []ID{survivor, merged} {
		for _, col := range Collections {
			if doubts.Lists[col] {
				s.remains(id, col.String(), 0, s.moved(col, s.out[id])...)
			}
		}
		for i, v := range s.out[id].Fields {
			if slot := SlotAt(i); doubts.Slots[i] && s.touched[i] {
				s.remains(id, slot.Path(), slot, append(content(v), content(s.rows[survivor].Fields[i])...)...)
			}
		}
	}
}

// moved gives the values of a list that is in doubt, if the one that goes has to do with
// it: its first, and those that writes by the ids of that brought or took away.
func (s *split) moved(col Collection, c *Contact) (texts []string) {
	touched := len(s.rows[s.past.Merged].Values[col]) > 0
	for i := range s.past.Writes {
		if l := s.past.Writes[i].Edits.Values[col]; l != nil {
			texts, touched = append(texts, slices.Concat(l.Removed(), l.Added())...), true
		}
	}
	if first, ok := c.Primary(col); ok && touched {
		texts = append([]string{first}, texts...)
	}
	return texts
}
