package promise

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

// gate is a store whose commits wait, while it is shut, until the test lets
// them by. It keeps what each commit was to save. For bubbles.
type gate struct {
	t     *testing.T
	store *store.Store

	mu      sync.Mutex
	shut    bool
	only    contact.SpaceID // holds up the commits of this Space alone; 0 for all
	by      chan struct{}
	commits []*store.Save
}

func gated(t *testing.T, b store.Backend) *gate {
	f := suite.NewFaulty(b)
	g := &gate{t: t, store: suite.NewStore(t, f, store.Options{}), by: make(chan struct{})}
	f.SetHook(func(step suite.Step, s *store.Save) error {
		if step == suite.BeforeCommit && g.arrive(s) {
			<-g.by
		}
		return nil
	})
	t.Cleanup(func() { close(g.by) }) // so that a failed test ends
	return g
}

// arrive notes a commit, and tells whether it must wait.
func (g *gate) arrive(s *store.Save) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.commits = append(g.commits, s)
	return g.shut && (g.only == 0 || s.Changes[0].Space == g.only || s.Changes[len(s.Changes)-1].Space == g.only)
}

// close shuts the gate, and forgets the commits so far.
func (g *gate) close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.shut, g.commits = true, nil
}

// begun gives the number of changes of each commit since the gate was shut.
func (g *gate) begun() []int {
	g.mu.Lock()
	defer g.mu.Unlock()
	counts := []int{}
	for _, s := range g.commits {
		counts = append(counts, len(s.Changes))
	}
	return counts
}

// pass lets n commits by, one after the other, and waits for what follows.
func (g *gate) pass(n int) {
	g.t.Helper()
	for range n {
		synctest.Wait()
		g.by <- struct{}{}
	}
	synctest.Wait()
}

// send hands a write to the store, and returns when it waits: in its queue, or
// at the gate.
func (g *gate) send(ctx context.Context, w store.Write) *sent {
	p := sendTo(ctx, g.store, w)
	synctest.Wait()
	return p
}

func sendTo(ctx context.Context, s *store.Store, w store.Write) *sent {
	p := &sent{write: w}
	go p.run(ctx, s)
	return p
}

// holdUp brings one write to the gate, so that all that follow queue.
func (g *gate) holdUp(space contact.SpaceID) *sent {
	g.t.Helper()
	g.close()
	p := g.send(bg, creation(space, name("First in the lane")))
	if p.done {
		g.t.Fatalf("a write was answered before its commit: %v", p.err)
	}
	return p
}

// saved fails the test unless every write was answered, with success.
func saved(t *testing.T, list ...*sent) {
	t.Helper()
	for i, p := range list {
		if !p.done || p.err != nil || p.out.Op == 0 {
			t.Errorf("write %d: answered %v, %v, change %d; want it saved", i, p.done, p.err, p.out.Op)
		}
	}
}

// inHistory fails the test unless each write is in the history exactly once.
func inHistory(t *testing.T, l suite.Ledger, list ...*sent) {
	t.Helper()
	for i, p := range list {
		if n := l.Ops[p.write.By.RequestID]; n != 1 {
			t.Errorf("write %d is %d times in the history, want once", i, n)
		}
	}
}

// waiting fails the test where a write was answered already.
func waiting(t *testing.T, list ...*sent) {
	t.Helper()
	for i, p := range list {
		if p.done {
			t.Errorf("write %d was answered too early, with %v", i, p.err)
		}
	}
}
