package ui_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/book"
)

// CONTRACT D37: where columns go is kept under a name, and taken again by a file of the same columns; rows
// are matched by fields that are filterable, too.
func TestImportsAreKeptForTheNext(t *testing.T) {
	w := newWorld(t)
	_, err := w.book.UpdateSpace(t.Context(), "test", w.space.ID, func(s *access.Space) error {
		s.Filterable = s.Filterable.With(3, true)
		s.Labels[2] = "Customer number"
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	b := w.browse("main").upload("march.csv", fair)
	b.mapped("to."+b.column("Kunde seit"), "custom_fields.profile_field_26").shows("5 go somewhere")
	page := b.address
	if b.post(page+"/keep", "name", " "); b.status != http.StatusUnprocessableEntity || !strings.Contains(b.text(), "Nothing was kept.") {
		t.Errorf("a name of nothing is answered %d: %s", b.status, b.text())
	}
	b.get(page).send(b.form(page+"/keep"), "Copy as curl", "name", "Fair").shows("-X PATCH", `"keep_as":"Fair"`)
	b.get(page).send(b.form(page+"/keep"), "Keep it", "name", "Fair").shows("Kept. A file of the same columns takes this by itself.")
	b.upload("april.csv", fair).shows("april.csvwaits for approval", "Columns as inFair", "5 go somewhere", "As in “Fair”.")
	if keep := all(b.form(b.address+"/keep"), "input", "name", "name"); attribute(keep[0], "value") != "Fair" {
		t.Error("it cannot be kept under its name again at once")
	}
	if by := words(b.one("select", "name", "match.0")); !strings.HasSuffix(by, "Customer number") {
		t.Errorf("rows are matched by one of %s", by)
	}
	b.mapped("match.0", "profile_field_3", "match.1", "email").shows("The index")
	if !strings.Contains(b.body, `<option value="profile_field_3" selected>`) {
		t.Error("it does not say by what rows are matched now")
	}
}

// keep keeps where the columns of an import go, as a program does.
func (w *world) keep(key, imported, name string) {
	w.t.Helper()
	if _, _, err := w.book.KeepMapping(w.t.Context(), w.grant(key), book.Terms{RequestID: "kept"}, imported, name); err != nil {
		w.t.Fatal(err)
	}
}

// CONTRACT D37: the mappings that are kept are listed with their columns and who kept them, shown whole, and
// deleted by who looked at one; a column that goes as it was kept says so.
func TestKeptMappings(t *testing.T) {
	w := newWorld(t)
	w.addPlanner("planner")
	b := w.browse("main").get("/ui/imports").link("Mappings").shows("No mapping is kept yet", "is then read the same way by itself", "Bring in a file")
	b.upload("march.csv", fair)
	b.mapped("to."+b.column("Kunde seit"), "custom_fields.profile_field_26", "match.1", "phone").shows("Chosen by hand.")
	b.send(b.form(b.address+"/keep"), "Keep it", "name", "Fair / <b>").shows("Kept.")
	b.link("All kept mappings").shows("Fair / <b>", "You with key main", "Vorname", "Kunde seit", "5 columns go somewhere", "rows are matched by an email, then a phone")
	b.link("Fair / <b>").shows("Kept by you, with key main", "5 go somewhere", "with Vorname", "Field 26", "Rows are matched by an email, then a phone.")
	page := b.address
	if heads := words(b.one("thead")); strings.Contains(heads, "Why") || strings.Contains(heads, "What stands in it") {
		t.Errorf("nothing is known of cells and reasons, and the heads are %s", heads)
	}
	if page != "/ui/mappings/"+url.PathEscape("Fair / <b>") {
		t.Errorf("it is at %s", page)
	}
	b.get(page + "?show=curl").shows("/mappings/Fair%20%2F%20%3Cb%3E").get("/ui/mappings?show=curl").shows("public-api/v1/mappings")

	b.upload("april.csv", fair).shows("Columns as inFair / <b>", "As in “Fair / <b>”.")
	b.mapped("to."+b.column("Telefon"), "").shows("As in “Fair / <b>”.", "Chosen by hand.")

	for key, deletes := range map[string]bool{"main": true, "client": true, "planner": false, "reader": false} {
		if b := w.browse(key).get(page).shows("Where columns go"); (len(b.all("form", "action", page+"/delete")) == 1) != deletes {
			t.Errorf("%s is offered to delete it: %t", key, !deletes)
		}
	}
	if b := w.browse("reader").post(page + "/delete"); b.status != http.StatusForbidden {
		t.Errorf("a reader's deleting is answered %d", b.status)
	}
	if b := w.browse("planner").post(page + "/delete"); b.status != http.StatusForbidden || !strings.Contains(b.text(), "Another key keeps this mapping") {
		t.Errorf("deleting what another key kept is answered %d: %s", b.status, b.text())
	}
	b.get(page).send(b.form(page+"/delete"), "Copy as curl").shows("-X DELETE", "/mappings/Fair%20%2F%20%3Cb%3E")
	b.get(page).send(b.form(page+"/delete"), "Delete the mapping").shows("Deleted. A file of its columns is looked at anew", "No mapping is kept yet")
	if b.get(page); b.status != http.StatusNotFound || !strings.Contains(b.text(), "There is no such mapping") {
		t.Errorf("what was deleted is answered %d: %s", b.status, b.text())
	}
	if b.post(page + "/delete"); b.status != http.StatusNotFound {
		t.Errorf("deleting it again is answered %d", b.status)
	}
	b.upload("may.csv", fair).shows("4 go somewhere")
	if text := b.text(); strings.Contains(text, "As in “") {
		t.Errorf("it takes what was deleted: %s", text)
	}
}

// A mapping has as many columns as it likes, and a Space a hundred mappings: a page has some of each.
func TestManyKeptMappings(t *testing.T) {
	w := newWorld(t)
	head := "Name,Email"
	for i := range 100 {
		head += fmt.Sprintf(",Column of its own %d", i)
	}
	imported := w.bring("main", head+"\nAda,ada@fair.example"+strings.Repeat(",", 100)+"\n")
	for i := range 25 {
		w.wait(time.Minute)
		w.keep("main", imported, fmt.Sprintf("Mapping %d", i))
	}
	b := w.browse("main").get("/ui/mappings").shows("Mapping 24", "Mapping 5", "and 94 more")
	if strings.Contains(b.text(), "Mapping 4 ") || zipped(t, b.body) > maxPage {
		t.Errorf("all are on one page, of %d bytes", zipped(t, b.body))
	}
	b.link("Older").shows("Mapping 0").link("The newest").link("Mapping 24").shows("2 go somewhere, 100 are not taken").link("Further columns").link("Further columns").shows("Column of its own 99")
}
