package report

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/carnet-project/carnet/bench/result"
)

// sample is a run with figures that are easy to tell apart.
func sample() *result.Run {
	rounds := func(rate float64) []result.Round {
		var list []result.Round
		for _, share := range []float64{0.9, 1, 1.2} {
			list = append(list, result.Round{PerSecond: rate * share, P50: 1, P99: 12.5, P999: 30, RSS: 70, CPU: 150, Cores: 1.2, WAL: 64, WALEach: 4.8, Spin: 10, Sync: 0.3})
		}
		return list
	}
	r := &result.Run{
		Taken: time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC), Rounds: 3, Seconds: 2, Contacts: 100_000,
		Machine:  result.Machine{CPU: "A <fast> CPU", Cores: 2, MemoryMiB: 24000, Kernel: "6.1", FileSystem: "ext4"},
		Versions: map[string]string{"carnet": "abc", "go": "go1.26.8", "sqlite": "3.54.1", "github.com/pocketbase/pocketbase": "v0.39.9"},
	}
	for id, rate := range map[string]float64{"carnet PUT 64": 12_000, "no-op PUT 64": 25_000, "naive PUT 64": 1300, "PocketBase PUT 64": 2100,
		"carnet-10k PUT 64": 13_000, "carnet-10k GET 64": 21_000, "carnet-1m PUT 64": 11_000, "carnet-1m GET 64": 18_000} {
		c := &result.Case{ID: id, Rounds: rounds(rate)}
		if strings.HasPrefix(id, "carnet-1m") {
			c.Contacts = 1_000_000
		}
		r.Cases = append(r.Cases, c)
	}
	return r
}

func TestText(t *testing.T) {
	text := Text(sample())
	for _, want := range []string{"÷ naive", "9.23", "≥ 8", "met", "not measured", "carnet PUT 64", "(10800–14400)"} {
		if !strings.Contains(text, want) {
			t.Errorf("the table has no %q:\n%s", want, text)
		}
	}
	if strings.Contains(text, "noisy") {
		t.Error("a calm run is called noisy")
	}
	noisy := sample()
	noisy.Noise = []string{"a neighbour"}
	if text := Text(noisy); !strings.Contains(text, "Too noisy: a neighbour.") {
		t.Error("a noisy run is not called so")
	}
}

func TestPage(t *testing.T) {
	files := Files(sample(), "a.json")
	page := files["performance.md"]
	for _, want := range []string{"bench/results/a.json", "| 9.23 | 9.23–9.23 | ≥ 8 | met |", "(performance-put.svg)", "(performance-growth.svg)", "24,000 MiB"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %q", want)
		}
	}
	if strings.Contains(page, "quick run") || strings.Contains(page, "noisy") {
		t.Error("the page warns of a run that was calm and full")
	}
	quick := sample()
	quick.Quick, quick.Noise, quick.Cases = true, []string{"a neighbour"}, quick.Cases[:0]
	files = Files(quick, "a.json")
	if page := files["performance.md"]; !strings.Contains(page, "A quick run") || !strings.Contains(page, "Too noisy: a neighbour.") || strings.Contains(page, ".svg") || len(files) != 1 {
		t.Errorf("a quick run of a noisy machine without cases:\n%s", page)
	}
}

// A run without PostgreSQL says nothing of it; one with it has its columns, its
// settings, and what pgbench is best with.
func TestPostgres(t *testing.T) {
	words := []string{"PG CPU", "shared_buffers", "at its best with 32 clients", "one Space ÷"}
	plain, r := sample(), sample()
	r.Postgres, r.Versions["postgresql"] = "shared_buffers = 256MB", "15.1"
	for n, rate := range map[int]float64{16: 4000, 32: 5000} {
		r.Cases = append(r.Cases, &result.Case{ID: fmt.Sprintf("pgbench -N %d", n), Target: "pgbench", Conns: n, Rounds: []result.Round{{PerSecond: rate}}})
	}
	r.Cases = append(r.Cases, &result.Case{ID: "carnet-pg PUT 64", Rounds: []result.Round{{PerSecond: 6000, PGCPU: 77.7}}})
	for _, show := range []func(*result.Run) string{Text, func(r *result.Run) string { return Files(r, "a.json")["performance.md"] }} {
		for _, w := range append(words, "77.7", "1.50") {
			if !strings.Contains(show(r), w) {
				t.Errorf("there is no %q:\n%s", w, show(r))
			}
		}
		for _, w := range words {
			if strings.Contains(show(plain), w) {
				t.Errorf("without PostgreSQL there is %q", w)
			}
		}
	}
	for line := range strings.Lines(Files(r, "a.json")["performance.md"]) {
		if strings.HasPrefix(line, "| pgbench") && strings.Count(line, "|") != 15 {
			t.Errorf("a row of %d columns: %s", strings.Count(line, "|")-1, line)
		}
	}
}

