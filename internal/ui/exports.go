package ui

import (
	"bytes"
	"io"
	"net/http"

	"github.com/klauspost/compress/gzip"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/httpapi"
	"github.com/carnet-project/carnet/internal/transfer"
)

// Exports: files of contacts, which jobs write. exportform.go asks for one.
var exportScreens = []screen{
	{"GET", "/ui/exports", access.Read, (*ui).exports},
	{"GET", "/ui/exports/new", access.Read, (*ui).newExport},
	{"POST", "/ui/exports/new", access.Read, (*ui).makeExport},
	{"GET", "/ui/exports/{export}/file", access.Read, (*ui).exportFile},
	{"POST", "/ui/exports/{export}/withdraw", access.Write, (*ui).withdrawExport},
}

// exportsAtOnce is how many exports the list has: they are kept for some days alone.
const exportsAtOnce = 100

// exportsPage is what the list of exports shows.
type exportsPage struct {
	Exports []exportView
	Cut     bool // there may be older ones
	Again   int
}

// exportView is an export as the list shows it.
type exportView struct {
	ID, Title   string
	State, Look string
	Author      author
	KeyName     string
	Reason      string
	At, Until   moment // until when it is kept; none where it is under way
	Of          []exportBound
	Contacts    int
	Size        string // as it is kept
	File        string // its address; "" where there is none
	Withdraw    string // where the form goes that lets go of it; "" where the key may not
	Message     string
	Progress    *progressView
}

// exportBound is one thing that narrows an export: a text, or a time.
type exportBound struct {
	Name, Text string
	LTR        bool
	At         moment
}

// exportKind is a kind of file as people are told of it.
type exportKind struct {
	Key, Name, Says string
	format          transfer.Format
	layout          transfer.Layout
}

// exportKinds are those that the form offers.
var exportKinds = []exportKind{
	{"csv", "CSV", "all that a contact holds, with a column for each value: for spreadsheets", transfer.CSV, transfer.OwnLayout},
	{"google", "CSV for Google Contacts", "the columns that it imports; the rest is in the notes", transfer.CSV, transfer.GoogleLayout},
	{"outlook", "CSV for Outlook", "the columns that it imports; the rest is in the notes", transfer.CSV, transfer.OutlookLayout},
	{"vcard", "vCard", "a card each, of version 4.0: for address books and phones", transfer.VCard, ""},
	{"ndjson", "NDJSON", "all of a contact a line, with its version and times: for programs", transfer.NDJSON, ""},
}

// exportStates are the states of exports in a word, with the class of the sign.
var exportStates = map[book.ExportState][2]string{
	book.ExportQueued: {"waits its turn", ""}, book.ExportRunning: {"being written", ""}, book.ExportCompleted: {"ready", ""},
	book.ExportFailed: {"failed", "bad"}, book.ExportErased: {"gone", "warn"},
}

func (u *ui) exports(v *visit) (answer, error) {
	list, err := u.book.NewestExports(v.Context(), v.grant, exportsAtOnce)
	if err != nil {
		return nil, err
	}
	show := &exportsPage{Cut: len(list) == exportsAtOnce}
	for i := range list {
		e := v.exportView(&list[i])
		if e.Progress != nil {
			show.Again = again
			if err := v.exportProgress(e.Progress, &list[i]); err != nil {
				return nil, err
			}
		}
		show.Exports = append(show.Exports, e)
	}
	return &page{name: "exports", title: "Exports", here: "c", back: "/ui/contacts", again: show.Again, body: show}, nil
}

func (v *visit) exportView(e *book.Export) exportView {
	by := &contact.Actor{KeyID: e.By.Key, KeyName: e.By.KeyName, Name: e.By.Name}
	view := exportView{ID: e.ID, Title: exportTitle(&e.Form), State: exportStates[e.State][0], Look: exportStates[e.State][1],
		Author: v.authorOf(by), KeyName: e.By.KeyName, Reason: e.By.Reason, At: v.moment(e.Created), Of: v.exportBounds(&e.Asked), Message: e.Message}
	switch e.State {
	case book.ExportQueued, book.ExportRunning:
		view.Progress = v.jobProgress(e.Job, e.Contacts, 0, true)
		return view
	case book.ExportCompleted:
		view.Contacts, view.Size, view.File = int(e.Contacts), bytesText(e.Size()), "/ui/exports/"+e.ID+"/file"
	}
	view.Until = v.moment(e.KeptUntil())
	if v.may(access.Write) {
		view.Withdraw = "/ui/exports/" + e.ID + "/withdraw"
	}
	return view
}

