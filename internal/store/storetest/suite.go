package storetest

import (
	"testing"

	"github.com/carnet-project/carnet/internal/store"
)

// test is one test of the suite, on a backend that is its own.
type test struct {
	name string
	run  func(*testing.T, store.Backend)
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
