package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// FAULT E1: who waits for the tests sees what runs and how far it is, once a
// second on a terminal, and in a log whenever nothing was printed for a while.
func TestProgress(t *testing.T) {
	for name, c := range map[string]struct {
		live bool
		want string
	}{
		"a log": {false, `
 10 s elapsed (0 of 3): compiling
ok      7.0 s  a (1 of 3)
 27 s elapsed (1 of 3): b 15 s, c 3 s
FAIL    4.0 s  c (2 of 3)
`},
		"a terminal": {true, `
  5 s elapsed (0 of 3): compiling~
 10 s elapsed (0 of 3): compiling~ok      7.0 s  a (1 of 3)
 20 s elapsed (1 of 3): b 8 s~
 26 s elapsed (1 of 3): b 14 s, c 2 s~
 27 s elapsed (1 of 3): b 15 s, c 3 s~FAIL    4.0 s  c (2 of 3)
`},
	} {
		t.Run(name, func(t *testing.T) {
			var out strings.Builder
			now := time.Unix(0, 0)
			tally := newTally(&out, func() time.Time { return now }, 3)
			tally.live = c.live
			for _, step := range []struct {
				second int64
				event  string // "" is a tick
			}{
				{5, ""}, {10, ""},
				{12, `{"Action":"start","Package":"` + modulePath + `b"}`},
				{17, `{"Action":"pass","Package":"` + modulePath + `a","Elapsed":7}`},
				{20, ""},
				{24, `{"Action":"start","Package":"` + modulePath + `c"}`},
				{26, ""}, {27, ""},
				{28, `{"Action":"fail","Package":"` + modulePath + `c","Elapsed":4}`},
			} {
				now = time.Unix(step.second, 0)
				if step.event == "" {
					tally.tick()
				} else {
					tally.line(step.event)
				}
			}
			got := strings.ReplaceAll(out.String(), "\r\x1b[K", "~")
			want := c.want[1:]
			if c.live { // the status stands on a line that is written anew
				want = strings.ReplaceAll(want, "~\n", "~")
			}
			if got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// Commands run side by side, each to its end; one that fails without a word of
// it in its events is an error all the same.
func TestRunAll(t *testing.T) {
	event := func(pkg string) string { return `{"Action":"pass","Package":"` + pkg + `","Test":"TestA"}` }
	// Each waits for the other: one after the other they would never end.
	dir := t.TempDir()
	a, b := filepath.Join(dir, "a"), filepath.Join(dir, "b")
	meet := func(mine, other, pkg string) string {
		return `: >` + mine + `; until [ -e ` + other + ` ]; do :; done; echo '` + event(pkg) + `'`
	}
	args := []string{"--", "sh", "-c", meet(a, b, "p"), "--", "sh", "-c", meet(b, a, "q")}
	tally := newTally(os.Stderr, time.Now, 0)
	if err := tally.runAll(commands(args)); err != nil || tally.passed != 2 {
		t.Errorf("%d passed, %v", tally.passed, err)
	}
	tally = newTally(os.Stderr, time.Now, 0)
	if err := tally.runAll([][]string{{"sh", "-c", "echo '" + event("p") + "'; exit 3"}, {"true"}}); err == nil || tally.passed != 1 {
		t.Errorf("one that ended badly: %d passed, %v", tally.passed, err)
	}
	if got := commands([]string{"--", "--", "a", "b", "--", "c", "--"}); !slices.EqualFunc(got, [][]string{{"a", "b"}, {"c"}}, slices.Equal) {
		t.Errorf("commands: %q", got)
	}
}

func TestBudget(t *testing.T) {
	read := func(text string) (budget, error) {
		file := filepath.Join(t.TempDir(), "budget.txt")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return readBudget(file)
	}
	b, err := read("# package  seconds  lane\na 5 race\n\nb/c 20 plain\n")
	if err != nil {
		t.Fatal(err)
	}
	want := `package                       seconds   budget
b/c                              22.5       20  2 s over
a                                 4.9        5
d                                 1.0        0  has no budget
together                         28.4       25
Who adds seconds takes as many away, or says in internal/checks/house/tally/budget.txt why they are worth it.
`
	if got := b.table(map[string]float64{"a": 4.9, "b/c": 22.5, "d": 1}); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	for _, bad := range []string{"a 5", "a five race", "a 5 race x"} {
		if _, err := read(bad); err == nil {
			t.Errorf("%q is taken for a budget", bad)
		}
	}
}

func TestSlowest(t *testing.T) {
	tally := newTally(os.Stderr, time.Now, 0)
	for _, line := range []string{
		`{"Action":"pass","Package":"p","Test":"TestA","Elapsed":1}`,
		`{"Action":"pass","Package":"` + modulePath + `q","Test":"TestB/sub","Elapsed":9}`,
		`{"Action":"pass","Package":"` + modulePath + `q","Test":"TestB","Elapsed":9}`,
	} {
		tally.line(line)
	}
	if got, want := tally.slowest(), "The slowest tests: q TestB 9 s, p TestA 1 s.\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
