package metrics_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/carnet-project/carnet/internal/metrics"
)

// labels are all that may tell numbers apart. Each takes its values from a table
// in the source, never from what somebody sent.
var labels = []string{"method", "route", "status", "outcome", "kind", "version"}

func used() *metrics.Metrics {
	m := metrics.New()
	m.Request("GET", "/public-api/v1/contacts/{id}", 200, time.Millisecond)
	m.Request("", "", 404, time.Microsecond)
	m.Request("GET", "/x", 9999, 0)
	m.UnderWay(10)
	m.Lane()
	m.Waiting(3)
	m.Batch(metrics.Saved, 2, time.Millisecond)
	m.LookedAt(7)
	m.Checkpoint(metrics.Pass, 300, time.Millisecond)
	m.Backups(func() (time.Duration, int64) { return time.Hour, 2048 }).Failed()
	return m
}

func TestLabels(t *testing.T) {
	families, err := used().Gatherer().Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		for _, metric := range f.Metric {
			for _, l := range metric.Label {
				if !slices.Contains(labels, l.GetName()) {
					t.Errorf("%s has a label %s: think whether anything personal can be in it, then add it here", f.GetName(), l.GetName())
				}
			}
		}
	}
}

// What is counted is told in the manual, and nothing else is.
func TestManualNamesAll(t *testing.T) {
	families, err := used().Gatherer().Gather()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range families {
		if strings.HasPrefix(f.GetName(), "carnet_") {
			names = append(names, f.GetName())
		}
	}
	manual, err := os.ReadFile("../../docs/operating.md")
	if err != nil {
		t.Fatal(err)
	}
	told := regexp.MustCompile("`(carnet_[a-z_]+)`").FindAllStringSubmatch(string(manual), -1)
	var manualNames []string
	for _, m := range told {
		manualNames = append(manualNames, m[1])
	}
	slices.Sort(names)
	slices.Sort(manualNames)
	if manualNames = slices.Compact(manualNames); !slices.Equal(names, manualNames) || len(names) < 12 {
		t.Errorf("counted:\n%v\ntold in docs/operating.md:\n%v", names, manualNames)
	}
}

func TestRequest(t *testing.T) {
	families, err := used().Gatherer().Gather()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range families {
		if f.GetName() == "carnet_requests_total" {
			for _, metric := range f.Metric {
				line := ""
				for _, l := range metric.Label {
					line += l.GetValue() + " "
				}
				got = append(got, line)
			}
		}
	}
	want := []string{"GET /public-api/v1/contacts/{id} 200 ", "GET /x 0 ", "other other 404 "}
	if !slices.Equal(got, want) {
		t.Errorf("counted %q, want %q", got, want)
	}
}
