package ui

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/httpapi"
)

// trouble is why a page cannot be shown, as its reader is told.
type trouble struct {
	status      int
	title, text string
	to, step    string // where to go on, and the words of that link
}

func (t *trouble) Error() string { return t.title }

// The troubles of pages alone. Those of the book have their own words.
var (
	errNowhere   = &trouble{http.StatusNotFound, "There is no such page", "The address may be mistyped, or of another version of Carnet.", "/ui/contacts", "All contacts"}
	errNoContact = &trouble{http.StatusNotFound, "There is no such contact", "No contact of this Space has this id now. If it was deleted, it is in the bin.", "/ui/contacts", "All contacts"}
	errForeign   = &trouble{http.StatusForbidden, "This form came from another site", "Nothing was changed. Open the book in this browser and send the form there.", "/ui/contacts", "Open the book"}
	errCrowded   = &trouble{http.StatusServiceUnavailable, "Many pages are being made", "Nothing was changed. Load this one again in a moment.", "", ""}
	errForm      = &trouble{http.StatusRequestEntityTooLarge, "This form could not be read", "It is larger than one megabyte, or broke off. Nothing was saved.", "/ui/contacts", "All contacts"}
)

// problemPage is what the page of a trouble shows.
type problemPage struct {
	Title, Text, To, Step string
	Fields                []string // what is wrong, one sentence each
}

// problem makes the page of an error. What the reader cannot mend is logged.
func (u *ui) problem(v *visit, err error) answer {
	t, ok := errors.AsType[*trouble](err)
	if !ok {
		t = u.explain(v, err)
	}
	again := waitFor(err)
	if again > 0 && v.Method != http.MethodPost { // what a form sent is not in the address
		same := *t
		same.to, same.step = v.URL.RequestURI(), "Load it again"
		t = &same
	}
	show := problemPage{Title: t.title, Text: t.text, To: t.to, Step: t.step}
	if e, ok := errors.AsType[*fault.Error](err); ok {
		show.Fields = sentences(e)
	}
	p := &page{name: "problem", title: t.title, status: t.status, body: &show}
	if again > 0 {
		return later{p, again}
	}
	return p
}

// explain gives the words of an error of the book.
func (u *ui) explain(v *visit, err error) *trouble {
	e := httpapi.Explain(err)
	switch e.Kind {
	case fault.Internal:
		u.Log.Error("a page failed", "request_id", v.id, "pattern", v.screen.pattern, "code", e.Code, "error", e.Err)
	case fault.Unavailable:
		if u.Refusals.Note(e.Code) == 1 { // of many there is a count
			u.Log.Warn("a page could not be served", "request_id", v.id, "pattern", v.screen.pattern, "code", e.Code, "error", e.Err)
		}
	case fault.Unauthenticated, fault.Forbidden, fault.RateLimited, fault.Misdirected, fault.SpaceFull:
		u.Refusals.Note(e.Code)
	}
	t := &trouble{httpapi.StatusOf(e.Kind), titles[e.Kind], e.Message, "/ui/contacts", "All contacts"}
	if v.session.Key != 0 && !v.may(access.Read) {
		t.to, t.step = "/ui/system", "System"
	}
	if e.Kind == fault.RateLimited && v.Method == http.MethodPost {
		t.text += " Nothing was saved: go back, and send the form again then."
	}
	switch {
	case t.title == "":
		t.title = "This was not done"
	case e.Kind == fault.Unavailable && (e.Code == fault.CodeDatabaseBusy || e.Code == fault.CodeTimeout):
		t.title = "The server is busy"
	case e.Kind == fault.Internal:
		t.text = v.whatToTell(e)
	case e.Kind == fault.NotFound && e.Code == fault.CodeContactNotFound:
		return errNoContact
	}
	return t
}

// whatToTell says what the reader can do about a fault of the server: tell somebody the
// number by which the log knows it.
func (v *visit) whatToTell(e *fault.Error) string {
	tell := "Whoever runs this server finds why in its log, by this number: " + v.id + "."
	if e.Code == fault.CodeInternal {
		return tell
	}
	return e.Message + " " + tell
}

// waitFor tells when to come again after an error, 0 where that is no help.
func waitFor(err error) time.Duration {
	if errors.Is(err, errCrowded) {
		return time.Second
	}
	if _, ok := errors.AsType[*trouble](err); ok {
		return 0
	}
	switch e := httpapi.Explain(err); e.Kind {
	case fault.RateLimited, fault.Unavailable:
		return max(time.Second, e.RetryAfter)
	case fault.SpaceFull:
		return e.RetryAfter // 0 where only an operator makes room
	}
	return 0
}

// later is an answer that says when to come again.
type later struct {
	answer
	after time.Duration
}

func (l later) send(v *visit, w http.ResponseWriter) error {
	w.Header().Set("Retry-After", strconv.FormatInt(int64((l.after+time.Second-1)/time.Second), 10))
	return l.answer.send(v, w)
}

// titles are the headings of troubles, by their kind.
var titles = map[fault.Kind]string{
	fault.Internal:    "Something went wrong on our side",
	fault.Misdirected: "This server is not known by that name",
	fault.Forbidden:   "Your key may not do this",
	fault.RateLimited: "Too many pages in a minute",
	fault.Invalid:     "Something is not as it must be",
	fault.NotFound:    "There is nothing here",
	fault.Stale:       "It has changed meanwhile",
	fault.Conflict:    "This stands in the way",
	fault.Gone:        "This is gone",
	fault.Unavailable: "This cannot be done now",
	fault.SpaceFull:   "This Space is full",
}

// sentences gives what is wrong with each part of a form.
func sentences(e *fault.Error) []string {
	var all []string
	for _, p := range e.At {
		all = append(all, p.Message)
	}
	return all
}

// refusal gives what an error of a write rests on; nil for none.
func refusal(err error) *contact.Refusal {
	r, _ := errors.AsType[*contact.Refusal](err)
	return r
}

// isFaultOf tells of an error that it has this code.
func isFaultOf(err error, code fault.Code) bool {
	e, ok := errors.AsType[*fault.Error](err)
	return ok && e.Code == code
}

// messageOf gives what people are told of an error.
func messageOf(err error) string { return httpapi.Explain(err).Message }
