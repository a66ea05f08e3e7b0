package book_test

import (
	"fmt"
	"iter"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/jobs"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/sqlite"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

// desk is a shop where plans are made and applied, over a database that fails where a
// test tells it to.
type desk struct {
	*shop
	faulty *suite.Faulty
	jobs   *jobs.Runner

	unplanned int64        // octets that count in the quota, when contacts were made last
	tick      atomic.Int64 // how far the clock goes each time that it is read: then a step of a job does a part of it
}

func openDesk(t *testing.T) *desk {
	t.Helper()
	b, err := sqlite.Open(t.Context(), sqlite.Options{Path: filepath.Join(t.TempDir(), "carnet.db")})
	if err != nil {
		t.Fatal(err)
	}
	return newDesk(t, b)
}

func newDesk(t *testing.T, b store.Backend) *desk {
	t.Helper()
	d := &desk{shop: &shop{}, faulty: suite.NewFaulty(b)}
	d.grants = &countingRegistry{Backend: d.faulty}
	d.now.Store(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC).UnixNano())
	clock := func() time.Time { return time.Unix(0, d.now.Add(d.tick.Load())) }
	d.store = store.New(d.grants, store.Options{Clock: clock})
	d.Book = book.New(d.store, book.Options{Clock: clock})
	t.Cleanup(func() {
		d.Book.Close()
		if err := d.store.Close(); err != nil {
			t.Error(err)
		}
	})
	var err error
	d.space, err = d.store.CreateSpace(t.Context(), access.Act{Who: "test"}, access.Space{Name: "test", TimeZone: "UTC", Subscription: access.Active})
	if err != nil {
		t.Fatal(err)
	}
	d.key, d.secret = d.makeKey(t, access.DefaultScopes)
	d.jobs = jobs.New(d.store, jobs.Options{Clock: clock})
	d.jobs.Does(book.PlanBuildJob, jobs.Work{Step: d.BuildPlan, Failed: d.FailPlan})
	d.jobs.Does(book.PlanApplyJob, jobs.Work{Step: d.ApplyPlanStep, Failed: d.FailPlan})
	return d
}

// smallSteps makes the clock go while something is done, so that a step of a job does a
// part of it alone.
func (d *desk) smallSteps() { d.tick.Store(int64(200 * time.Millisecond)) }

// with gives what another key of the Space may do.
func (d *desk) with(t *testing.T, scopes access.Scopes, budget access.Budget) access.Grant {
	t.Helper()
	key, _ := d.makeKey(t, scopes)
	key, err := d.SetBudget(t.Context(), "test", key.ID, func(b *access.Budget) { *b = budget })
	if err != nil {
		t.Fatal(err)
	}
	d.now.Add(int64(time.Second)) // CONTRACT D19: it holds within one
	return access.Grant{Key: key, Space: d.space}
}

// round does the next step of each job that is due.
func (d *desk) round(t *testing.T) int {
	t.Helper()
	n, err := d.jobs.Round(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// finish does all jobs that are due.
func (d *desk) finish(t *testing.T) {
	t.Helper()
	for d.round(t) > 0 {
	}
}

// operationsOf gives operations one by one, with errCutOff after so many; -1 for all.
func operationsOf(list []string, cut int) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for i, text := range list {
			if i == cut {
				yield(nil, errCutOff)
				return
			}
			if !yield([]byte(text), nil) {
				return
			}
		}
	}
}

