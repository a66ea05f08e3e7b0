package store

import (
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
)

// Forgetter is who knows what rows hold that package book writes.
type Forgetter interface {
	// ForgetAnswer takes out of the record of a retry what was answered, where that tells of
	// any of these contacts, and tells whether it does.
	ForgetAnswer(r *record.Retry, ids map[contact.ID]bool) (bool, error)
	// ForgetFile takes away some of the chunks of a file, and all else that it holds of
	// contacts, and tells whether there is more to take.
	ForgetFile(e *record.File) (save FileSave, more bool, err error)
	// PlanBusy tells whether rows of a plan are about to be written, or to be done.
	PlanBusy(p *record.Plan) bool
	// ForgetPlanRow takes out of a row of a plan what it holds, where it is about any of these
	// contacts, and tells whether it is.
	ForgetPlanRow(row *record.PlanRow, ids map[contact.ID]bool) (bool, error)
}

// answers looks through some of what was answered to writes that may be sent again, to any
// contact that had something of the one that was erased.
func (e *eraser) answers(with Forgetter) error {
	list, err := e.store.backend.StoredRetries(e.ctx, RetryID{e.of.Space, e.at.Key}, erasedAtOnce)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		e.at = erasing{Phase: erasePlans}
		return nil
	}
	about := map[contact.ID]bool{}
	for id := range e.ids {
		about[id] = true
	}
	for _, id := range e.at.Seen {
		about[id] = true
	}
	var w rewrite
	for i := range list {
		r := &list[i]
		e.at.Key = r.Key
		was := r.Weight()
		tells, err := with.ForgetAnswer(r, about)
		if err != nil {
			return err
		}
		if tells {
			r.Seal()
			w.answers, w.grows = append(w.answers, *r), w.grows+retryWeight(r.Weight())-retryWeight(was)
		}
	}
	return e.save(&w)
}
