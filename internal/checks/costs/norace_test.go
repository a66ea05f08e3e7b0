//go:build !race

package costs

const countsAllocations = true
