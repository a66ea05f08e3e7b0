package costs

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
)

// column is a measure, and how far it may be from its limit.
type column struct {
	name  string
	of    func(cost) float64
	over  float64 // part of the limit; what differs from machine to machine
	under float64 // part of the limit; more must be written down as won
}

var columns = []column{
	{"statements", func(c cost) float64 { return c.statements }, 0, 0},
	{"rows looked at", func(c cost) float64 { return c.rows }, 0, 0},
	{"bytes of write-ahead log", func(c cost) float64 { return c.wal }, 0.03, 0.15},
	{"allocations", func(c cost) float64 { return c.allocs }, 0.03, 0.15},
	{"allocated bytes", func(c cost) float64 { return c.bytes }, 0.05, 0.15},
}

// judge compares what was measured with its limit.
func judge(got, limit cost, allocations bool) (problems []string) {
	for i, c := range columns {
		if i > 2 && !allocations {
			continue
		}
		g, l := c.of(got), c.of(limit)
		const rounding = 0.005 // the table has two decimals
		switch {
		case math.IsNaN(g):
			problems = append(problems, c.name+" were not measured")
		case g > l*(1+c.over)+rounding:
			problems = append(problems, fmt.Sprintf("%.2f %s, the limit is %.2f: save them, or raise the limit in the table and say why", g, c.name, l))
		case g < l*(1-c.under)-rounding:
			problems = append(problems, fmt.Sprintf("%.2f %s, far below the limit of %.2f: lower it in the table, so that what was won is kept", g, c.name, l))
		}
	}
	return problems
}

func TestJudge(t *testing.T) {
	limit := cost{statements: 7.5, rows: 50, wal: 10_000, allocs: 100, bytes: 20_000}
	for _, c := range []struct {
		name        string
		got         cost
		allocations bool
		want        string // the problems, parted by ;
	}{
		{"at the limit", limit, true, ""},
		{"within", cost{7.5, 50, 10_299, 103, 17_001}, true, ""},
		{"one statement more in a hundred requests", cost{7.51, 50, 10_000, 100, 20_000}, true, "7.51 statements, the limit is 7.50"},
		{"one statement less", cost{6.5, 50, 10_000, 100, 20_000}, true, "6.50 statements, far below"},
		{"one row more", cost{7.5, 51, 10_000, 100, 20_000}, true, "51.00 rows looked at, the limit is 50.00"},
		{"more log", cost{7.5, 50, 10_400, 100, 20_000}, true, "10400.00 bytes of write-ahead log, the limit is"},
		{"less log", cost{7.5, 50, 8_000, 100, 20_000}, true, "8000.00 bytes of write-ahead log, far below"},
		{"more and larger allocations", cost{7.5, 50, 10_000, 104, 22_000}, true,
			"104.00 allocations, the limit is;22000.00 allocated bytes, the limit is"},
		{"fewer allocations", cost{7.5, 50, 10_000, 84, 20_000}, true, "84.00 allocations, far below"},
		{"not counted", cost{7.5, 50, 10_000, 900, 90_000}, false, ""},
		{"not counted, but the log is", cost{7.5, 50, 11_000, 900, 90_000}, false, "11000.00 bytes of write-ahead log, the limit is"},
		{"no call", cost{math.NaN(), 50, 10_000, 100, 20_000}, true, "statements were not measured"},
	} {
		got := judge(c.got, limit, c.allocations)
		want := strings.FieldsFunc(c.want, func(r rune) bool { return r == ';' })
		ok := len(got) == len(want)
		for i := range want {
			ok = ok && strings.HasPrefix(got[i], want[i])
		}
		if !ok {
			t.Errorf("%s: %q, want what begins with %q", c.name, got, want)
		}
	}
	if problems := judge(cost{wal: 1}, cost{}, true); len(problems) != 1 {
		t.Errorf("where the limit is 0: %q", problems)
	}
}

// TestReasons: every limit has a sentence that says why it is what it is.
func TestReasons(t *testing.T) {
	for _, w := range slices.Concat(table, planRows, jobRows) {
		if !strings.HasSuffix(w.why, ".") || len(w.why) < 20 {
			t.Errorf("%s: write a sentence that says why it costs this much", w.name)
		}
	}
}
