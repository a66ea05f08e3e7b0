package book

import (
	"context"
	"errors"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
)

// takesBack notes of the plan whose doings a plan takes back that this one is about to: so
// nobody has to look for it among all plans. Of a batch that is of no plan there is nothing
// to note it of.
func (b *Book) takesBack(ctx context.Context, space contact.SpaceID, p *Plan) error {
	if p.Undo == nil || p.Undo.BatchID == "" {
		return nil
	}
	r, found, err := b.store.Plan(ctx, store.PlanID{Space: space, ID: p.Undo.BatchID})
	if err != nil || !found {
		return err
	}
	of, err := planOf(&r, b.now())
	if err != nil || of.UndoneBy == p.ID {
		return err
	}
	if by, err := b.undoneBy(ctx, space, &of); err != nil || by != "" {
		return err // the one that did stays named, also where another takes back what that left
	}
	_, _, err = b.change(ctx, store.Write{Space: space}, of.ID, func(now *Plan, _ []store.Outcome) (store.PlanSave, error) {
		if now.State == "" || now.UndoneBy != of.UndoneBy {
			return store.PlanSave{}, store.ErrPlanMoved
		}
		now.UndoneBy = p.ID
		return store.PlanSave{}, nil
	})
	if errors.Is(err, store.ErrPlanMoved) {
		return nil
	}
	return err
}

// undoneAtMost is how many plans are looked at of which each took back the one before.
const undoneAtMost = 20

// undoneBy gives the plan that took back what a plan did, "" where none did, or what that did was
// taken back itself.
func (b *Book) undoneBy(ctx context.Context, space contact.SpaceID, p *Plan) (string, error) {
	undone := false
	for next, n := p.UndoneBy, 0; next != "" && n < undoneAtMost; n++ {
		r, found, err := b.store.Plan(ctx, store.PlanID{Space: space, ID: next})
		if err != nil {
			return "", err
		}
		by, err := planOf(&r, 0)
		if err != nil {
			return "", err
		}
		if !found || by.Did() == 0 {
			break
		}
		undone, next = !undone, by.UndoneBy
	}
	if !undone {
		return "", nil
	}
	return p.UndoneBy, nil
}

// Did counts the rows of a plan that changed something.
func (p *Plan) Did() int64 { return p.Results[RowDone] + p.Results[RowRebased] }

// shown gives a plan as it is shown: named in it is who took it back only where that stands.
func (b *Book) shown(ctx context.Context, space contact.SpaceID, p Plan, err error) (Plan, error) {
	if err == nil {
		p.UndoneBy, err = b.undoneBy(ctx, space, &p)
	}
	return p, err
}
