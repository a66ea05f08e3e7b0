package model

import (
	"maps"
	"reflect"
	"slices"

	"github.com/carnet-project/carnet/internal/contact"
)

// leading gives all ids that lead to a contact, its own too.
func (d *diary) leading(id int64) (ids []int64) {
	for ref := range d.people {
		if to, _ := d.root(ref); to.id == id {
			ids = append(ids, ref)
		}
	}
	return ids
}

func pair(a, b int64) [2]int64 { return [2]int64{min(a, b), max(a, b)} }

// between gives the pairs that make two contacts distinct.
func (d *diary) between(p, q int64) (pairs [][2]int64) {
	for ids := range d.apart {
		a, _ := d.root(ids[0])
		b, _ := d.root(ids[1])
		if pair(a.id, b.id) == pair(p, q) {
			pairs = append(pairs, ids)
		}
	}
	return pairs
}

// joinAgain forgets that two contacts are distinct.
func (d *diary) joinAgain(p, q int64) {
	for _, ids := range d.between(p, q) {
		delete(d.apart, ids)
	}
}

// unmerge splits an alias off.
func (d *diary) unmerge(r *answered) (string, bool) {
	p, ok := d.find(r.ask.ref)
	q, _ := d.root(r.ask.other)
	switch {
	case !ok:
		return "contact_not_found", false
	case q.id != p.id || r.ask.other == p.id:
		return "not_merged", false
	}
	return d.split(r, p, []int64{r.ask.other})
}

// undoMerge splits off what a write merged and what is merged by that to this day, of
// what that leads to.
func (d *diary) undoMerge(r *answered, events []event) (string, bool) {
	var still []int64
	for _, e := range events {
		for _, a := range e.absorbed {
			if d.people[a.id].into != 0 && slices.Contains(d.mergedBy(a.id), e.op) {
				still = append(still, a.id)
			}
		}
	}
	if len(still) == 0 {
		return "", false
	}
	p, ok := d.find(still[0])
	if !ok {
		return "change_not_found", false
	}
	return d.split(r, p, still)
}

// mergedBy gives the writes that merged a contact: the last, and where that took a split
// back whole those that had merged it before.
func (d *diary) mergedBy(id int64) (by []int64) {
	var own []event // newest first
	for _, e := range slices.Backward(d.events) {
		if e.after.id == id {
			own = append(own, e)
		}
	}
	for i := 0; i < len(own); i++ {
		e := own[i]
		if e.before.into != 0 || e.after.into == 0 {
			continue
		}
		by = append(by, e.op)
		split := slices.IndexFunc(own, func(o event) bool { return o.op == e.undoes })
		if split < 0 || !nothing(own[i+1:split]) || !nothing(own[i:split+1]) {
			return by
		}
		i = split
	}
	return by
}

// nothing tells of what happened to a contact, newest first, whether all of it is as before.
func nothing(events []event) bool {
	if len(events) == 0 {
		return true
	}
	joined := map[int64]int{}
	for _, e := range events {
		for _, a := range e.absorbed {
			joined[a.id]++
		}
		for _, id := range e.split {
			joined[id]--
		}
	}
	for _, n := range joined {
		if n != 0 {
			return false
		}
	}
	was, is := events[len(events)-1].before, events[0].after
	return reflect.DeepEqual(was.lists, is.lists) && reflect.DeepEqual(was.slots, is.slots) &&
		was.into == is.into && was.deleted == is.deleted
}

