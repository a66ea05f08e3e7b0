package load

import (
	"math"
	"math/bits"
	"time"
)

// Each power of two of nanoseconds has this many steps, so that a quantile is
// at most 1/128 above what was measured, at every size.
const (
	stepBits = 7
	steps    = 1 << stepBits
)

// Histogram counts durations in steps that grow with them. The zero Histogram
// is empty. It is for one goroutine at a time.
type Histogram struct {
	counts []int64 // by step, as far as one was needed
	n      int64
	max    time.Duration
}

// Record counts a duration. A negative one, which a clock that was set back
// gives, counts as 0.
func (h *Histogram) Record(d time.Duration) {
	d = max(0, d)
	i := stepOf(d)
	if i >= len(h.counts) {
		h.counts = append(h.counts, make([]int64, i+1-len(h.counts))...)
	}
	h.counts[i]++
	h.n++
	h.max = max(h.max, d)
}

// Add counts all that other has counted.
func (h *Histogram) Add(other *Histogram) {
	if len(other.counts) > len(h.counts) {
		h.counts = append(h.counts, make([]int64, len(other.counts)-len(h.counts))...)
	}
	for i, n := range other.counts {
		h.counts[i] += n
	}
	h.n += other.n
	h.max = max(h.max, other.max)
}

// Count tells how many durations there are.
func (h *Histogram) Count() int64 { return h.n }

// Max gives the longest duration exactly, 0 where there is none.
func (h *Histogram) Max() time.Duration { return h.max }

// Quantile gives a duration that the part q of all, from 0 to 1, did not
// exceed: at most 1/128 more than the least such one. 0 where there is none.
func (h *Histogram) Quantile(q float64) time.Duration {
	rank := max(1, int64(math.Ceil(q*float64(h.n))))
	for i, n := range h.counts {
		if rank -= n; rank <= 0 {
			return min(lastOf(i), h.max)
		}
	}
	return h.max
}

// stepOf gives the step of a duration: itself where it is small, else its
// stepBits+1 leading bits with their place.
func stepOf(d time.Duration) int {
	shift := max(0, bits.Len64(uint64(d))-stepBits-1)
	return shift<<stepBits + int(d>>shift)
}

// lastOf gives the longest duration of a step.
func lastOf(i int) time.Duration {
	shift := max(0, i>>stepBits-1)
	return time.Duration(i-shift<<stepBits+1)<<shift - 1
}
