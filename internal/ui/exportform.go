package ui

import (
	"errors"
	"net/http"
	"strings"
	"unicode"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/httpapi"
	"github.com/carnet-project/carnet/internal/transfer"
)

// newExportPage is what the form of an export shows: whom the file holds, and what file it is.
type newExportPage struct {
	filtersView
	Held  []field // what narrows it, in the form that makes it
	Kinds []exportChoice
	Safe  bool
	Wrong []string // a sentence each
	Note  string   // what of the list an export leaves out; "" for nothing
	Many  string   // how many it holds; "" where there is no such file
}

// exportChoice is a kind of file that can be chosen.
type exportChoice struct {
	exportKind
	On bool
}

// newExport shows the form of an export of those whom the address names as that of the list does.
func (u *ui) newExport(v *visit) (answer, error) {
	q, err := v.exportQuery()
	if err != nil {
		return nil, err
	}
	adding, on, err := v.addCondition(q, "Take these")
	if on != nil || err != nil {
		return on, err
	}
	return v.newExportPage(q, adding, http.StatusOK, nil)
}

// exportQuery reads whom a file is to hold, as the list reads whom it shows; but an email or a
// phone number that was looked up is that, and no words to search for.
func (v *visit) exportQuery() (*listQuery, error) {
	q, err := v.listQuery()
	if err != nil || q.look == "" {
		return q, err
	}
	q.list.Search = nil
	q.asks.Del("q")
	col := contact.Phones
	if strings.Contains(q.look, "@") {
		col = contact.Emails
	}
	text, flaw := contact.ParseValue(col, q.look)
	switch {
	case flaw != nil:
	case col == contact.Emails:
		q.list.Email = text
		q.asks.Set("email", text)
	case strings.ContainsFunc(text, unicode.IsDigit):
		q.list.Phone = text
		q.asks.Set("phone", text)
	}
	return q, nil
}

// newExportPage makes the page of the form, with what is wrong with what was sent.
func (v *visit) newExportPage(q *listQuery, adding *conditionForm, status int, wrong []string) (answer, error) {
	filters, err := v.filters(q, adding)
	if err != nil {
		return nil, err
	}
	filters.Words = "Take these"
	show := &newExportPage{filtersView: filters, Held: v.kept("q", "start", "end", filtersName), Safe: v.PostForm.Get("safe") != "", Wrong: wrong}
	kind := v.exportKind()
	for _, k := range exportKinds {
		show.Kinds = append(show.Kinds, exportChoice{k, k.Key == kind.Key})
	}
	if q.filter.Since != "" {
		show.Note = "A file cannot be narrowed by the latest change, so “Changed since” is left out."
	}
	if says := q.noExport(); says != "" {
		if wrong == nil {
			show.Wrong = []string{says}
		}
	} else if err := v.turn(); err != nil {
		return nil, err
	} else if show.Many, err = v.howMany(q.exported()); err != nil {
		return nil, err
	}
	if adding != nil && adding.Wrong != nil {
		status = http.StatusUnprocessableEntity
	}
	return &page{name: "newexport", title: "New export", here: "c", back: "/ui/exports", status: status, body: show}, nil
}

// exported gives what of a list its export holds.
func (q *listQuery) exported() *listQuery {
	of := *q
	of.list.UpdatedSince = 0
	return &of
}

// exportKind gives the kind that was chosen: the first where none was.
func (v *visit) exportKind() exportKind {
	for _, k := range exportKinds {
		if k.Key == v.PostForm.Get("kind") {
			return k
		}
	}
	return exportKinds[0]
}

// noExport says why there is no file of what was looked up; "" where there is one.
func (q *listQuery) noExport() string {
	if q.look != "" && q.list.Email == "" && q.list.Phone == "" {
		return "A file holds all contacts, or those with an email or a phone. Take off what was looked up: it is neither."
	}
	return ""
}

// makeExport begins an export, and does what is soon done: the rest is for its job.
func (u *ui) makeExport(v *visit) (answer, error) {
	q, err := v.exportQuery()
	if err != nil {
		return nil, err
	}
	if says := q.noExport(); says != "" {
		return v.newExportPage(q, nil, http.StatusUnprocessableEntity, []string{says})
	}
	var form transfer.Form
	var which book.ExportAsked
	text, err := spelled(v.exportBody(q), func(text []byte) (err error) {
		form, which, err = httpapi.ReadExport(text, &v.grant.Space)
		return err
	})
	if e, ok := errors.AsType[*fault.Error](err); ok && e.Kind == fault.Invalid {
		return v.newExportPage(q, nil, http.StatusUnprocessableEntity, sentences(e))
	}
	if err != nil {
		return nil, err
	}
	if v.wantsCurl() {
		return v.commands("/ui/exports", v.signed(request{method: http.MethodPost, path: "/contacts/exports", body: text})), nil
	}
	id, _, err := u.book.MakeExport(v.Context(), v.grant, v.terms(), form, which)
	if err != nil {
		return nil, err
	}
	if e, err := u.book.Export(v.Context(), v.grant, id); err == nil {
		if job, err := u.book.Job(v.Context(), v.grant, e.Job); err == nil {
			_ = u.book.ExportStep(v.Context(), &job) // where that does not succeed now, the job goes on
		}
	}
	return goOn{"/ui/exports"}, nil
}

// exportBody is what asks the API for the export that the form asks for.
func (v *visit) exportBody(q *listQuery) map[string]any {
	kind, body := v.exportKind(), map[string]any{}
	body["format"] = kind.format
	if kind.layout != transfer.OwnLayout {
		body["layout"] = kind.layout
	}
	if kind.format == transfer.CSV && v.PostForm.Get("safe") != "" {
		body["safe"] = true
	}
	for _, name := range []string{"start_date", "end_date", "email", "phone"} {
		if value := q.asks.Get(name); value != "" {
			body[name] = value
		}
	}
	if where := q.asks.Get(filtersName); where != "" {
		body["where"] = jsontext.Value(where)
	}
	return body
}
