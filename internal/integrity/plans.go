package integrity

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"

	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
)

// rowsAtOnce is how many rows of a plan are looked at in one state: each may have many
// contacts.
const rowsAtOnce = 100

// plans looks at the plans of a Space.
func (c *Check) plans(t *tally) error {
	for id := (store.PlanID{Space: t.row.Space}); ; {
		var plan record.Plan
		found := false
		err := c.still(func(ctx context.Context) (err error) {
			before := id.ID
			if id.ID, err = c.b.StoredPlan(ctx, id); err != nil || id.ID == "" {
				return err
			}
			if err := onward(strings.Compare(id.ID, before)); err != nil {
				return err
			}
			plan, found, err = c.b.Plan(ctx, id)
			return err
		})
		if err != nil || id.ID == "" {
			return err
		}
		if !found {
			c.found(planFinding(id, 0, "rows of it are there, and it is not"))
		} else {
			t.bytes += plan.Weight
			if plan.Check() != nil {
				c.found(planFinding(id, 0, damaged(false)))
			} else if err := c.planRows(t, id, &plan); err != nil {
				return err
			}
		}
		if err := c.page(1, t.name("plans")); err != nil {
			return err
		}
	}
}

// planFinding is about a plan, or about a row of it.
func planFinding(id store.PlanID, row int64, flaw string) Finding {
	f := Finding{Space: id.Space, Kind: PlanRow, ID: id.ID, Flaw: flaw}
	if row > 0 {
		f.ID += ", row " + number(row)
	}
	return f
}

// planRows looks at the rows of a plan, and by which contacts they are found. What they
// weigh is compared where the plan is the same afterwards: rows of one that goes count
// until it has gone.
func (c *Check) planRows(t *tally, id store.PlanID, plan *record.Plan) error {
	weight, last := int64(0), int64(0)
	for {
		var rows []record.PlanRow
		err := c.still(func(ctx context.Context) (err error) {
			rows, err = c.b.PlanRows(ctx, store.PlanRowQuery{PlanID: id, After: last, Limit: rowsAtOnce})
			if err != nil {
				return err
			}
			upTo := int64(math.MaxInt64)
			if len(rows) > 0 {
				upTo = rows[len(rows)-1].N
				if err := onward(cmp.Compare(upTo, last)); err != nil {
					return err
				}
			}
			by, err := c.planContacts(ctx, id, last, upTo)
			if err != nil {
				return err
			}
			for i := range rows {
				weight += c.planRow(id, &rows[i], by[rows[i].N])
				delete(by, rows[i].N)
			}
			for _, n := range sorted(by) {
				c.planContactFinding(id, n, "there is no such row")
			}
			if len(rows) > 0 {
				last = upTo
				return nil
			}
			now, found, err := c.b.Plan(ctx, id)
			if err == nil && found && now.Sum == plan.Sum && now.State != string(book.PlanDiscarded) && now.Weight != weight {
				c.found(planFinding(id, 0, "its rows do not weigh what it says"))
			}
			return err
		})
		if err != nil || len(rows) == 0 {
			return err
		}
		if err := c.page(len(rows), t.name("rows of plans")); err != nil {
			return err
		}
	}
}

// planContacts gives the contacts by which each of some rows is found.
func (c *Check) planContacts(ctx context.Context, id store.PlanID, after, upTo int64) (map[int64][]contact.ID, error) {
	list, err := c.b.StoredPlanContacts(ctx, id, after, upTo, math.MaxInt32)
	by := map[int64][]contact.ID{}
	for _, p := range list {
		by[p.N] = append(by[p.N], p.Contact)
	}
	return by, err
}

// planRow looks at one row, and gives what it weighs.
func (c *Check) planRow(id store.PlanID, row *record.PlanRow, by []contact.ID) int64 {
	row.Contacts = by
	if row.Check() != nil {
		c.found(planFinding(id, row.N, damaged(false)))
		return int64(row.Weight())
	}
	changes, known, err := book.RowContacts(row)
	if err != nil {
		c.found(planFinding(id, row.N, damaged(true)))
		return int64(row.Weight())
	}
	if !known {
		return int64(row.Weight())
	}
	if !slices.Equal(alike(changes), alike(by)) {
		c.planContactFinding(id, row.N, "it is not found by the contacts that it changes, or by others")
	}
	row.Contacts = alike(changes)
	return int64(row.Weight())
}

func (c *Check) planContactFinding(id store.PlanID, n int64, flaw string) {
	f := planFinding(id, n, flaw)
	f.Kind, f.anew = PlanContact, mendPlanContacts(id, n)
	c.found(f)
}

// alike gives ids in their order, each once.
func alike(ids []contact.ID) []contact.ID {
	return slices.Compact(slices.Sorted(slices.Values(ids)))
}
