package promise

import (
	"crypto/sha256"
	"reflect"
	"testing"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

// What schema 7 brought: plans, as docs/format.md has them. One is ready, and one is being
// applied.
var earlierPlanner = sha256.Sum256([]byte("a key that plans"))

const (
	earlierReady    = `{"by":{"key":1,"key_name":"planner","request":"request"},"expires":5,"rows":2,"decided":2,"counts":{"refused":1,"update":1},"hash":"AQID"}`
	earlierApplying = `{"by":{"key":1,"request":"request"},"undo":{"request_id":"request"},"expires":5,"rows":1,"gathered":true,"decided":1,"applier":{"key":1,"request":"request"}}`
)

func earlierRows() []record.PlanRow {
	return []record.PlanRow{
		{N: 1, Outcome: "update", Operation: []byte(`{"method":"PUT","id":1001,"body":{"names":["Zoë 例え"]}}`),
			Decided: []byte(`{"contact":1001,"version":1}`), Contacts: []contact.ID{1001, 1002}},
		{N: 2, Outcome: "refused", Operation: []byte(`{}`), Decided: []byte(`{"refused":{"kind":"invalid","code":"invalid","message":"No."}}`)},
	}
}

func fillLookedAt(t *testing.T, b store.Backend, s *store.Store) {
	t.Helper()
	space := suite.NewSpace(t, b, "")
	key := access.APIKey{Space: space, Name: "planner", Hash: earlierPlanner, Scopes: access.DefaultScopes, Created: 1}
	if _, err := b.CreateKey(bg, key, suite.Noted("a key")); err != nil {
		t.Fatal(err)
	}
	for id, like := range map[string]record.Plan{
		"READYABCDEFGHIJKLMNOPQRSTUV": {State: "ready", Ends: 1 << 52, Doc: []byte(earlierReady)},
		"APPLYINGABCDEFGHIJKLMNOPQRS": {State: "applying", Doc: []byte(earlierApplying)},
	} {
		do(t, s, changing(writing(space), id, func(p *record.Plan, _ []store.Outcome) (store.PlanSave, error) {
			p.State, p.Ends, p.Doc = like.State, like.Ends, like.Doc
			return store.PlanSave{Rows: earlierRows()}, nil
		}))
	}
	do(t, s, changing(creation(space, name("Ada")), "APPLYINGABCDEFGHIJKLMNOPQRS", func(_ *record.Plan, _ []store.Outcome) (store.PlanSave, error) {
		row := earlierRows()[0]
		row.Result, row.Done, row.Contacts = "done", []byte(`{"op":1}`), nil
		return store.PlanSave{Rows: []record.PlanRow{row}}, nil
	}))
}

// checkLookedAt reads the plans that fillLookedAt made, goes on with one and drops both.
func checkLookedAt(t *testing.T, b store.Backend, s *store.Store) {
	t.Helper()
	g, ok, err := s.Grant(bg, earlierPlanner)
	if err != nil || !ok || g.Key.Name != "planner" {
		t.Fatalf("the key that plans: %v, %v, %+v", ok, err, g)
	}
	space := g.Space.ID
	list, err := s.Plans(bg, store.PlanQuery{Space: space, Limit: 9})
	if err != nil || len(list) != 2 {
		t.Fatalf("the plans: %v, %+v", err, list)
	}
	for i := range list {
		p := &list[i]
		of := store.PlanID{Space: space, ID: p.ID}
		state, doc, ends, result := "ready", earlierReady, contact.Time(1<<52), ""
		if p.ID[0] == 'A' {
			state, doc, ends, result = "applying", earlierApplying, 0, "done"
		}
		if p.State != state || string(p.Doc) != doc || p.Ends != ends || p.Weight == 0 {
			t.Errorf("a plan that is %s: %+v", state, p)
		}
		want := earlierRows()
		want[0].Result = result
		rows, err := s.PlanRows(bg, store.PlanRowQuery{PlanID: of, Limit: 9})
		if err != nil || len(rows) != 2 {
			t.Fatalf("its rows: %v, %+v", err, rows)
		}
		for n := range rows {
			if r, w := rows[n], want[n]; r.Outcome != w.Outcome || r.Result != w.Result || string(r.Operation) != string(w.Operation) || string(r.Decided) != string(w.Decided) {
				t.Errorf("row %d: %+v\nwant %+v", n, r, w)
			}
		}
		byContact, err := s.PlanRowsOf(bg, of, []contact.ID{1002}, 9, 9)
		if err != nil || len(byContact) != 1 || !reflect.DeepEqual(byContact[0].Contacts, want[0].Contacts) {
			t.Errorf("by a contact: %v, %+v", err, byContact)
		}
	}
	suite.Audit(t, b, space)
	if ended, err := s.EndedPlans(bg, 1<<52, 9); err != nil || len(ended) != 1 || ended[0].ID[0] != 'R' {
		t.Errorf("those that end: %v, %+v", err, ended)
	}
	for i := range list {
		do(t, s, changing(writing(space), list[i].ID, func(*record.Plan, []store.Outcome) (store.PlanSave, error) { return store.PlanSave{Drop: true}, nil }))
		wantNoPlan(t, s, space, list[i].ID)
	}
	made(t, s, space, name("Zoë"))
	suite.Audit(t, b, space)
}
