package store

import (
	"slices"
	"time"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
)

// planWait is how long an EraseJob waits for a plan that is busy.
const planWait = contact.Time(time.Second / time.Microsecond)

// plans looks through some rows of the next plan of the Space.
func (e *eraser) plans(with Forgetter) (wait bool, err error) {
	if e.at.Plan == "" {
		return e.nextPlan(with)
	}
	id := PlanID{e.of.Space, e.at.Plan}
	rows, err := e.store.PlanRows(e.ctx, PlanRowQuery{PlanID: id, After: e.at.Row, Limit: erasedAtOnce})
	if err != nil {
		return false, err
	}
	if len(rows) == 0 {
		e.at.Plan, e.at.Row = "", 0
		return false, nil
	}
	last := rows[len(rows)-1].N
	var save PlanSave
	for i := range rows {
		was := int64(rows[i].Weight())
		about, err := with.ForgetPlanRow(&rows[i], e.ids)
		if err != nil {
			return false, err
		}
		if about {
			save.Rows, save.Was = append(save.Rows, rows[i]), save.Was+was
		}
	}
	if len(save.Rows) > 0 {
		busy := false
		change := func(p *record.Plan, _ contact.Time, _ []Outcome) (PlanSave, error) {
			if busy = p.State == "" || with.PlanBusy(p); busy {
				return PlanSave{}, ErrPlanMoved
			}
			return PlanSave{Rows: slices.Clone(save.Rows), Was: save.Was}, nil
		}
		_, err := e.store.Do(e.ctx, Write{Space: e.of.Space, Plan: &PlanWrite{ID: id.ID, Change: change}})
		if busy { // it is looked at again, or is gone
			return true, nil
		}
		if err != nil {
			return false, err
		}
		e.n += int64(len(save.Rows))
	}
	e.at.Row = last
	return false, nil
}

// nextPlan finds the next plan, the newest first. One that is busy is waited for.
func (e *eraser) nextPlan(with Forgetter) (wait bool, err error) {
	list, err := e.store.Plans(e.ctx, PlanQuery{Space: e.of.Space, Before: e.at.Before, Limit: 1})
	switch {
	case err != nil:
		return false, err
	case len(list) == 0:
		e.at = erasing{Phase: eraseDone}
	case with.PlanBusy(&list[0]):
		return true, nil
	default:
		e.at.Plan, e.at.Before = list[0].ID, list[0].Created
	}
	return false, nil
}
