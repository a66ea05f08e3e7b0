package httpapi

import (
	"net/http"

	"github.com/carnet-project/carnet/internal/contact"
)

// eraseContact erases the contact of the path for good, and answers a receipt (CONTRACT
// D35). A dry run tells how much would go, to who may read.
func (a *api) eraseContact(w http.ResponseWriter, r *request) error {
	verb := contact.Erase{Ref: r.ref}
	var err error
	if verb.Match, err = r.ifMatchAlone(); err != nil {
		return err
	}
	if err := a.readNothing(r); err != nil {
		return err
	}
	receipt, err := a.book.Erase(r.Context(), r.grant, r.terms, &verb)
	if err != nil {
		return err
	}
	if r.terms.Dry {
		w.Header()["X-Dry-Run"] = []string{"1"}
	} else {
		w.Header()["X-Change-Id"] = []string{receipt.Change.String()}
	}
	answer(w, r, http.StatusOK, func(b jsonText) jsonText {
		b = b.open('{').member("id").integer(int64(receipt.Contact))
		b = b.member("erased_at").momentIf(receipt.At)
		b = b.member("scrubbed_at").momentIf(receipt.Scrubbed)
		b = b.member("job_id").idIf(contact.ID(receipt.Job))
		if r.terms.Dry {
			b = b.member("removals").integer(int64(receipt.Removed))
		}
		return b.end('}')
	})
	return nil
}
