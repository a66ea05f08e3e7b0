package ui_test

import (
	"testing"

	"golang.org/x/net/html"

	"github.com/carnet-project/carnet/internal/contact"
)

// doors are the forms that are no act of the API: they end a session.
var doors = map[string]bool{"/ui/out": true, "/ui/out-everywhere": true}

// Every form of an act of the API shows its request as a command, beside the act and
// without doing it. So do all deeds of a form that several buttons send.
func TestEveryActIsShownAsACommand(t *testing.T) {
	w := newWorld(t)
	ada, twin, third := w.make("Ada", "a1@x.example", "a2@x.example"), w.make("Ada F."), w.make("Bob")
	w.do(&contact.Merge{Survivor: ada, Merged: []contact.ID{twin}})
	gone := w.make("Gone")
	deleted := w.do(&contact.Delete{Ref: gone})
	before := w.read(ada)
	b := w.browse("main")
	for _, test := range []struct{ address, typed string }{
		{pageOf(ada), ""}, {pageOf(ada) + "?edit=emails.1", "b@x.example"}, {pageOf(ada) + "?add=phones", "+44 7700 900111"},
		{pageOf(ada) + "?edit=profile_field_1", "harbour"},
		{pageOf(ada) + "/split?merged=" + twin.String(), ""}, {pageOf(ada) + "/distinct/" + third.String(), ""},
		{pageOf(gone) + "/changes/" + deleted.Change.String() + "/undo", ""},
		{"/ui/contacts/new", ""}, {"/ui/contacts/delete?id=" + ada.String(), ""}, {"/ui/merge?id=" + ada.String() + "&id=" + third.String(), ""},
	} {
		t.Run(test.address, func(t *testing.T) {
			w.t = t
			acts := 0
			for _, form := range b.get(test.address).all("form") {
				if !posts(form) && attribute(form, "id") != "merge" || doors[attribute(form, "action")] {
					continue
				}
				b.showsCommands(form, test.typed)
				acts++
			}
			if acts == 0 {
				t.Error("the page has no act")
			}
		})
	}
	w.t = t
	if after := w.read(ada); after.Version != before.Version {
		t.Error("showing a command did it")
	}
}

func posts(form *html.Node) bool { return attribute(form, "method") == "post" }

// showsCommands presses every button of a form that copies its request, and wants one for
// each deed that others do.
func (b *browser) showsCommands(form *html.Node, typed string) {
	b.w.t.Helper()
	buttons := all(form, "button")
	if id := attribute(form, "id"); id != "" {
		buttons = append(buttons, b.all("button", "form", id)...)
	}
	deeds, shown := map[string]bool{}, map[string]bool{}
	for _, n := range buttons {
		deed := attribute(n, "name")
		switch {
		case has(n, "data-copy"):
			if deed == "show" {
				deed = ""
			}
			shown[deed] = true
			copied := &browser{w: b.w, cookies: b.cookies, address: b.address}
			copied.press(form, n, "value", typed)
			if copied.status != 200 || len(copied.all("pre", "id", "command")) != 1 {
				b.w.t.Errorf("%s: %q answers %d\n%s", b.address, words(n), copied.status, copied.text())
			}
		case deed != "more" && deed != "anyway":
			deeds[deed] = true
		}
	}
	for deed := range deeds {
		if !shown[deed] {
			b.w.t.Errorf("%s: the form to %s does %q and does not show it as a command", b.address, attribute(form, "action"), deed)
		}
	}
}
