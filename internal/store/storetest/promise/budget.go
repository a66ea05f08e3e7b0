package promise

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

var budgetTests = []suite.Test{
	{"a key takes away and changes no more than its budget", testBudget},
	{"what is refused, repeated or changes nothing uses no budget", testUsesNothing},
	{"all verbs of a write use the budget, or none", testBudgetOfVerbs},
	{"a day after its first write a key may do as much again", testBudgetDay},
}

var budgetBatchTests = []suite.Test{
	{"writes of one batch share the budget of their key", testBudgetInBatch},
	{"what is refused or dry uses no budget beside what is saved", testBudgetBeside},
	{"a batch that is tried again uses the budget once", testBudgetTriedAgain},
	{"a key without a daily budget has nothing saved for it", testNoBudget},
}

// of makes a write one of a key with a budget.
func of(key int64, b access.Budget, w store.Write) store.Write {
	w.By.Actor.KeyID, w.Budget = key, b
	return w
}

func daily(removals, writes int64) access.Budget {
	return access.Budget{DailyRemovals: access.StoredCap(removals), DailyWrites: access.StoredCap(writes)}
}

// wantSpent looks at what a key has used, whenever that was.
func wantSpent(t *testing.T, b store.Backend, space contact.SpaceID, key int64, removals, writes int64) {
	t.Helper()
	tx := suite.Begin(t, b, b.Lane(space))
	defer tx.Rollback()
	found, err := tx.Load(bg, &store.Wants{Spent: []store.KeyID{{Space: space, Key: key}}})
	if err != nil {
		t.Fatal(err)
	}
	var have access.Spent
	for _, k := range found.Spent {
		have = k.Spent
	}
	if have.Removals != removals || have.Writes != writes {
		t.Errorf("key %d has used %+v, want %d and %d", key, have, removals, writes)
	}
}

// refusedBy wants a write refused with a code, and all as it was.
func refusedBy(t *testing.T, s *store.Store, w store.Write, code string) {
	t.Helper()
	if _, err := s.Do(bg, w); suite.CodeOf(err) != code {
		t.Errorf("got %v, want %s", err, code)
	}
}

// CONTRACT D24.
func testBudget(t *testing.T, b store.Backend) {
	s, space := suite.NewStore(t, b, store.Options{}), suite.NewSpace(t, b, "")
	id := made(t, s, space, list(contact.Emails, "a@example.com", "b@example.com", "c@example.com", "d@example.com"))
	one, few := access.Budget{MaxRemovals: access.AtMost(1)}, daily(2, 4)
	done(t, s, of(1, one, putting(space, id, list(contact.Emails, "a@example.com", "b@example.com", "c@example.com"))))
	refusedBy(t, s, of(1, one, putting(space, id, list(contact.Emails, "a@example.com"))), "over_budget")
	done(t, s, of(1, one, putting(space, id, list(contact.Emails, "c@example.com", "b@example.com", "a@example.com")))) // which removes none
	refusedBy(t, s, of(1, one, writing(space, &contact.Delete{Ref: id})), "over_budget")
	wantSpent(t, b, space, 1, 0, 0)

	for reads, says := range map[bool]string{true: "would remove 2:", false: "would remove more:"} { // what it would have done, whatever limit that is
		for _, budget := range []access.Budget{one, daily(1, -1), daily(-1, 0)} {
			w := of(9, budget, putting(space, id, list(contact.Emails, "a@example.com")))
			w.Reads = reads
			_, err := s.Do(bg, w)
			refusal, ok := errors.AsType[*contact.Refusal](err)
			if !ok || refusal.Subject != id || len(refusal.Entries) != 1 || contact.Removals(refusal.Entries) != 2 {
				t.Fatalf("got %v, which rests on %+v", err, refusal)
			}
			if budget == one && !strings.Contains(err.Error(), says) {
				t.Errorf("%q does not say %q", err, says)
			}
		}
	}

	other := made(t, s, space, name("Other"))
	done(t, s, of(2, few, putting(space, id, list(contact.Emails, "a@example.com"))))
	wantSpent(t, b, space, 2, 2, 1)
	refusedBy(t, s, of(2, few, putting(space, id, list(contact.Emails, "x@example.com"))), "over_budget")
	done(t, s, of(3, few, putting(space, id, list(contact.Emails)))) // another key
	wantSpent(t, b, space, 3, 1, 1)
	done(t, s, of(2, few, merging(space, id, other)))
	wantSpent(t, b, space, 2, 2, 3)
	done(t, s, of(2, few, creation(space, name("New"))))
	refusedBy(t, s, of(2, few, creation(space, name("One more"))), "over_budget")
	wantSpent(t, b, space, 2, 2, 4)
	done(t, s, of(2, access.Budget{}, creation(space, name("One more")))) // its budget was taken away

	// An undo gives nothing back, and a dry run tells what a write would meet.
	put := done(t, s, of(4, daily(1, 2), putting(space, id, name("Renamed"))))
	undo := takingBack(t, s, space, id, put.Op)
	dry := of(4, daily(1, 2), undo)
	dry.Terms.Dry = true
	for _, w := range []store.Write{dry, of(4, daily(1, 2), undo)} {
		if _, err := s.Do(bg, w); suite.CodeOf(err) != "over_budget" {
			t.Errorf("an undo that takes away a second name: %v", err)
		}
	}
	done(t, s, of(4, daily(2, 2), undo))
	wantSpent(t, b, space, 4, 2, 2)
	suite.Audit(t, b, space)
}

