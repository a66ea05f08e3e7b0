package server

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
)

// gate is a database that counts the reads of one Space, and can keep them as
// long as it is shut: reads that are as slow as they like.
type gate struct {
	store.Backend
	space contact.SpaceID

	mu    sync.Mutex
	now   int           // reads that are in it
	most  int           // as many were at once
	calls int           // since it was asked last
	opens chan struct{} // closed when it opens; nil while it is open
	full  chan struct{} // closed when as many reads are in it as may be

	commits  atomic.Int64
	ofOthers atomic.Int64 // the number of the last commit of others
	commit   sync.Mutex   // held to keep commits
}

// shut keeps reads from now on. The channel is closed once so many are in it.
func (g *gate) shut() <-chan struct{} {
	g.mu.Lock()
	defer g.mu.Unlock()
	full := make(chan struct{})
	g.opens, g.full, g.most = make(chan struct{}), full, 0
	return full
}

// open lets all reads go on, and tells how many were in it at the most.
func (g *gate) open() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	close(g.opens)
	g.opens = nil
	return g.most
}

// share is how many reads of one Space go on at once, if all are for pages: half
// of the readers may read of it, and half of the processors make pages.
func (g *gate) share() int { return max(1, min(g.Readers(), runtime.GOMAXPROCS(0))/2) }

// taken tells how many reads there were since it was asked last.
func (g *gate) taken() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	n := g.calls
	g.calls = 0
	return n
}

// pass is a read on its way through; the result ends it.
func (g *gate) pass(ctx context.Context, space contact.SpaceID) func() {
	if space != g.space {
		return func() {}
	}
	g.mu.Lock()
	g.calls++
	g.now++
	g.most = max(g.most, g.now)
	opens := g.opens
	if g.full != nil && g.now >= g.share() {
		close(g.full)
		g.full = nil
	}
	g.mu.Unlock()
	if opens != nil {
		select {
		case <-opens:
		case <-ctx.Done():
		}
	}
	return func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.now--
	}
}

func (g *gate) List(ctx context.Context, l store.Listing) (store.Walk, error) {
	defer g.pass(ctx, l.Space)()
	return g.Backend.List(ctx, l)
}

func (g *gate) Updated(ctx context.Context, u store.Updates) (store.Walk, error) {
	defer g.pass(ctx, u.Space)()
	return g.Backend.Updated(ctx, u)
}

func (g *gate) Contact(ctx context.Context, space contact.SpaceID, id contact.ID) (record.Contact, bool, error) {
	defer g.pass(ctx, space)()
	return g.Backend.Contact(ctx, space, id)
}

func (g *gate) Change(ctx context.Context, space contact.SpaceID, seq contact.Seq) (record.Change, bool, error) {
	defer g.pass(ctx, space)()
	return g.Backend.Change(ctx, space, seq)
}

func (g *gate) Changes(ctx context.Context, space contact.SpaceID, seqs []contact.Seq) ([]record.Change, error) {
	defer g.pass(ctx, space)()
	return g.Backend.Changes(ctx, space, seqs)
}

func (g *gate) Aliases(ctx context.Context, space contact.SpaceID, id contact.ID) ([]contact.ID, error) {
	defer g.pass(ctx, space)()
	return g.Backend.Aliases(ctx, space, id)
}

func (g *gate) Feed(ctx context.Context, st store.Stretch) (store.FeedWalk, error) {
	defer g.pass(ctx, st.Space)()
	return g.Backend.Feed(ctx, st)
}

func (g *gate) Chain(ctx context.Context, space contact.SpaceID, from contact.Seq, limit int) ([]record.Change, error) {
	defer g.pass(ctx, space)()
	return g.Backend.Chain(ctx, space, from, limit)
}

func (g *gate) Trail(ctx context.Context, space contact.SpaceID, from contact.Seq, limit int) ([]store.Step, error) {
	defer g.pass(ctx, space)()
	return g.Backend.Trail(ctx, space, from, limit)
}

func (g *gate) Begin(ctx context.Context, lane int64) (store.Tx, error) {
	tx, err := g.Backend.Begin(ctx, lane)
	return &gatedTx{Tx: tx, gate: g}, err
}

// gatedTx is a transaction whose commit is counted, and can be kept.
type gatedTx struct {
	store.Tx
	gate   *gate
	others bool // it saves something of others
}

func (tx *gatedTx) Save(ctx context.Context, s *store.Save) error {
	for i := range s.Changes {
		tx.others = tx.others || s.Changes[i].Space != tx.gate.space
	}
	return tx.Tx.Save(ctx, s)
}

func (tx *gatedTx) Commit(ctx context.Context) error {
	tx.gate.commit.Lock()
	defer tx.gate.commit.Unlock()
	n := tx.gate.commits.Add(1)
	if tx.others {
		tx.gate.ofOthers.Store(n)
	}
	return tx.Tx.Commit(ctx)
}
