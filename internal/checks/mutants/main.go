// Command mutants checks the tests: it puts one fault after another into a copy
// of the repository and runs the tests that should notice it. A fault that
// none notices means that a promise is not tested.
//
// The faults are in table.go. A fault whose place is no longer found in the
// code, or that does not compile, is an error as well, so that the table stays
// in step with the code.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"
	"regexp"
	"strings"
	"time"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("mutants: ")
	run := flag.String("run", "", "only the mutants whose name matches this `regexp`")
	list := flag.Bool("list", false, "name the mutants and what they break, and run none")
	verbose := flag.Bool("v", false, "show what the tests print")
	flag.Parse()

	pick, err := regexp.Compile(*run)
	if err != nil || flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	var picked []mutant
	for _, m := range table {
		if pick.MatchString(m.name) {
			picked = append(picked, m)
		}
	}
	if len(picked) == 0 {
		log.Fatal("no mutant has such a name")
	}
	if *list {
		for _, m := range picked {
			fmt.Printf("%-*s  %s\n", longest(picked), m.name, m.breaks)
		}
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	bad, err := tryAll(ctx, picked, *verbose)
	if err != nil {
		log.Fatal(err)
	}
	if bad > 0 {
		os.Exit(1)
	}
}

// tryAll tries each mutant in turn, prints how it went, and tells how many
// were not caught.
func tryAll(ctx context.Context, picked []mutant, verbose bool) (bad int, err error) {
	r, err := newRunner(".")
	if err != nil {
		return 0, err
	}
	defer r.close()
	begin := time.Now()
	for _, m := range picked {
		start := time.Now()
		o := r.try(ctx, m)
		if ctx.Err() != nil {
			return bad, ctx.Err()
		}
		fmt.Printf("%-*s  %-8s  %5.1f s  %s\n", longest(picked), m.name, o.verdict, time.Since(start).Seconds(), o.detail)
		if o.verdict == survived {
			fmt.Println("    " + m.breaks + " No test noticed.")
		}
		if verbose || o.verdict == broken {
			fmt.Print(indent(o.output))
		}
		if o.verdict != caught {
			bad++
		}
	}
	fmt.Printf("%d of %d mutants caught, in %.0f s\n", len(picked)-bad, len(picked), time.Since(begin).Seconds())
	return bad, nil
}

func longest(list []mutant) int {
	n := 0
	for _, m := range list {
		n = max(n, len(m.name))
	}
	return n
}

func indent(text string) string {
	if text == "" {
		return ""
	}
	return "    " + strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n    ") + "\n"
}
