package promise

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

// CONTRACT D34.
var planTests = []suite.Test{
	{"what a plan holds counts in its Space, and comes back with it", testPlanWeight},
	{"a Space that is full takes no plan, but notes what is done", testPlanOfFull},
	{"a write whose plan refuses it leaves no trace", testPlanRefuses},
	{"what a plan is to use counts before any of it is done", testPlanSpend},
	{"a plan that is damaged is told, and not given out", testPlanDamaged},
}

// changing makes a write change a plan.
func changing(w store.Write, id string, change func(p *record.Plan, out []store.Outcome) (store.PlanSave, error)) store.Write {
	w.Plan = &store.PlanWrite{ID: id, Change: func(p *record.Plan, now contact.Time, out []store.Outcome) (store.PlanSave, error) {
		if p.Created == 0 {
			p.Created = now
		}
		return change(p, out)
	}}
	return w
}

// proposing makes a write make a plan with rows, or leave it where it is made already.
func proposing(w store.Write, id string, rows ...record.PlanRow) store.Write {
	return changing(w, id, func(p *record.Plan, _ []store.Outcome) (store.PlanSave, error) {
		if p.State != "" {
			return store.PlanSave{}, nil
		}
		p.State, p.Doc = "ready", []byte(`{}`)
		return store.PlanSave{Rows: slices.Clone(rows)}, nil
	})
}

// noting makes a write note in the first row of a plan, which is as proposing made it, which change it was.
func noting(w store.Write, id string) store.Write {
	return changing(w, id, func(p *record.Plan, out []store.Outcome) (store.PlanSave, error) {
		if p.State != "ready" {
			return store.PlanSave{}, store.ErrPlanMoved
		}
		p.State = "applied"
		before := someRow(1, 100)
		row := before
		row.Result, row.Done, row.Contacts = "done", fmt.Appendf(nil, `{"op":%d}`, out[0].Op), nil
		before.Contacts = nil
		return store.PlanSave{Rows: []record.PlanRow{row}, Was: int64(before.Weight())}, nil
	})
}

// someRow is a row whose texts weigh so much, and that changes one contact.
func someRow(n int64, weight int) record.PlanRow {
	return record.PlanRow{N: n, Outcome: "update", Operation: []byte(strings.Repeat("o", weight/2)), Decided: []byte(strings.Repeat("d", weight-weight/2)),
		Contacts: []contact.ID{contact.ID(1000 + n)}}
}

// do runs a write that must succeed.
func do(t *testing.T, s *store.Store, w store.Write) {
	t.Helper()
	if _, err := s.Do(bg, w); err != nil {
		t.Fatal(err)
	}
}

// planNow gives a plan with its rows, which are found by the contacts of someRow too.
func planNow(t *testing.T, s *store.Store, space contact.SpaceID, id string) (p record.Plan, rows []record.PlanRow) {
	t.Helper()
	of := store.PlanID{Space: space, ID: id}
	p, found, err1 := s.Plan(bg, of)
	rows, err2 := s.PlanRows(bg, store.PlanRowQuery{PlanID: of, Limit: 100})
	listed, err3 := s.Plans(bg, store.PlanQuery{Space: space, Limit: 100})
	var contacts []contact.ID
	for n := range 10 {
		contacts = append(contacts, contact.ID(1000+n))
	}
	byContacts, err4 := s.PlanRowsOf(bg, of, contacts, 100, 100)
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		t.Fatal(err)
	}
	if found != slices.ContainsFunc(listed, func(l record.Plan) bool { return reflect.DeepEqual(l, p) }) || !found && len(rows) > 0 || len(byContacts) != len(rows) {
		t.Errorf("plan %q: found %v, with %d rows, by contacts %d, among %+v", id, found, len(rows), len(byContacts), listed)
	}
	return p, rows
}

// wantNoPlan wants that there is nothing of a plan.
func wantNoPlan(t *testing.T, s *store.Store, space contact.SpaceID, id string) {
	t.Helper()
	if p, rows := planNow(t, s, space, id); p.State != "" || len(rows) > 0 {
		t.Errorf("there is a plan %q: %+v with %d rows", id, p, len(rows))
	}
}

func kept(t *testing.T, b store.Backend, space contact.SpaceID) int64 {
	t.Helper()
	return suite.Counters(t, b, space)[0].Usage.Bytes
}

