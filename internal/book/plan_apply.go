package book

import (
	"bytes"
	"context"
	"errors"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
)

// ApplyPlan begins to do what a plan shows (CONTRACT D34). It needs contacts:read and
// contacts:write. hash is that of the plan as it was looked at. What the plan takes away
// and changes counts against the budget of the key at once, and is refused where that
// does not allow it. It gives the plan, and whether the same request began it before.
func (b *Book) ApplyPlan(ctx context.Context, g access.Grant, terms Terms, id string, hash []byte) (p Plan, replayed bool, err error) {
	if err := g.Allow(access.ApplyPlan); err != nil {
		return Plan{}, false, err
	}
	w := planWrite(g, terms.RequestID)
	if terms.again() {
		leave, err := b.begin(ctx, g.Space.ID, terms.Retry)
		if err != nil {
			return Plan{}, false, err
		}
		defer leave()
		w.Retry = &store.Retry{Key: terms.Retry.Key, Fingerprint: terms.Retry.Fingerprint[:],
			Answer: func([]store.Outcome) ([]byte, error) { return json.Marshal(&kept{Plan: id}) }}
	}
	p, err = b.plan(ctx, g.Space.ID, id)
	if err != nil {
		return Plan{}, false, err
	}
	if err := p.mayBegin(hash); err != nil && !terms.again() { // else it may have begun by the same request
		return p, false, err
	}
	if err := b.takesBack(ctx, g.Space.ID, &p); err != nil {
		return p, false, err
	}
	p, err = b.beginPlan(ctx, g, w, &terms, p, hash)
	if again, ok := errors.AsType[*store.Repeated](err); ok {
		if _, err := terms.Retry.kept(again); err != nil {
			return Plan{}, false, err
		}
		p, err = b.plan(ctx, g.Space.ID, id)
		return p, true, err
	}
	return p, false, err
}

// mayBegin tells why a plan cannot be applied; nil where it can.
func (p *Plan) mayBegin(hash []byte) error {
	switch {
	case p.State == PlanBuilding:
		return fault.New(fault.Conflict, fault.CodePlanBuilding, "It is not known yet what this plan would do. Ask for it again until its state is ready.")
	case p.State == PlanExpired:
		return fault.New(fault.Gone, fault.CodePlanExpired, "This plan is older than 7 days. Make it anew, and look at what it does now.")
	case p.State != PlanReady:
		return planClosed(p.State)
	case !bytes.Equal(p.Hash, hash):
		return fault.New(fault.Conflict, fault.CodePlanChanged, "This is not the hash of the plan. Look at the plan, and send the hash that it has.")
	}
	return nil
}

func planClosed(s PlanState) error {
	message := "This plan was applied before. What it did is one batch, which another plan can take back."
	switch s {
	case PlanApplying:
		message = "This plan is being applied."
	case PlanCancelled:
		message = "This plan was cancelled. What it did by then stands."
	case PlanFailed:
		message = "This plan has failed. What it did by then stands."
	}
	return fault.New(fault.Conflict, fault.CodePlanClosed, message)
}

// beginPlan says that a plan is to be applied, and makes the job that does it.
func (b *Book) beginPlan(ctx context.Context, g access.Grant, w store.Write, terms *Terms, p Plan, hash []byte) (Plan, error) {
	now := b.now()
	job, err := b.store.CreateJob(ctx, store.Job{Space: g.Space.ID, Kind: PlanApplyJob, State: store.JobQueued, Key: g.Key.ID, Of: p.ID,
		Total: p.Rows, Created: now, Due: now + beginLasts})
	if err != nil {
		return p, err
	}
	grant, err := b.again(ctx, g, access.ApplyPlan)
	if err == nil {
		w.Budget = grant.Key.Budget
		p, _, err = b.change(ctx, w, p.ID, func(p *Plan, _ []store.Outcome) (store.PlanSave, error) {
			if p.Job == job.ID { // the commit was in doubt
				return store.PlanSave{}, nil
			}
			if p.State == "" || !seen(p.State) {
				return store.PlanSave{}, noPlan()
			}
			if err := p.mayBegin(hash); err != nil {
				return store.PlanSave{}, err
			}
			by := actorOf(g, terms)
			if by.Reason == "" {
				by.Reason = p.By.Reason
			}
			p.State, p.Job, p.Applier, p.Results = PlanApplying, job.ID, &by, map[RowResult]int64{}
			return store.PlanSave{Spend: &store.Spend{Removals: p.Removals, Contacts: p.Contacts}}, nil
		})
	}
	if err != nil {
		return p, errors.Join(err, b.notBegun(ctx, &job, err))
	}
	_, err = b.store.UpdateJob(ctx, g.Space.ID, job.ID, func(j *store.Job) error {
		j.Due = min(j.Due, b.now())
		return nil
	})
	return p, err
}

// beginLasts is how long a job waits that was made for a plan, should the server end in
// between: then it finds the plan as it is.
const beginLasts = contact.Time(30 * time.Second / time.Microsecond)

