package promise

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

// These count work, never time.
var batchTests = []suite.Test{
	{"a lone client has one commit a write", testLoneClient},
	{"writes that wait share the next commit, at most 256", testSharedCommit},
	{"a batch carries at most 8 MiB, but for a single write", testWeight},
	{"a batch loads about 16 MiB, and leaves the rest to the next", testLoad},
	{"writes of one contact in one batch are one row and all their changes", testCoalesced},
	{"a write that is given up in its queue is certainly not done", testWithdraw},
	{"a write whose batch runs is waited for", testNoWithdraw},
	{"closing answers what waits and takes nothing more", testClose},
}

func wantCommits(t *testing.T, g *gate, want ...int) {
	t.Helper()
	if have := g.begun(); !slices.Equal(have, want) {
		t.Errorf("commits of %v changes, want %v", have, want)
	}
}

func testLoneClient(t *testing.T, b store.Backend) {
	g, space := gated(t, b), suite.NewSpace(t, b, "")
	const writes = 20
	id := made(t, g.store, space, name("A"))
	for i := range writes - 1 {
		done(t, g.store, putting(space, id, name(string(rune('a'+i)))))
	}
	wantCommits(t, g, slices.Repeat([]int{1}, writes)...)
}

func testSharedCommit(t *testing.T, b store.Backend) {
	g, space := gated(t, b), suite.NewSpace(t, b, "")
	all := []*sent{g.holdUp(space)}
	for range 256 + 2 {
		all = append(all, g.send(bg, creation(space, name("A"))))
	}
	waiting(t, all...)
	wantCommits(t, g, 1)
	g.pass(1)
	saved(t, all[0])
	waiting(t, all[1:]...)
	wantCommits(t, g, 1, 256)
	g.pass(1)
	saved(t, all[:257]...)
	waiting(t, all[257:]...)
	g.pass(1)
	saved(t, all...)
	wantCommits(t, g, 1, 256, 2)
	l := suite.Audit(t, b, space)
	inHistory(t, l, all...)
	for i, p := range all {
		if p.out.Op != contact.Seq(i+1) {
			t.Errorf("write %d became change %d: the first in the queue comes first", i, p.out.Op)
		}
	}
}

func testWeight(t *testing.T, b store.Backend) {
	g, space := gated(t, b), suite.NewSpace(t, b, "")
	all := []*sent{g.holdUp(space)}
	for _, weight := range []int{5 << 20, 3 << 20, 1, 9 << 20, 9 << 20, 4 << 20, 4<<20 + 1} {
		all = append(all, g.send(bg, writing(space, heavy{&contact.Create{Patch: name("A")}, weight})))
	}
	g.pass(7)
	saved(t, all...)
	wantCommits(t, g, 1, 2, 1, 1, 1, 1, 1)
}

// heavy is a verb that carries so many bytes, or says so.
type heavy struct {
	contact.Verb
	size int
}

func (h heavy) Size() int { return h.size }

// FAULT A3: what a batch loads has a weight too. A write that carries nothing may
// name a contact that is large.
func testLoad(t *testing.T, b store.Backend) {
	g, space := gated(t, b), suite.NewSpace(t, b, "")
	const contacts = 64 + 8 // the first are loaded before it is known what they weigh, and weigh 18 MiB
	ids := make([]contact.ID, contacts)
	var save store.Save
	for i := range ids {
		ids[i] = contact.ID(1<<40 + i)
		// What is heavy is nothing to read, so that this is slow nowhere.
		row := record.Contact{Space: space, ID: ids[i], Version: 1, Created: 1, Depth: 1,
			Doc: []byte(`{"names":["Large"]` + strings.Repeat(" ", 300_000) + `}`), Origins: []byte(`{"from":[[1,1]],"names":[0]}`)}
		row.Seal()
		save.Contacts = append(save.Contacts, store.ContactSave{Row: row})
	}
	suite.Commit(t, b, b.Lane(space), &save)
	all := []*sent{g.holdUp(space)}
	for i, id := range ids {
		p := name("Large") // what is there: loading is what is looked at
		if i >= 63 {
			p = name("Changed")
		}
		all = append(all, g.send(bg, putting(space, id, p)))
	}
	g.pass(3)
	saved(t, append(all[:1:1], all[64:]...)...)
	for i, p := range all[1:64] {
		if !p.done || p.err != nil || p.out.Op != 0 {
			t.Errorf("write %d, which changes nothing: answered %v, %v, change %d", i, p.done, p.err, p.out.Op)
		}
	}
	wantCommits(t, g, 1, 1, contacts-64)
}