func testPlanWeight(t *testing.T, b store.Backend) {
	s, space := suite.NewStore(t, b, store.Options{}), suite.NewSpace(t, b, "")
	made(t, s, space, name("A"))
	empty := kept(t, b, space)
	replaced := someRow(2, 50)
	replaced.Contacts = nil
	for i, step := range []struct {
		save store.PlanSave
		want int64 // of texts; thirty-two more for each contact
	}{
		{store.PlanSave{}, 0},
		{store.PlanSave{Rows: []record.PlanRow{someRow(1, 1000), someRow(2, 500)}}, 1500 + 2*32},
		{store.PlanSave{Rows: []record.PlanRow{someRow(3, 7)}}, 1507 + 3*32},
		{store.PlanSave{Rows: []record.PlanRow{replaced}, Was: 500}, 1057 + 3*32}, // its contacts stay
		{store.PlanSave{}, 1057 + 3*32},
		{store.PlanSave{Drop: true}, 0},
	} {
		do(t, s, changing(writing(space), "p", func(p *record.Plan, _ []store.Outcome) (store.PlanSave, error) {
			p.State = "building"
			return step.save, nil
		}))
		p, _ := planNow(t, s, space, "p")
		if now := kept(t, b, space); p.Weight != step.want || now != empty+step.want {
			t.Errorf("step %d: the plan weighs %d, its Space keeps %d more; want %d", i, p.Weight, now-empty, step.want)
		}
	}
	wantNoPlan(t, s, space, "p")
	made(t, s, space, name("B")) // which is later than the plan was
	suite.Audit(t, b, space)
}

// FAULT F2.
func testPlanOfFull(t *testing.T, b store.Backend) {
	s, space := suite.NewStore(t, b, store.Options{}), suite.NewSpace(t, b, "")
	id := made(t, s, space, name("A"))
	do(t, s, proposing(writing(space), "p", someRow(1, 100)))
	quotaOf(t, b, space, access.Quota{Bytes: kept(t, b, space) + 1000})
	refused := func(what string, w store.Write) {
		t.Helper()
		before := kept(t, b, space)
		if _, err := s.Do(bg, w); suite.CodeOf(err) != "space_full" {
			t.Errorf("%s: %v, want space_full", what, err)
		}
		if after := kept(t, b, space); after != before {
			t.Errorf("%s: it was refused, and %d bytes more are kept", what, after-before)
		}
	}
	refused("a plan", proposing(writing(space), "q", someRow(1, 500), someRow(2, 500)))
	wantNoPlan(t, s, space, "q")
	more := func(rows ...record.PlanRow) store.Write {
		return changing(writing(space), "p", func(*record.Plan, []store.Outcome) (store.PlanSave, error) {
			return store.PlanSave{Rows: slices.Clone(rows)}, nil
		})
	}
	refused("more of a plan", more(someRow(2, 2000)))
	do(t, s, more(someRow(2, 500)))
	refused("more of a plan", more(someRow(3, 500)))
	if _, rows := planNow(t, s, space, "p"); len(rows) != 2 {
		t.Errorf("the plan has %d rows", len(rows))
	}
	quotaOf(t, b, space, access.Quota{Bytes: 1})
	refused("a write of a plan", noting(putting(space, id, name("B")), "p"))
	do(t, s, more())                                                                           // which keeps no more
	do(t, s, noting(writing(space, &undoing{contact.Put{Ref: id, Patch: name("Back")}}), "p")) // what takes a write back goes on
	if p, rows := planNow(t, s, space, "p"); p.State != "applied" || rows[0].Result != "done" {
		t.Errorf("what was done is not noted: %+v, %+v", p, rows)
	}
	do(t, s, changing(writing(space), "p", func(*record.Plan, []store.Outcome) (store.PlanSave, error) { return store.PlanSave{Drop: true}, nil }))
	wantNoPlan(t, s, space, "p")
	quotaOf(t, b, space, access.Quota{})
	made(t, s, space, name("C"))
	suite.Audit(t, b, space)
}

var errNotPlanned = errors.New("the test plans nothing")