func (d *desk) proposeAs(t *testing.T, g access.Grant, of book.Proposal) book.Plan {
	t.Helper()
	p, _, err := d.Propose(t.Context(), g, book.Terms{RequestID: "propose"}, of)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// propose makes a plan of operations, and waits until it is known what they do.
func (d *desk) propose(t *testing.T, operations ...string) book.Plan {
	t.Helper()
	p := d.proposeAs(t, d.grant(), book.Proposal{Operations: operationsOf(operations, -1)})
	d.finish(t)
	return d.plan(t, p.ID)
}

func (d *desk) plan(t *testing.T, id string) book.Plan {
	t.Helper()
	p, err := d.Plan(t.Context(), d.grant(), id)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// begin begins to apply a plan.
func (d *desk) begin(t *testing.T, p book.Plan) book.Plan {
	t.Helper()
	p, _, err := d.ApplyPlan(t.Context(), d.grant(), book.Terms{RequestID: "apply"}, p.ID, p.Hash)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// apply applies a plan, and waits until it is.
func (d *desk) apply(t *testing.T, p book.Plan) book.Plan {
	t.Helper()
	d.begin(t, p)
	d.finish(t)
	return d.plan(t, p.ID)
}

func (d *desk) rows(t *testing.T, id string) (list []book.PlanRow) {
	t.Helper()
	cursor := ""
	for {
		page, next, err := d.PlanRows(t.Context(), d.grant(), id, book.PlanRowsAsked{Cursor: cursor, PerPage: 5000})
		if err != nil {
			t.Fatal(err)
		}
		if list, cursor = append(list, page...), next; next == "" {
			return list
		}
	}
}

// done gives the changes of a batch, oldest first.
func (d *desk) done(t *testing.T, batch string) []contact.Change {
	t.Helper()
	page, err := d.store.Feed(t.Context(), store.FeedQuery{Space: d.space.ID, Only: store.ChangeFilter{BatchID: batch}, Limit: 10_000})
	if err != nil || page.More {
		t.Fatal(page.More, err)
	}
	return page.Changes
}

// jobsOf counts the jobs of a kind, by their states.
func (d *desk) jobsOf(t *testing.T, kind store.JobKind) map[store.JobState]int {
	t.Helper()
	list, err := d.store.JobsOf(t.Context(), d.space.ID, 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	n := map[store.JobState]int{}
	for i := range list {
		if list[i].Kind == kind {
			n[list[i].State]++
		}
	}
	return n
}

// people makes contacts with an email and a name.
func (d *desk) people(t *testing.T, n int) (ids []contact.ID) {
	t.Helper()
	verbs := make([]contact.Verb, n)
	for i := range verbs {
		p := emails(fmt.Sprintf("%d@example.com", i))
		p.Values[contact.Names] = contact.List{Sent: true, Texts: []string{fmt.Sprintf("Person %d", i)}}
		verbs[i] = &contact.Create{Patch: p}
	}
	_, _, err := d.Batch(t.Context(), d.grant(), book.Terms{RequestID: "people"}, book.Batch{Verbs: verbsOf(verbs, -1)}, func(r *book.Result) error {
		ids = append(ids, r.Contact.ID)
		return r.Err
	})
	if err != nil {
		t.Fatal(err)
	}
	_, usage, _, err := d.store.SpaceNow(t.Context(), d.space.ID)
	if err != nil {
		t.Fatal(err)
	}
	d.unplanned = usage.Bytes
	return ids
}

// did does an operation of a plan by itself.
func (d *desk) did(t *testing.T, verb contact.Verb) contact.ChangeID {
	t.Helper()
	written, err := d.Do(t.Context(), d.grant(), book.Terms{RequestID: "somebody"}, verb)
	if err != nil {
		t.Fatal(err)
	}
	return written.Change
}

// texts gives the texts of a collection, in their order.
func (d *desk) texts(t *testing.T, id contact.ID, col contact.Collection) string {
	t.Helper()
	c, err := d.Get(t.Context(), d.grant(), id)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, v := range c.Values[col] {
		list = append(list, v.Text)
	}
	return strings.Join(list, " ")
}

// state is what of a Space is to stay as it is where nothing is done.
func (d *desk) state(t *testing.T) string {
	t.Helper()
	_, usage, _, err := d.store.SpaceNow(t.Context(), d.space.ID)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(d.changes(t), usage)
}

func putEmail(id contact.ID, email string) string {
	return fmt.Sprintf(`{"method":"PUT","id":%d,"body":{"emails":[%q]}}`, id, email)
}

func addName(id contact.ID, name string) string {
	return fmt.Sprintf(`{"method":"PATCH","id":%d,"body":{"names":{"add":[%q]}}}`, id, name)
}

func deletion(id contact.ID) string { return fmt.Sprintf(`{"method":"DELETE","id":%d}`, id) }

// refused wants apply to be refused, and to leave all as it is.
func (d *desk) refused(t *testing.T, g access.Grant, p book.Plan, hash []byte, kind fault.Kind, code fault.Code) {
	t.Helper()
	before := d.state(t)
	was := d.planAsStored(t, p.ID)
	_, _, err := d.ApplyPlan(t.Context(), g, book.Terms{RequestID: "apply"}, p.ID, hash)
	wantCode(t, err, kind, code)
	d.finish(t)
	if after := d.state(t); after != before || d.planAsStored(t, p.ID) != was {
		t.Errorf("%s: before %s, after %s", code, before, after)
	}
}

func (d *desk) planAsStored(t *testing.T, id string) string {
	t.Helper()
	r, found, err := d.store.Plan(t.Context(), store.PlanID{Space: d.space.ID, ID: id})
	if err != nil || !found {
		t.Fatal(found, err)
	}
	return string(r.Doc) + r.State
}
