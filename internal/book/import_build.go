package book

import (
	"context"
	"errors"

	"github.com/go-json-experiment/json"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/transfer"
	"github.com/carnet-project/carnet/internal/wire"
)

// plannedAtOnce is how many rows of a file are looked at in one transaction.
const plannedAtOnce = 500

// importSome finds what the next rows of a file do, on what those before them leave. They become
// rows of the plan with what they were found to do: so how far the plan is, is how far the file
// was read.
func (b *Book) importSome(ctx context.Context, g access.Grant, p Plan) (Plan, error) {
	r := b.reading.take(p.ID, p.Rows)
	if r == nil {
		var err error
		if p, r, err = b.openImport(ctx, g, p); err != nil {
			return b.importFailed(ctx, g, p, err)
		}
	}
	r.from.ctx = ctx
	err := b.slotsIndexed(ctx, g.Space.ID, p.Import.Match)
	if err == nil {
		err = r.more(plannedAtOnce)
	}
	if err != nil {
		r.stop()
		return b.importFailed(ctx, g, p, err)
	}
	after, took, err := b.planRowsOf(ctx, g, p, r)
	if err != nil || after.State != PlanBuilding {
		r.stop()
		return after, err
	}
	r.took(took)
	b.reading.put(p.ID, r)
	return after, nil
}

// importFailed ends a plan whose file cannot be read. The file stays for who corrects how it is read;
// any other error is that of the step.
func (b *Book) importFailed(ctx context.Context, g access.Grant, p Plan, err error) (Plan, error) {
	if !isUnreadable(err) && !isNotIndexed(err) {
		return p, err
	}
	now := b.now()
	after, _, failed := b.change(ctx, planWrite(g, p.By.RequestID), p.ID, func(now2 *Plan, _ []store.Outcome) (store.PlanSave, error) {
		if now2.State != PlanBuilding {
			return store.PlanSave{}, store.ErrPlanMoved
		}
		now2.fail(now, err)
		return store.PlanSave{}, nil
	})
	return after, failed
}

// planRowsOf makes rows of a plan of those that a reading holds, and tells how many it took.
func (b *Book) planRowsOf(ctx context.Context, g access.Grant, p Plan, r *reading) (after Plan, took int, err error) {
	id := store.PlanID{Space: g.Space.ID, ID: p.ID}
	var view *importView
	rows := r.held
	for most := len(rows); len(rows) > 0; most = 1 + most/4 {
		rows = rows[:min(most, len(rows))]
		view = b.newImportView(ctx, g, &p)
		err = view.load(id, rows, p.Rows+1)
		if !isTooHeavy(err) || len(rows) == 1 {
			break
		}
	}
	tooHeavy := isTooHeavy(err) // of one row, and then it is refused
	if err != nil && !tooHeavy {
		return p, 0, err
	}
	var add addedRows
	for i := range rows {
		row, err := view.row(&rows[i], p.Rows+int64(i)+1, tooHeavy)
		if err != nil {
			return p, 0, err
		}
		if add.weight += row.Weight(); i > 0 && add.weight > weightAtOnce {
			break
		}
		add.rows = append(add.rows, row.PlanRow)
		add.count(row)
	}
	after, err = b.addDecided(ctx, g, p, &add, r.end && len(add.rows) == len(r.held))
	return after, len(add.rows), err
}

// addedRows are rows that come to a plan, and what they count.
type addedRows struct {
	rows               []record.PlanRow
	weight             int
	counts             map[contact.RowOutcome]int64
	removals, contacts int64
}

func (a *addedRows) count(row importRow) {
	if a.counts == nil {
		a.counts = map[contact.RowOutcome]int64{}
	}
	outcome := contact.RowOutcome(row.Outcome)
	a.counts[outcome]++
	if outcome.Changes() {
		a.removals += int64(contact.Removals(row.entries))
		a.contacts += int64(len(row.entries))
	}
}

