// Package storetest says what every backend of package store must do, once for
// all of them: what each promise of store.Backend means, that the store keeps
// its own promises over this backend whatever fails, and that thousands of
// random writes leave exactly what a plain model of the rules says. It knows no
// database: what is special to one belongs to that backend's own tests.
package storetest

import (
	"testing"
	"testing/synctest"

	"github.com/carnet-project/carnet/internal/store"
)

// Run runs the whole suite. open makes a fresh, empty backend for one test,
// which closes it. There is no list of exceptions: a backend does all of it.
//
// Some tests run in a bubble of testing/synctest, so that they know when all
// writes wait and need not wait themselves while the store backs off. open is
// called inside it: goroutines that it starts must end with Backend.Close.
func Run(t *testing.T, open func(t *testing.T) store.Backend) {
	for _, tests := range [][]test{
		randomTests,                                                                                // first, because they take longest
		spaceTests, contactTests, historyTests, listTests, updateTests, registryTests, windowTests, // the backend alone
		weightTests, walkTests, endTests, quotaTests, retryTests, keyTests, firstTests, entryTests,
		valueTests, aliasTests, clockTests, // the store over it
	} {
		for _, test := range tests {
			t.Run(test.name, func(t *testing.T) {
				t.Parallel()
				test.run(t, opened(t, open))
			})
		}
	}
	for _, tests := range [][]test{batchTests, turnTests, aliasBatchTests, retryBatchTests, durableTests, faultTests, brokenTests, poisonTests} {
		for _, test := range tests {
			t.Run(test.name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) { test.run(t, opened(t, open)) })
			})
		}
	}
}
