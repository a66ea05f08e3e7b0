package plan

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/carnet-project/carnet/bench/postgres"
	"github.com/carnet-project/carnet/bench/proc"
	"github.com/carnet-project/carnet/bench/result"
	"github.com/carnet-project/carnet/bench/target"
)

// runner is a run under way.
type runner struct {
	env     *target.Env
	o       *Options
	targets map[string]*target.Target
	alone   map[string]alone // what is no server
	run     *result.Run
	pgPID   int     // of PostgreSQL's server, 0 where that is none of ours
	putRate float64 // of Carnet, 64 connections, in this round
}

// alone measures what is no server.
type alone func(ctx context.Context, k *kase) (result.Round, error)

// Run measures everything, and removes what it has made for that. What cannot
// be measured is an error, but for what the machine lacks for Directus: then
// the run says so.
func Run(ctx context.Context, env *target.Env, o *Options) (_ *result.Run, err error) {
	cases := o.cases()
	growth, err := o.growth()
	if err != nil {
		return nil, err
	}
	if len(cases)+len(growth) == 0 {
		return nil, errors.New("no case has such a name: see the ids in bench/plan/plan.go")
	}
	p := &runner{env: env, o: o, targets: map[string]*target.Target{}, alone: map[string]alone{}}
	env.Say("building carnet")
	if err := env.BuildCarnet(ctx); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, p.stop(), env.Clean()) }()
	p.run = &result.Run{Taken: time.Now().UTC().Truncate(time.Second), Quick: o.Quick, Rounds: o.Rounds, Seconds: o.Time.Seconds(), Contacts: o.Contacts}
	if p.run.Machine, err = machine(env.Scratch); err != nil {
		return nil, err
	}
	if p.run.Versions, err = env.Versions(ctx); err != nil {
		return nil, err
	}
	if o.Postgres != "" {
		env.Say("opening PostgreSQL")
		if env.Postgres, err = postgres.Open(ctx, o.Postgres, env.Scratch); err != nil {
			return nil, err
		}
		defer func() { err = errors.Join(err, p.stop(), env.Postgres.Close()) }()
		if p.pgPID, err = env.Postgres.PID(); err != nil {
			return nil, err
		}
		p.run.Postgres, p.run.Versions["postgresql"] = env.Postgres.About, env.Postgres.Version
	}
	for _, part := range [][]kase{cases, growth} {
		if err := p.prepare(ctx, part); err != nil {
			return nil, err
		}
		if err := p.rounds(ctx, part); err != nil {
			return nil, err
		}
		if err := p.stop(); err != nil {
			return nil, err
		}
	}
	p.run.Noise = p.run.Judge()
	return p.run, nil
}

// prepare makes the targets that some cases ask. What they are made of is on
// the disk when the first of them is measured.
func (p *runner) prepare(ctx context.Context, cases []kase) error {
	for i := range cases {
		k := &cases[i]
		if p.targets[k.target] != nil || p.alone[k.target] != nil {
			continue
		}
		var t *target.Target
		var by alone
		var err error
		switch k.target {
		case "raw":
			by = p.raw
			_, _, err = p.env.RawFile(ctx, k.Contacts)
		case "pgbench":
			by, err = p.pgbench(ctx, k.Contacts)
		case "in-process-pg", "in-process-pg-8", "in-process-sqlite":
			by, err = p.inProcess(ctx, k)
		case "carnet-pg", "carnet-pg-8":
			t, err = p.env.CarnetOnPostgres(ctx, k.target, k.Contacts, k.Spaces)
		case "no-op", "no-op-growth":
			t = p.env.NoOp(k.Contacts)
		case "naive":
			t, err = p.env.Naive(ctx, k.Contacts)
		case "Directus":
			if t, err = p.env.Directus(ctx, k.Contacts); err != nil && ctx.Err() == nil {
				// It was asked for, but is not ours to build.
				p.run.Missing = append(p.run.Missing, fmt.Sprintf("Directus: %v", err))
				p.env.Say("leaving Directus out: " + err.Error())
				continue
			}
			p.run.Versions["directus"] = target.DirectusVersion
		case "PocketBase", "PocketBase FULL", "PocketBase-new":
			p.env.Say("building " + k.target)
			t, err = p.env.PocketBase(ctx, k.target, k.Contacts, k.target == "PocketBase FULL")
		default:
			t, err = p.env.Carnet(ctx, k.target, k.Contacts, k.Spaces)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", k.target, err)
		}
		if by != nil {
			p.alone[k.target] = by
		} else {
			p.targets[k.target] = t
		}
	}
	return nil
}

// stop stops all servers.
func (p *runner) stop() error {
	var errs []error
	for name, t := range p.targets {
		if err := t.Stop(); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", name, err))
		}
		delete(p.targets, name)
	}
	return errors.Join(errs...)
}

// rounds measures each case once a round, one beside the other.
func (p *runner) rounds(ctx context.Context, cases []kase) error {
	cases = slices.DeleteFunc(cases, func(k kase) bool { return p.targets[k.target] == nil && p.alone[k.target] == nil })
	for i := range cases {
		p.run.Cases = append(p.run.Cases, &cases[i].Case)
	}
	for round := range p.o.Rounds {
		for i := range cases {
			k := &cases[i]
			r, err := p.one(ctx, k)
			if err != nil {
				return fmt.Errorf("%s: %w", k.ID, err)
			}
			k.Rounds = append(k.Rounds, r)
			p.env.Say(fmt.Sprintf("%d/%d  %-28s %8.0f/s  p50 %7.2f  p99 %7.2f ms  %5.0f µs CPU  %4.0f MiB  WAL %5.1f KiB each, %4.0f MiB",
				round+1, p.o.Rounds, k.ID, r.PerSecond, r.P50, r.P99, r.CPU, r.RSS, r.WALEach, r.WAL))
		}
	}
	return nil
}

// one measures one case once, and before it how fast the machine is.
func (p *runner) one(ctx context.Context, k *kase) (r result.Round, err error) {
	t := p.targets[k.target]
	extra := time.Duration(0)
	if t != nil && !t.Running() {
		if err := t.Start(ctx); err != nil {
			return r, err
		}
		extra = 2 * p.o.Warm // nobody is at his best at once
	}
	speed, err := proc.Measure(p.env.Scratch)
	if err != nil {
		return r, err
	}
	if by := p.alone[k.target]; by != nil {
		r, err = by(ctx, k)
	} else if k.Op == string(target.Export) {
		r, err = p.export(ctx, t)
	} else if slices.Contains(target.Imports, target.Op(k.Op)) {
		r, err = p.imports(ctx, t, target.Op(k.Op))
	} else {
		rate := k.Load * p.putRate
		if k.Load > 0 && rate == 0 {
			return r, errors.New("its schedule follows from the rate of the case carnet PUT 64: measure that, too")
		}
		r, err = p.measure(ctx, t, k, rate, extra)
	}
	if k.ID == "carnet PUT 64" {
		p.putRate = r.PerSecond
	}
	r.Spin, r.Sync = speed.Spin.Seconds()*1e3, speed.Sync.Seconds()*1e3
	return r, err
}
