// Package report shows a run: as a table in the terminal, and as a page with
// plots.
package report

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/carnet-project/carnet/bench/result"
)

// Text gives both tables for a terminal.
func Text(r *result.Run) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "\nratio\tmedian\t(min–max)\tgoal\t")
	for _, ratio := range r.Ratios() {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", plain(ratio.Name), median(&ratio), spread(&ratio), goal(&ratio), verdict(&ratio))
	}
	head := "\ncase\ta second\t(min–max)\tp50 ms\tp99\tp99.9\tRSS MiB\tCPU µs\tcores\tWAL MiB\tKiB each\t"
	if r.Postgres != "" {
		head += "PG MiB\tPG CPU µs\tPG cores\t"
	}
	fmt.Fprintln(w, head)
	for _, c := range r.Cases {
		row := figures(r, c)
		fmt.Fprintln(w, c.ID+"\t"+strings.Join(row, "\t")+"\t")
	}
	w.Flush()
	b.WriteString("\n" + disk(r) + "\n")
	if text := postgres(r); text != "" {
		b.WriteString(plain(text) + "\n")
	}
	b.WriteString(noise(r))
	return b.String()
}

// disk says what syncing costs.
func disk(r *result.Run) string {
	s := r.Sync()
	return fmt.Sprintf("An append of 8 KiB with fdatasync takes %.2f ms (%.2f–%.2f): %.0f a second.", s.Median, s.Min, s.Max, 1000/max(s.Median, 1e-6))
}

// postgres says what PostgreSQL ran with, and with how many clients pgbench is
// at its best; "" where it was not measured.
func postgres(r *result.Run) string {
	if r.Postgres == "" {
		return ""
	}
	text := fmt.Sprintf("PostgreSQL %s: %s.", r.Versions["postgresql"], r.Postgres)
	if best := r.BestPgbench(); best != nil {
		text += fmt.Sprintf(" `pgbench -N` is at its best with %d clients: %s a second.", best.Conns, number(best.Over(rate).Median))
	}
	return text
}

// noise says whether the figures can be relied on.
func noise(r *result.Run) string {
	var b strings.Builder
	for _, text := range r.Missing {
		fmt.Fprintf(&b, "\nNot measured: %s.", text)
	}
	if len(r.Noise) > 0 {
		fmt.Fprintf(&b, "\nToo noisy: %s. Do not rely on these figures.", strings.Join(r.Noise, "; "))
	}
	if b.Len() > 0 {
		b.WriteByte('\n')
	}
	return b.String()
}

func plain(text string) string { return strings.ReplaceAll(text, "`", "") }

// figures gives the columns of a case: medians, and for the rate its range. A
// run with PostgreSQL has those of its server, too.
func figures(r *result.Run, c *result.Case) []string {
	med := func(of func(*result.Round) float64) string { return number(c.Over(of).Median) }
	rates := c.Over(rate)
	row := []string{
		number(rates.Median),
		fmt.Sprintf("(%s–%s)", number(rates.Min), number(rates.Max)),
		med(func(r *result.Round) float64 { return r.P50 }),
		med(func(r *result.Round) float64 { return r.P99 }),
		med(func(r *result.Round) float64 { return r.P999 }),
		med(func(r *result.Round) float64 { return r.RSS }),
		med(func(r *result.Round) float64 { return r.CPU }),
		med(func(r *result.Round) float64 { return r.Cores }),
		med(func(r *result.Round) float64 { return r.WAL }),
		med(func(r *result.Round) float64 { return r.WALEach }),
	}
	if r.Postgres != "" {
		row = append(row,
			med(func(r *result.Round) float64 { return r.PGMemory }),
			med(func(r *result.Round) float64 { return r.PGCPU }),
			med(func(r *result.Round) float64 { return r.PGCores }))
	}
	return row
}

// number writes a figure with about three digits.
func number(f float64) string {
	switch {
	case f == 0:
		return "–"
	case f >= 100:
		return fmt.Sprintf("%.0f", f)
	case f >= 10:
		return fmt.Sprintf("%.1f", f)
	}
	return fmt.Sprintf("%.2f", f)
}

func median(r *result.Ratio) string {
	if !r.Measured {
		return "not measured"
	}
	return strings.TrimSpace(number(r.Stat.Median) + " " + r.Unit)
}

func spread(r *result.Ratio) string {
	if !r.Measured {
		return ""
	}
	return fmt.Sprintf("(%s–%s)", number(r.Stat.Min), number(r.Stat.Max))
}

func goal(r *result.Ratio) string {
	switch {
	case r.Goal == 0:
		return ""
	case r.AtMost:
		return strings.TrimSpace("≤ " + short(r.Goal) + " " + r.Unit)
	}
	return strings.TrimSpace("≥ " + short(r.Goal) + " " + r.Unit)
}

func short(f float64) string { return fmt.Sprintf("%g", f) }

func verdict(r *result.Ratio) string {
	switch {
	case r.Goal == 0 || !r.Measured:
		return ""
	case r.Met():
		return "met"
	}
	return "missed"
}
