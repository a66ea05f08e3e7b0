package promise

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

// Whatever fails, the history holds every write that was answered with success
// exactly once, nothing of those that were refused, and those whose outcome is
// not known at most once.
var faultTests = []suite.Test{
	{"each fault alone", testFaults},
	{"faults at random, under load", testFaultStorm},
}

var (
	errOdd    = errors.New("the test lost the connection")
	errFull   = fault.New(fault.Unavailable, "storage_full", "The disk is full.")
	errClash  = fmt.Errorf("the test got in between: %w", store.ErrConflict)
	errRefuse = fmt.Errorf("the test refuses: %w", store.ErrRefused)
)

// trouble is an error that comes so many times, and then no more.
type trouble struct {
	step  suite.Step
	err   error
	times int
}

const always = 1 << 30

// What becomes of a write.
const (
	isSaved   = "saved"
	isRefused = "" // with an error that says nothing to the caller
	isUnknown = "outcome_unknown"
)

var faults = []struct {
	name     string
	troubles []trouble
	want     string // one of the above, or the code of a refusal
	there    bool   // whether the writes are in the history
}{
	{"a conflict at the begin", []trouble{{suite.AtBegin, errClash, 1}}, isSaved, true},
	{"an odd error at the begin", []trouble{{suite.AtBegin, errOdd, 1}}, isRefused, false},
	{"a full disk at the begin", []trouble{{suite.AtBegin, errFull, 1}}, "storage_full", false},
	{"a conflict loading Spaces", []trouble{{suite.AtSpaces, errClash, 2}}, isSaved, true},
	{"an odd error loading Spaces", []trouble{{suite.AtSpaces, errOdd, 1}}, isRefused, false},
	{"a conflict loading contacts", []trouble{{suite.AtLoad, errClash, 3}}, isSaved, true},
	{"an odd error loading contacts", []trouble{{suite.AtLoad, errOdd, 1}}, isRefused, false},
	{"a conflict taking ids", []trouble{{suite.AtNewIDs, errClash, 1}}, isSaved, true},
	{"an odd error taking ids", []trouble{{suite.AtNewIDs, errOdd, 1}}, isRefused, false},
	{"a conflict while saving", []trouble{{suite.AtSave, errClash, 8}}, isSaved, true},
	{"conflicts without end", []trouble{{suite.AtSave, errClash, always}}, "database_busy", false},
	{"an odd error while saving", []trouble{{suite.AtSave, errOdd, 1}}, isRefused, false},
	{"a full disk while saving", []trouble{{suite.AtSave, errFull, 1}}, "storage_full", false},
	{"one refusal", []trouble{{suite.AtSave, errRefuse, 1}}, isSaved, true}, // each of the batch then succeeds alone
	{"refusals without end", []trouble{{suite.AtSave, errRefuse, always}}, isRefused, false},
	{"a conflict at the commit", []trouble{{suite.BeforeCommit, errClash, 2}}, isSaved, true},
	{"conflicts at the commit without end", []trouble{{suite.BeforeCommit, errClash, always}}, "database_busy", false},
	{"a refusal at the commit", []trouble{{suite.BeforeCommit, errRefuse, 1}}, isSaved, true},
	{"a full disk at the commit", []trouble{{suite.BeforeCommit, errFull, 1}}, "storage_full", false},
	{"committed, but the answer is lost", []trouble{{suite.AfterCommit, errOdd, 1}}, isSaved, true},
	{"not committed, and the answer is lost", []trouble{{suite.BeforeCommit, errOdd, 1}}, isSaved, true},
	{"not committed, again and again", []trouble{{suite.BeforeCommit, errOdd, always}}, "database_busy", false},
	{"committed, and at first nobody can be asked", []trouble{{suite.AfterCommit, errOdd, 1}, {suite.AtSaved, errOdd, 5}}, isSaved, true},
	{"not committed, and at first nobody can be asked", []trouble{{suite.BeforeCommit, errOdd, 1}, {suite.AtSaved, errOdd, 5}}, isSaved, true},
	{"committed, and nobody can ever be asked", []trouble{{suite.AfterCommit, errOdd, 1}, {suite.AtSaved, errOdd, always}}, isUnknown, true},
	{"not committed, and nobody can ever be asked", []trouble{{suite.BeforeCommit, errOdd, 1}, {suite.AtSaved, errOdd, always}}, isUnknown, false},
}

