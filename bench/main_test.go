package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/carnet-project/carnet/bench/plan"
	"github.com/carnet-project/carnet/bench/postgres"
	"github.com/carnet-project/carnet/bench/report"
	"github.com/carnet-project/carnet/bench/target"
)

// TestMain is also the program itself, for the servers that a run starts.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && !strings.HasPrefix(os.Args[1], "-") {
		main()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// A very small run goes through everything but the peers: it builds Carnet,
// fills it, and measures each kind of case.
func TestRun(t *testing.T) {
	env := testEnv(t, ".")
	o := &plan.Options{Rounds: 2, Time: 250 * time.Millisecond, Warm: 10 * time.Millisecond, Contacts: 300,
		Only: regexp.MustCompile(`^(carnet|naive|no-op) PUT (1|64)$|^raw SQL|PUT 64 at 50|^carnet (GET|90/10|list) 16$|^carnet-8 (PUT|POST) 64$`)}
	r, err := plan.Run(t.Context(), env, o)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"carnet PUT 64", "no-op PUT 64", "naive PUT 64", "raw SQL 64", "carnet PUT 1", "naive PUT 1", "no-op PUT 1", "carnet PUT 64 at 50 %",
		"no-op PUT 64 at 50 %", "carnet GET 16", "carnet 90/10 16", "carnet list 16", "carnet-8 PUT 64", "carnet-8 POST 64"}
	var got []string
	for _, c := range r.Cases {
		got = append(got, c.ID)
		if len(c.Rounds) != 2 {
			t.Errorf("%s: %d rounds", c.ID, len(c.Rounds))
		}
		for _, f := range c.Rounds {
			if f.PerSecond <= 0 || f.P50 <= 0 || f.P999 < f.P99 || f.P99 < f.P50 || f.Max < f.P999 || f.RSS <= 0 || f.Spin <= 0 || f.Sync <= 0 {
				t.Errorf("%s: %+v", c.ID, f)
			}
			writes := strings.Contains(c.ID, "PUT") || strings.Contains(c.ID, "POST") || strings.Contains(c.ID, "raw")
			folds := !writes && strings.HasPrefix(c.Target, "carnet") // the index of searches, which comes behind the writes
			if logs := writes && c.Target != "no-op"; logs != (f.WALEach > 0) && !folds || logs && f.Commits <= 0 {
				t.Errorf("%s: %v KiB of log each, %v commits", c.ID, f.WALEach, f.Commits)
			}
		}
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("measured %q\nwant %q", got, want)
	}
	if len(r.Noise) == 0 {
		t.Error("two rounds are taken for enough")
	}
	if text := report.Text(r); !strings.Contains(text, "carnet PUT 64") || !strings.Contains(text, "only 2 of at least 3") {
		t.Error(text)
	}
	if left, err := os.ReadDir(filepath.Join(env.Scratch, "work")); err == nil {
		t.Errorf("the run has left %v behind", left)
	}
}

// A very small run on PostgreSQL: over HTTP, in process, and pgbench.
func TestRunOnPostgres(t *testing.T) {
	env := testEnv(t, "/var/tmp") // where the user postgres can reach it
	// It is warm only once its connections are open, on which its first requests wait: until then a case might count one.
	o := &plan.Options{Rounds: 1, Time: 250 * time.Millisecond, Warm: 500 * time.Millisecond, Contacts: 300, Postgres: postgres.Auto,
		Only: regexp.MustCompile(`^(carnet|in-process)-pg(-8)? PUT 64|^carnet-pg GET|-sqlite|^pgbench -N 16`)}
	r, err := plan.Run(t.Context(), env, o)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"carnet-pg PUT 64", "in-process-pg PUT 64", "pgbench -N 16", "carnet-pg-8 PUT 64", "in-process-pg-8 PUT 64", "carnet-pg GET 64", "in-process-sqlite PUT 64"}
	var got []string
	for _, c := range r.Cases {
		got = append(got, c.ID)
		f := c.Rounds[0]
		served := strings.HasPrefix(c.Target, "carnet")
		if f.PerSecond <= 0 || c.Target != "pgbench" && (f.P50 <= 0 || f.Max < f.P99) || f.Spin <= 0 || f.Sync <= 0 {
			t.Errorf("%s: %+v", c.ID, f)
		}
		if served != (f.PGMemory > 0) || served != (f.RSS > 0) || served && c.Op == "PUT" && (f.WALEach < 0.5 || f.WALEach > 100) {
			t.Errorf("%s: %+v", c.ID, f)
		}
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("measured %q\nwant %q", got, want)
	}
	if text := report.Text(r); !strings.Contains(text, "PG MiB") || !strings.Contains(text, "best with 16 clients") || !strings.Contains(text, "fsync = on") {
		t.Error(text)
	}
}

func TestRefusals(t *testing.T) {
	for _, args := range [][]string{
		{"reprot"}, {"report", "x"}, {"-rounds", "0"}, {"-growth", "5k"}, {"-only", "no such case", "-growth", "none"}, {"-only", "("}, {"-quick", "x"},
		{"isolation", "x"}, {"isolation", "-rounds", "-1"}, {"isolation", "-only", "("}, {"attack", "x"},
	} {
		if err := run(context.Background(), append(args, flagsOf(t, args)...)); err == nil {
			t.Errorf("%q is taken", args)
		}
	}
}

// flagsOf keeps what a refused run would make out of the user's folders.
func flagsOf(t *testing.T, args []string) []string {
	if !strings.HasPrefix(args[0], "-") || args[0] == "-quick" {
		return nil
	}
	return []string{"-scratch", t.TempDir()}
}

// What is measured beside Carnet runs on the same driver: the versions of the
// two modules must not part.
func TestSameVersions(t *testing.T) {
	for _, module := range []string{"modernc.org/sqlite", "modernc.org/libc", "zombiezen.com/go/sqlite", "github.com/go-json-experiment/json"} {
		ours, err1 := target.ModuleVersion(t.Context(), ".", module)
		products, err2 := target.ModuleVersion(t.Context(), "..", module)
		if err1 != nil || err2 != nil || ours != products || ours == "" {
			t.Errorf("%s is %q here and %q in Carnet (%v, %v): go get the same", module, ours, products, err1, err2)
		}
	}
}

// testEnv makes surroundings in a folder, which are gone when the test ends. The
// folder is on a disk, as that of t.TempDir may not be: a run refuses memory.
func testEnv(t *testing.T, folder string) *target.Env {
	t.Helper()
	self, err1 := os.Executable()
	module, err2 := filepath.Abs(".")
	place, err3 := filepath.Abs(folder)
	scratch, err4 := os.MkdirTemp(place, ".test-")
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(scratch); err != nil {
			t.Error(err)
		}
	})
	if err := os.Chmod(scratch, 0o755); err != nil {
		t.Fatal(err)
	}
	return &target.Env{Module: module, Scratch: scratch, Self: self, Say: func(text string) { t.Log(text) }}
}
