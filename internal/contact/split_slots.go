package contact

import (
	"cmp"
	"slices"
)

// course is a slot of a contact of the path, played again without what goes. What the
// others made of it is not read, and need not be: each write by the ids of the one
// that goes tells what it found there, and what it covered comes forth when that is
// left out.
type course struct {
	s     *split
	k     int
	slot  Slot
	known bool     // what it showed first
	bared bool     // what it showed first was of one that was split off since
	full  bool     // something, if it is not known what
	shows Value    // what it was left with last
	holds Value    // what it would hold
	left  []passed // by writes of the one that goes
	maybe []string // what it may hold instead
	dark  bool     // only what goes knows that it would
	taken bool     // it was taken away, and comes back
	under []string // what was taken away, and then covered by what may go as well
}

// passed is what a write left in a slot, and what that would have held by then.
type passed struct{ left, held Value }

// event is what happened to a slot: a write by the ids of the one that goes, or
// another contact that came with what it holds.
type event struct {
	at     Seq
	edit   *FieldEdit // nil for a contact
	merges bool
	astray bool // the write was of another contact than that of the path by now
	comes  *Contact
}

// releaseSlot gives what a slot holds without what goes.
func (s *split) releaseSlot(k int, v Value, slot Slot) Value {
	if !s.touched[slot.Index()] {
		return v
	}
	c := &course{s: s, k: k, slot: slot}
	events := c.events()
	c.begin()
	chosen := false
	for _, e := range events {
		if join := &s.past.Joined[k]; !chosen && e.at > join.Op+Seq(len(join.Edits.Absorbed)) {
			c.choose()
			chosen = true
		}
		c.happens(e)
	}
	if !chosen {
		c.choose()
	}
	c.finds(v, Value{Text: v.Text, Origins: s.others(v)}, false)
	return c.end(v)
}

// events gives all that happened to the slot since the one below was merged, in order.
func (c *course) events() []event {
	events := slices.Clone(c.s.traces[c.k].slots[c.slot.Index()])
	for _, o := range c.s.below(c.k) {
		below := c.k > 0 && o.ID == c.s.past.Path[c.k-1]
		if (below || o.Fields[c.slot.Index()].Text != "") && o.Head > c.s.past.Joined[c.k].Seq {
			events = append(events, event{at: o.Head, comes: o})
		}
	}
	slices.SortStableFunc(events, func(a, b event) int { return cmp.Compare(a.at, b.at) })
	return events
}

// below gives what is merged into a contact of the path to this day.
func (s *split) below(k int) (out []*Contact) {
	if len(s.siblings) > k {
		out = slices.Clone(s.siblings[k])
	}
	if k > 0 {
		out = append(out, s.out[s.past.Path[k-1]])
	}
	return out
}

// joined gives what the merge did to the slot that joined the one below.
func (c *course) joined() *FieldEdit { return c.field(&c.s.past.Joined[c.k]) }

func (c *course) field(ch *Change) *FieldEdit {
	fields := ch.Edits.Fields
	if at := slices.IndexFunc(fields, func(f FieldEdit) bool { return f.Slot == c.slot }); at >= 0 {
		return &fields[at]
	}
	return nil
}

// begin takes what the merge found.
func (c *course) begin() {
	if hung := c.field(&c.s.past.Hung[c.k]); hung != nil {
		c.finds(hung.Before, c.theirs(hung.Before), false)
	}
	f := c.joined()
	if f == nil {
		c.full = c.k == 0 && c.s.rows[c.s.past.Merged].Fields[c.slot.Index()].Text != ""
		return
	}
	c.finds(f.Before, c.theirs(f.Before), c.s.past.Joined[c.k].Contact != c.s.past.Path[c.k])
	c.shows, c.dark = f.After, c.holds.Text != f.After.Text
	c.left = append(c.left, passed{f.After, c.holds})
}

// choose gives the slot what the merge preferred, where that is there.
func (c *course) choose() {
	f := c.joined()
	if f == nil || f.After.Text == "" || slices.Contains(f.Before.Origins, f.After.Origins[0]) {
		return
	}
	for _, o := range c.s.below(c.k) {
		before := o
		if c.k > 0 && o.ID == c.s.past.Path[c.k-1] {
			before = c.s.rows[o.ID]
		}
		was, v := before.Fields[c.slot.Index()], o.Fields[c.slot.Index()]
		if v.Text != "" && was.Text == f.After.Text && slices.Contains(was.Origins, f.After.Origins[0]) {
			c.holds = Value{Text: v.Text, Origins: c.s.others(v)}
		}
	}
}

// theirs gives what of a content is of contacts that are part of this one to this day.
func (c *course) theirs(v Value) Value {
	if left := c.s.still(c.k, v); len(left) > 0 {
		return Value{Text: v.Text, Origins: left}
	}
	return Value{}
}

func (c *course) happens(e event) {
	if e.edit == nil {
		c.joins(e.comes)
		return
	}
	c.finds(e.edit.Before, c.theirs(e.edit.Before), e.astray)
	c.shows = e.edit.After
	c.taken = c.taken || e.edit.After.Text == "" || c.holds.Text != "" && e.edit.Before.Text == c.holds.Text
	c.dark = c.dark || e.merges || e.edit.After.Text == ""
	if v := c.theirs(e.edit.After); v.Text != "" {
		c.holds, c.taken, c.dark = v, false, false
	}
	c.left = append(c.left, passed{e.edit.After, c.holds})
}

