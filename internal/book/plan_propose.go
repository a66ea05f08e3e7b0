package book

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"iter"
	"strconv"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
)

// MaxPlanRows is how many writes a plan may have (CONTRACT D34).
const MaxPlanRows = 100_000

// Undone says which writes a plan takes back: those of a batch, which may be that of a
// plan; those of a request; or those of a key in a stretch of time.
type Undone struct {
	BatchID   string       `json:"batch_id,omitzero"`
	RequestID string       `json:"request_id,omitzero"`
	KeyID     int64        `json:"key_id,omitzero"`
	Since     contact.Time `json:"since,omitzero"` // from, inclusive, and to, exclusive
	Until     contact.Time `json:"until,omitzero"`
}

// Proposal is what a plan is made of: operations as CONTRACT D33 spells them, one after
// the other, what it does to all contacts that a filter finds, or what it takes back.
type Proposal struct {
	Operations iter.Seq2[[]byte, error] // nil where another is set; what it gives is good until the next
	Wanted     *Wanted
	Undo       *Undone
}

// The kinds of jobs of plans.
const (
	PlanBuildJob store.JobKind = "plan_build"
	PlanApplyJob store.JobKind = "plan_apply"
)

// receiveLife is how long the operations of a plan may be on their way, and its request
// may look at what they do. Who asks for it goes on with that for so long and so many
// steps at most, and then leaves it to its job.
const (
	receiveLife = contact.Time(10 * time.Minute / time.Microsecond)
	buildAtOnce = 2 * time.Second
	stepsAtOnce = 200 // of decidedAtOnce rows
)

// Propose makes a plan (CONTRACT D34). It needs contacts:plan or contacts:write. A small
// plan is ready then, of a large one it is looked at afterwards what it does. It tells
// whether the plan was made before, by the same request.
func (b *Book) Propose(ctx context.Context, g access.Grant, terms Terms, of Proposal) (p Plan, replayed bool, err error) {
	if err := mayPropose(g); err != nil {
		return Plan{}, false, err
	}
	if terms.again() {
		leave, err := b.begin(ctx, g.Space.ID, terms.Retry)
		if err != nil {
			return Plan{}, false, err
		}
		defer leave()
	}
	p, err = b.newPlan(ctx, g, &terms, &of)
	if again, ok := errors.AsType[*store.Repeated](err); ok {
		if p, err = b.planAgain(ctx, g, &terms, again); err != nil || p.Told != nil {
			return p, true, err
		}
		if p.State == PlanReceiving {
			err = b.goesOn(ctx, g.Space.ID, p.Job)
		}
	}
	if err == nil && p.State == PlanReceiving {
		p, err = b.receive(ctx, g, p, of.Operations)
	}
	if err == nil && p.State == PlanBuilding {
		p, err = b.buildAtOnce(ctx, g, p)
	}
	if err == nil && terms.again() {
		p, err = b.told(ctx, g, p)
	}
	return p, false, err
}

// planWrite is a write of nothing but a plan.
func planWrite(g access.Grant, requestID string) store.Write {
	return store.Write{Space: g.Space.ID, By: contact.Attribution{Actor: contact.Actor{KeyID: g.Key.ID}, RequestID: requestID}, Reads: true}
}

// newPlan makes the plan, and the job that goes on with it, should this end here.
func (b *Book) newPlan(ctx context.Context, g access.Grant, terms *Terms, of *Proposal) (Plan, error) {
	now := b.now()
	id := rand.Text()
	w := planWrite(g, terms.RequestID)
	if terms.again() {
		r := terms.Retry
		w.Retry = &store.Retry{Key: r.Key, Fingerprint: r.Fingerprint[:],
			Answer: func([]store.Outcome) ([]byte, error) { return json.Marshal(&kept{Plan: id}) }}
	}
	job, err := b.store.CreateJob(ctx, store.Job{Space: g.Space.ID, Kind: PlanBuildJob, State: store.JobQueued, Key: g.Key.ID, Of: id, Created: now, Due: now + receiveLife})
	if err != nil {
		return Plan{}, err
	}
	p, _, err := b.change(ctx, w, id, func(p *Plan, _ []store.Outcome) (store.PlanSave, error) {
		if p.State == "" {
			*p = Plan{ID: p.ID, State: PlanReceiving, Created: p.Created, By: actorOf(g, terms), Undo: of.Undo, Wanted: of.Wanted, Expires: p.Created + planLife,
				Job: job.ID, Hash: hashOf(p.ID), Again: terms.again()}
		}
		return store.PlanSave{}, nil
	})
	if err != nil {
		return Plan{}, errors.Join(err, b.notBegun(ctx, &job, err))
	}
	return p, nil
}

