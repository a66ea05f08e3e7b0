package model

import (
	"maps"
	"reflect"
	"slices"
)

// patch takes away what is to go, adds what is to come, and puts the primary to the
// front.
func (d *diary) patch(a ask, now moment) (string, bool) {
	p, ok := d.find(a.ref)
	if !ok {
		return "contact_not_found", false
	}
	next := p
	next.lists, next.slots = maps.Clone(p.lists), maps.Clone(p.slots)
	own := []origin{{p.id, now.seq}}
	for l := range 4 {
		var list []value
		for _, v := range p.lists[l] {
			if !slices.ContainsFunc(a.gone[l], func(text string) bool { return d.at(l, []value{v}, text) == 0 }) {
				list = append(list, v)
			}
		}
		first, sent := a.first[l]
		come := slices.Clone(a.lists[l])
		if sent {
			come = append(come, first)
		}
		for _, text := range come {
			if d.at(l, list, text) < 0 {
				from := own
				if was := fromOf(p.lists[l], text); was != nil {
					from = was // it stays, if in another place
				}
				list = append(list, value{text, from})
			}
		}
		if sent {
			at := d.at(l, list, first)
			list = slices.Concat(list[at:at+1], list[:at], list[at+1:])
		}
		if len(list) > max(100, len(p.lists[l])) {
			return "too_many_items", false
		}
		if next.lists[l] = list; len(list) == 0 {
			delete(next.lists, l)
		}
	}
	for n, text := range a.slots {
		switch {
		case text == "":
			delete(next.slots, n)
		case text != p.slots[n].text:
			next.slots[n] = value{text, own}
		}
	}
	if reflect.DeepEqual(next, p) {
		return "", false
	}
	d.write("patch", now, a.ref, 0, p.version+1, p, next)
	return "", true
}

// delete takes a contact by its own id alone, and leaves it what it has.
func (d *diary) delete(a ask, now moment) (string, bool) {
	p, ok := d.find(a.ref)
	switch {
	case !ok:
		return "contact_not_found", false
	case p.id != a.ref:
		return "alias", false
	}
	next := p
	next.deleted = true
	d.write("delete", now, a.ref, 0, p.version+1, p, next)
	return "", true
}