func testPlanRefuses(t *testing.T, b store.Backend) {
	s, space := suite.NewStore(t, b, store.Options{}), suite.NewSpace(t, b, "")
	id, budget := made(t, s, space, name("A")), daily(9, 9)
	do(t, s, proposing(writing(space), "p", someRow(1, 100)))
	before, rows := planNow(t, s, space, "p")
	usage := kept(t, b, space)
	put := putting(space, id, name("B"))
	for what, refusal := range map[string]error{"an error": errNotPlanned, "a plan that has moved on": store.ErrPlanMoved} {
		for _, plan := range []string{"p", "q"} {
			for _, w := range []store.Write{of(3, budget, put), of(3, budget, again(put, "K")), writing(space)} {
				_, err := s.Do(bg, changing(w, plan, func(p *record.Plan, _ []store.Outcome) (store.PlanSave, error) {
					p.State = "applied"
					return store.PlanSave{Rows: []record.PlanRow{someRow(2, 9)}, Gone: 1, Spend: &store.Spend{Removals: 1}}, refusal
				}))
				if !errors.Is(err, refusal) {
					t.Errorf("%s: got %v", what, err)
				}
			}
		}
	}
	// What refuses the verbs leaves the plan as it was, and what is dry too.
	missing := putting(space, id+99, name("B"))
	refusedBy(t, s, proposing(of(3, budget, missing), "q", someRow(1, 9)), "contact_not_found")
	dry := of(3, budget, put)
	dry.Terms.Dry = true
	do(t, s, proposing(dry, "q", someRow(1, 9)))
	failing := again(put, "K")
	failing.Retry.Answer = func([]store.Outcome) ([]byte, error) { return nil, errNotKept }
	if _, err := s.Do(bg, proposing(of(3, budget, failing), "q", someRow(1, 9))); !errors.Is(err, errNotKept) {
		t.Errorf("what cannot be kept: %v", err)
	}
	wantSpent(t, b, space, 3, 0, 0)
	wantNoPlan(t, s, space, "q")
	after, now := planNow(t, s, space, "p")
	if !reflect.DeepEqual(after, before) || !reflect.DeepEqual(now, rows) || kept(t, b, space) != usage {
		t.Errorf("the plan is %+v with %+v, was %+v with %+v; %d bytes are kept, were %d", after, now, before, rows, kept(t, b, space), usage)
	}
	if l := suite.Audit(t, b, space); len(l.Changes) != 1 {
		t.Errorf("%d changes, want 1", len(l.Changes))
	}
	do(t, s, of(3, budget, again(noting(put, "p"), "K")))
	_, err := s.Do(bg, of(3, budget, again(noting(put, "p"), "K"))) // by its record, and not by its plan
	wantRepeated(t, err, `{"op":2,"version":2}`)
	suite.Audit(t, b, space)
}

// CONTRACT D24.
func testPlanSpend(t *testing.T, b store.Backend) {
	s, space := suite.NewStore(t, b, store.Options{}), suite.NewSpace(t, b, "")
	id := made(t, s, space, name("A"))
	do(t, s, proposing(writing(space), "p", someRow(1, 100)))
	begin := func(key int64, budget access.Budget, removals, contacts int64) store.Write {
		return changing(of(key, budget, writing(space)), "p", func(p *record.Plan, _ []store.Outcome) (store.PlanSave, error) {
			p.State = "applying"
			return store.PlanSave{Spend: &store.Spend{Removals: removals, Contacts: contacts}}, nil
		})
	}
	for what, w := range map[string]store.Write{
		"removals of a day":   begin(1, daily(4, -1), 5, 0),
		"contacts of a day":   begin(1, daily(-1, 4), 0, 5),
		"removals of a write": begin(1, access.Budget{MaxRemovals: access.AtMost(4)}, 5, 0),
	} {
		refusedBy(t, s, w, "over_budget")
		if p, _ := planNow(t, s, space, "p"); p.State != "ready" {
			t.Errorf("%s: the plan is %s", what, p.State)
		}
		wantSpent(t, b, space, 1, 0, 0)
	}
	do(t, s, begin(1, daily(5, 7), 4, 6))
	wantSpent(t, b, space, 1, 4, 6)
	refusedBy(t, s, begin(1, daily(5, 7), 2, 0), "over_budget")
	refusedBy(t, s, begin(1, daily(5, 7), 0, 2), "over_budget")
	do(t, s, of(1, daily(5, 7), putting(space, id, name("B"))))
	refusedBy(t, s, of(1, daily(5, 7), putting(space, id, name("C"))), "over_budget")
	wantSpent(t, b, space, 1, 5, 7)
	do(t, s, begin(2, access.Budget{}, 1<<40, 1<<40))
	do(t, s, begin(3, daily(9, 9), 0, 0))
	wantSpent(t, b, space, 3, 0, 0)
	if p, _ := planNow(t, s, space, "p"); p.State != "applying" {
		t.Errorf("the plan is %s", p.State)
	}
	suite.Audit(t, b, space)
}

