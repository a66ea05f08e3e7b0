package ui

import (
	"net/http"

	"github.com/carnet-project/carnet/internal/contact"
)

// conflictPage shows two edits that met, and lets the reader choose.
type conflictPage struct {
	To, Name        string
	ID              int64
	Field           string
	LTR             bool
	Was             []part
	Mine, Theirs    []part
	Began, Now      int64  // versions
	Before          string // what it was; "" for nothing
	Yours, Standing string // the texts themselves; "" for none
	By              author
	Of, Do          string // of the form that keeps the reader's
}

// lost tells of an edit of a value that is there no more: the list would take in both
// its old and its new text, so the reader is asked. It is nil where that is not so.
func (v *visit) lost(ref contact.ID, e *edit) (answer, error) {
	if e.do != doEdit || e.place.slot != 0 {
		return nil, nil
	}
	now, err := v.ui.book.Get(v.Context(), v.grant, ref)
	if err != nil || now.Version == e.base.Version {
		return nil, err
	}
	if e.place.find(&now, e.was()).index >= 0 || e.place.find(&now, e.text).index >= 0 {
		return nil, nil
	}
	return v.met(&now, e)
}

// met shows what the reader wrote, what it was, and what stands there now.
func (v *visit) met(now *contact.Contact, e *edit) (answer, error) {
	show := &conflictPage{To: contactPath(now.ID), Name: calledBy(now), ID: int64(now.ID), Field: v.placeLabel(e.place), LTR: e.place.ltr(),
		Began: int64(e.base.Version), Now: int64(now.Version), Before: e.was(), Yours: e.yours(), Standing: e.theirs(now), Of: e.place.String(), Do: doEdit}
	if e.place.slot == 0 {
		show.Of, show.Do = e.mend(now)
	}
	_, show.Mine = sides(show.Before, show.Yours)
	show.Was, show.Theirs = sides(show.Before, show.Standing)
	changes, err := v.changesOf(now, 1)
	if err != nil {
		return nil, err
	}
	show.By = v.authorOf(&changes[0].Actor)
	return &page{name: "conflict", title: "Two edits met", here: "c", back: show.To, status: http.StatusConflict, body: show}, nil
}

// sides gives two texts with what differs marked, and nothing for an empty one.
func sides(a, b string) (was, is []part) {
	was, is = differing(a, b)
	if a == "" {
		was = nil
	}
	if b == "" {
		is = nil
	}
	return was, is
}

// mend gives the place and the deed that keep what the reader wants of a list: it goes
// first where that is what two edits disagreed on, and is added where its value is gone.
func (e *edit) mend(now *contact.Contact) (of, do string) {
	at := e.place.find(now, e.was())
	switch {
	case e.do != doEdit || e.place.index == 0:
		do = doFirst
	case at.index < 0:
		do = doAdd
	default:
		do = doEdit
	}
	return at.String(), do
}

// yours gives what the reader wants to stand there.
func (e *edit) yours() string {
	switch e.do {
	case doPrimary:
		return e.was()
	case doRemove:
		return ""
	}
	return e.text
}

// theirs gives what stands there now: in a slot its content, in a list what came to the
// place of the value since.
func (e *edit) theirs(now *contact.Contact) string {
	if e.place.slot != 0 {
		return e.place.of(now)
	}
	for i := range now.Values[e.place.col] {
		if text := now.Values[e.place.col][i].Text; e.place.find(e.base, text).index < 0 {
			return text
		}
	}
	text, _ := now.Primary(e.place.col)
	return text
}
