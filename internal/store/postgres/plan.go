package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
)

// Plan reads one plan.
func (b *Backend) Plan(ctx context.Context, id store.PlanID) (record.Plan, bool, error) {
	return first(list(ctx, b.reads, "read a plan", planOf, selectPlan, int64(id.Space), []string{id.ID}))
}

// Plans lists plans of a Space, newest first.
func (b *Backend) Plans(ctx context.Context, q store.PlanQuery) ([]record.Plan, error) {
	before := noBound
	if q.Before != 0 {
		before = int64(q.Before)
	}
	return list(ctx, b.reads, "list plans", planOf, selectPlans, int64(q.Space), int64(store.MaxPageBytes), before, q.BeforeID, int64(q.Limit))
}

// PlanRows reads rows of a plan, in their order.
func (b *Backend) PlanRows(ctx context.Context, q store.PlanRowQuery) ([]record.PlanRow, error) {
	query, args := selectPlanRows, []any{int64(q.Space), int64(store.MaxPageBytes), q.ID, q.After, int64(q.Limit)}
	switch {
	case q.Result != "":
		query, args = selectPlanRowsOfResult, append(args, q.Result, q.Outcome)
	case q.Outcome != "":
		query, args = selectPlanRowsOfOutcome, append(args, q.Outcome)
	}
	return list(ctx, b.reads, "read rows of a plan", func(r pgx.Row) (record.PlanRow, error) { return planRow(q.PlanID, r) }, query, args...)
}

// PlanRowsOf reads the rows before one that were found to change contacts.
func (b *Backend) PlanRowsOf(ctx context.Context, id store.PlanID, contacts []contact.ID, before int64, limit int) ([]record.PlanRow, error) {
	row := func(r pgx.Row) (record.PlanRow, error) {
		var of []int64
		row, err := planRow(id, r, &of)
		row.Contacts = column(of, func(id *int64) contact.ID { return contact.ID(*id) })
		return row, err
	}
	return list(ctx, b.reads, "read rows of a plan by contacts", row, selectPlanRowsOfContacts, int64(id.Space), int64(store.MaxPageBytes), id.ID,
		column(contacts, func(id *contact.ID) int64 { return int64(*id) }), before, int64(limit))
}

// EndedPlans lists plans of all Spaces that ended at a time, or before.
func (b *Backend) EndedPlans(ctx context.Context, now contact.Time, limit int) ([]store.PlanID, error) {
	return list(ctx, b.keys, "look for plans that ended", func(r pgx.Row) (id store.PlanID, err error) {
		err = r.Scan((*int64)(&id.Space), &id.ID)
		return id, err
	}, selectEndedPlans, int64(now), int64(limit))
}

func queueLoadPlans(q *pgx.Batch, ids []store.PlanID, to *[]record.Plan) {
	spaces := map[contact.SpaceID][]string{}
	for _, id := range ids {
		spaces[id.Space] = append(spaces[id.Space], id.ID)
	}
	for space, of := range spaces {
		q.Queue(selectPlan, int64(space), of).Query(func(r pgx.Rows) error {
			return collect(r, to, func() (record.Plan, error) { return planOf(r) })
		})
	}
}

func queuePlan(q *pgx.Batch, s *store.PlanSaved) {
	p := &s.Plan
	gone := s.Gone
	if s.Drop {
		gone = noBound
	}
	if gone > 0 {
		q.Queue(deletePlanContacts, int64(p.Space), p.ID, gone)
		q.Queue(deletePlanRows, int64(p.Space), p.ID, gone)
	}
	args := []any{int64(p.Space), p.ID, p.State, int64(p.Created), int64(p.Ends), p.Weight, int64(p.Sum), string(p.Doc)}
	switch {
	case s.Drop:
		q.Queue(deletePlan, int64(p.Space), p.ID)
		return
	case s.New:
		q.Queue(insertPlan, args...)
	default:
		q.Queue(updatePlan, args...).Exec(exactly(1))
	}
	queuePlanRows(q, p, s.Rows)
}

func queuePlanRows(q *pgx.Batch, p *record.Plan, rows []record.PlanRow) {
	if len(rows) == 0 {
		return
	}
	q.Queue(upsertPlanRows, int64(p.Space), p.ID,
		column(rows, func(r *record.PlanRow) int64 { return r.N }),
		column(rows, func(r *record.PlanRow) string { return r.Outcome }),
		column(rows, func(r *record.PlanRow) string { return r.Result }),
		column(rows, func(r *record.PlanRow) int64 { return int64(r.Sum) }),
		column(rows, func(r *record.PlanRow) string { return string(r.Operation) }),
		column(rows, func(r *record.PlanRow) *string { return textOrNull(r.Decided) }),
		column(rows, func(r *record.PlanRow) *string { return textOrNull(r.Done) }))
	var given, of, contacts []int64
	for i := range rows {
		if rows[i].Contacts == nil {
			continue
		}
		given = append(given, rows[i].N)
		for _, id := range rows[i].Contacts {
			of, contacts = append(of, rows[i].N), append(contacts, int64(id))
		}
	}
	if len(given) > 0 {
		q.Queue(deletePlanRowContacts, int64(p.Space), p.ID, given)
	}
	if len(of) > 0 {
		q.Queue(insertPlanContacts, int64(p.Space), p.ID, contacts, of)
	}
}

// planOf reads planColumns.
func planOf(r pgx.Row) (p record.Plan, err error) {
	var sum int64
	err = r.Scan((*int64)(&p.Space), &p.ID, &p.State, (*int64)(&p.Created), (*int64)(&p.Ends), &p.Weight, &sum, &p.Doc)
	p.Sum = uint32(sum)
	return p, err
}

// planRow reads planRowColumns, and more that stands behind them.
func planRow(of store.PlanID, r pgx.Row, more ...any) (record.PlanRow, error) {
	row := record.PlanRow{Space: of.Space, Plan: of.ID}
	var sum int64
	err := r.Scan(append([]any{&row.N, &row.Outcome, &row.Result, &sum, &row.Operation, &row.Decided, &row.Done}, more...)...)
	row.Sum = uint32(sum)
	return row, err
}