// joins takes a contact that is merged in.
func (c *course) joins(o *Contact) {
	v := o.Fields[c.slot.Index()]
	switch below := c.k > 0 && o.ID == c.s.past.Path[c.k-1]; {
	case !c.known && (!below || c.s.rows[o.ID].Fields[c.slot.Index()].Text != ""):
		c.full = true
	case !c.full && c.holds.Text == "":
		if below {
			c.maybe = append(c.maybe, c.s.doubts[c.slot.Index()]...)
		}
		c.holds = Value{Text: v.Text, Origins: c.s.others(v)}
	}
}

// finds takes what is found there, which others have made of what was left.
func (c *course) finds(v, theirs Value, astray bool) {
	was, known := c.shows, c.known || astray
	switch {
	case known && c.stays(was, v, theirs):
	case v.Text != "" && len(theirs.Origins) == 0 && c.beneath(v, astray):
	case len(theirs.Origins) > 0 && c.known && was.Text == "" && c.filled(theirs): // as it was told of that
	case len(theirs.Origins) > 0:
		if c.s.past.Whose.of(theirs.Origins[0]) != c.s.past.Path[c.k] {
			c.under = append(c.under, c.maybe...)
			if c.dark {
				c.under = append(c.under, content(c.holds)...)
			}
		}
		c.holds, c.maybe, c.taken, c.dark = theirs, nil, false, false
	case v.Text != "":
		c.bared = c.bared || !known && c.full
		for _, p := range slices.Backward(c.left) {
			if same(p.left, v) {
				c.holds = p.held
				break
			}
		}
	case astray:
		c.taken = true // perhaps: by whom that was emptied is not known
	case !known && !c.full:
	case c.holds.Text != "" && len(c.s.others(was)) > 0 && c.theirs(was).Text == "":
		c.taken = true // with one that was split off since
	case c.holds.Text != "":
		if c.s.goes(was) || c.holds.Text != was.Text {
			c.maybe = append(c.maybe, c.holds.Text)
		}
		c.holds = Value{}
	}
	c.shows, c.known, c.full = v, c.known || !astray, false
}

// stays tells whether a slot shows what it did. Undos may have changed who holds that:
// an undo gives back to others what is there as well, or leaves what they put there.
func (c *course) stays(was, v, theirs Value) bool {
	if v.Text != was.Text || v.Text == "" {
		return v.Text == was.Text
	}
	same, had, has := v.Origins[0] == was.Origins[0], c.s.others(was), len(theirs.Origins) > 0
	switch {
	case len(had) > 0 && c.s.goes(v):
		if c.holds.Text == v.Text {
			c.holds = c.theirs(c.s.past.Whose.found(had[0], c.slot))
		}
		return true
	case same && !has && slices.ContainsFunc(without(v.Origins, was.Origins), func(o Origin) bool { return c.s.own[o] }):
		c.taken = true // perhaps: undone to what goes, where that is there already
	case !same || len(had) > 0 || !has || c.filled(theirs):
	case c.holds.Text != "" && c.s.past.Whose.found(c.holds.Origins[0], c.slot).Text == v.Text:
		c.holds = theirs
	default:
		c.maybe = append(c.maybe, v.Text)
	}
	return same
}

// filled tells whether a contact that was merged in brought what a slot holds.
func (c *course) filled(v Value) bool {
	return slices.ContainsFunc(c.s.below(c.k), func(o *Contact) bool {
		return o.Head > c.s.past.Joined[c.k].Seq && slices.Contains(o.Fields[c.slot.Index()].Origins, v.Origins[0])
	})
}

// beneath takes what a write found there, that brought a content which is of none that
// is part of this one any more.
func (c *course) beneath(v Value, astray bool) bool {
	others := c.s.others(v)
	if len(others) == 0 || others[0].Contact != c.s.past.Path[c.k] {
		return false
	}
	found := c.s.past.Whose.found(others[0], c.slot)
	c.finds(found, c.theirs(found), astray)
	return true
}

// same tells whether a slot holds what it did, but for who else held that.
func same(a, b Value) bool {
	return a.Text == b.Text && (a.Text == "" || a.Origins[0] == b.Origins[0])
}

// end gives what the slot comes to, and names what nobody can know.
func (c *course) end(v Value) Value {
	name := func(texts ...string) { c.s.remains(c.s.past.Path[c.k], c.slot.Path(), c.slot, texts...) }
	if c.bared && c.holds.Text == "" {
		for _, o := range c.s.below(c.k) {
			if c.holds.Text == "" {
				c.holds = Value{Text: o.Fields[c.slot.Index()].Text, Origins: c.s.others(o.Fields[c.slot.Index()])}
			}
		}
	}
	if c.untouched(v) {
		return Value{Text: v.Text, Origins: c.s.others(v)}
	}
	if c.holds.Text == v.Text {
		c.holds.Origins = joined(c.s.others(v), c.holds.Origins)
	} else if c.holds.Text != "" && (c.taken || len(c.left) == 0) {
		name(c.holds.Text)
	}
	c.maybe = slices.DeleteFunc(c.maybe, func(text string) bool { return text == c.holds.Text })
	c.s.doubts[c.slot.Index()] = c.maybe
	name(c.maybe...)
	name(c.under...)
	return c.holds
}

// untouched tells whether others hold what the slot showed before and after the merge,
// and none of those that go has written to it.
func (c *course) untouched(v Value) bool {
	f := c.joined()
	return f != nil && f.Before.Text == v.Text && len(c.s.others(v)) > 0 && len(c.s.traces[c.k].slots[c.slot.Index()]) == 0
}
