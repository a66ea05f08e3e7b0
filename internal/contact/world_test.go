package contact

import (
	"cmp"
	"maps"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// world is a Space in a test: its contacts, and all that happened.
type world struct {
	t       rapid.TB
	rows    map[ID]*Contact
	changes []Change
	pairs   map[Pair]bool
	region  string
	unread  bool // every history is too long
	plain   bool // no history is read: what a split tells of its own writes alone
}

func newWorld(t rapid.TB) *world {
	return &world{t: t, rows: map[ID]*Contact{}, pairs: map[Pair]bool{}}
}

// root gives what a ref leads to, a deleted contact too.
func (w *world) root(ref ID) *Contact {
	c := w.rows[ref]
	for c != nil && c.Parent != 0 {
		c = w.rows[c.Parent]
	}
	return c
}

// tree gives all that leads to what a ref leads to.
func (w *world) tree(ref ID) []Node {
	root := w.root(ref)
	var nodes []Node
	for id, c := range w.rows {
		if root != nil && id != root.ID && w.root(id).ID == root.ID {
			nodes = append(nodes, Node{id, c.Parent, c.Version})
		}
	}
	return nodes
}

func (w *world) view(needs Needs) *View {
	v := &View{Region: w.region, Reads: true, Op: Seq(len(w.changes) + 1), At: Time(len(w.changes) + 1)}
	for n := range needs.NewIDs {
		v.NewIDs = append(v.NewIDs, ID(len(w.rows)+1+n))
	}
	for _, ref := range needs.Refs {
		v.Refs = append(v.Refs, Found{ref, w.root(ref)})
	}
	for _, id := range needs.Rows {
		v.Rows = append(v.Rows, Found{id, w.rows[id]})
	}
	for _, ref := range needs.Trees {
		v.Trees = append(v.Trees, Tree{ref, w.tree(ref)})
	}
	for _, ref := range needs.Pairs {
		p := Paired{Ref: ref}
		for pair := range w.pairs {
			if c := w.root(ref); c != nil && (w.root(pair.A).ID == c.ID || w.root(pair.B).ID == c.ID) {
				p.Pairs = append(p.Pairs, pair)
			}
		}
		v.Pairs = append(v.Pairs, p)
	}
	for _, op := range needs.Undone {
		v.Undone = append(v.Undone, Standing{op, w.standing(op)})
	}
	return v
}

func (w *world) standing(op Seq) Seq {
	for _, ch := range w.changes {
		if ch.Undoes == op && w.standing(ch.Op) == 0 {
			return ch.Op
		}
	}
	return 0
}

// turn turns around what a verb is given in no order.
func turn(verb Verb, v *View) {
	for i := range v.Trees {
		slices.Reverse(v.Trees[i].Nodes)
	}
	var pasts []*Past
	switch verb := verb.(type) {
	case *Unmerge:
		pasts = []*Past{verb.Past}
	case *Undo:
		pasts = verb.Pasts
	}
	for _, p := range pasts {
		slices.Reverse(p.Moved)
		slices.Reverse(p.Group)
	}
}

// try asks for a verb, and gives the write that it was, 0 where nothing changed.
func (w *world) try(verb Verb) (Seq, []Remains, error) {
	w.gather(verb)
	v := w.view(verb.Needs())
	d, err := verb.Decide(v)
	if v.Unasked() {
		w.t.Fatalf("a %T asks for more than it needs", verb)
	}
	if err != nil {
		return 0, nil, err
	}
	turn(verb, v)
	again, err := verb.Decide(v) // as a preview does, and the write after it
	for _, one := range []*Decision{&d, &again} {
		slices.SortFunc(one.Pairs, func(a, b PairEdit) int { return cmp.Or(cmp.Compare(a.A, b.A), cmp.Compare(a.B, b.B)) })
	}
	if err != nil || !reflect.DeepEqual(again, d) {
		w.t.Fatalf("a %T decides otherwise when it is asked again: %v", verb, err)
	}
	entries := d.Enter(Stamp{Op: v.Op, At: v.At})
	for i := range entries {
		w.rows[entries[i].Contact.ID] = &entries[i].Contact
		w.changes = append(w.changes, entries[i].Change)
		each(&entries[i].Contact, func(v Value) {
			if len(v.Origins) == 0 || len(v.Origins) > MaxOrigins {
				w.t.Fatalf("after a %T %q has %d origins", verb, v.Text, len(v.Origins))
			}
		})
	}
	for _, p := range d.Pairs {
		if p.Gone {
			delete(w.pairs, p.Pair)
		} else {
			w.pairs[p.Pair] = true
		}
	}
	if len(entries) == 0 {
		return 0, d.Remains, nil
	}
	return v.Op, d.Remains, nil
}

// do asks for a verb that must not be refused.
func (w *world) do(verb Verb) Seq {
	w.t.Helper()
	op, _, err := w.try(verb)
	if err != nil {
		w.t.Fatalf("%T: %v", verb, err)
	}
	return op
}

func (w *world) made(p Patch) ID {
	w.t.Helper()
	op := w.do(&Create{Patch: p})
	return w.changes[op-1].Contact
}

// gather gives a verb what it needs of history.
func (w *world) gather(verb Verb) {
	switch v := verb.(type) {
	case *Planned:
		w.gather(v.Verb)
	case *Unmerge:
		v.Past = w.past(v.Merged, false)
	case *Undo:
		v.Entries, v.Pasts, v.Rests = nil, nil, nil
		for _, ch := range w.changes {
			if ch.Op != v.Op {
				continue
			}
			v.Entries = append(v.Entries, ch)
			for _, a := range ch.Edits.Absorbed {
				if p := w.past(a.ID, true); p != nil && slices.Contains(p.By, ch.Op) {
					v.Pasts = append(v.Pasts, p)
				}
			}
			if s := ch.Edits.State; s != nil && s.Before == Deleted {
				v.Left = w.at(ch.Contact, ch.Seq)
			}
		}
		for _, ch := range RestsOf(v.Entries) {
			rest, _ := RestOf(w.chain(ch.Contact), ch)
			v.Rests = append(v.Rests, rest)
		}
		v.Whose = w.whose(v.Brings())
	}
}

// chain gives the changes of a contact, newest first.
func (w *world) chain(id ID) (chain []Change) {
	for _, ch := range slices.Backward(w.changes) {
		if ch.Contact == id {
			chain = append(chain, ch)
		}
	}
	return chain
}

// at gives a contact as a change left it.
func (w *world) at(id ID, seq Seq) *Contact {
	c := Contact{ID: id}
	for _, ch := range w.changes {
		if ch.Contact == id && ch.Seq <= seq {
			c = ch.Edits.Forward(c)
		}
	}
	return &c
}

// past reads the whole history where a store would look things up.
func (w *world) past(merged ID, whole bool) *Past {
	c, root := w.rows[merged], w.root(merged)
	if c == nil || c.State != Merged || root.State != Live {
		return nil
	}
	p := &Past{Merged: merged, Version: root.Version}
	link := func(id ID) Change {
		_, merge, _, _ := MergedBy(w.chain(id), true)
		return *merge
	}
	for id := merged; w.rows[id].Parent != 0; id = w.rows[id].Parent {
		parent, at := w.rows[id].Parent, Change{}
		merge, hung := link(id), Change{}
		for _, ch := range w.changes {
			if ch.Op == merge.Op && ch.Absorbs(id) {
				at = ch
			}
		}
		if by, _, _, _ := MergedBy(w.chain(id), true); by != merge.Op {
			for _, other := range w.changes {
				if other.Op == by && other.Contact == parent {
					hung = other
				}
			}
		}
		p.Hung = append(p.Hung, hung)
		p.Path, p.Joined = append(p.Path, parent), append(p.Joined, at)
	}
	by := link(merged)
	if _, _, p.By, _ = MergedBy(w.chain(merged), true); len(p.By) > 1 {
		for _, ch := range w.changes {
			if ch.Op == p.By[0] {
				p.Back = append(p.Back, ch)
			}
		}
	}
	tree := w.tree(merged)
	group, from := map[ID]bool{}, map[ID]Seq{}
	join := func(id ID, seq Seq) {
		group[id], from[id] = true, seq
		for _, n := range Under(id, tree) {
			group[n.ID], from[n.ID] = true, seq
		}
	}
	join(merged, by.Seq)
	for again := true; again; {
		again = false
		p.Writes = nil
		for _, ch := range w.changes {
			if ch.Ref == 0 || !group[ch.Ref] || ch.Seq <= from[ch.Ref] {
				continue
			}
			p.Writes = append(p.Writes, ch)
			for _, a := range ch.Edits.Absorbed {
				if merge := link(a.ID); !group[a.ID] && a.ID != root.ID && w.root(a.ID).ID == root.ID && merge.Op == ch.Op {
					p.Moved = append(p.Moved, a.ID)
					join(a.ID, ch.Seq)
					again = true
				}
			}
		}
	}
	for id := range group {
		p.Group = append(p.Group, id)
	}
	below := merged
	for _, id := range p.Path {
		var list []Contact
		for _, n := range tree {
			if n.Parent == id && n.ID != below && !group[n.ID] {
				list = append(list, *w.rows[n.ID])
			}
		}
		slices.SortFunc(list, func(a, b Contact) int { return int(a.Version - b.Version) })
		p.Siblings = append(p.Siblings, list)
		below = id
	}
	for _, id := range p.Path {
		off := Seq(0)
		if split, _ := SplitOff(w.chain(id), true); split != nil {
			off = split.Seq
		}
		p.Off = append(p.Off, off)
	}
	ids := []ID{root.ID}
	for _, n := range tree {
		ids = append(ids, n.ID)
	}
	here := map[ID]bool{}
	for _, id := range ids {
		here[id] = true
	}
	if doubts := p.Doubts(w.rows, whole); doubts.Any() && !w.plain {
		for _, ch := range w.changes {
			if !w.unread && (here[ch.Contact] || here[ch.Ref]) {
				p.History = append(p.History, ch)
			}
		}
		p.Unread = w.unread
	}
	p.Whose = Whose{}
	for more := p.Brings(root, ids); len(more) > 0; more = p.Brings(root, ids) {
		maps.Copy(p.Whose, w.whose(more))
	}
	return p
}

func (w *world) whose(all []Origin) Whose {
	out := Whose{}
	for _, o := range all {
		out[o] = Brought{}
		for _, ch := range w.changes {
			if ch.Seq == o.Op && ch.Contact == o.Contact {
				out[o] = Brought{ch.Ref, ch.Edits.Fields}
			}
		}
	}
	return out
}

// put sends lists and slots by a ref: "e:a b", "n:x", "1:Pro" (a slot), "1:" clears.
func (w *world) put(ref ID, what ...string) Seq {
	w.t.Helper()
	return w.do(&Put{Ref: ref, Patch: sends(w.rows[ref], w.root(ref), what...)})
}

func TestWorldIsWhole(t *testing.T) {
	w := newWorld(t)
	a := w.made(named("Ada"))
	if op := w.put(a, "n:Ada B"); op != 2 || w.rows[a].Version != 2 {
		t.Errorf("write %d, %+v", op, w.rows[a])
	}
}
