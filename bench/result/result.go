// Package result is what a run of the benchmark brings: figures of every case
// and round, and the ratios that are made of them. It is kept as JSON.
package result

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Run is one run.
type Run struct {
	Taken    time.Time         `json:"taken"`
	Quick    bool              `json:"quick"` // fewer cases and shorter ones: a first look
	Rounds   int               `json:"rounds"`
	Seconds  float64           `json:"seconds"` // that each case was counted
	Contacts int               `json:"contacts"`
	Machine  Machine           `json:"machine"`
	Versions map[string]string `json:"versions"`
	Postgres string            `json:"postgres,omitzero"` // what PostgreSQL ran with, where it was measured
	Noise    []string          `json:"noise"`             // why the figures cannot be relied on; empty for a calm machine
	Missing  []string          `json:"missing"`
	Cases    []*Case           `json:"cases"`
}

// Machine is what it ran on.
type Machine struct {
	CPU        string `json:"cpu"`
	Cores      int    `json:"cores"`
	MemoryMiB  int64  `json:"memory_mib"`
	Kernel     string `json:"kernel"`
	FileSystem string `json:"file_system"`
}

// Case is one thing that was measured, once a round.
type Case struct {
	ID       string  `json:"id"`
	Target   string  `json:"target"`
	Op       string  `json:"op"`
	Conns    int     `json:"conns"`
	Spaces   int     `json:"spaces"`
	Contacts int     `json:"contacts"`
	Load     float64 `json:"load,omitzero"` // of a schedule: the share of Carnet's closed-loop rate; 0 for a closed loop
	Rounds   []Round `json:"rounds"`
}

// Round is what one round of a case brought. Times are in milliseconds.
type Round struct {
	PerSecond float64 `json:"per_second"`
	P50       float64 `json:"p50_ms"`
	P95       float64 `json:"p95_ms,omitzero"` // 0 in runs that did not take it
	P99       float64 `json:"p99_ms"`
	P999      float64 `json:"p999_ms"`
	Max       float64 `json:"max_ms"`
	CPU       float64 `json:"cpu_us"`                // of the server, microseconds a request
	Cores     float64 `json:"cpu_cores"`             // of the server, how many it kept busy
	RSS       float64 `json:"rss_mib"`               // of the server, its peak
	WAL       float64 `json:"wal_mib"`               // the log's greatest size
	WALEach   float64 `json:"wal_kib"`               // written to the log, a request
	DiskEach  float64 `json:"disk_kib"`              // written to the disk by the server, a request
	Commits   float64 `json:"commits"`               // a second
	PGCPU     float64 `json:"pg_cpu_us,omitzero"`    // of PostgreSQL's server, microseconds a request
	PGCores   float64 `json:"pg_cpu_cores,omitzero"` // of PostgreSQL's server, how many it kept busy
	PGMemory  float64 `json:"pg_mib,omitzero"`       // of PostgreSQL's server, what it shares once
	Late      int     `json:"late,omitzero"`
	Spin      float64 `json:"spin_ms"` // before it: fixed work of one core
	Sync      float64 `json:"sync_ms"` // before it: the median of appends with fdatasync
	Others    float64 `json:"others"`  // during it: the share of the machine that other processes used
}

// Stat is a figure over the rounds.
type Stat struct{ Median, Min, Max float64 }

// Over gives the figure that of takes from each round.
func (c *Case) Over(of func(*Round) float64) Stat {
	var all []float64
	for i := range c.Rounds {
		all = append(all, of(&c.Rounds[i]))
	}
	return stat(all)
}

func stat(all []float64) Stat {
	if len(all) == 0 {
		return Stat{}
	}
	slices.Sort(all)
	n := len(all)
	return Stat{(all[(n-1)/2] + all[n/2]) / 2, all[0], all[n-1]}
}

// Find gives the case of that id, nil where it was not measured.
func (r *Run) Find(id string) *Case {
	for _, c := range r.Cases {
		if c.ID == id {
			return c
		}
	}
	return nil
}

// Save writes the run into a folder, under its time, and gives the file's path.
func (r *Run) Save(dir string) (string, error) { return save(dir, r.Taken, r.Quick, r) }

func save(dir string, taken time.Time, quick bool, run any) (string, error) {
	text, err := json.Marshal(run, jsontext.WithIndent("\t"), json.Deterministic(true))
	if err != nil {
		return "", err
	}
	name := taken.UTC().Format("20060102-1504")
	if quick {
		name += "-quick"
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	path := filepath.Join(dir, name+".json")
	return path, os.WriteFile(path, append(text, '\n'), 0o644)
}

// ErrNone says that a folder has no results.
var ErrNone = errors.New("there are no results: run ./bench/run first")

// Newest reads the newest full run of a folder, else the newest quick one, and
// gives its file's name.
func Newest(dir string) (*Run, string, error) {
	return newest(dir, func(r *Run) (time.Time, bool) { return r.Taken, r.Quick })
}

// newest is Newest of any kind of run, of which about tells when it was taken, and
// whether it was quick.
func newest[T any](dir string, about func(*T) (time.Time, bool)) (*T, string, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		return nil, "", err
	}
	var best *T
	var name string
	var bestTaken time.Time
	var bestQuick bool
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, "", err
		}
		r := new(T)
		if err := json.Unmarshal(text, r, json.RejectUnknownMembers(true)); err != nil {
			return nil, "", fmt.Errorf("%s: %w", path, err)
		}
		taken, quick := about(r)
		if best == nil || bestQuick && !quick || bestQuick == quick && taken.After(bestTaken) {
			best, name, bestTaken, bestQuick = r, filepath.Base(path), taken, quick
		}
	}
	if best == nil {
		return nil, "", ErrNone
	}
	return best, name, nil
}
