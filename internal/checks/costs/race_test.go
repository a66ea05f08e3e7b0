//go:build race

package costs

// countsAllocations: the race detector allocates too, so its runs say nothing
// about ours.
const countsAllocations = false
