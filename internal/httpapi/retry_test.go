package httpapi_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/carnet-project/carnet/internal/httpapi"
)

// told is all that an answer says which its repetition has to say again (CONTRACT D32).
func told(res *httptest.ResponseRecorder) string {
	text := fmt.Sprintln(res.Code)
	for _, name := range []string{"ETag", "X-Change-Id", "Location", "Preference-Applied", "Content-Type"} {
		text += fmt.Sprintln(name, res.Header()[name])
	}
	return text + res.Body.String()
}

// wantReplayed makes sure that an answer is that of an earlier request.
func wantReplayed(t *testing.T, name string, first, again *httptest.ResponseRecorder) {
	t.Helper()
	if first.Code >= 300 || told(first) != told(again) {
		t.Errorf("%s: first %s\nand again %s", name, told(first), told(again))
	}
	if first.Header()["Idempotency-Replayed"] != nil || again.Header().Get("Idempotency-Replayed") != "true" {
		t.Errorf("%s: first replayed: %v, again: %v", name, first.Header()["Idempotency-Replayed"], again.Header()["Idempotency-Replayed"])
	}
}

// CONTRACT D32: a repetition has the first answer to the byte, whatever has happened to the
// contacts since, and changes nothing: of every write, however it is asked to answer.
func TestRepeatedWrites(t *testing.T) {
	const all = `"emails":["ann@example.com","ann@example.org"],"phones":["+44 7700 900123"],"names":["Ann"],"custom_fields":{"profile_field_1":"a","profile_field_16":12.5,"profile_field_26":"2026-03-01"}`
	for _, write := range []struct {
		name, method, path, body string
		meta                     bool // it takes include_meta
		headers                  []string
	}{
		{"create", "POST", "/contacts", `{` + all + `}`, true, nil},
		{"put", "PUT", "/contacts/1", `{"names":["B","C"],"custom_fields":{"profile_field_16":"1.50"}}`, true, nil},
		{"put by an alias", "PUT", "/contacts/4", `{"names":["B","C"]}`, true, nil},
		{"put that changes nothing", "PUT", "/contacts/1", `{` + all + `}`, true, []string{"If-Match", `"3"`}},
		{"put with a base", "PUT", "/contacts/1", `{"emails":["ann@example.org","new@example.com"]}`, true, []string{"X-Base-Version", "1"}},
		{"patch", "PATCH", "/contacts/1", `{"emails":{"add":["x@example.com"],"remove":["ANN@example.com"]},"custom_fields":{"profile_field_16":7}}`, true, nil},
		{"merge", "POST", "/contacts/1/merge", `{"merged_id":2}`, true, nil},
		{"merge of several", "POST", "/contacts/2/merge", `{"merged_ids":[1,5],"prefer":{"profile_field_16":1}}`, true, nil},
		{"unmerge", "POST", "/contacts/3/unmerge", `{"merged_id":4}`, false, nil},
		{"undo of a create", "POST", "/contacts/5/changes/1-5/undo", "", true, nil},
		{"undo of a put", "POST", "/contacts/1/changes/1-8/undo", "", true, nil},
		{"undo of a merge", "POST", "/contacts/3/changes/1-6/undo", "", true, nil},
		{"delete", "DELETE", "/contacts/1", "", true, nil},
		{"distinct", "PUT", "/contacts/1/distinct/2", "", false, nil},
		{"forget distinct", "DELETE", "/contacts/1/distinct/2", "", false, nil},
	} {
		t.Run(write.name, func(t *testing.T) {
			for _, variant := range []struct {
				key, query string
				headers    []string
			}{
				{"main", "", nil},
				{"main", "?include_meta=1&numbers=string", nil},
				{"main", "", []string{"Prefer", "return=changes"}},
				{"main", "?numbers=string&max_removals=100", []string{"Prefer", "return=changes"}},
				{"writer", "", nil},
			} {
				query := variant.query
				if !write.meta {
					query = strings.Replace(query, "include_meta=1&", "", 1)
				}
				if strings.Contains(write.path, "distinct") {
					query = ""
				}
				name := variant.key + query + strings.Join(variant.headers, " ")
				w := newWorld(t, openSQLite(t))
				must := func(method, path, body string) {
					t.Helper()
					if res := w.as("main", method, path, body); res.Code >= 300 {
						t.Fatalf("%s %s: %d %s", method, path, res.Code, res.Body)
					}
				}
				for range 5 { // 1 to 5, by changes 1 to 5
					must("POST", "/contacts", `{`+all+`}`)
				}
				must("POST", "/contacts/3/merge", `{"merged_id":4}`) // 6 and 7
				must("PUT", "/contacts/1", `{"names":["Ann Other"],"custom_fields":{"profile_field_16":3}}`)
				must("PUT", "/contacts/1", `{`+all+`}`)
				send := func() *httptest.ResponseRecorder {
					headers := append(append([]string{"Idempotency-Key", "once"}, write.headers...), variant.headers...)
					return w.send(variant.key, write.method, "/public-api/v1"+write.path+query, write.body, headers...)
				}
				first := send()
				w.wait(time.Second)
				for id := 1; id <= 6; id++ { // all that is there is other than it was
					path := fmt.Sprint("/contacts/", id)
					w.as("main", "PATCH", path, `{"emails":{"primary":"later@example.com"},"names":{"add":["Later"]},"custom_fields":{"profile_field_16":99}}`)
				}
				w.as("main", "DELETE", "/contacts/1", "")
				before := w.as("main", "GET", "/changes", "").Body.String()
				for range 2 {
					wantReplayed(t, name, first, send())
				}
				if after := w.as("main", "GET", "/changes", "").Body.String(); after != before {
					t.Errorf("%s: it was done again: %s", name, after)
				}
			}
		})
	}
}

