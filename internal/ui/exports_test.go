package ui_test

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/transfer"
)

// exported makes an export with the form that a page has, as it stands but for some.
func (b *browser) exported(set ...string) *browser {
	b.w.t.Helper()
	return b.send(b.one("form", "id", "export"), "Make the file", set...)
}

// files are the addresses of the files that the page leads to.
func (b *browser) files() (all []string) {
	for _, a := range b.all("a") {
		if to := attribute(a, "href"); strings.HasSuffix(to, "/file") {
			all = append(all, to)
		}
	}
	return all
}

// saved downloads the file of the newest export.
func (b *browser) saved() string {
	b.w.t.Helper()
	b.get("/ui/exports")
	files := b.files()
	if len(files) == 0 {
		b.w.t.Fatalf("there is no file: %s", b.text())
	}
	to := files[0]
	if strings.Contains(to, "?") || b.get(to).status != http.StatusOK || !strings.HasPrefix(b.header.Get("Content-Disposition"), `attachment; filename="contacts-`) {
		b.w.t.Fatalf("%s: %d %q\n%s", to, b.status, b.header.Get("Content-Disposition"), b.body)
	}
	for _, fault := range faultsOfHeaders(b) {
		b.w.t.Errorf("%s: %s", to, fault)
	}
	return b.body
}

// CONTRACT D38: a file is asked for by a form, which holds whom the list holds, and is
// downloaded by who is signed in, as it is and not packed.
func TestExports(t *testing.T) {
	w := newWorld(t)
	w.fielded("Ada", map[contact.Slot]string{1: "=pro", 16: "7"})
	bo := w.make("Bo", "bo@example.com", "both@example.com")
	b := w.browse("main").get("/ui/exports").shows("No exports now")
	b.link("New export").shows("everybody, unless you narrow it")
	b.exported("reason", "for the auditor").shows("CSV ready", "2 contacts", "“for the auditor”", "You", "kept until 8 Mar, 12:00")
	if b.address != "/ui/exports" || len(b.all("noscript")) != 0 {
		t.Errorf("it is at %s, and looked at again", b.address)
	}
	if file := b.saved(); b.header.Get("Content-Type") != "text/csv; charset=utf-8; header=present" || !strings.HasPrefix(file, "id,email_1,email_2,") ||
		!strings.Contains(file, "\n"+bo.String()+",bo@example.com,both@example.com,") || !strings.Contains(file, "=pro") {
		t.Errorf("%s\n%s", b.header.Get("Content-Type"), file)
	}
	for _, c := range []struct {
		kind  []string
		title string
		holds []string
		not   string
		ends  string
	}{
		{[]string{"kind", "csv", "safe", "1"}, "CSV, safe for spreadsheets ready", []string{"'=pro"}, "", ".csv"},
		{[]string{"kind", "google"}, "CSV for Google Contacts ready", []string{"E-mail 1 - Value", "Ada"}, "", ".csv"},
		{[]string{"kind", "outlook"}, "CSV for Outlook ready", []string{"E-mail Address", "Ada"}, "", ".csv"},
		{[]string{"kind", "vcard", "safe", "1"}, "vCard ready", []string{"BEGIN:VCARD\r\nVERSION:4.0\r\n", "bo@example.com"}, "", ".vcf"},
		{[]string{"kind", "ndjson"}, "NDJSON ready", []string{`"meta"`, `"both@example.com"`}, "", ".ndjson"},
		{[]string{"kind", "nothing that is offered"}, "CSV ready", []string{"id,email_1"}, "", ".csv"},
	} {
		b.get("/ui/exports/new").exported(c.kind...).shows(c.title)
		file := b.saved()
		for _, part := range c.holds {
			if !strings.Contains(file, part) {
				t.Errorf("%v holds no %q:\n%s", c.kind, part, file)
			}
		}
		if name := b.header.Get("Content-Disposition"); !strings.HasSuffix(name, c.ends+`"`) {
			t.Errorf("%v is called %s", c.kind, name)
		}
	}
	if list, err := w.book.NewestExports(t.Context(), w.grant("main"), 10); err != nil || len(list) != 7 || list[6].By.Name != "Ada Ferrell" || list[6].By.Reason != "for the auditor" || list[2].Form.Safe {
		t.Errorf("%v %+v", err, list)
	}
}

