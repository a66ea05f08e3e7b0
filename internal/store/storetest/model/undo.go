package model

import (
	"maps"
	"reflect"
	"slices"

	"github.com/carnet-project/carnet/internal/contact"
)

// named gives the id that an event belongs to: by which the caller named the contact, but
// of a split the contact that it was taken from, whatever the caller called that.
func (e *event) named() int64 {
	if e.ref != 0 && len(e.split) == 0 {
		return e.ref
	}
	return e.after.id
}

// of gives the events of a write.
func (d *diary) of(op int64) (all []event) {
	for i := max(1, op); i <= int64(len(d.events)) && d.events[i-1].op == op; i++ {
		all = append(all, d.events[i-1])
	}
	return all
}

// standing tells whether an undo of a write stands: one that was not undone itself.
func (d *diary) standing(op int64) bool {
	return slices.ContainsFunc(d.events, func(e event) bool { return e.undoes == op && !d.standing(e.op) })
}

// undo takes a write back.
func (d *diary) undo(r *answered) (string, bool) {
	p, ok := d.root(r.ask.ref)
	events := d.of(r.ask.op)
	some := func(is func(event) bool) bool { return slices.ContainsFunc(events, is) }
	leads := func(id int64) bool { to, ok := d.root(id); return ok && to.id == p.id }
	switch {
	case !ok, p.deleted && !some(func(e event) bool { return e.seq == p.head }):
		return "contact_not_found", false
	case !some(func(e event) bool { return leads(e.after.id) || leads(e.named()) }):
		return "change_not_found", false
	case d.standing(r.ask.op):
		return "already_undone", false
	case some(func(e event) bool { return len(e.absorbed) > 0 }):
		return d.undoMerge(r, events)
	case some(func(e event) bool { return len(e.split) > 0 }):
		return d.undoSplit(r, events)
	}
	e := &events[0] // all else writes to one contact
	to, _ := d.root(e.named())
	if to.deleted && to.head != e.seq {
		return "change_not_found", false
	}
	next, code := d.takenBack(r, e, to)
	if code != "" || reflect.DeepEqual(next, to) {
		return code, false
	}
	d.write("undo", r.now, e.named(), 0, to.version+1, to, next)
	d.events[len(d.events)-1].undoes = r.ask.op
	return "", true
}

// takenBack gives a contact without what an event did, or the code of a refusal.
func (d *diary) takenBack(r *answered, e *event, to person) (person, string) {
	next := to
	switch {
	case e.after.deleted:
		next.deleted = false
	case e.prev == 0 || e.before.deleted: // it brought the contact
		switch {
		case to.id == e.after.id && sameTexts(to, e.after):
			next.deleted = true
		case !r.ask.resolve:
			return to, "undo_conflict"
		}
	case to.head == e.seq: // nothing came since
		next.lists, next.slots = e.before.lists, e.before.slots
	default:
		return d.takenBackLate(r, e, to)
	}
	return next, ""
}

// takenBackLate lets the store say what an undo leaves where others wrote since, and
// looks at each text.
func (d *diary) takenBackLate(r *answered, e *event, to person) (person, string) {
	next, inTheWay, mayBe := to, false, false
	if r.op != 0 && len(r.entries) == 1 {
		told := personOf(&r.entries[0].Contact)
		next.lists, next.slots = told.lists, told.slots
	}
	for n := 1; n <= contact.NumSlots; n++ {
		before, after := e.before.slots[n], e.after.slots[n]
		if !d.belongs(to.id, append(slices.Clip(before.from), after.from...)...) {
			mayBe = true // some of it is another's by now
			continue
		}
		want, conflict := slotTakenBack(before, after, to.slots[n])
		inTheWay = inTheWay || conflict
		if have := next.slots[n].text; have != want && r.code == "" {
			d.t.Errorf("slot %d holds another text than it should", n)
		}
	}
	for l := range 4 {
		before, after, now := e.before.lists[l], e.after.lists[l], to.lists[l]
		mayBe = mayBe || len(before) > 0 && len(after) > 0 && len(now) > 0 && !reflect.DeepEqual(textsOf(after), textsOf(now))
		if r.code == "" {
			d.checkTakenBack(l, before, after, now, next.lists[l], nil, nil, to.id)
		}
	}
	if !r.ask.resolve && (inTheWay || mayBe && r.code == "undo_conflict") {
		return to, "undo_conflict"
	}
	return next, ""
}

