package httpapi_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/httpapi"
)

// countingWriter takes an answer without keeping it.
type countingWriter struct {
	header http.Header
	octets int
}

func (w *countingWriter) Header() http.Header         { return w.header }
func (w *countingWriter) WriteHeader(int)             {}
func (w *countingWriter) Write(p []byte) (int, error) { w.octets += len(p); return len(p), nil }

// FAULT A4: nobody needs a key for the pages, so none of them is work: whatever
// is asked for allocates next to nothing, and HEAD answers a length alone.
func TestPagesAreNoWork(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	for _, path := range []string{"/openapi.yaml", "/openapi.json", "/llms.txt", "/docs", "/docs/start.js", "/docs/swagger-ui.css", "/docs/swagger-ui-bundle.js"} {
		for _, encoding := range []string{"", "gzip"} {
			for _, method := range []string{"GET", "HEAD"} {
				ask := func() *countingWriter {
					r := httptest.NewRequest(method, path, nil)
					r.Header.Set("Accept-Encoding", encoding)
					res := &countingWriter{header: http.Header{}}
					w.handler.ServeHTTP(res, r)
					return res
				}
				res := ask()
				if length := res.header.Get("Content-Length"); length == "" || length == "0" || (method == "HEAD") != (res.octets == 0) {
					t.Errorf("%s %s %s: %d octets, of which it says %q", method, path, encoding, res.octets, length)
				}
				if n := allocated(func() { ask() }); n > 32<<10 { // what unpacks takes more than twice that
					t.Errorf("%s %s %s allocates %d octets", method, path, encoding, n)
				}
			}
		}
	}
}

// allocated tells how many octets f allocates, on average.
func allocated(f func()) uint64 {
	const runs = 20
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range runs {
		f()
	}
	runtime.ReadMemStats(&after)
	return (after.TotalAlloc - before.TotalAlloc) / runs
}

// FAULT B11: what is refused leaves a line a minute with counts by code, and so
// does what the server could not serve, beside a line for the first of each code.
func TestRefusalsAreLogged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log lockedBuffer
		refusals := httpapi.NewRefusals(slog.New(slog.NewJSONHandler(&log, nil)))
		w := newWorldWith(t, openSQLite(t), httpapi.Options{Refusals: refusals, MaxHeld: 2})
		want(t, w.as("main", "POST", "/contacts", bulky(1, 5)), 201, "")
		want(t, w.as("main", "PUT", "/contacts/1", bulky(6, 10)[:len(bulky(6, 10))-1]+`,"emails":["a@example.com"]}`), 200, "")
		synctest.Wait()
		const unknown = 3000
		times := func(n int, key, method, path string, status int, code string) {
			t.Helper()
			for range n {
				want(t, w.as(key, method, path, "{}"), status, code)
				synctest.Wait() // the first use of a key is noted beside it
			}
		}
		times(unknown, "unknown", "GET", "/contacts", 401, "key_invalid")
		times(20, "no key of that name", "GET", "/contacts", 401, "key_malformed")
		times(30, "reader", "POST", "/contacts", 403, "scope_missing")
		times(2, "limited", "GET", "/contacts", 200, "")
		times(3, "limited", "GET", "/contacts", 429, "rate_limited")
		times(40, "main", "GET", "/changes", 503, "overloaded")
		w.setQuota(t, "main", access.Quota{Bytes: 1})
		for range 5 {
			want(t, w.as("main", "POST", "/contacts", `{"names":["x"]}`), 507, "space_full")
		}
		times(9, "main", "GET", "/contacts/7", 404, "contact_not_found") // is none of these
		if log.String() != "" {
			t.Errorf("logged at once: %s", log.String())
		}
		const line = `"level":"WARN","msg":"requests were refused","within":60000000000,` +
			`"codes":{"key_invalid":3000,"key_malformed":20,"overloaded":40,"rate_limited":3,"scope_missing":30,"space_full":5}}` + "\n"
		time.Sleep(2 * time.Minute)
		if got := log.String(); strings.Count(got, "\n") != 1 || !strings.HasSuffix(got, line) {
			t.Errorf("logged %s", got)
		}
		if n := strings.Count(w.log.String(), "could not be served"); n != 1 {
			t.Errorf("%d lines of requests that could not be served, want that of the first", n)
		}
		times(1, "unknown", "GET", "/contacts", 401, "key_invalid")
		refusals.Flush() // as the server does when it stops
		refusals.Flush()
		time.Sleep(time.Hour)
		if got := log.String(); strings.Count(got, "\n") != 2 || !strings.HasSuffix(got, `"codes":{"key_invalid":1}}`+"\n") {
			t.Errorf("logged %s", got)
		}
	})
}
