package httpapi_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/carnet-project/carnet/api"
)

// exported asks for all that is known of a contact, over a connection.
func (w *world) exported(t *testing.T, server *httptest.Server, method string, id int64, query string) (*http.Response, api.Person) {
	t.Helper()
	r, err := http.NewRequest(method, fmt.Sprintf("%s/public-api/v1/contacts/%d/export%s", server.URL, id, query), nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+w.secrets["main"])
	res, err := server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var p api.Person
	if method == http.MethodGet {
		if err := json.NewDecoder(res.Body).Decode(&p); err != nil {
			t.Fatal(err)
		}
	}
	return res, p
}

// An export that is too large to be held comes whole, with its length, and leaves no file. That
// of HEAD is as long.
func TestLargeExport(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	w := newWorld(t, openSQLite(t))
	w.label(t, w.space, `Plan "A"`)
	server := httptest.NewServer(w.handler)
	defer server.Close()
	id := w.make(t, "ann@example.com")
	text := strings.Repeat("é", 5000)
	const writes = 60
	for n := range writes {
		w.ask(t, "PATCH", fmt.Sprintf("/contacts/%d", id), fmt.Sprintf(`{"custom_fields":{"profile_field_1":"%d %s"}}`, n, text))
	}
	res, p := w.exported(t, server, "GET", id, "?use_custom_field_labels=1")
	if res.StatusCode != 200 || len(p.History) != writes+1 || p.Labels["profile_field_1"] != `Plan "A"` {
		t.Fatalf("%d, %d changes, %v", res.StatusCode, len(p.History), p.Labels)
	}
	if last := fmt.Sprintf("%d %s", writes-1, text); p.Contact.CustomFields[`Plan "A"`] != last || p.History[writes].Changes.CustomFields["profile_field_1"].After != last {
		t.Error("the last content is another")
	}
	size := res.Header.Get("Content-Length")
	if n, err := strconv.Atoi(size); err != nil || n < writes*20_000 {
		t.Errorf("its length: %q", size)
	}
	if head, _ := w.exported(t, server, "HEAD", id, "?use_custom_field_labels=1"); head.StatusCode != 200 || head.Header.Get("Content-Length") != size {
		t.Errorf("HEAD: %d, %q, want %q", head.StatusCode, head.Header.Get("Content-Length"), size)
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) != 0 {
		t.Errorf("%v %v", err, files)
	}
}

// FAULT F3: where a part of the history is damaged nothing of it is told, and not half of it.
func TestExportOfDamagedHistory(t *testing.T) {
	f := &flipping{Backend: openSQLite(t)}
	w := newWorld(t, f)
	id := w.make(t, "ann@example.com")
	w.ask(t, "PATCH", fmt.Sprintf("/contacts/%d", id), `{"names":{"add":["Fay"]}}`)
	w.ask(t, "PATCH", fmt.Sprintf("/contacts/%d", id), `{"names":{"add":["Bo"]}}`)
	f.changes = true
	r := httptest.NewRequest("GET", fmt.Sprintf("/public-api/v1/contacts/%d/export", id), nil)
	r.Header.Set("Authorization", "Bearer "+w.secrets["main"])
	res := httptest.NewRecorder()
	w.handler.ServeHTTP(res, r)
	if res.Code != 500 || !strings.Contains(res.Body.String(), `"row_damaged"`) || strings.Contains(res.Body.String(), "ann@") || res.Header().Get("Content-Disposition") != "" {
		t.Errorf("%d %v %s", res.Code, res.Header(), res.Body)
	}
}