// CONTRACT D24.
func testUsesNothing(t *testing.T, b store.Backend) {
	s, space := suite.NewStore(t, b, store.Options{}), suite.NewSpace(t, b, "")
	id, budget := made(t, s, space, name("A")), daily(5, 5)
	first := of(1, budget, again(putting(space, id, name("B")), "K"))
	done(t, s, first)
	wantSpent(t, b, space, 1, 1, 1)
	if _, err := s.Do(bg, first); err == nil {
		t.Error("a repetition was done")
	}
	done(t, s, of(1, budget, putting(space, id, name("B"))))                // it is so already
	done(t, s, of(1, budget, again(putting(space, id, name("B")), "Same"))) // and this is kept
	dry := of(1, budget, putting(space, id, name("C")))
	dry.Terms.Dry = true
	done(t, s, dry)
	none := 0
	limited := of(1, budget, putting(space, id, name("C")))
	limited.Terms.MaxRemovals = &none
	refusedBy(t, s, limited, "too_many_removals")
	refusedBy(t, s, of(1, budget, putting(space, id+99, name("C"))), "contact_not_found")
	refusedBy(t, s, of(1, budget, conditional(space, id, 1, name("C"))), "version_mismatch")
	failing := again(putting(space, id, name("C")), "failing")
	failing.Retry.Answer = func([]store.Outcome) ([]byte, error) { return nil, errNotKept }
	if _, err := s.Do(bg, of(1, budget, failing)); err == nil {
		t.Error("what cannot be kept was done")
	}
	quotaOf(t, b, space, access.Quota{Bytes: 1})
	refusedBy(t, s, of(1, budget, putting(space, id, name("C"))), "space_full")
	wantSpent(t, b, space, 1, 1, 1)
	suite.Audit(t, b, space)
}

func testBudgetOfVerbs(t *testing.T, b store.Backend) {
	s, space := suite.NewStore(t, b, store.Options{}), suite.NewSpace(t, b, "")
	one, two := made(t, s, space, name("A")), made(t, s, space, name("B"))
	renaming := func(ids ...contact.ID) store.Write {
		var verbs []contact.Verb
		for i, id := range ids {
			verbs = append(verbs, &contact.Put{Ref: id, Patch: name(fmt.Sprint("New ", i))})
		}
		return writing(space, verbs...)
	}
	for what, budget := range map[string]access.Budget{
		"removals of a day": daily(1, -1), "writes of a day": daily(-1, 1), "removals of a write": {MaxRemovals: access.AtMost(1), DailyWrites: access.AtMost(9)},
	} {
		before := got(t, s, space, one)
		refusedBy(t, s, of(1, budget, renaming(one, two)), "over_budget")
		if after := got(t, s, space, one); after.Version != before.Version {
			t.Errorf("%s: the first of two was done", what)
		}
		wantSpent(t, b, space, 1, 0, 0)
	}
	if _, err := s.Do(bg, of(1, daily(2, 2), renaming(one, two))); err != nil {
		t.Error(err)
	}
	wantSpent(t, b, space, 1, 2, 2)
	suite.Audit(t, b, space)
}

