package api_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/carnet-project/carnet/api"
)

func planReply(state string) reply {
	return reply{status: 200, header: map[string]string{"X-RateLimit-Limit": "30"}, body: fmt.Sprintf(`{"id":"A","state":%q,"hash":"0f","rows":2,"counts":{"create":1,"update":0,"refused":1},
		"removals":3,"contacts":1,"created_at":"2026-03-01T12:00:00Z","expires_at":"2026-03-08T12:00:00Z",
		"proposed_by":{"key_id":1,"key_name":"k","name":null,"reason":"So","request_id":"r"},
		"undo":{"batch_id":"B","request_id":null,"key_id":null,"since":null,"until":null},"job_id":7,"message":null,
		"applied":{"by":{"key_id":2,"key_name":"l","name":"Kim","reason":null,"request_id":"s"},"rows":2,"results":{"done":1},"removals":3,"completed_at":"2026-03-01T13:00:00Z"}}`, state)}
}

func TestPlanAnswer(t *testing.T) {
	client, s := scripted(t, []reply{planReply("applied"), {status: 200, body: `{"id":"A","state":"ready"}`}})
	day := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	got, err := client.Plan(t.Context(), "A/b")
	want := api.Plan{ID: "A", State: api.PlanApplied, Hash: "0f", Rows: 2, Counts: map[api.PlanOutcome]int{"create": 1, "update": 0, "refused": 1},
		Removals: 3, Contacts: 1, CreatedAt: day, ExpiresAt: day.Add(7 * 24 * time.Hour), JobID: 7, Undo: &api.Undone{BatchID: new("B")},
		ProposedBy: api.PlanActor{Actor: api.Actor{KeyID: 1, KeyName: "k"}, Reason: new("So"), RequestID: "r"},
		Applied: &api.PlanReport{By: api.PlanActor{Actor: api.Actor{KeyID: 2, KeyName: "l", Name: new("Kim")}, RequestID: "s"}, Rows: 2,
			Results: map[api.PlanResult]int{"done": 1}, Removals: 3, CompletedAt: new(day.Add(time.Hour))}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Error(err, diff)
	}
	got, err = client.Plan(t.Context(), "A")
	if diff := cmp.Diff(api.Plan{ID: "A", State: api.PlanReady}, got); err != nil || diff != "" {
		t.Error(err, diff)
	}
	if diff := cmp.Diff([]string{"GET /public-api/v1/plans/A%2Fb", "GET /public-api/v1/plans/A"}, s.asked); diff != "" {
		t.Error(diff)
	}
}

// TestPlanRows: what a row does, and what became of it, on page after page.
func TestPlanRows(t *testing.T) {
	const page = `{"data":[%s],"path":"p","per_page":1,"next_cursor":%s,"next_page_url":null,"prev_cursor":null,"prev_page_url":null}`
	client, s := scripted(t, []reply{
		{status: 200, body: fmt.Sprintf(page, `{"row":1,"operation":{"method":"POST"},"outcome":"create","id":null,"version":null,"removals":0,
			"changes":{"names":{"before":[],"after":["A"],"added":["A"],"removed":[],"reordered":false}},"left":[],"error":null,"result":"done",
			"done":{"id":5,"version":1,"change_id":"1-1","conflicts":[],"left":[],"error":null}}`, `"x"`)},
		{status: 200, body: fmt.Sprintf(page, `{"row":2,"operation":{"method":"DELETE","id":9},"outcome":"delete","id":9,"version":2,"removals":1,
			"changes":null,"left":[],"error":{"message":"So.","code":"contact_not_found"},"result":"conflict",
			"done":{"id":null,"version":null,"change_id":null,"conflicts":[],"left":[],"error":{"message":"No.","code":"alias","id":4}}}`, `null`)}})
	var rows []api.PlanRow
	for row, err := range client.AllPlanRows(t.Context(), "A", api.PlanRowsQuery{Outcome: api.OutcomeDelete, Result: api.ResultConflict, Paging: api.Paging{PerPage: 1}}) {
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, row)
	}
	want := []api.PlanRow{
		{Row: 1, Operation: []byte(`{"method":"POST"}`), Outcome: api.OutcomeCreate, Changes: &api.Edits{Names: &api.ListEdit{Before: []string{}, After: []string{"A"}, Added: []string{"A"}, Removed: []string{}}},
			Left: []api.Conflict{}, Result: api.ResultDone, Done: &api.PlanDone{ID: 5, Version: 1, ChangeID: "1-1", Conflicts: []api.Remains{}, Left: []api.Conflict{}}},
		{Row: 2, Operation: []byte(`{"method":"DELETE","id":9}`), Outcome: api.OutcomeDelete, ID: 9, Version: 2, Removals: 1, Left: []api.Conflict{}, Err: &api.Error{Code: "contact_not_found", Message: "So."},
			Result: api.ResultConflict, Done: &api.PlanDone{Conflicts: []api.Remains{}, Left: []api.Conflict{}, Err: &api.Error{Code: api.CodeAlias, Message: "No.", LeadsTo: 4}}},
	}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Error(diff)
	}
	const asked = "GET /public-api/v1/plans/A/rows?"
	if diff := cmp.Diff([]string{asked + "outcome=delete&per_page=1&result=conflict", asked + "cursor=x&outcome=delete&per_page=1&result=conflict"}, s.asked); diff != "" {
		t.Error(diff)
	}
}

