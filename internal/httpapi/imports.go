package httpapi

import (
	"errors"
	"hash"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/transfer"
	"github.com/carnet-project/carnet/internal/wire"
)

const importsBase = base + "/imports"

var (
	importsParams    = []param{perPageParam, cursorParam}
	makeImportParams = []param{mappingParam, {"file_name", "the name of a file", func(q *asked, v *sent) (err error) {
		q.fileName, err = lineOf(contact.FileName(v.text))
		return err
	}}}
)

// lineOf makes an error of what is wrong with a line of text.
func lineOf(text string, flaw *contact.Flaw) (string, error) {
	if flaw != nil {
		return "", errors.New(flaw.Message)
	}
	return text, nil
}

// Limits on the body of an import.
const (
	maxImport     = transfer.MaxUnpacked // octets, as they are sent
	importArrives = time.Hour            // how long it may be on its way, while some of it comes every pieceTakes
	importHeld    = 3 << 20              // octets that are held of it: a piece, as it came and as it is stored
)

// importTypes are the types of files that are taken. What is in a file says the file.
var importTypes = []string{"text/csv", "text/vcard", "text/x-vcard", "text/directory", "text/plain", "text/tab-separated-values",
	"application/x-ndjson", "application/ndjson", "application/jsonl", "application/json", "application/vnd.ms-excel", "application/gzip", "application/x-gzip", "application/octet-stream"}

// makeImport takes a file (CONTRACT D37).
func (a *api) makeImport(w http.ResponseWriter, r *request) error {
	if r.ContentLength > maxImport {
		return importTooLarge()
	}
	if err := checkImportMedia(r.Header); err != nil {
		return err
	}
	space := r.grant.Space.ID
	if !a.arriving.Take(space, 1) {
		return overloaded("There are too many requests whose body is on its way.")
	}
	defer a.arriving.Give(space, 1)
	if err := a.hold(r, importHeld); err != nil {
		return err
	}
	from := importBody{FileBody: NewFileBody(&r.body, http.NewResponseController(r.out.ResponseWriter)), r: r}
	if r.terms.Retry != nil {
		from.sum = r.beginFingerprint()
	}
	e, job, replayed, err := a.book.MakeImport(r.Context(), r.grant, r.terms, book.ImportFile{Name: r.asked.fileName, Mapping: r.asked.mapping, Content: &from})
	if err != nil {
		return err
	}
	setReplayed(w.Header(), replayed)
	answerImport(w, r, http.StatusAccepted, e.ID, job)
	return nil
}

// answerImport answers which import it is, and the job that makes its plan.
func answerImport(w http.ResponseWriter, r *request, status int, id string, job int64) {
	answer(w, r, status, func(b jsonText) jsonText {
		return b.open('{').member("id").text(id).member("job_id").integer(job).end('}')
	})
}

// importBody reads the body of a request as a file. By what it holds the request is known again.
type importBody struct {
	*FileBody
	r   *request
	sum hash.Hash // nil for none
}

func (b *importBody) Read(p []byte) (int, error) {
	n, err := b.FileBody.Read(p)
	if b.sum != nil && (err == nil || err == io.EOF) {
		b.sum.Write(p[:n])
		if err == io.EOF {
			b.sum.Sum(b.r.terms.Retry.Fingerprint[:0])
		}
	}
	return n, err
}

func importTooLarge() error {
	return fault.New(fault.TooLarge, fault.CodeBodyTooLarge, "The file is larger than 1 GiB. Send it in parts.")
}

