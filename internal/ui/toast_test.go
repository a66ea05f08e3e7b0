package ui_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/carnet-project/carnet/internal/contact"
)

// After every kind of write there is one toast, which says what is so now, and its Undo
// leads to the preview.
func TestToastSaysWhatIsSo(t *testing.T) {
	first := func(b *browser) *html.Node { return all(b.one("main"), "form", "method", "post")[0] }
	takeBack := func(b *browser) { b.send(first(b.link("Undo")), "") }
	remove := func(b *browser) { b.get(pageOf(1)).act("emails.2", "Remove") }
	gone := func(b *browser) { b.send(b.get(pageOf(1)).form(pageOf(1)+"/delete"), "Delete") }
	merge := func(b *browser) { b.send(b.get("/ui/merge?id=1&id=2&into=1").byID("merge"), "Merge, keep everything") }
	split := func(b *browser) {
		merge(b)
		b.send(all(b.get(pageOf(1)+"/split?merged=2").byID("preview"), "form")[0], "Split #2 off")
	}
	var many contact.Amendment
	many.Values[contact.Phones] = contact.ListAmendment{Named: true, Add: []string{"+44 7700 900111", "+44 7700 900112"}, Remove: []string{"+44 7700 900100"}}
	for _, test := range []struct {
		name string
		do   func(b *browser)
		want string
	}{
		{"create", func(b *browser) {
			b.get("/ui/contacts/new").fill("Make the contact", "names.0", rtl)
		}, "Saved. " + rtl + " is a contact now."},
		{"edit", func(b *browser) { b.get(pageOf(1)+"?edit=emails.1").act("emails.1", "", "value", "b@x.example") }, "Saved. Email is now b@x.example"},
		{"edit of a field", func(b *browser) {
			b.get(pageOf(1)+"?edit=profile_field_1").act("profile_field_1", "", "value", "<b>French</b>")
		}, "Saved. Speaks is now <b>French</b>"},
		{"add", func(b *browser) { b.get(pageOf(1)+"?add=phones").act("add", "", "value", "+44 7700 900111") }, "Saved. Phone +44 7700 900111 is there now."},
		{"remove", remove, "Saved. Email a2@x.example is gone."},
		{"undo of it", func(b *browser) { remove(b); takeBack(b) }, "Taken back. Email a2@x.example is there now."},
		{"primary", func(b *browser) { b.get(pageOf(1)).act("emails.2", "Make primary") }, "Saved. a2@x.example is the primary email now."},
		{"undo of that", func(b *browser) { b.get(pageOf(1)).act("emails.2", "Make primary"); takeBack(b) },
			"Taken back. a1@x.example is the primary email now."},
		{"delete", gone, "Saved. Ada is in the bin now."},
		{"undo of a deletion", func(b *browser) { gone(b); takeBack(b) }, "Taken back. Ada is a contact again."},
		{"deletion again", func(b *browser) { gone(b); takeBack(b); takeBack(b) }, "Taken back. Ada is in the bin now."},
		{"one of the list", func(b *browser) {
			b.send(first(b.get("/ui/contacts/delete?id=1")), "Delete 1 contact")
		}, "Saved. Ada is in the bin now."},
		{"merge", merge, "Saved. #2 is part of Ada now."},
		{"undo of a merge", func(b *browser) { merge(b); takeBack(b) }, "Taken back. #2 is a contact of its own again."},
		{"unmerge", split, "Saved. #2 is a contact of its own again."},
		{"undo of that", func(b *browser) { split(b); takeBack(b) }, "Taken back. #2 is part of Ada now."},
		{"adding to somebody", func(b *browser) {
			b.get("/ui/contacts/new").fill("Make the contact", "names.0", "A. F.", "emails.0", "a1@x.example", "phones.0", "+44 7700 900177")
			b.fill("Add to this contact")
		}, "Saved. 2 values are there now."},
		{"undo of what a program did", func(b *browser) {
			b.w.do(&contact.Amend{Ref: 1, Amendment: many})
			b.send(first(b.get(pageOf(1)).link("Take back…")), "")
		}, "Taken back. 1 value is there now, and 2 are gone."},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			id, _ := w.make("Ada", "a1@x.example", "a2@x.example", "+44 7700 900100"), w.make("Bob")
			b := w.browse("main").get("/ui/fields")
			b.send(b.form("/ui/fields"), "Save fields", "profile_field_1", "Speaks")
			test.do(b)
			b.shows()
			toasts := b.all("div", "role", "status")
			if len(toasts) != 1 || toasts[0].Parent != b.byID("toast") {
				t.Fatalf("there are %d toasts of contact %v", len(toasts), id)
			}
			if got := words(all(toasts[0], "span")[0]); got != test.want {
				t.Errorf("it says %q, and not %q", got, test.want)
			}
			if undo := all(toasts[0], "a", "data-act", "undo"); len(undo) != 1 || !strings.HasSuffix(attribute(undo[0], "href"), "/undo") {
				t.Fatal("it has no Undo")
			}
			b.link("Undo").shows("Nothing is written yet", "If you take it back now")
		})
	}
}

// Where several contacts are deleted there is one toast too, whose Undo is a plan that
// brings all of them back: a look at it, first.
func TestToastOfManyDeletions(t *testing.T) {
	w := newWorld(t)
	ada, bob := w.make("Ada"), w.make("Bob")
	before := w.stored(ada, bob)
	b := w.browse("main").get(fmt.Sprintf("/ui/contacts/delete?id=%d&id=%d", ada, bob))
	b.send(b.form("/ui/contacts/delete"), "Delete 2 contacts").shows()
	if toasts := b.all("div", "role", "status"); len(toasts) != 1 || !strings.HasPrefix(words(toasts[0]), "Done. 2 contacts are in the bin now.") {
		t.Errorf("the toasts: %q", words(b.byID("toast")))
	}
	b.act("toast", "Undo").shows("Take back a batch", "Nothing of it is written yet")
	b.decide("apply", "Apply 2 writes").shows("done")
	if after := w.stored(ada, bob); !reflect.DeepEqual(after, before) {
		t.Errorf("there is\n%v\nand there was\n%v", after, before)
	}
}

// Who looks at the address of somebody else's write is told whose it was.
func TestToastOfAnothersWrite(t *testing.T) {
	w := newWorld(t)
	id := w.make("Ada")
	c := w.do(&contact.Delete{Ref: w.make("Bob")})
	b := w.browse("main").get(pageOf(id) + "?done=" + c.Change.String())
	if got := words(b.byID("toast")); !strings.HasPrefix(got, "client deleted this contact.") {
		t.Errorf("the toast says %q", got)
	}
	if b = w.browse("reader").get(pageOf(id) + "?done=" + c.Change.String()); len(all(b.byID("toast"), "a", "data-act", "undo")) > 0 {
		t.Error("a key without write is offered an undo")
	}
}
