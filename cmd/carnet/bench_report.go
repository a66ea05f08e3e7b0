package main

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/carnet-project/carnet/internal/load"
)

// benchRecord is the result of a load test, as it is printed.
type benchRecord struct {
	URL         string           `json:"url"`
	Mix         string           `json:"mix"`
	Loop        string           `json:"loop"` // "closed", or "open" with a rate
	Rate        int              `json:"rate,omitzero"`
	Connections int              `json:"connections"`
	Contacts    int              `json:"contacts"`
	Made        int              `json:"made"` // of the contacts
	Seconds     float64          `json:"seconds"`
	Early       bool             `json:"stopped_early"`
	Operations  []operation      `json:"operations"`
	All         operation        `json:"all"`
	Limited     int64            `json:"refused_by_limit"`
	Errors      map[string]int64 `json:"errors"` // by code
	Unsent      int64            `json:"unsent"` // due, and never sent
}

// operation holds what went well.
type operation struct {
	Name      string  `json:"operation"`
	Requests  int64   `json:"requests"`
	PerSecond float64 `json:"per_second"`
	Latency   latency `json:"latency_ms"`
}

// latency is in milliseconds.
type latency struct {
	P50  float64 `json:"p50"`
	P90  float64 `json:"p90"`
	P99  float64 `json:"p99"`
	P999 float64 `json:"p99_9"`
	Max  float64 `json:"max"`
}

func (c *benchCommand) record(r *load.Report, contacts, made int) *benchRecord {
	total := r.Total()
	b := &benchRecord{
		URL: c.URL, Mix: c.Mix, Loop: "closed", Rate: c.rate(), Connections: c.Connections, Contacts: contacts, Made: made,
		Seconds: rounded(r.Elapsed.Seconds()), Early: r.Early, All: operationOf(total, r.Elapsed),
		Limited: total.Refused, Errors: total.Failed, Unsent: r.Unsent,
	}
	if c.Rate != nil {
		b.Loop = "open"
	}
	for _, o := range r.Operations {
		b.Operations = append(b.Operations, operationOf(o, r.Elapsed))
	}
	return b
}

func operationOf(o *load.Operation, elapsed time.Duration) operation {
	h := &o.Latencies
	ms := func(d time.Duration) float64 { return rounded(float64(d) / float64(time.Millisecond)) }
	return operation{
		Name: o.Name, Requests: h.Count(), PerSecond: rounded(float64(h.Count()) / max(elapsed.Seconds(), 1e-9)),
		Latency: latency{ms(h.Quantile(0.5)), ms(h.Quantile(0.9)), ms(h.Quantile(0.99)), ms(h.Quantile(0.999)), ms(h.Max())},
	}
}

func rounded(x float64) float64 { return math.Round(x*1000) / 1000 }

func (b *benchRecord) failures() (n int64) {
	for _, count := range b.Errors {
		n += count
	}
	return n
}

// answers counts all requests that were sent, whatever came of them.
func (b *benchRecord) answers() int64 { return b.All.Requests + b.Limited + b.failures() }

func (o operation) row() []string {
	cells := []string{o.Name, strconv.FormatInt(o.Requests, 10), strconv.FormatFloat(o.PerSecond, 'f', 1, 64)}
	for _, ms := range []float64{o.Latency.P50, o.Latency.P90, o.Latency.P99, o.Latency.P999, o.Latency.Max} {
		cells = append(cells, strconv.FormatFloat(ms, 'f', 2, 64))
	}
	return cells
}

var operationHead = []string{"OPERATION", "OK", "A SECOND", "P50 MS", "P90", "P99", "P99.9", "MAX"}

func (c *benchCommand) print(to screen, b *benchRecord) error {
	switch {
	case c.json():
		return printJSON(to, b)
	case c.csv():
		return printCSV(to, append(b.Operations, b.All))
	}
	early := ""
	if b.Early {
		early = ", stopped early"
	}
	fmt.Fprintf(to, "%s: %d connections, %d contacts, %.1f s%s\n%s\n\n", b.URL, b.Connections, b.Contacts, b.Seconds, early, b.loop())
	rows := [][]string{}
	for _, o := range b.Operations {
		rows = append(rows, o.row())
	}
	if len(rows) > 1 {
		rows = append(rows, b.All.row())
	}
	if err := showTable(to, operationHead, rows); err != nil {
		return err
	}
	rows = nil
	if b.Limited > 0 {
		rows = append(rows, []string{"rate_limited (429)", strconv.FormatInt(b.Limited, 10)})
	}
	for _, code := range slices.Sorted(maps.Keys(b.Errors)) {
		rows = append(rows, []string{cell(code), strconv.FormatInt(b.Errors[code], 10)})
	}
	if b.Unsent > 0 {
		rows = append(rows, []string{"due, never sent", strconv.FormatInt(b.Unsent, 10)})
	}
	if rows == nil {
		return nil
	}
	fmt.Fprintln(to)
	return showTable(to, []string{"NOT OK", "REQUESTS"}, rows)
}

// loop says from when latency counts.
func (b *benchRecord) loop() string {
	if b.Rate > 0 {
		return fmt.Sprintf("Open loop: %d requests a second are due, and latency counts from when one is due.", b.Rate)
	}
	return "Closed loop: each connection sends as soon as it was answered, and latency counts from sending."
}
