// Package endurance tests the built binary where it hurts: it is killed under
// load again and again, and its disk is filled. It holds nothing but tests.
package endurance
