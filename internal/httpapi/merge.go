package httpapi

import (
	"net/http"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/wire"
)

// mergeContact joins another contact into the one of the path, and answers the
// survivor (CONTRACT D23). If-Match speaks of the survivor. Who may not read sees
// its id alone (CONTRACT D19).
func (a *api) mergeContact(w http.ResponseWriter, r *request) error {
	merge := contact.Merge{Survivor: r.ref}
	var err error
	if merge.Match, err = ifMatch(r.Header); err != nil {
		return err
	}
	body, err := a.readBody(r)
	if err != nil {
		return err
	}
	err = wire.ReadMerge(*body, &merge)
	freeBuffer(body)
	if err != nil {
		return err
	}
	written, err := a.book.Do(r.Context(), r.grant, r.terms, &merge)
	if err != nil {
		return err
	}
	return a.answerState(w, r, &written)
}
