package sqlite

import (
	"context"
	"sync"
)

// readers are connections that read, each lent to one at a time. Who asks gets the one that
// was given back last: its cache is warm, and the others stay cold. Each has a cache of its
// own, which it throws away where somebody has written since it read last.
type readers struct {
	free chan struct{} // a place for each that is idle: who waits is served in turn
	all  int
	mu   sync.Mutex
	idle []*conn
}

func newReaders(n int) *readers { return &readers{free: make(chan struct{}, n), all: n} }

// take waits for a connection.
func (r *readers) take(ctx context.Context) (*conn, error) {
	select {
	case <-r.free:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	last := len(r.idle) - 1
	c := r.idle[last]
	r.idle = r.idle[:last]
	return c, nil
}

// close closes those that are idle: where nobody reads any more, all of them.
func (r *readers) close() (errs []error) {
	if r == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range r.idle {
		<-r.free
		errs = append(errs, c.close())
	}
	r.idle = nil
	return errs
}

func (r *readers) give(c *conn) {
	r.mu.Lock()
	r.idle = append(r.idle, c)
	r.mu.Unlock()
	r.free <- struct{}{}
}