// greedy is a verb that wants more ids than a block has.
type greedy struct{ contact.Verb }

func (g greedy) Needs() contact.Needs { return contact.Needs{NewIDs: 2000} }

// troubled makes a hook of troubles.
func troubled(list []trouble) suite.Hook {
	var mu sync.Mutex
	left := slices.Clone(list)
	return func(step suite.Step, _ *store.Save) error {
		mu.Lock()
		defer mu.Unlock()
		for i := range left {
			if tr := &left[i]; tr.step == step && tr.times > 0 {
				tr.times--
				return tr.err
			}
		}
		return nil
	}
}

func testFaults(t *testing.T, b store.Backend) {
	f := suite.NewFaulty(b)
	s := suite.NewStore(t, f, store.Options{})
	for _, fa := range faults {
		space := suite.NewSpace(t, b, "")
		// More than one block of ids, so that they have to be taken anew.
		id, many := made(t, s, space, name("A")), writing(space, greedy{&contact.Create{Patch: name("B")}})
		list := batched(t, f, s, space, troubled(fa.troubles), many, putting(space, id, name("C")), putting(space, id, name("D")))
		f.SetHook(troubled(nil))
		done(t, s, putting(space, id, name("E"))) // what comes after is not troubled

		l := suite.Audit(t, b, space)
		for i, p := range list {
			want := 0
			if fa.there {
				want = 1
			}
			if n := l.Ops[p.write.By.RequestID]; n != want {
				t.Errorf("%s: write %d is %d times in the history, want %d", fa.name, i, n, want)
			}
			if !p.done || answerOf(p) != fa.want {
				t.Errorf("%s: write %d: answered %v, %q, %v; want %q", fa.name, i, p.done, answerOf(p), p.err, fa.want)
			}
		}
	}
}

// answerOf tells what a write was told, as the table above has it.
func answerOf(p *sent) string {
	switch e, ours := errors.AsType[*fault.Error](p.err); {
	case p.err == nil && p.out.Op != 0:
		return isSaved
	case p.err == nil:
		return "nothing changed"
	case ours && e.Code == isUnknown && e.Kind != fault.Internal:
		return "outcome_unknown that invites to send the write again"
	case ours && e.Code != isUnknown && e.Kind != fault.Unavailable:
		return "a refusal that does not say: nothing was done, try again"
	case ours:
		return string(e.Code)
	}
	return isRefused
}

// Each step of each transaction fails now and then, in any way, while many
// clients write to the same contacts.
func testFaultStorm(t *testing.T, b store.Backend) {
	random, f := suite.Seeded(t), suite.NewFaulty(b)
	s, space := suite.NewStore(t, f, store.Options{}), suite.NewSpace(t, b, "")
	ids := chain(t, s, space, 2)
	ids = append(ids, made(t, s, space, name("Z")))
	var mu sync.Mutex
	f.SetHook(func(step suite.Step, _ *store.Save) error {
		mu.Lock()
		defer mu.Unlock()
		if random.IntN(8) > 0 {
			return nil
		}
		if errs := []error{errClash, errRefuse, errFull, errOdd}; step != suite.AfterCommit && step != suite.AtSaved {
			return errs[random.IntN(len(errs))]
		}
		return errOdd
	})
	const clients, each = 16, 25
	var all []*sent
	for i := range clients * each {
		w := putting(space, ids[i%len(ids)], name(fmt.Sprint(i)))
		if i%5 == 0 {
			w = creation(space, name(fmt.Sprint(i)))
		}
		all = append(all, &sent{write: w})
	}
	var wg sync.WaitGroup
	for c := range clients {
		wg.Go(func() {
			for _, p := range all[c*each : (c+1)*each] {
				p.run(bg, s)
			}
		})
	}
	wg.Wait()
	l := suite.Audit(t, b, space)
	answers := map[string]int{}
	for i, p := range all {
		answer, n := answerOf(p), l.Ops[p.write.By.RequestID]
		answers[answer]++
		switch {
		case answer == isSaved && n != 1, answer == isUnknown && n > 1, answer != isSaved && answer != isUnknown && n != 0:
			t.Errorf("write %d was answered %q and is %d times in the history", i, answer, n)
		}
	}
	if answers[isSaved] < clients || len(answers) < 3 {
		t.Errorf("the storm was too weak or too strong to tell anything: %v", answers)
	}
}
