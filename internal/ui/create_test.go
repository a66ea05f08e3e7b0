package ui_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/carnet-project/carnet/internal/contact"
)

// fill types into the form of a new contact, by the ids of its fields, and presses a
// button.
func (b *browser) fill(button string, pairs ...string) *browser {
	b.w.t.Helper()
	form := b.form("/ui/contacts/new")
	for i := 0; i+1 < len(pairs); i += 2 {
		setValue(b.one("input", "id", pairs[i]), pairs[i+1])
	}
	return b.send(form, button)
}

// A new contact is made of what was typed, to the byte, with one more field where one is
// asked for; its toast takes it back.
func TestNewContact(t *testing.T) {
	w := newWorld(t)
	b := w.browse("main").get("/ui/contacts/new")
	b.fill("Another email", "names.0", "Ada Example", "emails.0", "ada@example.com").fill("Another phone")
	b.fill("Make the contact", "emails.1", " second@example.com ", "phones.1", "+1 312 555 0161", "locations.0", "e\u0301 Straße",
		"custom_fields.profile_field_1", "Analytical", "custom_fields.profile_field_16", "12480.500", "custom_fields.profile_field_26", "1815-12-10")
	page := w.browse("main").get("/ui/contacts")
	id := contact.ID(0)
	if _, err := fmt.Sscan(page.rows()[0], &id); err != nil {
		t.Fatal(err)
	}
	c := w.read(id)
	for col, want := range map[contact.Collection][]string{
		contact.Names: {"Ada Example"}, contact.Emails: {"ada@example.com", "second@example.com"}, contact.Phones: {"+1 312 555 0161"}, contact.Locations: {"e\u0301 Straße"},
	} {
		if got := textsOf(c.Values[col]); !slices.Equal(got, want) {
			t.Errorf("%s: %q", col, got)
		}
	}
	if c.Fields[0].Text != "Analytical" || c.Fields[15].Text != "12480.5" || c.Fields[25].Text != "1815-12-10" {
		t.Errorf("fields: %q %q %q", c.Fields[0].Text, c.Fields[15].Text, c.Fields[25].Text)
	}
	if !strings.HasPrefix(b.address, fmt.Sprintf("/ui/contacts/%d?done=", id)) {
		t.Errorf("then one is at %s", b.address)
	}
}

func setValue(field *html.Node, value string) {
	field.Attr = slices.DeleteFunc(field.Attr, func(a html.Attribute) bool { return a.Key == "value" })
	field.Attr = append(field.Attr, html.Attribute{Key: "value", Val: value})
}

func textsOf(values []contact.Value) (all []string) {
	for _, v := range values {
		all = append(all, v.Text)
	}
	return all
}

// What cannot be a value is told at its field, with what was typed, and nothing is made.
func TestNewContactIsMended(t *testing.T) {
	w := newWorld(t)
	b := w.browse("main").get("/ui/contacts/new")
	if b.fill("Make the contact"); b.status != http.StatusUnprocessableEntity || !strings.Contains(words(b.one("div", "role", "alert")), "at least one email, phone or name") {
		t.Errorf("an empty form: %d %s", b.status, b.text())
	}
	if at := b.all("p", "role", "alert"); len(at) != 0 {
		t.Errorf("what any of three fields mends is told at one: %s", words(at[0]))
	}
	b.fill("Another email").fill("Another email")
	b.fill("Make the contact", "emails.0", "", "emails.1", "fine@example.com", "emails.2", "<script>", "phones.0", "12", "names.0", "ليلى",
		"custom_fields.profile_field_16", "much", "custom_fields.profile_field_26", "tomorrow")
	if b.status != http.StatusUnprocessableEntity {
		t.Fatalf("%d %s", b.status, b.text())
	}
	for id, want := range map[string]string{"emails.1": "fine@example.com", "emails.2": "<script>", "phones.0": "12", "names.0": "ليلى",
		"custom_fields.profile_field_16": "much", "custom_fields.profile_field_26": "tomorrow"} {
		field := b.one("input", "id", id)
		wrong := id != "emails.1" && id != "names.0"
		if attribute(field, "value") != want || (attribute(field, "aria-invalid") == "true") != wrong {
			t.Errorf("%s: %+v", id, field.Attr)
		}
		if wrong && len(strings.Fields(textOf(b.one("span", "id", id+"-err")))) < 4 {
			t.Errorf("%s: told %q", id, textOf(b.one("span", "id", id+"-err")))
		}
	}
	var asking []string
	for _, input := range b.all("input") {
		if slices.ContainsFunc(input.Attr, func(a html.Attribute) bool { return a.Key == "autofocus" }) {
			asking = append(asking, attribute(input, "id"))
		}
	}
	if !slices.Equal(asking, []string{"emails.2"}) {
		t.Errorf("the focus goes to %q, not to the first that is wrong", asking)
	}
	if rows := w.browse("main").get("/ui/contacts").rows(); rows != nil {
		t.Errorf("made were %v", rows)
	}
	b.fill("Make the contact", "emails.2", "mended@example.com", "phones.0", "", "custom_fields.profile_field_16", "7", "custom_fields.profile_field_26", "")
	if rows := w.browse("main").get("/ui/contacts").rows(); len(rows) != 1 {
		t.Errorf("made were %v at %s\n%s", rows, b.address, b.text())
	}
}