// FAULT F3.
func testPlanDamaged(t *testing.T, b store.Backend) {
	s, space := suite.NewStore(t, b, store.Options{}), suite.NewSpace(t, b, "")
	id := made(t, s, space, name("A"))
	damage := func(plan string, turn func(*store.PlanSaved)) {
		t.Helper()
		do(t, s, proposing(writing(space), plan, someRow(1, 10), someRow(2, 10)))
		p, rows := planNow(t, s, space, plan)
		save := store.PlanSaved{Plan: p, Rows: rows}
		turn(&save)
		suite.Commit(t, b, b.Lane(space), &store.Save{Plans: []store.PlanSaved{save}})
	}
	reads := map[string]func(of store.PlanID) error{
		"Plan": func(of store.PlanID) error { _, _, err := s.Plan(bg, of); return err },
		"Plans": func(of store.PlanID) error {
			_, err := s.Plans(bg, store.PlanQuery{Space: of.Space, Limit: 9})
			return err
		},
		"PlanRows": func(of store.PlanID) error {
			_, err := s.PlanRows(bg, store.PlanRowQuery{PlanID: of, Limit: 9})
			return err
		},
		"PlanRowsOf": func(of store.PlanID) error { _, err := s.PlanRowsOf(bg, of, []contact.ID{1002}, 9, 9); return err },
	}
	for i, c := range []struct {
		turn func(*store.PlanSaved)
		told []string
	}{
		{func(p *store.PlanSaved) { p.Rows[1].Operation[0] ^= 1 }, []string{"PlanRows", "PlanRowsOf"}},
		{func(p *store.PlanSaved) { p.Rows[1].Decided[0] ^= 1 }, []string{"PlanRows", "PlanRowsOf"}},
		{func(p *store.PlanSaved) { p.Rows[1].Outcome = "updaue" }, []string{"PlanRows", "PlanRowsOf"}},
		{func(p *store.PlanSaved) { p.Rows[1].Result = "d" }, []string{"PlanRows", "PlanRowsOf"}},
		{func(p *store.PlanSaved) { p.Rows[1].Done = []byte("d") }, []string{"PlanRows", "PlanRowsOf"}},
		{func(p *store.PlanSaved) { p.Plan.Ends ^= 1 << 40 }, []string{"Plan", "Plans"}},
		{func(p *store.PlanSaved) { p.Plan.Created ^= 1 << 40 }, []string{"Plan", "Plans"}},
		{func(p *store.PlanSaved) { p.Plan.Doc[0] ^= 1 }, []string{"Plan", "Plans"}},
		{func(p *store.PlanSaved) { p.Plan.State = "reaey" }, []string{"Plan", "Plans"}},
		{func(p *store.PlanSaved) { p.Plan.Weight++ }, []string{"Plan", "Plans"}},
	} {
		of := store.PlanID{Space: space, ID: fmt.Sprint("p", i)}
		damage(of.ID, c.turn)
		for what, read := range reads {
			err := read(of)
			if damaged := suite.CodeOf(err) == "row_damaged"; damaged != slices.Contains(c.told, what) || !damaged && err != nil {
				t.Errorf("damage %d: %s says %v", i, what, err)
			}
		}
		if slices.Contains(c.told, "Plan") { // it is not written over
			_, err := s.Do(bg, noting(putting(space, id, name("B")), of.ID))
			if suite.CodeOf(err) != "row_damaged" {
				t.Errorf("damage %d: writing to it: %v", i, err)
			}
		}
		suite.Commit(t, b, b.Lane(space), &store.Save{Plans: []store.PlanSaved{{Plan: record.Plan{Space: space, ID: of.ID}, Drop: true}}})
	}
	if c := got(t, s, space, id); c.Version != 1 {
		t.Errorf("the contact is at version %d", c.Version)
	}
}
