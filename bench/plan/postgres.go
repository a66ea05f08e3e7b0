package plan

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/carnet-project/carnet/bench/proc"
	"github.com/carnet-project/carnet/bench/result"
	"github.com/carnet-project/carnet/bench/target"
)

// pgClients are the numbers of clients that pgbench is tried with: goals are
// against the first.
var pgClients = []int{16, 8, 32}

const pgbenchOp = "-N" // pgbench's word for its simple update

// onPostgres lists the cases of PostgreSQL. pgbench stands between those that
// are divided by it.
func (o *Options) onPostgres() []kase {
	var list []kase
	add := func(name string, op target.Op, spaces, conns int) {
		list = append(list, kase{target: name, Case: result.Case{
			ID: fmt.Sprintf("%s %s %d", name, op, conns), Target: name, Op: string(op), Conns: conns, Spaces: spaces, Contacts: o.Contacts}})
	}
	add("carnet-pg", target.Put, 1, 64)
	add("in-process-pg", target.Put, 1, 64)
	add("pgbench", pgbenchOp, 1, pgClients[0])
	add("carnet-pg-8", target.Put, 8, 64)
	add("in-process-pg-8", target.Put, 8, 64)
	if !o.Quick {
		for _, n := range pgClients[1:] {
			add("pgbench", pgbenchOp, 1, n)
		}
		add("carnet-pg", target.Get, 1, 64)
		add("carnet-pg", target.Put, 1, 1)
		add("in-process-sqlite", target.Put, 1, 64)
	}
	return list
}

// inChild measures by a child that gives its own figures, and watches the
// whole of it: also what it does before it counts.
func (p *runner) inChild(run func() (result.Round, error)) (r result.Round, err error) {
	busy := func() (total, pg time.Duration, err error) {
		if total, err = proc.Busy(); err == nil && p.pgPID != 0 {
			pg, err = proc.TreeCPU(p.pgPID)
		}
		return total, pg, err
	}
	total, pg, err := busy()
	before, err0 := childrenCPU()
	if err := errors.Join(err0, err); err != nil {
		return r, err
	}
	begun := time.Now()
	if r, err = run(); err != nil {
		return r, err
	}
	total2, pg2, err := busy()
	after, err0 := childrenCPU()
	if err := errors.Join(err0, err); err != nil {
		return r, err
	}
	if p.pgPID != 0 { // else nobody knows who was who
		share := (total2 - total) - (pg2 - pg) - (after - before)
		r.Others = max(0, share.Seconds()/time.Since(begun).Seconds()/float64(runtime.NumCPU()))
	}
	return r, err
}

// childrenCPU gives the CPU time of children of this process that have ended.
func childrenCPU() (time.Duration, error) {
	var u unix.Rusage
	err := unix.Getrusage(unix.RUSAGE_CHILDREN, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()), err
}

// pgbench prepares pgbench, and gives what measures a case.
func (p *runner) pgbench(ctx context.Context, contacts int) (alone, error) {
	database, err := p.env.Pgbench(ctx, contacts)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, k *kase) (result.Round, error) {
		return p.inChild(func() (r result.Round, err error) {
			_, counted := p.o.times(k)
			r.PerSecond, err = p.env.Postgres.Pgbench(ctx, database, k.Conns, runtime.NumCPU(), counted)
			return r, err
		})
	}, nil
}

// inProcess prepares the benchmark of a backend, and gives what measures it.
func (p *runner) inProcess(ctx context.Context, k *kase) (alone, error) {
	p.env.Say("building " + k.target)
	command, err := p.env.InProcess(ctx, k.target, k.Contacts, k.Spaces, k.target != "in-process-sqlite")
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, k *kase) (result.Round, error) {
		return p.inChild(func() (r result.Round, err error) {
			_, counted := p.o.times(k)
			var out, complaint strings.Builder
			cmd := command(counted)
			cmd.Stdout, cmd.Stderr = &out, &complaint
			if err := runUntil(ctx, cmd); err != nil {
				return r, fmt.Errorf("%w: %s%s", err, out.String(), complaint.String())
			}
			return benchFigures(out.String(), k.Spaces)
		})
	}, nil
}

func runUntil(ctx context.Context, cmd *exec.Cmd) error {
	if err := cmd.Start(); err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { _ = cmd.Process.Kill() }) // it may have ended
	defer stop()
	return cmd.Wait()
}

// benchFigures reads what a Go benchmark prints: its name, how often, and pairs
// of a figure and its unit.
func benchFigures(out string, spaces int) (r result.Round, err error) {
	for line := range strings.Lines(out) {
		words := strings.Fields(line)
		if len(words) < 4 || !strings.HasPrefix(words[0], fmt.Sprintf("BenchmarkPut/spaces=%d", spaces)) {
			continue
		}
		to := map[string]*float64{"ops/s": &r.PerSecond, "p50-ms": &r.P50, "p99-ms": &r.P99, "p99.9-ms": &r.P999, "max-ms": &r.Max}
		for at := 2; at+1 < len(words); at += 2 {
			if field := to[words[at+1]]; field != nil {
				if *field, err = strconv.ParseFloat(words[at], 64); err != nil {
					return r, err
				}
				delete(to, words[at+1])
			}
		}
		if len(to) == 0 {
			return r, nil
		}
	}
	return r, errors.New("the benchmark has not said what it measured: " + out)
}
