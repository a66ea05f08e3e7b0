package ui_test

import (
	"bytes"
	"compress/gzip"
	"net/http/httptest"
	"path"
	"regexp"
	"strings"
	"testing"
)

// What may go over the wire, in bytes: a page, the scripts, and a page with all that it
// loads.
const (
	maxPage    = 25 << 10
	maxScripts = 30 << 10
	maxWhole   = 60 << 10
)

func zipped(t *testing.T, text string) int {
	t.Helper()
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestSpeed) // as pages are sent
	if err == nil {
		_, err = z.Write([]byte(text))
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Len()
}

// The first page of a book with many contacts comes with all that it loads in little
// time on a bad line, and the next ones load nothing but themselves.
func TestFirstPageIsLight(t *testing.T) {
	w := furnish(t)
	b := w.browse("main").get("/ui/contacts").shows(mark)
	page := zipped(t, b.body)
	scripts, others := 0, 0
	loaded := map[string]bool{}
	var load func(address string)
	load = func(address string) {
		if loaded[address] {
			return
		}
		loaded[address] = true
		r := httptest.NewRequest("GET", address, nil)
		r.Header.Set("Accept-Encoding", "gzip")
		b.ask(r)
		if b.status != 200 || b.header.Get("Content-Encoding") != "gzip" || !strings.HasSuffix(b.header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s answers %d, %v", address, b.status, b.header)
		}
		if path.Ext(address) != ".js" {
			others += len(b.body)
			return
		}
		scripts += len(b.body)
		z, err := gzip.NewReader(strings.NewReader(b.body))
		if err != nil {
			t.Fatal(err)
		}
		var text bytes.Buffer
		if _, err := text.ReadFrom(z); err != nil {
			t.Fatal(err)
		}
		for _, m := range importing.FindAllStringSubmatch(text.String(), -1) {
			load(path.Join(path.Dir(address), m[1]))
		}
	}
	first := b.page
	for _, n := range append(all(first, "link"), all(first, "script")...) {
		load(attribute(n, "href") + attribute(n, "src"))
	}
	if len(loaded) < 10 {
		t.Errorf("only these were loaded: %v", loaded)
	}
	if page > maxPage || scripts > maxScripts || page+scripts+others > maxWhole {
		t.Errorf("the page has %d bytes, its scripts %d, and with all else it is %d", page, scripts, page+scripts+others)
	}
	t.Logf("the page has %d bytes, its scripts %d, the rest %d: %d", page, scripts, others, page+scripts+others)
}

var importing = regexp.MustCompile(`(?m)^import[^"]*"(\./[^"]+)"`)
