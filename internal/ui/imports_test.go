package ui_test

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/carnet-project/carnet/internal/book"
)

// upload sends a file with the form of the page, as a browser does.
func (b *browser) upload(name, content string) *browser {
	b.w.t.Helper()
	b.get("/ui/imports/new")
	form := b.one("form", "id", "upload")
	if attribute(form, "enctype") != "multipart/form-data" || !strings.EqualFold(attribute(form, "method"), "post") {
		b.w.t.Fatalf("the form takes no file")
	}
	return b.sendFile(attribute(form, "action"), attribute(all(form, "input", "type", "file")[0], "name"), name, content)
}

func (b *browser) sendFile(to, field, name, content string) *browser {
	b.w.t.Helper()
	var body bytes.Buffer
	parts := multipart.NewWriter(&body)
	part, err := parts.CreateFormFile(field, name)
	if err == nil {
		_, err = part.Write([]byte(content))
	}
	if err == nil {
		err = parts.Close()
	}
	if err != nil {
		b.w.t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, to, &body)
	r.Header.Set("Content-Type", parts.FormDataContentType())
	return b.follow(r)
}

// fair is a file as people have them: titles before the header, semicolons, a spreadsheet's number.
const fair = "Customers of the fair;;;;\n" +
	"Vorname;Nachname;E-Mail;Telefon;Kunde seit\n" +
	"Ada;Beispiel;ada@fair.example;030 23125 001;03.04.2025\n" +
	"Bo;Muster;bo@fair.example;4,47E+11;25.04.2025\n" +
	"Cy;Probe;Cy <cy@fair.example>, cy@work.example;030 23125 003;01.05.2025\n" +
	"Ada;Beispiel;ada@fair.example;030 23125 004;\n"

// column gives the place of a column in the table of an import, by which its fields are named.
func (b *browser) column(name string) string {
	b.w.t.Helper()
	for _, row := range b.all("tr") {
		if id, ok := strings.CutPrefix(attribute(row, "id"), "col-"); ok && words(all(row, "bdi")[0]) == name {
			return id
		}
	}
	b.w.t.Fatalf("%s shows no column %q\n%s", b.address, name, b.text())
	return ""
}

// mapped sends the form of the columns as it stands, but for some.
func (b *browser) mapped(set ...string) *browser {
	b.w.t.Helper()
	return b.send(b.one("form", "id", "mapping"), "Plan anew", set...)
}

// CONTRACT D37: a file is brought in by a form, corrected, applied and taken back, and each step is
// seen before it is done.
func TestImports(t *testing.T) {
	w := newWorld(t)
	b := w.browse("main").get("/ui/contacts").shows("Bring in a file from another program")
	b.link("Import").shows("Nothing is written yet", "carnet import customers.csv")
	b.get("/ui/imports").shows("No imports now").link("Bring in a file")
	b.upload("C:\\people\\customers.csv", fair).shows("customers.csvwaits for approval", "Brought in by you", "2 new", "1 changed", "1 refused", "Delimitersemicolon", "Headerin line 2", "Rows4",
		"4 go somewhere, 1 is not taken", "Telefon: A spreadsheet has turned the number", "Add to a new contact of this file", "Make Cy Probe",
		"The column is about: email (by its name).", "Of 4 cells that were looked at, only 3 are emails alone.")
	page := b.address
	if !strings.HasPrefix(page, "/ui/imports/") || strings.Contains(page, "?") || len(b.all("noscript")) != 0 {
		t.Errorf("it is at %s, and looked at again", page)
	}
	for _, sample := range []string{"030 23125 001", "4,47E+11", "25.04.2025"} {
		if !strings.Contains(words(b.one("table")), sample) {
			t.Errorf("%q is not shown beside its column", sample)
		}
	}
	if rows := w.browse("main").get("/ui/contacts").rows(); len(rows) != 0 {
		t.Errorf("something was written: %v", rows)
	}
	seit, phone, family := b.column("Kunde seit"), b.column("Telefon"), b.column("Nachname")
	set := []string{"to." + seit, "custom_fields.profile_field_26", "to." + phone, "", "match.1", "phone"}
	b.send(b.one("form", "id", "mapping"), "Copy as curl", set...).shows("-X PATCH", `"to":"custom_fields.profile_field_26"`, `"match":["email","phone"]`)
	b.get(page).mapped(set...).shows("3 new", "1 already so", "Chosen by hand.")
	if b.address != page || strings.Contains(b.text(), "refused") {
		t.Errorf("it led to %s, or a row is refused", b.address)
	}
	b.mapped("to."+family, "").shows("Make Ada+", "3 go somewhere, 2 are not taken")
	b.mapped("to."+b.column("Nachname"), "with:"+b.column("Vorname")).shows("Make Ada Beispiel")
	b.get("/ui/imports").shows("customers.csv waits for approval", "You with key main")
	b.get("/ui/plans").shows("Waiting for you").link("customers.csv").shows("made of a file", "by the lines of the file")
	b.link("customers.csv")
	if b.address != page {
		t.Errorf("its plan leads to %s", b.address)
	}
	b.send(b.button("Apply 3 rows"), "Apply 3 rows", "reason", "from the fair").shows("done", "3 done", "applied by you")
	b.get(page).shows("customers.csvdone", "applied by you", "came to3 done", "What its rows did", "Rows are matched by an email, then a phone.")
	if len(b.all("select")) != 0 || strings.Contains(b.text(), "25.04.2025") || strings.Contains(b.text(), "Discard") {
		t.Error("what is done can be corrected or discarded, or shows what stood in its file")
	}
	w.rowsAreTold(b, page)
	b.get(page)
	b.send(b.one("form", "id", "undo"), "Take it back…").shows("Take back a batch", "row 3 of customers.csv", "3 deleted")
	b.send(b.button("Apply 3 writes"), "Apply 3 writes").shows("3 done")
	undo, _, _ := strings.Cut(b.address, "?")
	if b.get(page).shows("customers.csvtaken back", "What it did was taken back").link("another plan"); b.address != undo {
		t.Errorf("what took it back is said to be %s, and is %s", b.address, undo)
	}
	if len(b.get(page).all("form", "id", "undo")) != 0 {
		t.Error("what was taken back is offered to be")
	}
	b.get("/ui/imports").shows("customers.csv taken back")
	b.get("/ui/plans").shows("customers.csv taken back")
	if rows := b.get("/ui/contacts").rows(); len(rows) != 0 {
		t.Errorf("it was taken back, and %v are there", rows)
	}
}

