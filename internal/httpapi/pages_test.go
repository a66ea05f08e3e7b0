package httpapi_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/pb33f/go-yaml"

	"github.com/carnet-project/carnet/internal/httpapi"
)

// fetch asks for a page, without a key, with these headers: name, value, ...
func (w *world) fetch(method, path string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	res := httptest.NewRecorder()
	w.handler.ServeHTTP(res, r)
	return res
}

// The pages are for everyone, may be kept for an hour, and are asked for again
// by their ETag.
func TestPages(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	const data, docs = "default-src 'none'; frame-ancestors 'none'", "default-src 'none'; script-src 'self'; style-src 'self'; " +
		"img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; " +
		"require-trusted-types-for 'script'; trusted-types 'none'"
	for _, p := range []struct{ path, mediaType, policy, begins string }{
		{"/openapi.yaml", "application/yaml", data, "openapi: 3.1."},
		{"/openapi.json", "application/json", data, "{\n \"openapi\": \"3.1."},
		{"/llms.txt", "text/plain; charset=utf-8", data, "# Carnet\n"},
		{"/docs", "text/html; charset=utf-8", docs, "<!doctype html>"},
		{"/docs/carnet.css", "text/css; charset=utf-8", docs, "/* The page"},
		{"/docs/start.js", "text/javascript; charset=utf-8", docs, "\"use strict\""},
		{"/docs/favicon.png", "image/png", docs, "\x89PNG"},
		{"/docs/swagger-ui.css", "text/css; charset=utf-8", docs, "."},
		{"/docs/swagger-ui-bundle.js", "text/javascript; charset=utf-8", docs, "/*! For license information"},
	} {
		t.Run(p.path, func(t *testing.T) {
			res := w.fetch("GET", p.path)
			h := res.Header()
			if res.Code != 200 || !strings.HasPrefix(res.Body.String(), p.begins) {
				t.Errorf("%d %.100s", res.Code, res.Body)
			}
			for name, want := range map[string]string{
				"Content-Type":            p.mediaType,
				"Content-Security-Policy": p.policy,
				"Cache-Control":           "public, max-age=3600",
				"X-Content-Type-Options":  "nosniff",
				"Referrer-Policy":         "no-referrer",
				"Vary":                    "Accept-Encoding",
				"Content-Encoding":        "",
			} {
				if got := h.Get(name); got != want {
					t.Errorf("%s: %q, want %q", name, got, want)
				}
			}
			tag := etagOf(res)
			again := w.fetch("GET", p.path, "If-None-Match", `"other", `+tag)
			if again.Code != 304 || again.Body.Len() != 0 || etagOf(again) != tag {
				t.Errorf("with its ETag: %d, body of %d", again.Code, again.Body.Len())
			}
			if other := w.fetch("GET", p.path, "If-None-Match", `"other"`); other.Code != 200 {
				t.Errorf("with another ETag: %d", other.Code)
			}
			if zipped := w.fetch("GET", p.path, "Accept-Encoding", "br, gzip"); unzip(t, zipped) != res.Body.String() {
				t.Error("compressed it is another page")
			}
			want(t, w.fetch("GET", p.path+"?x=1"), 422, "unknown_parameter")
			want(t, w.fetch("PUT", p.path), 405, "method_not_allowed")
		})
	}
	for _, path := range []string{"/docs/", "/docs/nothing.js", "/docs/index.html", "/docs/..%2fopenapi.yaml", "/openapi.yaml/"} {
		res := w.fetch("GET", path)
		want(t, res, 404, "route_not_found")
		if policy := res.Header().Get("Content-Security-Policy"); policy != data {
			t.Errorf("%s: %s", path, policy)
		}
	}
}