// addDecided stores rows of a plan with what they were found to do.
func (b *Book) addDecided(ctx context.Context, g access.Grant, p Plan, add *addedRows, all bool) (Plan, error) {
	had, hash := p.Rows, p.Hash
	for i := range add.rows {
		hash = hashed(hash, &add.rows[i])
	}
	after, _, err := b.change(ctx, planWrite(g, p.By.RequestID), p.ID, func(now *Plan, _ []store.Outcome) (store.PlanSave, error) {
		if now.State != PlanBuilding || now.Rows != had || now.Import == nil {
			return store.PlanSave{}, store.ErrPlanMoved
		}
		if now.Counts == nil {
			now.Counts = map[contact.RowOutcome]int64{}
		}
		for outcome, n := range add.counts {
			now.Counts[outcome] += n
		}
		now.Rows += int64(len(add.rows))
		now.Decided, now.Hash = now.Rows, hash
		now.Removals, now.Contacts = now.Removals+add.removals, now.Contacts+add.contacts
		if all {
			of := *now.Import
			of.Ended = true
			now.Import, now.State = &of, PlanReady
		}
		return store.PlanSave{Rows: add.rows}, nil
	})
	return after, err
}

// importRow is a row of a plan, and what it would enter into history.
type importRow struct {
	record.PlanRow
	entries []contact.Entry
}

// row finds what a row of the file does.
func (v *importView) row(of *transfer.Row, n int64, tooHeavy bool) (importRow, error) {
	row := importRow{PlanRow: record.PlanRow{Space: v.grant.Space.ID, N: n}}
	d := decided{Line: of.Line}
	for _, left := range of.LeftOut {
		d.LeftOut = append(d.LeftOut, LeftOut(left))
	}
	out, err := v.decide(of, &row.PlanRow, &d, tooHeavy)
	if err != nil {
		return row, err
	}
	row.entries = out.Entries
	err = d.write(&row.PlanRow, &out)
	row.Contacts = d.importContacts(n)
	return row, err
}

// decide finds what a row of the file does, and how that is spelled. What it cannot do is told in the
// outcome.
func (v *importView) decide(of *transfer.Row, row *record.PlanRow, d *decided, tooHeavy bool) (out store.Outcome, err error) {
	switch {
	case len(of.Problems) > 0:
		return store.Outcome{Err: rowRefused(of.Problems)}, nil
	case tooHeavy:
		return store.Outcome{Err: store.TooHeavy()}, nil
	}
	patch := of.Patch()
	id, err := v.matched(of, &patch)
	switch {
	case fault.KindOf(err) == fault.Invalid:
		return store.Outcome{Err: err}, nil
	case err != nil:
		return out, err
	case id == 0:
		id = madeBy(row.N)
		row.Operation = wire.WriteCreate(&patch)
		out = v.foresee(&contact.Create{Patch: patch}, id, nil, row.N)
	default:
		c, err := v.state(id)
		if err != nil {
			return out, err
		}
		amendment := of.Amendment(c, v.grant.Space.Region)
		named := id
		if n, made := maker(id); made {
			d.AddsTo, named = n, 0
		}
		row.Operation = wire.WriteAmendment(named, &amendment)
		out = v.foresee(&contact.Amend{Ref: id, Amendment: amendment}, id, c, row.N)
	}
	if out.Err != nil {
		return out, nil
	}
	for i := range out.Entries {
		e := &out.Entries[i]
		before := e.Change.Edits.Backward(e.Contact)
		for _, key := range v.gains(&before, &e.Contact) {
			d.Keys = append(d.Keys, keyedBy(key))
		}
	}
	return out, nil
}

// rowRefused says why a row of a file is refused.
func rowRefused(problems []transfer.Problem) error {
	e := fault.Error{Kind: fault.Invalid, Code: fault.CodeRowRefused, Message: "The row was left out: " + problems[0].Why}
	for _, p := range problems {
		if p.Column == "" {
			p.Column = "row"
		}
		e.At = append(e.At, fault.Problem{Path: p.Column, Code: fault.CodeRowRefused, Message: p.Why})
	}
	return &e
}

// decidedOf reads what a row was found to do.
func decidedOf(row *record.PlanRow) (d decided, err error) {
	if row.Decided == nil {
		return d, errors.New("book: a row of an import says nothing of what it does")
	}
	err = json.Unmarshal(row.Decided, &d)
	return d, err
}
