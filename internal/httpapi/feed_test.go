package httpapi_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"encoding/json"
)

// FAULT C2: whoever follows next_page_url sees all changes, though pages are cut
// short by their weight; the last one alone has none.
func TestFeedOfLargeChanges(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	ask := func(method, target, body string) *httptest.ResponseRecorder {
		t.Helper()
		r := httptest.NewRequest(method, target, strings.NewReader(body))
		r.Header.Set("Authorization", "Bearer "+w.secrets["main"])
		r.Header.Set("Content-Type", "application/json")
		answer := httptest.NewRecorder()
		w.handler.ServeHTTP(answer, r)
		return answer
	}
	var fields []string
	for slot := 1; slot <= 15; slot++ {
		fields = append(fields, fmt.Sprintf(`"profile_field_%d":"%s"`, slot, strings.Repeat("😀", 10_000)))
	}
	const made = 10
	for range made {
		if a := ask("POST", "/public-api/v1/contacts", `{"names":["Large"],"custom_fields":{`+strings.Join(fields, ",")+`}}`); a.Code != http.StatusCreated {
			t.Fatalf("answered %d: %s", a.Code, a.Body)
		}
	}
	for _, perPage := range []int{1, 3, made, 5000} {
		seen, short := int64(0), 0
		for url := fmt.Sprintf("/public-api/v1/changes?after=0&per_page=%d", perPage); url != ""; {
			var page struct {
				Data []struct {
					Seq int64 `json:"seq"`
				} `json:"data"`
				NextAfter   int64  `json:"next_after"`
				NextPageURL string `json:"next_page_url"`
			}
			if err := json.Unmarshal(ask("GET", url, "").Body.Bytes(), &page); err != nil {
				t.Fatal(err)
			}
			for _, ch := range page.Data {
				if seen++; ch.Seq != seen {
					t.Fatalf("%d a page: change %d follows %d", perPage, ch.Seq, seen-1)
				}
			}
			if page.NextAfter != seen {
				t.Errorf("%d a page: next_after is %d after change %d", perPage, page.NextAfter, seen)
			}
			if url = page.NextPageURL; url != "" && len(page.Data) < perPage {
				short++
			}
		}
		if seen != made || (short > 0) != (perPage > 8) {
			t.Errorf("%d a page: %d of %d changes, and %d pages that were cut short", perPage, seen, made, short)
		}
	}
}
