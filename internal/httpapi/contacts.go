package httpapi

import (
	"net/http"
	"strconv"

	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
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

// putContact is the sparse PUT (CONTRACT S1-S7). One that says what it was made
// from is answered with what is stored, which its sender may not know yet.
func (a *api) putContact(w http.ResponseWriter, r *request) error {
	put := contact.Put{Ref: r.ref}
	var err error
	if put.Match, put.Base, err = r.conditions(); err != nil {
		return err
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
	return a.answerSent(w, r, http.StatusOK, &written, &put.Patch, put.Base.Version == 0)
}

// patchContact changes a part of a contact (CONTRACT D26).
func (a *api) patchContact(w http.ResponseWriter, r *request) error {
	amend := contact.Amend{Ref: r.ref}
	var err error
	if amend.Match, amend.Base, err = r.conditions(); err != nil {
		return err
	}
	body, err := a.readBody(r)
	if err != nil {
		return err
	}
	amend.BodyID, err = wire.ReadAmendment(*body, &amend.Amendment)
	freeBuffer(body)
	if err != nil {
		return err
	}
	written, err := a.book.Do(r.Context(), r.grant, r.terms, &amend)
	if err != nil {
		return err
	}
	shows := amend.Amendment.Shows()
	return a.answerSent(w, r, http.StatusOK, &written, &shows, false)
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
	if written.ErasedBefore != 0 {
		w.Header()["X-Erased-Before"] = []string{written.ErasedBefore.String()}
	}
	if !r.terms.Dry {
		w.Header()["Location"] = []string{base + "/contacts/" + strconv.FormatInt(int64(written.Contact.ID), 10)}
	}
	return a.answerSent(w, r, http.StatusCreated, &written, &create.Patch, true)
}

// answerSent answers what a write sent, as it is stored now (CONTRACT S7). Where
// that holds more than was sent, who may not read sees the id alone (CONTRACT
// D19).
func (a *api) answerSent(w http.ResponseWriter, r *request, status int, written *book.Written, p *contact.Patch, known bool) error {
	shows, id := *p, written.Contact.ID
	if !known && !r.reads() {
		shows = contact.Patch{}
	}
	if status == http.StatusCreated && r.terms.Dry {
		id = 0 // there is none
	}
	return a.answerWritten(w, r, status, written, func(b jsonText) jsonText { return b.sent(id, &written.Contact, &shows, fieldLook(r)) })
}
