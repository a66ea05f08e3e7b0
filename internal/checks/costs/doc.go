// Package costs holds the cost guard, which is a test: how many statements,
// bytes of write-ahead log and allocations each kind of request takes, in one
// table with limits. It counts work and never time, so that its verdict is the
// same on every machine.
package costs
