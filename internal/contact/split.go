package contact

import "slices"

// Remains names what a split could not leave as it was: a value that one of the
// two had and an edit of the other's had taken away, so that it comes back, or
// whose place cannot be known any more (CONTRACT D30).
type Remains struct {
	Contact ID
	Field   string // "emails", "custom_fields.profile_field_3"
	Slot    Slot   // of Field; 0 where it is none
	Values  []string
}

// split takes a contact out of those that it was merged into, with all that was
// written by its ids: each becomes what it would be had that merge never been.
//
// What the contacts above hold of the one below is known by its origins: those of
// its own values, and those that writes by its ids brought. What such writes took
// away comes back. So nothing has to be known of what was written by the ids of the
// others, however much that is.
type split struct {
	past     *Past
	region   string
	rows     map[ID]*Contact // before
	siblings [][]*Contact    // of each of the path, what else is still merged into it
	out      map[ID]*Contact // after
	own      map[Origin]bool // of what goes with it
	level    map[ID]int      // the lowest of the path that a contact is, or is merged into
	traces   []trace         // for each of the path, of the writes by its ids
	touched  [NumSlots]bool
	doubts   [NumSlots][]string // what the one below may hold as well
	left     []Remains
}

// trace is what writes by the ids of the one that goes did to one contact of its
// path, but for what they brought.
type trace struct {
	taken   [NumCollections][]taken
	takenBy [NumCollections]map[held][]int // where in that a text is by an origin, the earliest first
	primary [NumCollections]*exchange
	slots   [NumSlots][]event // in order
}

// taken is a value that such writes took away, and the list that it stood in.
type taken struct {
	value  Value
	before []Value
}

// held is an origin of a value.
type held struct {
	text string
	by   Origin
}

// take notes that such writes took a value away.
func (t *trace) take(col Collection, v taken) {
	if t.takenBy[col] == nil {
		t.takenBy[col] = map[held][]int{}
	}
	for _, o := range v.value.Origins {
		by := held{v.value.Text, o}
		t.takenBy[col][by] = append(t.takenBy[col][by], len(t.taken[col]))
	}
	t.taken[col] = append(t.taken[col], v)
}

// give gives back what had been taken of a value, and tells by which origins it came that
// had not been.
func (t *trace) give(col Collection, text string, come []Origin) (brought []Origin) {
	for _, o := range come {
		at := t.takenBy[col][held{text, o}]
		if len(at) == 0 {
			brought = append(brought, o)
			continue
		}
		back := &t.taken[col][at[0]].value
		back.Origins = without(back.Origins, []Origin{o})
		t.takenBy[col][held{text, o}] = at[1:]
	}
	return brought
}

// exchange is what such writes found in one place, and what they left there.
type exchange struct {
	found, left Value
}

// run splits. It gives the contacts as they become, by their ids.
func (s *split) run() {
	s.out, s.own = map[ID]*Contact{}, map[Origin]bool{}
	s.traces, s.touched = make([]trace, len(s.past.Path)), s.past.Touches(s.rows)
	for _, id := range append([]ID{s.past.Merged}, s.past.Moved...) {
		each(s.rows[id], func(v Value) { s.owns(v.Origins) })
	}
	if join := &s.past.Joined[0]; join.Undoes != 0 && join.Contact == s.past.Path[0] {
		s.follow(join) // with it came again what such writes had done before a split
		s.traces[0].slots = [NumSlots][]event{}
	}
	for i := range s.past.Joined[1:] {
		if join := &s.past.Joined[i+1]; join.Undoes != 0 { // which gave back to those above what had been theirs
			s.ownsBrought(join)
		}
	}
	for i := range s.past.Writes {
		s.follow(&s.past.Writes[i])
	}
	for k := range s.past.Path {
		s.release(k)
	}
	s.restore()
	if s.past.Unread {
		s.unsure()
	}
}

func (s *split) owns(origins []Origin) {
	for _, o := range origins {
		s.own[o] = true
	}
}

// brought notes what a write by its ids brought: itself, or, as an undo, again. What
// that gave back to others is theirs.
func (s *split) brought(ch *Change, origins []Origin) {
	for _, o := range origins {
		if o.Op == ch.Op || slices.Contains(s.past.Group, s.past.Whose.of(o)) {
			s.own[o] = true
		}
	}
}

// ownsBrought notes of all that a change brought what goes.
func (s *split) ownsBrought(ch *Change) {
	for _, l := range ch.Edits.Values {
		if l == nil {
			continue
		}
		before := originsByText(l.Before)
		for _, v := range l.After {
			s.brought(ch, without(v.Origins, before[v.Text]))
		}
	}
	for _, f := range ch.Edits.Fields {
		s.brought(ch, without(f.After.Origins, f.Before.Origins))
	}
}

// others gives the origins of a value that stay.
func (s *split) others(v Value) []Origin {
	var out []Origin
	for _, o := range v.Origins {
		if !s.own[o] {
			out = append(out, o)
		}
	}
	return out
}

// still gives those of a value that was taken from a contact of the path which would
// have stayed: of contacts that are part of it to this day.
func (s *split) still(k int, v Value) []Origin {
	return slices.DeleteFunc(s.others(v), func(o Origin) bool { return !s.partOf(k, s.past.Whose.of(o)) })
}

// partOf tells whether a contact is one of the path, or is merged into it.
func (s *split) partOf(k int, id ID) bool {
	level, ok := s.level[id]
	return ok && level <= k
}

// goes tells whether all of a value goes.
func (s *split) goes(v Value) bool { return v.Text != "" && len(s.others(v)) == 0 }

