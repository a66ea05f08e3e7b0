package ui_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/carnet-project/carnet/internal/contact"
)

// page gives the address of a contact's page.
func pageOf(id contact.ID) string { return "/ui/contacts/" + id.String() }

// byID gives the element of the page that has an id.
func (b *browser) byID(id string) *html.Node {
	b.w.t.Helper()
	for n := range b.page.Descendants() {
		if n.Type == html.ElementNode && attribute(n, "id") == id {
			return n
		}
	}
	b.w.t.Fatalf("%s has no element %q\n%s", b.address, id, b.text())
	return nil
}

// act sends the form in an element, or the one that its button is of, by that button.
func (b *browser) act(id, button string, set ...string) *browser {
	b.w.t.Helper()
	if n := buttonIn(b.byID(id), button); n != nil && has(n, "form") {
		return b.press(b.byID(attribute(n, "form")), n, set...)
	}
	forms := all(b.byID(id), "form")
	if len(forms) != 1 {
		b.w.t.Fatalf("%s has %d forms in %q", b.address, len(forms), id)
	}
	return b.send(forms[0], button, set...)
}

func listOf(c contact.Contact, col contact.Collection) string {
	var all []string
	for _, v := range c.Values[col] {
		all = append(all, v.Text)
	}
	return strings.Join(all, " | ")
}

// A contact's page shows all that it holds, and where each value came from.
func TestContactShowsValuesWithSources(t *testing.T) {
	w := newWorld(t)
	id := w.make("Ada Ferrell", "Ada F.", "ada@ferrell.example", "+44 7700 900111")
	b := w.browse("main").get(pageOf(id))
	b.shows("Ada Ferrell", "Ada F.", "ada@ferrell.example", "+44 7700 900111", "version 1", "client · 1 Mar", "Show 30 empty fields", "made this contact")
	if h1 := b.one("h1"); words(h1) != "Ada Ferrell Ada F." {
		t.Errorf("the heading is %q", words(h1))
	}
	for _, value := range []string{"names.1", "names.2", "emails.1", "phones.1"} {
		if links := all(b.byID(value), "a", "class", "src"); len(links) != 1 {
			t.Errorf("the value %s has %d sources", value, len(links))
		}
	}
	b.get(pageOf(id) + "?sources=1").shows("by client with key client, a create")
	b.get(pageOf(id)+"?empty=1").shows("Field 1", "Field 30")
	b.get(pageOf(id) + "/json").shows(`"emails": [ "ada@ferrell.example" ]`)
	b.get(pageOf(id)+"?show=curl").shows("/public-api/v1/contacts/"+id.String(), "$CARNET_KEY")
}

