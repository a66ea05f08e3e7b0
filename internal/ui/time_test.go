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

// A version says who made it and when, whoever has written since; where there is one
// alone, the slider stands on it.
func TestVersionSaysWhoMadeIt(t *testing.T) {
	w := newWorld(t)
	id := w.make("Name 1", "a@x.example")
	b := w.browse("main").get(pageOf(id)).shows("by client")
	if lines := all(b.one("section", "class", "time"), "circle"); len(lines) != 1 || attribute(lines[0], "cx") != "0.00%" {
		t.Error("the stop of the only version is not where the slider stands")
	}
	if strings.Contains(b.text(), "Go to version") {
		t.Error("other versions than the only one are offered")
	}
	b.get(pageOf(id)+"?edit=names.1").act("names.1", "Save 1 change", "value", "Name 2")
	b.get(pageOf(id)).shows("version 2", "by you", "Go to version")
	b.get(pageOf(id)+"?at=1").shows("version 1", "by client")
}

// A change that was taken back says so, and is not offered again until the taking back is
// taken back itself.
func TestTakenBackIsNotOfferedAgain(t *testing.T) {
	w := newWorld(t)
	id := w.make("Name 1", "a@x.example")
	w.rename(id, "Name 2")
	for _, path := range []string{"", "/history"} {
		t.Run("page"+path, func(t *testing.T) {
			b := w.browse("main")
			b.w.t = t
			offered := func(want ...bool) {
				t.Helper()
				b.get(pageOf(id) + path)
				changes := all(b.byID("history"), "details", "class", "change")
				for i, on := range want {
					undo := len(all(changes[i], "a", "data-act", "undo")) > 0
					tag := strings.Contains(words(changes[i]), "taken back")
					if undo != on || tag == on {
						t.Errorf("change %d of %d: it is offered: %t, it has the tag: %t", i+1, len(changes), undo, tag)
					}
				}
			}
			takeBack := func() {
				t.Helper()
				b.get(attribute(all(b.get(pageOf(id)+path).byID("history"), "a", "data-act", "undo")[0], "href"))
				b.send(all(b.one("main"), "form")[0], "").shows()
			}
			offered(true)
			takeBack()
			offered(true, false)
			takeBack()
			offered(true, false, true)
			takeBack()
			offered(true, false, true, false)
			takeBack()
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
	w.browse("reader").get(pageOf(id)).link("Its history").shows("deleted this contact")
	if b.link("Bring it back…"); b.address != pageOf(id)+"/changes/"+gone.Change.String()+"/undo" {
		t.Errorf("the way back leads to %s", b.address)
	}
	b.send(all(b.one("main"), "form")[0], "").shows("Ada")
	b.get(pageOf(id)+"?at=2").shows("The contact was deleted at that time", "You look at version 2 of 3")
}
