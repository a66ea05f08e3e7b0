package book

import (
	"context"
	"slices"

	"github.com/go-json-experiment/json"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/wire"
)

// PlanState says where a plan is (CONTRACT D34). It is stored as text.
type PlanState string

// The states of a plan.
const (
	PlanReceiving PlanState = "receiving" // its operations are on their way: nobody sees it
	PlanBuilding  PlanState = "building"
	PlanReady     PlanState = "ready"
	PlanApplying  PlanState = "applying"
	PlanApplied   PlanState = "applied"
	PlanCancelled PlanState = "cancelled"
	PlanFailed    PlanState = "failed"
	PlanExpired   PlanState = "expired"   // never stored: ready, and too old
	PlanDiscarded PlanState = "discarded" // nobody sees it, and its rows go
)

// Plan is many writes that are looked at before they are done. The members with names
// are stored: docs/format.md describes them.
type Plan struct {
	ID      string       `json:"-"`
	State   PlanState    `json:"-"`
	Created contact.Time `json:"-"`

	By       PlanActor                    `json:"by"`              // who proposed it
	Undo     *Undone                      `json:"undo,omitzero"`   // what it takes back; nil where operations were sent
	Import   *PlanImport                  `json:"import,omitzero"` // the file that it was made of; nil where it was of none
	Wanted   *Wanted                      `json:"wanted,omitzero"` // contacts that are yet to be found; nil where all are, or operations were sent
	Expires  contact.Time                 `json:"expires"`
	Closed   contact.Time                 `json:"closed,omitzero"`
	Message  string                       `json:"message,omitzero"` // why it failed, or does nothing: a sentence
	Rows     int64                        `json:"rows,omitzero"`
	Looked   contact.Seq                  `json:"looked,omitzero"`   // of history, newest first, what is before this is to be looked at yet
	Gathered bool                         `json:"gathered,omitzero"` // all of history was looked at
	Decided  int64                        `json:"decided,omitzero"`  // rows of which is known what they do
	Counts   map[contact.RowOutcome]int64 `json:"counts,omitzero"`   // of those
	Removals int64                        `json:"removals,omitzero"` // as contact.Removals counts them
	Contacts int64                        `json:"contacts,omitzero"` // that change: one that several rows change is counted so often
	Hash     []byte                       `json:"hash,omitzero"`     // of all rows that are decided, in their order, and what they were found to do
	Job      int64                        `json:"job,omitzero"`      // that builds it, or applies it
	Again    bool                         `json:"again,omitzero"`    // the request that made it may be sent again
	Told     *PlanTold                    `json:"told,omitzero"`     // what that was answered with

	Applier *PlanActor          `json:"applier,omitzero"`
	Applied int64               `json:"applied,omitzero"` // rows that are done, or were found to do nothing
	Results map[RowResult]int64 `json:"results,omitzero"`
	Removed int64               `json:"removed,omitzero"`
	// UndoneBy is the plan that took back what this one did. Stored is who was applied to do so, whatever came of it.
	UndoneBy string `json:"undone_by,omitzero"`
}

// PlanImport is what a plan knows of the file that it is made of.
type PlanImport struct {
	ID      string            `json:"id"`
	Name    string            `json:"file_name,omitzero"` // of the file; "" where nobody said
	Opened  bool              `json:"opened,omitzero"`    // the file was looked at whole: what follows is known
	Match   []contact.MatchBy `json:"match,omitzero"`
	Records int64             `json:"records,omitzero"` // how many rows it has, about
	Ended   bool              `json:"ended,omitzero"`   // all of them were read
}

// PlanActor is who proposed a plan, or who has it applied.
type PlanActor struct {
	Key       int64  `json:"key"`
	KeyName   string `json:"key_name,omitzero"`
	Name      string `json:"name,omitzero"`
	Reason    string `json:"reason,omitzero"`
	RequestID string `json:"request"`
}

// PlanTold is how a plan was when its request was answered first.
type PlanTold struct {
	State PlanState `json:"state"`
	Plan  []byte    `json:"plan"` // as it was stored then
}

// RowResult is what became of a row of a plan. It is stored as text.
type RowResult string

// The results of rows.
const (
	RowDone     RowResult = "done"          // as it was shown
	RowRebased  RowResult = "rebased"       // it did what it shows to what had changed since
	RowAlready  RowResult = "same"          // there was nothing left to do
	RowKept     RowResult = "changed_since" // all that it was to take back was changed again by then, and stays
	RowLeft     RowResult = "conflict"      // not done, because of what had changed since
	RowRejected RowResult = "refused"       // not done, for another reason
)

