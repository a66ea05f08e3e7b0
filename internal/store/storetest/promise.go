package storetest

import "slices"

// PromiseTests are those that need no bubble.
var PromiseTests = slices.Concat(endTests, quotaTests, valueTests, aliasTests, clockTests)

// InBubbles are those that run in a bubble of testing/synctest, so that they know
// when all writes wait and need not wait themselves while the store backs off.
var InBubbles = slices.Concat(batchTests, turnTests, aliasBatchTests, durableTests, faultTests, brokenTests, poisonTests)
