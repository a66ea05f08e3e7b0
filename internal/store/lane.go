package store

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
)

// The most that one batch takes. What is over waits for the next.
const (
	maxBatchWrites = 256
	maxBatchWeight = 8 << 20  // bytes; a single write may be heavier
	maxBatchLoad   = 16 << 20 // bytes of contacts; what is loaded at once may be heavier
)

// lane is a queue of writes that share transactions. Whoever finds it idle runs
// the first batch itself, so a lone client pays for no hand-over; whatever
// queued up meanwhile is run by a goroutine that lives until the queue is
// empty. There is no timer: a batch is what came while the last one committed.
type lane struct {
	store *Store
	id    int64

	mu     sync.Mutex
	busy   bool
	queues map[contact.SpaceID][]*pending
	turns  []contact.SpaceID // the Spaces that have writes waiting, next first
}

// pending is a write on its way. outcomes and err are set before done is closed.
type pending struct {
	write    Write
	needs    []contact.Needs // of each verb
	loaded   int             // of how many verbs there is all that they need
	tooHeavy bool            // it needs too much for one write
	weight   int
	outcomes []Outcome
	err      error
	done     chan struct{}

	// Room for the one verb that most writes have.
	oneNeed    [1]contact.Needs
	oneOutcome [1]Outcome
}

func newPending(w Write) *pending {
	p := &pending{write: w, weight: w.Weight(), done: make(chan struct{})}
	p.needs = p.oneNeed[:0]
	for _, verb := range w.Verbs {
		p.needs = append(p.needs, verb.Needs())
	}
	if len(w.rekey) > 0 {
		p.needs = append(p.needs, contact.Needs{Rows: w.rekey})
	}
	if w.rewrite != nil {
		p.needs = append(p.needs, contact.Needs{Rows: w.rewrite.contacts})
	}
	return p
}

func (p *pending) answer(outcomes []Outcome, err error) {
	p.outcomes, p.err = outcomes, err
	close(p.done)
}

// submit queues p and returns when it is answered.
func (l *lane) submit(ctx context.Context, p *pending) {
	l.mu.Lock()
	l.push(p)
	if !l.busy {
		l.busy = true
		l.store.metrics.Lane()
		batch := l.take()
		l.mu.Unlock()
		l.run(batch)
		l.passOn()
		return
	}
	l.mu.Unlock()
	select {
	case <-p.done:
	case <-ctx.Done():
		if l.withdraw(p) {
			p.answer(nil, &fault.Error{Kind: fault.Unavailable, Code: fault.CodeTimeout, RetryAfter: time.Second,
				Message: "The server is too busy: the write waited too long and was not done. Send it again.", Err: ctx.Err()})
		}
		<-p.done
	}
}

// passOn gives the lane to a goroutine of its own if writes wait.
func (l *lane) passOn() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.turns) == 0 {
		l.idle()
		return
	}
	l.store.work.Add(1)
	go l.drain()
}

func (l *lane) drain() {
	defer l.store.work.Done()
	for {
		l.mu.Lock()
		batch := l.take()
		if len(batch) == 0 {
			l.idle()
			l.mu.Unlock()
			return
		}
		l.mu.Unlock()
		l.run(batch)
	}
}

// idle says that nothing is to be run. The lane is locked.
func (l *lane) idle() {
	l.busy = false
	l.store.metrics.LaneIdle()
}

// push appends p to its Space's queue. The lane is locked.
func (l *lane) push(p *pending) {
	space := p.write.Space
	if len(l.queues[space]) == 0 {
		l.turns = append(l.turns, space)
	}
	l.queues[space] = append(l.queues[space], p)
	l.store.metrics.Waiting(1)
}

// take gives the next batch: a write of each Space in turn, so that one
// tenant's flood does not starve the others. The lane is locked.
func (l *lane) take() []*pending {
	var batch []*pending
	for weight := 0; len(l.turns) > 0 && len(batch) < maxBatchWrites; {
		space := l.turns[0]
		queue := l.queues[space]
		weight += queue[0].weight
		if weight > maxBatchWeight && len(batch) > 0 {
			break
		}
		batch = append(batch, queue[0])
		queue[0] = nil
		l.turns = l.turns[1:]
		if len(queue) > 1 {
			l.queues[space] = queue[1:]
			l.turns = append(l.turns, space)
		} else {
			delete(l.queues, space)
		}
	}
	l.store.metrics.Waiting(-len(batch))
	return batch
}

// withdraw takes p out of its queue. It returns false where p is not in it any
// more, which is when its batch runs or has run.
func (l *lane) withdraw(p *pending) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	space := p.write.Space
	queue := l.queues[space]
	at := slices.Index(queue, p)
	if at < 0 {
		return false
	}
	l.store.metrics.Waiting(-1)
	if len(queue) == 1 {
		delete(l.queues, space)
		l.turns = slices.DeleteFunc(l.turns, func(s contact.SpaceID) bool { return s == space })
	} else {
		l.queues[space] = slices.Delete(queue, at, at+1)
	}
	return true
}
