package book_test

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

// threePuts is a plan that changes three contacts, and takes an email from each.
func (d *desk) threePuts(t *testing.T) book.Plan {
	t.Helper()
	var operations []string
	for i, id := range d.people(t, 3) {
		operations = append(operations, putEmail(id, fmt.Sprintf("new%d@example.com", i)))
	}
	p := d.propose(t, operations...)
	if p.State != book.PlanReady || p.Removals != 3 || p.Contacts != 3 || p.Counts[contact.RowUpdate] != 3 {
		t.Fatalf("%+v", p)
	}
	return p
}

// CONTRACT D34: a plan that passes the budget of who applies it is refused before its
// first row, and waits for another key. One that just fits is done, and what it used is
// used.
func TestPlanBudget(t *testing.T) {
	for name, budget := range map[string]func(n int64) access.Budget{
		"max_removals":   func(n int64) access.Budget { return access.Budget{MaxRemovals: access.AtMost(n)} },
		"daily_removals": func(n int64) access.Budget { return access.Budget{DailyRemovals: access.AtMost(n)} },
		"daily_writes":   func(n int64) access.Budget { return access.Budget{DailyWrites: access.AtMost(n)} },
	} {
		t.Run(name, func(t *testing.T) {
			d := openDesk(t)
			p := d.threePuts(t)
			for n := range int64(3) {
				d.refused(t, d.with(t, access.DefaultScopes, budget(n)), p, p.Hash, fault.Forbidden, fault.CodeOverBudget)
			}
			if n := d.jobsOf(t, book.PlanApplyJob); n[store.JobCancelled] != 3 || len(n) != 1 {
				t.Errorf("jobs: %v", n)
			}
			just := d.with(t, access.DefaultScopes, budget(3))
			if _, _, err := d.ApplyPlan(t.Context(), just, book.Terms{RequestID: "r"}, p.ID, p.Hash); err != nil {
				t.Fatal(err)
			}
			put := &contact.Put{Ref: 1, Patch: emails("used@example.com")}
			_, used := d.Do(t.Context(), just, book.Terms{RequestID: "used"}, put)
			if daily := name != "max_removals"; daily {
				wantCode(t, used, fault.Forbidden, fault.CodeOverBudget)
			}
			d.finish(t)
			if p = d.plan(t, p.ID); p.State != book.PlanApplied || p.Results[book.RowDone]+p.Results[book.RowRebased]+p.Results[book.RowLeft] != 3 {
				t.Errorf("%+v", p)
			}
		})
	}
}

// CONTRACT D34: a plan that is over the budget of one key is applied with another.
func TestPlanWaitsForAnotherKey(t *testing.T) {
	d := openDesk(t)
	p := d.threePuts(t)
	few := d.with(t, access.DefaultScopes, access.Budget{DailyWrites: access.AtMost(2)})
	d.refused(t, few, p, p.Hash, fault.Forbidden, fault.CodeOverBudget)
	if p = d.apply(t, p); p.State != book.PlanApplied || p.Results[book.RowDone] != 3 || p.Removed != 3 {
		t.Errorf("%+v", p)
	}
	if p.Applier.Key != d.key.ID {
		t.Errorf("applied by key %d", p.Applier.Key)
	}
	// What was refused used nothing.
	for _, email := range []string{"one@example.com", "two@example.com"} {
		if _, err := d.Do(t.Context(), few, book.Terms{RequestID: email}, &contact.Create{Patch: emails(email)}); err != nil {
			t.Fatal(err)
		}
	}
}

// CONTRACT D32, D34: however often it is sent that a plan is to be applied, and whatever
// is heard of it, it is done once, and its budget is used once.
func TestPlanIsBegunOnce(t *testing.T) {
	const clients = 12
	for name, c := range map[string]struct {
		key   func(i int) string // that a client sends; "" for none
		doubt bool
		taken int // clients that hear that it began
	}{
		"by clients who race":     {func(int) string { return "" }, false, 1},
		"again and again":         {func(int) string { return "K" }, false, clients},
		"by two who repeat":       {func(i int) string { return fmt.Sprint("K", i%2) }, false, clients / 2},
		"in doubt":                {func(int) string { return "" }, true, 1},
		"in doubt, and once more": {func(int) string { return "K" }, true, clients},
	} {
		t.Run(name, func(t *testing.T) {
			d := openDesk(t)
			p := d.threePuts(t)
			g := d.with(t, access.DefaultScopes, access.Budget{DailyWrites: access.AtMost(4)})
			if c.doubt {
				var done atomic.Bool
				d.faulty.SetHook(func(step suite.Step, save *store.Save) error {
					if step == suite.AfterCommit && begins(save) && !done.Swap(true) {
						return errSilent
					}
					return nil
				})
			}
			var taken, jobs sync.Map
			in(clients, func(i int) {
				terms := book.Terms{RequestID: fmt.Sprint("apply", i)}
				if key := c.key(i); key != "" {
					terms.Retry = &book.Retry{Key: key, Fingerprint: [32]byte{1}}
				}
				now, _, err := d.ApplyPlan(t.Context(), g, terms, p.ID, p.Hash)
				if err == nil {
					taken.Store(i, true)
					jobs.Store(now.Job, true)
				} else if e, ok := errors.AsType[*fault.Error](err); !ok || e.Code != fault.CodePlanClosed {
					t.Error(err)
				}
			})
			d.faulty.SetHook(func(suite.Step, *store.Save) error { return nil })
			if n := count(&taken); n != c.taken || count(&jobs) != 1 {
				t.Errorf("%d of %d clients hear that it began, of %d jobs", n, c.taken, count(&jobs))
			}
			d.finish(t)
			if p = d.plan(t, p.ID); p.State != book.PlanApplied || p.Results[book.RowDone] != 3 || len(d.done(t, p.ID)) != 3 {
				t.Errorf("%+v", p)
			}
			if n := d.jobsOf(t, book.PlanApplyJob); n[store.JobCompleted] != 1 || n[store.JobQueued]+n[store.JobRunning]+n[store.JobFailed] != 0 {
				t.Errorf("jobs: %v", n)
			}
			create := &contact.Create{Patch: emails("x@example.com")}
			if _, err := d.Do(t.Context(), g, book.Terms{RequestID: "fourth"}, create); err != nil {
				t.Errorf("more was used than three: %v", err)
			}
			_, err := d.Do(t.Context(), g, book.Terms{RequestID: "fifth"}, create)
			wantCode(t, err, fault.Forbidden, fault.CodeOverBudget)
		})
	}
}

