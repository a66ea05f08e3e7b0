package ui_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/carnet-project/carnet/internal/contact"
)

// rows gives the ids of the contacts that a list shows, in its order.
func (b *browser) rows() []string {
	var ids []string
	for _, tr := range b.all("tr") {
		if id, ok := strings.CutPrefix(attribute(tr, "id"), "r-"); ok {
			ids = append(ids, id)
		}
	}
	return ids
}

func idsOf(ids ...contact.ID) []string {
	var all []string
	for _, id := range ids {
		all = append(all, fmt.Sprint(id))
	}
	return all
}

// row gives the row of a contact.
func (b *browser) row(id contact.ID) *html.Node {
	b.w.t.Helper()
	return b.one("tr", "id", fmt.Sprintf("r-%d", id))
}

// pick chooses contacts in the list, and presses a button of the bar.
func (b *browser) pick(button string, ids ...contact.ID) *browser {
	b.w.t.Helper()
	form := b.form("/ui/contacts/delete")
	for _, box := range all(form, "input", "name", "id") {
		if slices.Contains(idsOf(ids...), attribute(box, "value")) {
			box.Attr = append(box.Attr, html.Attribute{Key: "checked"})
		}
	}
	return b.send(form, button)
}

// The list shows who there is, the newest first or who changed last, and who changed
// them.
func TestContacts(t *testing.T) {
	w := newWorld(t)
	b := w.browse("main").get("/ui/contacts")
	b.shows("No contacts yet", "New contact")
	ada := w.make("Ada Example", "Ada L.", "ada@example.com", "+1 312 555 0161")
	w.wait(time.Hour)
	nameless := w.make("nobody@example.com")
	w.wait(time.Hour)
	w.do(&contact.Amend{Ref: ada, Amendment: contact.Amendment{Values: [4]contact.ListAmendment{
		contact.Emails: {Named: true, Add: []string{"second@example.com", "third@example.com"}, Remove: []string{"ada@example.com"}}}}})
	b.get("/ui/contacts")
	if got := b.rows(); !slices.Equal(got, idsOf(nameless, ada)) {
		t.Errorf("newest first: %v", got)
	}
	for _, want := range []string{"Ada Example", "Ada L.", "second@example.com", "+1 312 555 0161", "client", "+2", "−1"} {
		if !strings.Contains(words(b.row(ada)), want) {
			t.Errorf("the row of Ada does not show %q: %s", want, words(b.row(ada)))
		}
	}
	if text := words(b.row(nameless)); !strings.Contains(text, "No name yet") || !strings.Contains(text, "new") {
		t.Errorf("the row of nobody: %s", text)
	}
	b.link("Last change")
	if got := b.rows(); !slices.Equal(got, idsOf(ada, nameless)) {
		t.Errorf("latest change first: %v", got)
	}
	b.link("Latest change first")
	if got := b.rows(); b.address != "/ui/contacts" || !slices.Equal(got, idsOf(nameless, ada)) {
		t.Errorf("%s: %v", b.address, got)
	}
}