// split lets the store say what a contact and those that are split off from it become.
func (d *diary) split(r *answered, p person, ids []int64) (string, bool) {
	led := d.leading(p.id)
	want := d.asMerged(p, ids)
	d.adopt(r)
	d.events[d.people[p.id].head-1].split = ids
	for _, id := range ids {
		if q := d.people[id]; q.into != 0 || q.deleted {
			d.t.Errorf("%d was not split off", id)
		}
		for _, a := range d.leading(id) {
			for _, b := range d.leading(p.id) {
				d.apart[pair(a, b)] = true
			}
		}
	}
	halves := append([]int64{p.id}, ids...)
	for _, ref := range led {
		if to, _ := d.find(ref); !slices.Contains(halves, to.id) {
			d.t.Errorf("%d leads to %d", ref, to.id)
		}
	}
	for _, id := range halves {
		if was, ok := want[id]; ok && !sameValues(was, d.people[id]) {
			d.t.Errorf("nothing was written since the merge: %d is %+v\nand was %+v", id, d.people[id], was)
		}
		d.checkOwn(id)
	}
	d.checkParted(r, p, halves, led)
	return "", true
}

// asMerged gives what contacts were before the merge that is to be undone, where
// nothing was written since. Before one that took a split back they were what that split
// made of them, which it does again.
func (d *diary) asMerged(p person, ids []int64) map[int64]person {
	merge := d.events[p.head-1]
	if len(merge.absorbed) != len(ids) {
		return nil
	}
	was := map[int64]person{p.id: merge.before}
	for _, a := range merge.absorbed {
		if !slices.Contains(ids, a.id) || d.events[d.people[a.id].head-1].op != merge.op {
			return nil
		}
		was[a.id] = d.before(merge.op, a.id)
	}
	return was
}

// before gives a contact as a write found it.
func (d *diary) before(op, id int64) person {
	return d.events[slices.IndexFunc(d.events, func(e event) bool { return e.op == op && e.after.id == id })].before
}

// sameValues compares what two contacts show, in its order, and where that is from. Those
// origins are a set: in which order they are kept nobody can see.
func sameValues(p, q person) bool {
	same := func(v, w value) bool { return v.text == w.text && sameOrigins(v.from, w.from) }
	return maps.EqualFunc(p.lists, q.lists, func(a, b []value) bool { return slices.EqualFunc(a, b, same) }) && maps.EqualFunc(p.slots, q.slots, same)
}

func sameOrigins(a, b []origin) bool {
	notIn := func(list []origin) func(origin) bool { return func(o origin) bool { return !slices.Contains(list, o) } }
	return len(a) == len(b) && !slices.ContainsFunc(a, notIn(b)) && !slices.ContainsFunc(b, notIn(a))
}

// checkOwn makes sure that a contact has nothing that only ids of others brought.
func (d *diary) checkOwn(id int64) {
	p := d.people[id]
	for l, list := range p.lists {
		for _, v := range list {
			if !d.concerns(id, v) {
				d.t.Errorf("%d has in list %d what is another's", id, l)
			}
		}
	}
	for n, v := range p.slots {
		if !d.concerns(id, v) {
			d.t.Errorf("%d has in slot %d what is another's", id, n)
		}
	}
}

// taken tells whether any of these contacts ever lost what compares equal to a text, but
// to another that was split off, or a write by one of these ids took that from another.
func (d *diary) taken(l int, text string, ids []int64) bool {
	return slices.ContainsFunc(d.events, func(e event) bool {
		ours := slices.Contains(ids, e.after.id) || slices.Contains(ids, e.named())
		return ours && len(e.split) == 0 && d.at(l, e.before.lists[l], text) >= 0 && d.at(l, e.after.lists[l], text) < 0
	})
}

// checkParted makes sure that each value which nobody took away ever is with those who
// brought it, and that of all others none is lost: somebody has it, or the answer names it.
func (d *diary) checkParted(r *answered, p person, halves, led []int64) {
	for l, list := range p.lists {
		for _, v := range list {
			stands := value{v.text, slices.DeleteFunc(slices.Clone(v.from), func(o origin) bool { return d.standing(o.op) })}
			taken := d.taken(l, v.text, led)
			found := false
			for _, id := range halves {
				has := d.at(l, d.people[id].lists[l], v.text) >= 0
				if found = found || has; !has && !taken && d.concerns(id, stands) {
					d.t.Errorf("%d has not in list %d what was brought by it", id, l)
				}
			}
			if !found && !d.told(r, l, v.text) {
				d.t.Errorf("nobody has a value of list %d, and it is not named", l)
			}
		}
	}
}

