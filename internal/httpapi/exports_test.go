package httpapi_test

import (
	"compress/gzip"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
)

// The file of an export has the rows of the list, each with its time, whoever has the link
// (CONTRACT P6).
func TestExportIsTheList(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	for _, body := range []string{`{"names":["Ada"],"emails":["a@example.com","b@example.com"]}`, `{"phones":["+44 7700 900002"],"locations":["Zürich \"\\\n1"]}`} {
		want(t, w.as("main", "POST", "/contacts", body), 201, "")
	}
	for _, all := range []string{"0", "1"} {
		made := w.as("main", "POST", "/contacts/exports", `{"include_all_emails":`+all+`}`)
		want(t, made, 202, "")
		w.work(t, 1)
		id := exportInAnswer.FindStringSubmatch(made.Body.String())[1]
		path := w.fileOf(t, id)
		head := w.send("nobody", "HEAD", "/public-api/v1"+path, "")
		file := w.send("nobody", "GET", "/public-api/v1"+path, "")
		h := file.Header()
		if head.Code != 200 || head.Body.Len() != 0 || head.Header().Get("Content-Length") != h.Get("Content-Length") {
			t.Errorf("HEAD: %d, %v", head.Code, head.Header())
		}
		if file.Code != 200 || h.Get("Content-Type") != "application/gzip" || !strings.HasSuffix(h.Get("Content-Disposition"), `.ndjson.gz"`) || h.Get("X-RateLimit-Limit") != "" {
			t.Fatalf("%d, %v, %s", file.Code, h, file.Body)
		}
		text := unpacked(t, file.Body)
		list := w.as("main", "GET", "/contacts?include_all_emails="+all, "").Body.String()
		for line := range strings.Lines(text) {
			row, _, ok := strings.Cut(line, `,"created_at":"`)
			if !ok || !strings.Contains(list, row+"}") {
				t.Errorf("the list has no row %s: %s", row, list)
			}
		}
		if n := strings.Count(text, "\n"); n != 2 {
			t.Errorf("%d lines", n)
		}
		if all == "1" { // its file goes, and its link stays
			res := w.send("eraser", "POST", "/public-api/v1/contacts/1/erase", "")
			want(t, res, 200, "")
			want(t, w.send("nobody", "GET", "/public-api/v1"+path, ""), 404, "export_not_found")
		}
		w.wait(16 * time.Minute)
		want(t, w.send("nobody", "GET", "/public-api/v1"+path, ""), 403, "link_invalid")
	}
}

// fileOf gives the path of the file of an export, behind that of the API.
func (w *world) fileOf(t *testing.T, id string) string {
	t.Helper()
	seen := w.as("main", "GET", "/contacts/exports/"+id, "")
	want(t, seen, 200, "")
	var export struct {
		URL string `json:"download_url"`
	}
	if err := json.Unmarshal(seen.Body.Bytes(), &export, json.RejectUnknownMembers(false)); err != nil {
		t.Fatal(err)
	}
	_, path, _ := strings.Cut(export.URL, "/public-api/v1")
	return path
}

func unpacked(t *testing.T, from io.Reader) string {
	t.Helper()
	r, err := gzip.NewReader(from)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// bad-input 93: what a spreadsheet would run is written as it is stored, and quoted where
// that is asked for.
func TestExportedFormulas(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	want(t, w.as("main", "POST", "/contacts", `{"names":["=1+1"],"phones":["+44 7700 900002"]}`), 201, "")
	for body, cells := range map[string]string{`{"format":"csv"}`: "1,,+44 7700 900002,=1+1,", `{"format":"csv","safe":true}`: "1,,'+44 7700 900002,'=1+1,"} {
		made := w.as("main", "POST", "/contacts/exports", body)
		want(t, made, 202, "")
		w.work(t, 1)
		file := w.send("nobody", "GET", "/public-api/v1"+w.fileOf(t, exportInAnswer.FindStringSubmatch(made.Body.String())[1]), "")
		if text := unpacked(t, file.Body); !strings.Contains(text, "\n"+cells) {
			t.Errorf("%s: %s", body, text)
		}
	}
}