// What is looked up is what it looks like.
func TestLookUp(t *testing.T) {
	w := newWorld(t)
	ada := w.make("Ada", "ada@example.com", "+1 312 555 0161")
	bob := w.make("Bob", "Bob@Example.com", "+1 312 555 0162")
	gone := w.make("Cai", "cai@example.com")
	w.do(&contact.Merge{Survivor: ada, Merged: []contact.ID{gone}})
	deleted := w.make("Dee", "dee@example.com")
	w.do(&contact.Delete{Ref: deleted})
	elsewhere := w.makeElsewhere("Eve", "eve@example.com", "+1 312 555 0163")
	b := w.browse("main")
	for look, want := range map[string][]string{
		"ada@example.com": idsOf(ada), " BOB@example.COM ": idsOf(bob), "cai@example.com": idsOf(ada), "+1 (312) 555-0162": idsOf(bob),
		"dee@example.com": nil, "nobody@example.com": nil, "eve@example.com": nil, "+1 312 555 0163": nil, "+1 312 555 0164": nil, "": idsOf(bob, ada),
		"ADA": idsOf(ada), "ada@": idsOf(ada), "exam": idsOf(bob, ada), "ada bob": nil, "312 555": idsOf(bob, ada), "0162": idsOf(bob), "dee": nil, "eve": nil,
	} {
		b.get("/ui/contacts?q=" + url.QueryEscape(look))
		if got := b.shows().rows(); !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v\n%s", look, got, want, b.text())
		}
		if field := b.one("input", "id", "look"); attribute(field, "value") != look {
			t.Errorf("%q: the field has %q", look, attribute(field, "value"))
		}
	}
	for id, want := range map[contact.ID]string{ada: contactAddress(ada), gone: fmt.Sprintf("%s?from=%d", contactAddress(ada), gone)} { // through an alias too
		for _, look := range []string{fmt.Sprint(id), fmt.Sprintf("#%d", id), fmt.Sprintf(" #%d ", id)} {
			if b.get("/ui/contacts?q=" + url.QueryEscape(look)); b.address != want {
				t.Errorf("%q leads to %s", look, b.address)
			}
		}
	}
	for _, look := range []string{fmt.Sprintf("#%d", deleted), fmt.Sprintf("#%d", elsewhere), "#9007199254740991"} {
		b.get("/ui/contacts?q=" + url.QueryEscape(look)).shows("No contact has this id now")
	}
	for look, says := range map[string]string{"@%": "Look for a letter or a digit", "#0": "An id is a number", "#x": "An id is a number",
		"<script>alert(1)</script>": "Nobody fits", strings.Repeat("a", 10_000): "at most 200 characters", "\u202e@": "Look for"} {
		b.get("/ui/contacts?q=" + url.QueryEscape(look)).shows(says)
		if len(b.rows()) > 0 || len(b.all("script")) != 1 {
			t.Errorf("%.40q: %v", look, b.rows())
		}
	}
}

// makeElsewhere makes a contact in another Space.
func (w *world) makeElsewhere(values ...string) (id contact.ID) {
	w.t.Helper()
	w.elsewhere(func() { id = w.make(values...) })
	return id
}

// elsewhere does what a program does, in another Space.
func (w *world) elsewhere(do func()) {
	swap := func() { w.secrets["client"], w.secrets["other"] = w.secrets["other"], w.secrets["client"] }
	swap()
	defer swap()
	do()
}

// Days narrow the list, in the zone of the Space, and each can be taken off.
func TestContactsByDay(t *testing.T) {
	w := newWorld(t) // 1 March, noon
	first := w.make("First", "first@example.com")
	w.wait(24 * time.Hour)
	second := w.make("Second", "second@example.com")
	w.wait(24 * time.Hour)
	third := w.make("Third", "third@example.com")
	w.do(&contact.Put{Ref: first, Patch: names("First again")})
	b := w.browse("main")
	for query, want := range map[string][]string{
		"start=2026-03-02": idsOf(third, second), "end=2026-03-02": idsOf(second, first), "start=2026-03-02&end=2026-03-02": idsOf(second),
		"since=2026-03-03": idsOf(third, first), "since=2026-03-03&sort=change": idsOf(first, third), "start=2026-03-04": nil, "end=2026-02-28": nil,
		"start=2026-03-02&end=2026-03-01": nil, "since=2026-03-03&end=2026-03-01": idsOf(first), "start=&end=": idsOf(third, second, first),
	} {
		if got := b.get("/ui/contacts?" + query).shows().rows(); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", query, got, want)
		}
	}
	b.get("/ui/contacts?start=2026-03-02&cols=email")
	b.send(b.one("form", "id", "days"), "", "end", "2026-03-02")
	if got := b.rows(); !slices.Equal(got, idsOf(second)) || !strings.Contains(b.address, "cols=email") {
		t.Errorf("%s: %v", b.address, got)
	}
	b.link("Made from 2 Mar 2026")
	if got := b.rows(); !slices.Equal(got, idsOf(second, first)) {
		t.Errorf("%s: %v", b.address, got)
	}
	for _, bad := range []string{"since=yesterday", "start=2026-02-30", "end=2026-3-1"} {
		if b.get("/ui/contacts?" + bad); b.status != http.StatusUnprocessableEntity || !strings.Contains(b.text(), "2026-01-31") {
			t.Errorf("%s: %d %s", bad, b.status, b.text())
		}
	}
}

func names(texts ...string) (p contact.Patch) {
	p.Values[contact.Names] = contact.List{Sent: true, Texts: texts}
	return p
}

