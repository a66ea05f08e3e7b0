// Command tally reads the events of "go test -json" and prints what a person
// wants of them: one line for a package that passed, everything for one that
// failed, and at the end how many tests passed, failed and were skipped.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"strings"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("tally: ")
	closing := flag.String("closing", "", "write the closing line to this `file`")
	targets := flag.String("targets", "", "write the fuzz targets that ran to this `file`, a package and a name a line")
	noSkip := flag.Bool("noskip", false, "fail where a test was skipped")
	flag.Parse()

	t := newTally(os.Stdout)
	if err := t.read(os.Stdin); err != nil {
		log.Fatal(err)
	}
	fmt.Println(t.closing())
	write(*closing, t.closing()+"\n")
	write(*targets, strings.Join(append(t.fuzz, ""), "\n"))
	for _, name := range t.skipped {
		fmt.Println("skipped:", name)
	}
	switch {
	case t.failed > 0:
		os.Exit(1)
	case t.passed == 0:
		log.Fatal("no test ran")
	case *noSkip && len(t.skipped) > 0:
		log.Fatal("a skipped test proves nothing: here it counts as failed")
	}
}

func write(file, text string) {
	if file == "" {
		return
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		log.Fatal(err)
	}
}

// read takes events, one a line, until the end of in. Lines that are no events
// (go's own complaints) are printed as they are.
func (t *tally) read(in io.Reader) error {
	lines := bufio.NewReader(in)
	for {
		line, err := lines.ReadString('\n')
		if line != "" {
			t.line(line)
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
