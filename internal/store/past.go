package store

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/record"
)

// maxThrough is how many changes by the ids of one contact an unmerge takes with
// it.
const maxThrough = 10_000

// Past reads what it needs to split a contact off that was merged into another, which
// may be deleted and come back; nil where it is not. What it reads is as it was at the
// version of the contact that it leads to, which is read first: whoever finds that at
// another version reads again.
func (s *Store) Past(ctx context.Context, space contact.SpaceID, merged contact.ID) (*contact.Past, error) {
	return s.past(ctx, space, merged, false, nil)
}

// past is Past, of one contact or of the whole merge. It need not read again what is in
// that of another of the same contact.
func (s *Store) past(ctx context.Context, space contact.SpaceID, merged contact.ID, whole bool, like *contact.Past) (*contact.Past, error) {
	root, ok, err := decoded(s.reads.Contact(ctx, space, merged))
	if err != nil || !ok || root.ID == merged {
		return nil, err
	}
	if root.State == contact.Merged {
		return nil, errAstray(root.ID)
	}
	p := past{store: s, whole: whole, like: like, ctx: ctx, space: space, rows: map[contact.ID]*contact.Contact{root.ID: &root}}
	p.Merged, p.Version = merged, root.Version
	if err := p.read(); errors.Is(err, errMoved) {
		// Between two reads it was split or merged on: the version tells.
		p.Version = 0
		return &p.Past, nil
	} else if err != nil {
		return nil, err
	}
	return &p.Past, nil
}

// errMoved says that what is read is not of one moment any more.
var errMoved = errors.New("store: a contact has moved on while its past was read")

// past is a past that is being read.
type past struct {
	contact.Past
	store *Store
	ctx   context.Context // of the one call that it lives in
	space contact.SpaceID
	rows  map[contact.ID]*contact.Contact
	nodes []contact.Node
	whole bool          // all goes that the write merged
	like  *contact.Past // of another; nil for none
}

func (p *past) read() error {
	tree, err := p.store.reads.Tree(p.ctx, p.space, p.Merged)
	if err != nil {
		return err
	}
	p.nodes = tree.Nodes
	since, err := p.climb()
	if err != nil {
		return err
	}
	if err := p.writes(since); err != nil {
		return err
	}
	if err := p.siblings(); err != nil {
		return err
	}
	if err := p.off(); err != nil {
		return err
	}
	if err := p.whose(); err != nil {
		return err
	}
	return p.history()
}

// maxBeneath is how often what was found in a slot is looked for below what was.
const maxBeneath = 32

// whose finds whose is what comes back, and what was found where that came.
func (p *past) whose() error {
	root := p.rows[p.Path[len(p.Path)-1]]
	ids := []contact.ID{root.ID}
	for _, n := range p.nodes {
		ids = append(ids, n.ID)
	}
	p.Whose = contact.Whose{}
	for range maxBeneath {
		more := p.Brings(root, ids)
		if len(more) == 0 {
			break
		}
		whose, err := p.store.Whose(p.ctx, p.space, more)
		if err != nil {
			return err
		}
		maps.Copy(p.Whose, whose)
	}
	return nil
}

// off finds when contacts of the path were split off from others, where that was after
// a write by these ids that was of one of those. Of the last of the path, whose
// changes may be many, it asks only where a write was of none.
func (p *past) off() error {
	var first contact.Seq
	last := len(p.Path) - 1
	above, gone := false, false
	for i := range p.Writes {
		k := slices.Index(p.Path, p.Writes[i].Contact)
		above, gone = above || k > 0, gone || k < 0
		if first == 0 && k != 0 {
			first = p.Writes[i].Seq
		}
	}
	for k, id := range p.Path {
		off := contact.Seq(0)
		if gone || above && k < last {
			var err error
			if off, err = p.lastSplit(id, first); err != nil {
				return err
			}
		}
		p.Off = append(p.Off, off)
	}
	return nil
}

