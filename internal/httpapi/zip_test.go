package httpapi_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
)

// Lists, feeds and histories are compressed for who takes that, where they are large; what
// comes out is what others are sent. No other answer is.
func TestZippedAnswers(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	ask := func(method, path, accept, body string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, "/public-api/v1"+path, strings.NewReader(body))
		r.Host = "carnet.example"
		r.Header.Set("Authorization", "Bearer "+w.secrets["main"])
		if body != "" {
			r.Header.Set("Content-Type", "application/json")
		}
		if accept != "" {
			r.Header.Set("Accept-Encoding", accept)
		}
		res := httptest.NewRecorder()
		w.handler.ServeHTTP(res, r)
		return res
	}
	for n := range 60 {
		if res := ask("POST", "/contacts", "gzip", fmt.Sprintf(`{"names":["Person %d"],"emails":["p%d@example.com"]}`, n, n)); res.Code != http.StatusCreated {
			t.Fatal(res.Code, res.Body)
		}
	}
	for n := range 20 {
		ask("PUT", "/contacts/1", "", fmt.Sprintf(`{"names":["Person %d of many"]}`, n))
	}
	for _, path := range []string{"/contacts", "/contacts?include_all_values=1", "/contacts/1/changes", "/changes"} {
		plain, zipped := ask("GET", path, "", ""), ask("GET", path, "br, gzip;q=0.5", "")
		if plain.Code != http.StatusOK || plain.Header().Get("Content-Encoding") != "" || zipped.Header().Get("Content-Encoding") != "gzip" {
			t.Fatalf("%s: %d, encodings %q and %q", path, plain.Code, plain.Header().Get("Content-Encoding"), zipped.Header().Get("Content-Encoding"))
		}
		if sent := zipped.Body.Len(); zipped.Header().Get("Content-Length") != strconv.Itoa(sent) || sent*2 > plain.Body.Len() {
			t.Errorf("%s: %d octets of %d, and Content-Length is %s", path, sent, plain.Body.Len(), zipped.Header().Get("Content-Length"))
		}
		z, err := gzip.NewReader(zipped.Body)
		if err != nil {
			t.Fatal(err)
		}
		if text, err := io.ReadAll(z); err != nil || !bytes.Equal(text, plain.Body.Bytes()) {
			t.Errorf("%s: %v, it is %s\nand not %s", path, err, text, plain.Body)
		}
		for _, res := range []*httptest.ResponseRecorder{plain, zipped, ask("HEAD", path, "gzip", "")} {
			if res.Header().Get("Vary") != "Accept-Encoding" || res.Header().Get("Content-Type") != "application/json" {
				t.Errorf("%s: the head is %v", path, res.Header())
			}
		}
		if res := ask("GET", path, "gzip;q=0, *", ""); res.Header().Get("Content-Encoding") != "" {
			t.Errorf("%s: it is compressed for who refuses that", path)
		}
	}
	for _, small := range []string{"/contacts?per_page=1", "/plans"} {
		if res := ask("GET", small, "gzip", ""); res.Code != http.StatusOK || res.Header().Get("Content-Encoding") != "" || res.Header().Get("Vary") != "Accept-Encoding" {
			t.Errorf("%s: %d %v", small, res.Code, res.Header())
		}
	}
	long := `{"locations":["` + strings.Repeat("x", 490) + `","` + strings.Repeat("y", 490) + `","` + strings.Repeat("z", 490) + `","` + strings.Repeat("w", 490) + `"]}`
	for _, other := range []*httptest.ResponseRecorder{ask("PUT", "/contacts/1", "gzip", long), ask("GET", "/contacts/1", "gzip", ""), ask("GET", "/contacts?per_page=x", "gzip", "")} {
		if other.Header().Get("Content-Encoding") != "" || other.Code == http.StatusOK && (other.Body.Len() < 1400 || !strings.Contains(fmt.Sprint(other.Header()), "ETag:")) {
			t.Errorf("%d with %d octets: %v", other.Code, other.Body.Len(), other.Header())
		}
	}
}