// CONTRACT D32: where the first of a name still runs, the second waits for it; where that
// takes too long it is told so, and has done nothing.
func TestSameNameStillRuns(t *testing.T) {
	d, err := described()
	if err != nil {
		t.Fatal(err)
	}
	for _, write := range []struct{ method, path, body string }{
		{"POST", "/contacts", `{"names":["Twin"]}`},
		{"PUT", "/contacts/1", `{"names":["Twin"]}`},
		{"PUT", "/contacts/1/distinct/2", ``},
		{"DELETE", "/contacts/1/distinct/2", ``},
		{"POST", "/contacts/batch", `{"operations":[{"method":"POST","body":{"names":["Twin"]}}]}`},
		{"POST", "/contacts/batch", `{"operations":[{"method":"POST","body":{"names":["Twin"]}}],"atomic":true}`},
	} {
		t.Run(write.method+write.path, func(t *testing.T) {
			f, w := newFaulty(t, httpapi.Options{Deadline: 100 * time.Millisecond})
			want(t, w.as("main", "POST", "/contacts", `{"names":["Second"]}`), 201, "")
			send := func() *httptest.ResponseRecorder {
				return w.send("main", write.method, "/public-api/v1"+write.path, write.body, "Idempotency-Key", "once")
			}
			runs, release := make(chan struct{}), make(chan struct{})
			var once sync.Once
			f.begin = func(context.Context) error {
				once.Do(func() { close(runs); <-release })
				return nil
			}
			var first *httptest.ResponseRecorder
			var wait sync.WaitGroup
			wait.Go(func() { first = send() })
			<-runs
			if !strings.Contains(write.path, "batch") { // which waits for 30 s
				res := send()
				want(t, res, 409, "idempotency_in_progress")
				request := httptest.NewRequest(write.method, "/public-api/v1"+write.path, strings.NewReader(write.body))
				if _, problems := d.ValidateHttpResponse(request, res.Result()); problems != nil {
					t.Errorf("not as in the document: %v", problems)
				}
			}
			// Another name, and no name, wait for nobody but the database.
			var second *httptest.ResponseRecorder
			wait.Go(func() { second = send() })
			close(release)
			wait.Wait()
			third := send()
			if second.Code == 409 { // it may have waited too long
				second = third
			}
			wantReplayed(t, write.path, first, second)
			wantReplayed(t, write.path, first, third)
		})
	}
}

// CONTRACT D32: however many send one write at once, it is done once, and all are told
// the same.
func TestTwelveSendOneWrite(t *testing.T) {
	for _, write := range []struct{ path, body string }{
		{"/contacts", `{"names":["One"]}`},
		{"/contacts/batch", `{"operations":[{"method":"POST","body":{"names":["One"]}},{"method":"PUT","id":9007199254740991,"body":{"names":[]}}]}`},
		{"/contacts/batch", `{"operations":[{"method":"POST","body":{"names":["One"]}},{"method":"POST","body":{"names":["One"]}}],"atomic":true}`},
	} {
		w := newWorld(t, openSQLite(t))
		answers := make([]*httptest.ResponseRecorder, 12)
		var wait sync.WaitGroup
		for i := range answers {
			wait.Go(func() {
				answers[i] = w.send("main", "POST", "/public-api/v1"+write.path, write.body, "Idempotency-Key", "once")
			})
		}
		wait.Wait()
		firsts := 0
		for _, res := range answers {
			if res.Code >= 300 || told(res) != told(answers[0]) {
				t.Errorf("%s: %s\n%s", write.path, told(res), told(answers[0]))
			}
			if res.Header()["Idempotency-Replayed"] == nil {
				firsts++
			}
		}
		made := strings.Count(write.body, `"POST"`)
		if made == 0 {
			made = 1
		}
		if n := strings.Count(w.as("main", "GET", "/changes", "").Body.String(), `"action":"create"`); n != made || firsts != 1 {
			t.Errorf("%s: done %d times, and %d were told that it was done now", write.path, n, firsts)
		}
	}
}