// RowResults lists them, in the order in which they are counted.
var RowResults = [...]RowResult{RowDone, RowRebased, RowAlready, RowKept, RowLeft, RowRejected}

// How long a plan may be applied, and how long it is kept after it was closed.
const (
	planLife = contact.Time(7 * 24 * 60 * 60 * 1_000_000)
	planKept = contact.Time(30 * 24 * 60 * 60 * 1_000_000)
)

func actorOf(g access.Grant, t *Terms) PlanActor {
	return PlanActor{Key: g.Key.ID, KeyName: g.Key.Name, Name: t.Name, Reason: t.Reason, RequestID: t.RequestID}
}

func (a *PlanActor) attribution(batch string) contact.Attribution {
	return contact.Attribution{Actor: contact.Actor{KeyID: a.Key, KeyName: a.KeyName, Name: a.Name}, Reason: a.Reason, RequestID: a.RequestID, BatchID: batch}
}

// planOf reads a plan as it is stored.
func planOf(r *record.Plan, now contact.Time) (Plan, error) {
	p := Plan{ID: r.ID, State: PlanState(r.State), Created: r.Created}
	if r.State == "" {
		return p, nil
	}
	err := json.Unmarshal(r.Doc, &p)
	if p.State == PlanReady && p.Expires <= now {
		p.State = PlanExpired
	}
	return p, err
}

// store writes a plan as it is stored.
func (p *Plan) store(r *record.Plan) (err error) {
	r.State, r.Created = string(p.State), p.Created
	switch p.State {
	case PlanApplying:
		r.Ends = 0
	case PlanReceiving, PlanBuilding, PlanReady:
		r.Ends = p.Expires + planKept
	case PlanDiscarded:
		r.Ends = p.Closed
	default:
		r.Ends = p.Closed + planKept
	}
	r.Doc, err = json.Marshal(p, json.Deterministic(true))
	return err
}

// Plan reads a plan (CONTRACT D34). Who lacks contacts:read and may propose plans is to be
// told of its id and its state alone. NotFound where the Space has none of this id.
func (b *Book) Plan(ctx context.Context, g access.Grant, id string) (Plan, error) {
	if err := g.Allow(access.SeePlan); err != nil {
		return Plan{}, err
	}
	p, err := b.plan(ctx, g.Space.ID, id)
	return b.shown(ctx, g.Space.ID, p, err)
}

func (b *Book) plan(ctx context.Context, space contact.SpaceID, id string) (Plan, error) {
	r, found, err := b.store.Plan(ctx, store.PlanID{Space: space, ID: id})
	if err != nil {
		return Plan{}, err
	}
	if !found || !seen(PlanState(r.State)) {
		return Plan{}, noPlan()
	}
	return planOf(&r, b.now())
}

// seen tells whether anybody sees a plan of a state.
func seen(s PlanState) bool { return s != PlanReceiving && s != PlanDiscarded }

func noPlan() error {
	return fault.New(fault.NotFound, fault.CodePlanNotFound, "There is no plan with this id.")
}

// mayPropose tells whether a key may propose plans.
func mayPropose(g access.Grant) error { return g.Allow(access.Plan) }

// Plans lists plans of the Space, newest first, perPage at most, from a cursor on that an
// answer gave; "" for the newest. It gives the cursor of the next page, "" for none. It
// needs contacts:read.
func (b *Book) Plans(ctx context.Context, g access.Grant, cursor string, perPage int) (list []Plan, next string, err error) {
	if err := g.Allow(access.Read); err != nil {
		return nil, "", err
	}
	secret, err := b.cursorSecret(ctx)
	if err != nil {
		return nil, "", err
	}
	name := listName{space: g.Space.ID, query: "plans"}
	at, err := name.place(secret, cursor)
	if err != nil {
		return nil, "", err
	}
	rows, err := b.store.Plans(ctx, store.PlanQuery{Space: g.Space.ID, Before: contact.Time(at.Mark), Limit: perPage + 1})
	if err != nil {
		return nil, "", err
	}
	if len(rows) > perPage {
		rows = rows[:perPage]
		next = name.cursor(secret, store.Place{Mark: int64(rows[perPage-1].Created)})
	}
	for i := range rows {
		if !seen(PlanState(rows[i].State)) {
			continue
		}
		p, err := planOf(&rows[i], b.now())
		p, err = b.shown(ctx, g.Space.ID, p, err)
		if err != nil {
			return nil, "", err
		}
		list = append(list, p)
	}
	return list, next, nil
}