// Each edit of a value is a form that works without scripts, changes that value alone, and
// is taken back byte for byte.
func TestContactIsEditedInPlace(t *testing.T) {
	const hostile = "<script>alert(1)</script> e\u0301 \u05e9\u05dc\u05d5\u05dd"
	tests := []struct {
		name        string
		open        string   // the address of the form, "" where it stands in the menu
		at          string   // the element that has it
		button      string   // which is pressed
		set         []string // what is typed
		col         contact.Collection
		slot        contact.Slot
		want, toast string
	}{
		{"the first value", "?edit=emails.1", "emails.1", "Save 1 change", []string{"value", "b@x.example"}, contact.Emails, 0, "b@x.example | a2@x.example | a3@x.example", "Email is now b@x.example"},
		{"one in the middle", "?edit=emails.2", "emails.2", "Save 1 change", []string{"value", "b@x.example"}, contact.Emails, 0, "a1@x.example | b@x.example | a3@x.example", "Email is now b@x.example"},
		{"the last value", "?edit=emails.3", "emails.3", "Save 1 change", []string{"value", "b@x.example"}, contact.Emails, 0, "a1@x.example | a2@x.example | b@x.example", "Email is now b@x.example"},
		{"another value", "?add=emails", "add", "Add an email", []string{"value", "b@x.example"}, contact.Emails, 0, "a1@x.example | a2@x.example | a3@x.example | b@x.example", "Email b@x.example is there now."},
		{"the primary one", "", "emails.3", "Make primary", nil, contact.Emails, 0, "a3@x.example | a1@x.example | a2@x.example", "a3@x.example is the primary email now."},
		{"a value away", "", "emails.2", "Remove", nil, contact.Emails, 0, "a1@x.example | a3@x.example", "Email a2@x.example is gone."},
		{"one of two that compare equal", "", "phones.1", "Remove", nil, contact.Phones, 0, "+447700900111", "Phone +44 7700 900111 is gone."},
		{"a name with signs of markup", "?edit=names.1", "names.1", "Save 1 change", []string{"value", hostile}, contact.Names, 0, hostile, "Name is now <script>alert(1)</script>"},
		{"a field", "?edit=profile_field_3", "profile_field_3", "Save 1 change", []string{"value", "one\r\ntwo"}, 0, 3, "one\ntwo", "Field 3 is now one two"},
		{"a long field", "?edit=profile_field_3", "profile_field_3", "Save 1 change", []string{"value", strings.Repeat("\u05d0", 10_000)}, 0, 3, strings.Repeat("\u05d0", 10_000), "Field 3 is now \u05d0\u05d0"},
		{"a number", "?edit=profile_field_16", "profile_field_16", "Save 1 change", []string{"value", "12480.50"}, 0, 16, "12480.5", "Field 16 is now 12480.5"},
		{"a date", "?edit=profile_field_26", "profile_field_26", "Save 1 change", []string{"value", "2024-02-29"}, 0, 26, "2024-02-29", "Field 26 is now 2024-02-29"},
		{"a filled field away", "", "profile_field_2", "Remove", nil, 0, 2, "", "Field 2 is empty now."},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			id := w.make("Ada", "a1@x.example", "a2@x.example", "a3@x.example", "+44 7700 900111", "+447700900111")
			var fill contact.Amendment
			fill.Fields.Sent, fill.Fields.Named[1], fill.Fields.Texts[1] = true, true, "harbour"
			w.do(&contact.Amend{Ref: id, Amendment: fill})
			before := w.read(id)
			b := w.browse("main").get(pageOf(id) + test.open)
			b.act(test.at, test.button, test.set...)
			after := w.read(id)
			got := after.Fields[max(0, test.slot.Index())].Text
			if test.slot == 0 {
				got = listOf(after, test.col)
			}
			if got != test.want {
				t.Errorf("the value is %q, not %q", got, test.want)
			}
			if toast := words(b.byID("toast")); !strings.Contains(toast, test.toast) {
				t.Errorf("the toast says %q, and not %q", toast, test.toast)
			}
			b.link("Undo").shows("Nothing is written yet")
			b.send(all(b.one("main"), "form")[0], "")
			if back := w.read(id); !sameValues(&before, &back) {
				t.Errorf("undoing it leaves %v\nand not %v", back.Values, before.Values)
			}
		})
	}
}

// sameValues tells whether two states hold the same bytes of the same origins.
func sameValues(a, b *contact.Contact) bool {
	d := contact.Diff(a, b)
	return d.Empty()
}

// What is refused is told at the field, with what was typed, and nothing is saved.
func TestEditIsRefusedAtItsField(t *testing.T) {
	for _, test := range []struct{ open, at, typed string }{
		{"?edit=emails.1", "emails.1", "no address"},
		{"?edit=phones.1", "phones.1", "call me"},
		{"?edit=names.1", "names.1", " "},
		{"?add=emails", "add", "no address <b>"},
		{"?edit=profile_field_16", "profile_field_16", "twelve"},
		{"?edit=profile_field_26", "profile_field_26", "2023-02-29"},
		{"?edit=profile_field_1", "profile_field_1", strings.Repeat("x", 10_241)},
	} {
		t.Run(test.at+test.typed[:1], func(t *testing.T) {
			w := newWorld(t)
			id := w.make("Ada", "a@x.example", "+44 7700 900111")
			b := w.browse("main").get(pageOf(id) + test.open)
			b.act(test.at, "", "value", test.typed)
			if b.status != http.StatusUnprocessableEntity {
				t.Fatalf("it answers %d\n%s", b.status, b.text())
			}
			if got := held(all(b.byID(test.at), "form")[0]).Get("value"); got != test.typed {
				t.Errorf("the field holds %q, and not what was typed", got)
			}
			if wrong := b.byID("wrong"); !strings.HasSuffix(words(wrong), "Nothing was saved.") {
				t.Errorf("it says %q", words(wrong))
			}
			if c := w.read(id); c.Version != 1 {
				t.Errorf("the contact is at version %d", c.Version)
			}
		})
	}
}

