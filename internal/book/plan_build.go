package book

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
)

// stepLasts is about how long a step of a job goes on.
const stepLasts = 500 * time.Millisecond

// BuildPlan does the next step of a PlanBuildJob: it looks at what rows of a plan do.
func (b *Book) BuildPlan(ctx context.Context, j *store.Job) error {
	g, err := b.grantOf(ctx, j, mayPropose)
	if err != nil {
		return err
	}
	p, err := b.planNow(ctx, j.Space, j.Of)
	if fault.KindOf(err) == fault.NotFound { // it did not come to be made
		j.State = store.JobCancelled
		return nil
	}
	if err != nil {
		return err
	}
	if p.State == PlanReceiving { // its request ended half-way
		if until := p.Created + store.RetryLife; p.Again && b.now() < until {
			j.Due = until
			return nil
		}
		return errors.Join(b.discard(ctx, g.Space.ID, p.ID), errNotReceived)
	}
	for ends := b.clock().Add(stepLasts); p.State == PlanBuilding && b.clock().Before(ends); {
		if p, err = b.buildSome(ctx, g, p); err != nil {
			return err
		}
	}
	p.tell(j)
	return nil
}

var errNotReceived = fault.New(fault.Invalid, fault.CodeBodyIncomplete, "The request that was to make this plan ended before all of it was there. Send it again.")

// grantOf gives what the key of a job may do now. That it is in use, who runs the job has
// seen to.
func (b *Book) grantOf(ctx context.Context, j *store.Job, may func(access.Grant) error) (access.Grant, error) {
	key, found, err := b.store.APIKey(ctx, j.Key)
	if err != nil {
		return access.Grant{}, err
	}
	space, _, there, err := b.store.SpaceNow(ctx, j.Space)
	if err != nil {
		return access.Grant{}, err
	}
	g := access.Grant{Key: key, Space: space}
	if !found || !there {
		return g, access.Unauthenticated(fault.CodeKeyInvalid)
	}
	return g, may(g)
}

// buildSome looks at some more of a plan.
func (b *Book) buildSome(ctx context.Context, g access.Grant, p Plan) (after Plan, err error) {
	switch {
	case p.Import != nil:
		after, err = b.importSome(ctx, g, p)
	case p.Undo != nil && !p.Gathered:
		after, err = b.gatherSome(ctx, g, p)
	case p.Wanted != nil:
		after, err = b.findSome(ctx, g, p)
	default:
		after, err = b.decideSome(ctx, g, p)
	}
	if errors.Is(err, store.ErrPlanMoved) { // another server did it
		return b.planNow(ctx, g.Space.ID, p.ID)
	}
	return after, err
}

// gatherSome finds more writes to take back, newest first.
func (b *Book) gatherSome(ctx context.Context, g access.Grant, p Plan) (Plan, error) {
	u := p.Undo
	if p.Looked == 0 {
		newest, err := b.store.Newest(ctx, g.Space.ID)
		if err != nil {
			return p, err
		}
		p.Looked = newest + 1
	}
	page, err := b.store.Recent(ctx, store.FeedQuery{Space: g.Space.ID, Before: p.Looked, Since: u.Since, Until: u.Until,
		Only: store.ChangeFilter{BatchID: u.BatchID, KeyID: u.KeyID}, Limit: rowsAtOnce})
	if err != nil {
		return p, err
	}
	var rows []record.PlanRow
	for i := range page.Changes {
		ch := &page.Changes[i]
		if ch.Seq != ch.Op || ch.Action == contact.ActionErase || u.RequestID != "" && ch.RequestID != u.RequestID {
			continue // a write is taken back whole: by its first change
		}
		rows = append(rows, record.PlanRow{N: p.Rows + int64(len(rows)) + 1, Operation: undoOperation(g.Space.ID, ch)})
	}
	had := p.Rows
	after, _, err := b.change(ctx, planWrite(g, p.By.RequestID), p.ID, func(now *Plan, _ []store.Outcome) (store.PlanSave, error) {
		if now.State != PlanBuilding || now.Rows != had || now.Gathered || now.Looked != 0 && now.Looked != p.Looked {
			return store.PlanSave{}, store.ErrPlanMoved
		}
		if now.Rows += int64(len(rows)); now.Rows > MaxPlanRows {
			now.fail(b.now(), tooManyRows())
			now.Rows = had
			return store.PlanSave{}, nil
		}
		now.Looked, now.Gathered = page.Last, !page.More
		return store.PlanSave{Rows: rows}, nil
	})
	return after, err
}

