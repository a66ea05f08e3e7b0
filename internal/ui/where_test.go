package ui_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
)

// fielded makes a contact with texts of slots.
func (w *world) fielded(name string, texts map[contact.Slot]string) contact.ID {
	w.t.Helper()
	p := names(name)
	p.Fields.Sent = true
	for s, text := range texts {
		p.Fields.Texts[s.Index()] = text
	}
	return w.do(&contact.Create{Patch: p}).Contact.ID
}

// condition fills the form of a condition in, and sends it.
func (b *browser) condition(slot contact.Slot, fill ...string) *browser {
	b.w.t.Helper()
	b.send(b.one("form", "id", "pick-field"), "Go on", "field", slot.String())
	return b.send(b.one("form", "id", "condition"), "Show these", fill...)
}

// CONTRACT P5: conditions on custom fields are made by a form that offers what the field
// takes, stand in the address and as chips, and each can be taken off.
func TestContactsWhere(t *testing.T) {
	w := newWorld(t) // 1 March 2026
	ada := w.fielded("Ada", map[contact.Slot]string{1: "Pro <plan>", 16: "500", 26: "2026-02-27"})
	bo := w.fielded("Bo", map[contact.Slot]string{1: "professional", 16: "12.5"})
	cy := w.make("Cy", "cy@example.com")
	b := w.browse("main").get("/ui/contacts?sort=&cols=email,profile_field_16")
	b.condition(1, "operator", "starts_with", "value", "PRO").shows("Field 1 starts with PRO")
	if got := b.rows(); b.status != http.StatusOK || !slices.Equal(got, idsOf(bo, ada)) {
		t.Fatalf("%d %v", b.status, got)
	}
	at, err := url.Parse(b.address)
	if err != nil || at.Query().Get("custom_field_filters") != `[{"field":"profile_field_1","operator":"starts_with","value":"PRO"}]` || at.Query().Get("cols") == "" || len(at.Query()) != 2 {
		t.Errorf("the address is %s", b.address)
	}
	b.condition(16, "operator", "greater_than", "value", "99.50").shows("Field 16 is above 99.5", "Field 1 starts with")
	if got := b.rows(); !slices.Equal(got, idsOf(ada)) {
		t.Errorf("both: %v", got)
	}
	b.link("Copy as curl").shows("custom_field_filters=")
	b.get("/ui/contacts?"+at.RawQuery).condition(16, "operator", "greater_than", "value", "99.50")
	b.link("Field 1 starts with PRO")
	if got := b.rows(); !slices.Equal(got, idsOf(ada)) || !strings.Contains(b.address, "greater_than") || strings.Contains(b.address, "starts_with") {
		t.Errorf("one was taken off: %v at %s", got, b.address)
	}
	for _, c := range []struct {
		slot contact.Slot
		fill []string
		want []string
		says string
	}{
		{1, []string{"operator", "contains", "value", "<plan>"}, idsOf(ada), "Field 1 contains <plan>"},
		{1, []string{"operator", "unknown", "value", "left from before"}, idsOf(cy), "Field 1 has no value"},
		{16, []string{"operator", "any"}, idsOf(bo, ada), "Field 16 has a value"},
		{26, []string{"operator", "between", "value", "2026-02-01", "until", "2026-02-28"}, idsOf(ada), "Field 26 is between 1 Feb 2026 and 28 Feb 2026"},
		{26, []string{"operator", "less_than", "value", "2026-02-27"}, nil, "Field 26 is before 27 Feb 2026"},
		{26, []string{"operator", "age_equal_to", "value", "2026-02-27", "days", "2"}, idsOf(ada), "Field 26 is exactly 2 days ago"},
	} {
		b.get("/ui/contacts").condition(c.slot, c.fill...).shows(c.says)
		if got := b.rows(); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.says, got, c.want)
		}
	}
}