// checkImportMedia refuses what is not the octets of a file. Packed with gzip it may be, whether the
// headers say so or not.
func checkImportMedia(h http.Header) error {
	for _, field := range h["Content-Encoding"] {
		if !slices.Contains([]string{"", "identity", "gzip", "x-gzip"}, strings.ToLower(strings.TrimSpace(field))) {
			return fault.New(fault.MediaType, fault.CodeEncodingUnsupported, "The Content-Encoding is none that is taken. Send the file as it is, or packed with gzip.")
		}
	}
	types := h["Content-Type"]
	if len(types) == 0 {
		return nil
	}
	kind, _, err := mime.ParseMediaType(types[0])
	if len(types) > 1 || err != nil || !slices.Contains(importTypes, kind) {
		return fault.New(fault.MediaType, fault.CodeContentType,
			"The Content-Type is none of a file with contacts. Send the bytes of the file as the body, with Content-Type: text/csv, text/vcard, application/x-ndjson, application/gzip or application/octet-stream.")
	}
	return nil
}

// listImports answers a page of the imports of the Space, newest first (CONTRACT D37).
func (a *api) listImports(w http.ResponseWriter, r *request) error {
	size := r.asked.pageSize()
	list, plans, next, err := a.book.Imports(r.Context(), r.grant, r.asked.cursor, size)
	if err != nil {
		return err
	}
	answer(w, r, http.StatusOK, func(b jsonText) jsonText {
		b = b.open('{').member("data").open('[')
		for i := range list {
			b = b.imported(&list[i], &plans[i], true)
		}
		return a.endPage(b.end(']'), r, size, next, "")
	})
	return nil
}

// getImport answers an import (CONTRACT D37).
func (a *api) getImport(w http.ResponseWriter, r *request) error {
	e, p, err := a.book.Import(r.Context(), r.grant, r.PathValue("import"))
	if err != nil {
		return err
	}
	answer(w, r, http.StatusOK, func(b jsonText) jsonText { return b.imported(&e, &p, r.reads()) })
	return nil
}

// correctImport has a file read in another way, and planned anew (CONTRACT D37).
func (a *api) correctImport(w http.ResponseWriter, r *request) error {
	body, err := a.readBody(r)
	if err != nil {
		return err
	}
	to, keepAs, err := ReadImportCorrection(*body)
	freeBuffer(body)
	if err != nil {
		return err
	}
	if keepAs != "" {
		e, job, err := a.book.KeepMapping(r.Context(), r.grant, r.terms, r.PathValue("import"), keepAs)
		if err != nil {
			return err
		}
		answerImport(w, r, http.StatusOK, e.ID, job)
		return nil
	}
	e, job, err := a.book.CorrectImport(r.Context(), r.grant, r.terms, r.PathValue("import"), to)
	if err != nil {
		return err
	}
	answerImport(w, r, http.StatusAccepted, e.ID, job)
	return nil
}

// ReadImportCorrection reads the body that corrects an import, or keeps its mapping under a name, with
// all problems told at once.
func ReadImportCorrection(body []byte) (to book.ImportCorrection, keepAs string, err error) {
	asked, err := wire.ReadImport(body)
	if err != nil {
		return to, "", err
	}
	var problems []fault.Problem
	read := func(path string, text []byte, into any, advice string) {
		if text == nil {
			return
		}
		err := json.Unmarshal(text, into, json.RejectUnknownMembers(true))
		if at, ok := errors.AsType[*json.SemanticError](err); ok && errors.Is(err, json.ErrUnknownName) {
			name := wire.ShowName(at.JSONPointer.LastToken())
			problems = append(problems, fault.Problem{Path: path, Code: fault.CodeUnknownField, Message: "Unknown field " + name + ". " + advice})
		} else if err != nil {
			problems = append(problems, fault.Problem{Path: path, Code: fault.CodeWrongType, Message: advice})
		}
	}
	to.Match = asked.Match
	read("recognised", asked.Recognised, &to.Recognised,
		"Send recognised as an object with some of program, format, encoding, delimiter, lines_before_header (a number) and header (true or false).")
	read("mapping", asked.Mapping, &to.Mapping, `Send mapping as a list of steps, such as {"from": ["E-Mail"], "to": "emails", "as": "email", "rule": "add"}.`)
	if asked.Mapping != nil && to.Mapping != nil && len(to.Mapping) == 0 {
		problems = append(problems, fault.Problem{Path: "mapping", Code: fault.CodeFieldMissing, Message: "Send a step at least: by none, nothing of the file would be taken. Leave mapping out for what was found."})
	}
	if len(to.Mapping) > 2*transfer.MaxColumns {
		problems = append(problems, fault.Problem{Path: "mapping", Code: fault.CodeTooManyItems, Message: "Send at most 2,000 steps."})
	}
	return to, asked.KeepAs, fault.Problems(problems)
}

