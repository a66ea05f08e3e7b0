package contact

import "github.com/carnet-project/carnet/internal/fault"

// Needs names the contact, and what was said to be distinct from it.
func (e *Erase) Needs() Needs { return Needs{Refs: []ID{e.Ref}, Pairs: []ID{e.Ref}} }

// Size is nothing.
func (e *Erase) Size() int { return 0 }

// Decide erases a contact for good (CONTRACT D35), live or deleted: what it holds is gone
// with this write; what is left of it in history and elsewhere goes by a job. One that is
// erased stays so. It takes no alias, as Delete.
func (e *Erase) Decide(v *View) (Decision, error) {
	c, ok := v.Found(e.Ref)
	if !ok {
		return Decision{}, NotFound()
	}
	if c.ID != e.Ref {
		return Decision{}, alias(c, "erase that one, with all its ids")
	}
	if c.State == Erased {
		return Decision{Subject: c.ID}, nil
	}
	if err := e.Match.check(c.Version, v.Reads); err != nil {
		return Decision{}, err
	}
	d := Decision{Subject: c.ID, Steps: []Step{{Before: c, After: c.emptied(), Action: ActionErase, Ref: e.Ref}}}
	for _, p := range v.Paired(e.Ref) {
		d.Pairs = append(d.Pairs, PairEdit{p, true})
	}
	return d, nil
}

// emptied gives what is left of a contact that is erased, or that led to it: where it
// stood, and nothing that it held.
func (c *Contact) emptied() Contact {
	return Contact{ID: c.ID, Version: c.Version, State: Erased, Parent: c.Parent, Created: c.Created, Head: c.Head, Depth: c.Depth}
}

// WasErased refuses what would bring back what was erased (CONTRACT D35).
func WasErased() error {
	return fault.New(fault.Gone, fault.CodeErased, "This was erased for good: nothing of it can be brought back.")
}

// Forgotten gives what is left of a contact that is erased, or that led to one; it tells
// whether that is another than it was.
func Forgotten(c *Contact) (left Contact, changed bool) { return c.emptied(), c.State != Erased }

// Forget leaves of a change that it was there: which contact it was of, when, and how that
// came and went, for histories that it is part of.
func (ch *Change) Forget() {
	if ch.Action != ActionErase {
		ch.Actor = Actor{}
	}
	ch.Reason, ch.Snapshot = "", nil
	e := &ch.Edits
	ch.Edits = Edits{Erased: true, State: e.State, Link: e.Link, Absorbed: e.Absorbed, Split: e.Split}
}
