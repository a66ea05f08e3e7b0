package result

import (
	"strings"
	"testing"
	"time"
)

func cell() *Cell {
	return &Cell{Input: "A1", Alone: rounds(100, 200, 100), Beside: rounds(50, 100, 10),
		Others: map[string]int{"200": 90, "304": 1}, Attacker: map[string]int{"503": 7}, Stops: []float64{0.1, 9.9, 1}}
}

// Each goal can be missed alone, and what the attacker is answered is none.
func TestIsolationGoals(t *testing.T) {
	for want, change := range map[string]func(*Cell){
		"":                        func(*Cell) {},
		"p99 × 4":                 func(c *Cell) { c.Beside = rounds(25, 100, 10) },
		"2 failed":                func(c *Cell) { c.Others["503"] = 2 },
		"3 failed":                func(c *Cell) { c.Others["none"] = 3 },
		"4 failed":                func(c *Cell) { c.Beside[1].Late = 4 },
		"5 refused":               func(c *Cell) { c.Others["429"] = 5 },
		"stopped after 10.1 s":    func(c *Cell) { c.Stops[0] = 10.1 },
		"1 stops with an error":   func(c *Cell) { c.BadStops = []string{"exit status 1"} },
		"1 failed; 4 refused":     func(c *Cell) { c.Others["500"], c.Others["401"] = 1, 4 },
		"p99 × 4; 1 failed (all)": func(c *Cell) { c.Beside, c.Others["502"] = rounds(25, 50, 25), 1 },
	} {
		c := cell()
		change(c)
		want, _, _ = strings.Cut(want, " (")
		i := &Isolation{Cells: []*Cell{cell(), c}}
		if got := strings.Join(c.Missed(), "; "); got != want || i.Missed() != min(1, len(want)) {
			t.Errorf("missed %q in %d cells, want %q", got, i.Missed(), want)
		}
	}
}

// What is measured beside an attack does not make the machine noisy, and what is
// measured alone does.
func TestIsolationNoise(t *testing.T) {
	i := &Isolation{Rounds: 3, Cells: []*Cell{cell()}}
	i.Cells[0].Beside[0].Others, i.Cells[0].Beside[0].Late = 0.9, 5
	if noise := i.Judge(); len(noise) > 0 {
		t.Errorf("%q", noise)
	}
	i.Cells[0].Alone[0].Others = 0.9
	if noise := i.Judge(); len(noise) != 1 {
		t.Errorf("%q", noise)
	}
}

func TestIsolationIsKept(t *testing.T) {
	dir := IsolationDir(t.TempDir())
	for hour, quick := range []bool{false, true} {
		i := &Isolation{Taken: time.Date(2026, 11, 1, hour, 0, 0, 0, time.UTC), Quick: quick, Cells: []*Cell{cell()}}
		if _, err := i.Save(dir); err != nil {
			t.Fatal(err)
		}
	}
	i, name, err := NewestIsolation(dir)
	if err != nil || name != "20261101-0000.json" || i.Quick || i.Cells[0].Ratio() != cell().Ratio() {
		t.Errorf("%s %+v %v", name, i, err)
	}
}