// bad-input 67: a mistake is told beside the form, with what was typed, and the list stays.
func TestContactsWhereMistakes(t *testing.T) {
	w := newWorld(t)
	ada := w.fielded("Ada", map[contact.Slot]string{1: "x"})
	b := w.browse("main")
	for _, c := range []struct {
		slot contact.Slot
		fill []string
		says string
	}{
		{1, []string{"operator", "contains"}, "Write what to compare with"},
		{16, []string{"operator", "equal_to", "value", "<b>many</b>"}, "number"},
		{26, []string{"operator", "between", "value", "2026-02-02", "until", "2026-02-01"}, "Send an end that is not before start."},
		{26, []string{"operator", "age_less_than", "days", "some"}, "Send a whole number of days"},
	} {
		b.get("/ui/contacts?start=2026-01-01").condition(c.slot, c.fill...)
		if b.status != http.StatusUnprocessableEntity || !strings.Contains(words(b.byID("condition-wrong")), c.says) || !slices.Equal(b.rows(), idsOf(ada)) {
			t.Errorf("%v: %d %v %s", c.fill, b.status, b.rows(), b.text())
		}
		for i := 2; i+1 < len(c.fill); i += 2 {
			if got := attribute(b.one("input", "name", c.fill[i]), "value"); got != c.fill[i+1] {
				t.Errorf("%s has %q, and %q was typed", c.fill[i], got, c.fill[i+1])
			}
		}
		if b.link("Cancel"); b.address != "/ui/contacts?start=2026-01-01" {
			t.Errorf("the form is left for %s", b.address)
		}
	}
	filters := func(text string) string { return "/ui/contacts?custom_field_filters=" + url.QueryEscape(text) }
	any := `{"field":"profile_field_1","operator":"any"}`
	ten := "[" + strings.Repeat(any+",", 9) + any + "]"
	for _, bad := range []string{"[]", "{", "null", `[{"field":"profile_field_31","operator":"any"}]`, `[{"field":"profile_field_16","operator":"contains","value":"1"}]`, strings.Replace(ten, "[", "["+any+",", 1)} {
		if b.get(filters(bad)); b.status != http.StatusUnprocessableEntity || !strings.Contains(b.text(), "A condition is not as it must be") {
			t.Errorf("%s: %d %s", bad, b.status, b.text())
		}
	}
	if b.get(filters(ten)); !slices.Equal(b.rows(), idsOf(ada)) || len(b.all("form", "id", "pick-field")) != 0 {
		t.Errorf("ten conditions: %v", b.rows())
	}
	if b.get(filters(ten) + "&field=profile_field_1&operator=any"); b.status != http.StatusUnprocessableEntity {
		t.Errorf("eleven conditions: %d", b.status)
	}
	b.get("/ui/contacts?field=nothing&operator=any")
	if b.status != http.StatusOK || len(b.all("form", "id", "condition")) != 0 {
		t.Errorf("a field that is none: %d", b.status)
	}
	operators := func(slot string) (all []string) {
		for _, o := range b.get("/ui/contacts?field=" + slot).all("option") {
			if v := attribute(o, "value"); !strings.HasPrefix(v, "profile_") {
				all = append(all, v)
			}
		}
		return all
	}
	for slot, kind := range map[string]contact.FieldKind{"profile_field_1": contact.TextField, "profile_field_16": contact.NumberField, "profile_field_26": contact.DateField} {
		if got, want := operators(slot), fmt.Sprint(kind.Operators()); fmt.Sprint(got) != want {
			t.Errorf("%s offers %v, and not %s", slot, got, want)
		}
	}
}

// All that fit are deleted by a plan, which shows them first.
func TestDeleteFitting(t *testing.T) {
	w := newWorld(t)
	ada, bo := w.fielded("Ada", map[contact.Slot]string{1: "x"}), w.fielded("Bo", map[contact.Slot]string{1: "y"})
	b := w.browse("main").get("/ui/contacts")
	if len(b.all("form", "action", "/ui/contacts/fitting")) != 0 {
		t.Error("everybody can be deleted")
	}
	b.condition(1, "operator", "equal_to", "value", "X")
	form := b.form("/ui/contacts/fitting")
	b.send(form, "Copy as curl").shows(`"where":[{"field":"profile_field_1","operator":"equal_to","value":"X"}]`, `"method":"DELETE"`)
	b.get("/ui/contacts").condition(1, "operator", "equal_to", "value", "X")
	b.send(b.form("/ui/contacts/fitting"), "Delete all that fit…").shows("Delete 1 contact", "waits for approval", "Ada")
	w.read(ada)
	b.send(b.form(b.address+"/apply"), "Apply 1 write")
	if got := b.get("/ui/contacts").rows(); !slices.Equal(got, idsOf(bo)) {
		t.Errorf("then there are %v", got)
	}
	b.condition(1, "operator", "any")
	with := b.address + "&start=2026-01-01"
	if len(b.all("form", "action", "/ui/contacts/fitting")) != 1 || len(b.get(with).all("form", "action", "/ui/contacts/fitting")) != 0 {
		t.Error("more would go than the list shows")
	}
	if plans, _, err := w.book.Plans(t.Context(), w.grant("main"), "", 10); err != nil || len(plans) != 1 || plans[0].State != book.PlanApplied {
		t.Errorf("%v, %v", plans, err)
	}
}
