package store

import (
	"testing"

	"github.com/carnet-project/carnet/internal/contact"
)

// However many contacts a split hangs elsewhere, it copies their tree once, while all
// others wait.
func TestSplitCopiesATreeOnce(t *testing.T) {
	const root, half, moved = 1, 2, 2000
	ws := newWorkspace(SpaceRow{Space: 1, NextSeq: 1}, 1)
	add := func(c contact.Contact) *contact.Contact {
		ws.known[c.ID] = &known{loaded: &c, now: &c}
		return &c
	}
	live := add(contact.Contact{ID: root, Version: 2, State: contact.Live})
	split := add(contact.Contact{ID: half, Version: 2, State: contact.Merged, Parent: root})
	d := contact.Decision{Subject: root}
	again := *split
	again.State, again.Parent = contact.Live, 0
	d.Steps = append(d.Steps, contact.Step{Before: live, After: *live, Split: []contact.ID{half}}, contact.Step{Before: split, After: again})
	nodes := []contact.Node{{ID: half, Parent: root, Version: 2}}
	for id := contact.ID(half + 1); id <= half+moved; id++ {
		c := add(contact.Contact{ID: id, Version: 2, State: contact.Merged, Parent: root})
		hung := *c
		hung.Parent = half
		d.Steps = append(d.Steps, contact.Step{Before: c, After: hung})
		nodes = append(nodes, contact.Node{ID: id, Parent: root, Version: 2})
	}
	ws.trees = map[contact.ID][]contact.Node{root: nodes}
	for _, n := range nodes {
		ws.lead(n.ID, root)
	}
	copies := map[*contact.Node]bool{}
	goBack := ws.mark()
	out, err := ws.accept(&Write{Space: 1}, &contact.View{Refs: []contact.Found{{ID: root, Contact: live}}}, &d)
	if err != nil || len(out.Entries) != moved+2 || len(ws.trees[half]) != moved || len(ws.trees[root]) != 0 {
		t.Fatalf("%d entries, %v; %d lead to the one, %d to the other", len(out.Entries), err, len(ws.trees[root]), len(ws.trees[half]))
	}
	for _, undo := range ws.undo { // each change of the trees has its way back
		undo()
		if tree := ws.trees[root]; len(tree) > 0 {
			copies[&tree[0]] = true
		}
	}
	if len(copies) > 2 {
		t.Errorf("the tree was copied %d times", len(copies)-1)
	}
	goBack()
}
