package book_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/transfer"
)

// CONTRACT D37.

// send makes an import of a file, and has its plan made.
func (d *desk) send(t *testing.T, file string) (book.Import, book.Plan) {
	t.Helper()
	e := d.sent(t, file)
	d.finish(t)
	return d.imported(t, e.ID)
}

func (d *desk) sent(t *testing.T, file string) book.Import {
	t.Helper()
	e, job, replayed, err := d.MakeImport(t.Context(), d.grant(), book.Terms{RequestID: "import"}, book.ImportFile{Name: "customers.csv", Content: strings.NewReader(file)})
	if err != nil || replayed || job == 0 {
		t.Fatal(err, replayed, job)
	}
	return e
}

func (d *desk) imported(t *testing.T, id string) (book.Import, book.Plan) {
	t.Helper()
	e, p, err := d.Import(t.Context(), d.grant(), id)
	if err != nil {
		t.Fatal(err)
	}
	return e, p
}

// toldRows tells the rows of a plan of an import, one a line.
func toldRows(rows []book.PlanRow) string {
	var b strings.Builder
	for _, row := range rows {
		fmt.Fprintf(&b, "line %d: %s", row.Line, row.Outcome)
		if row.Contact != 0 {
			fmt.Fprintf(&b, " %d", row.Contact)
		}
		if row.AddsTo != 0 {
			fmt.Fprintf(&b, " of row %d", row.AddsTo)
		}
		if row.Err != nil {
			fmt.Fprintf(&b, " (%s: %s)", codeOf(row.Err), row.Err)
		}
		if row.Result != "" {
			fmt.Fprintf(&b, ", %s", row.Result)
		}
		b.WriteString("\n")
	}
	return b.String()
}

// shows tells what a contact shows.
func (d *desk) shows(t *testing.T, id contact.ID) string {
	t.Helper()
	c, err := d.Get(t.Context(), d.grant(), id)
	if err != nil {
		t.Fatal(err)
	}
	var of []string
	for _, col := range contact.Collections {
		var texts []string
		for _, v := range c.Values[col] {
			texts = append(texts, v.Text)
		}
		of = append(of, strings.Join(texts, ","))
	}
	for i := range c.Fields {
		if text := c.Fields[i].Text; text != "" {
			of = append(of, fmt.Sprint(i+1, "=", text))
		}
	}
	return strings.Join(of, "|")
}

func patchOf(emails, phones, names []string) (p contact.Patch) {
	for col, texts := range map[contact.Collection][]string{contact.Emails: emails, contact.Phones: phones, contact.Names: names} {
		if texts != nil {
			p.Values[col] = contact.List{Sent: true, Texts: texts}
		}
	}
	return p
}