// Whom the list shows is whom its file holds, whatever narrows it; a file of everybody is
// never made of a list of some.
func TestExportOfAList(t *testing.T) {
	w := newWorld(t) // 1 March 2026
	ada := w.fielded("Ada", map[contact.Slot]string{1: "Pro <plan>", 16: "500"})
	w.wait(24 * time.Hour)
	bo := w.fielded("Bo", map[contact.Slot]string{1: "professional"})
	w.make("Cy", "cy@example.com", "+44 7700 900111")
	b := w.browse("main")
	same := func(list string) {
		t.Helper()
		b.get(list)
		rows := b.rows()
		b.link("Export")
		if len(b.all("a", "class", "chip on")) == 0 {
			t.Errorf("%s: what narrows it is not shown: %s", list, b.text())
		}
		b.exported("kind", "vcard")
		if cards := strings.Count(b.saved(), "BEGIN:VCARD"); cards != len(rows) || cards == 3 {
			t.Errorf("%s shows %v, and its file holds %d", list, rows, cards)
		}
	}
	for _, list := range []string{"/ui/contacts?q=cy%40example.com", "/ui/contacts?q=%2B44+7700+900111", "/ui/contacts?start=2026-03-02&sort=change", "/ui/contacts?end=2026-03-01", "/ui/contacts?start=2026-03-01&end=2026-03-01"} {
		same(list)
	}
	b.get("/ui/contacts").condition(1, "operator", "starts_with", "value", "pro")
	if got := b.rows(); !slices.Equal(got, idsOf(bo, ada)) {
		t.Fatal(got)
	}
	b.shows("2 contacts,").link("Export").shows("Field 1 starts with pro", "those of whom all of this is so", "2 contacts now")
	b.send(b.one("form", "id", "pick-field"), "Go on", "field", "profile_field_16")
	b.send(b.one("form", "id", "condition"), "Take these", "operator", "greater_than", "value", "x")
	if b.status != http.StatusUnprocessableEntity || !strings.HasPrefix(b.address, "/ui/exports/new?") {
		t.Errorf("%d %s", b.status, b.address)
	}
	b.send(b.one("form", "id", "condition"), "Take these", "value", "1").shows("Field 16 is above 1", "Field 1 starts with pro")
	b.send(b.one("form", "id", "export"), "Copy as curl", "kind", "google", "safe", "1").shows("-X POST", "/contacts/exports",
		`{"format":"csv","layout":"google","safe":true,"where":[{"field":"profile_field_1","operator":"starts_with","value":"pro"},{"field":"profile_field_16","operator":"greater_than","value":"1"}]}`)
	b.get("/ui/contacts?since=2026-03-02").link("Export").shows("“Changed since” is left out")
	for _, bad := range []string{"q=%237", "q=some+words", "start=2026-03-02&end=2026-03-01"} {
		if b.get("/ui/exports/new?" + bad).exported(); b.status != http.StatusUnprocessableEntity || len(words(b.one("div", "role", "alert"))) < 20 {
			t.Errorf("%s: %d %s", bad, b.status, b.text())
		}
	}
	before, err := w.book.NewestExports(t.Context(), w.grant("main"), 50)
	if err != nil || len(before) != 5 {
		t.Errorf("%v, %d were made", err, len(before))
	}
	for _, bad := range []string{"custom_field_filters=%5B%5D", "start=soon"} {
		if b.get("/ui/exports/new?" + bad); b.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", bad, b.status)
		}
	}
}

// What is under way says how far it is and can be ended; what has no file says why.
func TestExportsUnderWay(t *testing.T) {
	w := newWorld(t)
	ada := w.make("Ada", "ada@example.com")
	b := w.browse("main")
	w.hurried(func() { b.get("/ui/exports/new").exported() })
	b.get("/ui/exports").shows("CSV being written", "Its columns are counted first, for 1 contact")
	if len(b.all("noscript")) != 1 || attribute(b.byID("follow"), "data-again") == "" || len(b.files()) != 0 {
		t.Error("it is not looked at again, or can be downloaded")
	}
	e := w.newestExport()
	if b.get("/ui/exports/" + e.ID + "/file"); b.status != http.StatusNotFound {
		t.Errorf("the file of what is under way: %d", b.status)
	}
	b.get("/ui/jobs").link("Writes an export").shows("CSV being written")
	b.send(b.form(stopOf(e)), "Copy as curl").shows("-X DELETE")
	b.get("/ui/exports").send(b.form(stopOf(e)), "Cancel").shows("failed")
	if b.address != "/ui/exports" || len(b.all("noscript")) != 0 {
		t.Errorf("it led to %s", b.address)
	}
	w.hurried(func() { b.get("/ui/exports/new").exported("kind", "vcard") })
	w.work()
	b.get("/ui/exports").shows("vCard ready", "1 contact")
	to := "/ui/exports/" + w.newestExport().ID + "/file"
	if b := w.browse("other").get(to); b.status != http.StatusNotFound {
		t.Errorf("another Space is answered %d", b.status)
	}
	if b := w.browse("writer").get(to); b.status != http.StatusForbidden {
		t.Errorf("a key that may not read is answered %d", b.status)
	}
	if _, err := w.book.Erase(t.Context(), w.grant("main"), book.Terms{RequestID: "r"}, &contact.Erase{Ref: ada}); err != nil {
		t.Fatal(err)
	}
	w.work()
	b.get("/ui/exports").shows("vCard gone", "Somebody was erased for good after this export began")
	if b.get(to); b.status != http.StatusNotFound {
		t.Errorf("the file of an export that is gone: %d", b.status)
	}
	w.wait(8 * 24 * time.Hour)
	b.get("/ui/exports").shows("No exports now")
}

