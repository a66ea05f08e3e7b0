package ui_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http/httptest"
	"path"
	"regexp"
	"strings"
	"testing"

	"github.com/carnet-project/carnet/internal/contact"
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
	z, err := gzip.NewWriterLevel(&b, gzip.DefaultCompression) // as pages are sent
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
	scripts, others := b.loads()
	if page > maxPage || scripts > maxScripts || page+scripts+others > maxWhole {
		t.Errorf("the page has %d bytes, its scripts %d, and with all else it is %d", page, scripts, page+scripts+others)
	}
	t.Logf("the page has %d bytes, its scripts %d, the rest %d: %d", page, scripts, others, page+scripts+others)
}

// A contact's page is light too, and with a thousand phones it is within what a first
// page may cost.
func TestContactIsLight(t *testing.T) {
	w := newWorld(t)
	id := w.phones(1_000)
	b := w.browse("main").get(pageOf(id))
	few := zipped(t, b.body)
	b.get(pageOf(id) + "?all=phones")
	if rows := len(all(b.byID("phones"), "li", "class", "val")); rows != 1_000 {
		t.Fatalf("%d phones are shown", rows)
	}
	many := zipped(t, b.body)
	scripts, others := b.loads()
	if few > maxPage || many+scripts+others > maxWhole {
		t.Errorf("the page has %d bytes, with all phones %d, and with all else that is %d", few, many, many+scripts+others)
	}
}

// phones makes a contact with so many phones: of what was merged, as no request has as
// many.
func (w *world) phones(n int) contact.ID {
	var merged []contact.ID
	for len(merged) < n/100 {
		values := []string{"Ada"}
		for i := range 100 {
			values = append(values, fmt.Sprintf("+44 7700 9%05d", (len(merged)*100+i)*7919%100_000))
		}
		merged = append(merged, w.make(values...))
	}
	w.do(&contact.Merge{Survivor: merged[0], Merged: merged[1:]})
	return merged[0]
}

// loads loads what the page loads, and tells how many bytes its scripts have and all else.
func (b *browser) loads() (scripts, others int) {
	b.w.t.Helper()
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
			b.w.t.Errorf("%s answers %d, %v", address, b.status, b.header)
		}
		if path.Ext(address) != ".js" {
			others += len(b.body)
			return
		}
		scripts += len(b.body)
		for _, m := range importing.FindAllStringSubmatch(unzipped(b.w.t, b.body), -1) {
			load(path.Join(path.Dir(address), m[1]))
		}
	}
	first := b.page
	for _, n := range append(all(first, "link"), all(first, "script")...) {
		load(attribute(n, "href") + attribute(n, "src"))
	}
	if len(loaded) < 10 {
		b.w.t.Errorf("only these were loaded: %v", loaded)
	}
	return scripts, others
}

func unzipped(t testing.TB, text string) string {
	t.Helper()
	z, err := gzip.NewReader(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	all, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return string(all)
}

var importing = regexp.MustCompile(`(?m)^import[^"]*"(\./[^"]+)"`)
