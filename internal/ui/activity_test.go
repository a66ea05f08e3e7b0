package ui_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/carnet-project/carnet/internal/contact"
)

// lines gives the lines of the activity as words, with the headings of days between.
func (b *browser) lines() []string {
	var all []string
	for n := range b.page.Descendants() {
		switch {
		case n.Data == "h2" && attribute(n.Parent, "class") == "feed":
			all = append(all, "== "+words(n))
		case strings.HasPrefix(attribute(n, "class"), "line"):
			var parts []string
			for c := range n.ChildNodes() {
				if !strings.HasPrefix(attribute(c, "class"), "face") {
					parts = append(parts, words(c))
				}
			}
			all = append(all, strings.Join(strings.Fields(strings.Join(parts, " ")), " "))
		}
	}
	return all
}

// The activity has each write once, newest first, by days of the Space's zone, with what
// it did to whom; what one write did stands together, and what was taken back says so.
func TestActivity(t *testing.T) {
	w := newWorld(t)
	b := w.browse("main").get("/ui/activity").shows("Nothing has happened yet")
	one := w.make("Ada Example", "ada@example.com")
	two := w.make("Ada E.", "+1 312 555 0161")
	w.wait(24 * time.Hour)
	merged := w.do(&contact.Merge{Survivor: one, Merged: []contact.ID{two}})
	b.get("/ui/activity")
	got := b.lines()
	want := []string{
		"== Today, 2 March",
		fmt.Sprintf("client merged #%d into Ada Example +2 12:00 Take back…", two),
		"== Yesterday, 1 March", "client made Ada Example +2 12:00 Take back…", "client made Ada Example +2 12:00 Take back…",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	b.link("Take back…")
	if !strings.HasSuffix(b.address, "/changes/"+merged.Change.String()+"/undo") {
		t.Fatalf("Take back leads to %s", b.address)
	}
	b.send(b.all("form", "method", "post")[len(b.all("form", "method", "post"))-1], "")
	if c := w.read(two); c.ID != two {
		t.Errorf("the merge was not taken back: %+v", c)
	}
	b.get("/ui/activity")
	if got := b.lines(); !strings.HasPrefix(got[1], "You took back a change: split #") || !strings.HasSuffix(got[2], "taken back") {
		t.Errorf("after it was taken back:\n%s", strings.Join(got, "\n"))
	}
}

// The words of the activity, by what was done.
func TestActivityWords(t *testing.T) {
	w := newWorld(t)
	id := w.make("Ada")
	phones := func(add, remove []string) func() {
		a := contact.Amend{Ref: id}
		a.Amendment.Values[contact.Phones] = contact.ListAmendment{Named: true, Add: add, Remove: remove}
		return func() { w.do(&a) }
	}
	b := w.browse("main")
	for _, c := range []struct {
		do   func()
		want string
	}{
		{func() {}, "made Ada +1"},
		{phones([]string{"+1 312 555 0161"}, nil), "added a phone to Ada +1"},
		{phones([]string{"+1 312 555 0162"}, []string{"+1 312 555 0161"}), "replaced a phone of Ada +1−1"},
		{phones(nil, []string{"+1 312 555 0162"}), "removed a phone from Ada −1"},
		{func() { w.do(&contact.Delete{Ref: id}) }, fmt.Sprintf("deleted #%d", id)},
	} {
		c.do()
		if got := b.get("/ui/activity").lines(); got[1] != "client "+c.want+" 12:00 Take back…" {
			t.Errorf("%q, want %q", got[1], c.want)
		}
	}
}

// What the address asks for is all that comes, and each chip takes one off.
func TestActivityFilters(t *testing.T) {
	w := newWorld(t)
	first := w.make("<script>alert(1)</script>")
	w.wait(48 * time.Hour)
	second := w.make("\u202eRight to left")
	w.do(&contact.Delete{Ref: second})
	key := w.grant("client").Key.ID
	b := w.browse("main")
	for _, c := range []struct {
		query string
		n     int
	}{
		{"", 3}, {"?action=delete", 1}, {fmt.Sprintf("?contact=%d", first), 1}, {fmt.Sprintf("?key=%d", key), 3}, {fmt.Sprintf("?key=%d", key+90), 0},
		{"?since=2026-03-02", 2}, {"?until=2026-03-02", 1}, {"?since=2026-03-01&until=2026-03-01", 1}, {"?before=2", 1}, {"?action=delete&before=3", 0},
	} {
		if b.get("/ui/activity" + c.query); b.status != http.StatusOK || len(b.all("time")) != c.n {
			t.Errorf("%s: %d, %q", c.query, b.status, b.lines())
		}
	}
	for _, query := range []string{"?action=steal", "?key=0", "?since=yesterday", "?until=2026-02-31", "?before=-1"} {
		if b.get("/ui/activity" + query); b.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", query, b.status)
		}
	}
	b.get("/ui/activity")
	b.send(b.form("/ui/activity"), "Show these", "action", "create", "until", "2026-03-01").shows("alert(1)", "Until 1 Mar 2026", "Action made")
	b.link("Action made")
	if b.address != "/ui/activity?contact=&since=&until=2026-03-01" {
		t.Errorf("taking a chip off leads to %s", b.address)
	}
	b.get("/ui/activity?action=create&since=2026-03-01&show=curl").shows("/public-api/v1/changes?action=create&per_page=40&since=2026-03-01T00%3A00%3A00Z")
	if r := w.browse("reader").get("/ui/activity"); len(r.lines()) != 5 || strings.Contains(r.text(), "Take back") {
		t.Errorf("a reader sees %q", r.lines())
	}
	if o := w.browse("other").get(fmt.Sprintf("/ui/activity?contact=%d", first)); len(o.lines()) != 0 {
		t.Errorf("another Space sees %q", o.lines())
	}
}