func (p *Plan) fail(now contact.Time, err error) {
	p.State, p.Closed, p.Message, p.Wanted = PlanFailed, now, messageOf(err), nil
}

// messageOf gives what people are told of an error: never what is stored.
func messageOf(err error) string {
	if e, ok := errors.AsType[*fault.Error](err); ok {
		return e.Message
	}
	return "Something went wrong on our side. The server's log says what."
}

// How many rows are looked at in one transaction, and how many of those before them that
// they rest on are done again for that.
const (
	decidedAtOnce = 100
	maxBefore     = 1000
)

// decideSome finds what the next rows of a plan do, on what those before them leave.
func (b *Book) decideSome(ctx context.Context, g access.Grant, p Plan) (Plan, error) {
	id := store.PlanID{Space: g.Space.ID, ID: p.ID}
	rows, err := b.store.PlanRows(ctx, store.PlanRowQuery{PlanID: id, After: p.Decided, Limit: decidedAtOnce})
	if err != nil {
		return p, err
	}
	var outs []store.Outcome
	for most := len(rows); len(rows) > 0; most = 1 + most/4 {
		rows = rows[:min(most, len(rows))]
		if outs, err = b.foresee(ctx, id, rows); !isTooHeavy(err) {
			break
		}
		if len(rows) == 1 {
			outs, err = []store.Outcome{{Err: err}}, nil
			break
		}
	}
	if err != nil {
		return p, err
	}
	return b.decided(ctx, g, p, rows[:len(outs)], outs)
}

func isTooHeavy(err error) bool {
	return fault.KindOf(err) == fault.TooLarge
}

// decided notes what rows were found to do.
func (b *Book) decided(ctx context.Context, g access.Grant, p Plan, rows []record.PlanRow, outs []store.Outcome) (Plan, error) {
	from, hash := p.Decided, p.Hash
	var was, removals, contacts int64
	counts := map[contact.RowOutcome]int64{}
	for i := range rows {
		was += int64(rows[i].Weight())
		if err := decide(&rows[i], &outs[i]); err != nil {
			return p, err
		}
		hash = hashed(hash, &rows[i])
		outcome := contact.RowOutcome(rows[i].Outcome)
		counts[outcome]++
		if outcome.Changes() {
			removals += int64(contact.Removals(outs[i].Entries))
			contacts += int64(len(outs[i].Entries))
		}
	}
	after, _, err := b.change(ctx, planWrite(g, p.By.RequestID), p.ID, func(now *Plan, _ []store.Outcome) (store.PlanSave, error) {
		if now.State != PlanBuilding || now.Decided != from {
			return store.PlanSave{}, store.ErrPlanMoved
		}
		if now.Counts == nil {
			now.Counts = map[contact.RowOutcome]int64{}
		}
		for outcome, n := range counts {
			now.Counts[outcome] += n
		}
		now.Decided, now.Hash = from+int64(len(rows)), hash
		now.Removals, now.Contacts = now.Removals+removals, now.Contacts+contacts
		if now.Decided == now.Rows {
			now.State = PlanReady
		}
		return store.PlanSave{Rows: rows, Was: was}, nil
	})
	return after, err
}

