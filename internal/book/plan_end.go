package book

import (
	"context"
	"errors"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/store"
)

// DiscardPlan lets go of a plan that was not applied (CONTRACT D34). It needs what
// proposing one needs, and of another's plan contacts:write. Conflict where it was
// applied, if in part.
func (b *Book) DiscardPlan(ctx context.Context, g access.Grant, id string) error {
	if err := mayPropose(g); err != nil {
		return err
	}
	p, err := b.plan(ctx, g.Space.ID, id)
	if err != nil {
		return err
	}
	if p.By.Key != g.Key.ID && !g.Key.Scopes.Has(access.Write) {
		return noPlan()
	}
	if err := b.discard(ctx, g.Space.ID, id); err != nil {
		return err
	}
	return b.endJob(ctx, g.Space.ID, p.Job, store.JobCancelled)
}

// discard lets go of a plan, unless it was applied.
func (b *Book) discard(ctx context.Context, space contact.SpaceID, id string) error {
	now := b.now()
	after, _, err := b.change(ctx, store.Write{Space: space}, id, func(p *Plan, _ []store.Outcome) (store.PlanSave, error) {
		switch {
		case p.State == "", p.State == PlanDiscarded:
			return store.PlanSave{}, noPlan()
		case p.Applier != nil:
			return store.PlanSave{}, planClosed(p.State)
		}
		p.State, p.Closed, p.Wanted = PlanDiscarded, now, nil // it holds values
		return store.PlanSave{}, nil
	})
	if err != nil {
		return err
	}
	return b.closeImport(ctx, space, &after)
}

// cancelPlan ends a plan whose job is cancelled. What it did stands.
func (b *Book) cancelPlan(ctx context.Context, j *store.Job) error {
	now := b.now()
	after, _, err := b.change(ctx, store.Write{Space: j.Space}, j.Of, func(p *Plan, _ []store.Outcome) (store.PlanSave, error) {
		if p.Job != j.ID || p.State != PlanBuilding && p.State != PlanApplying && p.State != PlanReceiving {
			return store.PlanSave{}, jobClosed()
		}
		p.State, p.Closed, p.Wanted = PlanCancelled, now, nil
		return store.PlanSave{}, nil
	})
	if err != nil {
		return err
	}
	return b.closeImport(ctx, j.Space, &after)
}

func jobClosed() error {
	return fault.New(fault.Conflict, fault.CodeJobClosed, "This job has ended already. What it did stands.")
}

// rowsGoAtOnce is how many rows of a plan that has ended go in one transaction.
const rowsGoAtOnce = 1000

// endedAtOnce is how many plans that have ended are looked for at once.
const endedAtOnce = 20

// SweepPlans lets go of plans that ended long enough ago, of all Spaces, with their rows.
func (b *Book) SweepPlans(ctx context.Context) error {
	for {
		ended, err := b.store.EndedPlans(ctx, b.now(), endedAtOnce)
		if err != nil {
			return err
		}
		some := false
		for _, id := range ended {
			went, err := b.sweep(ctx, id)
			if err != nil {
				return err
			}
			some = some || went
		}
		if !some {
			return nil
		}
	}
}

// sweep lets go of the first rows of a plan, and of the plan with the last. It tells
// whether anything went.
func (b *Book) sweep(ctx context.Context, id store.PlanID) (bool, error) {
	rows, err := b.store.PlanRows(ctx, store.PlanRowQuery{PlanID: id, Limit: rowsGoAtOnce})
	if err != nil {
		return false, err
	}
	now := b.now()
	_, _, err = b.change(ctx, store.Write{Space: id.Space}, id.ID, func(p *Plan, _ []store.Outcome) (store.PlanSave, error) {
		switch {
		case p.State == "", !p.ended(now): // another server was there before, or it was begun meanwhile
			return store.PlanSave{}, store.ErrPlanMoved
		case len(rows) == 0:
			return store.PlanSave{Drop: true}, nil
		}
		return store.PlanSave{Gone: rows[len(rows)-1].N}, nil
	})
	if errors.Is(err, store.ErrPlanMoved) {
		return false, nil
	}
	return err == nil, err
}

// ended tells whether a plan may go.
func (p *Plan) ended(now contact.Time) bool {
	return p.State == PlanDiscarded || p.closed() && p.Closed+planKept <= now || p.State != PlanApplying && !p.closed() && p.Expires+planKept <= now
}
