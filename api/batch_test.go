package api_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/carnet-project/carnet/api"
)

// TestOperations: how each kind is spelled.
func TestOperations(t *testing.T) {
	for want, o := range map[string]api.Operation{
		`{"method":"POST","body":{"names":["<Ada>"]}}`: api.BatchCreate{Patch: api.Patch{Names: api.Values("<Ada>")}},
		`{"method":"PUT","id":7,"body":{"emails":[]},"if_match":"3","base_version":2}`: api.BatchPut{
			ID: 7, Patch: api.Patch{Emails: api.Values()}, IfMatch: 3, BaseVersion: 2},
		`{"method":"PUT","id":7,"body":{"custom_fields":{"profile_field_16":0.10}}}`: api.BatchPut{
			ID: 7, Patch: json.RawMessage(`{"custom_fields":{"profile_field_16":0.10}}`)},
		`{"method":"PATCH","id":7,"body":{"phones":{"add":["1"]}},"if_match":"3","base_version":2}`: api.BatchPatch{
			ID: 7, Amendment: api.Amendment{Phones: &api.ListAmendment{Add: []string{"1"}}}, IfMatch: 3, BaseVersion: 2},
		`{"method":"DELETE","id":7,"if_match":"3"}`: api.BatchDelete{ID: 7, IfMatch: 3},
		`{"method":"MERGE","id":7,"body":{"merged_ids":[8,9],"prefer":{"profile_field_3":9}},"if_match":"3"}`: api.BatchMerge{
			Survivor: 7, Merging: api.Merging{Merged: []int64{8, 9}, Prefer: map[string]int64{"profile_field_3": 9}}, IfMatch: 3},
		`{"method":"UNMERGE","id":7,"body":{"merged_id":8},"if_match":"3"}`: api.BatchUnmerge{ID: 7, Merged: 8, IfMatch: 3},
		`{"method":"UNDO","id":7,"if_match":"3","change_id":"1-9","resolve":"theirs"}`: api.BatchUndo{
			ID: 7, ChangeID: "1-9", ResolveTheirs: true, IfMatch: 3},
		`{"method":"UNDO","id":7,"change_id":"1-9"}`: api.BatchUndo{ID: 7, ChangeID: "1-9"},
		`{"method":"PUT"}`:                           api.BatchPut{}, // for the server to refuse
		`{"method":"POTS", "x":1}`:                   api.BatchRaw(`{"method":"POTS", "x":1}`),
	} {
		for atomic, options := range map[string][]api.WriteOption{"": nil, `,"atomic":true`: {api.Atomic()}} {
			client, s := scripted(t, []reply{{status: 200, body: `{"batch_id":"b","results":[]}`}})
			if _, err := client.Batch(t.Context(), []api.Operation{o, api.BatchDelete{ID: 1}}, options...); err != nil {
				t.Fatal(err)
			}
			asked := `POST /public-api/v1/contacts/batch {"operations":[` + want + `,{"method":"DELETE","id":1}]` + atomic + `}`
			if diff := cmp.Diff([]string{asked}, s.asked); diff != "" {
				t.Error(diff)
			}
		}
	}
}

