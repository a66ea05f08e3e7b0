package load

import (
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestQuantile(t *testing.T) {
	var h Histogram
	if h.Quantile(0.5) != 0 || h.Max() != 0 || h.Count() != 0 {
		t.Error("an empty histogram has something")
	}
	for i := 1; i <= 100; i++ { // of so few nanoseconds each has a step of its own
		h.Record(time.Duration(i))
	}
	for q, want := range map[float64]time.Duration{0: 1, 0.5: 50, 0.9: 90, 0.99: 99, 0.999: 100, 1: 100} {
		if got := h.Quantile(q); got != want {
			t.Errorf("%v: %d, want %d", q, got, want)
		}
	}
	h.Record(-time.Second)
	if h.Quantile(0) != 0 || h.Count() != 101 {
		t.Errorf("a negative duration: %v, %d", h.Quantile(0), h.Count())
	}
}

// TestSteps: the steps follow one another without a gap, up to the longest
// duration.
func TestSteps(t *testing.T) {
	last := time.Duration(-1)
	for i := 0; last != math.MaxInt64; i++ {
		if first := last + 1; stepOf(first) != i {
			t.Fatalf("step %d begins at %d, which is of step %d", i, first, stepOf(first))
		}
		last = lastOf(i)
		if stepOf(last) != i {
			t.Fatalf("step %d ends at %d, which is of step %d", i, last, stepOf(last))
		}
	}
}

// TestQuantileOfAnything: against the list of all durations, sorted; and in two
// parts as in one.
func TestQuantileOfAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := rapid.SliceOfN(rapid.Int64Range(0, math.MaxInt64), 1, 200).Draw(t, "durations")
		cut := rapid.IntRange(0, len(all)).Draw(t, "cut")
		q := rapid.Float64Range(0, 1).Draw(t, "q")
		var h, other Histogram
		for i, d := range all {
			if i < cut {
				h.Record(time.Duration(d))
			} else {
				other.Record(time.Duration(d))
			}
		}
		h.Add(&other)
		slices.Sort(all)
		exact := all[max(1, int(math.Ceil(q*float64(len(all)))))-1]
		got := int64(h.Quantile(q))
		if got < exact || got-exact > exact/steps {
			t.Fatalf("%v of them: %d, want from %d to %d", q, got, exact, exact+exact/steps)
		}
		if h.Count() != int64(len(all)) || int64(h.Max()) != all[len(all)-1] {
			t.Fatalf("%d, at most %d; want %d, %d", h.Count(), h.Max(), len(all), all[len(all)-1])
		}
	})
}
