package histories

import (
	"cmp"
	"maps"
	"slices"

	"github.com/carnet-project/carnet/internal/contact"
)

// group is the model: a Space as all calls so far left it. It is a value: a write
// makes another one, which knows the one before it.
type group struct {
	before  *group
	mark    uint64 // tells it from groups that other calls made, or the same ones in another order
	rows    map[contact.ID]*contact.Contact
	changes []*contact.Change // all, in order: the first has the number 1
	pairs   map[contact.Pair]bool
}

// came gives what becomes of the group by the entries and pairs of a decision.
func (g *group) came(entries []contact.Entry, pairs []contact.PairEdit, call int) *group {
	next := &group{g, g.mark*1_000_003 + uint64(call) + 1, maps.Clone(g.rows), slices.Clip(g.changes), maps.Clone(g.pairs)}
	if g.rows == nil {
		next.rows, next.pairs = map[contact.ID]*contact.Contact{}, map[contact.Pair]bool{}
	}
	for i := range entries {
		next.rows[entries[i].Contact.ID] = &entries[i].Contact
		next.changes = append(next.changes, &entries[i].Change)
	}
	for _, p := range pairs {
		if p.Gone {
			delete(next.pairs, p.Pair)
		} else {
			next.pairs[p.Pair] = true
		}
	}
	return next
}

// next gives the number of the next change.
func (g *group) next() contact.Seq { return contact.Seq(len(g.changes) + 1) }

// root gives what a ref leads to, a deleted contact too; nil for nothing.
func (g *group) root(ref contact.ID) *contact.Contact {
	c := g.rows[ref]
	for c != nil && c.Parent != 0 {
		c = g.rows[c.Parent]
	}
	return c
}

// tree gives all that leads to what a ref leads to.
func (g *group) tree(ref contact.ID) (nodes []contact.Node) {
	root := g.root(ref)
	for id, c := range g.rows {
		if root != nil && id != root.ID && g.root(id) == root {
			nodes = append(nodes, contact.Node{ID: id, Parent: c.Parent, Version: c.Version})
		}
	}
	return nodes
}

// standing gives the write that undoes another and was not undone itself.
func (g *group) standing(op contact.Seq) contact.Seq {
	for _, ch := range g.changes {
		if ch.Undoes == op && g.standing(ch.Op) == 0 {
			return ch.Op
		}
	}
	return 0
}

// answered gives the contact that a GET of a ref answered with a version, at any
// time; nil where it never did.
func (g *group) answered(ref contact.ID, version contact.Version) *contact.Contact {
	for ; g != nil; g = g.before {
		if c := g.root(ref); c != nil && c.State == contact.Live && c.Version == version {
			return c
		}
	}
	return nil
}

// view gives a verb what it needs. A new contact gets this id.
func (g *group) view(needs contact.Needs, made contact.ID) *contact.View {
	v := &contact.View{Reads: true, Op: g.next()}
	if needs.NewIDs > 0 {
		v.NewIDs = []contact.ID{made}
	}
	for _, ref := range needs.Refs {
		v.Refs = append(v.Refs, contact.Found{ID: ref, Contact: g.root(ref)})
	}
	for _, id := range needs.Rows {
		v.Rows = append(v.Rows, contact.Found{ID: id, Contact: g.rows[id]})
	}
	for _, ref := range needs.Trees {
		v.Trees = append(v.Trees, contact.Tree{Ref: ref, Nodes: g.tree(ref)})
	}
	for _, ref := range needs.Pairs {
		p := contact.Paired{Ref: ref}
		for pair := range g.pairs {
			if c := g.root(ref); c != nil && (g.root(pair.A) == c || g.root(pair.B) == c) {
				p.Pairs = append(p.Pairs, pair)
			}
		}
		v.Pairs = append(v.Pairs, p)
	}
	for _, op := range needs.Undone {
		v.Undone = append(v.Undone, contact.Standing{Op: op, By: g.standing(op)})
	}
	return v
}

// gather gives a verb what it needs of history.
func (g *group) gather(verb contact.Verb) {
	switch v := verb.(type) {
	case *contact.Put:
		g.base(v.Ref, &v.Base)
	case *contact.Amend:
		g.base(v.Ref, &v.Base)
	case *contact.Unmerge:
		v.Past = g.past(v.Merged, false)
	case *contact.Undo:
		for _, ch := range g.changes {
			if ch.Op == v.Op {
				v.Entries = append(v.Entries, *ch)
				g.undone(v, ch)
			}
		}
		for _, ch := range contact.RestsOf(v.Entries) {
			rest, _ := contact.RestOf(g.chain(ch.Contact), ch)
			v.Rests = append(v.Rests, rest)
		}
		v.Whose = g.whose(v.Brings())
	}
}

func (g *group) base(ref contact.ID, b *contact.Base) {
	if b.Version != 0 {
		b.Contact = g.answered(ref, b.Version)
	}
}

// undone gathers what the undo of one change needs beside it.
func (g *group) undone(u *contact.Undo, ch *contact.Change) {
	for _, a := range ch.Edits.Absorbed {
		if p := g.past(a.ID, true); p != nil && slices.Contains(p.By, ch.Op) {
			u.Pasts = append(u.Pasts, p)
		}
	}
	if s := ch.Edits.State; s != nil && s.Before == contact.Deleted {
		left := contact.Contact{ID: ch.Contact}
		for _, earlier := range g.changes[:ch.Seq] {
			if earlier.Contact == ch.Contact {
				left = earlier.Edits.Forward(left)
			}
		}
		u.Left = &left
	}
}