// Where somebody has the email or the phone, that is shown first: a new contact is made
// all the same, or what was typed goes to theirs, and what that had stays.
func TestSomebodyHasIt(t *testing.T) {
	w := newWorld(t)
	p := names("Ada Example")
	p.Values[contact.Emails] = contact.List{Sent: true, Texts: []string{"ada@example.com"}}
	p.Fields.Sent, p.Fields.Texts[0] = true, "Hers"
	ada := w.do(&contact.Create{Patch: p}).Contact.ID
	w.makeElsewhere("Eve", "new@example.com")
	typed := []string{"names.0", "Ada Example", "emails.0", "ADA@example.com", "phones.0", "+1 312 555 0161", "custom_fields.profile_field_1", "Another", "custom_fields.profile_field_2", "New"}
	b := w.browse("main").get("/ui/contacts/new")
	b.fill("Make the contact", typed...)
	if b.status != http.StatusConflict || !strings.Contains(b.text(), "Somebody has this already") || !strings.Contains(b.text(), "ADA@example.com") {
		t.Fatalf("%d %s", b.status, b.text())
	}
	if rows := w.browse("main").get("/ui/contacts").rows(); len(rows) != 1 {
		t.Fatalf("made were %v", rows)
	}
	before := w.read(ada)
	b.fill("Add to this contact")
	c := w.read(ada)
	if got := textsOf(c.Values[contact.Emails]); !slices.Equal(got, []string{"ada@example.com"}) {
		t.Errorf("emails: %q", got)
	}
	if got := textsOf(c.Values[contact.Phones]); !slices.Equal(got, []string{"+1 312 555 0161"}) || len(c.Values[contact.Names]) != 1 || c.Fields[0].Text != "Hers" || c.Fields[1].Text != "New" {
		t.Errorf("the contact is %+v", c)
	}
	head := contact.ChangeID{Space: w.space.ID, Op: c.Head}.String()
	if b.address != fmt.Sprintf("/ui/contacts/%d?done=%s", ada, head) {
		t.Errorf("then one is at %s", b.address)
	}
	undo := fmt.Sprintf("/ui/contacts/%d/changes/%s/undo", ada, head)
	b.get(undo).send(b.form(undo), "Take back 2 values")
	if c := w.read(ada); len(c.Values[contact.Phones]) != 0 || c.Fields[0].Text != before.Fields[0].Text || c.Fields[1].Text != "" {
		t.Errorf("taken back, it is %+v", c)
	}

	b.get("/ui/contacts/new").fill("Make the contact", typed...)
	b.fill("Make it all the same")
	if rows := w.browse("main").get("/ui/contacts").rows(); len(rows) != 2 {
		t.Errorf("made were %v", rows)
	}
	b.get("/ui/contacts/new").fill("Make the contact", "names.0", "Eve", "emails.0", "new@example.com")
	if rows := w.browse("main").get("/ui/contacts").rows(); len(rows) != 3 {
		t.Errorf("what another Space has is in the way: %v\n%s", rows, b.text())
	}
}

// What was looked up and not found is typed already.
func TestNewContactOfWhatWasLookedUp(t *testing.T) {
	w := newWorld(t)
	b := w.browse("main")
	for look, field := range map[string]string{"ada@example.com": "emails.0", "+1 312 555 0161": "phones.0"} {
		b.get("/ui/contacts?q=" + url.QueryEscape(look))
		b.link("New contact with it")
		if got := attribute(b.one("input", "id", field), "value"); got != look {
			t.Errorf("%s: %q", field, got)
		}
	}
}

// Copy as curl gives what the form would send, and makes nothing.
func TestCurlOfANewContact(t *testing.T) {
	w := newWorld(t)
	b := w.browse("main").get("/ui/contacts/new").fill("Copy as curl", "names.0", "Ada O'Neil", "custom_fields.profile_field_16", "12.50")
	for _, want := range []string{"-X POST", "/public-api/v1/contacts'", `{"custom_fields":{"profile_field_16":"12.50"},"names":["Ada O'\''Neil"]}`, "X-Actor: Ada Ferrell"} {
		if command := textOf(b.one("pre")); !strings.Contains(command, want) {
			t.Errorf("without %s: %s", want, command)
		}
	}
	if rows := b.get("/ui/contacts").rows(); rows != nil {
		t.Errorf("made were %v", rows)
	}
}
