package ui_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/carnet-project/carnet/internal/contact"
)

// rename gives a contact another first name.
func (w *world) rename(id contact.ID, name string) {
	w.t.Helper()
	var a contact.Amendment
	a.Values[contact.Names] = contact.ListAmendment{Named: true, Remove: []string{listOf(w.read(id), contact.Names)}, Add: []string{name}}
	w.do(&contact.Amend{Ref: id, Amendment: a})
}

// The slider has a stop for each of the newest changes.
func TestContactThroughTime(t *testing.T) {
	w := newWorld(t)
	id := w.make("Name 1", "a@x.example")
	const changes = 130 // more than two drawings have
	for n := 2; n <= changes; n++ {
		w.rename(id, "Name "+strconv.Itoa(n))
	}
	b := w.browse("main").get(pageOf(id)).shows("Name 130", "Now, version 130", "125 earlier changes")
	stops := all(b.byID("stops"), "input")[0]
	if attribute(stops, "min") != "71" || attribute(stops, "max") != "130" || attribute(stops, "value") != "130" {
		t.Errorf("the slider goes from %s to %s and stands at %s", attribute(stops, "min"), attribute(stops, "max"), attribute(stops, "value"))
	}
	if lines := all(b.one("section", "class", "time"), "line", "class", "base"); len(lines) != 1 {
		t.Errorf("the drawing has %d base lines", len(lines))
	}
}

// A contact can be seen as it was with each change, by an address that can be shared
// whichever way led there, and not be changed there.
func TestStopsLeadToVersions(t *testing.T) {
	w := newWorld(t)
	id := w.make("Name 1", "a@x.example")
	for n := 2; n <= 130; n++ {
		w.rename(id, "Name "+strconv.Itoa(n))
	}
	b := w.browse("main")
	for _, test := range []struct{ from, link, want, name string }{
		{"?stop=100", "", "?at=100", "Name 100"},
		{"?stop=1", "", "?at=1", "Name 1"},
		{"?stop=130", "", "", "Name 130"},
		{"?stop=9999", "", "", "Name 130"},
		{"?at=9999", "", "?at=9999", "Name 130"},
		{"?at=x", "", "?at=x", "Name 130"},
		{"", "Before this", "?at=129", "Name 129"},
		{"", "Earlier", "?at=70", "Name 70"},
		{"?at=71", "Before this", "?at=70", "Name 70"},
		{"?at=70", "After this", "?at=71", "Name 71"},
		{"?at=70", "Later", "?at=71", "Name 71"},
		{"?at=2", "Before this", "?at=1", "Name 1"},
		{"?at=129", "After this", "", "Name 130"},
		{"?at=7", "Back to now", "", "Name 130"},
	} {
		t.Run(test.from+test.link, func(t *testing.T) {
			b.w.t = t
			b.get(pageOf(id) + test.from)
			if test.link != "" {
				b.link(test.link)
			}
			b.shows()
			if b.address != pageOf(id)+test.want {
				t.Errorf("it leads to %s", b.address)
			}
			if h1 := words(b.one("h1")); h1 != test.name {
				t.Errorf("it shows %q", h1)
			}
			past := strings.HasPrefix(test.want, "?at=") && test.name != "Name 130"
			if acts := len(b.all("a", "data-act", "edit")) > 0; acts == past {
				t.Errorf("that it can be changed is %t", acts)
			}
			if past && !strings.Contains(words(b.byID("ends")), "of 130, as of 1 Mar, 12:00") {
				t.Errorf("the bar says %q", words(b.byID("ends")))
			}
		})
	}
}

// A time at which the contact was deleted is told, and is no fault.
func TestTimeOfADeletedContact(t *testing.T) {
	w := newWorld(t)
	id := w.make("Ada")
	gone := w.do(&contact.Delete{Ref: id})
	b := w.browse("main").get(pageOf(id))
	if b.status != http.StatusNotFound || !strings.Contains(b.text(), "This contact was deleted") {
		t.Fatalf("it answers %d\n%s", b.status, b.text())
	}
	b.link("Its history").shows("deleted this contact")
	b.get(pageOf(id) + "/changes/" + gone.Change.String() + "/undo")
	b.send(all(b.one("main"), "form")[0], "").shows("Ada")
	b.get(pageOf(id)+"?at=2").shows("The contact was deleted at that time", "You look at version 2 of 3")
}
