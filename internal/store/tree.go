package store

import (
	"errors"
	"slices"

	"github.com/carnet-project/carnet/internal/contact"
)

// knowsTrees makes sure that a verb which merges needed all that leads to both:
// else whoever comes next in the batch would see a part for the whole.
func (ws *workspace) knowsTrees(entries []contact.Entry) error {
	for i := range entries {
		c, state := &entries[i].Contact, entries[i].Change.Edits.State
		switch {
		case state == nil:
			continue
		case state.Before == contact.Merged && !ws.hasTree(ws.to(c.ID)):
			return errors.New("store: a verb splits a contact whose tree it does not need")
		case state.After != contact.Merged:
			continue
		}
		if !ws.hasTree(c.ID) || !ws.hasTree(ws.to(c.Parent)) {
			return errors.New("store: a verb merges contacts whose trees it does not need")
		}
	}
	return nil
}

// hasTree tells whether all that leads to a contact is known: to a new one
// nothing does.
func (ws *workspace) hasTree(root contact.ID) bool {
	k, loaded := ws.known[root], false
	if _, loaded = ws.trees[root]; k == nil {
		return false
	}
	return loaded || k.loaded == nil
}

// redirect makes a contact, and every id that led to it, lead to what it was
// merged into, or to what that leads to: an undo puts it back where it was.
func (ws *workspace) redirect(c *contact.Contact) {
	root := ws.to(c.Parent)
	for ref, to := range ws.leads {
		if to == c.ID {
			ws.lead(ref, root)
		}
	}
	ws.lead(c.ID, root)
	ws.redirects = append(ws.redirects, Redirect{Space: ws.row.Space, From: c.ID, To: root})
	ws.tree(root, slices.Concat(ws.trees[root], ws.trees[c.ID], []contact.Node{{ID: c.ID, Parent: c.Parent, Version: c.Version}}))
}

// hang notes where contacts that were merged before stand by now: in each tree all of
// them at once, since there may be as many as ids lead to a contact.
func (ws *workspace) hang(entries []contact.Entry) {
	moved, roots := map[contact.ID]*contact.Contact{}, map[contact.ID]bool{}
	for i := range entries {
		if c := &entries[i].Contact; c.State == contact.Merged && entries[i].Change.Edits.State == nil {
			moved[c.ID], roots[ws.to(c.ID)] = c, true
		}
	}
	for root := range roots {
		nodes := slices.Clone(ws.trees[root])
		for i := range nodes {
			if c := moved[nodes[i].ID]; c != nil {
				nodes[i].Parent, nodes[i].Version = c.Parent, c.Version
			}
		}
		ws.tree(root, nodes)
	}
}

// release makes a contact that was split off lead to itself, and all ids that were
// merged into it to it.
func (ws *workspace) release(c *contact.Contact) {
	root := ws.to(c.ID)
	under := contact.Under(c.ID, ws.trees[root])
	ids, goes := make([]contact.ID, len(under)), map[contact.ID]bool{c.ID: true}
	for i, n := range under {
		ids[i], goes[n.ID] = n.ID, true
		ws.lead(n.ID, c.ID)
	}
	rest := slices.DeleteFunc(slices.Clone(ws.trees[root]), func(n contact.Node) bool { return goes[n.ID] })
	ws.lead(c.ID, c.ID)
	ws.redirects = append(ws.redirects, Redirect{Space: ws.row.Space, To: c.ID, IDs: ids})
	ws.tree(root, rest)
	ws.tree(c.ID, under)
}

func (ws *workspace) lead(ref, to contact.ID) {
	before, was := ws.leads[ref]
	if ws.leads == nil {
		ws.leads = map[contact.ID]contact.ID{}
	}
	ws.leads[ref] = to
	if ws.undo != nil {
		ws.undo = append(ws.undo, func() {
			if ws.leads[ref] = before; !was {
				delete(ws.leads, ref)
			}
		})
	}
}

func (ws *workspace) tree(root contact.ID, nodes []contact.Node) {
	before, was := ws.trees[root]
	if ws.trees == nil {
		ws.trees = map[contact.ID][]contact.Node{}
	}
	ws.trees[root] = nodes
	if ws.undo != nil {
		ws.undo = append(ws.undo, func() {
			if ws.trees[root] = before; !was {
				delete(ws.trees, root)
			}
		})
	}
}
