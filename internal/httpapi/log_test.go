package httpapi_test

import (
	"context"
	"errors"
	"maps"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"

	"github.com/carnet-project/carnet/internal/httpapi"
)

// TestLogHoldsNothingPersonal puts a canary wherever a request has room and
// looks for it in the log, at its most talkative.
func TestLogHoldsNothingPersonal(t *testing.T) {
	const canary = "c4n4ry"
	f, w := newFaulty(t, httpapi.Options{})
	send := func(method, path, body string) {
		r := httptest.NewRequest(method, path, strings.NewReader(body))
		r.Header.Set("Authorization", "Bearer "+w.secrets["main"])
		r.Header.Set("Content-Type", "application/json")
		for _, name := range []string{"X-Actor", "X-Reason", "X-Request-Id", "Cookie", "User-Agent", "Referer", "X-Forwarded-For", "X-" + canary} {
			r.Header.Set(name, canary)
		}
		r.Host, r.RemoteAddr = canary+".example", canary
		w.handler.ServeHTTP(httptest.NewRecorder(), r)
	}
	everything := func() {
		for _, path := range []string{"/contacts/1", "/contacts/" + canary, "/contacts/1?" + canary + "=" + canary, "/" + canary, "//" + canary} {
			path = "/public-api/v1" + path
			send("GET", path, canary)
			send(canary, path, "")
			send("PUT", path, `{"emails":["`+canary+`@example.com"],"custom_fields":{"profile_field_1":"`+canary+`"}}`)
			send("PUT", path, `{"emails":["`+canary+`"],"`+canary+`":"`+canary+`"}`)
			send("PUT", path, `{"`+canary)
		}
		send("POST", "/public-api/v1/contacts", `{"emails":["`+canary+`@example.com"],"phones":["+15550100"]}`)
		for _, condition := range []string{`{"field":"profile_field_1","operator":"equal_to","value":"` + canary + `"}`, `{"field":"` + canary + `","operator":"` + canary + `","` + canary + `":1}`} {
			send("GET", "/public-api/v1/contacts?custom_field_filters="+url.QueryEscape("["+condition+"]"), "")
			send("POST", "/public-api/v1/plans", `{"where":[`+condition+`],"operation":{"method":"PATCH","body":{"custom_fields":{"profile_field_1":"`+canary+`"}}}}`)
		}
	}
	everything()
	f.begin = func(context.Context) error { return errors.New("the disk is gone") }
	f.contact = func(context.Context) error { panic(canary) }
	everything()

	log := w.log.String()
	for _, secret := range append(slices.Collect(maps.Values(w.secrets)), canary, "carnet_", "@", "15550100") {
		if strings.Contains(log, secret) {
			t.Errorf("the log holds what was sent: %s", log)
		}
	}
	if n := strings.Count(log, `"msg":"request"`); n != 61 { // the one that made the contact, and 30 twice
		t.Errorf("%d lines of requests in the log", n)
	}
	checkLines(t, log)
}

// checkLines holds each line of a request to the attributes that it may have.
func checkLines(t *testing.T, log string) {
	t.Helper()
	allowed := []string{"duration", "key_id", "level", "method", "msg", "pattern", "request_id", "space_id", "status", "time"}
	for line := range strings.Lines(log) {
		var attributes map[string]any
		if err := json.Unmarshal([]byte(line), &attributes); err != nil {
			t.Fatal(err)
		}
		if attributes["msg"] != "request" {
			continue
		}
		if names := slices.Sorted(maps.Keys(attributes)); !slices.Equal(names, allowed) {
			t.Errorf("attributes %v, want %v", names, allowed)
		}
	}
}
