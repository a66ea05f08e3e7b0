package plan

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"time"

	"github.com/carnet-project/carnet/bench/attack"
	"github.com/carnet-project/carnet/bench/load"
	"github.com/carnet-project/carnet/bench/proc"
	"github.com/carnet-project/carnet/bench/result"
	"github.com/carnet-project/carnet/bench/target"
)

// IsolationOptions say what a run of isolation is to be.
type IsolationOptions struct {
	Quick  bool
	Rounds int
	Time   time.Duration // each round, alone and beside
	Warm   time.Duration // before each
	Rate   float64       // of the others together, requests a second
	Size   target.AttackedSize
	Only   *regexp.Regexp // names of inputs; nil for all
}

// otherConns are the others' connections: so many that what waits does not hold
// up what is due next.
const otherConns = 128

// Limits of the attacker.
const (
	limited   = "default"
	unlimited = "none"
	keyless   = "no key"
)

// cell is a cell, and whether a stop would wait for what its input leaves under
// way.
type cell struct {
	result.Cell
	holds bool
}

// cells lists what a round plays.
func (o *IsolationOptions) cells() []*cell {
	var list []*cell
	for _, in := range append(attack.Inputs, attack.Input{Name: attack.All, What: "all of them at once", Keyed: true, Holds: true}) {
		if o.Only != nil && !o.Only.MatchString(in.Name) {
			continue
		}
		limits := []string{limited, unlimited}
		if !in.Keyed {
			limits = []string{keyless}
		}
		for _, limit := range limits {
			list = append(list, &cell{holds: in.Holds, Cell: result.Cell{
				Input: in.Name, What: in.What, Limits: limit, Others: map[string]int{}, Attacker: map[string]int{}}})
		}
	}
	return list
}

// isolation is such a run under way.
type isolation struct {
	env    *target.Env
	o      *IsolationOptions
	target *target.Target
	order  attack.Order
}

// Isolate measures how the Spaces of one server fare, alone and while one of them
// plays each input. It removes what it has made for that.
func Isolate(ctx context.Context, env *target.Env, o *IsolationOptions) (_ *result.Isolation, err error) {
	cells := o.cells()
	if len(cells) == 0 {
		return nil, errors.New("no input has such a name: see bench/attack/input.go")
	}
	env.Say("building carnet")
	if err := env.BuildCarnet(ctx); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, env.Clean()) }()
	run := &result.Isolation{Taken: time.Now().UTC().Truncate(time.Second), Quick: o.Quick, Rounds: o.Rounds, Seconds: o.Time.Seconds(), Rate: o.Rate,
		Contacts: o.Size.Each * target.AttackedSpaces, Changes: o.Size.Shared + o.Size.Changes + o.Size.History}
	for _, c := range cells {
		run.Cells = append(run.Cells, &c.Cell)
	}
	if run.Machine, err = machine(env.Scratch); err != nil {
		return nil, err
	}
	if run.Versions, err = env.Versions(ctx); err != nil {
		return nil, err
	}
	i := &isolation{env: env, o: o}
	if i.target, i.order, err = env.Attacked(ctx, "attacked", o.Size); err != nil {
		return nil, err
	}
	for round := range o.Rounds {
		for _, c := range cells {
			if err := i.one(ctx, c); err != nil {
				return nil, fmt.Errorf("%s, limits %s: %w", c.Input, c.Limits, err)
			}
			alone, beside := &c.Alone[round], &c.Beside[round]
			env.Say(fmt.Sprintf("%d/%d  %-10s %-8s p99 %7.2f ms alone, %8.2f beside; of the others %v, of the attacker %v; stopped after %.2f s",
				round+1, o.Rounds, c.Input, c.Limits, alone.P99, beside.P99, c.Others, c.Attacker, c.Stops[round]))
		}
	}
	run.Noise = run.Judge()
	return run, nil
}

// one measures one cell once: alone, and beside the attack. The server starts
// anew for it, which forgets how much of its limits the attacker has used. It
// ends while it is attacked, unless it would wait for requests of the attacker that
// are under way, as operators are told that it does.
func (i *isolation) one(ctx context.Context, c *cell) (err error) {
	if err := i.env.Limits(ctx, i.target, c.Limits != unlimited); err != nil {
		return err
	}
	if err := i.target.Start(ctx); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, i.target.Stop()) }() // where it still runs
	alone, _, err := i.measure(ctx)
	if err != nil {
		return err
	}
	o := i.order
	o.Addr, o.Input = i.target.Addr(), c.Input
	attacker, err := attack.Start(i.env.Self, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, attacker.Stop()) }()
	beside, others, err := i.measure(ctx)
	if err != nil {
		return err
	}
	own, err := attacker.Report()
	if err != nil {
		return err
	}
	if c.holds {
		if err := attacker.Stop(); err != nil {
			return err
		}
	}
	begun := time.Now()
	if err := i.target.Stop(); err != nil {
		c.BadStops = append(c.BadStops, err.Error())
	}
	c.Stops = append(c.Stops, time.Since(begun).Seconds())
	c.Alone, c.Beside = append(c.Alone, alone), append(c.Beside, beside)
	for status, n := range others {
		name := attack.NoAnswer
		if status != 0 {
			name = strconv.Itoa(status)
		}
		c.Others[name] += n
	}
	for status, n := range own {
		c.Attacker[status] += n
	}
	return nil
}

// measure asks for the others, by a schedule, and gives how they were answered.
func (i *isolation) measure(ctx context.Context) (r result.Round, statuses map[int]int, err error) {
	speed, err := proc.Measure(i.env.Scratch)
	if err != nil {
		return r, nil, err
	}
	makes, err := i.target.Make(target.Turn)
	if err != nil {
		return r, nil, err
	}
	w := &watch{pid: i.target.PID(), wal: proc.FollowWAL(i.target.DB)}
	res, err := load.Run(ctx, load.Job{Addr: i.target.Addr(), Conns: otherConns, Warm: i.o.Warm, Time: i.o.Time, Rate: i.o.Rate,
		Make: makes, Again: true, Begin: w.begin, End: w.end})
	if err := errors.Join(err, w.err); err != nil {
		return r, nil, err
	}
	r = figures(res)
	r.Cores, r.RSS, r.WAL = w.cpu.Seconds()/res.Elapsed.Seconds(), mib(w.rss), mib(w.wal.Peak)
	r.Others = w.others(res.Elapsed)
	r.Spin, r.Sync = speed.Spin.Seconds()*1e3, speed.Sync.Seconds()*1e3
	return r, res.Statuses, nil
}
