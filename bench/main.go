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
	"regexp"
	"strings"
	"syscall"
	"time"

	"github.com/carnet-project/carnet/bench/attack"
	"github.com/carnet-project/carnet/bench/ceiling"
	"github.com/carnet-project/carnet/bench/naive"
	"github.com/carnet-project/carnet/bench/plan"
	"github.com/carnet-project/carnet/bench/report"
	"github.com/carnet-project/carnet/bench/target"
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
	quick := flags.Bool("quick", false, "about a minute: few cases, short ones, no growth")
	rounds := flags.Int("rounds", 3, "how often each case is measured; fewer than 3 is for trying")
	counted := flags.Duration("time", 0, "how long each case is counted (default 2s, with -quick 1s)")
	growth := flags.String("growth", "10k,100k,1m", "sizes to compare: of 10k, 100k, 1m, 10m; none for no comparison")
	only := flags.String("only", "", "measure the cases alone whose ids match this regular expression")
	scratch := scratchFlag(flags)
	directus := flags.Bool("directus", false, "measure Directus, too: installs it with npm in the scratch folder")
	pg := flags.String("postgres", "", "measure Carnet on PostgreSQL, too: auto for a server of its own, or the postgres:// URL of one where databases may be made")
	keep := flags.String("results", "results", "the folder in which the figures are kept")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 || *rounds < 1 {
		return errors.New("bench takes flags alone, and at least one round: see -help")
	}
	o := &plan.Options{Quick: *quick, Rounds: *rounds, Time: 2 * time.Second, Warm: 500 * time.Millisecond, Contacts: 100_000, Directus: *directus, Postgres: *pg}
	if *quick {
		o.Time, o.Warm, *growth = time.Second, 300*time.Millisecond, "none"
	}
	if *counted > 0 {
		o.Time = *counted
	}
	if *growth != "none" {
		o.Growth = strings.Split(*growth, ",")
	}
	var err error
	if o.Only, err = pattern(*only); err != nil {
		return err
	}
	env, err := newEnv(*scratch)
	if err != nil {
		return err
	}
	r, err := plan.Run(ctx, env, o)
	if err != nil {
		return err
	}
	fmt.Print(report.Text(r))
	if o.Only != nil {
		fmt.Println("\nOnly some cases were measured, so nothing was kept.")
		return nil
	}
	path, err := r.Save(*keep)
	if err != nil {
		return err
	}
	fmt.Printf("\nKept in %s. To make docs/performance.md of it: ./bench/run report\n", path)
	return nil
}

// scratchFlag is the flag of the folder for what is made.
func scratchFlag(flags *flag.FlagSet) *string {
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	return flags.String("scratch", filepath.Join(cache, "carnet-bench"), "where databases are made, on the disk to be measured; what takes long to make stays there")
}

// pattern gives nil for an empty text.
func pattern(text string) (*regexp.Regexp, error) {
	if text == "" {
		return nil, nil
	}
	return regexp.Compile(text)
}

// newEnv makes the surroundings of a run, which says on standard error what it
// does.
func newEnv(scratch string) (*target.Env, error) {
	module, err1 := filepath.Abs(".")
	self, err2 := os.Executable()
	place, err3 := filepath.Abs(scratch)
	begun := time.Now()
	return &target.Env{Module: module, Scratch: place, Self: self, Say: func(text string) {
		fmt.Fprintf(os.Stderr, "%4.0f s  %s\n", time.Since(begun).Seconds(), text)
	}}, errors.Join(err1, err2, err3, os.MkdirAll(scratch, 0o755))
}
