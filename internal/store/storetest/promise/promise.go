// Package promise says what the store promises over every backend, whatever fails below it:
// batches and turns, what a commit means, aliases, clocks, quotas, and that what an earlier
// version left can be read.
package promise

import (
	"context"
	"slices"
)

// Tests are those that need no bubble.
var Tests = slices.Concat(endTests, quotaTests, budgetTests, termTests, undoTests, deletedTests, unmergeTests, elsewhereTests, retryTests, forgottenTests, eachTests, togetherTests, valueTests, aliasTests, timeTests, sourceTests, personTests, clockTests, planTests, fileTests, eraseTests, searchTests, freshTests, filterableTests)

// Brief are those of them that read and write in every way once.
var Brief = slices.Concat(quotaTests, undoTests, unmergeTests, aliasTests, eraseTests, freshTests)

// InBubbles are those that run in a bubble of testing/synctest, so that they know
// when all writes wait and need not wait themselves while the store backs off.
var InBubbles = slices.Concat(batchTests, turnTests, aliasBatchTests, retryBatchTests, eachBatchTests, undoBatchTests, budgetBatchTests, durableTests, faultTests, brokenTests, poisonTests, planBatchTests)

// bg is for calls that nothing gives up.
var bg = context.Background()
