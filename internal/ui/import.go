package ui

import (
	"cmp"
	"strconv"

	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/transfer"
)

// importPage is what the page of an import shows: what the file was taken for, what becomes of its
// columns, and what its rows would do, or did.
type importPage struct {
	*planPage
	columnsTable
	Sent     importSent
	File     importFile
	Corrects bool   // the reader may have it read in another way
	Kept     bool   // where its columns go has just been kept
	KeepAs   string // under what name it may be
	Unread   bool   // it could not be read so
	Nothing  bool   // the plan was discarded, and the file is gone
	Rule     string // by what rows are matched, in words
	Match    [][]choice
	Groups   []sampleGroup
	Became   []countView // of what was applied: what became of its rows
	PlanTo   string      // the page of the plan; "" where there is none
	Reading  []readingField
	Lines    int
	Header   []choice
	Here     string
	PlanID   string // which the forms name: that they are about what was shown
}

// importSent says who sent a file, and when.
type importSent struct {
	Author  author
	KeyName string
	Reason  string
	At      moment
}

// importFile is what is known of a file.
type importFile struct {
	Title    string
	Facts    []fact
	Warnings []string
	Message  string // why it cannot be read, or is gone
}

// fact is a thing that is known, under its name, and the page that tells more of it; "" for none.
type fact struct{ Name, Text, To string }

// readingField is a field of the form that says what a file is.
type readingField struct {
	Name, Label string
	Choices     []choice
}

// sampleGroup are the first rows of a plan that came to the same.
type sampleGroup struct {
	countView
	To   string // where all of them are
	Rows []planRowView
	More bool
}

// samplesOf is how many rows of each outcome the page of an import shows.
const samplesOf = 3

// importShown is how an import is shown: with what was sent, and what is wrong with that.
type importShown struct {
	status int
	wrong  string
	sent   mapped
	keepAs string
}

func (u *ui) imported(v *visit) (answer, error) {
	e, p, err := v.importNow()
	if err != nil {
		return nil, err
	}
	if v.wantsCurl() {
		return v.commands(v.address("show", ""), request{path: "/imports/" + e.ID}), nil
	}
	return v.importPage(&e, &p, importShown{})
}

// importAgain shows an import as it is now, with why it was not gone on with.
func (v *visit) importAgain(status int, wrong string) (answer, error) {
	e, p, err := v.importNow()
	if err != nil {
		return nil, err
	}
	return v.importPage(&e, &p, importShown{status: status, wrong: wrong})
}

// importPage makes the page of an import.
func (v *visit) importPage(e *book.Import, p *book.Plan, how importShown) (answer, error) {
	show := &importPage{planPage: v.planShown(p, how.wrong), File: v.importFile(e, p), Corrects: v.corrects(e, p), Nothing: p.ID == "",
		PlanID: e.Plan, Here: importPath(e.ID), KeepAs: cmp.Or(how.keepAs, e.MappingOf), Kept: v.Form.Get("kept") != "" && how.wrong == ""}
	show.DiscardTo = importPath(e.ID) + "/discard"
	as := v.importView(e, p)
	show.State, show.Look, show.Title = as.State, as.Look, as.Title
	show.Sent = importSent{as.Author, as.KeyName, as.Reason, as.At}
	if as.Progress == nil {
		show.Progress, show.Again = nil, 0
	}
	show.Message = ""
	show.Unread = p.State == book.PlanFailed && show.Corrects
	for _, r := range book.RowResults {
		if n := p.Results[r]; n > 0 {
			show.Became = append(show.Became, countView{Name: resultNames[r][0], N: n, Look: became[resultNames[r][1]]})
		}
	}
	show.Curl = v.address("show", "curl", "done", "")
	show.columns(v, e, show.Corrects, how.sent)
	show.Rule, show.Match = v.matchText(e.Match), v.matchChoices(e.Match)
	if show.Corrects {
		show.reading(e)
	}
	if p.ID != "" && p.State != book.PlanBuilding && p.State != book.PlanFailed {
		show.PlanTo = planPath(p.ID)
		if err := show.samples(v, p); err != nil {
			return nil, err
		}
	}
	if p.ID != "" {
		show.Discards = p.Applier == nil && e.State == book.ImportOpen && v.discards(e)
	}
	return &page{name: "import", title: show.Title, here: "c", back: "/ui/imports", status: how.status, again: show.Again, body: show}, nil
}

