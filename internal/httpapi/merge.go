package httpapi

import (
	"net/http"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/wire"
)

// mergeContact joins another contact into the one of the path, and answers the
// survivor (CONTRACT D23). If-Match speaks of the survivor. Who may not read sees
// its id alone (CONTRACT D19).
func (a *api) mergeContact(w http.ResponseWriter, r *request) error {
	match, err := ifMatch(r.Header)
	if err != nil {
		return err
	}
	body, err := a.readBody(r)
	if err != nil {
		return err
	}
	merged, err := wire.ReadMerge(*body)
	freeBuffer(body)
	if err != nil {
		return err
	}
	written, err := a.book.Merge(r.Context(), r.grant, r.by, r.ref, merged, match)
	if err != nil {
		return err
	}
	setWritten(w.Header(), r, &written)
	if !r.grant.Key.Scopes.Has(access.Read) {
		answer(w, r, http.StatusOK, func(b []byte) []byte { return append(appendID(b, written.Contact.ID), '}') })
		return nil
	}
	answer(w, r, http.StatusOK, func(b []byte) []byte { return appendContact(b, &written.Contact, fieldLook(r)) })
	return nil
}
