// Package storetest says what every backend of package store must do, once for
// all of them: what each promise of store.Backend means. The rest of the suite
// stands below it: package promise, that the store keeps its own promises over this
// backend whatever fails; package model, that thousands of random writes leave exactly what
// a plain model of the rules says; and package suite, what all of these share. None
// knows a database: what is special to one belongs to that backend's own tests.
package storetest

import (
	"context"
	"slices"
	"testing"

	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/model"
	"github.com/carnet-project/carnet/internal/store/storetest/promise"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

// Run runs the whole suite. open makes a fresh, empty backend for one test,
// which closes it. There is no list of exceptions: a backend does all of it.
//
// Some tests run in a bubble of testing/synctest, where open is called too: goroutines
// that it starts must end with Backend.Close.
func Run(t *testing.T, open func(t *testing.T) store.Backend) {
	suite.Run(t, open, model.Tests) // first, because they take longest
	suite.Run(t, open, backendTests, weightTests, promise.Tests)
	suite.RunInBubbles(t, open, promise.InBubbles)
}

// RunBrief runs what asks a backend for everything once: without what is about how much
// there is, how long ago it was and what happens at once. It is for a backend that is held
// against all of the suite elsewhere, and here stands on another database.
func RunBrief(t *testing.T, open func(t *testing.T) store.Backend) {
	suite.Run(t, open, backendTests, promise.Brief)
}

// backendTests are about the backend alone, and not about the store over it.
var backendTests = slices.Concat(spaceTests, contactTests, historyTests, sourceTests, retryTests, pairTests, listTests, feedTests, updateTests, walkTests, filterTests,
	registryTests, keyTests, sessionTests, firstTests, entryTests, windowTests, jobTests, planTests, fileTests, inventoryTests, erasureTests, searchTests)

// bg is for calls that nothing gives up.
var bg = context.Background()
