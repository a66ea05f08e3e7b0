package store

import (
	"context"
	"fmt"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
)

// PlanID names a plan of a Space.
type PlanID struct {
	Space contact.SpaceID
	ID    string
}

// PlanWrite is what a Write does to a plan, in the same transaction: so what is noted
// there of its verbs is there exactly where what they did is.
type PlanWrite struct {
	ID string
	// Change makes of a plan, which is zero where there is none of this id, what it is to
	// be. It must be pure, because it may run more than once. An error refuses the
	// write.
	Change func(p *record.Plan, now contact.Time, out []Outcome) (PlanSave, error)
}

// PlanSave is what is saved with a plan. Its octets count in the Space's quota: Weight of
// the plan is kept up with them.
type PlanSave struct {
	Rows  []record.PlanRow // that are new, or new again
	Was   int64            // what those weighed that are new again
	Gone  int64            // rows up to this one go: what they weigh comes back with the plan
	Drop  bool             // the plan goes, and has no rows any more
	Spend *Spend           // what counts against the budget of the key
}

// PlanSaved is what is to be written of a plan: its row, which is there unless it is New.
// First rows go, up to Gone, or all with it, which it is no fault to be without; then rows
// come, each number once, in place of those of their number. With a row come its Contacts,
// each once, in place of those before; where they are nil, those before stay.
type PlanSaved struct {
	Plan record.Plan
	New  bool
	Gone int64
	Drop bool
	Rows []record.PlanRow
}

// Spend is what a plan may take away and change, which is counted before its first row is
// done.
type Spend struct{ Removals, Contacts int64 }

// PlanQuery says which plans of a Space to read, newest first.
type PlanQuery struct {
	Space    contact.SpaceID
	Before   contact.Time // of the plan to go on behind; 0 for the newest
	BeforeID string       // of that plan, where several were made then; no two of a Space are
	Limit    int
}

// PlanRowQuery says which rows of a plan to read, in their order.
type PlanRowQuery struct {
	PlanID
	After   int64  // exclusive bound of the number
	Outcome string // "" for any
	Result  string // "" for any
	Limit   int
}

// PlanReader reads plans. Lists of rows keep to MaxPageBytes, but bring one.
type PlanReader interface {
	// Plan reads one plan. It returns false where the Space has none of this id.
	Plan(ctx context.Context, id PlanID) (record.Plan, bool, error)
	// Plans lists plans of a Space, newest first: of those made at one time, by their ids,
	// greatest first.
	Plans(ctx context.Context, q PlanQuery) ([]record.Plan, error)
	// PlanRows reads rows of a plan, in their order.
	PlanRows(ctx context.Context, q PlanRowQuery) ([]record.PlanRow, error)
	// PlanRowsOf reads the rows before one that were found to change one of these
	// contacts, of which none is named twice, in their order: limit of them at most, and
	// with their Contacts, which are all that each changes.
	PlanRowsOf(ctx context.Context, id PlanID, contacts []contact.ID, before int64, limit int) ([]record.PlanRow, error)
	// EndedPlans lists plans of all Spaces that ended at a time, or before, those first
	// that ended first. It waits for no read of a Space.
	EndedPlans(ctx context.Context, now contact.Time, limit int) ([]PlanID, error)
}

// Plan reads one plan; false where the Space has none of this id.
func (s *Store) Plan(ctx context.Context, id PlanID) (record.Plan, bool, error) {
	p, found, err := s.reads.Plan(ctx, id)
	if err == nil && found {
		err = intact(&p)
	}
	return p, found && err == nil, err
}

// Plans lists plans of a Space, newest first.
func (s *Store) Plans(ctx context.Context, q PlanQuery) ([]record.Plan, error) {
	list, err := s.reads.Plans(ctx, q)
	for i := range list {
		if err == nil {
			err = intact(&list[i])
		}
	}
	return list, err
}

// PlanRows reads rows of a plan, in their order. They may be fewer than were asked for,
// and go on, but at least one.
func (s *Store) PlanRows(ctx context.Context, q PlanRowQuery) ([]record.PlanRow, error) {
	list, err := s.reads.PlanRows(ctx, q)
	for i := range list {
		if err == nil {
			err = intact(&list[i])
		}
	}
	return list, err
}

