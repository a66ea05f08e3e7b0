// Package load is a load generator that costs little beside the server that it
// measures: a small HTTP client, workers that ask as fast as they are answered
// or by a schedule, and a histogram of how long it took.
//
// It is another one than that of "carnet bench", which sends through Carnet's client
// and knows its codes: this one asks servers that have no such client, sends what was
// made before, and shares the processors with what it measures.
package load

import (
	"math"
	"math/bits"
	"time"
)

// A duration falls into one of 128 buckets of its power of two, so what is read
// back is at most 0.8 % greater than it was.
const (
	subBits = 7
	sub     = 1 << subBits
	octaves = 40 // of nanoseconds: up to a day and a half
)

// Histogram counts durations. Its zero value is empty.
type Histogram struct {
	counts [(octaves - subBits + 1) * sub]uint32
	n      uint64
	max    time.Duration
}

// Add counts a duration.
func (h *Histogram) Add(d time.Duration) {
	d = max(d, 0)
	h.counts[bucket(uint64(d))]++
	h.n++
	h.max = max(h.max, d)
}

// Merge adds everything that o has counted.
func (h *Histogram) Merge(o *Histogram) {
	for i, c := range o.counts {
		h.counts[i] += c
	}
	h.n += o.n
	h.max = max(h.max, o.max)
}

// Count tells how many durations were counted.
func (h *Histogram) Count() int { return int(h.n) }

// Max gives the longest duration.
func (h *Histogram) Max() time.Duration { return h.max }

// Quantile gives the duration that a share q of those counted did not pass, 0
// where none was.
func (h *Histogram) Quantile(q float64) time.Duration {
	if h.n == 0 {
		return 0
	}
	rank := max(uint64(math.Ceil(q*float64(h.n))), 1)
	seen := uint64(0)
	for i, c := range h.counts {
		if seen += uint64(c); seen >= rank {
			return min(time.Duration(upper(i)), h.max)
		}
	}
	return h.max
}

func bucket(v uint64) int {
	if v < sub {
		return int(v)
	}
	shift := bits.Len64(v) - subBits - 1
	i := shift*sub + int(v>>shift)
	return min(i, len(Histogram{}.counts)-1)
}

// upper gives the greatest value of a bucket.
func upper(i int) uint64 {
	if i < sub {
		return uint64(i)
	}
	shift := i/sub - 1
	return (uint64(i-shift*sub)+1)<<shift - 1
}
