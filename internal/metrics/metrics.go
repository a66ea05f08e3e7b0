// Package metrics counts what a server does, in the form that Prometheus reads.
// It holds numbers alone: routes by their patterns and statuses, never a Space, a
// key, an id, an address or a value. Who serves them is package server; the
// layers below tell it what happened, whether anybody reads it or not.
package metrics

import (
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// Metrics are the counters of one process. Its methods may be called from many
// goroutines, and cost some hundred nanoseconds at the most.
type Metrics struct {
	registry *prometheus.Registry

	requests       *prometheus.CounterVec
	requestSeconds *prometheus.HistogramVec
	bytesUnderWay  prometheus.Gauge

	lanesBusy     prometheus.Gauge
	writesWaiting prometheus.Gauge
	batches       *prometheus.CounterVec
	batchWrites   prometheus.Histogram
	batchSeconds  prometheus.Histogram

	rowsLookedAt prometheus.Counter
	keysEnding   prometheus.Gauge

	checkpoints       *prometheus.CounterVec
	checkpointSeconds *prometheus.HistogramVec
	logPages          prometheus.Gauge
}

// seconds are the bounds of durations: from a tenth of a millisecond, below
// which nothing is slow, to what a request may take at the most.
var seconds = []float64{.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}

// New makes Metrics with all counters at nothing, and those of the process and
// of Go beside them.
func New() *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "carnet_requests_total",
			Help: "Requests that were answered, by method, pattern of the route and status; 499 where the client had gone."}, []string{"method", "route", "status"}),
		requestSeconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "carnet_request_seconds", Buckets: seconds,
			Help: "How long requests took from their head to their answer, by method and pattern of the route."}, []string{"method", "route"}),
		bytesUnderWay: prometheus.NewGauge(prometheus.GaugeOpts{Name: "carnet_bytes_under_way",
			Help: "Bytes of bodies and answers that are in memory now."}),
		lanesBusy: prometheus.NewGauge(prometheus.GaugeOpts{Name: "carnet_lanes_busy",
			Help: "Lanes that run a batch now: at most one on SQLite, one a Space on PostgreSQL."}),
		writesWaiting: prometheus.NewGauge(prometheus.GaugeOpts{Name: "carnet_writes_waiting",
			Help: "Writes that wait in a lane for their batch now."}),
		batches: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "carnet_batches_total",
			Help: "Attempts at a batch of writes, by outcome: saved, unchanged where nothing was to be saved, failed."}, []string{"outcome"}),
		batchWrites: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "carnet_batch_writes", Buckets: prometheus.ExponentialBuckets(1, 2, 9),
			Help: "How many writes shared a batch."}),
		batchSeconds: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "carnet_batch_seconds", Buckets: seconds,
			Help: "How long an attempt at a batch took, its commit included."}),
		rowsLookedAt: prometheus.NewCounter(prometheus.CounterOpts{Name: "carnet_rows_looked_at_total",
			Help: "Rows that pages of lists, histories and feeds looked at, shown or not."}),
		keysEnding: prometheus.NewGauge(prometheus.GaugeOpts{Name: "carnet_keys_ending",
			Help: "API keys that work and end within 14 days, as of the last minute."}),
		checkpoints: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "carnet_checkpoints_total",
			Help: "What was done to SQLite's write-ahead log: pass copies it into the file, reset lets it start again, postponed is a reset for which a reader left no room, failed is either that went wrong."}, []string{"kind"}),
		checkpointSeconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "carnet_checkpoint_seconds", Buckets: seconds,
			Help: "How long a pass took, and how long a reset held writers and readers up."}, []string{"kind"}),
		logPages: prometheus.NewGauge(prometheus.GaugeOpts{Name: "carnet_log_pages",
			Help: "Pages in SQLite's write-ahead log after the last pass or reset; a page has 2 KiB."}),
	}
	m.registry.MustRegister(m.requests, m.requestSeconds, m.bytesUnderWay, m.lanesBusy, m.writesWaiting, m.batches, m.batchWrites,
		m.batchSeconds, m.rowsLookedAt, m.keysEnding, m.checkpoints, m.checkpointSeconds, m.logPages,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Gatherer gives what is to be served.
func (m *Metrics) Gatherer() prometheus.Gatherer { return m.registry }

// other names what no route took.
const other = "other"

// statuses are the texts of statuses, made once.
var statuses = func() (all [600]string) {
	for i := range all {
		all[i] = strconv.Itoa(i)
	}
	return all
}()

// Request counts a request by the method and the pattern of its route, "" for
// none, and by the status of its answer, 0 for none.
func (m *Metrics) Request(method, route string, status int, took time.Duration) {
	if method == "" {
		method = other
	}
	if route == "" {
		route = other
	}
	if status < 0 || status >= len(statuses) {
		status = 0
	}
	m.requests.WithLabelValues(method, route, statuses[status]).Inc()
	m.requestSeconds.WithLabelValues(method, route).Observe(took.Seconds())
}

// UnderWay says that so many more bytes of bodies and answers are in memory, or
// fewer where it is negative.
func (m *Metrics) UnderWay(bytes int64) { m.bytesUnderWay.Add(float64(bytes)) }

// Lane says that a lane began to run batches.
func (m *Metrics) Lane() { m.lanesBusy.Inc() }

// LaneIdle says that a lane has nothing more to run.
func (m *Metrics) LaneIdle() { m.lanesBusy.Dec() }

// Waiting says that so many more writes wait in a lane, or fewer where it is
// negative.
func (m *Metrics) Waiting(writes int) { m.writesWaiting.Add(float64(writes)) }

// BatchOutcome says what became of an attempt at a batch.
type BatchOutcome string

// What an attempt at a batch can come to.
const (
	Saved     BatchOutcome = "saved"
	Unchanged BatchOutcome = "unchanged" // nothing was to be saved
	Failed    BatchOutcome = "failed"    // it may be tried again
)

// Batch counts an attempt at a batch.
func (m *Metrics) Batch(outcome BatchOutcome, writes int, took time.Duration) {
	m.batches.WithLabelValues(string(outcome)).Inc()
	m.batchWrites.Observe(float64(writes))
	m.batchSeconds.Observe(took.Seconds())
}

// LookedAt counts rows that a read looked at, shown or not.
func (m *Metrics) LookedAt(rows int) { m.rowsLookedAt.Add(float64(rows)) }

// KeysEnding says how many keys end soon.
func (m *Metrics) KeysEnding(keys int) { m.keysEnding.Set(float64(keys)) }

// Checkpoint says what was done to a write-ahead log.
type Checkpoint string

// What can be done to a write-ahead log.
const (
	Pass      Checkpoint = "pass"
	Reset     Checkpoint = "reset"
	Postponed Checkpoint = "postponed" // a reset for which a reader left no room
	Spoiled   Checkpoint = "failed"    // a pass or a reset that went wrong
)

// Checkpoint counts what was done to a write-ahead log, which has so many pages
// now.
func (m *Metrics) Checkpoint(kind Checkpoint, pages int64, took time.Duration) {
	m.checkpoints.WithLabelValues(string(kind)).Inc()
	m.checkpointSeconds.WithLabelValues(string(kind)).Observe(took.Seconds())
	m.logPages.Set(float64(pages))
}

// Backups counts the backups that a server makes by itself.
type Backups struct{ failures prometheus.Counter }

// Backups begins to tell how old the newest backup is and how large, and how many
// failed. Newest is asked whenever somebody reads the counters.
func (m *Metrics) Backups(newest func() (age time.Duration, bytes int64)) *Backups {
	b := &Backups{prometheus.NewCounter(prometheus.CounterOpts{Name: "carnet_backup_failures_total",
		Help: "Backups by the server itself that failed."})}
	m.registry.MustRegister(b.failures,
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "carnet_backup_age_seconds",
			Help: "How long ago the newest backup by the server itself began; since 1970 where there is none."}, func() float64 {
			age, _ := newest()
			return age.Seconds()
		}),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "carnet_backup_bytes",
			Help: "How large the newest backup by the server itself is."}, func() float64 {
			_, bytes := newest()
			return float64(bytes)
		}))
	return b
}

// Failed counts a backup that failed.
func (b *Backups) Failed() { b.failures.Inc() }
