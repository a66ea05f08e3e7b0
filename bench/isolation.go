package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"time"

	"github.com/carnet-project/carnet/bench/plan"
	"github.com/carnet-project/carnet/bench/report"
	"github.com/carnet-project/carnet/bench/result"
	"github.com/carnet-project/carnet/bench/target"
)

// isolate measures how much one Space can disturb the others. It returns an error
// where a goal is missed.
func isolate(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("./bench/run isolation", flag.ContinueOnError)
	shared := addShared(flags, "under a minute: one round, a short one", "play the inputs", result.IsolationDir("results"))
	rounds := flags.Int("rounds", 0, "how often each input is played (default 3, with -quick 1); fewer than 3 is for trying")
	counted := flags.Duration("time", 0, "how long the others are measured, alone and beside each input (default 2.5s, with -quick 1s)")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 || *rounds < 0 || *counted < 0 {
		return errors.New("isolation takes flags alone: see -help")
	}
	o := &plan.IsolationOptions{Quick: shared.quick, Rounds: 3, Time: 2500 * time.Millisecond, Warm: 600 * time.Millisecond, Rate: 240,
		Size: target.AttackedSize{Each: 2000, Shared: 40_000, Changes: 300_000, History: 5100}}
	if shared.quick {
		o.Rounds, o.Time, o.Warm = 1, time.Second, 400*time.Millisecond
	}
	if *rounds > 0 {
		o.Rounds = *rounds
	}
	if *counted > 0 {
		o.Time = *counted
	}
	env, err := shared.open(&o.Only)
	if err != nil {
		return err
	}
	run, err := plan.Isolate(ctx, env, o)
	if err != nil {
		return err
	}
	fmt.Print(report.Isolation(run))
	if err := shared.save(run.Save); err != nil {
		return err
	}
	if n := run.Missed(); n > 0 {
		return fmt.Errorf("%d of %d miss a goal", n, len(run.Cells))
	}
	return nil
}