// Where two edits met, both are shown, and the reader's choice is saved from there.
func TestTwoEditsThatMeet(t *testing.T) {
	field := func(slot contact.Slot, text string) *contact.Amendment {
		a := &contact.Amendment{}
		a.Fields.Sent, a.Fields.Named[slot.Index()], a.Fields.Texts[slot.Index()] = true, true, text
		return a
	}
	email := func(l contact.ListAmendment) *contact.Amendment {
		a := &contact.Amendment{}
		l.Named = true
		a.Values[contact.Emails] = l
		return a
	}
	const first, second = "a1@x.example", "a2@x.example"
	for _, test := range []struct {
		name, open, at, button string
		typed                  string
		theirs                 *contact.Amendment
		shows                  []string
		keep                   map[string]string // what is kept, and what is there then
	}{
		{"a field", "?edit=profile_field_3", "profile_field_3", "Save 1 change", "mine", field(3, "theirs"), []string{"was", "mine", "theirs"},
			map[string]string{"mine": "mine", "theirs": "theirs", "other": "ours"}},
		{"a field that they cleared", "?edit=profile_field_3", "profile_field_3", "Save 1 change", "mine", field(3, ""), []string{"nothing"},
			map[string]string{"mine": "mine", "theirs": "", "other": "ours"}},
		{"a field that is to go", "", "profile_field_3", "Remove", "", field(3, "theirs"), []string{"nothing"},
			map[string]string{"mine": "", "theirs": "theirs", "other": "ours"}},
		{"the first email", "?edit=emails.1", "emails.1", "Save 1 change", "mine@x.example",
			email(contact.ListAmendment{Primary: "theirs@x.example"}), []string{first, "mine@x.example", "theirs@x.example"},
			map[string]string{"mine": "mine@x.example | theirs@x.example | " + second, "theirs": "theirs@x.example | " + first + " | " + second}},
		{"an email that they replaced", "?edit=emails.2", "emails.2", "Save 1 change", "mine@x.example",
			email(contact.ListAmendment{Remove: []string{second}, Add: []string{"theirs@x.example"}}), []string{second, "mine@x.example", "theirs@x.example"},
			map[string]string{"mine": first + " | theirs@x.example | mine@x.example", "theirs": first + " | theirs@x.example"}},
		{"another primary", "", "emails.2", "Make primary", "",
			email(contact.ListAmendment{Primary: "theirs@x.example"}), []string{second, "theirs@x.example"},
			map[string]string{"mine": second + " | theirs@x.example | " + first, "theirs": "theirs@x.example | " + first + " | " + second}},
	} {
		for keep, want := range test.keep {
			t.Run(test.name+", kept "+keep, func(t *testing.T) {
				w := newWorld(t)
				id := w.make("Ada", first, second)
				w.do(&contact.Amend{Ref: id, Amendment: *field(3, "was")})
				b := w.browse("main").get(pageOf(id) + test.open)
				w.do(&contact.Amend{Ref: id, Amendment: *test.theirs})
				if test.open == "" {
					b.act(test.at, test.button)
				} else {
					b.act(test.at, test.button, "value", test.typed)
				}
				if b.status != http.StatusConflict {
					t.Fatalf("it answers %d\n%s", b.status, b.text())
				}
				for _, text := range test.shows {
					if !strings.Contains(b.text(), text) {
						t.Errorf("it does not show %q:\n%s", text, b.text())
					}
				}
				b.send(b.form(pageOf(id)+"/edit"), "", "keep", keep, "other", "ours")
				c := w.read(id)
				got := listOf(c, contact.Emails)
				if strings.HasPrefix(test.name, "a field") {
					got = c.Fields[2].Text
				}
				if got != want {
					t.Errorf("there stands %q, and not %q", got, want)
				}
			})
		}
	}
}

// What others change elsewhere is no conflict: both stand.
func TestEditsOfDifferentValuesFitTogether(t *testing.T) {
	w := newWorld(t)
	id := w.make("Ada", "a@x.example")
	b := w.browse("main").get(pageOf(id) + "?edit=emails.1")
	var theirs contact.Amendment
	theirs.Values[contact.Phones] = contact.ListAmendment{Named: true, Add: []string{"+44 7700 900111"}}
	w.do(&contact.Amend{Ref: id, Amendment: theirs})
	b.act("emails.1", "", "value", "b@x.example").shows("b@x.example", "+44 7700 900111")
	if c := w.read(id); listOf(c, contact.Emails) != "b@x.example" || listOf(c, contact.Phones) != "+44 7700 900111" {
		t.Errorf("there stand %v", c.Values)
	}
}

// From the list to the phone to who brought it to taking it back: three steps.
func TestWhoChangedThisPhoneAndBack(t *testing.T) {
	w := newWorld(t)
	id := w.make("Ada", "+44 7700 900111")
	before := w.read(id)
	var a contact.Amendment
	a.Values[contact.Phones] = contact.ListAmendment{Named: true, Remove: []string{"+44 7700 900111"}, Add: []string{"+44 7700 900112"}}
	w.do(&contact.Amend{Ref: id, Amendment: a})
	b := w.browse("main").get("/ui/contacts")
	b.link("Ada")
	b.get(attribute(all(b.byID("phones.1"), "a", "class", "src")[0], "href")).shows("client replaced a phone")
	b.link("Take back…").shows("Nothing is written yet")
	b.send(all(b.one("main"), "form")[0], "").shows("+44 7700 900111")
	if after := w.read(id); !sameValues(&before, &after) {
		t.Errorf("there stands %v", after.Values)
	}
}

