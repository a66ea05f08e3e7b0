package api_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/carnet-project/carnet/api"
)

const exported = `{"exported_at":"2026-11-27T08:00:00.000000Z","deleted_at":null,"contact":{"id":5,"emails":["ada@example.com"],` +
	`"sources":{"emails":[{"added_at":null,"change_id":null,"action":null,"actor":null,"import":null,"contact_ids":[5]}],"phones":[],"names":[],"locations":[],"custom_fields":{}},` +
	`"meta":{"version":1,"created_at":"2026-11-27T08:00:00Z","updated_at":"2026-11-27T08:00:00Z"}},"labels":{"profile_field_1":"Plan"},` +
	`"history":[{"id":"1-9","seq":9,"contact_id":5,"version":1,"at":"2026-11-27T08:00:00Z","action":"create","changes":{"custom_fields":{"profile_field_16":{"before":null,"after":0.10}}}}]}`

func exportReply(body string, cut bool) reply {
	return reply{status: 200, header: map[string]string{"Content-Type": "application/json"}, body: body, cut: cut}
}

// An export is handed on as it comes, octet for octet, and is a Person.
func TestExportContact(t *testing.T) {
	c, s := scripted(t, []reply{exportReply(exported, false)})
	var to strings.Builder
	if err := c.ExportContact(t.Context(), 5, &to); err != nil || to.String() != exported {
		t.Fatalf("%v: %q", err, to.String())
	}
	if want := "GET /public-api/v1/contacts/5/export"; len(s.asked) != 1 || s.asked[0] != want {
		t.Errorf("asked %q, want %q", s.asked, want)
	}
	var p api.Person
	if err := json.Unmarshal([]byte(to.String()), &p); err != nil {
		t.Fatal(err)
	}
	number := p.History[0].Changes.CustomFields["profile_field_16"].After
	if p.Contact.ID != 5 || p.Contact.Meta.Version != 1 || p.Labels["profile_field_1"] != "Plan" || number != json.Number("0.10") {
		t.Errorf("%+v, %v", p, number)
	}
}

// failing is a disk that is full.
type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

// It is asked for again where nothing of it has come, and never behind a part of it.
func TestExportIsNotWrittenTwice(t *testing.T) {
	full := errors.New("the disk is full")
	for name, tt := range map[string]struct {
		first  reply
		asked  int
		wrote  string
		broken error // of what it is written to
		fails  bool
	}{
		"whole":               {first: exportReply("{}", false), asked: 1, wrote: "{}"},
		"busy":                {first: refusal(503, api.CodeDatabaseBusy, "7"), asked: 2, wrote: "{}"},
		"no answer":           {first: reply{err: errCut}, asked: 2, wrote: "{}"},
		"nothing of it":       {first: exportReply("", true), asked: 2, wrote: "{}"},
		"a part of it":        {first: exportReply(`{"expo`, true), asked: 1, wrote: `{"expo`, fails: true},
		"a full disk":         {first: exportReply("{}", false), asked: 1, broken: full, fails: true},
		"refused":             {first: refusal(404, api.CodeContactNotFound, ""), asked: 1, fails: true},
		"not a Carnet server": {first: reply{status: 200, header: map[string]string{"Content-Type": "text/html"}, body: "<html>"}, asked: 1, fails: true},
	} {
		synctest.Test(t, func(t *testing.T) {
			c, s := scripted(t, []reply{tt.first, exportReply("{}", false)})
			var to strings.Builder
			var err error
			if tt.broken != nil {
				err = c.ExportContact(t.Context(), 5, failing{tt.broken})
			} else {
				err = c.ExportContact(t.Context(), 5, &to)
			}
			if (err != nil) != tt.fails || len(s.asked) != tt.asked || to.String() != tt.wrote || tt.broken != nil && !errors.Is(err, tt.broken) {
				t.Errorf("%s: %v, asked %d times, wrote %q", name, err, len(s.asked), to.String())
			}
		})
	}
}
