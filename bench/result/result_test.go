package result

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

func rounds(rates ...float64) []Round {
	var list []Round
	for _, r := range rates {
		list = append(list, Round{PerSecond: r, P99: 1000 / r, Spin: 10, Sync: 0.3})
	}
	return list
}

// Ratios are taken within a round: a round in which everything is half as fast
// changes none of them.
func TestRatiosAreOfRounds(t *testing.T) {
	r := Run{Rounds: 3, Cases: []*Case{
		{ID: "carnet PUT 64", Rounds: rounds(9000, 4500, 8000)},
		{ID: "naive PUT 64", Rounds: rounds(1000, 500, 1000)},
		{ID: "no-op PUT 64", Rounds: rounds(30000, 15000, 20000)},
	}}
	for i := range r.Cases[0].Rounds {
		r.Cases[0].Rounds[i].WALEach = 6
	}
	want := map[string]struct {
		stat Stat
		met  bool
	}{
		"PUT, 64 connections ÷ naive (a transaction a request)": {Stat{9, 8, 9}, true},
		"PUT, 64 connections ÷ no-op server (HTTP ceiling)":     {Stat{0.3, 0.3, 0.4}, false},
		"Write-ahead log a PUT, a key changed in half of them":  {Stat{6, 6, 6}, false},
	}
	for _, ratio := range r.Ratios() {
		w, ok := want[ratio.Name]
		delete(want, ratio.Name)
		switch {
		case ok && (!near(ratio.Stat, w.stat) || ratio.Met() != w.met || !ratio.Measured):
			t.Errorf("%s: %+v, met %v", ratio.Name, ratio.Stat, ratio.Met())
		case strings.Contains(ratio.Name, "PocketBase as released") && (ratio.Measured || ratio.Met()):
			t.Errorf("%s is said to be measured or met", ratio.Name)
		case strings.Contains(ratio.Name, "Directus"):
			t.Errorf("%s was not asked for", ratio.Name)
		}
	}
	if len(want) > 0 {
		t.Errorf("missing: %v", want)
	}
}

func near(a, b Stat) bool {
	close := func(x, y float64) bool { return x-y < 1e-9 && y-x < 1e-9 }
	return close(a.Median, b.Median) && close(a.Min, b.Min) && close(a.Max, b.Max)
}

func TestRulesNameEachRatioOnce(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range rules {
		if seen[r.name] {
			t.Errorf("%s stands there twice", r.name)
		}
		seen[r.name] = true
	}
}

func TestStat(t *testing.T) {
	if got := stat([]float64{4, 1, 3, 2}); got != (Stat{2.5, 1, 4}) {
		t.Errorf("%+v", got)
	}
	if got := stat([]float64{5, 1, 3}); got != (Stat{3, 1, 5}) {
		t.Errorf("%+v", got)
	}
	if got := stat(nil); got != (Stat{}) {
		t.Errorf("%+v", got)
	}
}

func TestJudge(t *testing.T) {
	calm := func() *Run { return &Run{Rounds: 3, Cases: []*Case{{Rounds: rounds(1, 2, 3)}}} }
	for want, change := range map[string]func(*Run){
		"":                            func(r *Run) { r.Cases[0].Rounds[1].Spin = 12 },
		"one core took from 10.0":     func(r *Run) { r.Cases[0].Rounds[1].Spin = 13 },
		"fdatasync took from 0.30 to": func(r *Run) { r.Cases[0].Rounds[1].Sync = 0.7 },
		"at times 20 %":               func(r *Run) { r.Cases[0].Rounds[2].Others = 0.2 },
		"7 requests were never sent":  func(r *Run) { r.Cases[0].Rounds[1].Late = 7 },
		"only 2 of at least 3":        func(r *Run) { r.Rounds = 2 },
	} {
		r := calm()
		change(r)
		if got := strings.Join(r.Judge(), "; "); (want == "") != (got == "") || !strings.Contains(got, want) {
			t.Errorf("judged %q, want %q", got, want)
		}
	}
}

func TestNewest(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "results") // which is not there yet
	if _, _, err := Newest(dir); !errors.Is(err, ErrNone) {
		t.Errorf("an empty folder: %v", err)
	}
	day := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	for _, r := range []*Run{{Taken: day, Rounds: 3}, {Taken: day.AddDate(0, 0, 2), Quick: true}, {Taken: day.AddDate(0, 0, -1)}} {
		if _, err := r.Save(dir); err != nil {
			t.Fatal(err)
		}
	}
	got, name, err := Newest(dir)
	if err != nil || name != "20261101-1200.json" || !reflect.DeepEqual(got, &Run{Taken: day, Rounds: 3, Noise: []string{}, Missing: []string{}, Cases: []*Case{}, Versions: map[string]string{}}) {
		t.Errorf("%s %+v %v", name, got, err)
	}
	if err := os.WriteFile(filepath.Join(dir, "a.json"), []byte(`{"takn":1}`), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, _, err := Newest(dir); err == nil || !strings.Contains(err.Error(), "a.json") {
		t.Errorf("a file that is none of ours: %v", err)
	}
}