// A file is withdrawn before its time: it is there no more, and its address leads nowhere.
func TestExportsAreWithdrawn(t *testing.T) {
	w := newWorld(t)
	w.make("Ada", "ada@example.com")
	b := w.browse("main").get("/ui/exports/new").shows("1 contact now")
	b.exported()
	e := w.newestExport()
	form := "/ui/exports/" + e.ID + "/withdraw"
	if len(w.browse("reader").get("/ui/exports").all("form", "action", form)) != 0 {
		t.Error("a reader is offered to withdraw it")
	}
	b.send(b.form(form), "Copy as curl").shows("-X DELETE", "/contacts/exports/"+e.ID)
	b.get("/ui/exports").send(b.form(form), "Withdraw it").shows("No exports now")
	for _, address := range []string{"/ui/exports/" + e.ID + "/file"} {
		if b.get(address); b.status != http.StatusNotFound {
			t.Errorf("%s answers %d", address, b.status)
		}
	}
	if b.post(form); b.status != http.StatusNotFound || !strings.Contains(b.text(), "There is no such export") {
		t.Errorf("a second time it answers %d", b.status)
	}
	w.hurried(func() { b.get("/ui/exports/new").exported() })
	if err := w.book.WithdrawExport(t.Context(), w.grant("client"), w.newestExport().ID); err != nil {
		t.Fatal(err)
	}
	w.work()
	b.get("/ui/jobs").shows("cancelled")
	if b.get("/ui/exports").shows("No exports now"); strings.Contains(b.get("/ui/jobs").text(), "failed") {
		t.Error("the job of what was withdrawn failed")
	}
}

// How many there are is said where the list shows all, and else when it is asked for.
func TestHowMany(t *testing.T) {
	w := newWorld(t)
	for i := range 60 {
		w.make(fmt.Sprintf("Person %d", i))
	}
	b := w.browse("main").get("/ui/contacts?start=2026-01-01").shows("How many?")
	b.link("How many?").shows("60 contacts, ")
	if b.get("/ui/contacts"); strings.Contains(b.text(), "How many?") || strings.Contains(b.text(), "60 contacts") {
		t.Error("the whole list is counted")
	}
	b.get("/ui/exports/new?since=2030-01-01").shows("60 contacts now")
}

// Who may only read makes a file too, and ends none.
func TestExportsOfAReader(t *testing.T) {
	w := newWorld(t)
	w.make("Ada")
	b := w.browse("reader")
	w.hurried(func() { b.get("/ui/exports/new").exported() })
	if len(b.get("/ui/exports").all("form", "action", stopOf(w.newestExport()))) != 0 {
		t.Error("a reader is offered to end it")
	}
	w.work()
	if !strings.Contains(b.saved(), "Ada") {
		t.Error("a reader has no file")
	}
}

// An export that the API made says what it is.
func TestExportsOfTheAPI(t *testing.T) {
	w := newWorld(t)
	w.make("Ada")
	if _, _, err := w.book.MakeExport(t.Context(), w.grant("client"), book.Terms{RequestID: "r"}, transfer.Form{AllEmails: true},
		book.ExportAsked{Email: "<b>@example.com", CreatedFrom: contact.TimeOf(w.clock()), CreatedUntil: contact.TimeOf(w.clock().Add(time.Hour))}); err != nil {
		t.Fatal(err)
	}
	b := w.browse("main").get("/ui/exports").shows("NDJSON, as the list has it waits its turn", "Email <b>@example.com", "Made from 1 Mar, 12:00", "Made before 1 Mar, 13:00")
	w.addKey("leaver", w.space.ID, access.DefaultScopes)
	if _, _, err := w.book.MakeExport(t.Context(), w.grant("leaver"), book.Terms{RequestID: "s"}, transfer.Form{}, book.ExportAsked{}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := w.book.RevokeKey(t.Context(), "test", w.newestExport().By.Key); err != nil {
		t.Fatal(err)
	}
	w.work()
	b.get("/ui/exports").shows("NDJSON, as the list has it failed", "The key that asked for this is not in use any more", "0 contacts")
}

func (w *world) newestExport() book.Export {
	w.t.Helper()
	list, err := w.book.NewestExports(w.t.Context(), w.grant("main"), 1)
	if err != nil || len(list) != 1 {
		w.t.Fatal(err, list)
	}
	return list[0]
}

// stopOf gives the address that ends an export.
func stopOf(e book.Export) string { return "/ui/jobs/" + strconv.FormatInt(e.Job, 10) + "/cancel" }

// export makes an export of everybody with a key, to its end.
func (w *world) export(key string) book.Export {
	w.t.Helper()
	id, _, err := w.book.MakeExport(w.t.Context(), w.grant(key), book.Terms{RequestID: rand.Text()}, transfer.Form{Format: transfer.CSV}, book.ExportAsked{})
	if err != nil {
		w.t.Fatal(err)
	}
	w.work()
	e, err := w.book.Export(w.t.Context(), w.grant(key), id)
	if err != nil || e.State != book.ExportCompleted {
		w.t.Fatal(err, e.State)
	}
	return e
}