// PlanRowsAsked says which rows of a plan to read.
type PlanRowsAsked struct {
	Outcome contact.RowOutcome // "" for any
	Result  RowResult          // likewise
	Cursor  string             // "" for the first
	PerPage int
}

// PlanRows lists rows of a plan, in the order in which they are done, and gives the
// cursor of the next page, "" for none. It needs contacts:read.
func (b *Book) PlanRows(ctx context.Context, g access.Grant, id string, q PlanRowsAsked) (list []PlanRow, next string, err error) {
	if err := g.Allow(access.Read); err != nil {
		return nil, "", err
	}
	secret, err := b.cursorSecret(ctx)
	if err != nil {
		return nil, "", err
	}
	name := listName{space: g.Space.ID, query: "plan " + id + " " + string(q.Outcome) + " " + string(q.Result)}
	at, err := name.place(secret, q.Cursor)
	if err != nil {
		return nil, "", err
	}
	p, err := b.plan(ctx, g.Space.ID, id)
	if err != nil {
		return nil, "", err
	}
	rows, err := b.store.PlanRows(ctx, store.PlanRowQuery{PlanID: store.PlanID{Space: g.Space.ID, ID: id}, After: at.Mark,
		Outcome: string(q.Outcome), Result: string(q.Result), Limit: q.PerPage})
	if err != nil {
		return nil, "", err
	}
	if len(rows) > 0 && rows[len(rows)-1].N != p.Rows { // fewer may be so because they are large
		next = name.cursor(secret, store.Place{Mark: rows[len(rows)-1].N})
	}
	for i := range rows {
		row, err := rowOf(&rows[i])
		if err != nil {
			return nil, "", err
		}
		list = append(list, row)
	}
	if p.Undo != nil {
		err = b.nameLines(ctx, g.Space.ID, list)
	}
	return list, next, err
}

// nameLines tells of rows that take changes back for which lines of files those were done.
func (b *Book) nameLines(ctx context.Context, space contact.SpaceID, rows []PlanRow) error {
	undoes := func(row *PlanRow) contact.Seq {
		if undo, ok := wire.ReadOperation(row.Operation, space).(*contact.Undo); ok {
			return undo.Op
		}
		return 0
	}
	var ops []contact.Seq
	for i := range rows {
		if op := undoes(&rows[i]); op != 0 {
			ops = append(ops, op)
		}
	}
	slices.Sort(ops)
	from, err := b.store.Sources(ctx, space, slices.Compact(ops))
	if err != nil {
		return err
	}
	for i := range rows {
		rows[i].Undoes = from[undoes(&rows[i])].Actor.Import
	}
	return nil
}

// change writes a plan anew, in a transaction: do decides what of it becomes, and may run
// more than once.
func (b *Book) change(ctx context.Context, w store.Write, id string, do planChange) (after Plan, out []store.Outcome, err error) {
	w.Plan = b.planChange(id, &after, do)
	out, err = b.store.Do(ctx, w)
	return after, out, err
}

// planChange decides what becomes of a plan, by what became of verbs.
type planChange func(p *Plan, out []store.Outcome) (store.PlanSave, error)

// planChange gives the part of a write that changes a plan, and leaves in after how it is
// then.
func (b *Book) planChange(id string, after *Plan, do planChange) *store.PlanWrite {
	return &store.PlanWrite{ID: id, Change: func(r *record.Plan, now contact.Time, out []store.Outcome) (store.PlanSave, error) {
		p, err := planOf(r, now)
		if err != nil {
			return store.PlanSave{}, err
		}
		if p.Created == 0 {
			p.Created = now
		}
		save, err := do(&p, out)
		if err != nil {
			return save, err
		}
		if p.State == PlanExpired {
			p.State = PlanReady
		}
		*after = p
		return save, p.store(r)
	}}
}

// Known tells whether it is known what the plan does.
func (p *Plan) Known() bool {
	return p.State != PlanBuilding && p.Decided == p.Rows && (p.Undo == nil || p.Gathered) && (p.Import == nil || p.Import.Ended)
}

// closed tells whether nothing comes of a plan any more by itself.
func (p *Plan) closed() bool {
	return slices.Contains([]PlanState{PlanApplied, PlanCancelled, PlanFailed, PlanDiscarded}, p.State)
}
