package httpapi_test

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
)

// FAULT B10: a key that may only write learns from no refusal what is stored:
// no version, no count, no value (CONTRACT D19). Whatever is stored here has
// "canary" in it, or is a number that no request names.
func TestRefusalsToldToWhoMayOnlyWrite(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	crowd := func(name string, n int) string {
		list := make([]string, n)
		for i := range list {
			list[i] = fmt.Sprintf("%q", fmt.Sprint(name, i))
		}
		return `{"names": [` + strings.Join(list, ", ") + `], "emails": ["canary@example.com"], "custom_fields": {"profile_field_16": 8675309}}`
	}
	create := func(body string) string {
		t.Helper()
		res := w.send("main", "POST", "/public-api/v1/contacts", body)
		if res.Code != 201 {
			t.Fatalf("%d %s", res.Code, res.Body)
		}
		return strings.TrimPrefix(res.Header().Get("Location"), "/public-api/v1")
	}
	// A contact of 177 names at version 42, and one of 60.
	big, small := create(crowd("canary a", 90)), create(crowd("canary b", 87))
	id := func(path string) string { return strings.TrimPrefix(path, "/contacts/") }
	for i := range 40 {
		w.send("main", "PUT", "/public-api/v1"+big, fmt.Sprintf(`{"locations": ["canary %d"]}`, i))
	}
	res := w.send("main", "POST", "/public-api/v1"+big+"/merge", `{"merged_id": `+id(small)+`}`)
	if res.Code != 200 {
		t.Fatalf("%d %v %s", res.Code, res.Header(), res.Body)
	}
	if told := w.send("main", "PUT", "/public-api/v1"+big, `{"names": []}`, "If-Match", `"1"`).Body.String(); !strings.Contains(told, "at version 42.") {
		t.Fatalf("whoever may read is not told the version: %s", told)
	}
	other := create(crowd("canary c", 60))

	send := func(method, path, ifMatch, body string) *httptest.ResponseRecorder {
		if ifMatch == "" {
			return w.send("writer", method, "/public-api/v1"+path, body)
		}
		return w.send("writer", method, "/public-api/v1"+path, body, "If-Match", ifMatch)
	}
	for _, test := range []struct {
		method, path, ifMatch, body string
		status                      int
	}{
		{"PUT", big, `"1"`, `{"names": []}`, 412},
		{"PUT", big, `"43"`, `{"names": []}`, 412}, // not even that it was never reached
		{"PUT", big, `W/"42"`, `{"names": []}`, 412},
		{"PUT", big, `"41", W/"42"`, `{"names": []}`, 412},
		{"PUT", big, `W/"42", "x"`, `{"names": []}`, 412},
		{"PUT", big, `"x"`, `{"names": []}`, 412},
		{"PUT", small, `"2"`, `{"names": []}`, 412}, // by an alias
		{"POST", big + "/merge", `"41"`, `{"merged_id": ` + id(other) + `}`, 412},
		{"POST", big + "/merge", `"43"`, `{"merged_id": ` + id(other) + `}`, 412},
		{"PATCH", big, `"1"`, `{"names": {"add": ["x"]}}`, 412},
		{"PATCH", big, "", `{"id": ` + id(other) + `, "names": {"add": ["x"]}}`, 422},
		{"DELETE", big, `"1"`, "", 412},
		{"DELETE", small, "", "", 409}, // which leads elsewhere
		{"POST", big + "/changes/1-9007199254740991/undo", "", "", 404},
		{"PUT", big + "?max_removals=0", "", `{"names": []}`, 409},
		{"PATCH", big + "?max_removals=0", "", `{"custom_fields": {"profile_field_16": null}}`, 409},
		{"DELETE", big + "?max_removals=175", "", "", 409},
		{"PUT", big + "?dry_run=1", "", `{"names": []}`, 403},
		{"DELETE", big + "?dry_run=1", "", "", 403},
		{"PUT", big, "", crowd("mine ", 178), 422},
		{"PUT", big, "", crowd("mine ", 1001), 422},
		{"PUT", other, "", crowd("mine ", 101), 422},
		{"PUT", big, "", `{"id": ` + id(other) + `, "names": []}`, 422},
		{"POST", big + "/merge", "", `{"merged_id": ` + id(small) + `}`, 422},
		{"POST", big + "/merge", "", `{"merged_id": 9007199254740991}`, 422},
		{"PUT", "/contacts/9007199254740991", "", `{"names": []}`, 404},
		{"GET", big, "", ``, 403},
		{"GET", big + "/changes", "", ``, 403},
		{"GET", "/contacts?email=canary@example.com", "", ``, 403},
		{"GET", "/changes", "", ``, 403},
	} {
		name := fmt.Sprintf("%s %s If-Match: %s", test.method, test.path, test.ifMatch)
		res := send(test.method, test.path, test.ifMatch, test.body)
		text := strings.ReplaceAll(res.Body.String(), res.Header()["X-Request-Id"][0], "")
		if res.Code != test.status {
			t.Errorf("%s: %d %s", name, res.Code, text)
		}
		for _, stored := range []string{"canary", "177", "42", "41", "43", "60", "8675309", `"changes"`, `"conflicts"`, `"id":` + id(big), `"change_id"`} {
			if strings.Contains(text, stored) {
				t.Errorf("%s: %s tells %s", name, text, stored)
			}
		}
		for _, header := range []string{"ETag", "X-Change-Id", "Location"} {
			if len(res.Header()[header]) > 0 {
				t.Errorf("%s: has %s", name, header)
			}
		}
	}
	if never, passed := send("PUT", big, `"43"`, `{"names": []}`), send("PUT", big, `"41"`, `{"names": []}`); withoutID(never) != withoutID(passed) {
		t.Errorf("a version that was passed is told from one that is to come: %s %s", passed.Body, never.Body)
	}
	// As many as there are may be sent.
	if res := send("PUT", big, "", crowd("mine ", 177)); res.Code != 200 {
		t.Errorf("as many names as there were: %d %s", res.Code, res.Body)
	}
}