// PlanRowsOf reads the rows before one that were found to change one of these contacts, in
// their order, with all contacts that each changes: limit of them at most, or fewer where
// they weigh MaxPageBytes.
func (s *Store) PlanRowsOf(ctx context.Context, id PlanID, contacts []contact.ID, before int64, limit int) ([]record.PlanRow, error) {
	list, err := s.reads.PlanRowsOf(ctx, id, contacts, before, limit)
	for i := range list {
		if err == nil {
			err = intact(&list[i])
		}
	}
	return list, err
}

// EndedPlans lists plans of all Spaces that ended at a time, or before.
func (s *Store) EndedPlans(ctx context.Context, now contact.Time, limit int) ([]PlanID, error) {
	return s.backend.EndedPlans(ctx, now, limit)
}

func intact(r interface{ Check() error }) error {
	if err := r.Check(); err != nil {
		return errDamaged(err)
	}
	return nil
}

// plans are the plans of a Space while a batch runs.
type plans struct {
	known map[string]planKept
	saves []PlanSaved // in their order
}

// planKept is a plan as the writes so far left it.
type planKept struct {
	now    record.Plan
	broken error // why its row cannot be read
}

// addPlan asks for the plan of a write.
func (a *asked) addPlan(to *Wants, w *Write) {
	if w.Plan == nil {
		return
	}
	id := PlanID{w.Space, w.Plan.ID}
	if a.plans[id] {
		return
	}
	if a.plans == nil {
		a.plans = map[PlanID]bool{}
	}
	a.plans[id] = true
	to.Plans = append(to.Plans, id)
}

// planned makes a plan that was loaded part of the state.
func (ws *workspace) planned(p *record.Plan) {
	if ws.plans == nil {
		ws.plans = &plans{known: map[string]planKept{}}
	}
	ws.plans.known[p.ID] = planKept{*p, p.Check()}
}

// planSaves is what is to be saved of plans.
func (ws *workspace) planSaves() []PlanSaved {
	if ws.plans == nil {
		return nil
	}
	return ws.plans.saves
}

// plan lets a write change its plan.
func (ws *workspace) plan(w *Write, out []Outcome) error {
	if w.Plan == nil {
		return nil
	}
	if ws.plans == nil {
		ws.plans = &plans{known: map[string]planKept{}}
	}
	before := ws.plans.known[w.Plan.ID]
	if before.broken != nil {
		return errDamaged(before.broken)
	}
	after := before.now
	after.Space, after.ID = w.Space, w.Plan.ID
	save, err := w.Plan.Change(&after, ws.at, out)
	if err != nil {
		return err
	}
	for i := range save.Rows {
		row := &save.Rows[i]
		row.Space, row.Plan = w.Space, w.Plan.ID
		row.Seal()
		after.Weight += int64(row.Weight())
	}
	after.Weight -= save.Was
	if save.Drop {
		after.Weight = 0
	}
	usage := ws.row.Usage.Grow(after.Weight - before.now.Weight)
	if after.Weight > before.now.Weight && len(out) == 0 { // of what was done, the room was there
		if err := usage.Check(ws.row.Quota, ws.at); err != nil {
			return err
		}
	}
	if save.Spend != nil {
		if err := ws.reserve(w, save.Spend); err != nil {
			return err
		}
	}
	if before.now.State == "" { // no two plans of a Space are made at one time
		ws.row.LastAt = ws.at
		ws.at++
	}
	after.Seal()
	saves := len(ws.plans.saves)
	ws.undo = append(ws.undo, func() { ws.plans.known[after.ID], ws.plans.saves = before, ws.plans.saves[:saves] })
	if ws.planned(&after); save.Drop {
		ws.plans.known[after.ID] = planKept{}
	}
	ws.row.Usage = usage
	ws.plans.saves = append(ws.plans.saves, PlanSaved{Plan: after, New: before.now.State == "", Rows: save.Rows, Gone: save.Gone, Drop: save.Drop})
	return nil
}

// reserve counts what a plan may take away and change against the budget of the key.
func (ws *workspace) reserve(w *Write, s *Spend) error {
	if w.Budget == (access.Budget{}) {
		return nil
	}
	if err := w.Budget.CheckWrite(s.Removals, w.Reads); err != nil {
		return err
	}
	return ws.take(w, s.Removals, s.Contacts)
}

// ErrPlanMoved refuses a write whose plan is not where it took it to be: another server
// did it, or it was done before.
var ErrPlanMoved = fmt.Errorf("store: the plan has moved on")
