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
func measure(ctx context.Context, t *target.Target, k *kase, rate float64, extra time.Duration, o *Options) (result.Round, error) {
	makes, err := t.Make(target.Op(k.Op))
	if err != nil {
		return result.Round{}, err
	}
	warm, counted := o.times(k)
	w := &watch{pid: t.PID(), wal: proc.FollowWAL(t.DB)}
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
	n := float64(res.Done)
	r.CPU = float64(w.cpu.Microseconds()) / n
	r.Cores = w.cpu.Seconds() / res.Elapsed.Seconds()
	r.RSS = mib(w.rss)
	r.WAL = mib(w.wal.Peak)
	r.WALEach = float64(w.wal.Bytes()) / 1024 / n
	r.DiskEach = float64(w.written) / 1024 / n
	r.Commits = float64(w.wal.Commits) / res.Elapsed.Seconds()
	r.Others = w.others(res.Elapsed)
	return r, nil
}

func figures(res *load.Result) result.Round {
	ms := func(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1e6 }
	return result.Round{
		PerSecond: float64(res.Done) / res.Elapsed.Seconds(),
		P50:       ms(res.Latency.Quantile(0.5)), P99: ms(res.Latency.Quantile(0.99)), P999: ms(res.Latency.Quantile(0.999)),
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

	quit chan struct{}
	done sync.WaitGroup
}

func (w *watch) begin() {
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
}

// others gives the share of the machine that nobody of us has used.
func (w *watch) others(elapsed time.Duration) float64 {
	return max(0, (w.busy-w.cpu-w.mine).Seconds()/elapsed.Seconds()/float64(runtime.NumCPU()))
}
