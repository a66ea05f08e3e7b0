package sqlite

import (
	"context"
	"fmt"

	"github.com/go-json-experiment/json"
	"zombiezen.com/go/sqlite"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
)

// Plan reads one plan.
func (b *Backend) Plan(ctx context.Context, id store.PlanID) (p record.Plan, found bool, err error) {
	err = b.read(ctx, func(c *conn) error {
		return c.run(selectPlan, func(s *sqlite.Stmt) error {
			p, found = planOf(s), true
			return nil
		}, int64(id.Space), id.ID)
	})
	return p, found && err == nil, err
}

// Plans lists plans of a Space, newest first.
func (b *Backend) Plans(ctx context.Context, q store.PlanQuery) (list []record.Plan, err error) {
	before := noBound
	if q.Before != 0 {
		before = int64(q.Before)
	}
	err = b.read(ctx, func(c *conn) error {
		var p page
		return enough(c.run(selectPlans, func(s *sqlite.Stmt) error {
			plan := planOf(s)
			list = append(list, plan)
			return p.add(len(plan.Doc))
		}, int64(q.Space), before, q.BeforeID, int64(q.Limit)))
	})
	return list, err
}

// PlanRows reads rows of a plan, in their order.
func (b *Backend) PlanRows(ctx context.Context, q store.PlanRowQuery) (rows []record.PlanRow, err error) {
	query, args := selectPlanRows, []any{int64(q.Space), q.ID, q.After, int64(q.Limit)}
	switch {
	case q.Result != "":
		query, args = selectPlanRowsOfResult, append(args, q.Result, q.Outcome)
	case q.Outcome != "":
		query, args = selectPlanRowsOfOutcome, append(args, q.Outcome)
	}
	err = b.read(ctx, func(c *conn) error {
		var p page
		return enough(c.run(query, func(s *sqlite.Stmt) error {
			row := planRow(q.PlanID, s)
			rows = append(rows, row)
			return p.add(row.Weight())
		}, args...))
	})
	return rows, err
}

// PlanRowsOf reads the rows before one that were found to change contacts.
func (b *Backend) PlanRowsOf(ctx context.Context, id store.PlanID, contacts []contact.ID, before int64, limit int) (rows []record.PlanRow, err error) {
	ids := jsonNumbers(contacts, func(id contact.ID) int64 { return int64(id) })
	err = b.read(ctx, func(c *conn) error {
		var p page
		return enough(c.run(selectPlanRowsOfContacts, func(s *sqlite.Stmt) error {
			row := planRow(id, s)
			weight := row.Weight()
			if err := json.Unmarshal(columnBytes(s, planRowWidth), &row.Contacts); err != nil {
				return fmt.Errorf("sqlite: the contacts of row %d of a plan cannot be read", row.N)
			}
			rows = append(rows, row)
			return p.add(weight)
		}, int64(id.Space), id.ID, ids, before, int64(limit)))
	})
	return rows, err
}

// EndedPlans lists plans of all Spaces that ended at a time, or before.
func (b *Backend) EndedPlans(ctx context.Context, now contact.Time, limit int) (list []store.PlanID, err error) {
	err = b.readKept(ctx, func(c *conn) error {
		return c.run(selectEndedPlans, func(s *sqlite.Stmt) error {
			list = append(list, store.PlanID{Space: contact.SpaceID(s.ColumnInt64(0)), ID: s.ColumnText(1)})
			return nil
		}, int64(now), int64(limit))
	})
	return list, err
}

func (t *tx) loadPlans(ids []store.PlanID) (list []record.Plan, err error) {
	for _, id := range ids {
		err := t.writer.run(selectPlan, func(s *sqlite.Stmt) error {
			list = append(list, planOf(s))
			return nil
		}, int64(id.Space), id.ID)
		if err != nil {
			return nil, err
		}
	}
	return list, nil
}