// lastSplit finds the newest change by which a contact was split off, 0 where there is
// none after a number.
func (p *past) lastSplit(id contact.ID, after contact.Seq) (contact.Seq, error) {
	c, err := p.row(id)
	if err != nil {
		return 0, err
	}
	var off contact.Seq
	err = p.store.back(p.ctx, p.space, c.Head, func(chain []contact.Change, whole bool) (enough bool) {
		split, more := contact.SplitOff(chain, whole)
		if split != nil {
			off = split.Seq
		}
		return !more || chain[len(chain)-1].Prev <= after
	})
	return off, err
}

// Whose tells whose values are, by their origins, of each that it is asked for. It reads
// each write once that brought some, many in one call.
func (s *Store) Whose(ctx context.Context, space contact.SpaceID, origins []contact.Origin) (contact.Whose, error) {
	brought, whose := map[contact.Seq][]contact.Origin{}, contact.Whose{}
	for _, o := range origins {
		brought[o.Op] = append(brought[o.Op], o)
		whose[o] = contact.Brought{}
	}
	err := s.eachChange(ctx, space, slices.Sorted(maps.Keys(brought)), func(row *record.Change) error {
		ch, err := record.DecodeChange(row)
		for _, o := range brought[ch.Seq] {
			if ch.Contact == o.Contact {
				whose[o] = contact.Brought{Ref: ch.Ref, Fields: ch.Edits.Fields}
			}
		}
		return err
	})
	return whose, err
}

// row reads a row once.
func (p *past) row(id contact.ID) (*contact.Contact, error) {
	if c := p.rows[id]; c != nil {
		return c, nil
	}
	c, ok, err := p.store.Row(p.ctx, p.space, id)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, errAstray(id)
	}
	p.rows[id] = &c
	return &c, nil
}

// climb finds the way up to the contact that the merged one leads to, and what the
// merges did on it, and the splits that hung each where it is. It tells when that one was merged.
func (p *past) climb() (since contact.Seq, err error) {
	for id := p.Merged; ; {
		c, err := p.row(id)
		if err != nil {
			return 0, err
		}
		if c.Parent == 0 && len(p.Path) == 0 {
			return 0, errMoved // it was split off meanwhile
		}
		if c.Parent == 0 {
			return since, nil
		}
		if len(p.Path) > contact.MaxAliases || c.State != contact.Merged {
			return 0, errMoved
		}
		link, merge, by, err := p.links(c)
		if err != nil {
			return 0, err
		}
		if len(p.Path) == 0 {
			p.By, since = by, merge.Seq
			if len(by) > 1 {
				if p.Back, err = p.store.WriteChanges(p.ctx, p.space, by[0]); err != nil {
					return 0, err
				}
			}
		}
		joined, err := p.change(merge.Op, func(ch *contact.Change) bool { return ch.Absorbs(id) })
		if err != nil {
			return 0, err
		}
		hung := contact.Change{}
		if link != merge.Op {
			if hung, err = p.change(link, func(ch *contact.Change) bool { return ch.Contact == c.Parent }); err != nil {
				return 0, err
			}
		}
		p.Path, p.Joined, p.Hung = append(p.Path, c.Parent), append(p.Joined, joined), append(p.Hung, hung)
		id = c.Parent
	}
}

// change reads that of a write which is meant; an empty one where it has none.
func (p *past) change(op contact.Seq, meant func(*contact.Change) bool) (contact.Change, error) {
	changes, err := p.store.WriteChanges(p.ctx, p.space, op)
	if err != nil {
		return contact.Change{}, err
	}
	for i := range changes {
		if meant(&changes[i]) {
			return changes[i], nil
		}
	}
	return contact.Change{}, nil
}