// An id that was merged leads to the contact that remains, which says so; what came from
// it is told at its values.
func TestAliasLeadsToTheContact(t *testing.T) {
	w := newWorld(t)
	id, other := w.make("Ada", "a@x.example"), w.make("A. Ferrell", "b@x.example")
	w.do(&contact.Merge{Survivor: id, Merged: []contact.ID{other}})
	b := w.browse("main").get(pageOf(other))
	b.shows("#2 was merged into this contact", "also known as #2", "merge of #2")
	if !strings.HasPrefix(b.address, pageOf(id)) {
		t.Errorf("it leads to %s", b.address)
	}
	b.link("Split off…").shows("Merged into this contact", "Split off")
	b.get(pageOf(id)).get(attribute(all(b.byID("emails.2"), "a", "class", "src")[0], "href")).shows("made this contact")
	if strings.Contains(w.browse("reader").get(pageOf(id)).text()+b.get(pageOf(w.make("Eve"))).text(), "Split off") {
		t.Error("splitting is offered to a reader, or where nothing is merged")
	}
}

// Deleting is one act, and its toast takes it back.
func TestContactIsDeletedAndBroughtBack(t *testing.T) {
	w := newWorld(t)
	id := w.make("Ada", "a@x.example")
	before := w.read(id)
	b := w.browse("main").get(pageOf(id))
	b.send(b.form(pageOf(id)+"/delete"), "").shows()
	if got := b.get(pageOf(id)).status; got != http.StatusNotFound {
		t.Fatalf("it is there: %d", got)
	}
	b.get("/ui/bin").link("Bring back…")
	b.send(all(b.one("main"), "form")[0], "")
	if after := w.read(id); !sameValues(&before, &after) {
		t.Errorf("there stands %v", after.Values)
	}
}

// A key that may not write sees no act and can do none, and a contact of another Space is
// none.
func TestContactIsForItsReaders(t *testing.T) {
	w := newWorld(t)
	id := w.make("Ada", "a@x.example")
	form := w.browse("main").get(pageOf(id) + "?edit=emails.1")
	edit, remove := all(form.byID("emails.1"), "form")[0], form.form(pageOf(id)+"/delete")
	for _, test := range []struct {
		key           string
		get, put, del int
	}{
		{"reader", 200, 403, 403},
		{"writer", 403, 403, 403},
		{"other", 404, 404, 404},
	} {
		b := w.browse(test.key).get(pageOf(id) + "?edit=emails.1")
		if b.status != test.get || len(all(b.one("main"), "form", "method", "post")) > 0 || len(b.all("a", "data-act", "edit")) > 0 {
			t.Errorf("the key %s sees %d\n%s", test.key, b.status, b.text())
		}
		if test.key != "writer" { // which may delete what it may not see, as with the API
			if got := b.send(remove, "").status; got != test.del {
				t.Errorf("deleting with the key %s answers %d", test.key, got)
			}
		}
		if got := b.send(edit, "", "value", "evil@x.example").status; got != test.put {
			t.Errorf("editing with the key %s answers %d", test.key, got)
		}
	}
	if c := w.read(id); c.Version != 1 {
		t.Errorf("the contact is at version %d", c.Version)
	}
}

// Of many values the first are shown, and of a long text its beginning; each is a link or
// a press away.
func TestMuchIsFolded(t *testing.T) {
	w := newWorld(t)
	values := []string{"Ada"}
	for i := range 100 {
		values = append(values, fmt.Sprintf("+44 7700 9%05d", i))
	}
	id := w.make(values...)
	b := w.browse("main").get(pageOf(id)).shows("Phones 100", "Show 80 more")
	if n := len(all(b.byID("phones"), "li", "class", "val")); n != 20 {
		t.Errorf("%d phones are shown", n)
	}
	if b.link("Show 80 more"); len(all(b.byID("phones"), "li", "class", "val")) != 100 {
		t.Error("not all phones are shown")
	}
	b.get(pageOf(id) + "?edit=phones.90")
	if len(all(b.byID("phones.90"), "form", "class", "edit")) != 1 {
		t.Error("a value that is folded away cannot be edited")
	}
	long := strings.Repeat("<script> ", 1_100)
	b.act("phones.90", "", "value", "+44 7700 900999")
	b.get(pageOf(id)+"?edit=profile_field_1").act("profile_field_1", "", "value", long)
	b.shows("Show all 9900")
	if len(all(b.one("main"), "script")) > 0 {
		t.Error("a value became markup")
	}
}
