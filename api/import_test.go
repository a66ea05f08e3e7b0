package api_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/carnet-project/carnet/api"
)

func importReply(state string) reply {
	return reply{status: 200, header: map[string]string{"X-RateLimit-Limit": "30"}, body: `{"id":"A","state":"` + state + `","message":null,"created_at":"2026-03-01T12:00:00Z","file_name":"Kunden & Co.csv",
		"sent_by":{"key_id":1,"key_name":"k","name":null,"reason":null,"request_id":"r"},"stored":5,"rows":2,
		"recognised":{"program":null,"format":"csv","encoding":"utf-8","delimiter":";","lines_before_header":1,"header":true},
		"columns":[{"name":"E-Mail","filled":2}],"warnings":[],"mapping":[{"from":["E-Mail"],"to":"emails","as":"email","rule":"add","why":["So."]}],
		"match":["email"],"plan_id":"P","job_id":7}`}
}

// TestImportCalls: a file is sent as it comes, followed, corrected and discarded.
func TestImportCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, s := scripted(t, []reply{{status: 202, body: `{"id":"A/b","job_id":7}`}, importReply("building"), importReply("ready"),
			{status: 202, body: `{"id":"A","job_id":8}`}, {status: 204}})
		begun, err := client.SendImport(t.Context(), api.ImportFile{Name: "Kunden & Co.csv", Content: strings.NewReader("E-Mail\na@example.com\n")}, api.NoIdempotencyKey())
		if err != nil || begun != (api.ImportBegun{ID: "A/b", JobID: 7}) {
			t.Fatal(begun, err)
		}
		var last api.Import
		times := 0
		for e, err := range client.FollowImport(t.Context(), begun.ID) {
			if err != nil {
				t.Fatal(err)
			}
			last, times = e, times+1
		}
		want := api.Import{ID: "A", State: api.PlanReady, CreatedAt: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), FileName: new("Kunden & Co.csv"), Stored: 5, Rows: 2,
			SentBy:     api.PlanActor{Actor: api.Actor{KeyID: 1, KeyName: "k"}, RequestID: "r"},
			Recognised: api.Recognised{Format: new("csv"), Encoding: new("utf-8"), Delimiter: new(";"), LinesBeforeHeader: 1, Header: new(true)},
			Columns:    []api.ImportColumn{{Name: "E-Mail", Filled: 2}}, Warnings: []string{},
			Mapping: []api.MappingStep{{From: []string{"E-Mail"}, To: "emails", As: "email", Rule: "add", Why: []string{"So."}}},
			Match:   []api.MatchBy{api.MatchEmail}, PlanID: new("P"), JobID: 7}
		if diff := cmp.Diff(want, last); diff != "" || times != 2 {
			t.Error(times, diff)
		}
		if _, err := client.CorrectImport(t.Context(), "A", api.ImportCorrection{Match: []api.MatchBy{}, Mapping: last.Mapping}); err != nil {
			t.Error(err)
		}
		if err := client.DiscardImport(t.Context(), "A"); err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff([]string{"POST /public-api/v1/imports?file_name=Kunden+%26+Co.csv E-Mail\na@example.com", "GET /public-api/v1/imports/A%2Fb", "GET /public-api/v1/imports/A%2Fb",
			`PATCH /public-api/v1/imports/A {"mapping":[{"from":["E-Mail"],"to":"emails","as":"email","rule":"add","why":["So."]}],"match":[]}`, "DELETE /public-api/v1/imports/A"}, s.asked); diff != "" {
			t.Error(diff)
		}
	})
}

// The client tells the server what is kept as it asks for it.
func TestMappingCalls(t *testing.T) {
	client, s := scripted(t, []reply{{status: 202, body: `{"id":"A","job_id":7}`}, {status: 200, body: `{"id":"A","job_id":7}`},
		{status: 200, body: `{"name":"A/b","kept_at":"2026-03-01T12:00:00Z","kept_by":{"key_id":1,"key_name":"k","name":null,"reason":null,"request_id":"r"},"columns":["E-Mail"],"mapping":[{"from":["E-Mail"],"to":"emails","as":null,"rule":"add","why":[]}],"match":["email"]}`},
		{status: 200, body: `{"data":[{"name":"A/b","kept_at":"2026-03-01T12:00:00Z","kept_by":{"key_id":1,"key_name":"k","name":null,"reason":null,"request_id":"r"}}],"per_page":5,"next_cursor":null}`}, {status: 204}})
	if _, err := client.SendImport(t.Context(), api.ImportFile{Mapping: "A/b", Content: strings.NewReader("x")}, api.NoIdempotencyKey()); err != nil {
		t.Fatal(err)
	}
	if err := client.KeepMapping(t.Context(), "A", "A/b"); err != nil {
		t.Error(err)
	}
	want := api.KeptMapping{Name: "A/b", KeptAt: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), KeptBy: api.PlanActor{Actor: api.Actor{KeyID: 1, KeyName: "k"}, RequestID: "r"},
		Columns: []string{"E-Mail"}, Mapping: []api.MappingStep{{From: []string{"E-Mail"}, To: "emails", Rule: "add", Why: []string{}}}, Match: []api.MatchBy{api.MatchEmail}}
	got, err := client.Mapping(t.Context(), "A/b")
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Error(err, diff)
	}
	for m, err := range client.AllMappings(t.Context(), api.Paging{PerPage: 5}) {
		if m.Name != "A/b" || m.Mapping != nil || err != nil {
			t.Error(m, err)
		}
	}
	if err := client.DeleteMapping(t.Context(), "A/b"); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff([]string{"POST /public-api/v1/imports?mapping=A%2Fb x", `PATCH /public-api/v1/imports/A {"keep_as":"A/b"}`, "GET /public-api/v1/mappings/A%2Fb",
		"GET /public-api/v1/mappings?per_page=5", "DELETE /public-api/v1/mappings/A%2Fb"}, s.asked); diff != "" {
		t.Error(diff)
	}
}

// A file is read but once: what was sent of it is not sent again by itself.
func TestImportIsSentOnce(t *testing.T) {
	client, s := scripted(t, []reply{{status: 503, body: `{"message":"So.","code":"overloaded","request_id":"r"}`}})
	_, err := client.SendImport(t.Context(), api.ImportFile{Content: strings.NewReader("name\nAda\n")})
	if e, ok := errors.AsType[*api.Error](err); !ok || e.Code != api.CodeOverloaded || len(s.asked) != 1 {
		t.Error(err, s.asked)
	}
}

func TestImportRowReadsBack(t *testing.T) {
	row := api.PlanRow{Row: 2, Line: 5, AddsTo: 1, LeftOut: []api.LeftOut{{Column: new("Photo"), Why: "So."}}, Operation: json.RawMessage(`null`), Outcome: api.OutcomeUpdate}
	text, err := json.Marshal(row)
	if err != nil {
		t.Fatal(err)
	}
	var back api.PlanRow
	if err := json.Unmarshal(text, &back); err != nil || back.Line != 5 || back.AddsTo != 1 || len(back.LeftOut) != 1 || *back.LeftOut[0].Column != "Photo" {
		t.Error(err, string(text))
	}
}