func testCoalesced(t *testing.T, b store.Backend) {
	g, space := gated(t, b), suite.NewSpace(t, b, "")
	id := made(t, g.store, space, name("A"))
	g.holdUp(space)
	var all []*sent
	for _, text := range []string{"B", "C", "C", "D"} { // one changes nothing
		all = append(all, g.send(bg, putting(space, id, name(text))))
	}
	g.pass(2)
	wantCommits(t, g, 1, 3)
	if rows := g.commits[1].Contacts; len(rows) != 1 || rows[0].Loaded != 1 || rows[0].Row.Version != 4 {
		t.Errorf("rows %+v, want one that goes from version 1 to 4", rows)
	}
	saved(t, all[0], all[1], all[3])
	if nothing := all[2]; !nothing.done || nothing.err != nil || nothing.out.Op != 0 {
		t.Errorf("the write that changed nothing: %+v", nothing)
	}
	suite.Audit(t, b, space)
}

func testWithdraw(t *testing.T, b store.Backend) {
	g, space, other := gated(t, b), suite.NewSpace(t, b, ""), suite.NewSpace(t, b, "")
	first := g.holdUp(space)
	ctx, giveUp := context.WithCancel(bg)
	before := g.send(bg, creation(space, name("A")))
	given := []*sent{
		g.send(ctx, creation(space, name("B"))), // from the middle of a queue
		g.send(ctx, creation(space, name("C"))), // from its end
		g.send(ctx, creation(space, name("D"))),
	}
	if b.Lane(other) == b.Lane(space) { // otherwise it does not wait
		given = append(given, g.send(ctx, creation(other, name("E")))) // a whole queue
	}
	after := g.send(bg, creation(space, name("F")))
	giveUp()
	synctest.Wait()
	for i, p := range given {
		if !p.done || fault.KindOf(p.err) != fault.Unavailable || !errors.Is(p.err, context.Canceled) {
			t.Errorf("write %d was given up: answered %v, %v", i, p.done, p.err)
		}
	}
	waiting(t, first, before, after)
	g.pass(2)
	saved(t, first, before, after)
	wantCommits(t, g, 1, 2)
	if l := suite.Audit(t, b, space); len(l.Changes) != 3 {
		t.Errorf("%d changes, want 3", len(l.Changes))
	}
	if l := suite.Audit(t, b, other); len(l.Changes) != 0 {
		t.Errorf("%d changes in the other Space, want none", len(l.Changes))
	}
	// The lane goes on as before.
	next := g.send(bg, creation(other, name("G")))
	g.pass(1)
	saved(t, next)
}

func testNoWithdraw(t *testing.T, b store.Backend) {
	g, space := gated(t, b), suite.NewSpace(t, b, "")
	g.close()
	ctx, giveUp := context.WithCancel(bg)
	runner := g.send(ctx, creation(space, name("A"))) // its own goroutine runs the batch
	queued := g.send(ctx, creation(space, name("B")))
	g.pass(1)
	saved(t, runner)
	giveUp() // while the batch of the other is at the gate
	synctest.Wait()
	waiting(t, queued)
	g.pass(1)
	saved(t, queued)
	inHistory(t, suite.Audit(t, b, space), runner, queued)
}

func testClose(t *testing.T, b store.Backend) {
	g, space := gated(t, b), suite.NewSpace(t, b, "")
	all := []*sent{g.holdUp(space), g.send(bg, creation(space, name("A"))), g.send(bg, creation(space, name("B")))}
	closed := false
	go func() {
		if err := g.store.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
		closed = true
	}()
	synctest.Wait()
	if _, err := g.store.Do(bg, creation(space, name("C"))); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("a write after Close: %v", err)
	}
	if closed {
		t.Error("closed while writes wait")
	}
	g.pass(2)
	saved(t, all...)
	if !closed {
		t.Error("all is answered, and it is not closed")
	}
	if l := suite.Audit(t, b, space); len(l.Changes) != len(all) {
		t.Errorf("%d changes, want %d", len(l.Changes), len(all))
	}
}
