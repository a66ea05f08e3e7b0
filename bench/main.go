// Command bench measures Carnet beside what it is compared with: what the
// machine can do at most, the same done naively, and others' servers.
//
//	./run            measure, print the table, keep it in results/
//	./run isolation  measure how much one Space can disturb the others
//	./run report     make docs/performance.md from the newest results
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/carnet-project/carnet/bench/attack"
	"github.com/carnet-project/carnet/bench/ceiling"
	"github.com/carnet-project/carnet/bench/naive"
	"github.com/carnet-project/carnet/bench/plan"
	"github.com/carnet-project/carnet/bench/report"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:])
	if err != nil && !errors.Is(err, flag.ErrHelp) { // the help has been printed
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	command := ""
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		command, args = args[0], args[1:]
	}
	switch {
	case command == "":
		return measure(ctx, args)
	case command == "isolation":
		return isolate(ctx, args)
	case command == "report" && len(args) == 0:
		return report.Write("results", filepath.Join("..", "docs"))
	// What follows is started by a run.
	case command == "serve-noop" && len(args) == 1:
		return serve(ctx, args[0], ceiling.NoOp())
	case command == "serve-naive" && len(args) == 2:
		s, err := naive.Open(args[1])
		if err != nil {
			return err
		}
		return errors.Join(serve(ctx, args[0], s.Handler()), s.Close())
	case command == attack.Command && len(args) == 0:
		return attack.Play(ctx, os.Stdin, os.Stdout)
	case command == "raw" && len(args) == 4:
		warm, err1 := time.ParseDuration(args[2])
		counted, err2 := time.ParseDuration(args[3])
		if err := errors.Join(err1, err2); err != nil {
			return err
		}
		return plan.Raw(args[0], args[1], warm, counted, os.Stdout)
	}
	return fmt.Errorf("there is no command %q with these arguments: say isolation, report, or nothing to measure", command)
}

// serve serves until ctx ends.
func serve(ctx context.Context, addr string, h http.Handler) error {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	s := &http.Server{Handler: h}
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
		return s.Close()
	}
}

func measure(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("./bench/run", flag.ContinueOnError)
	shared := addShared(flags, "about a minute: few cases, short ones, no growth", "measure the cases", "results")
	rounds := flags.Int("rounds", 3, "how often each case is measured; fewer than 3 is for trying")
	counted := flags.Duration("time", 0, "how long each case is counted (default 2s, with -quick 1s)")
	growth := flags.String("growth", "10k,100k,1m", "sizes to compare: of 10k, 100k, 1m, 10m; none for no comparison")
	directus := flags.Bool("directus", false, "measure Directus, too: installs it with npm in the scratch folder")
	pg := flags.String("postgres", "", "measure Carnet on PostgreSQL, too: auto for a server of its own, or the postgres:// URL of one where databases may be made")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 || *rounds < 1 {
		return errors.New("bench takes flags alone, and at least one round: see -help")
	}
	o := &plan.Options{Quick: shared.quick, Rounds: *rounds, Time: 2 * time.Second, Warm: 500 * time.Millisecond, Contacts: 100_000, Directus: *directus, Postgres: *pg}
	if shared.quick {
		o.Time, o.Warm, *growth = time.Second, 300*time.Millisecond, "none"
	}
	if *counted > 0 {
		o.Time = *counted
	}
	if *growth != "none" {
		o.Growth = strings.Split(*growth, ",")
	}
	env, err := shared.open(&o.Only)
	if err != nil {
		return err
	}
	r, err := plan.Run(ctx, env, o)
	if err != nil {
		return err
	}
	fmt.Print(report.Text(r))
	return shared.save(r.Save)
}