// follow notes what a write did: what it brought goes, what it took from others
// comes back, unless it was given back meanwhile.
func (s *split) follow(ch *Change) {
	if ch.splits() {
		return
	}
	k := s.past.At(ch)
	t := &trace{} // of what is not in the path any more
	if k >= 0 {
		t = &s.traces[k]
	}
	for _, col := range Collections {
		if ch.Edits.Values[col] != nil {
			s.followList(ch, k, t, col)
		}
	}
	for i := range ch.Edits.Fields {
		f := &ch.Edits.Fields[i]
		at := &t.slots[f.Slot.Index()]
		*at = append(*at, event{at: ch.Seq, edit: f, merges: ch.merges(), astray: k >= 0 && ch.Contact != s.past.Path[k]})
		s.brought(ch, without(f.After.Origins, f.Before.Origins))
	}
}

func (s *split) followList(ch *Change, k int, t *trace, col Collection) {
	l := ch.Edits.Values[col]
	before, after := originsByText(l.Before), originsByText(l.After)
	for _, v := range l.Before {
		v.Origins = without(v.Origins, after[v.Text])
		if k < 0 {
			break
		}
		if v.Origins = s.still(k, v); len(v.Origins) > 0 {
			t.take(col, taken{v, l.Before})
		}
	}
	for _, v := range l.After {
		come := without(v.Origins, before[v.Text])
		if len(come) == 0 {
			continue // the most, of a long history
		}
		s.brought(ch, t.give(col, v.Text, come))
	}
	if len(l.Before) > 0 && len(l.After) > 0 && l.Before[0].Text != l.After[0].Text {
		if p := t.primary[col]; p == nil || p.left.Text != l.Before[0].Text {
			t.primary[col] = &exchange{found: l.Before[0]}
		}
		t.primary[col].left = l.After[0]
	}
}

// release gives a contact of the path without what goes.
func (s *split) release(k int) {
	id := s.past.Path[k]
	row := s.rows[id]
	after := *row
	for _, col := range Collections {
		after.Values[col] = s.releaseList(k, row, col)
	}
	for i, v := range row.Fields {
		after.Fields[i] = s.releaseSlot(k, v, SlotAt(i))
	}
	s.out[id] = &after
}

func (s *split) releaseList(k int, row *Contact, col Collection) []Value {
	var out []Value
	old := row.Values[col]
	for _, v := range old {
		if v.Origins = s.others(v); len(v.Origins) > 0 {
			out = append(out, v)
		}
	}
	var back []string
	bring := func(v Value, at int) {
		if there := indexOf(col, out, v.Text); there >= 0 {
			out[there].Origins = joined(out[there].Origins, v.Origins)
			return
		}
		out = slices.Insert(out, at, v)
		back = append(back, v.Text)
	}
	for _, t := range s.traces[k].taken[col] {
		if t.value.Origins = s.others(t.value); len(t.value.Origins) > 0 {
			bring(t.value, (&ListEdit{After: t.before}).placeOf(col, t.value, out))
		}
	}
	if k > 0 { // what came back to the one below would have come here with it
		below := s.past.Path[k-1]
		had := originsByText(s.rows[below].Values[col])
		for _, v := range s.out[below].Values[col] {
			if v.Origins = without(v.Origins, had[v.Text]); len(v.Origins) > 0 {
				bring(v, (&ListEdit{After: s.out[below].Values[col]}).placeOf(col, v, out))
			}
		}
	}
	switch p := s.traces[k].primary[col]; {
	case len(old) == 0 || len(out) == 0:
	case p != nil && (p.left.Text == old[0].Text || !comes(old, p.left.Text)): // nobody else chose since
		if at := indexOf(col, out, p.found.Text); at >= 0 && !s.goes(p.found) {
			moveToFront(out, at)
		}
	case s.first(k, col, old):
		moveToFront(out, indexOf(col, out, s.out[s.past.Path[k-1]].Values[col][0].Text))
	case s.goes(old[0]) && len(out) > 1: // another's edit had chosen it
		back = append(back, old[0].Text)
	}
	s.remains(row.ID, col.String(), 0, back...)
	return out
}

// first tells whether a list has its primary from the one below, because it was empty
// when they were merged.
func (s *split) first(k int, col Collection, list []Value) bool {
	join := &s.past.Joined[k]
	l := join.Edits.Values[col]
	return k > 0 && l != nil && join.Contact == s.past.Path[k] && len(l.Before) == 0 && len(s.out[s.past.Path[k-1]].Values[col]) > 0 && l.After[0].Text == list[0].Text
}

func (s *split) remains(id ID, field string, slot Slot, texts ...string) {
	if len(texts) > 0 {
		s.left = append(s.left, Remains{id, field, slot, texts})
	}
}

// only leaves of an undo what it took back in truth: what was in its way stayed.
func (e *Edits) only(done *Edits) {
	for _, col := range Collections {
		if done.Values[col] == nil {
			e.Values[col] = nil
		}
	}
	e.Fields = slices.DeleteFunc(e.Fields, func(f FieldEdit) bool {
		return !slices.ContainsFunc(done.Fields, func(g FieldEdit) bool { return f.Slot == g.Slot })
	})
}

// renew gives what was brought the origin that it has in the contact above, where it
// was there already: by that it is known there.
func (e *Edits) renew(c *Contact) {
	for _, col := range Collections {
		l := e.Values[col]
		if l == nil {
			continue
		}
		list := slices.Clone(c.Values[col])
		for _, v := range l.After {
			if at := slices.IndexFunc(list, func(o Value) bool { return o.Text == v.Text }); at >= 0 && !comes(l.Before, v.Text) {
				list[at].Origins = joined(v.Origins, list[at].Origins)
			}
		}
		c.Values[col] = list
	}
}