// TestBatchResults: what was done and what was refused, in the types of single writes.
func TestBatchResults(t *testing.T) {
	client, s := scripted(t, []reply{{status: 200, header: map[string]string{"X-Request-Id": "r1", "Idempotency-Replayed": "true"}, body: `{"batch_id":"b1","results":[
		{"status":201,"id":7,"version":1,"change_id":"1-9","error":null},
		{"status":204,"id":8,"version":3,"change_id":"1-9","error":null},
		{"status":200,"id":9,"version":4,"change_id":null,"error":null,"changes":{"custom_fields":{"profile_field_16":{"before":0.10,"after":null}}},
			"conflicts":[{"contact_id":8,"field":"emails","values":["a@example.com"]}]},
		{"status":422,"id":null,"version":null,"change_id":null,"error":{"message":"No.","code":"email_invalid","errors":{"emails.0":["No."]}}},
		{"status":409,"id":null,"version":null,"change_id":null,"error":{"message":"No.","code":"already_undone","change_id":"1-5","id":6,
			"conflicts":[{"contact_id":5,"field":"emails","base":[],"yours":["a@example.com"],"theirs":[]}]}}
	]}`}})
	got, err := client.Batch(t.Context(), []api.Operation{api.BatchDelete{ID: 1}}, api.MaxRemovals(3), api.ReturnChanges(), api.WithActor("Sam"), api.IdempotencyKey("k"))
	if err != nil {
		t.Fatal(err)
	}
	want := api.BatchResult{BatchID: "b1", Replayed: true, RequestID: "r1", Results: []api.OperationResult{
		{Status: 201, ID: 7, Version: 1, ChangeID: "1-9"},
		{Status: 204, ID: 8, Version: 3, ChangeID: "1-9"},
		{Status: 200, ID: 9, Version: 4,
			Changes:   &api.Edits{CustomFields: map[string]api.FieldEdit{"profile_field_16": {Before: json.Number("0.10")}}},
			Conflicts: []api.Remains{{ContactID: 8, Field: "emails", Values: []any{"a@example.com"}}}},
		{Status: 422, Err: &api.Error{Status: 422, Code: api.CodeEmailInvalid, Message: "No.", Errors: map[string][]string{"emails.0": {"No."}}, RequestID: "r1"}},
		{Status: 409, Err: &api.Error{Status: 409, Code: api.CodeAlreadyUndone, Message: "No.", ChangeID: "1-5", LeadsTo: 6, RequestID: "r1",
			Conflicts: []api.Conflict{{ContactID: 5, Field: "emails", Base: []string{}, Yours: []string{"a@example.com"}, Theirs: []string{}}}}},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	h := s.headers[0]
	if !strings.HasPrefix(s.asked[0], "POST /public-api/v1/contacts/batch?max_removals=3 ") || h.Get("Prefer") != "return=changes" || h.Get("X-Actor") != "Sam" || h.Get("Idempotency-Key") != "k" {
		t.Errorf("%s %v", s.asked[0], h)
	}
}

// TestAtomicRefused: the error of the whole has the result of each.
func TestAtomicRefused(t *testing.T) {
	client, _ := scripted(t, []reply{{status: 412, body: `{"message":"Nothing was done.","code":"version_mismatch","request_id":"r1","results":[
		{"status":424,"id":null,"version":null,"change_id":null,"error":{"message":"Not done.","code":"batch_failed"}},
		{"status":412,"id":null,"version":null,"change_id":null,"error":{"message":"Changed.","code":"version_mismatch"}}]}`}})
	_, err := client.Batch(t.Context(), []api.Operation{api.BatchDelete{ID: 1}, api.BatchDelete{ID: 2, IfMatch: 3}}, api.Atomic())
	e, ok := errors.AsType[*api.Error](err)
	if !ok {
		t.Fatal(err)
	}
	want := &api.Error{Status: 412, Code: api.CodeVersionMismatch, Message: "Nothing was done.", RequestID: "r1", Results: []api.OperationResult{
		{Status: 424, Err: &api.Error{Status: 424, Code: api.CodeBatchFailed, Message: "Not done."}},
		{Status: 412, Err: &api.Error{Status: 412, Code: api.CodeVersionMismatch, Message: "Changed."}},
	}}
	if diff := cmp.Diff(want, e); diff != "" {
		t.Error(diff)
	}
}

// TestBatchRefusedHere: what cannot be a batch is told before anything is sent, and
// without a value of it.
func TestBatchRefusedHere(t *testing.T) {
	one := []api.Operation{api.BatchDelete{ID: 1}}
	large := api.BatchRaw(`"` + strings.Repeat("x", api.MaxBatchBody/10) + `"`)
	for name, c := range map[string]struct {
		operations []api.Operation
		option     api.WriteOption
		want       string
	}{
		"nothing":      {nil, api.Atomic(), "no operations"},
		"too many":     {make([]api.Operation, api.MaxOperations+1), api.Atomic(), "1001 operations are more than the 1000"},
		"too large":    {[]api.Operation{large, large, large, large, large, large, large, large, large, large, large}, api.Atomic(), "up to 9 are more than the 67108864 bytes"},
		"nil":          {[]api.Operation{one[0], nil}, api.Atomic(), "operations.1 is nil"},
		"IfMatch":      {one, api.IfMatch(3), "IfMatch is not for Batch"},
		"BaseVersion":  {one, api.BaseVersion(3), "BaseVersion is for Put and Patch"},
		"not UTF-8":    {[]api.Operation{one[0], api.BatchCreate{Patch: api.Patch{Names: api.Values("canary\xff")}}}, api.Atomic(), "operations.1: names.0 is not UTF-8"},
		"raw":          {[]api.Operation{api.BatchRaw("canary\xff")}, api.Atomic(), "operations.0: the body is not UTF-8"},
		"of no change": {[]api.Operation{api.BatchUndo{ID: 1}}, api.Atomic(), "operations.0: there is no change to undo"},
		"not JSON":     {[]api.Operation{api.BatchPut{Patch: json.RawMessage(`{canary`)}}, api.Atomic(), "operations.0: the body is not JSON"},
	} {
		client, s := scripted(t, []reply{good})
		_, err := client.Batch(t.Context(), c.operations, c.option)
		if err == nil || !strings.HasPrefix(err.Error(), "carnet: ") || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "canary") || len(s.asked) != 0 {
			t.Errorf("%s: %v, asked %d times", name, err, len(s.asked))
		}
	}
	client, s := scripted(t, []reply{good})
	if _, err := client.Put(t.Context(), 5, api.Patch{}, api.Atomic()); err == nil || len(s.asked) != 0 {
		t.Errorf("Atomic for a Put: %v", err)
	}
}

// TestBatchGoesOn: where the server went away in the middle the same batch is sent again,
// and what is not certain to be done once is not.
func TestBatchGoesOn(t *testing.T) {
	const done = `{"status":200,"id":1,"version":1,"change_id":"1-1","error":null}`
	end := func(status int, code api.Code) reply {
		text, err := json.Marshal(map[string]any{"batch_id": "b", "results": []any{json.RawMessage(done),
			map[string]any{"status": status, "id": nil, "version": nil, "change_id": nil, "error": map[string]any{"message": "No.", "code": code}}}})
		if err != nil {
			t.Fatal(err)
		}
		return reply{status: http.StatusOK, body: string(text)}
	}
	all := reply{status: 200, body: `{"batch_id":"b","results":[` + done + `,` + done + `]}`}
	named, unnamed := api.IdempotencyKey("k"), api.NoIdempotencyKey()
	for name, c := range map[string]struct {
		first  reply
		option api.WriteOption
		again  bool
	}{
		"the server ends":      {end(503, api.CodeShuttingDown), named, true},
		"the time is over":     {end(503, api.CodeTimeout), named, true},
		"nobody can tell":      {end(500, api.CodeOutcomeUnknown), named, true},
		"without a name":       {end(503, api.CodeShuttingDown), unnamed, false},
		"dry":                  {end(503, api.CodeShuttingDown), api.DryRun(), true},
		"full":                 {end(507, api.CodeSpaceFull), named, false},
		"refused":              {end(422, api.CodeEmailInvalid), named, false},
		"internal":             {end(500, api.CodeInternal), named, false},
		"all done":             {all, named, false},
		"not even its answers": {reply{status: 200, body: `{"batch_id":"b","results":[]}`}, named, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began, told := time.Now(), 0
				client, s := scripted(t, []reply{c.first, all}, api.WithOnRetry(func(reason error, _ time.Duration) {
					if told++; reason == nil {
						t.Error("no reason given")
					}
				}))
				got, err := client.Batch(t.Context(), []api.Operation{api.BatchDelete{ID: 1}, api.BatchDelete{ID: 2}}, c.option)
				if err != nil || len(s.asked) == 2 != c.again || told == 1 != c.again || c.again && (s.asked[0] != s.asked[1] || got.Results[1].Err != nil || !time.Now().After(began)) {
					t.Errorf("asked %q, then %+v, %v", s.asked, got, err)
				}
			})
		})
	}
}

// TestBatchGivesUp: after the set number of repetitions, and where there is no time for
// another, what was done is told.
func TestBatchGivesUp(t *testing.T) {
	cut := reply{status: 200, body: `{"batch_id":"b","results":[{"status":200,"id":1,"version":1,"change_id":"1-1","error":null},
		{"status":503,"id":null,"version":null,"change_id":null,"error":{"message":"No.","code":"shutting_down"}}]}`}
	synctest.Test(t, func(t *testing.T) {
		client, s := scripted(t, []reply{cut, cut, cut, cut, cut, cut}, api.WithRetries(2))
		got, err := client.Batch(t.Context(), []api.Operation{api.BatchDelete{ID: 1}, api.BatchDelete{ID: 2}})
		if err != nil || len(s.asked) != 3 || len(got.Results) != 2 || got.Results[0].Err != nil || got.Results[1].Err == nil {
			t.Errorf("asked %d times, then %+v, %v", len(s.asked), got, err)
		}
	})
}