// FAULT D5: who says that they take no gzip gets none, in whatever way they say
// it, and so does who says what cannot be read.
func TestPagesAreZippedForThoseWhoTakeIt(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	for _, c := range []struct {
		accept []string
		zipped bool
	}{
		{nil, false},
		{[]string{""}, false},
		{[]string{"gzip"}, true},
		{[]string{"br, gzip"}, true},
		{[]string{"br", "gzip"}, true},
		{[]string{"GZip"}, true},
		{[]string{"x-gzip"}, true},
		{[]string{"gzip;q=0.1, br"}, true},
		{[]string{"gzip ; Q=1.000"}, true},
		{[]string{"*"}, true},
		{[]string{"*;q=0.5"}, true},
		{[]string{"gzip;q=0"}, false},
		{[]string{"gzip; q=0.000, br;q=1"}, false},
		{[]string{"gzip;q=0, *"}, false},
		{[]string{"*, gzip;q=0"}, false},
		{[]string{"*;q=0"}, false},
		{[]string{"*;q=0, gzip"}, true},
		{[]string{"identity"}, false},
		{[]string{"br"}, false},
		{[]string{"notgzip"}, false},
		{[]string{"gzip-dictionary"}, false},
		{[]string{"gzip;q=much"}, false},
		{[]string{"gzip;q=2"}, false},
		{[]string{"gzip;q=-1"}, false},
		{[]string{"gzip;q=NaN"}, false},
		{[]string{"gzip;level=9"}, false},
	} {
		r := httptest.NewRequest("GET", "/docs/swagger-ui.css", nil)
		r.Header["Accept-Encoding"] = c.accept
		res := httptest.NewRecorder()
		w.handler.ServeHTTP(res, r)
		if zipped := res.Header().Get("Content-Encoding") == "gzip"; zipped != c.zipped || res.Code != 200 {
			t.Errorf("%q: %d, compressed %v", c.accept, res.Code, zipped)
		}
	}
}

// FAULT E8: who opens the documentation learns where a key comes from, and finds
// back.
func TestDocsSayWhereAKeyComesFrom(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	for _, part := range []string{`<a href="./">`, "carnet key create --space 1"} {
		if page := w.fetch("GET", "/docs").Body.String(); !strings.Contains(page, part) {
			t.Errorf("the page lacks %s", part)
		}
	}
}

// etagOf gives the ETag, which the server writes as clients know it, not as Go
// spells it.
func etagOf(res *httptest.ResponseRecorder) string {
	for name, values := range res.Header() {
		if strings.EqualFold(name, "etag") {
			return values[0]
		}
	}
	return ""
}

func unzip(t *testing.T, res *httptest.ResponseRecorder) string {
	t.Helper()
	body := io.Reader(res.Body)
	switch encoding := res.Header().Get("Content-Encoding"); encoding {
	case "":
	case "gzip":
		var err error
		if body, err = gzip.NewReader(body); err != nil {
			t.Fatal(err)
		}
	default:
		t.Errorf("Content-Encoding: %s", encoding)
	}
	text, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// What llms.txt and the documentation page link to is there.
func TestPagesLinkToWhatIsThere(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	llms := w.fetch("GET", "/llms.txt").Body.String()
	for _, path := range []string{"/openapi.yaml", "/openapi.json", "/docs"} {
		if !strings.Contains(llms, path) || w.fetch("GET", path).Code != http.StatusOK {
			t.Errorf("llms.txt does not lead to %s", path)
		}
	}
	for _, o := range readDocument(t).operations() {
		path, api := strings.CutPrefix(o.path, "/public-api/v1")
		if api && !strings.Contains(llms, "`"+o.method+" "+path) {
			t.Errorf("llms.txt does not tell of %s", o)
		}
	}
}

// What does not exist leads on.
func TestNowhereLeadsOn(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	if missing := w.fetch("GET", "/nothing"); !strings.Contains(missing.Body.String(), "/docs") {
		t.Errorf("a path that does not exist leads nowhere: %s", missing.Body)
	}
}

// FAULT D4: the document names the public address as its server, and is another
// page then, with another ETag.
func TestDocumentNamesThePublicAddress(t *testing.T) {
	here := newWorld(t, openSQLite(t))
	named := newWorldWith(t, openSQLite(t), httpapi.Options{PublicURL: "https://contacts.example.com"})
	for _, path := range []string{"/openapi.yaml", "/openapi.json"} {
		tags := map[string]bool{}
		for address, w := range map[string]*world{"/": here, "https://contacts.example.com": named} {
			res := w.fetch("GET", path)
			tags[etagOf(res)] = true
			var d struct {
				OpenAPI string
				Servers []struct{ URL, Description string }
			}
			if err := yaml.Unmarshal(res.Body.Bytes(), &d); err != nil {
				t.Fatal(err)
			}
			if len(d.Servers) != 1 || d.Servers[0].URL != address || d.Servers[0].Description == "" || d.OpenAPI == "" {
				t.Errorf("%s: %+v, want %s", path, d, address)
			}
		}
		if len(tags) != 2 {
			t.Errorf("%s has one ETag for two texts", path)
		}
	}
}