func (t *tx) savePlans(list []store.PlanSaved) error {
	for i := range list {
		if err := t.savePlan(&list[i]); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) savePlan(s *store.PlanSaved) error {
	p := &s.Plan
	if s.Drop {
		t.pages += int(p.Weight) / pageSize
		if err := t.dropPlanRows(p, noBound); err != nil {
			return err
		}
		return t.writer.run(deletePlan, nil, int64(p.Space), p.ID)
	}
	if s.Gone > 0 {
		if err := t.dropPlanRows(p, s.Gone); err != nil {
			return err
		}
	}
	query := updatePlan
	if s.New {
		query = insertPlan
	}
	err := t.writer.run(query, nil, int64(p.Space), p.ID, p.State, int64(p.Created), int64(p.Ends), p.Weight, int64(p.Sum), string(p.Doc))
	if err != nil {
		return err
	}
	if t.writer.Changes() != 1 {
		return fmt.Errorf("%w: the plan is not there", store.ErrConflict)
	}
	t.pages += 1 + len(p.Doc)/pageSize
	for i := range s.Rows {
		if err := t.savePlanRow(&s.Rows[i]); err != nil {
			return err
		}
	}
	return t.savePlanContacts(store.PlanID{Space: p.Space, ID: p.ID}, s.Rows)
}

func (t *tx) dropPlanRows(p *record.Plan, upTo int64) error {
	if err := t.writer.run(deletePlanContacts, nil, int64(p.Space), p.ID, upTo); err != nil {
		return err
	}
	t.pages += t.writer.Changes()
	if err := t.writer.run(deletePlanRows, nil, int64(p.Space), p.ID, upTo); err != nil {
		return err
	}
	t.pages += t.writer.Changes()
	return nil
}

func (t *tx) savePlanRow(r *record.PlanRow) error {
	err := t.writer.run(upsertPlanRow, nil, int64(r.Space), r.Plan, r.N, r.Outcome, r.Result, int64(r.Sum),
		string(r.Operation), textOrNull(r.Decided), textOrNull(r.Done))
	if err != nil {
		return err
	}
	t.pages += 1 + r.Weight()/pageSize
	return nil
}

// savePlanContacts writes by which contacts rows of a plan are found: of all rows at once, as there are
// as many of them as of everything else of a plan together.
func (t *tx) savePlanContacts(id store.PlanID, rows []record.PlanRow) error {
	var numbers []int64
	var found []any
	for i := range rows {
		r := &rows[i]
		if r.Contacts == nil {
			continue
		}
		numbers = append(numbers, r.N)
		for _, of := range r.Contacts {
			found = append(found, int64(id.Space), id.ID, int64(of), r.N)
		}
	}
	if len(numbers) == 0 {
		return nil
	}
	list := jsonNumbers(numbers, func(n int64) int64 { return n })
	if err := t.writer.run(deletePlanRowContacts, nil, int64(id.Space), id.ID, list); err != nil {
		return err
	}
	t.pages += len(found) / insertPlanContacts.columns
	return t.writer.runMany(&insertPlanContacts, found)
}

func textOrNull(b []byte) any {
	if b == nil {
		return nil
	}
	return string(b)
}

var insertPlanContacts = manyOf(insertPlanContact, 4)

// planOf reads planColumns.
func planOf(s *sqlite.Stmt) record.Plan {
	return record.Plan{
		Space: contact.SpaceID(s.ColumnInt64(0)), ID: s.ColumnText(1), State: s.ColumnText(2), Created: contact.Time(s.ColumnInt64(3)),
		Ends: contact.Time(s.ColumnInt64(4)), Weight: s.ColumnInt64(5), Sum: uint32(s.ColumnInt64(6)), Doc: columnBytes(s, 7),
	}
}

// planRow reads planRowColumns.
func planRow(of store.PlanID, s *sqlite.Stmt) record.PlanRow {
	row := record.PlanRow{
		Space: of.Space, Plan: of.ID, N: s.ColumnInt64(0), Outcome: s.ColumnText(1), Result: s.ColumnText(2),
		Sum: uint32(s.ColumnInt64(3)), Operation: columnBytes(s, 4),
	}
	if !s.ColumnIsNull(5) {
		row.Decided = columnBytes(s, 5)
	}
	if !s.ColumnIsNull(6) {
		row.Done = columnBytes(s, 6)
	}
	return row
}
