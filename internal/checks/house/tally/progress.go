package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// silence is how long nothing is printed where there is no terminal: long enough
// to keep a log readable, short enough that nobody thinks it hangs.
const silence = 10 * time.Second

// progress is what a tally tells while tests run.
type progress struct {
	clock   func() time.Time
	begun   time.Time // of all
	printed time.Time // when something was printed last
	live    bool      // out is a terminal, where a line can be written anew
	shown   bool      // whether such a line stands there
	of      int       // packages in all, 0 where that is not known
}

// tick tells what runs: on a terminal every time, else where nothing was printed
// for a while.
func (t *tally) tick() {
	now := t.clock()
	switch {
	case t.live:
		t.clearStatus()
		fmt.Fprint(t.out, cut(t.status(now), 79))
		t.shown = true
	case now.Sub(t.printed) >= silence:
		t.print(t.status(now) + "\n")
	}
}

// print prints lines that stay.
func (t *tally) print(text string) {
	t.clearStatus()
	fmt.Fprint(t.out, text)
	t.printed = t.clock()
}

func (t *tally) clearStatus() {
	if t.shown {
		fmt.Fprint(t.out, "\r\x1b[K")
		t.shown = false
	}
}

// status says which packages run, those first that began first.
func (t *tally) status(now time.Time) string {
	type running struct {
		name  string
		begun time.Time
	}
	var list []running
	for name, r := range t.packages {
		if !r.begun.IsZero() {
			list = append(list, running{short(name), r.begun})
		}
	}
	slices.SortFunc(list, func(a, b running) int {
		return cmp.Or(a.begun.Compare(b.begun), strings.Compare(a.name, b.name))
	})
	text := fmt.Sprintf("%3.0f s elapsed%s:", now.Sub(t.begun).Seconds(), t.count())
	for _, r := range list {
		text += fmt.Sprintf(" %s %.0f s,", r.name, now.Sub(r.begun).Seconds())
	}
	if len(list) == 0 {
		return text + " compiling"
	}
	return strings.TrimSuffix(text, ",")
}

// count says how many packages have ended.
func (t *tally) count() string {
	if t.of == 0 {
		return ""
	}
	return fmt.Sprintf(" (%d of %d)", len(t.seconds), t.of)
}

// cut shortens a line to what a terminal shows of it.
func cut(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return s[:most-3] + "..."
}
