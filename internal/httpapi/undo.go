package httpapi

import (
	"net/http"

	"github.com/carnet-project/carnet/internal/contact"
)

// undoChange takes back what a write did to the contact of the path, and to the
// others that it touched (CONTRACT D28). A name of another Space's write, or of
// none, is the same as one of a write that never was.
func (a *api) undoChange(w http.ResponseWriter, r *request) error {
	undo := contact.Undo{Ref: r.ref, Resolve: r.asked.theirs}
	if id, ok := contact.ParseChangeID(r.PathValue("change_id")); ok && id.Space == r.grant.Space.ID {
		undo.Op = id.Op
	}
	var err error
	if undo.Match, err = r.ifMatchAlone(); err != nil {
		return err
	}
	if err := a.readNothing(r); err != nil {
		return err
	}
	written, err := a.book.Do(r.Context(), r.grant, r.terms, &undo)
	if err != nil {
		return err
	}
	return a.answerState(w, r, &written)
}

// deleteContact makes the contact of the path one that nobody finds (CONTRACT
// D31).
func (a *api) deleteContact(w http.ResponseWriter, r *request) error {
	del := contact.Delete{Ref: r.ref}
	var err error
	if del.Match, err = r.ifMatchAlone(); err != nil {
		return err
	}
	if err := a.readNothing(r); err != nil {
		return err
	}
	written, err := a.book.Do(r.Context(), r.grant, r.terms, &del)
	if err != nil {
		return err
	}
	return a.answerState(w, r, &written)
}
