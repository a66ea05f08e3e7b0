package plan

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync"
	"time"

	"github.com/carnet-project/carnet/bench/load"
	"github.com/carnet-project/carnet/bench/postgres"
	"github.com/carnet-project/carnet/bench/proc"
	"github.com/carnet-project/carnet/bench/result"
	"github.com/carnet-project/carnet/bench/target"
)

// How often a server is looked at while it works. The log starts anew now and
// then, and what was written between the last look and that is missed.
const (
	lookEvery = 10 * time.Millisecond
	rssEvery  = 10 // looks
)

// measure asks a server that runs, and watches it meanwhile. rate is 0 for a
// closed loop, extra what the server needs to warm up beside what every case has.
func (p *runner) measure(ctx context.Context, t *target.Target, k *kase, rate float64, extra time.Duration) (result.Round, error) {
	makes, err := t.Make(target.Op(k.Op))
	if err != nil {
		return result.Round{}, err
	}
	warm, counted := p.o.times(k)
	w := p.watch(t)
	res, err := load.Run(ctx, load.Job{Addr: t.Addr(), Conns: k.Conns, Warm: warm + extra, Time: counted, Rate: rate, Make: makes,
		Begin: w.begin, End: w.end})
	if err := errors.Join(err, w.err); err != nil {
		return result.Round{}, err
	}
	if res.Failures > 0 {
		return result.Round{}, fmt.Errorf("%d requests failed, the first with %s", res.Failures, res.Failure)
	}
	if res.Done == 0 {
		return result.Round{}, errors.New("no request was answered in the time: give it more with -time")
	}
	r := figures(res)
	w.used(&r, float64(res.Done), res.Elapsed)
	return r, nil
}

// export measures one export, in contacts: each of them counts as a request does. The server
// is started anew, so that its memory is that of the export.
func (p *runner) export(ctx context.Context, t *target.Target) (r result.Round, err error) {
	if err := errors.Join(t.Stop(), t.Start(ctx)); err != nil {
		return r, err
	}
	w := p.watch(t)
	w.begin()
	begun := time.Now()
	contacts, err := t.Export(ctx)
	elapsed := time.Since(begun)
	w.end()
	if err := errors.Join(err, w.err); err != nil {
		return r, err
	}
	if contacts < t.Contacts/t.Spaces {
		return r, fmt.Errorf("an export of %d contacts has %d", t.Contacts/t.Spaces, contacts)
	}
	r.PerSecond = float64(contacts) / elapsed.Seconds()
	w.used(&r, float64(contacts), elapsed)
	return r, nil
}

// imports measures one import, in rows, as an export is.
func (p *runner) imports(ctx context.Context, t *target.Target, op target.Op) (r result.Round, err error) {
	if err := errors.Join(t.Stop(), t.Start(ctx)); err != nil {
		return r, err
	}
	w := p.watch(t)
	var begun time.Time
	var elapsed time.Duration
	rows, err := t.Import(ctx, op, func() {
		w.begin()
		begun = time.Now()
	}, func() {
		elapsed = time.Since(begun)
		w.end()
	})
	if err := errors.Join(err, w.err); err != nil {
		return r, err
	}
	r.PerSecond = float64(rows) / elapsed.Seconds()
	w.used(&r, float64(rows), elapsed)
	return r, nil
}

// watch watches a server that runs.
func (p *runner) watch(t *target.Target) *watch {
	w := &watch{pid: t.PID(), wal: proc.FollowWAL(t.DB)}
	if t.Database != "" {
		w.pg, w.pgPID = p.env.Postgres, p.pgPID
	}
	return w
}