func TestAllPlans(t *testing.T) {
	const page = `{"data":[{"id":%q,"state":"ready"}],"path":"p","per_page":1,"next_cursor":%s,"next_page_url":null,"prev_cursor":null,"prev_page_url":null}`
	client, s := scripted(t, []reply{{status: 200, body: fmt.Sprintf(page, "B", `"x"`)}, {status: 200, body: fmt.Sprintf(page, "A", `null`)}})
	var ids []string
	for p, err := range client.AllPlans(t.Context(), api.Paging{PerPage: 1}) {
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, p.ID)
	}
	if diff := cmp.Diff([]string{"B", "A"}, ids); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"GET /public-api/v1/plans?per_page=1", "GET /public-api/v1/plans?cursor=x&per_page=1"}, s.asked); diff != "" {
		t.Error(diff)
	}
}

// TestPlanCalls: what is sent, under a name of its own where it is a write.
func TestPlanCalls(t *testing.T) {
	client, s := scripted(t, []reply{{status: 201, body: `{"id":"A","state":"building"}`}, {status: 201, body: `{"id":"B","state":"ready"}`},
		{status: 202, body: `{"job_id":7,"batch_id":"A"}`}, {status: 204}, refusal(409, api.CodePlanClosed, "")})
	p, err := client.Propose(t.Context(), []api.Operation{api.BatchDelete{ID: 5}})
	if err != nil || p.ID != "A" || !p.Moves() {
		t.Error(err, p)
	}
	p, err = client.ProposeUndo(t.Context(), api.Undone{KeyID: new(int64(3)), Since: new(time.Unix(0, 0).UTC()), Until: new(time.Unix(60, 0).UTC())}, api.WithReason("So"))
	if err != nil || p.ID != "B" || p.Moves() {
		t.Error(err, p)
	}
	begun, err := client.ApplyPlan(t.Context(), "A", "0f", api.IdempotencyKey("k"))
	if err != nil || begun != (api.PlanBegun{JobID: 7, BatchID: "A"}) {
		t.Error(err, begun)
	}
	if err := client.DiscardPlan(t.Context(), "A"); err != nil {
		t.Error(err)
	}
	if e, ok := errors.AsType[*api.Error](client.DiscardPlan(t.Context(), "A")); !ok || e.Code != api.CodePlanClosed {
		t.Error(e)
	}
	if diff := cmp.Diff([]string{`POST /public-api/v1/plans {"operations":[{"method":"DELETE","id":5}]}`,
		`POST /public-api/v1/plans {"undo":{"key_id":3,"since":"1970-01-01T00:00:00Z","until":"1970-01-01T00:01:00Z"}}`,
		`POST /public-api/v1/plans/A/apply {"hash":"0f"}`,
		"DELETE /public-api/v1/plans/A", "DELETE /public-api/v1/plans/A"}, s.asked); diff != "" {
		t.Error(diff)
	}
	for i, name := range []bool{true, true, true, false, false} {
		if has := s.headers[i].Get("Idempotency-Key") != ""; has != name {
			t.Errorf("request %d bears a name: %v", i, has)
		}
	}
	if _, err := client.Propose(t.Context(), nil); err == nil {
		t.Error("a plan of nothing was sent")
	}
}

// TestFollowPlan: it is asked for until the server is not at work on it any more.
func TestFollowPlan(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, s := scripted(t, []reply{planReply("building"), planReply("ready"), planReply("applying"), refusal(404, api.CodePlanNotFound, "")})
		var states []api.PlanState
		for p, err := range client.FollowPlan(t.Context(), "A") {
			if err != nil {
				t.Fatal(err)
			}
			states = append(states, p.State)
		}
		if diff := cmp.Diff([]api.PlanState{api.PlanBuilding, api.PlanReady}, states); diff != "" || len(s.asked) != 2 {
			t.Error(diff, s.asked)
		}
		var last error
		for _, err := range client.FollowPlan(t.Context(), "A") {
			last = err
		}
		if e, ok := errors.AsType[*api.Error](last); !ok || e.Code != api.CodePlanNotFound {
			t.Error(last)
		}
	})
}

