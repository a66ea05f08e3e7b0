package storetest

import (
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

// CONTRACT D34.

var planTests = []suite.Test{
	{"a plan comes back as it was saved", testPlan},
	{"a plan is made once, and changed where it is", testPlanIsThere},
	{"plans of a Space are listed newest first", testPlans},
	{"rows of a plan are read in their order, by outcome and by result", testPlanRows},
	{"a row that is saved again takes the place of the one before", testPlanRowsAgain},
	{"rows of a plan are found by the contacts that they change", testPlanRowsOf},
	{"the first rows of a plan go, or all with it", testPlanGone},
	{"plans that ended are found in all Spaces", testEndedPlans},
}

func planOf(space contact.SpaceID, id string, created contact.Time) record.Plan {
	p := record.Plan{Space: space, ID: id, State: "building", Created: created, Ends: 1 << 50, Weight: 7, Doc: []byte(`{"of":"Zoë"}`)}
	p.Seal()
	return p
}

// planRow is a row of a plan; decided and done may be nil.

// made saves a new plan with its rows.

func made(t *testing.T, b store.Backend, p record.Plan, rows ...record.PlanRow) store.PlanID {
	t.Helper()
	suite.Commit(t, b, b.Lane(p.Space), &store.Save{Plans: []store.PlanSaved{{Plan: p, New: true, Rows: rows}}})
	return store.PlanID{Space: p.Space, ID: p.ID}
}

// wantPlan wants a plan as it was saved, by whatever way it is read; nil for none.

func wantPlan(t *testing.T, b store.Backend, id store.PlanID, want *record.Plan) {
	t.Helper()
	got, found, err := b.Plan(bg, id)
	tx := suite.Begin(t, b, b.Lane(id.Space))
	defer tx.Rollback()
	loaded, err2 := tx.Load(bg, &store.Wants{Plans: []store.PlanID{id}})
	if err := errors.Join(err, err2); err != nil || found != (want != nil) || len(loaded.Plans) > 0 != found {
		t.Fatalf("plan %q: %v, found %v, loaded %+v", id.ID, err, found, loaded.Plans)
	}
	if want != nil && (!reflect.DeepEqual(got, *want) || !reflect.DeepEqual(loaded.Plans[0], *want) || got.Check() != nil) {
		t.Errorf("plan %q: got %+v, and loaded %+v\nwant %+v", id.ID, got, loaded.Plans[0], *want)
	}
}

// wantRows wants rows as they were saved, but for the contacts, which are not read with

// them.

// wantRowsOf wants these rows of a plan by contacts, each with all of its contacts.

func testPlan(t *testing.T, b store.Backend) {
	space, other := suite.NewSpace(t, b, ""), suite.NewSpace(t, b, "")
	want, theirs := planOf(space, "P '\"%\\", 1<<50), planOf(other, "P '\"%\\", 5)
	theirs.State = "ready"
	theirs.Seal()
	id := made(t, b, want)
	wantPlan(t, b, id, &want)
	for _, of := range []store.PlanID{{Space: other, ID: id.ID}, {Space: space, ID: "p '\"%\\"}, {Space: space, ID: ""}} {
		wantPlan(t, b, of, nil)
	}
	made(t, b, theirs)
	want.State, want.Ends, want.Weight, want.Doc = "applying", 0, math.MaxInt64, []byte(`{}`)
	want.Seal()
	suite.Commit(t, b, b.Lane(space), &store.Save{Plans: []store.PlanSaved{{Plan: want}}})
	wantPlan(t, b, id, &want)
	wantPlan(t, b, store.PlanID{Space: other, ID: id.ID}, &theirs)
}

func testPlanIsThere(t *testing.T, b store.Backend) {
	space, other := suite.NewSpace(t, b, ""), suite.NewSpace(t, b, "")
	p := planOf(space, "p", 5)
	id := made(t, b, p, planRow(p, 1, "same", ""))
	changed := p
	changed.State = "ready"
	changed.Seal()
	for what, c := range map[string]struct {
		save  store.PlanSaved
		taken bool
	}{
		"one that is there already":  {store.PlanSaved{Plan: changed, New: true}, true},
		"one that is not there":      {store.PlanSaved{Plan: planOf(space, "q", 5)}, false},
		"one that is another's":      {store.PlanSaved{Plan: planOf(other, "p", 5)}, false},
		"rows of one that is not":    {store.PlanSaved{Plan: planOf(space, "q", 5), Rows: []record.PlanRow{planRow(planOf(space, "q", 5), 1, "same", "")}}, false},
		"its rows behind a new one":  {store.PlanSaved{Plan: changed, New: true, Rows: []record.PlanRow{planRow(p, 2, "same", "")}}, true},
		"what goes of one not there": {store.PlanSaved{Plan: planOf(space, "q", 5), Gone: 9}, false},
	} {
		of := c.save.Plan.Space
		tx := suite.Begin(t, b, b.Lane(of))
		err := tx.Save(bg, &store.Save{Plans: []store.PlanSaved{c.save}})
		tx.Rollback()
		if !errors.Is(err, store.ErrConflict) && (!c.taken || !errors.Is(err, store.ErrRefused)) {
			t.Errorf("%s: %v", what, err)
		}
	}
	wantPlan(t, b, id, &p)
	wantPlan(t, b, store.PlanID{Space: other, ID: "p"}, nil)
	wantRows(t, b, store.PlanRowQuery{PlanID: id, Limit: 9}, planRow(p, 1, "same", ""))

	tx := suite.Begin(t, b, b.Lane(space))
	err := tx.Save(bg, &store.Save{Plans: []store.PlanSaved{{Plan: changed, Rows: []record.PlanRow{planRow(p, 2, "update", "", 7)}}, {Plan: planOf(space, "q", 5), New: true}}})
	tx.Rollback()
	if err != nil {
		t.Fatal(err)
	}
	wantPlan(t, b, id, &p)
	wantPlan(t, b, store.PlanID{Space: space, ID: "q"}, nil)
	wantRows(t, b, store.PlanRowQuery{PlanID: id, Limit: 9}, planRow(p, 1, "same", ""))
	wantRowsOf(t, b, id, []contact.ID{7}, 9, 9)

	// One transaction saves it in order: as it was made, and changed twice.
	q, ready := planOf(space, "q", 6), planOf(space, "q", 6)
	ready.State = "ready"
	ready.Seal()
	suite.Commit(t, b, b.Lane(space), &store.Save{Plans: []store.PlanSaved{
		{Plan: q, New: true, Rows: []record.PlanRow{planRow(q, 1, "same", ""), planRow(q, 2, "same", "", 3)}}, {Plan: q, Gone: 1},
		{Plan: ready, Rows: []record.PlanRow{planRow(q, 2, "update", "done")}},
	}})
	wantPlan(t, b, store.PlanID{Space: space, ID: "q"}, &ready)
	wantRows(t, b, store.PlanRowQuery{PlanID: store.PlanID{Space: space, ID: "q"}, Limit: 9}, planRow(q, 2, "update", "done"))
}

func testPlans(t *testing.T, b store.Backend) {
	space, other, empty := suite.NewSpace(t, b, ""), suite.NewSpace(t, b, ""), suite.NewSpace(t, b, "")
	for i, created := range []contact.Time{30, 10, 20, 253402300799_999_999, 20, 20} {
		made(t, b, planOf(space, string(rune('a'+i)), created))
		made(t, b, planOf(other, string(rune('A'+i)), created+5))
	}
	for _, c := range []struct {
		q    store.PlanQuery
		want string
	}{
		{store.PlanQuery{Space: space, Limit: 10}, "d a f e c b"},
		{store.PlanQuery{Space: space, Limit: 2}, "d a"},
		{store.PlanQuery{Space: space, Before: 30, BeforeID: "a", Limit: 2}, "f e"},
		{store.PlanQuery{Space: space, Before: 20, BeforeID: "f", Limit: 10}, "e c b"},
		{store.PlanQuery{Space: space, Before: 20, BeforeID: "c", Limit: 1}, "b"},
		{store.PlanQuery{Space: space, Before: 20, Limit: 10}, "b"},
		{store.PlanQuery{Space: space, Before: 25, BeforeID: "z", Limit: 10}, "f e c b"},
		{store.PlanQuery{Space: space, Before: 10, BeforeID: "b", Limit: 10}, ""},
		{store.PlanQuery{Space: other, Before: 26, Limit: 10}, "F E C B"},
		{store.PlanQuery{Space: empty, Limit: 10}, ""},
	} {
		list, err := b.Plans(bg, c.q)
		var got []string
		for i := range list {
			got = append(got, list[i].ID)
			if list[i].Space != c.q.Space || list[i].Check() != nil {
				t.Errorf("%+v: got %+v", c.q, list[i])
			}
		}
		if err != nil || strings.Join(got, " ") != c.want {
			t.Errorf("%+v: %v, got %q, want %q", c.q, err, got, c.want)
		}
	}
}

func testPlanGone(t *testing.T, b store.Backend) {
	space, other := suite.NewSpace(t, b, ""), suite.NewSpace(t, b, "")
	stays := map[store.PlanID]record.Plan{}
	var p record.Plan
	for _, of := range []record.Plan{planOf(space, "p", 5), planOf(space, "p1", 5), planOf(other, "p", 5)} {
		made(t, b, of, planRow(of, 1, "update", "done", 11), planRow(of, 2, "update", "", 12, 11), planRow(of, 3, "same", ""))
		if of.Space == space && of.ID == "p" {
			p = of
		} else {
			stays[store.PlanID{Space: of.Space, ID: of.ID}] = of
		}
	}
	id := store.PlanID{Space: space, ID: "p"}
	all := store.PlanRowQuery{PlanID: id, Limit: 9}
	again := planRow(p, 1, "same", "", 13)
	saves := func(list ...store.PlanSaved) {
		t.Helper()
		suite.Commit(t, b, b.Lane(space), &store.Save{Plans: list})
	}
	saves(store.PlanSaved{Plan: p, Gone: 1})
	wantRows(t, b, all, planRow(p, 2, "update", ""), planRow(p, 3, "same", ""))
	wantRowsOf(t, b, id, []contact.ID{11}, 9, 9, planRow(p, 2, "update", "", 11, 12))
	saves(store.PlanSaved{Plan: p, Gone: 2, Rows: []record.PlanRow{again}}) // first some go, then others come
	wantRows(t, b, all, planRow(p, 1, "same", ""), planRow(p, 3, "same", ""))
	wantRowsOf(t, b, id, []contact.ID{11, 12, 13}, 9, 9, again)
	wantPlan(t, b, id, &p)
	for range 2 { // that it is not there is no fault
		saves(store.PlanSaved{Plan: p, Drop: true})
		wantPlan(t, b, id, nil)
		wantRows(t, b, all)
		wantRowsOf(t, b, id, []contact.ID{11, 12, 13}, 9, 9)
	}
	for id, of := range stays {
		wantPlan(t, b, id, &of)
		wantRows(t, b, store.PlanRowQuery{PlanID: id, Limit: 9}, planRow(of, 1, "update", "done"), planRow(of, 2, "update", ""), planRow(of, 3, "same", ""))
		wantRowsOf(t, b, id, []contact.ID{12}, 9, 9, planRow(of, 2, "update", "", 11, 12))
	}
	saves(store.PlanSaved{Plan: p, New: true, Rows: []record.PlanRow{again}}, store.PlanSaved{Plan: p, Drop: true}, store.PlanSaved{Plan: p, New: true})
	wantPlan(t, b, id, &p)
	wantRows(t, b, all)
	wantRowsOf(t, b, id, []contact.ID{13}, 9, 9)
}

func testEndedPlans(t *testing.T, b store.Backend) {
	space, other := suite.NewSpace(t, b, ""), suite.NewSpace(t, b, "")
	for i, ends := range []contact.Time{30, 0, 10, 20, -5} {
		p := planOf(space, string(rune('a'+i)), 5)
		p.Ends = ends
		made(t, b, p)
	}
	theirs := planOf(other, "a", 5)
	theirs.Ends = 15
	made(t, b, theirs)
	for _, c := range []struct {
		now   contact.Time
		limit int
		want  string
	}{{-6, 9, ""}, {9, 9, "e"}, {10, 9, "e c"}, {20, 9, "e c a' d"}, {20, 3, "e c a'"}, {1 << 60, 9, "e c a' d a"}} {
		list, err := b.EndedPlans(bg, c.now, c.limit)
		var got []string
		for _, id := range list {
			got = append(got, id.ID+strings.Repeat("'", int(id.Space-space)))
		}
		if err != nil || strings.Join(got, " ") != c.want {
			t.Errorf("at %d, %d at most: %v, got %q, want %q", c.now, c.limit, err, got, c.want)
		}
	}
	p := planOf(space, "c", 5)
	p.Ends = 0
	suite.Commit(t, b, b.Lane(space), &store.Save{Plans: []store.PlanSaved{{Plan: p}, {Plan: record.Plan{Space: space, ID: "e"}, Drop: true}}})
	if list, err := b.EndedPlans(bg, 15, 9); err != nil || !reflect.DeepEqual(list, []store.PlanID{{Space: other, ID: "a"}}) {
		t.Errorf("after one has none any more, and one is gone: %v, %+v", err, list)
	}
}

// Rows of a quarter of a page each, and one that is more than a page.

// filled gives text of so many octets, in letters of two where it can.