// slotTakenBack gives what a slot is to hold, and whether something is in the way.
func slotTakenBack(before, after, now value) (want string, conflict bool) {
	switch {
	case before.text == after.text && now.text == after.text && len(before.from) > 0:
		if left := without(now.from, without(after.from, before.from)); len(left) == 0 && len(without(before.from, after.from)) == 0 {
			return "", false // who held it by then has let go of it since
		}
		return now.text, false
	case before.text == after.text, now.text == before.text:
		return now.text, false
	case now.text != after.text:
		return now.text, true
	case len(without(now.from, after.from)) > 0: // others brought the same
		return now.text, before.text != ""
	}
	return before.text, false
}

// checkTakenBack holds a list after an undo against what it was before the change,
// after it, and until now, and against what the undo merged into it as well, or may have.
func (d *diary) checkTakenBack(l int, before, after, now, next, with, perhaps []value, id int64) {
	may := append(slices.Clip(with), perhaps...)
	has := func(list []value, text string) bool {
		return slices.ContainsFunc(list, func(v value) bool { return v.text == text })
	}
	for _, v := range now {
		mine := without(fromOf(after, v.text), fromOf(before, v.text)) // the change brought it by these
		goes := len(without(v.from, mine)) == 0
		switch {
		case !goes && !has(next, v.text):
			d.t.Errorf("list %d lost what the change did not bring", l)
		case goes && has(next, v.text) && !has(before, v.text) && d.at(l, may, v.text) < 0:
			d.t.Errorf("list %d has still what the change brought", l)
		}
	}
	for _, v := range before {
		same := func(o value) bool {
			return contact.DedupKey(contact.Collection(l), o.text) == contact.DedupKey(contact.Collection(l), v.text)
		}
		if !has(after, v.text) && d.concerns(id, v) && !slices.ContainsFunc(next, same) {
			d.t.Errorf("list %d has not again what the change took away", l)
		}
	}
	for _, v := range next {
		if !has(now, v.text) && !has(before, v.text) && !has(may, v.text) {
			d.t.Errorf("list %d has what nobody sent", l)
		}
	}
	for _, v := range with {
		if d.at(l, next, v.text) < 0 {
			d.t.Errorf("list %d lacks what was merged into it", l)
		}
	}
}

// belongs tells whether each of these origins leads to a contact.
func (d *diary) belongs(id int64, from ...origin) bool {
	return !slices.ContainsFunc(from, func(o origin) bool { return d.owner(o) != id })
}

// concerns tells whether one of them does.
func (d *diary) concerns(id int64, v value) bool {
	return slices.ContainsFunc(v.from, func(o origin) bool { return d.owner(o) == id })
}

// owner gives the contact that an origin leads to: by the id that the caller named
// then.
func (d *diary) owner(o origin) int64 {
	id := o.contact
	for _, e := range d.of(o.op) {
		if e.after.id == o.contact {
			id = e.named()
			break
		}
	}
	p, _ := d.find(id)
	return p.id
}

// sameTexts tells whether two contacts show the same.
func sameTexts(p, q person) bool {
	for l := range 4 {
		if !slices.Equal(textsOf(p.lists[l]), textsOf(q.lists[l])) {
			return false
		}
	}
	return maps.EqualFunc(p.slots, q.slots, func(v, w value) bool { return v.text == w.text })
}

func textsOf(list []value) (texts []string) {
	for _, v := range list {
		texts = append(texts, v.text)
	}
	return texts
}

func fromOf(list []value, text string) []origin {
	for _, v := range list {
		if v.text == text {
			return v.from
		}
	}
	return nil
}

func without(all, some []origin) []origin {
	return slices.DeleteFunc(slices.Clone(all), func(o origin) bool { return slices.Contains(some, o) })
}
