package httpapi_test

import (
	"bytes"
	"fmt"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// CONTRACT D24: whatever a write is answered, a dry run of it is answered first, but
// for what says that nothing was done; and it leaves no trace.
func TestDryRunsAnswerAsWritesDo(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	rapid.Check(t, func(rt *rapid.T) {
		s := &dryRuns{world: w}
		for range 2 {
			s.both(rt, "POST", "/contacts", `{"names":["Ann"],"emails":["a@example.com"]}`)
		}
		for range rapid.IntRange(1, 12).Draw(rt, "writes") {
			s.both(rt, s.method(rt), "", "")
		}
	})
}

// dryRuns are contacts that random writes are about.
type dryRuns struct {
	world    *world
	contacts []string
	changes  []string
	kind     string
}

func (s *dryRuns) method(t *rapid.T) string {
	s.kind = rapid.SampledFrom([]string{"create", "put", "put", "patch", "patch", "merge", "delete", "undo", "undo", "undo"}).Draw(t, "kind")
	return map[string]string{"put": "PUT", "patch": "PATCH", "delete": "DELETE"}[s.kind]
}

// request draws a write.
func (s *dryRuns) request(t *rapid.T, method string) (string, string, string) {
	id := rapid.SampledFrom(s.contacts).Draw(t, "id")
	name := rapid.SampledFrom([]string{"Ann", "Bob", "Cy", ""}).Draw(t, "name")
	email := rapid.SampledFrom([]string{"a@example.com", "A@example.com", "b@example.com", "x"}).Draw(t, "email")
	number := rapid.SampledFrom([]string{"null", "1", `"1.50"`, `"x"`}).Draw(t, "number")
	path := "/contacts/" + id
	switch s.kind {
	case "create":
		return "POST", "/contacts", fmt.Sprintf(`{"names":[%q],"emails":[%q]}`, name, email)
	case "put":
		return method, path, fmt.Sprintf(`{"names":["Ann",%q],"custom_fields":{"profile_field_16":%s}}`, name, number)
	case "patch":
		member := rapid.SampledFrom([]string{"add", "remove"}).Draw(t, "member")
		return method, path, fmt.Sprintf(`{"emails":{%q:[%q]},"custom_fields":{"profile_field_16":%s}}`, member, email, number)
	case "merge":
		return "POST", path + "/merge", `{"merged_id":` + rapid.SampledFrom(s.contacts).Draw(t, "merged") + `}`
	case "undo":
		change := rapid.SampledFrom(s.changes).Draw(t, "change")
		return "POST", path + "/changes/" + change + "/undo", ""
	}
	return method, path, ""
}

var (
	idOfRequest = regexp.MustCompile(`"request_id":"[0-9a-f]{32}"`)
	idOfAnswer  = regexp.MustCompile(`^\{"id":\d+`)
)

// both sends a write, first dry, and compares.
func (s *dryRuns) both(t *rapid.T, method, path, body string) {
	if path == "" {
		method, path, body = s.request(t, method)
	}
	query := rapid.SampledFrom([]string{"", "&max_removals=0", "&max_removals=1"}).Draw(t, "query")
	if s.kind == "undo" {
		query += rapid.SampledFrom([]string{"", "&resolve=theirs"}).Draw(t, "resolve")
	}
	headers := []string{"Prefer", "return=changes"}
	if base := rapid.SampledFrom([]string{"", "1", "2"}).Draw(t, "base"); base != "" && (method == "PUT" || method == "PATCH") {
		headers = append(headers, "X-Base-Version", base)
	}
	before := s.life()
	send := func(dry string) *httptest.ResponseRecorder {
		return s.world.send("main", method, "/public-api/v1"+path+"?dry_run="+dry+query, body, headers...)
	}
	dry := send("1")
	if after := s.life(); after != before {
		t.Fatalf("%s %s left a trace: %s\n%s", method, path, before, after)
	}
	real := send("0")
	want, got := plain(real, method == "POST" && path == "/contacts"), plain(dry, false)
	if dry.Code != real.Code || got != want {
		t.Fatalf("%s %s %s: dry %d %s\nreal %d %s", method, path, body, dry.Code, got, real.Code, want)
	}
	h := dry.Header()
	if (h.Get("X-Dry-Run") == "1") != (dry.Code < 300) {
		t.Fatalf("%s %s: %v", method, path, h)
	}
	for _, name := range []string{"ETag", "X-Change-Id", "Location", "Preference-Applied"} {
		if h[name] != nil {
			t.Fatalf("%s %s has %s: %v", method, path, name, h)
		}
	}
	s.learn(real)
}

// plain gives the body of an answer without what two of them never share.
func plain(res *httptest.ResponseRecorder, created bool) string {
	text := idOfRequest.ReplaceAll(res.Body.Bytes(), []byte(`"request_id":""`))
	if created && res.Code == 201 {
		text = idOfAnswer.ReplaceAll(text, []byte(`{"id":null`))
	}
	return string(bytes.TrimSpace(text))
}

func (s *dryRuns) learn(res *httptest.ResponseRecorder) {
	if location := res.Header().Get("Location"); location != "" {
		s.contacts = append(s.contacts, strings.TrimPrefix(location, "/public-api/v1/contacts/"))
	}
	if change := res.Header().Get("X-Change-Id"); change != "" {
		s.changes = append(s.changes, change)
	}
}

// life is all that the contacts show.
func (s *dryRuns) life() (text string) {
	for _, id := range s.contacts {
		for _, path := range []string{"", "/changes"} {
			res := s.world.send("main", "GET", "/public-api/v1/contacts/"+id+path, "")
			text += string(idOfRequest.ReplaceAll(res.Body.Bytes(), nil)) + fmt.Sprint(res.Code)
		}
	}
	return text
}
