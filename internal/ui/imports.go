package ui

import (
	"cmp"
	"errors"
	"net/http"
	"strconv"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/httpapi"
	"github.com/carnet-project/carnet/internal/transfer"
)

// Imports: files that people bring in. upload.go takes one, import.go is the page of one,
// mapping.go what becomes of its columns, importform.go how that is corrected, mappings.go what is kept of that. What an import
// does is a plan.
var importScreens = []screen{
	{"GET", "/ui/imports", access.Read, (*ui).imports},
	{"GET", "/ui/imports/new", access.Plan, (*ui).newImport},
	{"POST", uploadPath, access.Plan, (*ui).upload},
	{"GET", "/ui/imports/{import}", access.Read, (*ui).imported},
	{"POST", "/ui/imports/{import}/reading", access.Plan, (*ui).readOtherwise},
	{"POST", "/ui/imports/{import}/mapping", access.Plan, (*ui).mapOtherwise},
	{"POST", "/ui/imports/{import}/keep", access.Plan, (*ui).keepMapping},
	{"POST", "/ui/imports/{import}/discard", access.Plan, (*ui).discardImport},
}

// importsAtOnce is how many imports a page of the list has.
const importsAtOnce = 50

func importPath(id string) string { return "/ui/imports/" + id }

// importsPage is what the list of imports shows.
type importsPage struct {
	listLinks
	Imports []planView // each as its plan is shown, under the name of the file
	Brings  bool       // the key may bring a file in
}

func (u *ui) imports(v *visit) (answer, error) {
	show := &importsPage{Brings: v.may(access.Plan)}
	command, err := v.listPage("/imports", &show.listLinks, func(cursor string) (int, string, error) {
		list, plans, next, err := u.book.Imports(v.Context(), v.grant, cursor, importsAtOnce)
		for i := range list {
			p := v.importView(&list[i], &plans[i])
			show.follow(p.Progress)
			show.Imports = append(show.Imports, p)
		}
		return len(list), next, err
	})
	if command != nil || err != nil {
		return command, err
	}
	return &page{name: "imports", title: "Imports", here: "c", back: "/ui/contacts", again: show.Again, body: show}, nil
}

// importView shows an import as its plan is shown, under the name of the file.
func (v *visit) importView(e *book.Import, p *book.Plan) planView {
	view := v.planView(p)
	by := &contact.Actor{KeyID: e.By.Key, KeyName: e.By.KeyName, Name: e.By.Name}
	view.ID, view.To, view.Title = e.ID, importPath(e.ID), importTitle(e)
	view.Author, view.KeyName, view.Reason, view.At = v.authorOf(by), e.By.KeyName, e.By.Reason, v.moment(e.Created)
	switch {
	case p.ID == "":
		view.State, view.Look = "discarded", ""
	case p.State == book.PlanFailed && e.State == book.ImportOpen:
		view.State, view.Look = "cannot be read so", "bad"
	}
	if e.State == book.ImportErased && p.State == book.PlanBuilding { // there is nothing left to read
		view.State, view.Look, view.Progress, view.Building = "failed", "bad", nil, false
	}
	return view
}

// formatNames are what files are called that have no name.
var formatNames = map[transfer.Format]string{transfer.CSV: "A CSV file", transfer.VCard: "A vCard file", transfer.NDJSON: "A file of NDJSON"}

// importTitle gives what an import is called: its file.
func importTitle(e *book.Import) string {
	return cmp.Or(e.FileName, formatNames[e.Recognised.Format], "A file")
}

// fileRow gives the words for a line of a file, and where the import is shown, "" where that is
// gone by now.
type fileRow struct{ Says, To string }

// fileRow tells of what line of a file a write of some time came; nil of one that came of none.
func (v *visit) fileRow(of contact.ImportLine, at contact.Time) *fileRow {
	if of.ID == "" {
		return nil
	}
	row := &fileRow{Says: lineOf(of)}
	if v.ui.book.ShowsImport(at) {
		row.To = importPath(of.ID)
	}
	return row
}

// lineOf gives the words for a line of a file.
func lineOf(of contact.ImportLine) string {
	file := of.FileName
	if file == "" {
		file = "import " + of.ID
	}
	return "row " + strconv.Itoa(of.Line) + " of " + file
}

// importNow reads the import of the address, and its plan. Who may change it is who sent it, and
// who may write.
func (v *visit) importNow() (e book.Import, p book.Plan, err error) {
	e, p, err = v.ui.book.Import(v.Context(), v.grant, v.PathValue("import"))
	if isFaultOf(err, fault.CodeImportNotFound) {
		err = errNoImport
	}
	return e, p, err
}

var errNoImport = &trouble{http.StatusNotFound, "There is no such import", "Its address may be mistyped, or it was discarded, or it ended more than 30 days ago. What it wrote stands, and so does its history.", "/ui/imports", "All imports"}

// corrects tells whether the reader may have an import read in another way, or let go of it.
func (v *visit) corrects(e *book.Import, p *book.Plan) bool {
	return e.State == book.ImportOpen && p.Applier == nil && p.State != book.PlanBuilding && p.State != book.PlanExpired && v.discards(e)
}

func (v *visit) discards(e *book.Import) bool {
	return v.may(access.Write) || v.may(access.Plan) && e.By.Key == v.grant.Key.ID
}

// discardImport lets go of an import that was not applied.
func (u *ui) discardImport(v *visit) (answer, error) {
	e, _, err := v.importNow()
	if err != nil {
		return nil, err
	}
	if v.wantsCurl() {
		return v.commands(importPath(e.ID), request{method: http.MethodDelete, path: "/imports/" + e.ID}), nil
	}
	err = u.book.DiscardImport(v.Context(), v.grant, e.ID)
	if e, ok := errors.AsType[*fault.Error](err); ok && e.Kind == fault.Conflict {
		return v.importAgain(httpapi.StatusOf(e.Kind), e.Message)
	}
	if err != nil {
		return nil, err
	}
	return goOn{"/ui/imports"}, nil
}

// planSoon does what is soon done of the plan of an import: the rest, and all where that does not
// succeed now, is for its job.
func (v *visit) planSoon(job int64) {
	if job, err := v.ui.book.Job(v.Context(), v.grant, job); err == nil && job.Kind == book.PlanBuildJob {
		_ = v.ui.book.BuildPlan(v.Context(), &job)
	}
}
