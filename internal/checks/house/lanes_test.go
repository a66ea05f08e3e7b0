package house

import (
	"fmt"
	"go/ast"
	"slices"
	"strings"
	"testing"
)

// lanes are the ways in which ./test runs a package: see the budgets.
var lanes = []string{"race", "plain", "wait"}

const budgets = "internal/checks/house/tally/budget.txt"

// unwatched are packages that start goroutines and yet are tested without the
// race detector, but in a long run.
var unwatched = map[string]string{
	"cmd/carnet": "each command of its scripts is a process, which takes three times as long with it; what runs side by side there is in packages that are watched",
}

func TestLanes(t *testing.T) {
	tree, names := repository(t)
	holds(t, laneFaults(content(t, texts(t, tree, names), budgets), ours(t)))
}

// laneFaults finds packages with tests that ./test would not run, and those that
// start goroutines and would not be watched.
func laneFaults(table string, files []*source) []string {
	var faults []string
	lane := map[string]string{}
	for line := range strings.Lines(table) {
		f := strings.Fields(line)
		if len(f) != 3 || f[0] == "#" {
			continue
		}
		if lane[f[0]] = f[2]; !slices.Contains(lanes, f[2]) {
			faults = append(faults, fmt.Sprintf("%s: %s runs in lane %s, which is none", budgets, f[0], f[2]))
		}
	}
	tested, starts := map[string]bool{}, map[string]string{}
	for _, s := range files {
		if s.test {
			tested[s.dir()] = true
		} else if place := s.startsGoroutine(); place != "" {
			starts[s.dir()] = place
		}
	}
	for _, dir := range dirs(files) {
		switch {
		case tested[dir] && lane[dir] == "":
			faults = append(faults, fmt.Sprintf("%s has tests that ./test does not run: give it a line in %s", dir, budgets))
		case tested[dir] && lane[dir] == "plain" && starts[dir] != "" && unwatched[dir] == "":
			faults = append(faults, fmt.Sprintf("%s starts a goroutine: test %s in lane race, in %s", starts[dir], dir, budgets))
		}
		if tested[dir] {
			delete(lane, dir)
		}
	}
	for dir := range lane {
		faults = append(faults, fmt.Sprintf("%s has a line for %s, which has no tests", budgets, dir))
	}
	return faults
}

// startsGoroutine gives the place where the file starts a goroutine, "" where it
// does not: by a statement, or by the method Go of a group.
func (s *source) startsGoroutine() (place string) {
	ast.Inspect(s.ast, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt:
			place = s.at(n)
		case *ast.SelectorExpr:
			if n.Sel.Name == "Go" {
				place = s.at(n)
			}
		}
		return place == ""
	})
	return place
}

func TestLanesRefuse(t *testing.T) {
	test := "package p\nfunc TestX() { go f() }"
	refuses(t, laneFaults("# package seconds lane\na 5 race\nb 5 plain\nc 5 plain\nd 5 plain\ne 5 fast\ncmd/carnet 5 plain\ngone 5 race\n", made(t, map[string]string{
		"a/a.go": "package p\nfunc f() { go f() }", "a/a_test.go": test,
		"b/a.go": "package p\nfunc f() { go f() }", "b/a_test.go": test,
		"c/a.go": "package p\nfunc f() {\nvar g group\ng.Go(f) }", "c/a_test.go": test,
		"d/a.go": "package p\nfunc f() { f() }", "d/a_test.go": test,
		"e/a_test.go":     test,
		"f/a_test.go":     test,
		"g/a.go":          "package p\nfunc f() { go f() }",
		"cmd/carnet/a.go": "package p\nfunc f() { go f() }", "cmd/carnet/a_test.go": test,
	})),
		"b/a.go:2 starts a goroutine: ",
		"c/a.go:4 starts a goroutine: ",
		"internal/checks/house/tally/budget.txt: e runs in lane fast, ",
		"f has tests that ./test does not run: ",
		"internal/checks/house/tally/budget.txt has a line for gone, ",
	)
}