// discardImport lets go of an import that was not applied (CONTRACT D37).
func (a *api) discardImport(w http.ResponseWriter, r *request) error {
	if err := a.readNothing(r); err != nil {
		return err
	}
	if err := a.book.DiscardImport(r.Context(), r.grant, r.PathValue("import")); err != nil {
		return err
	}
	answerNothing(w, r, http.StatusNoContent)
	return nil
}

// importState is what an import's state is called: that of its plan, unless its file is gone before
// there is one.
func importState(e *book.Import, p *book.Plan) string {
	if e.State == book.ImportErased && p.State == book.PlanBuilding {
		return string(book.PlanFailed)
	}
	return string(p.State)
}

// imported writes an import: all of it to who may read, else its id and its state.
func (b jsonText) imported(e *book.Import, p *book.Plan, whole bool) jsonText {
	b = b.open('{').member("id").text(e.ID).member("state").text(importState(e, p))
	if !whole {
		return b.end('}')
	}
	b = b.member("message").textIf(p.Message, p.Message != "").member("created_at").moment(e.Created)
	b = b.member("file_name").textIf(e.FileName, e.FileName != "").member("sent_by").planActor(&e.By)
	b = b.member("stored").integer(e.Size()).member("rows").integer(int64(e.Records))
	f := &e.Recognised
	b = b.member("recognised").open('{').member("program").textIf(f.Program, f.Program != "").member("format").textIf(string(f.Format), f.Format != "")
	b = b.member("encoding").textIf(f.Encoding, f.Encoding != "").member("delimiter").textIf(f.Delimiter, f.Delimiter != "")
	b = b.member("lines_before_header").integer(int64(f.LinesBeforeHeader)).member("header")
	if f.Header == nil {
		b = b.raw("null")
	} else {
		b = b.boolean(*f.Header)
	}
	b = b.end('}').member("columns").open('[')
	for i := range e.Columns {
		c := &e.Columns[i]
		b = b.open('{').member("name").text(c.Name).member("filled").integer(int64(c.Filled)).member("samples").texts(c.Samples).end('}')
	}
	b = b.end(']').member("warnings").texts(e.Warnings).member("mapping").mapping(e.Mapping)
	b = b.member("mapping_name").textIf(e.MappingOf, e.MappingOf != "").member("match").texts(words(e.Match))
	return b.member("plan_id").textIf(p.ID, p.ID != "").member("job_id").integer(p.Job).end('}')
}

// mapping writes what becomes of columns.
func (b jsonText) mapping(m transfer.Mapping) jsonText {
	b = b.open('[')
	for i := range m {
		s := &m[i]
		b = b.open('{').member("from").texts(s.From).member("to").textIf(s.To, s.To != "").member("as").textIf(string(s.As), s.As != "")
		b = b.member("rule").text(string(s.Rule)).member("why").texts(s.Why).end('}')
	}
	return b.end(']')
}

// importRow writes what a row of a plan has that comes of a file.
func (b jsonText) importRow(row *book.PlanRow) jsonText {
	b = b.member("line").integer(int64(row.Line)).member("adds_to")
	if row.AddsTo == 0 {
		b = b.raw("null")
	} else {
		b = b.integer(row.AddsTo)
	}
	b = b.member("left_out").open('[')
	for _, left := range row.LeftOut {
		b = b.open('{').member("column").textIf(left.Column, left.Column != "").member("why").text(left.Why).end('}')
	}
	return b.end(']')
}
