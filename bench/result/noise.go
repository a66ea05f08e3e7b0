package result

import "fmt"

// How much the machine may change over a run. Past these, ratios of two cases
// say as much about the moments at which they ran.
const (
	maxSpin   = 1.25 // the slowest of the fixed work, against the fastest
	maxSync   = 2.0  // likewise of fdatasync
	maxOthers = 0.05 // the share of the machine that others may use
)

// Sync gives how long an append with fdatasync took over the run, in
// milliseconds.
func (r *Run) Sync() Stat {
	var all []float64
	for _, c := range r.Cases {
		for i := range c.Rounds {
			all = append(all, c.Rounds[i].Sync)
		}
	}
	return stat(all)
}

// Judge tells why the figures cannot be relied on.
func (r *Run) Judge() []string {
	var spin, others []float64
	var noise []string
	for _, c := range r.Cases {
		for i := range c.Rounds {
			if late := c.Rounds[i].Late; late > 0 {
				noise = append(noise, fmt.Sprintf("%s fell so far behind its schedule that %d requests were never sent", c.ID, late))
			}
			spin, others = append(spin, c.Rounds[i].Spin), append(others, c.Rounds[i].Others)
		}
	}
	if s := stat(spin); s.Max > maxSpin*s.Min {
		noise = append(noise, fmt.Sprintf("the same work of one core took from %.1f to %.1f ms", s.Min, s.Max))
	}
	if s := r.Sync(); s.Max > maxSync*s.Min {
		noise = append(noise, fmt.Sprintf("fdatasync took from %.2f to %.2f ms", s.Min, s.Max))
	}
	if s := stat(others); s.Median > maxOthers || s.Max > 3*maxOthers {
		noise = append(noise, fmt.Sprintf("other processes used %.0f %% of the machine, at times %.0f %%", 100*s.Median, 100*s.Max))
	}
	if r.Rounds < 3 {
		noise = append(noise, fmt.Sprintf("only %d of at least 3 rounds were measured", r.Rounds))
	}
	return noise
}