// foresee finds what rows would do if those before them were done. A row that cannot be
// foreseen, because it needs to know what came of one before it, is refused, and so is
// each after it that is about the same: in their order they can be done later.
func (b *Book) foresee(ctx context.Context, id store.PlanID, rows []record.PlanRow) ([]store.Outcome, error) {
	verbs := make([]contact.Verb, len(rows))
	about := make([][]contact.ID, len(rows))
	for i := range rows {
		verbs[i] = operation(&rows[i])
		if err := b.store.Gather(ctx, id.Space, verbs[i]); err != nil {
			return nil, err
		}
		n := verbs[i].Needs()
		about[i] = slices.Concat(n.Refs, n.Rows, n.Trees, n.Pairs)
	}
	before, err := b.restsOn(ctx, id, slices.Concat(about...), rows[0].N)
	if err != nil {
		return nil, err
	}
	var all []contact.Verb
	waits := map[contact.ID]bool{}
	for i := range before {
		if contact.RowOutcome(before[i].Outcome).Changes() {
			all = append(all, operation(&before[i]))
			continue
		}
		for _, id := range before[i].Contacts {
			waits[id] = true
		}
	}
	done := len(all)
	all = append(all, verbs...)
	w := store.Write{Space: id.Space, Reads: true, Each: true, Terms: store.Terms{Dry: true}, Verbs: all}
	outs, err := b.asked(ctx, nil, w)
	if err != nil {
		return nil, err
	}
	if len(outs) <= done {
		return nil, store.TooHeavy()
	}
	outs = outs[done:]
	for i := range outs {
		if out := &outs[i]; isSplit(out.Err) || slices.ContainsFunc(about[i], func(id contact.ID) bool { return waits[id] }) {
			*out = store.Outcome{Err: errWaits}
			rows[i].Contacts = about[i]
			for _, id := range about[i] {
				waits[id] = true
			}
		}
	}
	return outs, nil
}

func isSplit(err error) bool {
	e, ok := errors.AsType[*fault.Error](err)
	return ok && slices.ContainsFunc(e.At, func(p fault.Problem) bool { return p.Code == fault.CodeSplitBatch })
}

var errWaits = fault.At("operation", fault.CodeSplitBatch,
	"A row before this one is about the same contact, and this one needs to know what came of that. Apply this plan, and then make another with what is left.")

// restsOn gives the rows before one that change what these refs lead to, or what such a
// row rests on itself.
func (b *Book) restsOn(ctx context.Context, id store.PlanID, refs []contact.ID, before int64) ([]record.PlanRow, error) {
	if before == 1 {
		return nil, nil
	}
	seen := map[contact.ID]bool{}
	next := unseen(seen, refs)
	leads, err := b.store.Leads(ctx, id.Space, next)
	if err != nil {
		return nil, err
	}
	rows, weight := map[int64]record.PlanRow{}, 0
	for next = append(next, unseen(seen, leads)...); len(next) > 0; {
		found, err := b.store.PlanRowsOf(ctx, id, next, before, maxBefore+1)
		if err != nil {
			return nil, err
		}
		next = nil
		for i := range found {
			if _, had := rows[found[i].N]; !had {
				weight += found[i].Weight()
			}
			rows[found[i].N] = found[i]
			next = append(next, unseen(seen, found[i].Contacts)...)
		}
		if len(rows) > maxBefore || weight >= store.MaxPageBytes { // there may be more of them
			return nil, store.TooHeavy()
		}
	}
	list := make([]record.PlanRow, 0, len(rows))
	for _, row := range rows {
		list = append(list, row)
	}
	slices.SortFunc(list, func(a, b record.PlanRow) int { return int(a.N - b.N) })
	return list, nil
}

// unseen gives the ids that were not seen, each once, and notes them.
func unseen(seen map[contact.ID]bool, ids []contact.ID) (list []contact.ID) {
	for _, id := range ids {
		if !seen[id] && id != 0 {
			seen[id] = true
			list = append(list, id)
		}
	}
	return list
}
