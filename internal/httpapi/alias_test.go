package httpapi_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/carnet-project/carnet/internal/httpapi"
)

// byAlias has a row for every route that takes the id of a contact: how to name
// a contact by an alias there, and what the answer must hold to show that it
// led to the survivor.
var byAlias = map[string]struct{ path, body, shows string }{
	"PATCH /public-api/v1/contacts/{id}":                         {"/contacts/{alias}", `{"names":{"add":["By an alias"]}}`, `"id":{survivor},`},
	"POST /public-api/v1/contacts/{id}/changes/{change_id}/undo": {"/contacts/{alias}/changes/{change}/undo", "", `"id":{survivor},`},
	"GET /public-api/v1/contacts/{id}":                           {"/contacts/{alias}", "", `"id":{survivor},`},
	"PUT /public-api/v1/contacts/{id}":                           {"/contacts/{alias}", `{"names":["By an alias"]}`, `"id":{survivor},`},
	"POST /public-api/v1/contacts/{id}/merge":                    {"/contacts/{alias}/merge", `{"merged_id":{other}}`, `"id":{survivor},`},
	"POST /public-api/v1/contacts/{id}/unmerge":                  {"/contacts/{alias}/unmerge", `{"merged_id":{alias}}`, `"survivor":{"id":{survivor},`},
	// Of these there is nothing to see in an answer: see unmerges.txt.
	"PUT /public-api/v1/contacts/{id}/distinct/{other}":    {"/contacts/{alias}/distinct/{other}", "", ""},
	"DELETE /public-api/v1/contacts/{id}/distinct/{other}": {"/contacts/{alias}/distinct/{other}", "", ""},
	"GET /public-api/v1/contacts/{id}/changes":             {"/contacts/{alias}/changes", "", `"contact_id":{survivor},`},
	"GET /public-api/v1/contacts/{id}/diff":                {"/contacts/{alias}/diff?from=1&to=3", "", `"p2@example.com",`},
	"GET /public-api/v1/contacts/{id}/export":              {"/contacts/{alias}/export", "", `"contact":{"id":{survivor},`},
}

// notByAlias are the routes that take a contact's own id alone, with the reason.
var notByAlias = map[string]string{
	"DELETE /public-api/v1/contacts/{id}":     "who names an alias may not know who would go: see deletes.txt",
	"POST /public-api/v1/contacts/{id}/erase": "likewise: see erases.txt",
}

// CONTRACT S6, D23: every id that was merged away leads to the survivor, through
// a chain of merges, on every route.
func TestAliasesOnEveryRoute(t *testing.T) {
	for _, route := range httpapi.RoutePatterns() {
		if !strings.Contains(route, "{id}") || notByAlias[route] != "" {
			continue
		}
		t.Run(route, func(t *testing.T) {
			row, ok := byAlias[route]
			if !ok {
				t.Fatal("this route takes an id: give it a row in byAlias")
			}
			w := newWorld(t, openSQLite(t))
			var ids [4]int64
			for i := range ids {
				ids[i] = w.make(t, fmt.Sprintf("p%d@example.com", i))
			}
			// 0 into 1, and 1 into 2; 3 stands alone.
			w.ask(t, "POST", fmt.Sprintf("/contacts/%d/merge", ids[1]), fmt.Sprintf(`{"merged_id":%d}`, ids[0]))
			w.ask(t, "POST", fmt.Sprintf("/contacts/%d/merge", ids[2]), fmt.Sprintf(`{"merged_id":%d}`, ids[1]))
			method, _, _ := strings.Cut(route, " ")
			for _, alias := range ids[:2] {
				stranger := w.make(t, "stranger@example.com")
				change := w.ask(t, "PUT", fmt.Sprintf("/contacts/%d", alias), `{"locations":["London"]}`).Header().Get("X-Change-Id")
				w.ask(t, "PUT", fmt.Sprintf("/contacts/%d", alias), `{"phones":["112"]}`)
				fill := func(text string) string {
					return strings.NewReplacer("{alias}", strconv.FormatInt(alias, 10), "{survivor}", strconv.FormatInt(ids[2], 10),
						"{other}", strconv.FormatInt(stranger, 10), "{change}", change).Replace(text)
				}
				res := w.ask(t, method, fill(row.path), fill(row.body))
				if !strings.Contains(res.Body.String(), fill(row.shows)) {
					t.Errorf("contact %d does not lead to %d", alias, ids[2])
				}
			}
		})
	}
	for route := range byAlias {
		if !slices.Contains(httpapi.RoutePatterns(), route) {
			t.Errorf("%s is no route any more", route)
		}
	}
}

// A merged_id may be an alias as well: the contact that it leads to is merged.
func TestAliasAsMergedID(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	a, b, c := w.make(t, "a@example.com"), w.make(t, "b@example.com"), w.make(t, "c@example.com")
	w.ask(t, "POST", fmt.Sprintf("/contacts/%d/merge", b), fmt.Sprintf(`{"merged_id":%d}`, a))
	w.ask(t, "POST", fmt.Sprintf("/contacts/%d/merge", c), fmt.Sprintf(`{"merged_id":%d}`, a))
	for _, id := range []int64{a, b, c} {
		res := w.ask(t, "GET", fmt.Sprintf("/contacts/%d", id), "")
		for _, want := range []string{fmt.Sprintf(`"id":%d,`, c), "a@example.com", "b@example.com", "c@example.com"} {
			if !strings.Contains(res.Body.String(), want) {
				t.Errorf("contact %d does not show %s", id, want)
			}
		}
	}
}

// make creates a contact and gives its id.
func (w *world) make(t *testing.T, email string) int64 {
	t.Helper()
	res := w.ask(t, "POST", "/contacts", `{"emails":["`+email+`"]}`)
	id, err := strconv.ParseInt(idInAnswer.FindStringSubmatch(res.Body.String())[1], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

var idInAnswer = regexp.MustCompile(`"id":(\d+)`)

// ask sends a request with the main key, which must succeed.
func (w *world) ask(t *testing.T, method, path, body string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(method, "/public-api/v1"+path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+w.secrets["main"])
	r.Header.Set("Content-Type", "application/json")
	res := httptest.NewRecorder()
	w.handler.ServeHTTP(res, r)
	if res.Code >= http.StatusMultipleChoices {
		t.Fatalf("%s %s: status %d: %s", method, path, res.Code, res.Body)
	}
	return res
}
