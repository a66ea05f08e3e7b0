package api_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/carnet-project/carnet/api"
)

// entries makes changes by their Seq, for pages.
func entries(seqs ...int64) (list string) {
	for i, seq := range seqs {
		if i > 0 {
			list += ","
		}
		list += fmt.Sprintf(`{"id":"1-%d","seq":%d,"contact_id":5,"at":"2026-01-31T14:00:00.000001Z"}`, seq, seq)
	}
	return "[" + list + "]"
}

func TestChangesAnswer(t *testing.T) {
	text, number := func(s string) *string { return &s }, func(n int64) *int64 { return &n }
	client, s := scripted(t, []reply{{status: 200, body: `{"data":[
		{"id":"3-1207","seq":1208,"contact_id":5,"ref":4,"version":4,"at":"2026-11-23T15:04:05.123450Z","action":"merge",
		 "actor":{"key_id":1,"key_name":"first","name":"Zoë"},"reason":"twins","request_id":"r1","batch_id":"b1","import":null,"undoes":"3-7",
		 "merged_ids":[6,9007199254740991],"merged_into":null,
		 "changes":{"emails":{"before":["a@example.com"],"after":["a@example.com","b@example.com"],"added":["b@example.com"],"removed":[],"reordered":false},
		  "custom_fields":{"profile_field_16":{"before":null,"after":0.10}}}},
		{"id":"3-9","seq":9,"contact_id":6,"ref":null,"version":1,"at":"2026-11-22T00:00:00.000000Z","action":"create",
		 "actor":{"key_id":1,"key_name":"first","name":null},"reason":null,"request_id":"r0","batch_id":null,"import":null,"undoes":null,
		 "merged_ids":null,"merged_into":5,"changes":{}}],
		"path":"http://carnet.example.com/public-api/v1/contacts/5/changes","per_page":200,
		"next_cursor":null,"next_page_url":null,"prev_cursor":"p","prev_page_url":"http://carnet.example.com/p"}`}})
	got, err := client.Changes(t.Context(), 5, api.Paging{})
	if err != nil {
		t.Fatal(err)
	}
	want := api.Page[api.Change]{
		Path: "http://carnet.example.com/public-api/v1/contacts/5/changes", PerPage: 200,
		PrevCursor: "p", PrevPageURL: "http://carnet.example.com/p",
		Data: []api.Change{{
			ID: "3-1207", Seq: 1208, ContactID: 5, Ref: number(4), Version: 4, At: time.Date(2026, 11, 23, 15, 4, 5, 123450000, time.UTC), Action: api.ActionMerge,
			Actor: api.Actor{KeyID: 1, KeyName: "first", Name: text("Zoë")}, Reason: text("twins"), RequestID: "r1",
			BatchID: text("b1"), Undoes: text("3-7"), MergedIDs: []int64{6, 9007199254740991},
			Changes: api.Edits{
				Emails:       &api.ListEdit{Before: []string{"a@example.com"}, After: []string{"a@example.com", "b@example.com"}, Added: []string{"b@example.com"}, Removed: []string{}},
				CustomFields: map[string]api.FieldEdit{"profile_field_16": {After: json.Number("0.10")}},
			},
		}, {
			ID: "3-9", Seq: 9, ContactID: 6, Version: 1, At: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC), Action: api.ActionCreate,
			Actor: api.Actor{KeyID: 1, KeyName: "first"}, RequestID: "r0", MergedInto: number(5),
		}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"GET /public-api/v1/contacts/5/changes"}, s.asked); diff != "" {
		t.Error(diff)
	}
}

func TestDiff(t *testing.T) {
	client, s := scripted(t, []reply{
		{status: 200, body: `{"from":7,"to":3,"changes":{"names":{"before":["Ada"],"after":[],"added":[],"removed":["Ada"],"reordered":false}}}`},
		refusal(404, api.CodeVersionNotFound, ""),
	})
	got, err := client.Diff(t.Context(), 5, 7, 3)
	want := api.Diff{From: 7, To: 3, Changes: api.Edits{Names: &api.ListEdit{Before: []string{"Ada"}, After: []string{}, Added: []string{}, Removed: []string{"Ada"}}}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Error(err, diff)
	}
	_, err = client.Diff(t.Context(), 5, 7, 9)
	if e, ok := errors.AsType[*api.Error](err); !ok || e.Code != api.CodeVersionNotFound {
		t.Error(err)
	}
	if diff := cmp.Diff([]string{"GET /public-api/v1/contacts/5/diff?from=7&to=3", "GET /public-api/v1/contacts/5/diff?from=7&to=9"}, s.asked); diff != "" {
		t.Error(diff)
	}
}

func TestAllChanges(t *testing.T) {
	client, s := scripted(t, []reply{
		{status: 200, body: `{"data":` + entries(9, 7) + `,"next_cursor":"x"}`},
		{status: 200, body: `{"data":` + entries(3) + `,"next_cursor":null}`},
	})
	var seqs []int64
	for change, err := range client.AllChanges(t.Context(), 5, api.Paging{PerPage: 2}) {
		if err != nil {
			t.Fatal(err)
		}
		seqs = append(seqs, change.Seq)
	}
	if diff := cmp.Diff([]int64{9, 7, 3}, seqs); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{
		"GET /public-api/v1/contacts/5/changes?per_page=2",
		"GET /public-api/v1/contacts/5/changes?cursor=x&per_page=2",
	}, s.asked); diff != "" {
		t.Error(diff)
	}
}
