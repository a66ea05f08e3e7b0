package book_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

// renames makes contacts, and operations that each change one of them.
func (d *desk) renames(t *testing.T, n int) (operations []string) {
	t.Helper()
	for i, id := range d.people(t, n) {
		operations = append(operations, addName(id, fmt.Sprintf("New %d", i)))
	}
	return operations
}

// building gives a plan of which it is not known yet what all of it does.
func (d *desk) building(t *testing.T) book.Plan {
	t.Helper()
	operations := d.renames(t, 1000)
	d.smallSteps()
	p := d.proposeAs(t, d.grant(), book.Proposal{Operations: operationsOf(operations, -1)})
	d.round(t)
	if p = d.plan(t, p.ID); p.State != book.PlanBuilding || p.Decided == 0 {
		t.Fatalf("%+v", p)
	}
	return p
}

// applying gives a plan of which a part is done.
func (d *desk) applying(t *testing.T) book.Plan {
	t.Helper()
	p := d.propose(t, d.renames(t, 300)...)
	d.smallSteps()
	d.begin(t, p)
	for d.plan(t, p.ID).Applied == 0 {
		d.round(t)
	}
	if p = d.plan(t, p.ID); p.State != book.PlanApplying {
		t.Fatalf("%+v", p)
	}
	return p
}

// CONTRACT D34, D36: a job of a plan is cancelled in the middle. What is done by then
// stands, as one batch, and the plan is closed.
func TestPlanIsCancelled(t *testing.T) {
	for name, middle := range map[string]func(*desk, *testing.T) book.Plan{"building": (*desk).building, "applying": (*desk).applying} {
		t.Run(name, func(t *testing.T) {
			d := openDesk(t)
			p := middle(d, t)
			if err := d.CancelJob(t.Context(), d.grant(), p.Job); err != nil {
				t.Fatal(err)
			}
			d.finish(t)
			now := d.plan(t, p.ID)
			if now.State != book.PlanCancelled || now.Applied != p.Applied || now.Decided != p.Decided || int64(len(d.done(t, p.ID))) != p.Applied {
				t.Errorf("before %+v, after %+v", p, now)
			}
			job, err := d.Job(t.Context(), d.grant(), p.Job)
			if err != nil || job.State != store.JobCancelled {
				t.Errorf("the job is %s, %v", job.State, err)
			}
			wantCode(t, d.CancelJob(t.Context(), d.grant(), p.Job), fault.Conflict, fault.CodeJobClosed)
			d.refused(t, d.grant(), now, now.Hash, fault.Conflict, fault.CodePlanClosed)
			if name == "applying" { // what it did is taken back as what another did
				undo := d.proposeAs(t, d.grant(), book.Proposal{Undo: &book.Undone{BatchID: p.ID}})
				d.finish(t)
				if undo = d.plan(t, undo.ID); undo.Rows != p.Applied || undo.Counts[contact.RowUpdate] != p.Applied {
					t.Errorf("%+v", undo)
				}
			}
		})
	}
}

