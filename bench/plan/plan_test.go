package plan

import (
	"strings"
	"testing"

	"github.com/carnet-project/carnet/bench/result"
	"github.com/carnet-project/carnet/bench/target"
)

// Each page of the book is measured of each size, and has its goal with a million
// contacts; what the API takes stands beside it without one.
func TestGrowth(t *testing.T) {
	o := &Options{Contacts: 10, Growth: []string{"10k", "1M"}}
	cases, err := o.growth()
	if err != nil {
		t.Fatal(err)
	}
	run, seen := &result.Run{}, map[string]bool{}
	for i := range cases {
		c := &cases[i].Case
		if seen[c.ID] {
			t.Errorf("%s stands there twice", c.ID)
		}
		seen[c.ID] = true
		c.Rounds = []result.Round{{P95: 60}}
		run.Cases = append(run.Cases, c)
	}
	if want := 2*(7+len(target.Pages)+len(target.Imports)) + 1; len(cases) != want || !seen["carnet-10k PUT 64"] || !seen["carnet-1m GET 64"] || !seen["no-op-growth PUT 64"] {
		t.Errorf("%d cases, want %d: %v", len(cases), want, seen)
	}
	missed, beside := 0, 0
	for _, r := range run.Ratios() {
		switch ofPages := strings.HasPrefix(r.Name, "p95 of the page "); {
		case ofPages && r.Measured && !r.Met() && r.Goal == 50 && r.Stat.Median == 60:
			missed++
		case strings.HasPrefix(r.Name, "p95 of a ") && r.Measured && r.Met():
			beside++
		case strings.HasPrefix(r.Name, "p95"):
			t.Errorf("%+v", r)
		}
	}
	if missed != len(target.Pages) || beside != 2 {
		t.Errorf("%d pages have a goal, and %d figures stand beside them", missed, beside)
	}
	if none, err := (&Options{}).growth(); err != nil || len(none) > 0 {
		t.Errorf("without sizes: %v, %v", none, err)
	}
}