// became gives the colour of a count, by the class of the sign that a row has.
var became = map[string]string{"warn": "held", "bad": "minus"}

// importFile tells what is known of a file.
func (v *visit) importFile(e *book.Import, p *book.Plan) importFile {
	f := importFile{Title: importTitle(e), Warnings: e.Warnings, Message: p.Message}
	if e.State == book.ImportErased && p.Message == "" {
		f.Message = "Somebody was erased for good since this file came, so it is gone."
	}
	add := func(name, text string) {
		if text != "" {
			f.Facts = append(f.Facts, fact{Name: name, Text: text})
		}
	}
	r := &e.Recognised
	if r.Format == "" {
		return f
	}
	if e.MappingOf != "" {
		f.Facts = append(f.Facts, fact{"Columns as in", e.MappingOf, mappingPath(e.MappingOf)})
	}
	add("Program", cmp.Or(r.Program, "none that is known"))
	add("Format", formatWords[r.Format])
	add("Encoding", r.Encoding)
	if r.Format == transfer.CSV {
		add("Delimiter", delimiterName(r.Delimiter))
		switch {
		case r.Header == nil:
		case *r.Header:
			add("Header", "in line "+strconv.Itoa(r.LinesBeforeHeader+1))
		default:
			add("Header", "none, from line "+strconv.Itoa(r.LinesBeforeHeader+1)+" on")
		}
	}
	add("Rows", strconv.Itoa(e.Records))
	return f
}

var formatWords = map[transfer.Format]string{transfer.CSV: "CSV", transfer.VCard: "vCard", transfer.NDJSON: "NDJSON"}

// reading makes the form that says what a file is.
func (show *importPage) reading(e *book.Import) {
	given, is := &e.Given, &e.Recognised
	show.Reading = []readingField{
		{"program", "Program", found(given.Program, is.Program, named(transfer.Programs()))},
		{"format", "Format", found(string(given.Format), string(is.Format), []choice{{Key: "csv", Label: "CSV"}, {Key: "vcard", Label: "vCard"}, {Key: "ndjson", Label: "NDJSON"}})},
		{"encoding", "Encoding", found(given.Encoding, is.Encoding, named(encodings[:]))},
	}
	if is.Format != "" && is.Format != transfer.CSV {
		return
	}
	var marks []choice
	for _, d := range delimiters {
		marks = append(marks, choice{Key: d[0], Label: d[1]})
	}
	show.Reading = append(show.Reading, readingField{"delimiter", "Delimiter", found(given.Delimiter, delimiterName(is.Delimiter), marks)})
	show.Header = []choice{{"", "found", given.Header == nil}, {"yes", "there is one", given.Header != nil && *given.Header}, {"no", "there is none", given.Header != nil && !*given.Header}}
	show.Lines = is.LinesBeforeHeader
}

// samples are the first rows of each outcome: those that need the reader first.
func (show *importPage) samples(v *visit, p *book.Plan) error {
	if err := v.turn(); err != nil {
		return err
	}
	for _, o := range sampledFirst {
		n := p.Counts[o]
		if n == 0 {
			continue
		}
		rows, _, err := v.ui.book.PlanRows(v.Context(), v.grant, p.ID, book.PlanRowsAsked{Outcome: o, PerPage: samplesOf})
		if err != nil {
			return err
		}
		views, err := v.planRowViews(rows)
		if err != nil {
			return err
		}
		for i := range views {
			views[i].Open = o != contact.RowSame
		}
		show.Groups = append(show.Groups, sampleGroup{countView: countOf(o, n), To: v.planAddress(p.ID, "outcome", string(o), "result", "", "cursor", ""), Rows: views, More: n > int64(len(views))})
	}
	return nil
}

// sampledFirst is the order in which rows of an import are shown.
var sampledFirst = [...]contact.RowOutcome{contact.RowRefused, contact.RowConflict, contact.RowUpdate, contact.RowCreate, contact.RowSame}

// countOf gives the count of an outcome.
func countOf(of contact.RowOutcome, n int64) countView {
	for _, o := range outcomeNames {
		if o.is == of {
			return countView{string(o.is), o.name, o.look, n}
		}
	}
	return countView{Key: string(of), Name: string(of), N: n}
}
