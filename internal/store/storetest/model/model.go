// Package model tells the rules of contacts again, in plain maps and slices, and holds
// what a store makes of random writes against that: of many clients at once, and of
// one list of writes that is played in batches of any size.
package model

import (
	"maps"
	"reflect"
	"slices"

	"github.com/carnet-project/carnet/internal/contact"
)

// The model is a second opinion on what writes do: the rules of CONTRACT S1-S6,
// D8, D15, D16, D20, D22, D23, D26, D28, D30 and D31, told again in plain maps and
// slices. It shares no rule with package contact, so a mistake would have to be made
// twice; what two values are compared by alone it takes from there.
//
// What an undo of an older change leaves, and what an unmerge, it does not foretell: it
// lets the store say so, and holds that against what must be true of it.

// ask is what a caller wants.
type ask struct {
	kind    string // create, put, patch, delete, merge, unmerge, undo
	ref     int64  // the contact to write to, or the survivor
	other   int64  // the contact to merge into it, or to split off
	lists   map[int][]string
	gone    map[int][]string // what a patch takes away; lists are what it adds
	first   map[int]string   // what it puts first
	slots   map[int]string   // nil where custom_fields was not sent
	version int64            // If-Match; 0 for none
	op      int64            // the write to undo
	resolve bool             // in spite of conflicts
	confirm bool             // to merge what is distinct
}

// moment is what a write is told: its number and time, and the id to give.
type moment struct {
	seq, at, id int64
	request     string
}

// see notes what a verb is told.
func (m *moment) see(v *contact.View) {
	m.seq, m.at, m.id = int64(v.Op), int64(v.At), 0
	if len(v.NewIDs) > 0 {
		m.id = int64(v.NewIDs[0])
	}
}

type origin struct{ contact, op int64 }

type value struct {
	text string
	from []origin
}

// person is a contact. Lists and slots that are empty are not in the maps,
// which are never nil.
type person struct {
	id, version, created int64
	head, depth          int64
	into                 int64 // what it was merged into; 0 for nothing
	deleted              bool
	lists                map[int][]value
	slots                map[int]value
}

// event is an entry of history.
type event struct {
	seq, op, at, prev int64
	ref               int64 // the id that the caller named, where it was another
	action, request   string
	undoes            int64
	absorbed          []absorbed // what was merged into it
	split             []int64    // what was split off from it
	snapshot          bool
	before, after     person
}

// absorbed is a contact that was merged, and the version that it had until then.
type absorbed struct{ id, version int64 }

// diary is a Space as the model sees it.
type diary struct {
	t      judge
	region string
	people map[int64]person
	events []event
	past   map[int64]map[int64]person // by id and version
	apart  map[[2]int64]bool          // ids that are distinct, the smaller first
}

func newDiary(t judge, region string) *diary {
	return &diary{t: t, region: region, people: map[int64]person{}, past: map[int64]map[int64]person{}, apart: map[[2]int64]bool{}}
}

// do answers a write: the code of its refusal, and whether it changes anything.
func (d *diary) do(r *answered) (code string, changed bool) {
	switch a, now := r.ask, r.now; a.kind {
	case "create":
		return d.create(a, now)
	case "put":
		return d.put(a, now)
	case "patch":
		return d.patch(a, now)
	case "delete":
		return d.delete(a, now)
	case "merge":
		return d.merge(a, now)
	case "unmerge":
		return d.unmerge(r)
	default:
		return d.undo(r)
	}
}

// root gives what a ref leads to, a deleted contact too.
func (d *diary) root(ref int64) (person, bool) {
	p, ok := d.people[ref]
	for ok && p.into != 0 {
		p, ok = d.people[p.into]
	}
	return p, ok
}

func (d *diary) find(ref int64) (person, bool) {
	p, ok := d.root(ref)
	return p, ok && !p.deleted
}

func (d *diary) create(a ask, now moment) (string, bool) {
	if len(a.lists[0])+len(a.lists[1])+len(a.lists[2]) == 0 {
		return "contact_empty", false
	}
	nobody := person{lists: map[int][]value{}, slots: map[int]value{}}
	p, code := patched(nobody, now.id, a, now)
	if code != "" {
		return code, false
	}
	p.id, p.created = now.id, now.at
	d.write("create", now, 0, 0, 1, nobody, p)
	return "", true
}

