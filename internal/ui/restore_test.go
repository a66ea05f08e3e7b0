package ui_test

import (
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/carnet-project/carnet/internal/contact"
)

// deed is something that is done to the contacts of a page.
type deed struct {
	name string
	do   func(b *browser)
	ways []string // by which it is taken back; nil for all
}

// The ways to take back what was done last: each leads to the same preview.
var ways = map[string]func(b *browser, id contact.ID) *html.Node{
	"its toast": func(b *browser, _ contact.ID) *html.Node { return b.byID("toast") },
	"the contact's page": func(b *browser, id contact.ID) *html.Node {
		return b.get(pageOf(id)).byID("history")
	},
	"the contact's history": func(b *browser, id contact.ID) *html.Node { return b.get(pageOf(id) + "/history").byID("history") },
	"the activity":          func(b *browser, _ contact.ID) *html.Node { return b.get("/ui/activity").one("main") },
	"the list":              func(b *browser, _ contact.ID) *html.Node { return b.get("/ui/contacts?sort=change").one("main") },
	"the bin":               func(b *browser, _ contact.ID) *html.Node { return b.get("/ui/bin").one("main") },
}

// takeBack takes back what was done last, by one of the ways: nothing is written before
// the preview says what will be.
func (b *browser) takeBack(way string, id contact.ID) {
	b.w.t.Helper()
	acts := all(ways[way](b, id), "a", "data-act", "undo")
	if len(acts) == 0 {
		b.w.t.Fatalf("%s leads to no preview:\n%s", b.address, b.text())
	}
	b.get(b.resolve(attribute(acts[0], "href"))).shows("Nothing is written yet")
	forms := all(b.one("main"), "form")
	if len(forms) != 1 {
		b.w.t.Fatalf("%s has %d forms:\n%s", b.address, len(forms), b.text())
	}
	if b.send(forms[0], ""); b.status != http.StatusOK {
		b.w.t.Fatalf("%s answers %d:\n%s", b.address, b.status, b.text())
	}
}

// stored gives contacts as they are stored: their texts, the order and the origins of
// these, and what is in the bin.
func (w *world) stored(ids ...contact.ID) map[contact.ID]any {
	all := map[contact.ID]any{}
	for _, id := range ids {
		c, err := w.book.Get(w.t.Context(), w.grant("client"), id)
		if err != nil {
			all[id] = "not there"
			continue
		}
		all[id] = []any{c.ID, c.State, c.Values, c.Fields}
	}
	return all
}

// What is done on any screen is taken back from any other that shows it, and then each
// contact is what it was: each byte of its values, their order, and where they came from.
func TestUndoRestores(t *testing.T) {
	w := newWorld(t)
	id := w.make(scripted, nfd, rtl, "ada@ferrell.example", "ADA@work.example", "+44 7700 900111", "+447700900111")
	other := w.make(broken, "ada@ferrell.example", "other@there.example", "+44 7700 900112")
	third := w.make("Third", "third@there.example")
	w.do(&contact.Amend{Ref: id, Amendment: field(1, long)})
	w.do(&contact.Amend{Ref: other, Amendment: field(1, rtl)})
	w.do(&contact.Merge{Survivor: id, Merged: []contact.ID{third}})
	b := w.browse("main")
	everywhere := []string{"its toast", "the contact's page", "the contact's history", "the activity", "the list"}
	at := func(query, element, button string, set ...string) func(*browser) {
		return func(b *browser) { b.get(pageOf(id)+query).act(element, button, set...) }
	}
	for _, d := range []deed{
		{"a value is edited", at("?edit=names.2", "names.2", "Save 1 change", "value", broken), everywhere},
		{"the first value is edited", at("?edit=emails.1", "emails.1", "Save 1 change", "value", "new@ferrell.example"), everywhere},
		{"a value is added", at("?add=phones", "add", "Add a phone", "value", "+44 7700 900199"), everywhere},
		{"a field is cleared", at("", "profile_field_1", "Remove"), everywhere},
		{"a value is removed", at("", "names.1", "Remove"), everywhere},
		{"one of two that compare equal is removed", at("", "phones.1", "Remove"), everywhere},
		{"another is primary", at("", "emails.2", "Make primary"), everywhere},
		{"two are merged", func(b *browser) {
			b.get(fmt.Sprintf("/ui/merge?id=%d&id=%d&into=%d", id, other, id))
			b.send(b.byID("merge"), "Merge, keep everything", "confirm_distinct", "1") // after the first undo they are told apart
		}, everywhere},
		{"one is split off", func(b *browser) {
			b.get(fmt.Sprintf("%s/split?merged=%d", pageOf(id), third))
			b.send(all(b.byID("preview"), "form")[0], fmt.Sprintf("Split #%d off", third))
		}, everywhere},
		{"one is deleted", func(b *browser) { b.send(b.get(pageOf(id)).form(pageOf(id)+"/delete"), "Delete") },
			[]string{"its toast", "the activity", "the contact's history", "the bin"}},
	} {
		for _, way := range d.ways {
			t.Run(d.name+", taken back from "+way, func(t *testing.T) {
				w.t = t
				before := w.stored(id, other, third)
				d.do(b)
				if b.status != http.StatusOK {
					t.Fatalf("%s answers %d:\n%s", b.address, b.status, b.text())
				}
				if reflect.DeepEqual(w.stored(id, other, third), before) {
					t.Fatalf("nothing was done:\n%s", b.text())
				}
				b.takeBack(way, id)
				if after := w.stored(id, other, third); !reflect.DeepEqual(after, before) {
					t.Errorf("there is\n%v\nand there was\n%v", after, before)
				}
			})
		}
	}
	w.t = t
}

