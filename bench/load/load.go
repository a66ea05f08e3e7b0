package load

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// Next appends the next request of one worker, which alone calls it, and gives
// the status that its answer must have.
type Next func(b []byte) (request []byte, want int)

// Job is a load on one address.
type Job struct {
	Addr  string
	Conns int
	Warm  time.Duration // asked, but not counted
	Time  time.Duration // counted
	Rate  float64       // requests a second, by a schedule; 0: as fast as they are answered
	Make  func(worker int, r *rand.Rand) Next
	// Again opens a connection that failed anew, and counts its request as one
	// that was answered with 0. Without it the job ends there.
	Again bool
	// Begin and End, which may be nil, are called as the counted time does so.
	Begin, End func()

	dial func(addr string) (net.Conn, error) // for tests; nil: TCP
}

// Result is what came of a job.
type Result struct {
	Done     int           // answers in the counted time
	Elapsed  time.Duration // the counted time, as it really was
	Latency  Histogram     // with a schedule, from when a request was due
	Late     int           // requests of the schedule that were never sent, their waiting counted in Latency
	Failures int           // answers with another status
	Failure  string        // the first of them
	Statuses map[int]int   // all answers, those while warming up included; 0 for none, see Again
}

// patience is how long answers may take past the end.
const patience = 30 * time.Second

// lag is how many times its length a schedule may take before it is given up.
const lag = 2

const (
	warming = iota
	counting
	ended
)

// Run does a job. It returns an error where a connection failed, or ctx ended.
func Run(ctx context.Context, j Job) (*Result, error) {
	if j.dial == nil {
		j.dial = func(addr string) (net.Conn, error) { return net.Dial("tcp", addr) }
	}
	if j.Begin == nil {
		j.Begin = func() {}
	}
	if j.End == nil {
		j.End = func() {}
	}
	deadline := time.Now().Add(j.Warm + lag*j.Time + patience)
	conns := make([]*Conn, 0, j.Conns)
	defer func() {
		for _, c := range conns {
			_ = c.Close() // nothing is under way
		}
	}()
	for range j.Conns {
		c, err := j.dial(j.Addr)
		if err != nil {
			return nil, err
		}
		conns = append(conns, newConn(c))
		if err := c.SetDeadline(deadline); err != nil {
			return nil, err
		}
	}
	r := &runner{job: j, deadline: deadline, failed: make(chan struct{})}
	r.schedule.start(time.Now(), j)
	var all sync.WaitGroup
	parts := make([]Result, j.Conns)
	for w, c := range conns {
		all.Go(func() {
			next := j.Make(w, rand.New(rand.NewPCG(uint64(w), 1)))
			if err := r.work(c, next, &parts[w]); err != nil {
				r.fail(err)
			}
		})
	}
	total := &Result{Statuses: map[int]int{}}
	r.wait(ctx, j.Warm)
	j.Begin()
	begun := time.Now()
	r.phase.Store(counting)
	if j.Rate == 0 {
		r.wait(ctx, j.Time)
	} else {
		done := make(chan struct{})
		go func() { all.Wait(); close(done) }()
		select {
		case <-done:
		case <-r.failed:
		case <-ctx.Done():
		}
	}
	r.phase.Store(ended)
	total.Elapsed = time.Since(begun)
	j.End()
	all.Wait()
	for i := range parts {
		p := &parts[i]
		total.Done += p.Done
		total.Late += p.Late
		total.Latency.Merge(&p.Latency)
		if p.Failures > 0 && total.Failures == 0 {
			total.Failure = p.Failure
		}
		total.Failures += p.Failures
		for status, n := range p.Statuses {
			total.Statuses[status] += n
		}
	}
	return total, errors.Join(r.err, ctx.Err())
}

// runner is a job under way.
type runner struct {
	job      Job
	deadline time.Time
	phase    atomic.Int32
	schedule schedule
	once     sync.Once
	failed   chan struct{}
	err      error
}

func (r *runner) fail(err error) {
	r.once.Do(func() { r.err = err; r.phase.Store(ended); close(r.failed) })
}

// wait returns after d, or sooner where nothing is to be expected any more.
func (r *runner) wait(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-r.failed:
	case <-ctx.Done():
	}
}

// work sends requests on one connection until the end.
func (r *runner) work(c *Conn, next Next, part *Result) error {
	var buf []byte
	part.Statuses = map[int]int{}
	for r.phase.Load() != ended {
		from := time.Now()
		counted := true
		if r.job.Rate > 0 {
			due, ok, late := r.schedule.take(from)
			if !ok {
				return nil
			}
			from, counted = due, !due.Before(r.schedule.counted)
			if late { // given up
				part.Late++
				part.Latency.Add(time.Since(from))
				continue
			}
			time.Sleep(time.Until(due))
		}
		request, want := next(buf[:0])
		buf = request
		status, err := c.Do(request)
		if err != nil && r.job.Again {
			status, err = 0, r.again(c)
		}
		if err != nil {
			return fmt.Errorf("a request failed: %w", err)
		}
		took := time.Since(from)
		part.Statuses[status]++
		if status != want {
			if part.Failures++; part.Failures == 1 {
				part.Failure = fmt.Sprintf("status %d where %d was expected", status, want)
			}
			continue
		}
		if r.job.Rate > 0 && counted || r.job.Rate == 0 && r.phase.Load() == counting {
			part.Done++
			part.Latency.Add(took)
		}
	}
	return nil
}

// again opens a connection anew, for whoever has it.
func (r *runner) again(c *Conn) error {
	_ = c.Close() // it has failed
	fresh, err := r.job.dial(r.job.Addr)
	if err != nil {
		return err
	}
	*c = *newConn(fresh)
	return fresh.SetDeadline(r.deadline)
}

// schedule says when each request is due, whether or not those before were
// answered: a stall delays the ones behind it, and shows.
type schedule struct {
	first   time.Time
	counted time.Time // what is due before is warming up
	end     time.Time // when those still waiting are given up
	every   float64   // nanoseconds
	n       int64
	taken   atomic.Int64
}

func (s *schedule) start(now time.Time, j Job) {
	if j.Rate == 0 {
		return
	}
	s.first, s.counted = now, now.Add(j.Warm)
	s.end = s.counted.Add(lag * j.Time)
	s.every = 1e9 / j.Rate
	s.n = int64((j.Warm + j.Time).Seconds() * j.Rate)
}

// take gives the next request's time, which may be in the past; false where
// there is none left. It is late where it is too late to send it.
func (s *schedule) take(now time.Time) (due time.Time, ok, late bool) {
	k := s.taken.Add(1) - 1
	if k >= s.n {
		return time.Time{}, false, false
	}
	return s.first.Add(time.Duration(float64(k) * s.every)), true, now.After(s.end)
}