// links reads what contact.MergedBy tells of a contact.
func (p *past) links(c *contact.Contact) (link contact.Seq, merge contact.Change, by []contact.Seq, err error) {
	found := false
	err = p.store.back(p.ctx, p.space, c.Head, func(chain []contact.Change, whole bool) (enough bool) {
		to, in, all, more := contact.MergedBy(chain, whole)
		if found = in != nil; found {
			link, merge, by = to, *in, all
		}
		return !more
	})
	if err == nil && !found {
		err = errAstray(c.ID)
	}
	return link, merge, by, err
}

// writes reads what was written by the ids of the merged contact since it led on,
// and finds what they merged, which goes with it, with what was written by those ids
// since that.
func (p *past) writes(since contact.Seq) error {
	type joined struct {
		ids   []contact.ID
		since contact.Seq
	}
	for fresh := []joined{{p.join(p.Merged), since}}; len(fresh) > 0; fresh = fresh[1:] {
		seqs, err := p.store.reads.Through(p.ctx, p.space, fresh[0].ids, fresh[0].since, maxThrough+1-len(p.Writes))
		if err != nil {
			return err
		}
		if len(p.Writes)+len(seqs) > maxThrough {
			return fault.New(fault.Conflict, fault.CodeHistoryTooLong, "More than 10,000 changes were made by the ids of this contact since: they cannot be told apart any more at once.")
		}
		read := len(p.Writes)
		err = p.store.eachChange(p.ctx, p.space, seqs, func(row *record.Change) error {
			ch, err := record.DecodeChange(row)
			p.Writes = append(p.Writes, ch)
			return err
		})
		if err != nil {
			return err
		}
		for i := read; i < len(p.Writes); i++ {
			ids, err := p.moved(&p.Writes[i])
			if err != nil {
				return err
			}
			if len(ids) > 0 {
				fresh = append(fresh, joined{ids, p.Writes[i].Seq})
			}
		}
	}
	slices.SortFunc(p.Writes, func(a, b contact.Change) int { return cmp.Compare(a.Seq, b.Seq) })
	return nil
}

// join makes a contact part of what goes, with all that was merged into it. It
// gives their ids.
func (p *past) join(id contact.ID) []contact.ID {
	ids := []contact.ID{id}
	for _, n := range contact.Under(id, p.nodes) {
		ids = append(ids, n.ID)
	}
	p.Group = append(p.Group, ids...)
	return ids
}

// moved finds what a change merged that is merged by that to this day, wherever
// splits have hung it since.
func (p *past) moved(ch *contact.Change) (ids []contact.ID, err error) {
	for _, a := range ch.Edits.Absorbed {
		if slices.Contains(p.Group, a.ID) || !slices.ContainsFunc(p.nodes, func(n contact.Node) bool { return n.ID == a.ID }) {
			continue
		}
		c, err := p.row(a.ID)
		if err != nil {
			return nil, err
		}
		_, merge, _, err := p.links(c)
		if err != nil {
			return nil, err
		}
		if merge.Op == ch.Op {
			p.Moved = append(p.Moved, a.ID)
			ids = append(ids, p.join(a.ID)...)
		}
	}
	return ids, nil
}

// siblings reads what else is merged into the contacts of the path, where a slot
// may come free: their slots alone.
func (p *past) siblings() error {
	if p.Touches(p.rows) == [contact.NumSlots]bool{} {
		return nil
	}
	p.Siblings = make([][]contact.Contact, len(p.Path))
	below := p.Merged
	for k, id := range p.Path {
		var under []contact.Node
		for _, n := range p.nodes {
			if n.Parent == id && n.ID != below && !slices.Contains(p.Group, n.ID) {
				under = append(under, n)
			}
		}
		slices.SortFunc(under, func(a, b contact.Node) int { return cmp.Or(cmp.Compare(a.Version, b.Version), cmp.Compare(a.ID, b.ID)) })
		for _, n := range under {
			c, _, err := p.store.Row(p.ctx, p.space, n.ID)
			if err != nil {
				return err
			}
			c.Values = [contact.NumCollections][]contact.Value{}
			p.Siblings[k] = append(p.Siblings[k], c)
		}
		below = id
	}
	return nil
}