// past tells what an unmerge needs, as it is now; nil where the contact is merged
// into none that lives.
func (g *group) past(merged contact.ID, whole bool) *contact.Past {
	c, root := g.rows[merged], g.root(merged)
	if c == nil || c.State != contact.Merged || root.State != contact.Live {
		return nil
	}
	p := &contact.Past{Merged: merged, Version: root.Version}
	if _, _, p.By, _ = contact.MergedBy(g.chain(merged), true); len(p.By) > 1 {
		for _, ch := range g.changes {
			if ch.Op == p.By[0] {
				p.Back = append(p.Back, *ch)
			}
		}
	}
	for id := merged; g.rows[id].Parent != 0; id = g.rows[id].Parent {
		parent, joined, hung := g.rows[id].Parent, contact.Change{}, contact.Change{}
		link, merge := g.links(id)
		for _, ch := range g.changes {
			if ch.Op == g.changes[merge-1].Op && ch.Absorbs(id) {
				joined = *ch
			}
			if ch.Op == link && ch.Contact == parent && link != g.changes[merge-1].Op {
				hung = *ch
			}
		}
		p.Path, p.Joined, p.Hung = append(p.Path, parent), append(p.Joined, joined), append(p.Hung, hung)
	}
	tree := g.tree(merged)
	g.writes(p, tree)
	below := merged
	for _, id := range p.Path {
		var list []contact.Contact
		for _, n := range tree {
			if n.Parent == id && n.ID != below && !slices.Contains(p.Group, n.ID) {
				list = append(list, *g.rows[n.ID])
			}
		}
		slices.SortFunc(list, func(a, b contact.Contact) int {
			return cmp.Or(cmp.Compare(a.Version, b.Version), cmp.Compare(a.ID, b.ID))
		})
		p.Siblings = append(p.Siblings, list)
		below = id
	}
	g.off(p)
	ids := []contact.ID{root.ID}
	for _, n := range tree {
		ids = append(ids, n.ID)
	}
	g.history(p, ids, whole)
	p.Whose = contact.Whose{}
	for more := p.Brings(root, ids); len(more) > 0; more = p.Brings(root, ids) {
		maps.Copy(p.Whose, g.whose(more))
	}
	return p
}

// history gives it all that was written to these ids, or by them, where it has doubts.
func (g *group) history(p *contact.Past, ids []contact.ID, whole bool) {
	if doubts := p.Doubts(g.rows, whole); !doubts.Any() {
		return
	}
	for _, ch := range g.changes {
		if slices.Contains(ids, ch.Contact) || slices.Contains(ids, ch.Ref) {
			p.History = append(p.History, *ch)
		}
	}
}

// mergeOf gives the change by which a contact was merged last.
func (g *group) mergeOf(id contact.ID) (merge contact.Change) {
	if _, since := g.links(id); since != 0 {
		merge = *g.changes[since-1]
	}
	return merge
}

// whose tells by which ids the writes named a contact that brought these.
func (g *group) whose(origins []contact.Origin) contact.Whose {
	whose := contact.Whose{}
	for _, o := range origins {
		whose[o] = contact.Brought{}
		if ch := g.changes[o.Op-1]; ch.Contact == o.Contact {
			whose[o] = contact.Brought{Ref: ch.Ref, Fields: ch.Edits.Fields}
		}
	}
	return whose
}

// off finds when each contact of the path was split off last.
func (g *group) off(p *contact.Past) {
	for _, id := range p.Path {
		var off contact.Seq
		if split, _ := contact.SplitOff(g.chain(id), true); split != nil {
			off = split.Seq
		}
		p.Off = append(p.Off, off)
	}
}

// links gives the write that gave a contact its parent, and the change by which it
// was merged, which may be an earlier one.
func (g *group) links(id contact.ID) (link, since contact.Seq) {
	link, merge, _, _ := contact.MergedBy(g.chain(id), true)
	if merge == nil {
		return 0, 0
	}
	return link, merge.Seq
}

// chain gives the changes of a contact, newest first.
func (g *group) chain(id contact.ID) (chain []contact.Change) {
	for _, ch := range slices.Backward(g.changes) {
		if ch.Contact == id {
			chain = append(chain, *ch)
		}
	}
	return chain
}

// writes finds what was written by the ids of a merged contact since it was, and
// what was merged by them, which goes with it, with what was written by those ids
// since that.
func (g *group) writes(p *contact.Past, tree []contact.Node) {
	type joined struct {
		ids   []contact.ID
		since contact.Seq
	}
	join := func(id contact.ID, since contact.Seq) joined {
		ids := []contact.ID{id}
		for _, n := range contact.Under(id, tree) {
			ids = append(ids, n.ID)
		}
		p.Group = append(p.Group, ids...)
		return joined{ids, since}
	}
	_, since := g.links(p.Merged)
	for fresh := []joined{join(p.Merged, since)}; len(fresh) > 0; fresh = fresh[1:] {
		for _, ch := range g.changes[fresh[0].since:] {
			if ch.Ref == 0 || !slices.Contains(fresh[0].ids, ch.Ref) {
				continue
			}
			p.Writes = append(p.Writes, *ch)
			for _, a := range ch.Edits.Absorbed {
				if merge := g.mergeOf(a.ID); merge.Op == ch.Op && g.rows[a.ID].State == contact.Merged && !slices.Contains(p.Group, a.ID) {
					p.Moved = append(p.Moved, a.ID)
					fresh = append(fresh, join(a.ID, ch.Seq))
				}
			}
		}
	}
	slices.SortFunc(p.Writes, func(a, b contact.Change) int { return cmp.Compare(a.Seq, b.Seq) })
}
