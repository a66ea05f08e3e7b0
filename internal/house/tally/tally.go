package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/go-json-experiment/json"
)

// event is the part that we use of what "go doc test2json" describes.
type event struct {
	Action  string
	Package string
	Test    string // "TestPut/empty"; "" where the event concerns the package
	Output  string
}

// tally counts tests, subtests included.
type tally struct {
	out            io.Writer
	packages       map[string]*run // those that have not ended
	passed, failed int
	skipped        []string // "example.org/pkg TestName"
	fuzz           []string // likewise, the fuzz targets
}

// run is what is known of a package while its tests run.
type run struct {
	outputs []event
	results map[string]string // a test's last action
	failed  bool              // whether a test failed
}

func newTally(out io.Writer) *tally {
	return &tally{out: out, packages: map[string]*run{}}
}

func (t *tally) line(line string) {
	var e event
	if err := json.Unmarshal([]byte(line), &e); err != nil {
		fmt.Fprint(t.out, line)
		return
	}
	if e.Action == "build-output" {
		fmt.Fprint(t.out, e.Output)
	}
	if e.Package == "" {
		return
	}
	r := t.packages[e.Package]
	if r == nil {
		r = &run{results: map[string]string{}}
		t.packages[e.Package] = r
	}
	switch e.Action {
	case "output":
		r.outputs = append(r.outputs, e)
	case "pass", "fail", "skip":
		if e.Test != "" {
			t.test(r, e)
		} else {
			t.end(r, e)
		}
	}
}

func (t *tally) test(r *run, e event) {
	r.results[e.Test] = e.Action
	name := e.Package + " " + e.Test
	switch e.Action {
	case "pass":
		t.passed++
	case "fail":
		t.failed++
		r.failed = true
	case "skip":
		t.skipped = append(t.skipped, name)
	}
	if strings.HasPrefix(e.Test, "Fuzz") && !strings.Contains(e.Test, "/") {
		t.fuzz = append(t.fuzz, name)
	}
}

// end prints a package that has ended. Of one that failed, the tests that
// passed stay quiet; those that never ended (a panic, a time-out) do not.
func (t *tally) end(r *run, e event) {
	delete(t.packages, e.Package)
	bad := e.Action == "fail"
	if bad && !r.failed {
		t.failed++ // it did not build, or ended outside any test
	}
	for _, o := range r.outputs {
		closing := o.Test == "" && (strings.HasPrefix(o.Output, "ok ") || strings.HasPrefix(o.Output, "? "))
		result := r.results[o.Test]
		if closing || bad && result != "pass" && result != "skip" {
			fmt.Fprint(t.out, o.Output)
		}
	}
}

// closing gives the counts in the form that test runners share.
func (t *tally) closing() string {
	return fmt.Sprintf("%d passed, %d failed, %d skipped", t.passed, t.failed, len(t.skipped))
}