// used says what the server used for n requests.
func (w *watch) used(r *result.Round, n float64, elapsed time.Duration) {
	r.CPU = float64(w.cpu.Microseconds()) / n
	r.Cores = w.cpu.Seconds() / elapsed.Seconds()
	r.RSS = mib(w.rss)
	r.WAL = mib(w.wal.Peak)
	r.WALEach = float64(w.wal.Bytes()) / 1024 / n
	r.DiskEach = float64(w.written) / 1024 / n
	r.Commits = float64(w.wal.Commits) / elapsed.Seconds()
	r.Others = w.others(elapsed)
	if w.pg != nil {
		r.WALEach = float64(w.pgWAL) / 1024 / n
		r.PGCPU, r.PGCores, r.PGMemory = float64(w.pgCPU.Microseconds())/n, w.pgCPU.Seconds()/elapsed.Seconds(), mib(w.pgMemory)
	}
}

func figures(res *load.Result) result.Round {
	ms := func(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1e6 }
	return result.Round{
		PerSecond: float64(res.Done) / res.Elapsed.Seconds(),
		P50:       ms(res.Latency.Quantile(0.5)), P95: ms(res.Latency.Quantile(0.95)), P99: ms(res.Latency.Quantile(0.99)), P999: ms(res.Latency.Quantile(0.999)),
		Max: ms(res.Latency.Max()), Late: res.Late,
	}
}

func mib(bytes int64) float64 { return float64(bytes) / (1 << 20) }

// watch adds up what a server uses between begin and end.
type watch struct {
	pid     int
	wal     *proc.WAL
	cpu     time.Duration
	mine    time.Duration // of this process, which makes the load
	busy    time.Duration // of all
	written int64
	rss     int64
	err     error

	pg       *postgres.Server // nil for none
	pgPID    int              // 0 where it is none of ours: then its CPU is not known
	pgCPU    time.Duration
	pgWAL    int64
	pgMemory int64

	quit chan struct{}
	done sync.WaitGroup
}

func (w *watch) begin() {
	w.log(-1) // first, because it takes some time
	w.counters(-1)
	w.look(0)
	w.quit = make(chan struct{})
	w.done.Go(func() {
		tick := time.NewTicker(lookEvery)
		defer tick.Stop()
		for n := 1; ; n++ {
			select {
			case <-w.quit:
				return
			case <-tick.C:
				w.look(n)
			}
		}
	})
}

func (w *watch) end() {
	close(w.quit)
	w.done.Wait()
	w.look(0)
	w.counters(1)
	w.log(1)
	if w.pgPID != 0 {
		var err error
		w.pgMemory, err = proc.TreeMemory(w.pgPID)
		w.err = errors.Join(w.err, err)
	}
}

// log counts what PostgreSQL writes to its write-ahead log.
func (w *watch) log(sign int64) {
	if w.pg == nil {
		return
	}
	at, err := w.pg.WALBytes(context.Background()) // it ends soon, or with an error
	w.pgWAL += sign * at
	w.err = errors.Join(w.err, err)
}

func (w *watch) look(n int) {
	err := w.wal.Look()
	if n%rssEvery == 0 && err == nil {
		rss := int64(0)
		rss, err = proc.RSS(w.pid)
		w.rss = max(w.rss, rss)
	}
	w.err = errors.Join(w.err, err)
}

// counters takes away what they are at the beginning, and adds what they are
// at the end.
func (w *watch) counters(sign int64) {
	cpu, err1 := proc.CPU(w.pid)
	mine, err2 := proc.CPU(os.Getpid())
	busy, err3 := proc.Busy()
	written, err4 := proc.Written(w.pid)
	w.cpu += time.Duration(sign) * cpu
	w.mine += time.Duration(sign) * mine
	w.busy += time.Duration(sign) * busy
	w.written += sign * written
	w.err = errors.Join(w.err, err1, err2, err3, err4)
	if w.pgPID != 0 {
		pg, err := proc.TreeCPU(w.pgPID)
		w.pgCPU += time.Duration(sign) * pg
		w.err = errors.Join(w.err, err)
	}
}

// others gives the share of the machine that nobody of us has used. Where
// PostgreSQL's server is none of ours, nobody knows.
func (w *watch) others(elapsed time.Duration) float64 {
	if w.pg != nil && w.pgPID == 0 {
		return 0
	}
	return max(0, (w.busy-w.cpu-w.mine-w.pgCPU).Seconds()/elapsed.Seconds()/float64(runtime.NumCPU()))
}
