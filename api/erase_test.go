package api_test

import (
	"encoding/json"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/carnet-project/carnet/api"
)

const erasedReceipt = `{"id":5,"erased_at":"2026-11-27T08:00:00.000001Z","scrubbed_at":null,"job_id":7}`

// What is erased is told by a receipt; asked again, as after an answer that did not come, it
// is the same, so no name for a retry is sent with it.
func TestErase(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		done := reply{status: 200, header: map[string]string{"X-Change-Id": "1-9", "X-Request-Id": "r1"}, body: erasedReceipt}
		c, s := scripted(t, []reply{{err: errCut}, refusal(503, api.CodeDatabaseBusy, "1"), done})
		r, err := c.Erase(t.Context(), 5, api.IfMatch(3), api.WithReason("asked for"))
		if err != nil {
			t.Fatal(err)
		}
		if r.ID != 5 || r.ErasedAt == nil || r.ErasedAt.Nanosecond() != 1000 || r.ScrubbedAt != nil || r.JobID == nil || *r.JobID != 7 || r.Removals != nil ||
			r.ChangeID != "1-9" || r.RequestID != "r1" {
			t.Errorf("the receipt is %+v", r)
		}
		if len(s.asked) != 3 {
			t.Errorf("asked %q", s.asked)
		}
		for i, asked := range s.asked {
			h := s.headers[i]
			if asked != "POST /public-api/v1/contacts/5/erase" || h.Get("If-Match") != `"3"` || h.Get("Idempotency-Key") != "" {
				t.Errorf("asked %q with %v", asked, h)
			}
		}
	})
}

// A dry run tells how much would go, and has neither a time nor a job; a refusal is an Error
// with its code.
func TestEraseDryAndRefused(t *testing.T) {
	c, s := scripted(t, []reply{
		{status: 200, body: `{"id":5,"erased_at":null,"scrubbed_at":null,"job_id":null,"removals":4}`},
		refusal(409, api.CodeAlias, ""),
		refusal(410, api.CodeErased, ""),
	})
	r, err := c.Erase(t.Context(), 5, api.DryRun())
	if err != nil || r.ErasedAt != nil || r.JobID != nil || r.Removals == nil || *r.Removals != 4 {
		t.Errorf("a dry run: %+v, %v", r, err)
	}
	if want := "POST /public-api/v1/contacts/5/erase?dry_run=1"; s.asked[0] != want {
		t.Errorf("asked %q, want %q", s.asked[0], want)
	}
	for _, code := range []api.Code{api.CodeAlias, api.CodeErased} {
		if r, err := c.Erase(t.Context(), 5); r != (api.Receipt{}) || codeOf(err) != code {
			t.Errorf("refused with %s: %v, %+v", code, err, r)
		}
	}
}

// codeOf gives the code of a refusal.
func codeOf(err error) api.Code {
	if e, ok := errors.AsType[*api.Error](err); ok {
		return e.Code
	}
	return ""
}

// An entry of history that was erased says so, and holds nothing; others do not say it.
func TestForgotten(t *testing.T) {
	for text, want := range map[string]bool{
		`{"id":"1-9","seq":9,"contact_id":5,"version":1,"at":"2026-11-27T08:00:00Z","action":"create","erased":true}`:                                     true,
		`{"id":"1-9","seq":9,"contact_id":5,"version":1,"at":"2026-11-27T08:00:00Z","action":"create","erased":false,"changes":{}}`:                       false,
		`{"id":"1-9","seq":9,"contact_id":5,"version":1,"at":"2026-11-27T08:00:00Z","action":"create","changes":{"names":{"before":[],"after":["Ada"]}}}`: false,
	} {
		var ch api.Change
		if err := json.Unmarshal([]byte(text), &ch); err != nil {
			t.Fatal(err)
		}
		if ch.Forgotten() != want {
			t.Errorf("%s: forgotten %t", text, ch.Forgotten())
		}
	}
}
