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
	fmt.Fprintln(w, "\ncase\ta second\t(min–max)\tp50 ms\tp99\tp99.9\tRSS MiB\tCPU µs\tcores\tWAL MiB\tKiB each\t")
	for _, c := range r.Cases {
		row := figures(c)
		fmt.Fprintln(w, c.ID+"\t"+strings.Join(row, "\t")+"\t")
	}
	w.Flush()
	b.WriteString("\n" + disk(r) + "\n" + noise(r))
	return b.String()
}

// disk says what syncing costs.
func disk(r *result.Run) string {
	s := r.Sync()
	return fmt.Sprintf("An append of 8 KiB with fdatasync takes %.2f ms (%.2f–%.2f): %.0f a second.", s.Median, s.Min, s.Max, 1000/max(s.Median, 1e-6))
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

// figures gives the columns of a case: medians, and for the rate its range.
func figures(c *result.Case) []string {
	med := func(of func(*result.Round) float64) string { return number(c.Over(of).Median) }
	rate := c.Over(func(r *result.Round) float64 { return r.PerSecond })
	return []string{
		number(rate.Median),
		fmt.Sprintf("(%s–%s)", number(rate.Min), number(rate.Max)),
		med(func(r *result.Round) float64 { return r.P50 }),
		med(func(r *result.Round) float64 { return r.P99 }),
		med(func(r *result.Round) float64 { return r.P999 }),
		med(func(r *result.Round) float64 { return r.RSS }),
		med(func(r *result.Round) float64 { return r.CPU }),
		med(func(r *result.Round) float64 { return r.Cores }),
		med(func(r *result.Round) float64 { return r.WAL }),
		med(func(r *result.Round) float64 { return r.WALEach }),
	}
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