func TestImport(t *testing.T) {
	d := openDesk(t)
	ada := d.create(t, patchOf([]string{"ada@example.com"}, nil, []string{"Ada"})).ID
	one := d.create(t, patchOf([]string{"both@example.com"}, nil, []string{"One"})).ID
	two := d.create(t, patchOf([]string{"BOTH@example.com"}, nil, []string{"Two"})).ID
	e, p := d.send(t, "Customers\n"+
		"Name;E-Mail;Phone\n"+
		"Ada;ada@example.com;030 23125 001\n"+
		"Bo;bo@example.com;030 23125 002\n"+
		"Ada;ADA@example.com;030 23125 001\n"+
		"Bo B.;BO@example.com;030 23125 003\n"+
		"Cy;both@example.com;030 23125 004\n"+
		"Dee;dee@example.com;4,47E+11\n"+
		"Nobody;;\n"+
		"Bo;bo@example.com;030 23125 003\n")
	want := fmt.Sprintf(`line 3: update %d
line 4: create
line 5: same %d
line 6: update of row 2
line 7: refused (match_several: By its email this row is about several contacts: %d, %d. Merge them, or match rows by something else.)
line 8: refused (row_refused: The row was left out: A spreadsheet has turned the number into one with an exponent, such as 4.47E+11, and its last digits are lost. Format the column as text, and export it again.)
line 9: create
line 10: same of row 2
`, ada, ada, one, two)
	if got := toldRows(d.rows(t, p.ID)); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	counts := map[contact.RowOutcome]int64{contact.RowCreate: 2, contact.RowUpdate: 2, contact.RowSame: 2, contact.RowRefused: 2}
	if fmt.Sprint(p.Counts) != fmt.Sprint(counts) || p.State != book.PlanReady || p.Rows != 8 || p.Removals != 0 || p.Contacts != 4 || !p.Known() {
		t.Errorf("the plan: %+v", p)
	}
	if e.State != book.ImportOpen || e.Recognised.Delimiter != ";" || e.Recognised.LinesBeforeHeader != 1 || fmt.Sprint(e.Match) != "[email]" || e.Plan != p.ID || e.Records != 8 {
		t.Errorf("the import: %+v", e)
	}
	p = d.apply(t, p)
	if p.State != book.PlanApplied || p.Results[book.RowDone] != 4 || len(p.Results) != 1 {
		t.Fatalf("applied: %+v", p)
	}
	bo := d.rows(t, p.ID)[1].Done.Contact
	for id, want := range map[contact.ID]string{
		ada: "ada@example.com|030 23125 001|Ada|",
		bo:  "bo@example.com|030 23125 002,030 23125 003|Bo,Bo B.|",
	} {
		if got := d.shows(t, id); got != want {
			t.Errorf("contact %d: %s, want %s", id, got, want)
		}
	}
	var lines []string
	for _, ch := range d.done(t, p.ID) {
		if ch.Actor.Import.ID != e.ID {
			t.Errorf("a change is of import %q", ch.Actor.Import.ID)
		}
		lines = append(lines, fmt.Sprint(ch.Action, " ", ch.Actor.Import.Line))
	}
	slices.Sort(lines)
	if got := strings.Join(lines, ", "); got != "create 4, create 9, patch 3, patch 6" {
		t.Errorf("history: %s", got)
	}
	if e, _ := d.imported(t, e.ID); e.State != book.ImportClosed || e.Size() != 0 || e.Gone != len(e.Sizes) {
		t.Errorf("the import of a plan that was applied: %+v", e)
	}
}

// What an import did is one batch, which an undo takes back, overwritten values too.
func TestImportIsTakenBack(t *testing.T) {
	d := openDesk(t)
	ada := d.create(t, patchOf([]string{"ada@example.com", "old@example.com"}, nil, []string{"Ada", "A."})).ID
	was := d.shows(t, ada)
	e := d.sent(t, "email,name\nada@example.com,Ada Example\nada@example.com,A.\nbo@example.com,Bo\n")
	_, _, err := d.CorrectImport(t.Context(), d.grant(), book.Terms{RequestID: "correct"}, e.ID, book.ImportCorrection{Mapping: transfer.Mapping{
		{From: []string{"email"}, To: "emails", Rule: transfer.Mirror}, {From: []string{"name"}, To: "names", Rule: transfer.Replace}}})
	if err != nil {
		t.Fatal(err)
	}
	d.finish(t)
	_, p := d.imported(t, e.ID)
	d.apply(t, p)
	if got := d.shows(t, ada); got != "ada@example.com||A.|" {
		t.Fatalf("after the import: %s", got)
	}
	back := d.proposeAs(t, d.grant(), book.Proposal{Undo: &book.Undone{BatchID: p.ID}})
	back = d.apply(t, d.plan(t, back.ID))
	if got := d.shows(t, ada); got != was || back.Results[book.RowDone] != 3 {
		t.Errorf("taken back: %s, want %s: %+v", got, was, back)
	}
	if page, err := d.List(t.Context(), d.grant(), &book.List{PerPage: 10}); err != nil || len(page.Contacts) != 1 {
		t.Errorf("there are %d contacts, %v", len(page.Contacts), err)
	}
}
