package ui_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
)

// wayOn gives the address of the link of a problem.
func (b *browser) wayOn() string {
	b.w.t.Helper()
	links := all(b.one("main"), "a")
	if len(links) != 1 {
		b.w.t.Fatalf("%s has %d links\n%s", b.address, len(links), b.text())
	}
	return attribute(links[0], "href")
}

// What cannot be shown is a page of the book all the same: it says so in its heading, has
// the way on, and repeats nothing of what was sent.
func TestProblemPages(t *testing.T) {
	w := newWorld(t)
	gone := w.make("Ada")
	w.do(&contact.Delete{Ref: gone})
	for _, c := range []struct {
		key, address string
		status       int
		title, way   string
	}{
		{"main", "/ui/nowhere-at-all", 404, "There is no such page", "All contacts"},
		{"main", "/ui/contacts/999999", 404, "There is no such contact", "All contacts"},
		{"main", "/ui/contacts/secretname", 404, "There is no such contact", "All contacts"},
		{"main", fmt.Sprintf("/ui/contacts/%d/changes/secretname", gone), 404, "There is nothing here", "All contacts"},
		{"reader", "/ui/keys", 403, "Your key may not do this", "All contacts"},
		{"writer", "/ui/contacts", 403, "Your key may not do this", "System"},
	} {
		b := w.browse(c.key).get(c.address)
		if b.status != c.status || words(b.one("h1")) != c.title {
			t.Errorf("%s with %s: %d %s", c.address, c.key, b.status, b.text())
		}
		if strings.Contains(b.text(), "secretname") {
			t.Errorf("%s repeats what was sent: %s", c.address, b.text())
		}
		if brand := b.all("a", "class", "brand"); len(brand) == 0 || !strings.Contains(words(brand[0]), "Harbour Office") {
			t.Errorf("%s has no navigation", c.address)
		}
		if b.link(c.way); b.status != http.StatusOK {
			t.Errorf("the way on from %s leads to %s: %d", c.address, b.address, b.status)
		}
	}
	b := w.stranger().get("/ui/nowhere-at-all")
	if b.status != http.StatusNotFound || words(b.one("h1")) != "There is no such page" || len(b.all("nav")) != 0 {
		t.Errorf("a stranger is answered %d: %s", b.status, b.text())
	}
}

// Too many pages in a minute: the page says so, when to come again, and leads to itself.
func TestTooManyPages(t *testing.T) {
	w := newWorld(t)
	b := w.browse("main")
	_, err := w.book.UpdateSpace(t.Context(), "test", w.space.ID, func(s *access.Space) error {
		s.Limits = s.Limits.With(access.UI, 1)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		b.get("/ui/contacts?q=ada%40example.com")
	}
	if b.status != http.StatusTooManyRequests || words(b.one("h1")) != "Too many pages in a minute" || b.header.Get("Retry-After") == "" {
		t.Errorf("%d %v %s", b.status, b.header, b.text())
	}
	if got := b.wayOn(); got != "/ui/contacts?q=ada%40example.com" {
		t.Errorf("the way on is %q", got)
	}
	r := httptest.NewRequest(http.MethodPost, "/ui/contacts/new", strings.NewReader("names=x"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if b.follow(r); b.status != http.StatusTooManyRequests || b.wayOn() != "/ui/contacts" || !strings.Contains(b.text(), "Nothing was saved") {
		t.Errorf("a form: %d %s", b.status, b.text())
	}
}

// Half of all places are one Space's: with those taken, the next page says to come again,
// and one of another Space is made.
func TestCrowded(t *testing.T) {
	w := newWorld(t)
	b, other := w.browse("main"), w.browse("other")
	var held sync.WaitGroup
	var ends []*io.PipeWriter
	for range 64 {
		body, end := io.Pipe()
		r := httptest.NewRequest(http.MethodPost, "/ui/contacts/new", body)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		for name, value := range b.cookies {
			r.AddCookie(&http.Cookie{Name: name, Value: value})
		}
		held.Go(func() { w.handler.ServeHTTP(httptest.NewRecorder(), r) })
		if _, err := end.Write([]byte("x")); err != nil { // it is read, so it has its place
			t.Fatal(err)
		}
		ends = append(ends, end)
	}
	b.get("/ui/bin")
	if b.status != http.StatusServiceUnavailable || b.header.Get("Retry-After") != "1" || b.wayOn() != "/ui/bin" {
		t.Errorf("%d %v %s", b.status, b.header, b.text())
	}
	other.get("/ui/bin").shows("The bin is empty")
	for _, end := range ends {
		end.Close()
	}
	held.Wait()
	b.get("/ui/bin").shows("The bin is empty")
}
