package endurance

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
)

// imported is how many rows a file has.
func imported() int {
	if long() {
		return 1_000_000
	}
	return 2000
}

// memoryBound is how much memory a server may have had at most while it brings in, and takes out,
// any number of contacts, in MiB. The goal is 150 on two processors; with more of them there are more
// readers, each with a cache.
const memoryBound = 256

// A file is planned, applied, taken out and planned again, when nothing is left to do; and what the
// server needs for that does not grow with the file (CONTRACT D37, D38).
func TestImportAndExportOfMany(t *testing.T) {
	dir := t.TempDir()
	db := filepath.Join(dir, "carnet.db")
	key := noLimits(t, db)
	s := start(t, db, key)
	rows := imported()
	file := filepath.Join(dir, "customers.csv")
	writeCustomers(t, file, rows)
	c := client{s, key}

	plan := c.imports(t, file, "--apply")
	if plan.State != "applied" || plan.Counts["create"] != rows || len(plan.Counts) != 1 {
		t.Fatalf("the plan is %s, with %v of %d rows", plan.State, plan.Counts, rows)
	}
	for _, name := range []string{"out.ndjson.gz", "out.csv"} {
		out := filepath.Join(dir, name)
		format := map[string]string{".gz": "ndjson", ".csv": "csv"}[filepath.Ext(name)]
		c.run(t, "export", out, "--format", format)
		if plan := c.imports(t, out); plan.State != "ready" || plan.Counts["same"] != rows || len(plan.Counts) != 1 {
			t.Errorf("%s imported again is %s, with %v of %d rows", name, plan.State, plan.Counts, rows)
		}
	}
	if peak, ok := peakMemory(t, s.cmd.Process.Pid); ok {
		t.Logf("%d rows: %d MiB at most", rows, peak)
		if peak > memoryBound {
			t.Errorf("the server had %d MiB at most, of %d", peak, memoryBound)
		}
	}
	s.stop(t)
}

// client runs commands that talk to a server.
type client struct {
	*server
	key string
}

func (c client) run(t *testing.T, args ...string) []byte {
	t.Helper()
	cmd := exec.Command(binary, append(args, "--url", c.url)...)
	cmd.Env = append(os.Environ(), "CARNET_KEY="+c.key)
	out, err := cmd.Output()
	if err != nil {
		said := ""
		if e, ok := err.(*exec.ExitError); ok {
			said = string(e.Stderr)
		}
		t.Fatalf("carnet %v: %v: %s", args, err, said)
	}
	return out
}

// importPlan is what is looked at of the plan of an import.
type importPlan struct {
	ID     string
	State  string
	Counts map[string]int
}

// imports has a file imported, and gives what its plan is then, with the counts that are not 0.
func (c client) imports(t *testing.T, file string, flags ...string) (p importPlan) {
	t.Helper()
	var made struct{ Plan *importPlan }
	out := c.run(t, append([]string{"import", file, "-o", "json"}, flags...)...)
	if err := json.Unmarshal(out, &made); err != nil {
		t.Fatal(err)
	}
	if made.Plan != nil {
		p = *made.Plan
	} else if err := json.Unmarshal(out, &p); err != nil {
		t.Fatal(err)
	}
	for outcome, n := range p.Counts {
		if n == 0 {
			delete(p.Counts, outcome)
		}
	}
	return p
}

// writeCustomers writes a file of people of whom each has an email, a number and a place.
func writeCustomers(t *testing.T, path string, rows int) {
	t.Helper()
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	out := bufio.NewWriter(file)
	fmt.Fprintln(out, "First name;Last name;E-mail;Phone;City")
	for i := range rows {
		fmt.Fprintf(out, "Ada %d;Example;customer%d@example.com;+1 201 555 %04d;Hereford\n", i, i, i%10_000)
	}
	if err := out.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
}

var peakLine = regexp.MustCompile(`(?m)^VmHWM:\s+(\d+) kB$`)

// peakMemory tells how much memory a process had at most, in MiB. Only Linux tells it.
func peakMemory(t *testing.T, pid int) (mib int, ok bool) {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Log("this system does not tell how much memory a process had")
		return 0, false
	}
	found := peakLine.FindSubmatch(text)
	if found == nil {
		t.Fatal("there is no VmHWM in its status")
	}
	kib, err := strconv.Atoi(string(found[1]))
	if err != nil {
		t.Fatal(err)
	}
	return kib / 1024, true
}