// in runs so many at once.
func in(n int, f func(i int)) {
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { f(i) })
	}
	wg.Wait()
}

func count(m *sync.Map) (n int) {
	m.Range(func(any, any) bool { n++; return true })
	return n
}

// begins tells whether a transaction begins to apply a plan.
func begins(save *store.Save) bool {
	return slices.ContainsFunc(save.Plans, func(p store.PlanSaved) bool {
		return p.Plan.State == string(book.PlanApplying) && len(p.Rows) == 0
	})
}

// CONTRACT D21, D34: where it is never known whether a plan was begun, it is not left
// half-way: where it was, it is applied, and where it was not, it can be.
func TestPlanInDoubt(t *testing.T) {
	for name, step := range map[string]suite.Step{"it was begun": suite.AfterCommit, "it was not": suite.BeforeCommit} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := openDesk(t)
				p := d.threePuts(t)
				silent := false
				d.faulty.SetHook(func(at suite.Step, save *store.Save) error {
					if at == step && begins(save) {
						silent = true
						return errSilent
					}
					if silent && (at == suite.AtSaved || at == suite.AtBegin) {
						return errSilent
					}
					return nil
				})
				terms := book.Terms{RequestID: "apply", Retry: &book.Retry{Key: "K", Fingerprint: [32]byte{1}}}
				if _, _, err := d.ApplyPlan(t.Context(), d.grant(), terms, p.ID, p.Hash); err == nil {
					t.Fatal("it was answered as if it were known")
				}
				d.faulty.SetHook(func(suite.Step, *store.Save) error { return nil })
				if step == suite.BeforeCommit {
					if _, _, err := d.ApplyPlan(t.Context(), d.grant(), terms, p.ID, p.Hash); err != nil {
						t.Fatal(err)
					}
				}
				d.now.Add(int64(time.Minute))
				d.finish(t)
				if p = d.plan(t, p.ID); p.State != book.PlanApplied || p.Results[book.RowDone] != 3 || len(d.done(t, p.ID)) != 3 {
					t.Errorf("%+v", p)
				}
			})
		})
	}
}

// CONTRACT D34: a plan expires after 7 days, by the server's clock, and never while it is
// applied.
func TestPlanExpires(t *testing.T) {
	const life = 7 * 24 * time.Hour
	d := openDesk(t)
	p, late := d.threePuts(t), d.threePuts(t)
	d.now.Store(p.Created.Std().Add(life - time.Microsecond).UnixNano())
	if now := d.plan(t, p.ID); now.State != book.PlanReady {
		t.Errorf("a microsecond before it is %s", now.State)
	}
	d.begin(t, p)
	d.now.Store(late.Created.Std().Add(life).UnixNano())
	if now := d.plan(t, late.ID); now.State != book.PlanExpired {
		t.Errorf("after 7 days it is %s", now.State)
	}
	d.refusedStanding(t, late, fault.Gone, fault.CodePlanExpired)
	if now := d.plan(t, p.ID); now.State != book.PlanApplied || now.Results[book.RowDone] != 3 {
		t.Errorf("one that is applied: %+v", now)
	}
}

// refusedStanding wants apply to be refused while another plan is applied.
func (d *desk) refusedStanding(t *testing.T, p book.Plan, kind fault.Kind, code fault.Code) {
	t.Helper()
	_, _, err := d.ApplyPlan(t.Context(), d.grant(), book.Terms{RequestID: "apply"}, p.ID, p.Hash)
	wantCode(t, err, kind, code)
	d.finish(t)
}

// CONTRACT D34: no other hash applies a plan, whichever bit of it is another.
func TestPlanHash(t *testing.T) {
	d := openDesk(t)
	p := d.threePuts(t)
	before := d.state(t)
	for bit := range 8 * len(p.Hash) {
		hash := slices.Clone(p.Hash)
		hash[bit/8] ^= 1 << (bit % 8)
		_, _, err := d.ApplyPlan(t.Context(), d.grant(), book.Terms{RequestID: "r"}, p.ID, hash)
		wantCode(t, err, fault.Conflict, fault.CodePlanChanged)
	}
	for _, hash := range [][]byte{nil, {}, p.Hash[:31], append(slices.Clone(p.Hash), 0)} {
		d.refused(t, d.grant(), p, hash, fault.Conflict, fault.CodePlanChanged)
	}
	if after := d.state(t); after != before || len(p.Hash) != 32 {
		t.Errorf("before %s, after %s; the hash has %d octets", before, after, len(p.Hash))
	}
}
