package book

import (
	"context"
	"sync"
	"time"
)

// readyLife is how long it is believed whether requests can be served, and
// readyTimeout how long the store has to tell.
const (
	readyLife    = time.Second
	readyTimeout = 5 * time.Second
)

// ready remembers whether requests can be served. Nobody needs a key to ask, so
// the store is asked once a second at the most, for all who ask.
type ready struct {
	mu   sync.Mutex
	last *readyAnswer
}

// readyAnswer is what the store said, or is about to.
type readyAnswer struct {
	asked time.Time
	done  chan struct{} // closed when err is set
	err   error
}

// Ready tells whether requests can be served: an error says why not. What it
// tells may be a second old, but for storage that has failed for good.
func (b *Book) Ready(ctx context.Context) error {
	select {
	case <-b.store.Broken():
		return b.store.Check(ctx) // which asks nobody then
	default:
	}
	a := b.askReady()
	select {
	case <-a.done:
		return a.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// ClockWarning tells what is wrong with the clock, for who asks whether requests
// can be served; "" where nothing is.
func (b *Book) ClockWarning() string { return b.store.ClockWarning() }

// askReady gives the answer that holds now, and asks the store where there is
// none. The question goes on without who asked first: others wait for it too.
func (b *Book) askReady() *readyAnswer {
	b.ready.mu.Lock()
	defer b.ready.mu.Unlock()
	now := b.clock()
	if a := b.ready.last; a != nil {
		select {
		case <-a.done:
			if age := now.Sub(a.asked); age >= 0 && age < readyLife {
				return a
			}
		default:
			return a // which is on its way
		}
	}
	a := &readyAnswer{asked: now, done: make(chan struct{})}
	b.ready.last = a
	b.after.Go(func() {
		ctx, cancel := context.WithTimeout(context.Background(), readyTimeout)
		defer cancel()
		a.err = b.store.Check(ctx)
		close(a.done)
	})
	return a
}
