package contact

import (
	"errors"
	"slices"

	"github.com/carnet-project/carnet/internal/fault"
)

// ErrStale says that a verb was given a past that is not that of what is there
// now: whoever gave it reads it again, and asks again.
var ErrStale = errors.New("contact: the past of a verb is out of date")

// Needs names both contacts, all that the split touches, and all that leads to
// the one that is split.
func (u *Unmerge) Needs() Needs {
	n := Needs{Refs: []ID{u.Ref, u.Merged}, Trees: []ID{u.Ref}}
	if u.Past != nil {
		n.Rows = u.Past.rows()
	}
	return n
}

// Size gives about how many bytes its past holds.
func (u *Unmerge) Size() int {
	if u.Past == nil {
		return 0
	}
	return sizeOf(u.Past)
}

// Decide splits a merged contact off again. It is refused where the id is no alias
// of the contact.
func (u *Unmerge) Decide(v *View) (Decision, error) {
	for _, ref := range []ID{u.Ref, u.Merged} {
		if c, ok := v.Found(ref); ok && c.State == Erased {
			return Decision{}, WasErased()
		}
	}
	c, ok := v.Contact(u.Ref)
	if !ok {
		return Decision{}, NotFound()
	}
	if err := u.Match.check(c.Version, v.Reads); err != nil {
		return Decision{}, err
	}
	if led, ok := v.Found(u.Merged); !ok || led.ID != c.ID || u.Merged == c.ID {
		return Decision{}, fault.At("merged_id", fault.CodeNotMerged, "No contact with this merged_id was merged into this one.")
	}
	if u.Past == nil || !u.Past.isOf(c) {
		return Decision{}, ErrStale
	}
	f := newForest(v, u.Ref)
	f.split(u.Past)
	f.settle()
	d := Decision{Subject: c.ID, Steps: f.steps(), Remains: f.remains(), Pairs: f.apart(u.Ref, c.ID)}
	for i := range d.Steps {
		step := &d.Steps[i]
		step.Action = ActionUnmerge
		if step.After.ID == c.ID {
			step.Ref = u.Ref
		}
	}
	return d, nil
}

// forest is contacts as several splits leave them, one after the other.
type forest struct {
	v      *View
	tree   []Node
	order  []ID // of those that were touched
	now    map[ID]*Contact
	halves []*Past
	left   []Remains
}

func newForest(v *View, ref ID) *forest {
	return &forest{v: v, tree: v.Tree(ref), now: map[ID]*Contact{}}
}

// at gives a contact as it is by now.
func (f *forest) at(id ID) *Contact {
	if c := f.now[id]; c != nil {
		return c
	}
	c, ok := f.v.Row(id)
	if !ok {
		return &Contact{ID: id} // which spoils the view
	}
	return c
}

// split takes the contact of a past out of those that it was merged into.
func (f *forest) split(p *Past) {
	s := split{past: p, region: f.v.Region, rows: map[ID]*Contact{}}
	for _, id := range p.rows() {
		s.rows[id] = f.at(id)
	}
	s.level = levels(p.Path, f.tree)
	for k, list := range p.Siblings {
		s.siblings = append(s.siblings, nil)
		for i := range list {
			c := &list[i]
			if touched := f.now[c.ID]; touched != nil {
				c = touched
			}
			if c.State == Merged {
				s.siblings[k] = append(s.siblings[k], c)
			}
		}
	}
	s.run()
	path := slices.Clone(p.Path)
	slices.Reverse(path) // the survivor first
	for _, id := range slices.Concat(path[:1], []ID{p.Merged}, path[1:], slices.Sorted(slices.Values(p.Moved))) {
		if f.now[id] == nil {
			f.order = append(f.order, id)
		}
		f.now[id] = s.out[id]
	}
	f.halves = append(f.halves, p)
	f.tree = outside(p.Group, f.tree, func(n Node) ID { return n.ID })
	f.left = append(s.passed(f.left), s.left...)
}

// levels tells of each contact of a tree the lowest of a path that it is, or is merged
// into. It looks at each once: what is merged into one of the path is part of all above.
func levels(path []ID, tree []Node) map[ID]int {
	children := map[ID][]ID{}
	for _, n := range tree {
		children[n.Parent] = append(children[n.Parent], n.ID)
	}
	level := make(map[ID]int, len(tree)+1)
	for k, id := range path {
		for next := []ID{id}; len(next) > 0; next = next[1:] {
			if _, known := level[next[0]]; !known {
				level[next[0]] = k
				next = append(next, children[next[0]]...)
			}
		}
	}
	return level
}

// steps gives what becomes of each contact that was touched.
func (f *forest) steps() []Step {
	steps := make([]Step, 0, len(f.order))
	for _, id := range f.order {
		before, ok := f.v.Row(id)
		if !ok {
			continue
		}
		step := Step{Before: before, After: *f.now[id]}
		for _, p := range f.halves {
			if p.Path[len(p.Path)-1] == id {
				step.Split = append(step.Split, p.Merged)
			}
		}
		steps = append(steps, step)
	}
	return steps
}

// apart gives the pairs that keep apart what was split: all ids of each from all
// others. Where these are too many, each of the halves has as many as another, so that
// none goes without.
func (f *forest) apart(ref, root ID) []PairEdit {
	rest := f.v.ids(ref, root)
	for _, p := range f.halves {
		rest = outside(p.Group, rest, func(id ID) ID { return id })
	}
	var halves [][]PairEdit
	for _, p := range f.halves {
		halves = append(halves, pairsBetween(p.Group, rest))
	}
	var out []PairEdit
	for n, more := 0, true; more; n++ {
		more = false
		for _, pairs := range halves {
			if n < len(pairs) && len(out) < maxPairs {
				out, more = append(out, pairs[n]), true
			}
		}
	}
	return out
}

// outside gives what is not of a group, by its ids.
func outside[E any](group []ID, of []E, id func(E) ID) (out []E) {
	in := make(map[ID]bool, len(group))
	for _, g := range group {
		in[g] = true
	}
	for _, e := range of {
		if !in[id(e)] {
			out = append(out, e)
		}
	}
	return out
}