func (d *diary) put(a ask, now moment) (string, bool) {
	p, ok := d.find(a.ref)
	switch {
	case !ok:
		return "contact_not_found", false
	case a.version != 0 && a.version != p.version:
		return "version_mismatch", false
	}
	next, code := patched(p, p.id, a, now)
	if code != "" || reflect.DeepEqual(next, p) {
		return code, false
	}
	d.write("put", now, a.ref, 0, p.version+1, p, next)
	return "", true
}

func patched(p person, id int64, a ask, now moment) (person, string) {
	next := p
	next.lists, next.slots = maps.Clone(p.lists), maps.Clone(p.slots)
	own := []origin{{id, now.seq}}
	for l, sent := range a.lists {
		old := p.lists[l]
		if len(sent) > 100 && len(sent) > len(old) {
			return p, "too_many_items"
		}
		delete(next.lists, l)
		for _, text := range sent {
			v := value{text, own}
			for _, o := range old {
				if o.text == text {
					v = o
				}
			}
			next.lists[l] = append(next.lists[l], v)
		}
	}
	if a.slots != nil {
		next.slots = map[int]value{}
		for n := 1; n <= 30; n++ {
			switch text := a.slots[n]; {
			case text == "":
			case text == p.slots[n].text:
				next.slots[n] = p.slots[n]
			default:
				next.slots[n] = value{text, own}
			}
		}
	}
	return next, ""
}

// merge puts the values that only the merged one has behind the survivor's own,
// fills its empty slots, and lifts both above the greater version.
func (d *diary) merge(a ask, now moment) (string, bool) {
	p, ok1 := d.find(a.ref)
	q, ok2 := d.find(a.other)
	switch {
	case !ok1:
		return "contact_not_found", false
	case !ok2:
		return "merged_not_found", false
	case p.id == q.id:
		return "merge_self", false
	case len(d.between(p.id, q.id)) > 0 && !a.confirm:
		return "distinct", false
	}
	next := p
	next.lists, next.slots = maps.Clone(p.lists), maps.Clone(p.slots)
	for l, theirs := range q.lists {
		if next.lists[l] = d.united(l, p.lists[l], theirs); len(next.lists[l]) > 1000 {
			return "too_many_items", false
		}
	}
	for n, v := range q.slots {
		switch own := p.slots[n]; own.text {
		case "":
			next.slots[n] = v
		case v.text:
			next.slots[n] = value{own.text, joined(own.from, v.from)}
		}
	}
	frozen := q
	frozen.into = p.id
	version := max(p.version, q.version) + 1
	d.write("merge", now, a.ref, 0, version, p, next)
	d.events[len(d.events)-1].absorbed = []absorbed{{q.id, q.version}}
	d.joinAgain(p.id, q.id)
	d.write("merge", now, a.other, 1, version, q, frozen)
	return "", true
}

func (d *diary) united(l int, own, theirs []value) []value {
	all := slices.Clone(own)
	for _, v := range theirs {
		at := d.at(l, all, v.text)
		if at < 0 {
			all = append(all, v)
			continue
		}
		all[at].from = joined(all[at].from, v.from)
	}
	return all
}

// at gives the place of what compares equal to a text, -1 for none.
func (d *diary) at(l int, list []value, text string) int {
	key := func(text string) string { return contact.MatchText(contact.Collection(l), text, d.region) }
	want := key(text)
	return slices.IndexFunc(list, func(v value) bool { return key(v.text) == want })
}

// joined has each origin once, those of a first, and 100 at most.
func joined(a, b []origin) []origin {
	all := slices.Clone(a)
	for _, o := range b {
		if !slices.Contains(all, o) && len(all) < 100 {
			all = append(all, o)
		}
	}
	return all
}

// write enters one contact's change, the n-th of its write. ref is the id that
// the caller named.
func (d *diary) write(action string, now moment, ref, n, version int64, before, after person) {
	after.version, after.head, after.depth = version, now.seq+n, before.depth+1
	d.people[after.id] = after
	if d.past[after.id] == nil {
		d.past[after.id] = map[int64]person{}
	}
	d.past[after.id][version] = after
	if ref == after.id {
		ref = 0
	}
	d.events = append(d.events, event{
		seq: after.head, op: now.seq, at: now.at, prev: before.head, ref: ref, snapshot: after.depth%32 == 0,
		action: action, request: now.request, before: before, after: after,
	})
}
