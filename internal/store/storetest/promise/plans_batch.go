package promise

import (
	"errors"
	"fmt"
	"testing"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

// CONTRACT D34.
var planBatchTests = []suite.Test{
	{"a plan is saved with what is done of it, or not at all", testPlanFaults},
	{"a plan alone is saved once, whatever becomes of the commit", testPlanInDoubt},
	{"a plan that has moved on spares the neighbours of its write", testPlanMoved},
	{"writes of one batch see what those before them left of a plan", testPlanInBatch},
}

func testPlanFaults(t *testing.T, b store.Backend) {
	f := suite.NewFaulty(b)
	s := suite.NewStore(t, f, store.Options{})
	for _, fa := range faults {
		space := suite.NewSpace(t, b, "")
		id, other := made(t, s, space, name("A")), made(t, s, space, name("B"))
		do(t, s, proposing(writing(space), "p", someRow(1, 100)))
		many := writing(space, greedy{&contact.Create{Patch: name("C")}}) // as in testFaults
		list := batched(t, f, s, space, troubled(fa.troubles), many, noting(putting(space, id, name("D")), "p"), proposing(putting(space, other, name("E")), "q", someRow(1, 50)))
		f.SetHook(troubled(nil))
		done(t, s, putting(space, id, name("F")))
		l := suite.Audit(t, b, space)
		for i, p := range list[1:] {
			if answerOf(p) != fa.want {
				t.Errorf("%s: write %d: answered %q, want %q", fa.name, i, answerOf(p), fa.want)
			}
		}
		applied, rows := planNow(t, s, space, "p")
		fresh, freshRows := planNow(t, s, space, "q")
		if fa.there != (applied.State == "applied") || fa.there != (rows[0].Result == "done") || fa.there != (fresh.State == "ready") || fa.there != (len(freshRows) == 1) {
			t.Errorf("%s: the plans are %+v with %+v and %+v with %+v; saved is to be %v", fa.name, applied, rows, fresh, freshRows, fa.there)
		}
		if op := opOf(l, list[1]); fa.there && string(rows[0].Done) != fmt.Sprintf(`{"op":%d}`, op) {
			t.Errorf("%s: noted is %s of change %d", fa.name, rows[0].Done, op)
		}
	}
}

// What is saved of a plan alone leaves no mark: after a commit whose outcome is not known
// it is tried again, and finds what it made.
func testPlanInDoubt(t *testing.T, b store.Backend) {
	f := suite.NewFaulty(b)
	s := suite.NewStore(t, f, store.Options{})
	for _, c := range []struct {
		name     string
		troubles []trouble
		want     string
		ran      int
		there    bool
	}{
		{"a conflict", []trouble{{suite.BeforeCommit, errClash, 2}}, "", 3, true},
		{"a refusal", []trouble{{suite.AtSave, errRefuse, 1}}, errRefuse.Error(), 1, false},
		{"committed, but the answer is lost", []trouble{{suite.AfterCommit, errOdd, 1}}, "", 2, true},
		{"not committed, and the answer is lost", []trouble{{suite.BeforeCommit, errOdd, 1}, {suite.AtSaved, errOdd, 2}}, "", 2, true},
		{"committed, and nobody can ever be asked", []trouble{{suite.AfterCommit, errOdd, 1}, {suite.AtSaved, errOdd, always}}, isUnknown, 1, true},
		{"not committed, and nobody can ever be asked", []trouble{{suite.BeforeCommit, errOdd, 1}, {suite.AtSaved, errOdd, always}}, isUnknown, 1, false},
	} {
		space := suite.NewSpace(t, b, "")
		before := kept(t, b, space)
		w, ran := proposing(writing(space), "p", someRow(1, 100)), 0
		change := w.Plan.Change
		w.Plan.Change = func(p *record.Plan, now contact.Time, out []store.Outcome) (store.PlanSave, error) {
			ran++
			return change(p, now, out)
		}
		f.SetHook(troubled(c.troubles))
		_, err := s.Do(bg, w)
		f.SetHook(troubled(nil))
		if suite.CodeOf(err) != c.want || ran != c.ran {
			t.Errorf("%s: %v, after %d times; want %q after %d", c.name, err, ran, c.want, c.ran)
		}
		p, rows := planNow(t, s, space, "p")
		if grown := kept(t, b, space) - before; c.there != (p.State == "ready") || c.there != (len(rows) == 1) || c.there != (grown == 132) || !c.there && grown != 0 {
			t.Errorf("%s: the plan is %+v with %d rows, and %d bytes more are kept", c.name, p, len(rows), grown)
		}
		suite.Audit(t, b, space)
	}
}

func testPlanMoved(t *testing.T, b store.Backend) {
	f := suite.NewFaulty(b)
	s, space := suite.NewStore(t, f, store.Options{}), suite.NewSpace(t, b, "")
	id := made(t, s, space, name("A"))
	do(t, s, proposing(writing(space), "p", someRow(1, 100)))
	commits := 0
	list := batched(t, f, s, space, func(step suite.Step, _ *store.Save) error {
		if step == suite.BeforeCommit {
			commits++
		}
		return nil
	}, noting(putting(space, id, name("B")), "p"), noting(putting(space, id, name("C")), "p"), putting(space, id, name("D")))
	wantOnlyRefused(t, "a plan that has moved on", b, space, list, 1)
	if !errors.Is(list[1].err, store.ErrPlanMoved) || commits != 1 {
		t.Errorf("got %v, after %d commits", list[1].err, commits)
	}
	if _, rows := planNow(t, s, space, "p"); string(rows[0].Done) != fmt.Sprintf(`{"op":%d}`, list[0].out.Op) {
		t.Errorf("noted is %s, and the change is %d", rows[0].Done, list[0].out.Op)
	}
}

func testPlanInBatch(t *testing.T, b store.Backend) {
	f := suite.NewFaulty(b)
	s, space := suite.NewStore(t, f, store.Options{}), suite.NewSpace(t, b, "")
	id := made(t, s, space, name("A"))
	do(t, s, proposing(writing(space), "p", someRow(1, 100)))
	var saw []string
	step := func(state string, save store.PlanSave, err error) store.Write {
		return changing(putting(space, id, name(fmt.Sprint(len(saw), state))), "p", func(p *record.Plan, _ []store.Outcome) (store.PlanSave, error) {
			saw = append(saw, fmt.Sprint(p.State, " ", p.Weight))
			p.State = state
			return save, err
		})
	}
	list := batched(t, f, s, space, troubled(nil),
		step("one", store.PlanSave{Rows: []record.PlanRow{someRow(2, 68)}}, nil),
		step("two", store.PlanSave{Rows: []record.PlanRow{someRow(3, 68)}}, errNotPlanned),
		step("three", store.PlanSave{Drop: true}, nil),
		step("four", store.PlanSave{Rows: []record.PlanRow{someRow(4, 18)}}, nil),
		step("five", store.PlanSave{}, nil),
		proposing(putting(space, id, name("New")), "q"), proposing(putting(space, id, name("Newer")), "r"))
	wantOnlyRefused(t, "a plan that is refused", b, space, list, 1)
	if want := "[ready 132 one 232 one 232  0 four 50]"; fmt.Sprint(saw) != want {
		t.Errorf("writes saw %v, want %s", saw, want)
	}
	p, rows := planNow(t, s, space, "p")
	if p.State != "five" || p.Weight != 50 || len(rows) != 1 || rows[0].N != 4 {
		t.Errorf("the plan is %+v with %+v", p, rows)
	}
	q, _ := planNow(t, s, space, "q")
	r, _ := planNow(t, s, space, "r")
	if q.Created <= p.Created || r.Created <= q.Created {
		t.Errorf("plans were made at %d, %d and %d: no two at one time", p.Created, q.Created, r.Created)
	}
}

// opOf gives the change that a write made, 0 for none.
func opOf(l suite.Ledger, p *sent) contact.Seq {
	for i := range l.Changes {
		if l.Changes[i].RequestID == p.write.By.RequestID {
			return l.Changes[i].Op
		}
	}
	return 0
}