// TestPlanWritten: what was read of a plan is written as the server had it.
func TestPlanWritten(t *testing.T) {
	for name, text := range map[string]string{
		"told little": `{"id":"A","state":"ready"}`,
		"looked at": `{"id":"A","state":"building","hash":null,"rows":2,"counts":{"create":1},"removals":3,"contacts":1,"created_at":"2026-03-01T12:00:00Z",
			"expires_at":"2026-03-08T12:00:00Z","proposed_by":{"key_id":1,"key_name":"k","name":null,"reason":"So","request_id":"r"},"undo":null,"job_id":7,
			"message":null,"applied":null}`,
		"applied": `{"id":"A","state":"applied","hash":"0f","rows":2,"counts":{"create":1},"removals":3,"contacts":1,"created_at":"2026-03-01T12:00:00Z",
			"expires_at":"2026-03-08T12:00:00Z","proposed_by":{"key_id":1,"key_name":"k","name":"n","reason":null,"request_id":"r"},
			"undo":{"batch_id":"B"},"job_id":7,"message":"So.",
			"applied":{"by":{"key_id":2,"key_name":"l","name":"Kim","reason":null,"request_id":"s"},"rows":2,"results":{"done":1},"removals":3,"completed_at":"2026-03-01T13:00:00Z","undone_by":"C"}}`,
	} {
		rewritten[api.Plan](t, name, text)
	}
	for name, text := range map[string]string{
		"not looked at": `{"row":1,"operation":{"method":"POST"},"outcome":null,"id":null,"version":null,"removals":0,"changes":null,"left":[],"error":null,"result":null,"done":null}`,
		"done": `{"row":1,"operation":{"method":"PUT","id":5},"outcome":"update","id":5,"version":1,"removals":2,"changes":{"custom_fields":{"profile_field_16":{"before":12.50,"after":null}}},
			"left":[{"contact_id":5,"field":"names","base":["A"],"yours":[],"theirs":["B"]}],"error":null,"result":"rebased",
			"done":{"id":5,"version":3,"change_id":"1-9","conflicts":[{"contact_id":5,"field":"emails","values":["a"]}],"left":[{"contact_id":5,"field":"names","base":["A"],"yours":[],"theirs":["C"]}],"error":null}}`,
		"left": `{"row":3,"operation":{"method":"DELETE","id":5},"outcome":"delete","id":5,"version":1,"removals":2,"changes":{},"left":[],
			"error":{"message":"No.","code":"alias","id":4},"result":"conflict","done":{"id":null,"version":null,"change_id":null,"conflicts":[],"left":[],
			"error":{"message":"M","code":"c","errors":{"p":["x"]},"conflicts":[{"contact_id":5,"field":"names","base":["A"],"yours":[],"theirs":["B"]}],"change_id":"1-4","request_id":"r"}}}`,
	} {
		rewritten[api.PlanRow](t, name, text)
	}
}

// rewritten reads a text and writes it again: it must be the same, to the order.
func rewritten[T any](t *testing.T, name, text string) {
	t.Helper()
	var read T
	var want bytes.Buffer
	if err := errors.Join(json.Unmarshal([]byte(text), &read), json.Compact(&want, []byte(text))); err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal(read)
	if diff := cmp.Diff(want.String(), string(got)); err != nil || diff != "" {
		t.Errorf("%s: %v\n%s", name, err, diff)
	}
}

// A plan about whoever conditions find says both, and DELETE has no body.
func TestProposeWhere(t *testing.T) {
	client, s := scripted(t, []reply{{status: 201, body: `{"id":"A"}`}, {status: 201, body: `{"id":"B"}`}})
	where := []api.Condition{{Field: "Plan", Operator: "any"}}
	if p, err := client.ProposeWhere(t.Context(), where, "PATCH", json.RawMessage(`{"custom_fields":{"profile_field_2":"x"}}`)); err != nil || p.ID != "A" {
		t.Error(err, p)
	}
	if p, err := client.ProposeWhere(t.Context(), where, "DELETE", nil); err != nil || p.ID != "B" {
		t.Error(err, p)
	}
	want := []string{
		`POST /public-api/v1/plans {"where":[{"field":"Plan","operator":"any"}],"operation":{"method":"PATCH","body":{"custom_fields":{"profile_field_2":"x"}}}}`,
		`POST /public-api/v1/plans {"where":[{"field":"Plan","operator":"any"}],"operation":{"method":"DELETE"}}`,
	}
	if diff := cmp.Diff(want, s.asked); diff != "" {
		t.Error(diff)
	}
}
