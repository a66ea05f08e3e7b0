package httpapi

import (
	"net/http"
	"strconv"

	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/wire"
)

// getContact answers a whole contact, or 304 where the caller has it already
// (CONTRACT P2, D15, D20).
func (a *api) getContact(w http.ResponseWriter, r *request) error {
	if r.asked.then != (book.Moment{}) {
		return a.getPast(w, r)
	}
	c, err := a.book.Get(r.Context(), r.grant, r.ref)
	if err != nil {
		return err
	}
	if !r.varied() {
		w.Header()["ETag"] = []string{etag(c.Version)}
		if ifNoneMatch(r.Header, c.Version) {
			delete(w.Header(), "Content-Type")
			r.status = http.StatusNotModified
			w.WriteHeader(r.status)
			return nil
		}
	}
	more, err := a.besideRead(r, &c)
	if err != nil {
		return err
	}
	l := fieldLook(r)
	answer(w, r, http.StatusOK, func(b jsonText) jsonText { return b.contact(&c, l, more) })
	return nil
}

// putContact is the sparse PUT (CONTRACT S1-S7).
func (a *api) putContact(w http.ResponseWriter, r *request) error {
	put := contact.Put{Ref: r.ref}
	var err error
	if put.Match, err = ifMatch(r.Header); err != nil {
		return err
	}
	if len(r.Header["If-None-Match"]) > 0 {
		return fault.At("If-None-Match", fault.CodeHeaderInvalid, "A PUT takes If-Match alone: it changes a contact and never makes one.")
	}
	body, err := a.readBody(r)
	if err != nil {
		return err
	}
	put.BodyID, err = wire.ReadPut(*body, &put.Patch)
	freeBuffer(body)
	if err != nil {
		return err
	}
	written, err := a.book.Do(r.Context(), r.grant, r.terms, &put)
	if err != nil {
		return err
	}
	return a.answerWritten(w, r, http.StatusOK, &written, &put.Patch)
}

// createContact makes a contact (CONTRACT P3, D16).
func (a *api) createContact(w http.ResponseWriter, r *request) error {
	body, err := a.readBody(r)
	if err != nil {
		return err
	}
	var create contact.Create
	err = wire.ReadCreate(*body, &create.Patch)
	freeBuffer(body)
	if err != nil {
		return err
	}
	written, err := a.book.Do(r.Context(), r.grant, r.terms, &create)
	if err != nil {
		return err
	}
	w.Header()["Location"] = []string{base + "/contacts/" + strconv.FormatInt(int64(written.Contact.ID), 10)}
	return a.answerWritten(w, r, http.StatusCreated, &written, &create.Patch)
}

// answerWritten answers what a write sent, as it is stored now, and the name of
// the change where there was one (CONTRACT S7, D22). Of the contact that the decision
// left nothing is read again.
func (a *api) answerWritten(w http.ResponseWriter, r *request, status int, written *book.Written, p *contact.Patch) error {
	more, err := a.besideWritten(r, written)
	if err != nil {
		return err
	}
	setWritten(w.Header(), r, written)
	answer(w, r, status, func(b jsonText) jsonText { return b.sent(&written.Contact, p, fieldLook(r), more) })
	return nil
}

// varied tells whether parameters make an answer another than the plain one, and
// so none of the versions that an ETag names (CONTRACT D20). One that says what
// is usual varies nothing.
func (r *request) varied() bool { return r.asked != asked{} }

// setWritten says which version a write left, and names its change where there
// was one (CONTRACT D20, D22).
func setWritten(h http.Header, r *request, written *book.Written) {
	if !r.varied() {
		h["ETag"] = []string{etag(written.Contact.Version)}
	}
	if written.Change.Op != 0 {
		h["X-Change-Id"] = []string{written.Change.String()}
	}
}
