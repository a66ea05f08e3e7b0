// Package suite is what the tests of every part stand on: how a list of them is run, Spaces
// and writes to begin with, a backend that fails on demand, and the audit of a
// Space's history in which they end.
package suite

import (
	"testing"
	"testing/synctest"

	"github.com/carnet-project/carnet/internal/store"
)

// Test is one test of the suite, on a backend that is its own. It is an alias, so
// that a list of them need not name its members.
type Test = struct {
	Name string
	Run  func(*testing.T, store.Backend)
}

// Run runs lists of tests side by side. open makes a fresh, empty backend for one
// test, which closes it.
func Run(t *testing.T, open func(*testing.T) store.Backend, lists ...[]Test) {
	for _, list := range lists {
		for _, test := range list {
			t.Run(test.Name, func(t *testing.T) {
				t.Parallel()
				test.Run(t, opened(t, open))
			})
		}
	}
}

// RunInBubbles does the same, each test in a bubble of testing/synctest, inside which open
// is called.
func RunInBubbles(t *testing.T, open func(*testing.T) store.Backend, list []Test) {
	for _, test := range list {
		t.Run(test.Name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { test.Run(t, opened(t, open)) })
		})
	}
}

func opened(t *testing.T, open func(*testing.T) store.Backend) store.Backend {
	t.Helper()
	b := open(t)
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Errorf("closing the backend: %v", err)
		}
	})
	return b
}
