package api_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/carnet-project/carnet/api"
)

func TestMergingJSON(t *testing.T) {
	for want, m := range map[string]api.Merging{
		`{"merged_ids":[7,6]}`: {Merged: []int64{7, 6}},
		`{"merged_ids":[6],"confirm_distinct":true,"prefer":{"profile_field_2":6,"profile_field_16":5}}`: {
			Merged: []int64{6}, Prefer: map[string]int64{"profile_field_16": 5, "profile_field_2": 6}, ConfirmDistinct: true},
	} {
		client, s := scripted(t, []reply{good})
		if _, err := client.MergeAll(t.Context(), 5, m, api.MaxRemovals(0)); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"POST /public-api/v1/contacts/5/merge?max_removals=0 " + want}, s.asked); diff != "" {
			t.Error(diff)
		}
	}
}

// TestUnmerge: both contacts are read, and what came back to one of them.
func TestUnmerge(t *testing.T) {
	client, s := scripted(t, []reply{{status: 200, header: map[string]string{"ETag": `"7"`, "X-Change-Id": "1-9", "X-Request-Id": "r1"},
		body: `{"survivor":{"id":5,"names":["Ada"]},"contact":{"id":6,"names":["Zoë"]},
			"conflicts":[{"contact_id":6,"field":"custom_fields.profile_field_16","values":[0.10]}],
			"changes":{"names":{"before":["Ada","Zoë"],"after":["Ada"],"added":[],"removed":["Zoë"],"reordered":false}}}`}})
	got, err := client.Unmerge(t.Context(), 5, 6, api.ReturnChanges(), api.IfMatch(3))
	if err != nil {
		t.Fatal(err)
	}
	want := api.Split{
		Survivor: api.Contact{ID: 5, Names: []string{"Ada"}}, Contact: api.Contact{ID: 6, Names: []string{"Zoë"}},
		Conflicts: []api.Remains{{ContactID: 6, Field: "custom_fields.profile_field_16", Values: []any{json.Number("0.10")}}},
		Version:   7, ChangeID: "1-9", RequestID: "r1",
		Changes: &api.Edits{Names: &api.ListEdit{Before: []string{"Ada", "Zoë"}, After: []string{"Ada"}, Added: []string{}, Removed: []string{"Zoë"}}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{`POST /public-api/v1/contacts/5/unmerge {"merged_id":6}`}, s.asked); diff != "" || s.headers[0].Get("If-Match") != `"3"` {
		t.Error(diff, s.headers)
	}
}

// TestMergeAndItsUndo: what a merge hides, and what its undo gives back.
func TestMergeAndItsUndo(t *testing.T) {
	client, _ := scripted(t, []reply{
		{status: 200, body: `{"id":5,"changes":{"custom_fields":{"profile_field_16":{"before":1,"after":1,"hidden":[{"contact_id":6,"value":0.10}]}}}}`},
		{status: 200, body: `{"id":5,"conflicts":[{"contact_id":6,"field":"emails","values":["zoe@example.com"]}]}`},
		{status: 200, body: `{"id":5}`},
	})
	merged, err := client.Merge(t.Context(), 5, 6, api.ReturnChanges())
	want := api.Result{Contact: api.Contact{ID: 5}, Changes: &api.Edits{CustomFields: map[string]api.FieldEdit{"profile_field_16": {
		Before: json.Number("1"), After: json.Number("1"), Hidden: []api.HiddenField{{ContactID: 6, Value: json.Number("0.10")}}}}}}
	if diff := cmp.Diff(want, merged); err != nil || diff != "" {
		t.Error(err, diff)
	}
	for _, want := range [][]api.Remains{{{ContactID: 6, Field: "emails", Values: []any{"zoe@example.com"}}}, nil} {
		undone, err := client.Undo(t.Context(), 5, "1-9")
		if diff := cmp.Diff(want, undone.Conflicts); err != nil || diff != "" {
			t.Error(err, diff)
		}
	}
}

// TestDistinct: a pair is remembered and forgotten, which nothing is answered to.
func TestDistinct(t *testing.T) {
	client, s := scripted(t, []reply{{status: 204}, {status: 204}, refusal(422, api.CodeMergeSelf, "")})
	if err := client.Distinct(t.Context(), 5, 6); err != nil {
		t.Error(err)
	}
	if err := client.ForgetDistinct(t.Context(), 5, 6); err != nil {
		t.Error(err)
	}
	if err := client.Distinct(t.Context(), 5, 5); err == nil {
		t.Error("no error")
	}
	want := []string{"PUT /public-api/v1/contacts/5/distinct/6", "DELETE /public-api/v1/contacts/5/distinct/6", "PUT /public-api/v1/contacts/5/distinct/5"}
	if diff := cmp.Diff(want, s.asked); diff != "" {
		t.Error(diff)
	}
}
