package ui_test

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/ui"
)

// atTheDoor are lines of the table that somebody needs who is not in, or that lead on.
var atTheDoor = map[string]bool{"GET /{$}": true, "GET /ui": true, "GET /ui/{$}": true, "GET /ui/in": true, "POST /ui/in": true,
	"GET /ui/in/{token}": true, "POST /ui/in/{token}": true}

// leaves are what ends a session, and changes nothing else.
var leaves = map[string]bool{"POST /ui/out": true, "POST /ui/out-everywhere": true}

// asked is a request that the holder of a key with all scopes can make from a page.
type asked struct {
	pattern, address string
	form             url.Values // nil for a page
	scope            access.Scope
}

// asked gives all that a crawl found, but what ends a session.
func (c *crawler) asked() []asked {
	scopes := map[string]access.Scope{}
	for _, s := range ui.Screens() {
		scopes[s.Method+" "+s.Pattern] = s.Scope
	}
	var all []asked
	for _, address := range slices.Sorted(maps.Keys(c.seen)) {
		pattern := ui.PatternOf(c.w.handler, httptest.NewRequest(http.MethodGet, address, nil))
		all = append(all, asked{pattern, address, nil, scopes[pattern]})
	}
	for _, kind := range slices.Sorted(maps.Keys(c.acts)) {
		a := c.acts[kind]
		if pattern := ui.PatternOf(c.w.handler, a.request()); !leaves[pattern] {
			all = append(all, asked{pattern, a.action, a.values, scopes[pattern]})
		}
	}
	return all
}

// try asks the same without following what comes.
func (b *browser) try(a asked) *browser {
	r := httptest.NewRequest(http.MethodGet, a.address, nil)
	if a.form != nil {
		r = act{a.address, a.form}.request()
	}
	b.ask(r)
	return b
}

// state tells all that the Space holds, so that it is seen to be the same.
func (w *furnished) state(t *testing.T) string {
	t.Helper()
	b := w.browse("main")
	all := b.get("/ui/activity").text()
	for _, page := range []string{"/ui/keys", "/ui/space", "/ui/fields", "/ui/plans", "/ui/jobs", "/ui/exports", "/ui/imports", "/ui/mappings"} {
		all += b.get(page).text()
	}
	return all
}

// Every line of the table is reached from some page: none is forgotten, and none is left
// over.
func testAllIsSeen(t *testing.T, c *crawler) {
	found := map[string]bool{}
	for _, a := range c.asked() {
		found[a.pattern] = true
	}
	for _, s := range ui.Screens() {
		if line := s.Method + " " + s.Pattern; !found[line] && !atTheDoor[line] && !leaves[line] {
			t.Errorf("no page leads to %s", line)
		}
	}
}

// Who is not signed in comes to the door, and nothing is done.
func testStranger(t *testing.T, w *furnished, main *crawler) {
	before := w.state(t)
	for _, a := range main.asked() {
		b := w.stranger().try(a)
		if to := b.header.Get("Location"); b.status != http.StatusSeeOther || to != "/ui/in" && !strings.HasPrefix(to, "/ui/in?to=") {
			t.Errorf("%s %s answers a stranger %d, and leads to %q", a.pattern, a.address, b.status, to)
		}
		if strings.Contains(b.body, mark) {
			t.Errorf("%s shows a stranger something of the Space", a.address)
		}
		for _, fault := range faultsOfHeaders(b) {
			t.Errorf("%s: %s", a.address, fault)
		}
	}
	if after := w.state(t); after != before {
		t.Errorf("a stranger changed something:\n%s\n%s", before, after)
	}
}

// Of another Space there is nothing: its contacts, changes and keys are not there, and
// its lists are not shown.
func testElsewhere(t *testing.T, w *furnished, main *crawler) {
	before := w.state(t)
	own := w.makeElsewhere("Eve", "eve@elsewhere.example")
	b := w.browse("other")
	n := 0
	for _, a := range main.asked() {
		b.try(a)
		inPath := strings.Contains(a.pattern, "{")
		if inPath && b.status != http.StatusNotFound {
			t.Errorf("%s %s with %v of another Space answers %d, not 404\n%s", a.pattern, a.address, a.form, b.status, b.text())
		}
		if unquoted, err := url.QueryUnescape(a.address + a.form.Encode()); err == nil && strings.Contains(b.body, mark) && !strings.Contains(unquoted, mark) {
			t.Errorf("%s shows something of another Space:\n%s", a.address, b.text())
		}
		if inPath {
			n++
		}
	}
	if n < 40 {
		t.Errorf("only %d addresses with an id were tried", n)
	}
	b.get(pageOf(own)).shows("Eve")
	for _, address := range w.mixed(own) {
		if b.get(address); b.status != http.StatusNotFound || strings.Contains(b.text(), mark) {
			t.Errorf("%s answers %d\n%s", address, b.status, b.text())
		}
	}
	if after := w.state(t); after != before {
		t.Errorf("another Space changed something:\n%s\n%s", before, after)
	}
}

// mixed gives addresses of one's own contact with a change or a contact of another Space.
func (w *furnished) mixed(own contact.ID) []string {
	p := w.browse("main").get(pageOf(w.plain) + "/history")
	var change string
	for _, a := range p.all("a") {
		if _, id, ok := strings.Cut(attribute(a, "href"), "/changes/"); ok && !strings.Contains(id, "/") {
			change = id
		}
	}
	if change == "" {
		w.t.Fatal("the history leads to no change")
	}
	return []string{pageOf(own) + "/changes/" + change, pageOf(own) + "/changes/" + change + "/undo", pageOf(own) + "/distinct/" + w.plain.String()}
}

// makesFiles tells of a form that it makes a file of what there is: who may read may do that.
func makesFiles(pattern string) bool { return pattern == "POST /ui/exports/new" }

// Who may only read is shown no other act, and each is refused.
func testReader(t *testing.T, w *furnished, main, own *crawler) {
	for _, a := range own.acts {
		if pattern := ui.PatternOf(w.handler, a.request()); !leaves[pattern] && !makesFiles(pattern) {
			t.Errorf("a reader is offered %s", pattern)
		}
	}
	before := w.state(t)
	b := w.browse("reader")
	for _, a := range main.asked() {
		if makesFiles(a.pattern) {
			continue
		}
		b.try(a)
		if refused := a.scope == access.Write || a.scope == access.Plan || a.scope == access.Erase || a.scope == access.Admin; refused != (b.status == http.StatusForbidden) {
			t.Errorf("%s %s answers a reader %d", a.pattern, a.address, b.status)
		}
	}
	if after := w.state(t); after != before {
		t.Errorf("a reader changed something:\n%s\n%s", before, after)
	}
}
