package result

// A Ratio compares two cases, round by round, or gives one figure of one case.
type Ratio struct {
	Name     string
	Stat     Stat
	Goal     float64 // 0 for none
	AtMost   bool    // the goal is not to be passed, rather than to be reached
	Unit     string  // "" for a ratio
	Measured bool
}

// Met tells whether the median reaches the goal. A ratio without one is never
// missed.
func (r *Ratio) Met() bool {
	return r.Goal == 0 || r.Measured && (r.AtMost && r.Stat.Median <= r.Goal || !r.AtMost && r.Stat.Median >= r.Goal)
}

// What a ratio is made of.
func rate(r *Round) float64   { return r.PerSecond }
func p95(r *Round) float64    { return r.P95 }
func p99(r *Round) float64    { return r.P99 }
func wal(r *Round) float64    { return r.WALEach }
func peak(r *Round) float64   { return r.WAL }
func memory(r *Round) float64 { return r.RSS }

// syncs is the rate as a share of what the disk could sync before the case.
func syncs(r *Round) float64 { return r.PerSecond * r.Sync / 1000 }

// Pgbench is the case that PostgreSQL is measured against.
const Pgbench = "pgbench -N 16"

type rule struct {
	name      string
	of        func(*Round) float64
	above     string // the id of a case
	below     string // "" for the figure itself
	goal      float64
	atMost    bool
	unit      string
	ifPresent bool // left out where it was not asked for, rather than shown as missing
}