// exportProgress tells how many contacts an export has by now, and of how many: those that fit at this moment,
// where they can be counted. Before the first is written, a file with a column for each value is measured.
func (v *visit) exportProgress(p *progressView, e *book.Export) error {
	p.Says = number(int(e.Contacts), "contact", "contacts") + " so far"
	if e.State == book.ExportQueued {
		return nil
	}
	if !v.listing { // of several it is one page
		if err := v.turn(); err != nil {
			return err
		}
	}
	of := book.List{CreatedFrom: e.Asked.CreatedFrom, CreatedUntil: e.Asked.CreatedUntil, Email: e.Asked.Email, Phone: e.Asked.Phone, Where: e.Asked.Filter()}
	n, exact, err := v.ui.book.Count(v.Context(), v.grant, &of)
	if err != nil || !exact || n == 0 {
		return err
	}
	done := min(e.Contacts, int64(n)) // who was made since it began is not in it
	p.Says = grouped(int(done)) + " of " + grouped(n) + " " + plural(n, "contact", "contacts")
	if e.Form.Wide() && !e.Measured {
		p.Says = "Its columns are counted first, for " + grouped(n) + " " + plural(n, "contact", "contacts")
	}
	p.Meter = progressOf(done, int64(n), p.Says)
	return nil
}

var errNoExport = &trouble{http.StatusNotFound, "There is no such export", "It was withdrawn, or kept for seven days, and is gone.", "/ui/exports", "All exports"}

// withdrawExport lets go of an export and its file.
func (u *ui) withdrawExport(v *visit) (answer, error) {
	e, err := u.book.Export(v.Context(), v.grant, v.PathValue("export"))
	if err == nil && v.wantsCurl() {
		return v.commands("/ui/exports", request{method: http.MethodDelete, path: "/contacts/exports/" + e.ID}), nil
	}
	if err == nil {
		err = u.book.WithdrawExport(v.Context(), v.grant, e.ID)
	}
	if isFaultOf(err, fault.CodeExportNotFound) {
		return nil, errNoExport
	}
	if err != nil {
		return nil, err
	}
	return goOn{"/ui/exports"}, nil
}

// exportTitle says what kind of file an export is.
func exportTitle(f *transfer.Form) string {
	title := "NDJSON, as the list has it" // which the API alone makes
	for _, k := range exportKinds {
		if k.format == f.Format && k.layout == f.Layout {
			title = k.Name
		}
	}
	if f.Safe {
		title += ", safe for spreadsheets"
	}
	return title
}

// exportBounds say what narrows an export.
func (v *visit) exportBounds(a *book.ExportAsked) (all []exportBound) {
	for _, c := range a.Filter() {
		says := shortened(conditionWords(&c))
		all = append(all, exportBound{Name: v.label(c.Slot), Text: says})
	}
	for _, found := range []exportBound{{Name: "Email", Text: a.Email, LTR: true}, {Name: "Phone", Text: a.Phone, LTR: true}} {
		if found.Text != "" {
			all = append(all, found)
		}
	}
	if a.CreatedFrom != 0 {
		all = append(all, exportBound{Name: "Made from", At: v.moment(a.CreatedFrom)})
	}
	if a.CreatedUntil != 0 {
		all = append(all, exportBound{Name: "Made before", At: v.moment(a.CreatedUntil)})
	}
	return all
}

// exportDownload is the file of an export as it is given out: unpacked, so that it opens
// where it is saved.
type exportDownload struct {
	file         *book.Download
	text         *gzip.Reader
	piece, first []byte
}

// exportFile gives the file of an export to whoever is signed in, and may read.
func (u *ui) exportFile(v *visit) (answer, error) {
	d, err := u.book.Download(v.Context(), v.grant, v.PathValue("export"))
	if err != nil {
		return nil, err
	}
	text, err := gzip.NewReader(&exportReader{visit: v, file: d})
	if err != nil {
		return nil, err
	}
	e := &exportDownload{file: d, text: text, piece: make([]byte, 64<<10)}
	e.first, err = e.next() // before the answer begins: where it fails, the answer says so
	return e, err
}

// exportReader reads the pieces of a file one after the other, for as long as its client waits.
type exportReader struct {
	*visit
	file *book.Download
	left bytes.Reader
}

func (r *exportReader) Read(p []byte) (int, error) {
	if r.left.Len() == 0 {
		piece, err := r.file.Next(r.client)
		if err != nil {
			return 0, err
		}
		if piece == nil {
			return 0, io.EOF
		}
		r.left.Reset(piece)
	}
	return r.left.Read(p)
}

// next gives the next piece of the text, until the one after it; nil after the last.
func (d *exportDownload) next() ([]byte, error) {
	n, err := 0, error(nil)
	for n == 0 && err == nil {
		n, err = d.text.Read(d.piece)
	}
	if n > 0 || err == io.EOF {
		err = nil // what else there was comes with the next
	}
	return d.piece[:n], err
}

func (d *exportDownload) send(v *visit, w http.ResponseWriter) error {
	h := w.Header()
	h.Set("Content-Type", d.file.Form.MediaType())
	h.Set("Content-Disposition", httpapi.ExportFile(d.file.ID, d.file.Form.Extension()))
	h.Set("Vary", "Cookie")
	v.status = http.StatusOK
	w.WriteHeader(v.status)
	if v.Method != http.MethodHead {
		httpapi.SendPieces(w, http.NewResponseController(w), d.first, d.next)
	}
	return nil
}
