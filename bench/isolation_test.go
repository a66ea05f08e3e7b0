package main

import (
	"strings"
	"testing"
	"time"

	"github.com/carnet-project/carnet/bench/attack"
	"github.com/carnet-project/carnet/bench/plan"
	"github.com/carnet-project/carnet/bench/report"
	"github.com/carnet-project/carnet/bench/target"
)

// A very small run of isolation plays every input. Whether a goal is met says
// nothing here.
func TestIsolation(t *testing.T) {
	env := testEnv(t, ".")
	o := &plan.IsolationOptions{Rounds: 1, Time: 600 * time.Millisecond, Rate: 100,
		Size: target.AttackedSize{Each: 20, Shared: 40, Changes: 100, History: 600}}
	run, err := plan.Isolate(t.Context(), env, o)
	if err != nil {
		t.Fatal(err)
	}
	played := map[string]int{}
	for _, c := range run.Cells {
		played[c.Input]++
		if len(c.Alone) != 1 || len(c.Beside) != 1 || len(c.Stops) != 1 || c.Others["200"] == 0 || len(c.BadStops) > 0 {
			t.Errorf("%s, limits %s: %+v", c.Input, c.Limits, c)
		}
		for _, r := range append(c.Alone, c.Beside...) {
			if r.P50 <= 0 || r.P99 < r.P50 || r.Max < r.P99 || r.RSS <= 0 || r.Spin <= 0 || r.Sync <= 0 {
				t.Errorf("%s, limits %s: %+v", c.Input, c.Limits, r)
			}
		}
		// The inputs are what they are meant to be: a mistake in one would be
		// answered so.
		for _, status := range []string{"400", "401", "403", "404", "405", "413", "415", "422"} {
			if n := c.Attacker[status]; n > 0 {
				t.Errorf("%s, limits %s: the attacker was answered %s %d times", c.Input, c.Limits, status, n)
			}
		}
		if asks := strings.HasPrefix(c.Input, "A1") || c.Input == "A4" || c.Input == "A6"; asks && c.Attacker["200"] == 0 {
			t.Errorf("%s, limits %s: the attacker was answered %v", c.Input, c.Limits, c.Attacker)
		}
	}
	for _, in := range attack.Inputs {
		if played[in.Name] == 0 {
			t.Errorf("%s was not played", in.Name)
		}
	}
	if played[attack.All] != 2 || len(run.Noise) == 0 {
		t.Errorf("%v, noise %q", played, run.Noise)
	}
	if text := report.Isolation(run); !strings.Contains(text, "A1 nobody") || !strings.Contains(text, "only 1 of at least 3") {
		t.Error(text)
	}
}