// Where no column was known, and so rows are matched by nothing, they are matched by an email once a column
// is said to be one; who then chooses nothing has that.
func TestImportsMatchByWhatIsChosen(t *testing.T) {
	w := newWorld(t)
	b := w.browse("main").upload("strange.csv", "Xa,Xb\nDora,dora@fair.example\nEd,none\n").shows("Of no column is it known")
	chosen := []string{"to." + b.column("Xa"), "names", "to." + b.column("Xb"), "emails"}
	b.mapped(chosen...)
	if !strings.Contains(b.body, `<option value="email" selected>`) {
		t.Errorf("rows are not matched by an email: %s", b.text())
	}
	b.mapped("match.0", "").mapped()
	if strings.Contains(b.body, `<option value="email" selected>`) {
		t.Error("nothing was chosen, and rows are matched by an email")
	}
}

// button gives the form that has a button with this text.
func (b *browser) button(text string) *html.Node {
	b.w.t.Helper()
	for _, form := range b.all("form") {
		if buttonIn(form, text) != nil {
			return form
		}
	}
	b.w.t.Fatalf("%s has no button %q", b.address, text)
	return nil
}

// rowsAreTold looks for the row of the file wherever a source is shown, and for the way to its
// import, for as long as that is there.
func (w *world) rowsAreTold(b *browser, page string) {
	w.t.Helper()
	b.get("/ui/contacts").link("Ada Beispiel")
	ada := b.address
	row := "row 3 of customers.csv"
	change := ""
	for _, src := range b.all("a", "class", "src") {
		if !strings.Contains(words(src), row) {
			w.t.Errorf("a value says it is of %q", words(src))
		}
		change = attribute(src, "href")
	}
	for _, address := range []string{ada + "?sources=1", ada + "/history", change, ada + "/export/page"} {
		if b.get(address); !strings.Contains(b.body, row) {
			w.t.Errorf("%s does not say %q", address, row)
		}
		leads := len(b.all("a", "href", page)) > 0
		if leads == strings.HasSuffix(address, "/page") { // which stands by itself
			w.t.Errorf("%s leads to the import: %t", address, leads)
		}
	}
	w.wait(31 * 24 * time.Hour)
	if b := w.browse("main").get(change).shows(row); len(b.all("a", "href", page)) != 0 {
		w.t.Error("the change leads to an import that is gone")
	}
	w.wait(-31 * 24 * time.Hour)
}