// CONTRACT D34, D36: where the key goes with which a plan is built or applied, or its Space
// becomes inactive, the plan fails and says so. What is done by then stands.
func TestPlanLosesItsKey(t *testing.T) {
	lose := func(change func(*access.APIKey)) func(*testing.T, *desk) {
		return func(t *testing.T, d *desk) {
			t.Helper()
			if _, err := d.store.UpdateKey(t.Context(), access.Act{Who: "test"}, d.key.ID, func(k *access.APIKey) error { change(k); return nil }); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, how := range map[string]func(*testing.T, *desk){
		"revoked":         lose(func(k *access.APIKey) { k.Revoked = 1 }),
		"expired":         lose(func(k *access.APIKey) { k.Expires = 1 }),
		"may read alone":  lose(func(k *access.APIKey) { k.Scopes = access.ScopesOf(access.Read) }),
		"may write alone": lose(func(k *access.APIKey) { k.Scopes = access.ScopesOf(access.Write) }),
		"its Space is inactive": func(t *testing.T, d *desk) {
			t.Helper()
			if _, err := d.store.UpdateSpace(t.Context(), access.Act{Who: "test"}, d.space.ID, func(s *access.Space) error { s.Subscription = access.Inactive; return nil }); err != nil {
				t.Fatal(err)
			}
		},
	} {
		for during, middle := range map[string]func(*desk, *testing.T) book.Plan{"building": (*desk).building, "applying": (*desk).applying} {
			if during == "building" && name == "may write alone" {
				continue // who may write may propose
			}
			t.Run(name+" while "+during, func(t *testing.T) {
				d := openDesk(t)
				p := middle(d, t)
				how(t, d)
				d.now.Add(int64(time.Second))
				d.finish(t)
				now := d.plan(t, p.ID)
				if now.State != book.PlanFailed || now.Message == "" || now.Applied != p.Applied || int64(len(d.done(t, p.ID))) != p.Applied {
					t.Errorf("before %+v, after %+v", p, now)
				}
				job, err := d.Job(t.Context(), d.grant(), p.Job)
				if err != nil || job.State != store.JobFailed || job.Message == "" {
					t.Errorf("the job is %s %q, %v", job.State, job.Message, err)
				}
			})
		}
	}
}

// CONTRACT D34: who discards a plan lets go of it, of its rows and of its job, and what it
// took of the quota comes back; one that was applied, if in part, stays.
func TestPlanIsDiscarded(t *testing.T) {
	ready := func(d *desk, t *testing.T) book.Plan { return d.propose(t, d.renames(t, 5)...) }
	for name, c := range map[string]struct {
		state func(*desk, *testing.T) book.Plan
		stays bool
	}{
		"building": {(*desk).building, false},
		"ready":    {ready, false},
		"expired": {func(d *desk, t *testing.T) book.Plan {
			p := ready(d, t)
			d.now.Add(int64(8 * 24 * time.Hour))
			return p
		}, false},
		"cancelled while it was built": {func(d *desk, t *testing.T) book.Plan {
			p := d.building(t)
			if err := d.CancelJob(t.Context(), d.grant(), p.Job); err != nil {
				t.Fatal(err)
			}
			return p
		}, false},
		"applying": {(*desk).applying, true},
		"applied":  {func(d *desk, t *testing.T) book.Plan { return d.apply(t, ready(d, t)) }, true},
		"cancelled while it was applied": {func(d *desk, t *testing.T) book.Plan {
			p := d.applying(t)
			if err := d.CancelJob(t.Context(), d.grant(), p.Job); err != nil {
				t.Fatal(err)
			}
			return p
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			d := openDesk(t)
			p := c.state(d, t)
			err := d.DiscardPlan(t.Context(), d.grant(), p.ID)
			if c.stays {
				wantCode(t, err, fault.Conflict, fault.CodePlanClosed)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			d.finish(t)
			for range 2 {
				_, err = d.Plan(t.Context(), d.grant(), p.ID)
				wantCode(t, err, fault.NotFound, fault.CodePlanNotFound)
				_, _, err = d.PlanRows(t.Context(), d.grant(), p.ID, book.PlanRowsAsked{PerPage: 10})
				wantCode(t, err, fault.NotFound, fault.CodePlanNotFound)
				_, _, err = d.ApplyPlan(t.Context(), d.grant(), book.Terms{RequestID: "r"}, p.ID, p.Hash)
				wantCode(t, err, fault.NotFound, fault.CodePlanNotFound)
				wantCode(t, d.DiscardPlan(t.Context(), d.grant(), p.ID), fault.NotFound, fault.CodePlanNotFound)
				if list, _, err := d.Plans(t.Context(), d.grant(), "", 10); err != nil || len(list) != 0 {
					t.Errorf("%d plans are listed, %v", len(list), err)
				}
				if n := d.jobsOf(t, book.PlanBuildJob); n[store.JobQueued]+n[store.JobRunning] != 0 {
					t.Errorf("jobs: %v", n)
				}
				if err := d.SweepPlans(t.Context()); err != nil { // and once more
					t.Fatal(err)
				}
			}
			if _, found, err := d.store.Plan(t.Context(), store.PlanID{Space: d.space.ID, ID: p.ID}); found || err != nil {
				t.Errorf("it is there: %v, %v", found, err)
			}
			d.wantOnlyContacts(t)
		})
	}
}

// wantOnlyContacts wants nothing but contacts and their history to count in the quota.
func (d *desk) wantOnlyContacts(t *testing.T) {
	t.Helper()
	_, usage, _, err := d.store.SpaceNow(t.Context(), d.space.ID)
	if err != nil {
		t.Fatal(err)
	}
	d.propose(t, "{}") // a plan counts, or this finds nothing
	_, more, _, err := d.store.SpaceNow(t.Context(), d.space.ID)
	if err != nil || more.Bytes <= usage.Bytes {
		t.Errorf("a plan counts nothing: %v and %v, %v", usage, more, err)
	}
	if d.unplanned == 0 || usage.Bytes != d.unplanned {
		t.Errorf("%d octets count, and %d before there was a plan", usage.Bytes, d.unplanned)
	}
}

// CONTRACT D34: a plan goes when its time is over, in steps, and what it took of the quota
// comes back; until then it stays, and one that is on its way is not looked at again and
// again.
func TestPlansAreSwept(t *testing.T) {
	const kept, life = 30 * 24 * time.Hour, 7 * 24 * time.Hour
	d := openDesk(t)
	many := d.renames(t, 2500)
	ready := d.propose(t, many...)
	applied := d.apply(t, d.propose(t, many[:3]...))
	cancelled := d.applying(t)
	if err := d.CancelJob(t.Context(), d.grant(), cancelled.Job); err != nil {
		t.Fatal(err)
	}
	d.tick.Store(0)
	left := func() (states []book.PlanState) {
		if err := d.SweepPlans(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, id := range []string{ready.ID, applied.ID, cancelled.ID} {
			p, err := d.Plan(t.Context(), d.grant(), id)
			if e, ok := errors.AsType[*fault.Error](err); err != nil && (!ok || e.Code != fault.CodePlanNotFound) {
				t.Fatal(err)
			}
			states = append(states, p.State)
		}
		return states
	}
	steps := 0
	d.faulty.SetHook(func(at suite.Step, save *store.Save) error {
		if at == suite.AtSave && slices.ContainsFunc(save.Plans, func(p store.PlanSaved) bool { return p.Gone > 0 || p.Drop }) {
			steps++
		}
		return nil
	})
	closed := d.plan(t, cancelled.ID).Closed.Std() // the last of them
	for _, c := range []struct {
		at   time.Time
		want []book.PlanState
	}{
		{ready.Expires.Std(), []book.PlanState{book.PlanExpired, book.PlanApplied, book.PlanCancelled}},
		{applied.Closed.Std().Add(kept - time.Microsecond), []book.PlanState{book.PlanExpired, book.PlanApplied, book.PlanCancelled}},
		{closed.Add(kept), []book.PlanState{book.PlanExpired, "", ""}},
		{ready.Expires.Std().Add(kept - time.Microsecond), []book.PlanState{book.PlanExpired, "", ""}},
	} {
		d.now.Store(c.at.UnixNano())
		if have := left(); !slices.Equal(have, c.want) {
			t.Errorf("after %s there are %q, want %q", c.at.Sub(ready.Created.Std()), have, c.want)
		}
	}
	steps = 0
	d.now.Store(ready.Created.Std().Add(life + kept).UnixNano())
	if have := left(); have[0] != "" || steps != 4 {
		t.Errorf("it is %q; its 2,500 rows went in %d transactions, want three and one for the plan", have[0], steps)
	}
}

// A plan whose operations are on their way is no plan that ended: it stays, and looking for
// those that did comes to an end.
func TestSweepLeavesWhatIsReceived(t *testing.T) {
	d := openDesk(t)
	swept := false
	operations := func(yield func([]byte, error) bool) {
		for i := range 1000 {
			if i == 700 {
				if err := d.SweepPlans(t.Context()); err != nil {
					t.Error(err)
				}
				swept = true
			}
			if !yield([]byte(`{"method":"POST","body":{"names":["New"]}}`), nil) {
				return
			}
		}
	}
	p := d.proposeAs(t, d.grant(), book.Proposal{Operations: operations})
	d.finish(t)
	if p = d.plan(t, p.ID); !swept || p.State != book.PlanReady || p.Counts[contact.RowCreate] != 1000 {
		t.Errorf("swept %v, %+v", swept, p)
	}
}

// CONTRACT D34: a plan of which it is not known yet what it does is not applied, nor one
// that is applied, or was.
func TestPlanIsNotReady(t *testing.T) {
	d := openDesk(t)
	p := d.building(t)
	_, _, err := d.ApplyPlan(t.Context(), d.grant(), book.Terms{RequestID: "r"}, p.ID, p.Hash)
	wantCode(t, err, fault.Conflict, fault.CodePlanBuilding)
	d = openDesk(t)
	p = d.applying(t)
	_, _, err = d.ApplyPlan(t.Context(), d.grant(), book.Terms{RequestID: "r"}, p.ID, p.Hash)
	wantCode(t, err, fault.Conflict, fault.CodePlanClosed)
	d.finish(t)
	d.refused(t, d.grant(), d.plan(t, p.ID), p.Hash, fault.Conflict, fault.CodePlanClosed)
}
