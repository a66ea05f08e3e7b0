package book_test

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/sqlite"
)

// CONTRACT D32, D34: a plan that is proposed again is the first one, as it was answered
// first, whatever became of it.
func TestPlanIsProposedAgain(t *testing.T) {
	d := openDesk(t)
	operations := d.renames(t, 3)
	terms := book.Terms{RequestID: "propose", Retry: &book.Retry{Key: "K", Fingerprint: [32]byte{1}}}
	ask := func() (book.Plan, bool) {
		t.Helper()
		p, replayed, err := d.Propose(t.Context(), d.grant(), terms, book.Proposal{Operations: operationsOf(operations, -1)})
		if err != nil {
			t.Fatal(err)
		}
		return p, replayed
	}
	first, replayed := ask()
	if replayed || first.State != book.PlanReady {
		t.Fatalf("%v %+v", replayed, first)
	}
	for _, then := range []func(){
		func() {},
		func() { d.begin(t, first) },
		func() { d.finish(t) },
	} {
		then()
		again, replayed := ask()
		if !replayed || again.ID != first.ID || again.State != first.State || !bytes.Equal(again.Hash, first.Hash) || again.Applier != nil || again.Job != first.Job {
			t.Errorf("replayed %v, %+v, first %+v", replayed, again, first)
		}
	}
	if list, _, err := d.Plans(t.Context(), d.grant(), "", 10); err != nil || len(list) != 1 {
		t.Errorf("%d plans, %v", len(list), err)
	}
	terms.Retry = &book.Retry{Key: "K", Fingerprint: [32]byte{2}}
	_, _, err := d.Propose(t.Context(), d.grant(), terms, book.Proposal{Operations: operationsOf(operations, -1)})
	wantCode(t, err, fault.Invalid, fault.CodeIdempotencyReused)
}

// CONTRACT D32, D34: a plan whose request was cut off goes on where it was when that is sent
// again, as long as its name is remembered; where it has no name, nothing of it is left.
func TestPlanIsReceivedInParts(t *testing.T) {
	for _, after := range []time.Duration{0, time.Hour, 23 * time.Hour} {
		d := openDesk(t)
		var operations []string
		for i := range 1600 {
			operations = append(operations, fmt.Sprintf(`{"method":"POST","body":{"names":["New %d"]}}`, i))
		}
		terms := book.Terms{RequestID: "propose", Retry: &book.Retry{Key: "K", Fingerprint: [32]byte{1}}}
		for _, cut := range []int{700, 1300} {
			_, _, err := d.Propose(t.Context(), d.grant(), terms, book.Proposal{Operations: operationsOf(operations, cut)})
			if !errors.Is(err, errCutOff) {
				t.Fatal(err)
			}
			if list, _, err := d.Plans(t.Context(), d.grant(), "", 10); err != nil || len(list) != 0 {
				t.Fatalf("a part of a plan is shown: %d, %v", len(list), err)
			}
			d.now.Add(int64(after / 2))
			d.finish(t)
			if err := d.SweepPlans(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		p, _, err := d.Propose(t.Context(), d.grant(), terms, book.Proposal{Operations: operationsOf(operations, -1)})
		if err != nil {
			t.Fatalf("after %s: %v", after, err)
		}
		d.finish(t)
		if p = d.plan(t, p.ID); p.State != book.PlanReady || p.Rows != 1600 || p.Counts[contact.RowCreate] != 1600 {
			t.Errorf("after %s: %+v", after, p)
		}
		for i, row := range d.rows(t, p.ID) {
			if string(row.Operation) != operations[i] {
				t.Fatalf("row %d is %s", row.N, row.Operation)
			}
		}
	}
	for _, terms := range []book.Terms{{RequestID: "r"}, {RequestID: "r", Retry: &book.Retry{Key: "K", Fingerprint: [32]byte{1}}}} {
		d := openDesk(t)
		d.create(t, emails("first@example.com"))
		operations := d.renames(t, 700)
		_, _, err := d.Propose(t.Context(), d.grant(), terms, book.Proposal{Operations: operationsOf(operations, 600)})
		if !errors.Is(err, errCutOff) {
			t.Fatal(err)
		}
		for range 3 { // by its job, an hour later where nobody can send it again
			d.now.Add(int64(time.Hour))
			if terms.Retry != nil {
				d.now.Add(int64(24 * time.Hour))
			}
			d.finish(t)
			if err := d.SweepPlans(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if list, err := d.store.Plans(t.Context(), store.PlanQuery{Space: d.space.ID, Limit: 10}); err != nil || len(list) != 0 {
			t.Errorf("%d plans are left, %v", len(list), err)
		}
		if terms.Retry == nil { // else that name is remembered
			d.wantOnlyContacts(t)
		}
	}
}

// manyWrites is a database whose history shows each change so many times.
type manyWrites struct {
	store.Backend
	times int
}

func (m *manyWrites) Feed(ctx ctx, s store.Stretch) (store.FeedWalk, error) {
	walk, err := m.Backend.Feed(ctx, s)
	walk.Rows = slices.Repeat(walk.Rows, m.times)
	return walk, err
}

// CONTRACT D34: a plan that would take back more than 100,000 writes fails and says why, and
// so does its job; nothing of it stays but that.
func TestPlanOfTooManyWrites(t *testing.T) {
	backend, err := sqlite.Open(t.Context(), sqlite.Options{Path: filepath.Join(t.TempDir(), "carnet.db")})
	if err != nil {
		t.Fatal(err)
	}
	many := &manyWrites{backend, 1}
	d := newDesk(t, many)
	d.did(t, &contact.Create{Patch: emails("a@example.com")})
	many.times = book.MaxPlanRows + 1
	p := d.proposeAs(t, d.grant(), book.Proposal{Undo: &book.Undone{RequestID: "somebody"}})
	d.finish(t)
	p = d.plan(t, p.ID)
	job, err := d.Job(t.Context(), d.grant(), p.Job)
	if err != nil || job.State != store.JobFailed || job.Message != p.Message || p.Message == "" {
		t.Errorf("the job is %+v, %v", job, err)
	}
	if p.State != book.PlanFailed || p.Rows != 0 || len(d.rows(t, p.ID)) != 0 {
		t.Errorf("%+v", p)
	}
	d.refused(t, d.grant(), p, p.Hash, fault.Conflict, fault.CodePlanClosed)
	if err := d.DiscardPlan(t.Context(), d.grant(), p.ID); err != nil {
		t.Error(err)
	}
}