// The address says which columns are shown; the form of the columns makes it.
func TestColumns(t *testing.T) {
	w := newWorld(t)
	p := names("Ada")
	p.Fields.Sent, p.Fields.Texts[0], p.Fields.Texts[15] = true, "Analytical engines", "12480.50"
	id := w.do(&contact.Create{Patch: p}).Contact.ID
	b := w.browse("main").get("/ui/contacts?sort=change")
	heads := func() string {
		var all []string
		for _, th := range b.all("th") {
			all = append(all, words(th))
		}
		return strings.Join(all, "|")
	}
	if got := heads(); got != "|Name|Email|Phone|Location|Last change ↓" {
		t.Errorf("columns: %s", got)
	}
	form := b.one("form", "class", "picks")
	for _, box := range all(form, "input", "type", "checkbox") {
		box.Attr = slices.DeleteFunc(box.Attr, func(a html.Attribute) bool { return a.Key == "checked" })
		if slices.Contains([]string{"profile_field_1", "profile_field_16", "created"}, attribute(box, "value")) {
			box.Attr = append(box.Attr, html.Attribute{Key: "checked"})
		}
	}
	b.send(form, "Show these")
	if got := heads(); got != "|Name|Field 1|Field 16|Made" || !strings.Contains(b.address, "sort=change") {
		t.Errorf("columns: %s at %s", got, b.address)
	}
	for _, want := range []string{"Ada", "Analytical engines", "12480.50", "1 Mar, 12:00"} {
		if !strings.Contains(words(b.row(id)), want) {
			t.Errorf("the row does not show %q: %s", want, words(b.row(id)))
		}
	}
	for query, want := range map[string]string{"cols=name": "|Name", "cols=phone,email": "|Name|Email|Phone", "cols=nothing": "|Name", "cols=<script>": "|Name"} {
		if b.get("/ui/contacts?" + query); heads() != want {
			t.Errorf("%s: %s", query, heads())
		}
	}
}

// On a phone a row has one value under the name: the first that there is.
func TestSecondLineOfARow(t *testing.T) {
	w := newWorld(t)
	dated := names("Ada")
	dated.Fields.Sent, dated.Fields.Texts[25] = true, "2024-02-29"
	for want, id := range map[string]contact.ID{
		"ada@example.com": w.make("Ada", "ada@example.com", "+1 312 555 0161"),
		"+1 312 555 0162": w.make("Ada", "+1 312 555 0162"),
		"2024-02-29":      w.do(&contact.Create{Patch: dated}).Contact.ID,
		"":                w.make("Ada"),
	} {
		row, got := w.browse("main").get("/ui/contacts?cols=email,phone,profile_field_26,created").row(id), ""
		for _, cell := range all(row, "td") {
			if strings.HasPrefix(attribute(cell, "class"), "second") {
				got += words(cell)
			}
		}
		if got != want {
			t.Errorf("under a name stands %q, want %q: %s", got, want, words(row))
		}
	}
}

// Pages lead on and back, in either order, and a page of many costs as many looks into the
// database as one of few.
func TestPagesOfContacts(t *testing.T) {
	w := newWorld(t)
	var want []contact.ID
	for i := range 120 {
		want = append(want, w.make(fmt.Sprintf("Person %d", i), fmt.Sprintf("p%d@example.com", i)))
	}
	slices.Reverse(want)
	b := w.browse("main")
	for _, address := range []string{"/ui/contacts", "/ui/contacts?sort=change", "/ui/contacts?since=2026-01-01&sort=change"} {
		b.get(address)
		pages := [][]string{b.rows()}
		for len(pages) < 3 {
			pages = append(pages, b.link("Older").rows())
		}
		if got := slices.Concat(pages...); !slices.Equal(got, idsOf(want...)) {
			t.Errorf("%s: %v", address, got)
		}
		for i := len(pages) - 2; i >= 0; i-- {
			if got := b.link("Newer").rows(); !slices.Equal(got, pages[i]) {
				t.Errorf("%s, back to page %d: %v", address, i, got)
			}
		}
	}
	b.get("/ui/contacts").link("Older")
	few := w.reads(func() { b.link("Older") })
	if many := w.reads(func() { b.get("/ui/contacts") }); many != few || many == 0 {
		t.Errorf("a page of 50 takes %d reads, and one of 20 %d", many, few)
	}
}

// reads gives how many statements something takes.
func (w *world) reads(do func()) int64 {
	before, _ := w.backend.Work()
	do()
	after, _ := w.backend.Work()
	return after - before
}

