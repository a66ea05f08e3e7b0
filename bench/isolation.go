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
	quick := flags.Bool("quick", false, "under a minute: one round, a short one")
	rounds := flags.Int("rounds", 0, "how often each input is played (default 3, with -quick 1); fewer than 3 is for trying")
	counted := flags.Duration("time", 0, "how long the others are measured, alone and beside each input (default 2.5s, with -quick 1s)")
	only := flags.String("only", "", "play the inputs alone whose names match this regular expression")
	scratch := scratchFlag(flags)
	keep := flags.String("results", result.IsolationDir("results"), "the folder in which the figures are kept")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 || *rounds < 0 || *counted < 0 {
		return errors.New("isolation takes flags alone: see -help")
	}
	o := &plan.IsolationOptions{Quick: *quick, Rounds: 3, Time: 2500 * time.Millisecond, Warm: 600 * time.Millisecond, Rate: 240,
		Size: target.AttackedSize{Each: 2000, Shared: 40_000, Changes: 300_000, History: 5100}}
	if *quick {
		o.Rounds, o.Time, o.Warm = 1, time.Second, 400*time.Millisecond
	}
	if *rounds > 0 {
		o.Rounds = *rounds
	}
	if *counted > 0 {
		o.Time = *counted
	}
	var err error
	if o.Only, err = pattern(*only); err != nil {
		return err
	}
	env, err := newEnv(*scratch)
	if err != nil {
		return err
	}
	run, err := plan.Isolate(ctx, env, o)
	if err != nil {
		return err
	}
	fmt.Print(report.Isolation(run))
	if o.Only != nil {
		fmt.Println("\nOnly some inputs were played, so nothing was kept.")
	} else {
		path, err := run.Save(*keep)
		if err != nil {
			return err
		}
		fmt.Printf("\nKept in %s. To make docs/performance.md of it: ./bench/run report\n", path)
	}
	if n := run.Missed(); n > 0 {
		return fmt.Errorf("%d of %d miss a goal", n, len(run.Cells))
	}
	return nil
}
