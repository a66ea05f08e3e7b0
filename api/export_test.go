package api_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/carnet-project/carnet/api"
)

// exportAnswer answers an export of this status. It is of an installation that calls itself
// otherwise than the client does.
func exportAnswer(status api.ExportStatus) reply {
	more := ""
	if status == api.ExportCompleted {
		more = `,"size":3,"download_url":"https://elsewhere.example/public-api/v1/contacts/exports/E/download?expires=7&signature=AQ_-","completed_at":"2026-03-01T12:00:01Z","expires_at":"2026-03-01T12:15:01Z","kept_until":"2026-03-08T12:00:01Z"`
	}
	return reply{status: 200, header: map[string]string{"X-RateLimit-Limit": "30"}, body: fmt.Sprintf(
		`{"export_id":"E","status":%q,"created_at":"2026-03-01T12:00:00Z","message":null,"job_id":12,"seq":7,"contacts":5%s}`, status, more)}
}

func packedReply(kind string) reply {
	return reply{status: 200, header: map[string]string{"Content-Type": kind}, body: "\x1f\x8b\x08"}
}

// An export is asked for with what narrows it alone, and followed to its end.
func TestMakeAndFollowExport(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, s := scripted(t, []reply{{status: 202, body: `{"export_id":"E","status":"queued"}`}, {status: 202, body: `{"export_id":"E","status":"queued"}`},
			exportAnswer(api.ExportQueued), exportAnswer(api.ExportProcessing), exportAnswer(api.ExportCompleted)})
		for _, q := range []api.ExportQuery{{}, {Format: api.ExportCSV, Layout: api.LayoutGoogle, Safe: true, Email: new("ada@example.com"), Where: []api.Condition{{Field: "profile_field_1", Operator: "any"}}}} {
			if id, err := client.MakeExport(t.Context(), q); err != nil || id != "E" {
				t.Fatal(id, err)
			}
		}
		var last api.Export
		n := 0
		for e, err := range client.FollowExport(t.Context(), "E") {
			if err != nil {
				t.Fatal(err)
			}
			last = e
			n++
		}
		if n != 3 || !last.Ended() || last.Contacts != 5 || *last.Seq != 7 || last.Size != 3 || last.KeptUntil == nil {
			t.Errorf("%d answers, the last is %+v", n, last)
		}
		want := []string{"POST /public-api/v1/contacts/exports {}",
			`POST /public-api/v1/contacts/exports {"email":"ada@example.com","where":[{"field":"profile_field_1","operator":"any"}],"format":"csv","layout":"google","safe":true}`,
			"GET /public-api/v1/contacts/exports/E", "GET /public-api/v1/contacts/exports/E", "GET /public-api/v1/contacts/exports/E"}
		if diff := cmp.Diff(want, s.asked); diff != "" {
			t.Error(diff)
		}
	})
}

// The file is downloaded by the link of the moment, from the server that the client knows; an
// answer of something else is none, and nothing is sent behind a part of a file.
func TestDownloadExport(t *testing.T) {
	file := "GET /public-api/v1/contacts/exports/E/download?expires=7&signature=AQ_-"
	for name, tt := range map[string]struct {
		answers []reply
		wrote   string
		asked   int
		fails   string
	}{
		"whole":          {[]reply{exportAnswer(api.ExportCompleted), packedReply("application/gzip")}, "\x1f\x8b\x08", 2, ""},
		"something else": {[]reply{exportAnswer(api.ExportCompleted), packedReply("text/html")}, "", 2, "not what a Carnet server sends"},
		"gone":           {[]reply{exportAnswer(api.ExportCompleted), refusal(404, api.CodeExportNotFound, "")}, "", 2, "No."},
		"cut":            {[]reply{exportAnswer(api.ExportCompleted), {status: 200, header: map[string]string{"Content-Type": "application/gzip"}, body: "\x1f", cut: true}}, "\x1f", 2, "no answer"},
	} {
		t.Run(name, func(t *testing.T) {
			client, s := scripted(t, tt.answers)
			var to strings.Builder
			err := client.DownloadExport(t.Context(), "E", &to)
			if tt.fails == "" && err != nil || tt.fails != "" && (err == nil || !strings.Contains(err.Error(), tt.fails)) || to.String() != tt.wrote {
				t.Errorf("%v, %q", err, to.String())
			}
			if len(s.asked) != tt.asked || s.asked[1] != file {
				t.Errorf("asked %q", s.asked)
			}
			if e, ok := errors.AsType[*api.Error](err); ok && e.Code != api.CodeExportNotFound {
				t.Error(e.Code)
			}
		})
	}
}