// FAULT B10: a merge that comes to too much is refused to who may only write in
// one way, whatever there is too much of; who may read is told (CONTRACT D19, D23).
func TestMergeRefusalsToldToWhoMayOnlyWrite(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	list := func(member, from string, n int) string {
		var texts []string
		for i := range n {
			texts = append(texts, fmt.Sprintf("%q", fmt.Sprint(from, i)))
		}
		return fmt.Sprintf("%q: [%s]", member, strings.Join(texts, ","))
	}
	create := func(body string) string {
		t.Helper()
		res := w.send("main", "POST", "/public-api/v1/contacts", "{"+body+"}")
		if res.Code != 201 {
			t.Fatalf("%d %s", res.Code, res.Body)
		}
		return strings.TrimPrefix(res.Header().Get("Location"), "/public-api/v1/contacts/")
	}
	full := func(member string) string {
		t.Helper()
		survivor := create(`"emails": ["a@example.com"], ` + list(member, "n", 100))
		for i := range 9 {
			merged := create(`"emails": ["a@example.com"], ` + list(member, fmt.Sprint("n", i, "-"), 100))
			if res := w.send("main", "POST", "/public-api/v1/contacts/"+survivor+"/merge", `{"merged_id": `+merged+`}`); res.Code != 200 {
				t.Fatalf("%d %s", res.Code, res.Body)
			}
		}
		return survivor
	}
	told := map[string]bool{}
	for member, one := range map[string]string{"names": list("names", "one more ", 1), "locations": `"names": ["x"], ` + list("locations", "one more ", 1)} {
		survivor := full(member)
		body := `{"merged_id": ` + create(one) + `}`
		res := w.send("writer", "POST", "/public-api/v1/contacts/"+survivor+"/merge", body)
		told[withoutID(res)] = true
		if text := withoutID(res); res.Code != 422 || strings.Contains(text, "1000") || strings.Contains(text, member) {
			t.Errorf("%s: %d %s", member, res.Code, text)
		}
		if res := w.send("main", "POST", "/public-api/v1/contacts/"+survivor+"/merge", body); !strings.Contains(res.Body.String(), "more than 1000 "+member) {
			t.Errorf("%s: who may read is told %s", member, res.Body)
		}
	}
	if len(told) != 1 {
		t.Errorf("it is told what there is too much of: %v", told)
	}
}

func withoutID(res *httptest.ResponseRecorder) string {
	return strings.ReplaceAll(res.Body.String(), res.Header()["X-Request-Id"][0], "")
}
