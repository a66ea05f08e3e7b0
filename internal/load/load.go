// Package load puts an installation under load and measures how it answers. It
// is a client like any other: what it knows of Carnet is package api.
package load

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/carnet-project/carnet/api"
)

// Mix says which requests a load test sends.
type Mix string

// The mixes.
const (
	Gets  Mix = "get"
	Puts  Mix = "put"
	Mixed Mix = "mixed" // a GET or a PUT, as a coin falls
)

// Plan says what load to make.
type Plan struct {
	Client      *api.Client // must not send again by itself
	Contacts    []int64     // those to read; for PUTs, those that Own gave: they are overwritten
	Mix         Mix
	Connections int           // how many requests are under way at most
	Duration    time.Duration // requests that were begun by then are finished
	// Rate is how many requests a second fall due, however fast the answers
	// come (an open loop): latency counts from when a request was due, so that
	// one slow answer is seen in all that had to wait for it. 0 is a closed
	// loop: each connection sends as soon as it was answered, and latency counts
	// from there.
	Rate     int
	Progress func(elapsed time.Duration, answers int64) // called every second; nil for none
}

// Report is what came of it.
type Report struct {
	Elapsed    time.Duration // until the last answer
	Early      bool          // it was told to stop before its time
	Operations []*Operation  // those of the mix
	Unsent     int64         // of an open loop: what fell due while all connections were busy, and was never sent
}

// Operation is one kind of request of a Report.
type Operation struct {
	Name      string           // "get" or "put"
	Latencies Histogram        // of good answers alone
	Refused   int64            // 429: by the limits of the Space
	Failed    map[string]int64 // by api.Code; "http_502" where an answer had none, "no_answer" where none came
}

// Failures counts what neither went well nor met a limit.
func (o *Operation) Failures() (n int64) {
	for _, count := range o.Failed {
		n += count
	}
	return n
}

// Total gives all operations together, as "all".
func (r *Report) Total() *Operation {
	total := &Operation{Name: "all", Failed: map[string]int64{}}
	for _, o := range r.Operations {
		total.Latencies.Add(&o.Latencies)
		total.Refused += o.Refused
		for code, n := range o.Failed {
			total.Failed[code] += n
		}
	}
	return total
}

// pauseAfterRefusal is how long a connection waits that met a limit or got no
// answer. Without it a server that refuses would be asked thousands of times a
// second, and nothing be learned.
const pauseAfterRefusal = 100 * time.Millisecond

// Run makes the load until its time is over or ctx ends. Requests under way are
// finished in both cases.
func Run(ctx context.Context, p Plan) *Report {
	l := &loader{Plan: p, start: time.Now(), run: rand.Uint32(), rounds: make([]atomic.Int64, len(p.Contacts))}
	if p.Mix != Puts {
		l.get = &Operation{Name: "get", Failed: map[string]int64{}}
		l.report.Operations = append(l.report.Operations, l.get)
	}
	if p.Mix != Gets {
		l.put = &Operation{Name: "put", Failed: map[string]int64{}}
		l.report.Operations = append(l.report.Operations, l.put)
	}
	var all sync.WaitGroup
	for range p.Connections {
		all.Go(func() {
			for due, ok := l.next(ctx); ok; due, ok = l.next(ctx) {
				l.one(ctx, due)
			}
		})
	}
	finished := make(chan struct{})
	go func() {
		all.Wait()
		close(finished)
	}()
	l.watch(finished)
	l.report.Elapsed = time.Since(l.start)
	l.report.Early = ctx.Err() != nil && l.report.Elapsed < p.Duration
	if p.Rate > 0 {
		l.report.Unsent = max(0, l.dueUntil(min(l.report.Elapsed, p.Duration))-l.sent.Load())
	}
	return &l.report
}

// loader is a Run under way.
type loader struct {
	Plan
	start    time.Time
	run      uint32 // tells the values of this run from those of others
	tickets  atomic.Int64
	sent     atomic.Int64
	rounds   []atomic.Int64 // of PUTs, by contact
	get, put *Operation     // nil where the mix has none

	mu      sync.Mutex // guards what follows, and the operations
	answers int64
	report  Report
}

// dueAfter gives when the n-th request of an open loop is due, from the start.
func (l *loader) dueAfter(n int64) time.Duration {
	return time.Duration(n) * time.Second / time.Duration(l.Rate)
}

// dueUntil gives how many are due before a moment.
func (l *loader) dueUntil(d time.Duration) int64 {
	return int64((d*time.Duration(l.Rate) + time.Second - 1) / time.Second)
}

// next waits until another request is to be sent, and gives the moment from
// which its latency counts; false where none is.
func (l *loader) next(ctx context.Context) (time.Time, bool) {
	now := time.Now()
	due := now
	if l.Rate > 0 {
		after := l.dueAfter(l.tickets.Add(1) - 1)
		if after >= l.Duration {
			return time.Time{}, false
		}
		due = l.start.Add(after)
		pause(ctx, due.Sub(now))
		now = time.Now()
	}
	if ctx.Err() != nil || now.Sub(l.start) >= l.Duration {
		return time.Time{}, false
	}
	l.sent.Add(1)
	return due, true
}

// one sends a request and notes how it went.
func (l *loader) one(ctx context.Context, due time.Time) {
	at := rand.IntN(len(l.Contacts))
	op := l.get
	if op == nil || l.put != nil && rand.IntN(2) == 0 {
		op = l.put
	}
	var err error
	whole := context.WithoutCancel(ctx)
	if op == l.put {
		patch := person(at, int(l.rounds[at].Add(1)), l.run)
		_, err = l.Client.Put(whole, l.Contacts[at], patch, actor, api.NoIdempotencyKey()) // it is not sent again, so nothing need be remembered
	} else {
		_, err = l.Client.Get(whole, l.Contacts[at])
	}
	code, refused := codeOf(err)
	l.note(op, time.Since(due), code, refused)
	if refused || code == noAnswer {
		pause(ctx, pauseAfterRefusal)
	}
}

func (l *loader) note(op *Operation, latency time.Duration, code string, refused bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.answers++
	switch {
	case refused:
		op.Refused++
	case code != "":
		op.Failed[code]++
	default:
		op.Latencies.Record(latency)
	}
}

// watch reports the progress until everything is finished.
func (l *loader) watch(finished <-chan struct{}) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-finished:
			return
		case <-tick.C:
			if l.Progress != nil {
				l.mu.Lock()
				n := l.answers
				l.mu.Unlock()
				l.Progress(time.Since(l.start), n)
			}
		}
	}
}

const noAnswer = "no_answer"

// codeOf names what went wrong, "" for nothing, and tells whether it was a
// limit of the Space.
func codeOf(err error) (code string, refused bool) {
	e, answered := errors.AsType[*api.Error](err)
	switch {
	case err == nil:
		return "", false
	case !answered:
		return noAnswer, false
	case e.Code == "":
		return fmt.Sprintf("http_%d", e.Status), e.Status == 429
	}
	return string(e.Code), e.Status == 429
}

func pause(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
