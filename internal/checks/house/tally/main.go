// Command tally runs tests and tells a person how they do: which packages run
// and for how long, one line for a package that passed, everything for one that
// failed, and at the end how many tests passed, failed and were skipped, and the
// seconds of each package beside its budget.
//
// It is given the tests as commands of "go test -json", each after "--". They run
// side by side.
package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"time"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("tally: ")
	closing := flag.String("closing", "", "write the closing lines to this `file`")
	targets := flag.String("targets", "", "write the fuzz targets that ran to this `file`, a package and a name a line")
	noSkip := flag.Bool("noskip", false, "fail where a test was skipped")
	budgetFile := flag.String("budget", "", "the `file` with the seconds that each package may take")
	of := flag.Int("of", 0, "how `many` packages there will be")
	flag.Parse()

	budget, err := readBudget(*budgetFile)
	if err != nil {
		log.Fatal(err)
	}
	t := newTally(os.Stdout, time.Now, *of)
	t.live = isTerminal(os.Stdout)
	runErr := t.runAll(commands(flag.Args()))
	fmt.Println(t.closing())
	write(*closing, budget.table(t.seconds)+t.slowest()+t.closing()+"\n")
	write(*targets, strings.Join(append(t.fuzz, ""), "\n"))
	for _, name := range t.skipped {
		fmt.Println("skipped:", name)
	}
	switch {
	case t.failed > 0:
		os.Exit(1)
	case runErr != nil:
		log.Fatal(runErr)
	case t.passed == 0:
		log.Fatal("no test ran")
	case *noSkip && len(t.skipped) > 0:
		log.Fatal("a skipped test proves nothing: here it counts as failed")
	}
}

// commands parts what follows the flags: "-- go test a -- go test b".
func commands(args []string) [][]string {
	var list [][]string
	for len(args) > 0 {
		if args[0] == "--" {
			args = args[1:]
		}
		end := slices.Index(args, "--")
		if end < 0 {
			end = len(args)
		}
		if end > 0 {
			list = append(list, args[:end])
		}
		args = args[end:]
	}
	return list
}

func write(file, text string) {
	if file == "" {
		return
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		log.Fatal(err)
	}
}

func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// runAll runs the commands side by side, takes their events, and tells how they
// do meanwhile. It gives an error where one ended badly, which a failed test
// does too.
func (t *tally) runAll(list [][]string) error {
	lines, ended := make(chan string), make(chan error)
	var readers sync.WaitGroup
	for _, args := range list {
		readers.Go(func() { ended <- run(args, lines) })
	}
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	var errs []error
	for len(errs) < len(list) {
		select {
		case line := <-lines:
			t.line(line)
		case err := <-ended:
			errs = append(errs, err)
		case <-tick.C:
			t.tick()
		}
	}
	readers.Wait()
	t.clearStatus()
	return errors.Join(errs...)
}

// run runs a command and passes on what it prints, line by line.
func run(args []string, lines chan<- string) error {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	readErr := readLines(out, func(line string) { lines <- line })
	if err := errors.Join(readErr, cmd.Wait()); err != nil {
		return fmt.Errorf("%s: %w", strings.Join(args[:min(len(args), 3)], " "), err)
	}
	return nil
}

// readLines takes lines, however long, until the end of in.
func readLines(in io.Reader, take func(line string)) error {
	for lines := bufio.NewReader(in); ; {
		line, err := lines.ReadString('\n')
		if line != "" {
			take(line)
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