// goesOn lets the job of a plan wait for the request that was sent again, as for the
// first.
func (b *Book) goesOn(ctx context.Context, space contact.SpaceID, job int64) error {
	_, err := b.store.UpdateJob(ctx, space, job, func(j *store.Job) error {
		j.Due = b.now() + receiveLife
		return nil
	})
	return err
}

// planAgain finds the plan that a request made before. Where it did not come to its
// answer, it goes on where it was.
func (b *Book) planAgain(ctx context.Context, g access.Grant, terms *Terms, again *store.Repeated) (Plan, error) {
	k, err := terms.Retry.kept(again)
	if err != nil {
		return Plan{}, err
	}
	r, found, err := b.store.Plan(ctx, store.PlanID{Space: g.Space.ID, ID: k.Plan})
	if err != nil {
		return Plan{}, err
	}
	if !found || PlanState(r.State) == PlanDiscarded {
		return Plan{}, noPlan()
	}
	p, err := planOf(&r, b.now())
	if err != nil || p.Told == nil {
		return p, err
	}
	was := record.Plan{ID: r.ID, State: string(p.Told.State), Created: r.Created, Doc: p.Told.Plan}
	told, err := planOf(&was, 0)
	told.Told = p.Told
	return told, err
}

// told notes what a request is answered with, for who sends it again.
func (b *Book) told(ctx context.Context, g access.Grant, p Plan) (Plan, error) {
	shown := p
	shown.Wanted = nil // it is not shown, and not kept for longer than it is needed
	doc, err := json.Marshal(&shown)
	if err != nil {
		return p, err
	}
	told := &PlanTold{State: p.State, Plan: doc}
	_, _, err = b.change(ctx, planWrite(g, p.By.RequestID), p.ID, func(now *Plan, _ []store.Outcome) (store.PlanSave, error) {
		now.Told = told
		return store.PlanSave{}, nil
	})
	return p, err
}

// receive stores what a plan is made of. Where that fails, nothing of the plan is left,
// unless the same request may go on with it.
func (b *Book) receive(ctx context.Context, g access.Grant, p Plan, operations iter.Seq2[[]byte, error]) (after Plan, err error) {
	if after, err = p, nil; operations != nil {
		after, err = b.storeRows(ctx, g, p, operations)
	}
	if err == nil {
		after, err = b.received(ctx, g, after)
	}
	switch {
	case errors.Is(err, store.ErrPlanMoved):
		err = planClosed(PlanCancelled)
	case err != nil && !p.Again && fault.KindOf(err) != fault.Unavailable:
		ctx := context.WithoutCancel(ctx)
		err = errors.Join(err, b.discard(ctx, g.Space.ID, p.ID), b.endJob(ctx, g.Space.ID, p.Job, store.JobCancelled))
	}
	return after, err
}

// storeRows stores operations, those that are not stored yet.
func (b *Book) storeRows(ctx context.Context, g access.Grant, p Plan, operations iter.Seq2[[]byte, error]) (Plan, error) {
	var rows []record.PlanRow
	weight := 0
	n := int64(0)
	flush := func() (err error) {
		p, err = b.addRows(ctx, g, p, rows)
		rows, weight = rows[:0], 0
		return err
	}
	for text, err := range operations {
		if err != nil {
			return p, err
		}
		if n++; n <= p.Rows {
			continue
		}
		row := record.PlanRow{N: n, Operation: bytes.Clone(text)}
		rows, weight = append(rows, row), weight+row.Weight()
		if len(rows) == rowsAtOnce || weight > weightAtOnce {
			if err := flush(); err != nil {
				return p, err
			}
		}
	}
	return p, flush()
}

// rowsAtOnce is how many rows of a plan are stored in one transaction that are not done.
const rowsAtOnce = 500