// What is wrong is told at the form, or on the page of the import, and nothing is done.
func TestImportsThatFail(t *testing.T) {
	w := newWorld(t)
	b := w.browse("main")
	wrong := func(status int, says string) {
		t.Helper()
		if b.status != status || !strings.Contains(b.text(), says) {
			t.Errorf("%s answers %d, and does not say %q: %.400s", b.address, b.status, says, b.text())
		}
		for _, fault := range b.faults() {
			t.Errorf("%s: %s", b.address, fault)
		}
	}
	b.get("/ui/imports/new").send(b.one("form", "id", "upload"), "Look at it")
	wrong(http.StatusUnprocessableEntity, "Choose a file first.")
	b.sendFile("/ui/imports/new", "file", "", "Name\nAda\n")
	wrong(http.StatusUnprocessableEntity, "Choose a file first.")
	b.sendFile("/ui/imports/new", "other", "a.csv", "Name\nAda\n")
	wrong(http.StatusUnprocessableEntity, "Choose a file first.")
	b.upload("empty.csv", "")
	wrong(http.StatusUnprocessableEntity, "The file is empty.")
	b.broken("Name,Email\nAda,ada@fair.example\n")
	wrong(http.StatusUnprocessableEntity, "did not arrive whole")
	if b.get("/ui/imports").shows("No imports now"); w.arrived() != 0 {
		t.Error("something is kept of what was refused")
	}
	b.upload("a\u202eb.csv", "Name,When\nAda,01.02.2025\n").shows("A CSV file")
	when := b.column("When")
	b.mapped("to."+when, "custom_fields.profile_field_26").shows("cannot be read so", "(When)", "The file is kept")
	wrong(http.StatusOK, "Plan anew")
	b.mapped("as."+when, "decimal_comma")
	wrong(http.StatusUnprocessableEntity, "“Field 26” cannot be read as 1.234,56.")
	b.mapped("as."+b.column("When"), "day_month_year").shows("waits for approval", "2025-02-01")
	page := b.address
	b.mapped("to."+b.column("Name"), "with:"+b.column("When"), "to."+b.column("When"), "with:"+b.column("Name"))
	wrong(http.StatusUnprocessableEntity, "The column is a part with one that is a part itself.")
	older := w.browse("main").get(page)
	b.get(page).mapped("match.0", "phone").shows("waits for approval")
	b = older.mapped("to."+older.column("Name"), "")
	wrong(http.StatusConflict, "This file was read in another way since you looked")
	b.get(page).reads("encoding", "klingon").shows("cannot be read so", "This encoding is not known")
	b.reads("encoding", "", "header", "yes", "lines", "many")
	wrong(http.StatusUnprocessableEntity, "Say how many lines stand before the table")
	b.get(page).reads("encoding", "", "header", "no", "lines", "0").shows("Column 1", "Headernone, from line 1 on", "Rows2")
	b.send(b.form(page+"/reading"), "Copy as curl", "delimiter", ";").shows(`{"recognised":{"delimiter":";"`)
	b.get(page).send(b.form(page+"/discard"), "Discard the file").shows("No imports now")
	if b.get(page); b.status != http.StatusNotFound || !strings.Contains(b.text(), "There is no such import") {
		t.Errorf("what was discarded answers %d", b.status)
	}
	b.upload("book.xlsx", "PK\x03\x04 and so on").shows("book.xlsxcannot be read so", "The file is kept")
	for _, fault := range b.faults() {
		t.Errorf("%s: %s", b.address, fault)
	}
}

// reads sends the form that says what a file is.
func (b *browser) reads(set ...string) *browser {
	b.w.t.Helper()
	path, _, _ := strings.Cut(b.address, "?")
	return b.send(b.form(strings.TrimSuffix(path, "/reading")+"/reading"), "Read it so", set...)
}

// broken sends a part of a file alone.
func (b *browser) broken(content string) *browser {
	b.w.t.Helper()
	body := "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\n" + content
	r := httptest.NewRequest(http.MethodPost, "/ui/imports/new", strings.NewReader(body))
	r.Header.Set("Content-Type", "multipart/form-data; boundary=x")
	return b.follow(r)
}

// arrived counts the imports that there are.
func (w *world) arrived() int {
	w.t.Helper()
	list, _, _, err := w.book.Imports(w.t.Context(), w.grant("main"), "", 10)
	if err != nil {
		w.t.Fatal(err)
	}
	return len(list)
}

