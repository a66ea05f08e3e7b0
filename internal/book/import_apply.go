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
	"github.com/carnet-project/carnet/internal/wire"
)

// errMadeNext says that the contact of a row is made by a row that is not done yet.
var errMadeNext = errors.New("book: the rows before this one are done first")

// verbOf gives the verb of a row that is to be done, which does what the row was found to do. left says
// of which rows is known why they are not done.
func (b *Book) verbOf(ctx context.Context, space contact.SpaceID, p *Plan, row *record.PlanRow, left map[int64]error) (contact.Verb, error) {
	if err := left[row.N]; err != nil {
		return &contact.Refused{Err: err}, nil
	}
	verb, err := planned(row)
	if err != nil || p.Import == nil {
		return verb, err
	}
	d, err := decidedOf(row)
	if err != nil {
		return nil, err
	}
	verb.Import = contact.ImportLine{ID: p.Import.ID, Line: d.Line, FileName: p.Import.Name}
	if d.AddsTo == 0 {
		return verb, nil
	}
	if d.AddsTo > p.Applied {
		return nil, errMadeNext
	}
	id, err := b.madeByRow(ctx, space, p, d.AddsTo)
	if err != nil {
		return nil, err
	}
	if id == 0 {
		return &contact.Refused{Err: errNotMade}, nil
	}
	verb.Verb = wire.ReadAmendmentOf(row.Operation, id)
	for i := range verb.Found {
		verb.Found[i].ID = id
	}
	return verb, nil
}

var errNotMade = fault.New(fault.Conflict, fault.CodeConflict, "The row that was to make the contact to which this one adds was not done, so this one was left too. Import the file again.")

// madeByRow gives the contact that a row made, 0 where it made none.
func (b *Book) madeByRow(ctx context.Context, space contact.SpaceID, p *Plan, n int64) (contact.ID, error) {
	rows, err := b.store.PlanRows(ctx, store.PlanRowQuery{PlanID: store.PlanID{Space: space, ID: p.ID}, After: n - 1, Limit: 1})
	if err != nil || len(rows) == 0 || rows[0].N != n || rows[0].Done == nil {
		return 0, err
	}
	var k keptResult
	err = json.Unmarshal(rows[0].Done, &k)
	return k.Contact, err
}

// newSince looks, before rows are done, whether one of them would make a contact that its import would
// find by now: then those before it are done first, as they may have to do with it, and after
// them it is left. It gives the rows to be done, and the one to leave, 0 for none.
func (b *Book) newSince(ctx context.Context, space contact.SpaceID, p *Plan, rows []record.PlanRow) (do []record.PlanRow, left map[int64]error, err error) {
	g, _, found, err := b.store.SpaceNow(ctx, space)
	if err != nil || !found {
		return rows, nil, err
	}
	if err := b.slotsIndexed(ctx, space, p.Import.Match); err != nil {
		return nil, nil, err
	}
	view := b.newImportView(ctx, access.Grant{Space: g}, p)
	for i := range rows {
		create, ok := operation(&rows[i]).(*contact.Create)
		if !ok || contact.RowOutcome(rows[i].Outcome) != contact.RowCreate {
			continue
		}
		for _, by := range p.Import.Match {
			for _, key := range by.Keys(&create.Patch, g.Region) {
				ids, err := view.storedWith(by, key, &create.Patch)
				switch {
				case err != nil:
					return nil, nil, err
				case len(ids) > 0 && i > 0:
					return rows[:i], nil, nil
				case len(ids) > 0:
					return rows[:1], map[int64]error{rows[i].N: contact.WouldMatch(ids[0])}, nil
				}
			}
		}
	}
	return rows, nil, nil
}
