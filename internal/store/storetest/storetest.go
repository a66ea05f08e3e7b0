// Package storetest says what every backend of package store must do, once for
// all of them: what each promise of store.Backend means. The rest of the suite
// stands below it: package promise, that the store keeps its own promises over this
// backend whatever fails; package model, that thousands of random writes leave exactly what
// a plain model of the rules says; and package suite, what all of these share. None
// knows a database: what is special to one belongs to that backend's own tests.
package storetest

import (
	"context"
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
	RunPromises(t, open)
}

// RunPromises runs the suite without its random writes, for a backend that is held
// against all of it elsewhere already, and here with something around it or below it.
func RunPromises(t *testing.T, open func(t *testing.T) store.Backend) {
	suite.Run(t, open, spaceTests, contactTests, historyTests, sourceTests, retryTests, pairTests, listTests, feedTests, updateTests, weightTests, walkTests,
		registryTests, keyTests, sessionTests, firstTests, entryTests, windowTests, // the backend alone
		promise.Tests) // the store over it
	suite.RunInBubbles(t, open, promise.InBubbles)
}

// bg is for calls that nothing gives up.
var bg = context.Background()