// A file larger than any is refused before it comes; it is read while it comes, and not held.
func TestImportsOfLargeFiles(t *testing.T) {
	w := newWorld(t)
	b := w.browse("main")
	r := httptest.NewRequest(http.MethodPost, "/ui/imports/new", strings.NewReader("--x\r\n"))
	r.Header.Set("Content-Type", "multipart/form-data; boundary=x")
	r.ContentLength = 2 << 30
	if b.follow(r); b.status != http.StatusRequestEntityTooLarge || !strings.Contains(b.text(), "larger than 1 GiB") {
		t.Errorf("%d %.300s", b.status, b.text())
	}
	var many strings.Builder
	many.WriteString("Name,Email\n")
	for i := range 60_000 {
		fmt.Fprintf(&many, "Person %d with a name that is long,person%d@fair.example\n", i, i)
	}
	w.hurried(func() { b.upload("many.csv", many.String()) }) // more than a form may have
	b.shows("many.csvbeing looked at", "being looked at")
	if attribute(b.byID("follow"), "data-again") == "" || len(b.all("noscript")) != 1 {
		t.Error("it is not looked at again")
	}
	b.get("/ui/imports").shows("many.csv being looked at").link("many.csv")
	b.send(b.form(b.address+"/discard"), "Discard the file").shows("No imports now")
}

// Who may only read sees imports, and brings in none; who may propose brings files in, and applies
// none; another's file is not theirs.
func TestImportsOfOthers(t *testing.T) {
	w := newWorld(t)
	w.addPlanner("planner")
	main := w.browse("main").upload("customers.csv", fair)
	page := main.address
	for key, says := range map[string]string{"reader": "A key that may write applies it.", "planner": "A key that may write applies it."} {
		b := w.browse(key).get(page).shows("customers.csv", says)
		for _, path := range []string{"/mapping", "/reading", "/keep", "/discard"} {
			if len(b.all("form", "action", page+path)) != 0 {
				t.Errorf("%s is offered %s", key, path)
			}
		}
	}
	if b := w.browse("reader"); len(b.get("/ui/contacts").all("a", "href", "/ui/imports/new")) != 0 || b.get("/ui/imports/new").status != http.StatusForbidden {
		t.Error("a reader is offered to bring in a file")
	}
	if b := w.browse("reader").sendFile("/ui/imports/new", "file", "a.csv", fair); b.status != http.StatusForbidden {
		t.Errorf("a reader's file is answered %d", b.status)
	}
	if b := w.browse("writer").sendFile("/ui/imports/new", "file", "a.csv", fair); b.status != http.StatusForbidden {
		t.Errorf("the file of who may not read is answered %d", b.status)
	}
	if b := w.browse("other").get(page); b.status != http.StatusNotFound {
		t.Errorf("another Space is answered %d", b.status)
	}
	mine := w.browse("planner").upload("mine.csv", fair).shows("mine.csvwaits for approval")
	mine.mapped("match.0", "phone").shows("1 refused")
	mine.send(mine.form(mine.address+"/discard"), "Discard the file")
	if w.arrived() != 1 {
		t.Errorf("%d imports are there", w.arrived())
	}
	if b := w.browse("planner"); b.post(page+"/discard").status != http.StatusNotFound || w.arrived() != 1 {
		t.Errorf("another's file was discarded: %d", b.status)
	}
}

// A file has as many columns as it likes: a page has some of them, and what stands on the others
// stays as it is.
func TestImportsOfManyColumns(t *testing.T) {
	w := newWorld(t)
	head, row := "Name,Email", "Ada,ada@fair.example"
	for i := range 100 {
		head, row = head+fmt.Sprintf(",Column of its own %d", i), row+fmt.Sprintf(",cell %d", i)
	}
	b := w.browse("main").upload("wide.csv", head+"\n"+row+"\n").shows("2 go somewhere, 100 are not taken")
	page := b.address
	if rows := len(all(b.one("tbody"), "tr")); rows != 40 || zipped(t, b.body) > maxPage {
		t.Errorf("%d columns are shown, in %d bytes", rows, zipped(t, b.body))
	}
	b.link("Further columns").link("Further columns").shows("Column of its own 99")
	b.mapped("to."+b.column("Column of its own 99"), "custom_fields.profile_field_1").shows("3 go somewhere", "cell 99")
	if b.address != page {
		t.Errorf("it led to %s", b.address)
	}
}

// bring brings a file in with a key, as a program does, and gives the id of its import.
func (w *world) bring(key, text string) string {
	w.t.Helper()
	e, _, _, err := w.book.MakeImport(w.t.Context(), w.grant(key), book.Terms{RequestID: rand.Text()}, book.ImportFile{Content: strings.NewReader(text)})
	if err != nil {
		w.t.Fatal(err)
	}
	w.work()
	return e.ID
}