// Chosen contacts are deleted after a look at them, as one plan, and come back to the byte
// together or one by one.
func TestDeleteChosen(t *testing.T) {
	w := newWorld(t)
	ada, bob, cai := w.make("Ada", "ada@example.com"), w.make("Bob", "bob@example.com", "+1 312 555 0162"), w.make("Cai")
	before := w.stored(ada, bob, cai)
	b := w.browse("main").get("/ui/contacts")
	b.pick("Delete…", ada, bob).shows("Delete 2 contacts?", "Ada", "Bob", "Nothing is written yet")
	w.read(ada)
	b.send(b.form("/ui/contacts/delete"), "Delete 2 contacts", "reason", "left the office")
	b.shows("Delete 2 contacts", "Ada", "Bob", "“left the office”", "5 values taken away")
	if toast := words(b.byID("toast")); !strings.HasPrefix(b.address, "/ui/plans/") || !strings.HasPrefix(toast, "Done. 2 contacts are in the bin now.") {
		t.Fatalf("%s: %s", b.address, toast)
	}
	if got := w.browse("main").get("/ui/contacts").rows(); !slices.Equal(got, idsOf(cai)) {
		t.Errorf("the list has %v", got)
	}
	w.work() // that of the plan has nothing left to do
	undo := attribute(all(b.get("/ui/bin").row(bob), "a", "data-act", "undo")[0], "href")
	b.get(undo).shows("Nothing is written yet", "left the office")
	b.get("/ui/plans").link("Delete 2 contacts")
	b.send(b.byID("undo"), "Take it back…").shows("Take back a batch", "waits for approval", "Nothing of it is written yet")
	if w.stored(ada)[ada] != "not there" {
		t.Error("it came back before anybody agreed")
	}
	b.decide("apply", "Apply 2 writes").shows("done", "Take it back…")
	if after := w.stored(ada, bob, cai); !reflect.DeepEqual(after, before) {
		t.Errorf("there is\n%v\nand there was\n%v", after, before)
	}
	// One alone is a write, and has its undo in the toast.
	b.get("/ui/contacts").pick("Delete…", cai).shows("Delete this contact?")
	b.send(b.form("/ui/contacts/delete"), "Delete 1 contact").shows("Cai", "just now")
	toast := b.all("div", "id", "toast")[0]
	undo = attribute(all(toast, "a", "data-act", "undo")[0], "href")
	b.get(undo).send(b.form(undo), "Bring the contact back")
	w.read(cai)
}

// Where not all that were chosen can be deleted any more, nothing is done, and the plan
// says what can be.
func TestDeleteInPart(t *testing.T) {
	w := newWorld(t)
	ada, bob, cai := w.make("Ada"), w.make("Bob"), w.make("Cai")
	b := w.browse("main").get("/ui/contacts").pick("Delete…", ada, bob, cai)
	form := b.form("/ui/contacts/delete")
	w.do(&contact.Merge{Survivor: bob, Merged: []contact.ID{cai}}) // meanwhile
	b.send(form, "Delete 3 contacts").shows("waits for approval", "1 in the way", fmt.Sprintf("#%d in the way", cai), "leads to another contact")
	if !strings.HasPrefix(b.address, "/ui/plans/") || len(w.get("/ui/contacts")) != 2 {
		t.Errorf("%s: %v", b.address, w.get("/ui/contacts"))
	}
	b.decide("apply", "Apply 2 writes").shows("2 done")
	if toast := words(b.byID("toast")); !strings.HasPrefix(toast, "Done. 2 of 3 writes are done.") {
		t.Errorf("the toast: %s", toast)
	}
	if left := w.get("/ui/contacts"); left != nil {
		t.Errorf("there are %v", left)
	}
	for _, nobody := range []string{"", "id=0", "id=x", "id=-1"} {
		if b.get("/ui/contacts/delete?" + nobody); b.status != http.StatusUnprocessableEntity {
			t.Errorf("%q: %d", nobody, b.status)
		}
	}
	elsewhere := w.makeElsewhere("Eve")
	if b.get(fmt.Sprintf("/ui/contacts/delete?id=%d", elsewhere)); strings.Contains(b.text(), "Eve") || len(b.all("form", "action", "/ui/contacts/delete")) != 0 {
		t.Errorf("of another Space: %s", b.text())
	}
}

// get gives the rows of a page as somebody with all scopes sees them.
func (w *world) get(address string) []string {
	w.t.Helper()
	return w.browse("main").get(address).rows()
}

