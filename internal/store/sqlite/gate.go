package sqlite

import (
	"sync"
	"time"
)

// gate is a lock that many hold at once, or one alone. Unlike a sync.RWMutex it
// lets the one give up: while it waits nobody else comes in, so it must not wait
// for somebody who stays. One goroutine at a time may ask for it alone.
type gate struct {
	mu     sync.Mutex
	inside int
	shut   chan struct{} // not nil while one has it alone, or waits for that; closed when it opens again
	empty  chan struct{} // not nil while one waits; closed by the last that leaves
}

// RLock shares the gate, and waits while one has it alone.
func (g *gate) RLock() {
	for {
		g.mu.Lock()
		shut := g.shut
		if shut == nil {
			g.inside++
		}
		g.mu.Unlock()
		if shut == nil {
			return
		}
		<-shut
	}
}

// RUnlock gives up a share.
func (g *gate) RUnlock() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.inside--
	if g.inside == 0 && g.empty != nil {
		close(g.empty)
		g.empty = nil
	}
}

// LockWithin shuts the gate and waits for those inside. Where one of them stays
// longer than patience it opens again, and returns false.
func (g *gate) LockWithin(patience time.Duration) bool {
	g.mu.Lock()
	g.shut = make(chan struct{})
	if g.inside == 0 {
		g.mu.Unlock()
		return true
	}
	empty := make(chan struct{})
	g.empty = empty
	g.mu.Unlock()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-empty:
		return true
	case <-timer.C:
		g.Unlock()
		return false
	}
}

// Unlock opens the gate.
func (g *gate) Unlock() {
	g.mu.Lock()
	defer g.mu.Unlock()
	close(g.shut)
	g.shut, g.empty = nil, nil
}