// Contacts that were deleted together come back one by one, and a contact that was made
// goes to the bin, from where it comes back as it was made.
func TestUndoOfManyAndOfNew(t *testing.T) {
	w := newWorld(t)
	ids := []contact.ID{w.make(scripted, "a@there.example"), w.make(rtl, nfd, "b@there.example"), w.make("+44 7700 900111")}
	before := w.stored(ids...)
	b := w.browse("main").get("/ui/contacts")
	b.pick("Delete…", ids...)
	b.send(b.form("/ui/contacts/delete"), "Delete 3 contacts")
	if gone := w.stored(ids...); gone[ids[0]] != "not there" || gone[ids[2]] != "not there" {
		t.Fatalf("not all were deleted: %v\n%s", gone, b.text())
	}
	for range ids {
		b.takeBack("the bin", 0)
	}
	if after := w.stored(ids...); !reflect.DeepEqual(after, before) {
		t.Errorf("there is\n%v\nand there was\n%v", after, before)
	}
	b.get("/ui/bin").shows("The bin is empty")
	b.get("/ui/contacts/new")
	b.send(b.form("/ui/contacts/new"), "Make the contact", "names", broken, "emails", "new@there.example")
	made := contact.ID(0)
	if _, err := fmt.Sscanf(b.address, "/ui/contacts/%d?", &made); err != nil || slices.Contains(ids, made) {
		t.Fatalf("a new contact leads to %s", b.address)
	}
	before = w.stored(made)
	b.takeBack("its toast", made)
	if !strings.HasPrefix(b.address, "/ui/bin") || w.stored(made)[made] != "not there" {
		t.Errorf("%s: %v", b.address, w.stored(made))
	}
	b.takeBack("the bin", made)
	if after := w.stored(made); !reflect.DeepEqual(after, before) {
		t.Errorf("there is\n%v\nand there was\n%v", after, before)
	}
}

// Who changed this phone, and why, and how it is taken back: three clicks from the list.
func TestThreeClicksToTakeBack(t *testing.T) {
	w := newWorld(t)
	id := w.make("Ada", "+44 7700 900111")
	for i := range 9 { // much has happened since
		w.make(fmt.Sprintf("Person %d", i))
	}
	b := w.browse("main").get(pageOf(id) + "?edit=phones.1")
	b.act("phones.1", "Save 1 change", "value", "+44 7700 900222")
	for i := range 12 {
		w.do(&contact.Amend{Ref: id, Amendment: field(2, fmt.Sprint("version ", i))})
	}
	b.get("/ui/contacts")
	b.link("Ada")                                             // one: the contact
	source := all(b.byID("phones.1"), "a", "class", "src")[0] // who, and when, beside the value
	if got := words(source); !strings.Contains(got, "Ada") && !strings.Contains(got, "you") {
		t.Errorf("beside the phone stands %q", got)
	}
	b.get(b.resolve(attribute(source, "href"))) // two: what that change did
	b.shows("+44 7700 900111", "+44 7700 900222", "You replaced a phone")
	b.link("Take back…").shows("Nothing is written yet", "Take back 2 values") // three: what taking it back does
	b.send(all(b.one("main"), "form")[0], "Take back 2 values")
	if c := w.read(id); len(c.Values[contact.Phones]) != 1 || c.Values[contact.Phones][0].Text != "+44 7700 900111" || c.Fields[1].Text != "version 11" {
		t.Errorf("after all that it is %v, %q", c.Values[contact.Phones], c.Fields[1].Text)
	}
}