// Who may only read sees no acts, and is refused them.
func TestListForReaders(t *testing.T) {
	w := newWorld(t)
	ada := w.make("Ada", "ada@example.com")
	b := w.browse("reader").get("/ui/contacts").shows("Ada")
	for _, act := range []string{"new", "delete", "merge", "undo"} {
		if len(b.all("a", "data-act", act))+len(b.all("button", "data-act", act)) != 0 {
			t.Errorf("a reader is offered %s", act)
		}
	}
	for _, address := range []string{"/ui/contacts/new", "/ui/contacts/delete"} {
		r := httptest.NewRequest(http.MethodPost, address, strings.NewReader(fmt.Sprintf("id=%d&names=Eve", ada)))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if b.follow(r); b.status != http.StatusForbidden {
			t.Errorf("%s: %d", address, b.status)
		}
	}
	w.read(ada)
	for _, address := range []string{"/ui/contacts", "/ui/bin"} {
		if b := w.browse("writer").get(address); b.status != http.StatusForbidden {
			t.Errorf("who may only write, at %s: %d", address, b.status)
		}
	}
	if rows := w.browse("other").get("/ui/contacts").rows(); rows != nil {
		t.Errorf("another Space sees %v", rows)
	}
}

// Whatever a contact holds is text, and a long one is cut.
func TestHostileValuesInTheList(t *testing.T) {
	w := newWorld(t)
	long := strings.Repeat("👩‍👩‍👧", 3000)
	for _, text := range []string{"<script>alert(1)</script>", `"><img src=x onerror=alert(1)>`, "\u202eevil", "e\u0301", "ليلى حدّاد", "'; DROP TABLE contacts; --", long} {
		p := names(text)
		p.Values[contact.Locations] = contact.List{Sent: true, Texts: []string{text}}
		p.Fields.Sent, p.Fields.Texts[0] = true, text
		id := w.do(&contact.Create{Patch: p}).Contact.ID
		b := w.browse("main").get("/ui/contacts?cols=location,profile_field_1,change")
		shown := text
		if text == long {
			shown = "👩‍👩‍👧👩‍👩‍👧"
		}
		if row := textOf(b.row(id)); strings.Count(row, shown) < 3 || len(row) > 8000 {
			t.Errorf("%.40q is shown as %.400s", text, row)
		}
		if len(b.all("script")) != 1 || len(b.all("img")) != 0 {
			t.Errorf("%.40q became markup", text)
		}
		b.pick("Delete…", id)
		b.send(b.form("/ui/contacts/delete"), "")
		if row := textOf(b.row(id)); !strings.Contains(row, shown) {
			t.Errorf("in the bin %.40q is shown as %.400s", text, row)
		}
	}
}

// Copy as curl gives the request that a page rests on, or those of the contacts that are
// chosen.
func TestCurlOfTheList(t *testing.T) {
	w := newWorld(t)
	ada, bob := w.make("Ada", "ada@example.com"), w.make("Bob")
	b := w.browse("main")
	for address, want := range map[string]string{
		"/ui/contacts":                                "/public-api/v1/contacts?per_page=50",
		"/ui/contacts?q=ada%40example.com":            "q=ada%40example.com",
		"/ui/contacts?q=%2B1+312+555+0161":            "q=%2B1+312+555+0161",
		"/ui/contacts?start=2026-03-01":               "start_date=2026-03-01+00%3A00%3A00",
		"/ui/contacts?end=2026-03-01":                 "end_date=2026-03-01+23%3A59%3A59",
		"/ui/contacts?since=2026-03-01":               "updated_since=2026-03-01T00%3A00%3A00Z",
		"/ui/contacts?sort=change":                    "updated_since=1970-01-01T00%3A00%3A00Z",
		"/ui/bin":                                     "deleted=1",
		fmt.Sprintf("/ui/contacts/delete?id=%d", ada): "",
	} {
		if b.get(address); want == "" {
			b.send(b.form("/ui/contacts/delete"), "Copy as curl")
			want = fmt.Sprintf("-X DELETE 'http://example.com/public-api/v1/contacts/%d'", ada)
		} else {
			b.link("Copy as curl")
		}
		if command := textOf(b.one("pre")); !strings.Contains(command, want) {
			t.Errorf("%s: %s", address, command)
		}
	}
	b.get("/ui/contacts").pick("Copy as curl", ada, bob)
	if command := textOf(b.one("pre")); strings.Count(command, "curl ") != 2 || !strings.Contains(command, fmt.Sprintf("/contacts/%d'", bob)) {
		t.Errorf("of two: %s", command)
	}
	w.read(ada)
}

func contactAddress(id contact.ID) string { return fmt.Sprintf("/ui/contacts/%d", id) }
