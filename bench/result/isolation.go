package result

import (
	"fmt"
	"path/filepath"
	"slices"
	"time"
)

// Isolation is one run that tells how much one Space disturbs the others.
type Isolation struct {
	Taken    time.Time         `json:"taken"`
	Quick    bool              `json:"quick"`
	Rounds   int               `json:"rounds"`
	Seconds  float64           `json:"seconds"` // that each round was counted, alone and beside
	Rate     float64           `json:"rate"`    // of the others together, requests a second
	Contacts int               `json:"contacts"`
	Changes  int               `json:"changes"` // in the attacker's history
	Machine  Machine           `json:"machine"`
	Versions map[string]string `json:"versions"`
	Noise    []string          `json:"noise"` // why the figures cannot be relied on; empty for a calm machine
	Cells    []*Cell           `json:"cells"`
}

// Cell is one input, played with the attacker's limits as they are unless they are
// set, or with none. Rounds alone and beside it take turns.
type Cell struct {
	Input    string         `json:"input"`
	What     string         `json:"what"`
	Limits   string         `json:"limits"`
	Alone    []Round        `json:"alone"`
	Beside   []Round        `json:"beside"`
	Others   map[string]int `json:"others"`   // the others' answers beside the attack, by status
	Attacker map[string]int `json:"attacker"` // the attacker's own
	Stops    []float64      `json:"stops"`    // seconds that the server took to stop, the attack going on
	BadStops []string       `json:"bad_stops,omitzero"`
}

// The goals of isolation.
const (
	MaxRatio = 3  // the others' p99 beside an attack, against alone
	MaxStop  = 10 // seconds: what a request may take
)

// Ratio gives the others' p99 beside the attack as a multiple of that alone,
// round by round.
func (c *Cell) Ratio() Stat {
	return over(&Case{Rounds: c.Beside}, &Case{Rounds: c.Alone}, p99)
}

// Of gives a figure over rounds.
func Of(rounds []Round, of func(*Round) float64) Stat { return (&Case{Rounds: rounds}).Over(of) }

// Faults tells how many of the others' requests were answered with a 5xx, or not
// at all, or were given up.
func (c *Cell) Faults() int {
	n := 0
	for status, count := range c.Others {
		if status == "none" || status[0] == '5' {
			n += count
		}
	}
	for i := range c.Beside {
		n += c.Beside[i].Late
	}
	return n
}

// Refused tells how many of the others' requests were refused otherwise, which
// nothing in them was a reason for.
func (c *Cell) Refused() int {
	n := 0
	for status, count := range c.Others {
		if status[0] == '4' {
			n += count
		}
	}
	return n
}

// Stop gives how long the server took to stop at the most.
func (c *Cell) Stop() float64 {
	if len(c.Stops) == 0 {
		return 0
	}
	return slices.Max(c.Stops)
}

// Missed tells which goals a cell misses.
func (c *Cell) Missed() []string {
	var list []string
	if r := c.Ratio(); r.Median > MaxRatio {
		list = append(list, fmt.Sprintf("p99 × %.3g", r.Median))
	}
	if n := c.Faults(); n > 0 {
		list = append(list, fmt.Sprintf("%d failed", n))
	}
	if n := c.Refused(); n > 0 {
		list = append(list, fmt.Sprintf("%d refused", n))
	}
	if s := c.Stop(); s > MaxStop {
		list = append(list, fmt.Sprintf("stopped after %.3g s", s))
	}
	if n := len(c.BadStops); n > 0 {
		list = append(list, fmt.Sprintf("%d stops with an error", n))
	}
	return list
}

// Missed tells how many cells miss a goal.
func (i *Isolation) Missed() int {
	n := 0
	for _, c := range i.Cells {
		if len(c.Missed()) > 0 {
			n++
		}
	}
	return n
}

// Judge tells why the figures cannot be relied on, by the rules of every run.
// What is measured beside an attack says nothing of the machine, but for what was
// tried before it.
func (i *Isolation) Judge() []string {
	run := &Run{Rounds: i.Rounds}
	for _, c := range i.Cells {
		run.Cases = append(run.Cases, &Case{ID: c.Input + " alone", Rounds: c.Alone})
	}
	return run.Judge()
}

// Save writes the run into a folder, under its time, and gives the file's path.
func (i *Isolation) Save(dir string) (string, error) { return save(dir, i.Taken, i.Quick, i) }

// NewestIsolation reads the newest full run of a folder, else the newest quick
// one, and gives its file's name.
func NewestIsolation(dir string) (*Isolation, string, error) {
	return newest(dir, func(i *Isolation) (time.Time, bool) { return i.Taken, i.Quick })
}

// IsolationDir gives where runs of isolation are kept beside the others.
func IsolationDir(results string) string { return filepath.Join(results, "isolation") }