// rules are the goals of the project, in the order of the table.
var rules = []rule{
	{name: "PUT, 64 connections ÷ PocketBase as released (`synchronous=NORMAL`, no history)", of: rate, above: "carnet PUT 64", below: "PocketBase PUT 64", goal: 6},
	{name: "PUT, 64 connections ÷ PocketBase with `synchronous=FULL`", of: rate, above: "carnet PUT 64", below: "PocketBase FULL PUT 64", goal: 8},
	{name: "PUT, 64 connections ÷ Directus with revisions", of: rate, above: "carnet PUT 64", below: "Directus PUT 64", goal: 100, ifPresent: true},
	{name: "PUT, 64 connections ÷ naive (a transaction a request)", of: rate, above: "carnet PUT 64", below: "naive PUT 64", goal: 8},
	{name: "PUT, one connection ÷ naive", of: rate, above: "carnet PUT 1", below: "naive PUT 1", goal: 1},
	{name: "PUT, 64 connections ÷ no-op server (HTTP ceiling)", of: rate, above: "carnet PUT 64", below: "no-op PUT 64", goal: 0.4},
	{name: "PUT, 64 connections ÷ raw driver, groups of 64 (SQL ceiling)", of: rate, above: "carnet PUT 64", below: "raw SQL 64"},
	{name: "PUT, one connection ÷ appends with fdatasync (disk ceiling)", of: syncs, above: "carnet PUT 1"},
	{name: "GET, 64 connections ÷ no-op server", of: rate, above: "carnet GET 64", below: "no-op GET 64"},
	{name: "GET, 64 connections ÷ PocketBase", of: rate, above: "carnet GET 64", below: "PocketBase GET 64"},
	{name: "PUT, eight Spaces ÷ one", of: rate, above: "carnet-8 PUT 64", below: "carnet PUT 64"},
	{name: "p99 of PUT, 64 connections ÷ no-op server's", of: p99, above: "carnet PUT 64", below: "no-op PUT 64", goal: 1.5, atMost: true},
	{name: "p99 of PUT with 1M contacts ÷ no-op server's", of: p99, above: "carnet-1m PUT 64", below: "no-op-growth PUT 64", goal: 2, atMost: true},
	{name: "p99 of PUT by a schedule, at 50 % of the rate ÷ no-op server's", of: p99, above: "carnet PUT 64 at 50 %", below: "no-op PUT 64 at 50 %"},
	{name: "p99 of PUT by a schedule, at 80 % of the rate ÷ no-op server's", of: p99, above: "carnet PUT 64 at 80 %", below: "no-op PUT 64 at 80 %"},
	{name: "Write-ahead log a PUT, a key changed in half of them", of: wal, above: "carnet PUT 64", goal: 5, atMost: true, unit: "KiB"},
	{name: "Write-ahead log at its longest, 1M contacts", of: peak, above: "carnet-1m PUT 64", goal: 256, atMost: true, unit: "MiB"},
	{name: "PUT: 1M contacts ÷ 100k", of: rate, above: "carnet-1m PUT 64", below: "carnet-100k PUT 64", goal: 0.9},
	{name: "GET: 1M contacts ÷ 100k", of: rate, above: "carnet-1m GET 64", below: "carnet-100k GET 64", goal: 0.9},
	{name: "PUT: 10M contacts ÷ 10k", of: rate, above: "carnet-10m PUT 64", below: "carnet-10k PUT 64", goal: 0.5, ifPresent: true},
	{name: "GET: 10M contacts ÷ 10k", of: rate, above: "carnet-10m GET 64", below: "carnet-10k GET 64", goal: 0.5, ifPresent: true},
	{name: "p95 of a GET, 4 connections, 1M contacts", of: p95, above: "carnet-1m GET 4", unit: "ms", ifPresent: true},
	{name: "p95 of a list of 200, 4 connections, 1M contacts", of: p95, above: "carnet-1m list 4", unit: "ms", ifPresent: true},
	{name: "p99 of a filter, 4 connections, 100k contacts ÷ PocketBase's", of: p99, above: "carnet filter 4", below: "PocketBase filter 4", ifPresent: true},
	{name: "p99 of a filter, 4 connections, 1M contacts", of: p99, above: "carnet-1m filter 4", unit: "ms", ifPresent: true},
	{name: "p99 of a search, 4 connections, 100k contacts ÷ PocketBase's filter", of: p99, above: "carnet search 4", below: "PocketBase search 4", ifPresent: true},
	{name: "p99 of a search, 4 connections, 1M contacts", of: p99, above: "carnet-1m search 4", unit: "ms", ifPresent: true},
	{name: "p99 of a search, 4 connections, 10M contacts", of: p99, above: "carnet-10m search 4", goal: 20, atMost: true, unit: "ms", ifPresent: true},
	{name: "Rows a second of the plan of an import, 1M new contacts", of: rate, above: "carnet-1m import: plan of new contacts 1", goal: 40_000, ifPresent: true},
	{name: "Rows a second of the plan of an import, 1M changes", of: rate, above: "carnet-1m import: plan of changes 1", goal: 20_000, ifPresent: true},
	{name: "Apply of an import of 1M new contacts ÷ raw driver, groups of 64", of: rate, above: "carnet-1m import: apply of new contacts 1", below: "raw SQL 64", ifPresent: true},
	{name: "Contacts a second of an import of 1M, applied ÷ PocketBase's batches of 100 POSTs", of: rate, above: "carnet-1m import: apply of new contacts 1", below: "PocketBase-new batch of 100 new 1", ifPresent: true},
	{name: "Batches of 100 POSTs, one connection ÷ PocketBase's", of: rate, above: "carnet-new batch of 100 new 1", below: "PocketBase-new batch of 100 new 1", ifPresent: true},
	{name: "Memory at its peak while an import of 1M new contacts is planned", of: memory, above: "carnet-1m import: plan of new contacts 1", goal: 150, atMost: true, unit: "MiB", ifPresent: true},
	{name: "Memory at its peak while an import of 1M new contacts is applied", of: memory, above: "carnet-1m import: apply of new contacts 1", goal: 150, atMost: true, unit: "MiB", ifPresent: true},
	{name: "Contacts a second of an export, 1M contacts", of: rate, above: "carnet-1m export 1", goal: 150_000, ifPresent: true},
	{name: "Memory at its peak while 1M contacts are exported", of: memory, above: "carnet-1m export 1", goal: 150, atMost: true, unit: "MiB", ifPresent: true},
	{name: "p95 of the page of a contact, 4 connections, 1M contacts", of: p95, above: "carnet-1m page of a contact 4", goal: 50, atMost: true, unit: "ms", ifPresent: true},
	{name: "p95 of the page of a history, 4 connections, 1M contacts", of: p95, above: "carnet-1m page of a history 4", goal: 50, atMost: true, unit: "ms", ifPresent: true},
	{name: "p95 of the page of the list, 4 connections, 1M contacts", of: p95, above: "carnet-1m page of the list 4", goal: 50, atMost: true, unit: "ms", ifPresent: true},
	{name: "p95 of the page of the list by change, 4 connections, 1M contacts", of: p95, above: "carnet-1m page of the list by change 4", goal: 50, atMost: true, unit: "ms", ifPresent: true},
	{name: "p95 of the page of who has an email, 4 connections, 1M contacts", of: p95, above: "carnet-1m page of who has an email 4", goal: 50, atMost: true, unit: "ms", ifPresent: true},
	{name: "p95 of the page of the activity, 4 connections, 1M contacts", of: p95, above: "carnet-1m page of the activity 4", goal: 50, atMost: true, unit: "ms", ifPresent: true},
	{name: "PostgreSQL: PUT, 64 connections, one Space ÷ `pgbench -N`, 16 clients", of: rate, above: "carnet-pg PUT 64", below: Pgbench, goal: 1.2, ifPresent: true},
	{name: "PostgreSQL: PUT, 64 connections, eight Spaces ÷ `pgbench -N`, 16 clients", of: rate, above: "carnet-pg-8 PUT 64", below: Pgbench, goal: 2, ifPresent: true},
	{name: "PostgreSQL: PUT in process, 64 clients, one Space ÷ `pgbench -N`, 16 clients", of: rate, above: "in-process-pg PUT 64", below: Pgbench, goal: 1.8, ifPresent: true},
	{name: "PostgreSQL: PUT in process, 64 clients, eight Spaces ÷ `pgbench -N`, 16 clients", of: rate, above: "in-process-pg-8 PUT 64", below: Pgbench, goal: 2.5, ifPresent: true},
	{name: "PUT, 64 connections: PostgreSQL ÷ SQLite", of: rate, above: "carnet-pg PUT 64", below: "carnet PUT 64", ifPresent: true},
	{name: "GET, 64 connections: PostgreSQL ÷ SQLite", of: rate, above: "carnet-pg GET 64", below: "carnet GET 64", ifPresent: true},
}

