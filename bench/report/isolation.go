package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/carnet-project/carnet/bench/result"
)

// isolationHead names the columns of rows of isolation.
var isolationHead = []string{"input", "limits", "p50", "p99", "max", "p50 beside", "p99 beside", "max beside", "ratio", "min–max", "failed", "MiB", "stop s", "the attacker was answered", ""}

// Isolation gives the table of a run of isolation for a terminal.
func Isolation(i *result.Isolation) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "\n"+strings.Join(isolationHead, "\t"))
	for _, c := range i.Cells {
		fmt.Fprintln(w, strings.Join(isolationRow(c), "\t"))
	}
	w.Flush()
	fmt.Fprintf(&b, "\nGoals: p99 at most %d times what it is alone, none of the others' requests failed or refused, and a stop within %d s.\n", result.MaxRatio, result.MaxStop)
	b.WriteString(noise(&result.Run{Noise: i.Noise}))
	return b.String()
}

func isolationRow(c *result.Cell) []string {
	med := func(rounds []result.Round, of func(*result.Round) float64) string {
		return number(result.Of(rounds, of).Median)
	}
	p50 := func(r *result.Round) float64 { return r.P50 }
	p99 := func(r *result.Round) float64 { return r.P99 }
	most := func(r *result.Round) float64 { return r.Max }
	ratio := c.Ratio()
	verdict := "met"
	if missed := c.Missed(); len(missed) > 0 {
		verdict = "missed: " + strings.Join(missed, ", ")
	}
	return []string{
		c.Input, c.Limits,
		med(c.Alone, p50), med(c.Alone, p99), number(result.Of(c.Alone, most).Max),
		med(c.Beside, p50), med(c.Beside, p99), number(result.Of(c.Beside, most).Max),
		number(ratio.Median), number(ratio.Min) + "–" + number(ratio.Max),
		fmt.Sprint(c.Faults() + c.Refused()),
		number(result.Of(c.Beside, func(r *result.Round) float64 { return r.RSS }).Max),
		fmt.Sprintf("%.1f", c.Stop()),
		statuses(c.Attacker), verdict,
	}
}

// statuses writes how often each status was answered.
func statuses(counts map[string]int) string {
	var list []string
	for _, status := range slices.Sorted(maps.Keys(counts)) {
		list = append(list, fmt.Sprintf("%s × %s", status, thousands(float64(counts[status]))))
	}
	if len(list) == 0 {
		return "not yet"
	}
	return strings.Join(list, ", ")
}

// isolationSection is the part of the page on isolation.
func isolationSection(i *result.Isolation, name string) string {
	var b strings.Builder
	say := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	say("\n## Isolation\n")
	say("What the others notice while one Space, or somebody without a key, does its worst. Made by `./bench/run isolation`,")
	say("from [bench/results/isolation/%s](../bench/results/isolation/%s).\n", name, name)
	if i.Quick {
		say("**A quick run: short rounds. It shows the shape of things and no more.**\n")
	}
	if text := strings.TrimSpace(noise(&result.Run{Noise: i.Noise})); text != "" {
		say("**%s**\n", strings.ReplaceAll(text, "\n", " "))
	}
	say("%s, %s, %d cores, %s MiB, Linux %s, %s. Carnet %s, %s, SQLite %s.\n", i.Taken.Format("2 January 2006"),
		i.Machine.CPU, i.Machine.Cores, thousands(float64(i.Machine.MemoryMiB)), i.Machine.Kernel, i.Machine.FileSystem,
		i.Versions["carnet"], i.Versions["go"], i.Versions["sqlite"])
	say("One server, one SQLite file, eight Spaces, %s contacts; the attacker's Space has a history of %s changes. The seven others", thousands(float64(i.Contacts)), thousands(float64(i.Changes)))
	say("have no limits and together send %g requests a second by a schedule: a PUT, a GET and a list of 50 in turn; times count from when", i.Rate)
	say("a request was due. Each of %d rounds starts the server anew, measures the others alone for %g s and then beside the attack for %g s, and", i.Rounds, i.Seconds, i.Seconds)
	say("stops the server while the attack goes on, or after it where it leaves requests of a key under way, which a stop waits for. The attacker is a process of its own on the same cores, of lower priority, so part of what the")
	say("others notice is its own work. It asks as often as its limits let it: those that a Space has unless they are set (default), or none; after a")
	say("refusal it waits for 0.1 s, or 1 s where it has hundreds of connections. The ratio is that of the p99, taken within a round. Failed are answers")
	say("of 4xx and 5xx to the others, and requests that were given up. Times are milliseconds, medians of the rounds, max their greatest; MiB is the")
	say("server's memory at its peak; `none` among what the attacker was answered are connections that ended without an answer.\n")
	say("Goals: a ratio of at most %d, nothing failed, and a stop within %d s without an error.\n", result.MaxRatio, result.MaxStop)
	seen := map[string]bool{}
	for _, c := range i.Cells {
		if !seen[c.Input] {
			seen[c.Input] = true
			say("- **%s**: %s", c.Input, c.What)
		}
	}
	say("\n| %s |\n%s|", strings.Join(isolationHead, " | "), strings.Repeat("|---", len(isolationHead)))
	for _, c := range i.Cells {
		say("| %s |", strings.Join(isolationRow(c), " | "))
	}
	return b.String()
}