// told tells whether an answer names a value that could not be left as it was.
func (d *diary) told(r *answered, l int, text string) bool {
	return slices.ContainsFunc(r.remains, func(left contact.Remains) bool {
		return left.Field == contact.Collection(l).String() &&
			slices.ContainsFunc(left.Values, func(o string) bool { return d.at(l, []value{{text: o}}, text) == 0 })
	})
}

// undoSplit joins again what a write split.
func (d *diary) undoSplit(r *answered, events []event) (string, bool) {
	e := &events[slices.IndexFunc(events, func(e event) bool { return len(e.split) > 0 })]
	p, ok := d.find(e.after.id)
	gone := !ok
	var others []person
	for _, id := range e.split {
		q, ok := d.find(id)
		if gone = gone || !ok; ok && q.id != p.id {
			others = append(others, q)
		}
	}
	mayBe := r.code == "undo_conflict" && !sameValues(p, e.after)
	switch {
	case (gone || mayBe) && !r.ask.resolve:
		return "undo_conflict", false
	case gone, len(others) == 0 && r.op == 0:
		return "", false
	}
	for _, q := range others {
		d.joinAgain(p.id, q.id)
	}
	d.adopt(r)
	now := d.people[p.id]
	last := &d.events[now.head-1]
	for _, q := range others {
		last.absorbed = append(last.absorbed, absorbed{q.id, q.version})
		if to, _ := d.find(q.id); to.id != p.id {
			d.t.Errorf("%d leads to %d", q.id, to.id)
		}
	}
	for l := range 4 {
		var with, perhaps []value
		for _, q := range others {
			if p.id != e.after.id || !unchanged(events, q) {
				with = append(with, q.lists[l]...)
			} else {
				perhaps = append(perhaps, q.lists[l]...)
			}
		}
		d.checkTakenBack(l, e.before.lists[l], e.after.lists[l], p.lists[l], now.lists[l], with, perhaps, p.id)
	}
	d.checkOwn(p.id)
	return "", true
}

// unchanged tells whether somebody is as a write left them: then the undo of that may put
// them back as they were before it, if what they were part of is in its place as well.
func unchanged(events []event, p person) bool {
	return slices.ContainsFunc(events, func(e event) bool { return e.after.id == p.id && sameValues(e.after, p) })
}

// adopt enters what the store says that a write did.
func (d *diary) adopt(r *answered) {
	for n := range r.entries {
		ch, after := &r.entries[n].Change, personOf(&r.entries[n].Contact)
		before, ok := d.people[after.id]
		if !ok || after.created != before.created || after.version <= before.version || ch.Version != r.entries[0].Change.Version {
			d.t.Errorf("the write makes of %+v\n%+v", before, after)
		}
		d.write(r.ask.kind, r.now, int64(ch.Ref), int64(n), after.version, before, after)
		d.events[len(d.events)-1].undoes = r.ask.op
	}
	if len(r.entries) == 0 {
		d.t.Error("the write changed nothing")
	}
}

// checkApart compares who is distinct from whom.
func (d *diary) checkApart(from func(id int64) []contact.ID) {
	for id, p := range d.people {
		if p.into != 0 {
			continue
		}
		var want []contact.ID
		for ids := range d.apart {
			a, _ := d.root(ids[0])
			b, _ := d.root(ids[1])
			switch id {
			case a.id:
				want = append(want, contact.ID(b.id))
			case b.id:
				want = append(want, contact.ID(a.id))
			}
		}
		slices.Sort(want)
		if have := from(id); !slices.Equal(have, slices.Compact(want)) {
			d.t.Errorf("contact %d is distinct from %v, want %v", id, have, want)
		}
	}
}