// ApplyPlanStep does the next step of a PlanApplyJob.
func (b *Book) ApplyPlanStep(ctx context.Context, j *store.Job) error {
	p, err := b.planNow(ctx, j.Space, j.Of)
	if err != nil {
		return err
	}
	if p.Job != j.ID { // it did not come to be applied by this
		j.State = store.JobCancelled
		return nil
	}
	if _, err := b.grantOf(ctx, j, func(g access.Grant) error { return g.Allow(access.ApplyPlan) }); err != nil {
		return err
	}
	for ends := b.clock().Add(stepLasts); p.State == PlanApplying && b.clock().Before(ends); {
		if p, err = b.applySome(ctx, j.Space, p); err != nil {
			return err
		}
	}
	if err := b.closeImport(ctx, j.Space, &p); err != nil {
		return err
	}
	j.Done, j.Total = p.Applied, p.Rows
	switch p.State {
	case PlanApplied:
		j.State = store.JobCompleted
	case PlanCancelled:
		j.State = store.JobCancelled
	}
	return nil
}

// FailPlan says that a plan is not gone on with, because its job failed.
func (b *Book) FailPlan(ctx context.Context, j *store.Job, because error) error {
	now := b.now()
	w := store.Write{Space: j.Space}
	after, _, err := b.change(ctx, w, j.Of, func(p *Plan, _ []store.Outcome) (store.PlanSave, error) {
		if p.Job != j.ID || p.State != PlanBuilding && p.State != PlanApplying {
			return store.PlanSave{}, store.ErrPlanMoved
		}
		p.fail(now, because)
		return store.PlanSave{}, nil
	})
	if errors.Is(err, store.ErrPlanMoved) {
		return nil
	}
	if err != nil {
		return err
	}
	return b.closeImport(ctx, j.Space, &after)
}

// applySome does the next rows of a plan in one transaction, and notes in it how far the
// plan is: so each is done once, whoever does it.
func (b *Book) applySome(ctx context.Context, space contact.SpaceID, p Plan) (Plan, error) {
	rows, err := b.store.PlanRows(ctx, store.PlanRowQuery{PlanID: store.PlanID{Space: space, ID: p.ID}, After: p.Applied, Limit: verbsAtOnce})
	if err != nil {
		return p, err
	}
	var left map[int64]error
	if p.Import != nil {
		if rows, left, err = b.newSince(ctx, space, &p, rows); err != nil {
			return p, err
		}
	}
	var verbs []contact.Verb
	weight := 0
	for i := range rows {
		if !contact.RowOutcome(rows[i].Outcome).Changes() {
			continue
		}
		verb, err := b.verbOf(ctx, space, &p, &rows[i], left)
		if err == errMadeNext {
			rows = rows[:i]
			break
		}
		if err != nil {
			return p, err
		}
		if weight += verb.Size(); len(verbs) > 0 && weight > weightAtOnce {
			rows = rows[:i]
			break
		}
		verbs = append(verbs, verb)
	}
	after, err := b.applyRows(ctx, space, p, rows, verbs)
	switch {
	case errors.Is(err, store.ErrPlanMoved): // another server did it, or it was cancelled
		return b.planNow(ctx, space, p.ID)
	case isTooHeavy(err) && len(verbs) > 1, errors.Is(err, store.ErrRefused) && len(verbs) > 1:
		return b.applyOne(ctx, space, p, rows, left)
	}
	return after, err
}

// applyOne does rows up to the first that changes anything.
func (b *Book) applyOne(ctx context.Context, space contact.SpaceID, p Plan, rows []record.PlanRow, left map[int64]error) (Plan, error) {
	for i := range rows {
		if contact.RowOutcome(rows[i].Outcome).Changes() {
			verb, err := b.verbOf(ctx, space, &p, &rows[i], left)
			if err != nil {
				return p, err
			}
			return b.applyRows(ctx, space, p, rows[:i+1], []contact.Verb{verb})
		}
	}
	return b.applyRows(ctx, space, p, rows, nil)
}

// applyRows does rows, which have these verbs.
func (b *Book) applyRows(ctx context.Context, space contact.SpaceID, p Plan, rows []record.PlanRow, verbs []contact.Verb) (Plan, error) {
	from, now := p.Applied, b.now()
	w := store.Write{Space: space, By: p.Applier.attribution(p.ID), Reads: true, Each: true, Verbs: verbs}
	var after Plan
	w.Plan = b.planChange(p.ID, &after, func(p *Plan, outs []store.Outcome) (store.PlanSave, error) {
		if p.State != PlanApplying || p.Applied != from {
			return store.PlanSave{}, store.ErrPlanMoved
		}
		save, err := p.apply(rows, verbs, outs)
		if p.Applied == p.Rows {
			p.State, p.Closed = PlanApplied, now
		}
		return save, err
	})
	_, err := b.asked(ctx, nil, w)
	return after, err
}

// apply notes what became of rows: of those up to the first whose verb has no outcome.
func (p *Plan) apply(rows []record.PlanRow, verbs []contact.Verb, outs []store.Outcome) (save store.PlanSave, err error) {
	results := make(map[RowResult]int64, len(p.Results))
	for r, n := range p.Results {
		results[r] = n
	}
	done := 0
	for i := range rows {
		row := rows[i]
		if contact.RowOutcome(row.Outcome).Changes() {
			if done == len(outs) {
				break
			}
			save.Was += int64(row.Weight())
			res, err := result(&row, &outs[done], verbs[done])
			if err != nil {
				return save, err
			}
			results[res]++
			p.Removed += int64(contact.Removals(outs[done].Entries))
			done++
			save.Rows = append(save.Rows, row)
		}
		p.Applied = row.N
	}
	p.Results = results
	return save, nil
}
