package load

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

func TestQuantilesAreClose(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var h, other Histogram
	var all []time.Duration
	for k := range 50_000 {
		d := time.Duration(r.ExpFloat64() * float64(3*time.Millisecond))
		all = append(all, d)
		if k%2 == 0 {
			h.Add(d)
		} else {
			other.Add(d)
		}
	}
	h.Merge(&other)
	slices.Sort(all)
	if h.Count() != len(all) || h.Max() != all[len(all)-1] {
		t.Errorf("%d counted, longest %v", h.Count(), h.Max())
	}
	for _, q := range []float64{0, 0.001, 0.5, 0.9, 0.99, 0.999, 1} {
		want := all[max(int(float64(len(all))*q+0.999999)-1, 0)]
		got := h.Quantile(q)
		if got < want || float64(got) > float64(want)*1.008+1 {
			t.Errorf("quantile %v is %v, exactly %v", q, got, want)
		}
	}
}

func TestBucketsAreInOrder(t *testing.T) {
	last := -1
	for v := uint64(0); v < 1<<45; v += 1 + v/300 {
		i := bucket(v)
		if i < last || v < 1<<octaves && upper(i) < v || i > 0 && v < 1<<octaves && upper(i-1) >= v {
			t.Fatalf("%d falls into bucket %d, up to %d, after %d", v, i, upper(i), last)
		}
		last = i
	}
}

func TestNothingCounted(t *testing.T) {
	var h Histogram
	if h.Quantile(0.99) != 0 || h.Max() != 0 || h.Count() != 0 {
		t.Error("an empty histogram has values")
	}
}
