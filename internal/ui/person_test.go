package ui_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/carnet-project/carnet/api"
	"github.com/carnet-project/carnet/internal/contact"
)

// file asks for a file that a page leads to.
func (b *browser) file(address, kind string) *browser {
	b.w.t.Helper()
	b.get(address)
	if b.status != http.StatusOK || !strings.HasPrefix(b.header.Get("Content-Disposition"), `attachment; filename="contact-`) || !strings.HasSuffix(b.header.Get("Content-Disposition"), "."+kind+`"`) {
		b.w.t.Fatalf("%s: %d %q\n%s", address, b.status, b.header.Get("Content-Disposition"), b.body)
	}
	for _, fault := range faultsOfHeaders(b) {
		b.w.t.Errorf("%s: %s", address, fault)
	}
	return b
}

// From a contact's page both files are downloaded: the document tells what is known, who
// brought it and what happened, and loads nothing (CONTRACT D35).
func TestExportOfAPerson(t *testing.T) {
	w := newWorld(t)
	p := names("Ada Ferrell")
	p.Values[contact.Emails] = contact.List{Sent: true, Texts: []string{"ada@ferrell.example"}}
	p.Fields.Sent, p.Fields.Texts[15] = true, "12480.5"
	id := w.do(&contact.Create{Patch: p}).Contact.ID
	other := w.do(&contact.Create{Patch: names("Bo Other")}).Contact.ID
	w.do(&contact.Merge{Survivor: id, Merged: []contact.ID{other}})
	change := contact.Amend{Ref: other}
	change.Amendment.Values[contact.Phones].Add = []string{"+1 312 555 0161"}
	w.do(&change)

	b := w.browse("reader").get(pageOf(other))
	b.link("Export…")
	b.shows("All that this book knows of one person")
	page := attribute(b.one("a", "href", pageOf(id)+"/export/page"), "href")
	b.file(page, "html").shows("Ada Ferrell", "ada@ferrell.example", "12480.5", "Bo Other", "+1 312 555 0161", "#"+other.String(),
		"made this contact", "merged #"+other.String()+" into this", "added a phone", "1 Mar 2026, 12:00", "held by #"+other.String())
	for _, not := range []string{"You ", "by you", "<script", "<link", "<a ", "src="} {
		if strings.Contains(b.body, not) {
			t.Errorf("there is %q", not)
		}
	}
	b.get(pageOf(id)+"/export").file(pageOf(id)+"/export/json", "json")
	var told api.Person
	if err := json.Unmarshal([]byte(b.body), &told); err != nil || told.Contact.ID != int64(id) || len(told.History) != 5 {
		t.Errorf("%v: %+v", err, told)
	}
	b.get(pageOf(id) + "/export")
	b.link("Copy as curl")
	if command := textOf(b.one("pre")); !strings.Contains(command, "/public-api/v1/contacts/"+id.String()+"/export'") {
		t.Errorf("the command: %s", command)
	}

	// What was split off is told by itself, with what was written by its id meanwhile.
	w.do(&contact.Unmerge{Ref: id, Merged: other})
	b.file(pageOf(id)+"/export/page", "html")
	if strings.Contains(b.body, "Bo Other") || strings.Contains(b.body, "0161") {
		t.Errorf("what was split off is told:\n%s", b.text())
	}
	b.file(pageOf(other)+"/export/page", "html").shows("Bo Other", "+1 312 555 0161", "while it was part of #"+id.String())
}

// A deleted contact is exported from its history, and one of nobody is not there.
func TestExportOfADeletedPerson(t *testing.T) {
	w := newWorld(t)
	id := w.do(&contact.Create{Patch: names("Ada Ferrell")}).Contact.ID
	w.do(&contact.Delete{Ref: id})
	b := w.browse("main").get(pageOf(id) + "/history")
	b.link("Export…")
	b.file(pageOf(id)+"/export/page", "html").shows("Ada Ferrell", "Deleted", "deleted this contact")
	for _, address := range []string{"/ui/contacts/99/export", "/ui/contacts/99/export/page", "/ui/contacts/99/export/json", "/ui/contacts/x/export/json"} {
		if b.get(address); b.status != http.StatusNotFound || b.header.Get("Content-Disposition") != "" {
			t.Errorf("%s: %d %v", address, b.status, b.header)
		}
	}
	if b = w.browse("writer").get(pageOf(id) + "/export/json"); b.status != http.StatusForbidden {
		t.Errorf("by a key that may not read: %d", b.status)
	}
}

// Whatever a contact holds is text in the document: no markup, no style and no end of one.
func TestExportOfHostileValues(t *testing.T) {
	w := newWorld(t)
	hostile := []string{`</style><script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `{{.Style}}`, "\u202eabc", `</bdi></body>`}
	p := names(hostile...)
	p.Fields.Sent, p.Fields.Texts[0] = true, hostile[0]
	made := w.do(&contact.Create{Patch: p})
	id := made.Contact.ID
	w.do(&contact.Put{Ref: id, Patch: names(hostile[1:]...)})
	b := w.browse("main").file(pageOf(id)+"/export/page", "html")
	b.shows(hostile...)
	for n := range b.page.Descendants() {
		if n.Type == html.ElementNode && (n.Data == "script" || n.Data == "img" || n.Data == "link") {
			t.Errorf("there is a <%s>", n.Data)
		}
	}
	if styles := b.all("style"); len(styles) != 1 || !strings.Contains(b.body, "light-dark(") {
		t.Errorf("%d styles", len(styles))
	}
	for _, faults := range [][]string{faultsOfMarkup(b), faultsOfReferences(b), faultsOfOutline(b)} {
		for _, fault := range faults {
			t.Error(fault)
		}
	}
}