// addRows stores rows that follow those that a plan has.
func (b *Book) addRows(ctx context.Context, g access.Grant, p Plan, rows []record.PlanRow) (Plan, error) {
	if len(rows) == 0 {
		return p, nil
	}
	had := p.Rows
	after, _, err := b.change(ctx, planWrite(g, p.By.RequestID), p.ID, func(now *Plan, _ []store.Outcome) (store.PlanSave, error) {
		if now.Rows != had || now.State != p.State {
			return store.PlanSave{}, store.ErrPlanMoved
		}
		now.Rows += int64(len(rows))
		return store.PlanSave{Rows: rows}, nil
	})
	if errors.Is(err, store.ErrPlanMoved) { // it may have been stored after all, on a commit in doubt
		if now, err := b.planNow(ctx, g.Space.ID, p.ID); err != nil || now.Rows == had+int64(len(rows)) {
			return now, err
		}
	}
	return after, err
}

// planNow reads a plan, whoever sees it.
func (b *Book) planNow(ctx context.Context, space contact.SpaceID, id string) (Plan, error) {
	r, found, err := b.store.Plan(ctx, store.PlanID{Space: space, ID: id})
	if err == nil && !found {
		err = noPlan()
	}
	if err != nil {
		return Plan{}, err
	}
	return planOf(&r, b.now())
}

// received says that all operations of a plan are there.
func (b *Book) received(ctx context.Context, g access.Grant, p Plan) (Plan, error) {
	after, _, err := b.change(ctx, planWrite(g, p.By.RequestID), p.ID, func(now *Plan, _ []store.Outcome) (store.PlanSave, error) {
		if now.State != PlanReceiving {
			return store.PlanSave{}, store.ErrPlanMoved
		}
		now.State = PlanBuilding
		return store.PlanSave{}, nil
	})
	if errors.Is(err, store.ErrPlanMoved) {
		return b.planNow(ctx, g.Space.ID, p.ID)
	}
	return after, err
}

// buildAtOnce looks at what a plan does, as long as who asked waits for that, and then
// leaves it to the plan's job.
func (b *Book) buildAtOnce(ctx context.Context, g access.Grant, p Plan) (Plan, error) {
	ends := b.clock().Add(buildAtOnce)
	for step := 0; p.State == PlanBuilding && step < stepsAtOnce && b.clock().Before(ends); step++ {
		var err error
		if p, err = b.buildSome(ctx, g, p); err != nil {
			return p, err
		}
	}
	_, err := b.store.UpdateJob(ctx, g.Space.ID, p.Job, func(j *store.Job) error {
		if p.tell(j); j.Closed() {
			j.Completed = b.now()
		}
		j.Due = b.now()
		return nil
	})
	return p, err
}

// tell notes in the job that builds a plan how far that is.
func (p *Plan) tell(j *store.Job) {
	j.Done, j.Total = p.Decided, p.Rows
	if p.Import != nil {
		j.Total = max(p.Rows, p.Import.Records)
	}
	switch p.State {
	case PlanBuilding:
	case PlanFailed:
		j.State, j.Message = store.JobFailed, p.Message
	case PlanCancelled, PlanDiscarded:
		j.State = store.JobCancelled
	default:
		j.State = store.JobCompleted
	}
}

// notBegun closes a job whose plan was not written, which is why. Where nobody knows
// whether it was, the job finds that out when it is due.
func (b *Book) notBegun(ctx context.Context, j *store.Job, why error) error {
	if e, ok := errors.AsType[*fault.Error](why); ok && e.Code == fault.CodeOutcomeUnknown {
		return nil
	}
	return b.endJob(context.WithoutCancel(ctx), j.Space, j.ID, store.JobCancelled)
}

// endJob closes a job that is not needed any more. That it is not there, or closed
// already, is no fault.
func (b *Book) endJob(ctx context.Context, space contact.SpaceID, id int64, state store.JobState) error {
	now := b.now()
	_, err := b.store.UpdateJob(ctx, space, id, func(j *store.Job) error {
		if !j.Closed() {
			j.State, j.Completed = state, now
		}
		return nil
	})
	if errors.Is(err, store.ErrNoRow) {
		return nil
	}
	return err
}

// undoOperation spells the undo of a write, as a row of a plan.
func undoOperation(space contact.SpaceID, ch *contact.Change) []byte {
	id := contact.ChangeID{Space: space, Op: ch.Op}
	return []byte(`{"method":"UNDO","id":` + ch.Contact.String() + `,"change_id":` + strconv.Quote(id.String()) + `,"resolve":"theirs"}`)
}

func tooManyRows() error {
	return fault.New(fault.Invalid, fault.CodeTooManyItems, "More than 100,000 writes are meant. Ask for fewer at once.")
}