// Pages of the activity follow each other without a gap, and lead back to the newest.
func TestActivityPages(t *testing.T) {
	w := newWorld(t)
	for range 90 {
		w.make("Ada")
	}
	b := w.browse("main").get("/ui/activity")
	seen := map[string]bool{}
	for pages := 1; ; pages++ {
		for _, n := range b.all("div") {
			if id := attribute(n, "id"); strings.HasPrefix(id, "c-") {
				seen[id] = true
			}
		}
		if len(b.all("a", "rel", "next")) == 0 {
			if pages != 3 || len(seen) != 90 {
				t.Errorf("%d changes on %d pages", len(seen), pages)
			}
			break
		}
		b.link("Older")
	}
	if b.link("The newest"); b.address != "/ui/activity" {
		t.Errorf("the newest are at %s", b.address)
	}
}

// The activity of one contact is found as the list looks somebody up: by any of its
// emails and phones, or by its id, and its address then has the id. Who is not found, or
// is several, is asked for again.
func TestActivityOfWhom(t *testing.T) {
	w := newWorld(t)
	ada := w.make("Ada", "ada@example.com", "shared@example.com", "+1 312 555 0161")
	bob := w.make(scripted, "shared@example.com")
	twin := w.make("A.", "twin@example.com")
	w.do(&contact.Merge{Survivor: ada, Merged: []contact.ID{twin}})
	gone := w.make("Gone", "gone@example.com")
	w.do(&contact.Delete{Ref: gone})
	w.makeElsewhere(mark+" Eve", "eve@example.com", "+1 312 555 0163")
	b := w.browse("main")
	of := func(id contact.ID) string { return "/ui/activity?action=&contact=" + id.String() + "&since=&until=" }
	for _, c := range []struct {
		typed string
		at    contact.ID // whose activity is shown; 0 for nobody's
		lines int
	}{
		{"ada@example.com", ada, 2}, {" ADA@example.com ", ada, 2}, {"+13125550161", ada, 2}, {"twin@example.com", ada, 2}, {ada.String(), ada, 2}, {bob.String(), bob, 1},
		{twin.String(), twin, 2}, {gone.String(), gone, 2}, {"gone@example.com", 0, 0}, {"nobody@example.com", 0, 0}, {"+1 312 555 0163", 0, 0}, {"eve@example.com", 0, 0},
		{"Ada", 0, 0}, {"#x", 0, 0}, {scripted, 0, 0}, {"13125550163", 0, 0},
	} {
		b.get("/ui/activity").send(b.form("/ui/activity"), "Show these", "contact", c.typed)
		if got := len(b.all("time")); b.status != http.StatusOK || got != c.lines || c.at != 0 && b.address != of(c.at) && c.typed != c.at.String() {
			t.Errorf("%q: %d at %s, %q", c.typed, b.status, b.address, b.lines())
		}
		if found := c.at != 0; found == strings.Contains(b.text(), "Nobody is found") || found != strings.Contains(b.text(), "Copy as curl") {
			t.Errorf("%q: %s", c.typed, b.text())
		}
		if held := attribute(b.one("input", "name", "contact"), "value"); held != strings.TrimSpace(c.typed) && held != c.at.String() {
			t.Errorf("%q: the filter holds %q", c.typed, held)
		}
		if strings.Contains(b.text(), mark+" Eve") {
			t.Errorf("%q finds somebody of another Space", c.typed)
		}
	}
	b.get("/ui/activity?action=create").send(b.form("/ui/activity"), "Show these", "contact", "shared@example.com").shows("Several contacts have this", "Ada", scripted)
	b.link(scripted).shows("Contact "+scripted, "Action made")
	if got := b.lines(); len(got) != 2 || !strings.Contains(got[1], "made "+scripted) {
		t.Errorf("his activity is %q", got)
	}
	for range 10 {
		w.make("Many", "many@example.com")
	}
	if b.get("/ui/activity?contact=many%40example.com").shows("Several contacts have this. Whose"); strings.Count(b.text(), "Many") != 10 {
		t.Errorf("of ten: %s", b.text())
	}
	w.make("Many", "many@example.com")
	if b.get("/ui/activity?contact=many%40example.com").shows("Several contacts have this: here are the newest"); strings.Count(b.text(), "Many") != 10 {
		t.Errorf("of eleven: %s", b.text())
	}
	b.get("/ui/activity?contact=ada%40example.com&show=curl").shows("/public-api/v1/changes?contact_id=" + ada.String() + "&per_page=40'")
	if b.link("Back"); b.address != "/ui/activity?contact="+ada.String() {
		t.Errorf("the way back from the command leads to %s", b.address)
	}
}