func testBudgetDay(t *testing.T, b store.Backend) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	s, space := suite.NewStore(t, b, store.Options{Clock: func() time.Time { return now }}), suite.NewSpace(t, b, "")
	id, budget := made(t, s, space, name("A")), daily(-1, 2)
	for i, step := range []struct {
		later   time.Duration
		refused bool
	}{{time.Hour, false}, {time.Hour, false}, {22*time.Hour + 59*time.Minute, true}, {time.Minute, false}, {0, false}, {23 * time.Hour, true}, {time.Hour, false}} {
		now = now.Add(step.later)
		_, err := s.Do(bg, of(1, budget, putting(space, id, name(fmt.Sprint(i)))))
		if refused := suite.CodeOf(err) == "over_budget"; refused != step.refused {
			t.Errorf("write %d: %v", i, err)
		}
	}
	suite.Audit(t, b, space)
}

func testBudgetInBatch(t *testing.T, b store.Backend) {
	f := suite.NewFaulty(b)
	s, space := suite.NewStore(t, f, store.Options{}), suite.NewSpace(t, b, "")
	id := made(t, s, space, name("A"))
	var writes []store.Write
	for i := range 4 {
		writes = append(writes, of(1, daily(2, -1), putting(space, id, name(fmt.Sprint(i)))))
	}
	writes = append(writes, of(2, daily(2, -1), putting(space, id, name("of another key"))))
	batch := batched(t, f, s, space, troubled(nil), writes...)
	saved(t, batch[0], batch[1], batch[4])
	for _, p := range batch[2:4] {
		if suite.CodeOf(p.err) != "over_budget" {
			t.Errorf("got %v, want over_budget", p.err)
		}
	}
	wantSpent(t, b, space, 1, 2, 2)
	wantSpent(t, b, space, 2, 1, 1)
	suite.Audit(t, b, space)
}

// CONTRACT D24: of a batch the whole budget is used by what is done, and by nothing else.
func testBudgetBeside(t *testing.T, b store.Backend) {
	f := suite.NewFaulty(b)
	s, space := suite.NewStore(t, f, store.Options{}), suite.NewSpace(t, b, "")
	id, budget := made(t, s, space, name("A")), daily(2, 2)
	half := writing(space, &contact.Put{Ref: id, Patch: name("B")}, &contact.Put{Ref: id + 99, Patch: name("B")})
	dry := putting(space, id, name("C"))
	dry.Terms.Dry = true
	failing := again(putting(space, id, name("D")), "failing")
	failing.Retry.Answer = func([]store.Outcome) ([]byte, error) { return nil, errNotKept }
	batch := batched(t, f, s, space, troubled(nil),
		of(1, budget, half), of(1, budget, dry), of(1, budget, failing), of(1, budget, putting(space, id, name("E"))), of(1, budget, putting(space, id, name("F"))))
	if batch[0].err == nil || batch[1].err != nil || batch[2].err == nil {
		t.Errorf("answered %v, %v, %v", batch[0].err, batch[1].err, batch[2].err)
	}
	saved(t, batch[3], batch[4])
	wantSpent(t, b, space, 1, 2, 2)
	suite.Audit(t, b, space)
}

func testBudgetTriedAgain(t *testing.T, b store.Backend) {
	f := suite.NewFaulty(b)
	s := suite.NewStore(t, f, store.Options{})
	for i, fa := range faults {
		space := suite.NewSpace(t, b, "")
		id := made(t, s, space, name("A"))
		batched(t, f, s, space, troubled(fa.troubles), of(1, daily(9, 9), putting(space, id, name("B"))))
		f.SetHook(troubled(nil))
		want := int64(0)
		if got(t, s, space, id).Version == 2 {
			want = 1
		}
		if t.Failed() {
			t.Fatalf("trouble %d", i)
		}
		wantSpent(t, b, space, 1, want, want)
	}
}

func testNoBudget(t *testing.T, b store.Backend) {
	f := suite.NewFaulty(b)
	s, space := suite.NewStore(t, f, store.Options{}), suite.NewSpace(t, b, "")
	id := made(t, s, space, name("A"))
	spent := 0
	batched(t, f, s, space, func(step suite.Step, save *store.Save) error {
		if step == suite.AtSave {
			spent += len(save.Spent)
		}
		return nil
	}, of(1, access.Budget{}, putting(space, id, name("B"))), of(2, access.Budget{MaxRemovals: access.AtMost(9)}, putting(space, id, name("C"))))
	if c := got(t, s, space, id); c.Version != 3 || spent != 0 {
		t.Errorf("version %d, and %d rows of what keys have used", c.Version, spent)
	}
}