// Plots are well-formed, stay on their ground, and show every figure.
func TestPlots(t *testing.T) {
	for name, want := range map[string][]string{
		"performance-put.svg":    {"Carnet", "12,000", "25,000", "1,300"},
		"performance-growth.svg": {"PUT", "GET", "1,000,000", "18,000"},
	} {
		plot := Files(sample(), "a.json")[name]
		for _, w := range want {
			if !strings.Contains(plot, ">"+w+"<") {
				t.Errorf("%s does not show %s", name, w)
			}
		}
		for _, bad := range []string{"NaN", "Inf", `="-`, " -"} {
			if strings.Contains(strings.SplitAfter(plot, "</style>")[1], bad) {
				t.Errorf("%s has %s", name, bad)
			}
		}
		d := xml.NewDecoder(strings.NewReader(plot))
		for {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
	}
}

func TestGridStep(t *testing.T) {
	for most, want := range map[float64]float64{0: 0.2, 3: 1, 5: 1, 9: 2, 40: 10, 12_000: 5000, 49_000: 10_000} {
		if got := gridStep(most); got != want {
			t.Errorf("up to %v: %v, want %v", most, got, want)
		}
	}
}

func TestWrite(t *testing.T) {
	results, docs := t.TempDir(), t.TempDir()
	if err := Write(results, docs); !errors.Is(err, result.ErrNone) {
		t.Errorf("without results: %v", err)
	}
	if _, err := sample().Save(results); err != nil {
		t.Fatal(err)
	}
	stale := filepath.Join(docs, "performance-growth.svg")
	if err := os.WriteFile(stale, []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := Write(results, docs); err != nil {
		t.Fatal(err)
	}
	same(t, results, docs)
}

// The page under docs is the one of the newest results that are kept; while
// there are none, there is no page.
func TestPageIsUpToDate(t *testing.T) {
	same(t, filepath.Join("..", "results"), filepath.Join("..", "..", "docs"))
}

func same(t *testing.T, results, docs string) {
	t.Helper()
	files, err := made(results)
	if err != nil && !errors.Is(err, result.ErrNone) {
		t.Fatal(err)
	}
	for _, name := range Names {
		got, err := os.ReadFile(filepath.Join(docs, name))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
		if want := files[name]; string(got) != want {
			t.Errorf("docs/%s is not made of the newest results: run ./bench/run report", name)
		}
	}
}

// The section on isolation stands behind the page where there are results, and
// only there.
func TestIsolation(t *testing.T) {
	results, docs := t.TempDir(), t.TempDir()
	if _, err := sample().Save(results); err != nil {
		t.Fatal(err)
	}
	page := func() string {
		if err := Write(results, docs); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(filepath.Join(docs, "performance.md"))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	if strings.Contains(page(), "Isolation") {
		t.Error("there is a section without results")
	}
	i := &result.Isolation{Taken: time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC), Rounds: 1, Noise: []string{"a neighbour"}, Cells: []*result.Cell{
		{Input: "A1", What: "a slow list", Limits: "none", Alone: []result.Round{{P99: 2}}, Beside: []result.Round{{P99: 9}},
			Others: map[string]int{"503": 2}, Attacker: map[string]int{"200": 12000, "none": 1}, Stops: []float64{1}}}}
	if _, err := i.Save(result.IsolationDir(results)); err != nil {
		t.Fatal(err)
	}
	text := page()
	for _, want := range []string{"\n## Isolation\n", "isolation/20261102-1200.json", "**Too noisy: a neighbour.", "- **A1**: a slow list", "| 4.50 |", "200 × 12,000, none × 1", "missed: p99 × 4.5, 2 failed"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page has no %q:\n%s", want, text)
		}
	}
	if err := os.WriteFile(filepath.Join(result.IsolationDir(results), "a.json"), []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := Write(results, docs); err == nil {
		t.Error("a file that is none of ours is passed over")
	}
}