// BestPgbench gives the case in which pgbench was fastest, nil where it was not
// measured.
func (r *Run) BestPgbench() *Case {
	var best *Case
	for _, c := range r.Cases {
		if c.Target == "pgbench" && (best == nil || c.Over(rate).Median > best.Over(rate).Median) {
			best = c
		}
	}
	return best
}

// Ratios gives all ratios of a run, those that it did not measure included.
func (r *Run) Ratios() []Ratio {
	var list []Ratio
	for _, rule := range rules {
		above, below := r.Find(rule.above), r.Find(rule.below)
		measured := above != nil && (below != nil || rule.below == "")
		if rule.ifPresent && !measured {
			continue
		}
		ratio := Ratio{Name: rule.name, Goal: rule.goal, AtMost: rule.atMost, Unit: rule.unit, Measured: measured}
		if measured {
			ratio.Stat = over(above, below, rule.of)
		}
		list = append(list, ratio)
	}
	return list
}

// over divides round by round, so that what slows a whole round down does not
// matter.
func over(above, below *Case, of func(*Round) float64) Stat {
	if below == nil {
		return above.Over(of)
	}
	var all []float64
	for i := range min(len(above.Rounds), len(below.Rounds)) {
		if d := of(&below.Rounds[i]); d > 0 {
			all = append(all, of(&above.Rounds[i])/d)
		}
	}
	return stat(all)
}
