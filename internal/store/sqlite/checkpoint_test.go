package sqlite

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/metrics"
	"github.com/carnet-project/carnet/internal/store"
)

// numbers gives the counters of checkpoints by kind, and the pages of the log.
func numbers(t *testing.T, m *metrics.Metrics) (kinds map[string]float64, pages float64) {
	t.Helper()
	families, err := m.Gatherer().Gather()
	if err != nil {
		t.Fatal(err)
	}
	kinds = map[string]float64{}
	for _, f := range families {
		switch f.GetName() {
		case "carnet_checkpoints_total":
			for _, row := range f.Metric {
				kinds[row.Label[0].GetValue()] = row.GetCounter().GetValue()
			}
		case "carnet_log_pages":
			pages = f.Metric[0].GetGauge().GetValue()
		}
	}
	return kinds, pages
}

// What is done to the log is counted, and its pages are 0 again when it starts
// anew.
func TestCheckpointsAreCounted(t *testing.T) {
	every, long := checkpointPages, longLog
	checkpointPages, longLog = 1<<30, 1<<30 // only when this test says so
	t.Cleanup(func() { checkpointPages, longLog = every, long })
	m := metrics.New()
	b := opened(t, Options{Path: filepath.Join(t.TempDir(), "carnet.db"), Serve: true, Metrics: m})
	s := store.New(b, store.Options{Log: slog.New(slog.DiscardHandler)})
	makeSpace(t, s)
	id := write(t, s, 0, contact.Names, "Ada Example")
	c, err := openConn(b.path, writerPragmas)
	if err != nil {
		t.Fatal(err)
	}
	defer c.close()
	k := &checkpointer{Backend: b, c: c}
	for i, step := range []struct {
		long   int64 // pages from which the log is reset
		reader bool  // somebody reads from it
		kind   string
		none   bool // the log has no pages afterwards
	}{
		{1 << 30, false, "pass", false},
		{1, true, "postponed", false},
		{1, false, "reset", true},
		{1 << 30, false, "pass", false},
	} {
		write(t, s, id, contact.Names, strings.Repeat("x", 400), fmt.Sprint(i))
		before, _ := numbers(t, m)
		longLog = step.long
		k.notBefore = k.notBefore.AddDate(-1, 0, 0)
		check := func() error { return k.checkpoint() }
		if step.reader {
			check = func() error {
				return b.read(context.Background(), func(*conn) error { return k.checkpoint() })
			}
		}
		if err := check(); err != nil {
			t.Fatal(err)
		}
		after, pages := numbers(t, m)
		if after[step.kind] <= before[step.kind] || (pages == 0) != step.none {
			t.Errorf("step %d: %v became %v, and the log has %v pages", i, before, after, pages)
		}
	}
}
