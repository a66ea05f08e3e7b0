package plan

import (
	"testing"

	"github.com/carnet-project/carnet/bench/result"
)

func TestBenchFigures(t *testing.T) {
	const out = "goos: linux\nBenchmarkPut/spaces=8-2         \t    6292\t    320273 ns/op\t        98.73 max-ms\t      3122 ops/s\t        18.49 p50-ms\t        51.32 p99-ms\t        90.19 p99.9-ms\nPASS\n"
	want := result.Round{PerSecond: 3122, P50: 18.49, P99: 51.32, P999: 90.19, Max: 98.73}
	if got, err := benchFigures(out, 8); err != nil || got != want {
		t.Errorf("%+v, %v", got, err)
	}
	for _, bad := range []string{"", "BenchmarkPut/spaces=8-2 1 5 ns/op", "BenchmarkPut/spaces=8-2 1 x ops/s"} {
		if got, err := benchFigures(bad, 8); err == nil {
			t.Errorf("%q: %+v", bad, got)
		}
	}
	if _, err := benchFigures(out, 1); err == nil {
		t.Error("eight Spaces were taken for one")
	}
}
