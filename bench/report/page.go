package report

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/carnet-project/carnet/bench/result"
)

// Names lists the files that a page consists of.
var Names = []string{"performance.md", "performance-put.svg", "performance-growth.svg"}

// Write makes the page of the newest results in a folder.
func Write(results, docs string) error {
	files, err := made(results)
	if err != nil {
		return err
	}
	for _, name := range Names {
		path := filepath.Join(docs, name)
		if text, ok := files[name]; ok {
			err = os.WriteFile(path, []byte(text), 0o644)
		} else if err = os.Remove(path); errors.Is(err, os.ErrNotExist) {
			err = nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// made gives what the newest results make, by the names of the files.
func made(results string) (map[string]string, error) {
	r, name, err := result.Newest(results)
	if err != nil {
		return nil, err
	}
	files := Files(r, name)
	i, name, err := result.NewestIsolation(result.IsolationDir(results))
	switch {
	case err == nil:
		files[Names[0]] += isolationSection(i, name)
	case !errors.Is(err, result.ErrNone):
		return nil, err
	}
	return files, nil
}

// Files gives the page of a run, which is kept under that name, and its plots.
func Files(r *result.Run, name string) map[string]string {
	files := map[string]string{}
	if plot := putPlot(r); plot != "" {
		files["performance-put.svg"] = plot
	}
	if plot := growthPlot(r); plot != "" {
		files["performance-growth.svg"] = plot
	}
	files["performance.md"] = page(r, name, files)
	return files
}

func putPlot(r *result.Run) string {
	var rows []bar
	for _, row := range []struct{ id, label, class string }{
		{"no-op PUT 64", "no-op server, no storage", "bound"},
		{"raw SQL 64", "raw driver, no HTTP", "bound"},
		{"carnet PUT 64", "Carnet", "ours"},
		{"PocketBase PUT 64", "PocketBase as released", "other"},
		{"naive PUT 64", "naive", "other"},
		{"PocketBase FULL PUT 64", "PocketBase, FULL", "other"},
		{"Directus PUT 64", "Directus", "other"},
	} {
		if c := r.Find(row.id); c != nil {
			rows = append(rows, bar{row.label, row.class, c.Over(rate)})
		}
	}
	if len(rows) == 0 {
		return ""
	}
	return bars("PUT of a random contact, 64 connections", "Requests a second; median of the rounds, with the least and the greatest", rows)
}

func rate(r *result.Round) float64 { return r.PerSecond }

func growthPlot(r *result.Run) string {
	var places []string
	put, get := series{label: "PUT", class: "put", below: true}, series{label: "GET", class: "get"}
	for _, size := range []string{"10k", "100k", "1m", "10m"} {
		p, g := r.Find("carnet-"+size+" PUT 64"), r.Find("carnet-"+size+" GET 64")
		if p == nil || g == nil {
			continue
		}
		places = append(places, thousands(float64(p.Contacts)))
		put.stats, get.stats = append(put.stats, p.Over(rate)), append(get.stats, g.Over(rate))
	}
	if len(places) == 0 {
		return ""
	}
	return lines("As the number of contacts grows, 64 connections", "Requests a second; median of the rounds, with the least and the greatest", places, []series{put, get})
}

func page(r *result.Run, name string, files map[string]string) string {
	var b strings.Builder
	say := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	say("# Performance\n")
	say("Made by `./bench/run report` from [bench/results/%s](../bench/results/%s); do not edit it. Figures of different", name, name)
	say("machines, or of different runs, cannot be compared: the ratios of one run can.\n")
	if r.Quick {
		say("**A quick run: few cases, short ones. It shows the shape of things and no more.**\n")
	}
	if text := strings.TrimSpace(noise(r)); text != "" {
		say("**%s**\n", strings.ReplaceAll(text, "\n", " "))
	}
	say("%s, %s, %d cores, %s MiB, Linux %s, %s. Carnet %s, %s, SQLite %s, PocketBase %s.", r.Taken.Format("2 January 2006"),
		r.Machine.CPU, r.Machine.Cores, thousands(float64(r.Machine.MemoryMiB)), r.Machine.Kernel, r.Machine.FileSystem,
		r.Versions["carnet"], r.Versions["go"], r.Versions["sqlite"], r.Versions["github.com/pocketbase/pocketbase"])
	say("Rounds: %d, each case %g s a round; %s contacts where nothing else is said.", r.Rounds, r.Seconds, thousands(float64(r.Contacts)))
	say("%s\n", disk(r))
	if text := postgres(r); text != "" {
		say("%s\n", text)
	}
	if files["performance-put.svg"] != "" {
		say("![Requests a second of PUT with 64 connections](performance-put.svg)\n")
	}
	say("## Ratios\n")
	say("Each is taken within a round; the median, the least and the greatest of the rounds.\n")
	say("| | median | min–max | goal | |\n|---|---|---|---|---|")
	for _, ratio := range r.Ratios() {
		say("| %s | %s | %s | %s | %s |", ratio.Name, median(&ratio), strings.Trim(spread(&ratio), "()"), goal(&ratio), verdict(&ratio))
	}
	if files["performance-growth.svg"] != "" {
		say("\n![Requests a second of PUT and GET as contacts grow](performance-growth.svg)")
	}
	b.WriteString(method)
	head, line := "| case | a second | min–max | p50 | p99 | p99.9 | RSS | CPU | cores | log | log each |", strings.Repeat("|---", 11)+"|"
	if r.Postgres != "" {
		b.WriteString(methodOfPostgres)
		head, line = head+" PG memory | PG CPU | PG cores |", line+strings.Repeat("---|", 3)
	}
	say("## All cases\n")
	say("Medians of the rounds. A case is the server, what is asked, and the connections. Times are milliseconds; CPU, memory and")
	say("log are the server's: microseconds a request, cores that it kept busy, its peak in MiB, the log's greatest size in MiB, and")
	say("what was written to the log a request, in KiB.\n")
	say("%s\n%s", head, line)
	for _, c := range r.Cases {
		row := figures(r, c)
		row[1] = strings.Trim(row[1], "()")
		say("| %s | %s |", c.ID, strings.Join(row, " | "))
	}
	return b.String()
}

// method is what one has to know to judge the figures.
const method = `
## What is measured

All servers get the same requests from the same load generator, on the cores that they run on themselves: five fields, two emails,
12 custom fields, about 780 bytes, for a random contact. Every PUT changes six custom fields, and half of them an email or a
phone number. The cases of a round run one beside the other, so that a slow minute slows all that is compared. Before each
the machine is tried with fixed work and with fdatasync, and during each what other processes use is counted: where that
varies too much, the run says so.

- **Carnet** is the built binary with real keys, limits off, history on, everything validated. ` + "`carnet-8`" + ` has the
  contacts in eight Spaces, ` + "`carnet-new`" + ` and ` + "`PocketBase-new`" + ` are the files that POST fills.
- **no-op** is a ` + "`net/http`" + ` server that decodes the same body and answers a few bytes: what HTTP and JSON cost.
- **raw SQL** does the statements of a PUT in groups of 64 a transaction, on a copy of Carnet's file, in one thread without HTTP.
- **naive** is the same SQL with ` + "`database/sql`" + `, a transaction a request, one connection, on a copy of Carnet's file. It checks no
  key and validates nothing.
- **PocketBase** has the five fields as JSON, open rules, and no index; it keeps no history. As released it commits with
  ` + "`synchronous=NORMAL`" + `: a power cut takes acknowledged writes along. FULL is the same with Carnet's setting.
- **Directus**, where it was measured, has the five fields as JSON, and revisions. It runs on SQLite, to which a write-ahead log was given.
- ` + "`at 50 %`" + ` and ` + "`at 80 %`" + ` are schedules: requests are due at a fixed rate, that share of what Carnet did in the same round, whether or not the
  ones before were answered, and times count from when a request was due. Everything else asks as soon as it is answered.
- ` + "`carnet-10k`" + ` and its like have so many contacts, each in a file of its own.
- A **batch of 100** is one call with 100 PUTs of random contacts: what is counted are calls, and a hundred times as many PUTs.
- A **page** is one of the contact book in the browser, compressed, asked for by somebody who signed in. Four connections ask for
  pages without a pause, as a few hundred people do who look at what they get; the API's GET and list stand beside them.
- A **filter** asks for the newest 25 contacts whose custom fields are so: a text in a quarter of them, a number in one of a hundred, a date in one of fifty,
  and two conditions at once, in turn (` + "`bench/target/find.go`" + `). Neither Carnet nor PocketBase has an index of them.
- A **search** asks for the best 25 contacts for a name, the beginnings of a name and a place, some digits, an email, a word that a quarter of them have, one
  letter, and what nobody has, in turn. PocketBase is asked for each word in any field, and looks through all of them. What was made before is in Carnet's index.
- An **import** is a file of CSV (name, email, phone, city) with a row for each contact, of people who are there or of others: what is counted are rows, of the
  plan from the first octet that is sent to its being ready, and of the apply from its beginning to its end.
- An **export** is a job that writes all contacts as NDJSON, and the fetching of its file: what is counted are contacts, with the way there.
- The log is SQLite's write-ahead log. What is written to it is counted in its index, 100 times a second: frames that were
  written just before it began anew are missed.

`

// methodOfPostgres is the same for what was measured on PostgreSQL.
const methodOfPostgres = `On PostgreSQL, with the same requests and contacts:

- ` + "`carnet-pg`" + ` and ` + "`carnet-pg-8`" + ` are Carnet with its contacts in one and in eight Spaces. All share one server.
- **pgbench -N** is PostgreSQL's own measure, its simple update: each transaction reads and updates an account by its key and adds a
  row of 50 bytes of history; there are as many accounts as contacts. It speaks no HTTP, validates nothing, and has a process of its
  own for each client.
- ` + "`in-process-pg`" + ` and its like are Carnet's store without HTTP: 64 clients that put into random contacts of the same shape,
  with rules, origins and history.
- The log each is what all of the server has written to PostgreSQL's write-ahead log meanwhile. PG memory counts once what its processes share.

`
