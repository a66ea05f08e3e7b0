package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
)

// event is the part that we use of what "go doc test2json" describes.
type event struct {
	Action  string
	Package string
	Test    string // "TestPut/empty"; "" where the event concerns the package
	Output  string
	Elapsed float64 // seconds, of what ended
}

// tally counts tests, subtests included.
type tally struct {
	out            io.Writer
	packages       map[string]*suite // those that have not ended
	passed, failed int
	skipped        []string           // "example.org/pkg TestName"
	fuzz           []string           // likewise, the fuzz targets
	seconds        map[string]float64 // of the packages that have ended
	tests          []timed            // those without a parent

	progress
}

// timed is a test and how long it took.
type timed struct {
	name    string
	seconds float64
}

// suite is what is known of a package while its tests run.
type suite struct {
	outputs []event
	results map[string]string // a test's last action
	failed  bool              // whether a test failed
	begun   time.Time         // zero while it is built
}

// newTally makes one that prints to out; of is how many packages there will be,
// 0 where that is not known.
func newTally(out io.Writer, clock func() time.Time, of int) *tally {
	now := clock()
	return &tally{
		out: out, packages: map[string]*suite{}, seconds: map[string]float64{},
		progress: progress{clock: clock, begun: now, printed: now, of: of},
	}
}

// line takes an event. What is none (go's own complaints) is printed as it is.
func (t *tally) line(line string) {
	var e event
	if err := json.Unmarshal([]byte(line), &e); err != nil {
		t.print(line)
		return
	}
	if e.Action == "build-output" {
		t.print(e.Output)
	}
	if e.Package == "" {
		return
	}
	r := t.packages[e.Package]
	if r == nil {
		r = &suite{results: map[string]string{}}
		t.packages[e.Package] = r
	}
	switch e.Action {
	case "start":
		r.begun = t.clock()
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

func (t *tally) test(r *suite, e event) {
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
	if strings.Contains(e.Test, "/") {
		return
	}
	t.tests = append(t.tests, timed{short(e.Package) + " " + e.Test, e.Elapsed})
	if strings.HasPrefix(e.Test, "Fuzz") {
		t.fuzz = append(t.fuzz, name)
	}
}

// end prints a package that has ended. Of one that failed, the tests that
// passed stay quiet; those that never ended (a panic, a time-out) do not.
func (t *tally) end(r *suite, e event) {
	delete(t.packages, e.Package)
	bad := e.Action == "fail"
	if bad && !r.failed {
		t.failed++ // it did not build, or ended outside any test
	}
	for _, o := range r.outputs {
		result := r.results[o.Test]
		if bad && result != "pass" && result != "skip" {
			t.print(o.Output)
		}
	}
	t.seconds[short(e.Package)] = e.Elapsed
	if e.Action == "skip" {
		t.print(fmt.Sprintf("none          %s has no tests%s\n", short(e.Package), t.count()))
		return
	}
	t.print(fmt.Sprintf("%-4s %6.1f s  %s%s\n", map[bool]string{false: "ok", true: "FAIL"}[bad], e.Elapsed, short(e.Package), t.count()))
}

// closing gives the counts in the form that test runners share.
func (t *tally) closing() string {
	return fmt.Sprintf("%d passed, %d failed, %d skipped", t.passed, t.failed, len(t.skipped))
}

// slowest names the tests that took longest: where there is time to be won.
func (t *tally) slowest() string {
	list := slices.Clone(t.tests)
	slices.SortStableFunc(list, func(a, b timed) int { return cmp.Compare(b.seconds, a.seconds) })
	text := "The slowest tests:"
	for _, x := range list[:min(len(list), 5)] {
		text += fmt.Sprintf(" %s %.0f s,", x.name, x.seconds)
	}
	return strings.TrimSuffix(text, ",") + ".\n"
}

// modulePath stands before every package of ours, and tells nobody anything.
const modulePath = "github.com/carnet-project/carnet/"

func short(pkg string) string { return strings.TrimPrefix(pkg, modulePath) }
