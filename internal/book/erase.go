package book

import (
	"context"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/wire"
)

// Receipt says that a contact was erased for good, and how far that is (CONTRACT D35). Of a
// dry run it has neither a time nor a job, but where it was erased before.
type Receipt struct {
	Contact  contact.ID
	At       contact.Time
	Scrubbed contact.Time // since when no file of the database holds a copy of it; 0 for not yet
	Job      int64        // which takes out what others had of it; 0 where nothing was done
	Change   contact.ChangeID
	Removed  int // in a dry run: how many values and filled slots would go
}

// eraseLease is how long the job of an erasure is left to whoever asked for that.
const eraseLease = contact.Time(time.Minute / time.Microsecond)

// Erase erases a contact for good, with all ids that lead to it. When it returns, nobody
// finds anything of the contact any more, its own history included; what others had of it
// goes by a job. Of one that was erased it gives the same receipt again. It needs
// contacts:erase.
func (b *Book) Erase(ctx context.Context, g access.Grant, terms Terms, verb *contact.Erase) (Receipt, error) {
	if err := g.Allow(access.Erase); err != nil {
		return Receipt{}, err
	}
	w := writeOf(g, &terms, []contact.Verb{verb})
	was, found, err := b.store.Erasure(ctx, g.Space.ID, verb.Ref)
	if err != nil {
		return Receipt{}, err
	}
	if terms.Dry && !found {
		out, err := b.store.Do(ctx, w)
		if err != nil {
			return Receipt{}, err
		}
		return Receipt{Contact: verb.Ref, Removed: contact.Removals(out[0].Entries)}, nil
	}
	if terms.Dry {
		return receiptOf(&was), nil
	}
	if !found {
		was, err = b.erase(ctx, w, verb.Ref, func() (access.Budget, error) {
			now, err := b.again(ctx, g, access.Erase)
			return now.Key.Budget, err
		})
		if err != nil {
			return Receipt{}, err
		}
	}
	if err := b.EraseHistory(ctx, &was); err != nil {
		return Receipt{}, err
	}
	return receiptOf(&was), nil
}

func receiptOf(e *store.Erasure) Receipt {
	return Receipt{Contact: e.Contact, At: e.At, Scrubbed: e.Scrubbed, Job: e.Job, Change: contact.ChangeID{Space: e.Space, Op: e.Op}}
}

// erase does it, with what may tells as the last thing before. The job is there before: so
// whenever the process ends, there is who goes on. It is of no key: it goes on when that is
// revoked. What would be refused is found out by a dry run, and leaves no job.
func (b *Book) erase(ctx context.Context, w store.Write, id contact.ID, may func() (access.Budget, error)) (store.Erasure, error) {
	dry, err := w, error(nil)
	dry.Terms.Dry = true
	if dry.Budget, err = may(); err == nil {
		_, err = b.store.Do(ctx, dry)
	}
	if err != nil {
		return store.Erasure{}, err
	}
	now := b.now()
	job, err := b.store.CreateJob(ctx, store.Job{Space: w.Space, Kind: store.EraseJob, State: store.JobQueued, Of: id.String(),
		Created: now, Due: now + eraseLease})
	if err != nil {
		return store.Erasure{}, err
	}
	w.Erase = job.ID
	if w.Budget, err = may(); err == nil {
		_, err = b.store.Do(ctx, w)
	}
	if err != nil && fault.KindOf(err) != fault.Internal { // else it may have been done after all: the job finds out
		b.drop(ctx, &job)
	}
	if err != nil {
		return store.Erasure{}, err
	}
	was, found, err := b.store.Erasure(ctx, w.Space, id)
	switch {
	case err != nil:
		return was, err
	case !found: // the row of the contact says that it is erased
		return was, errUnknownErasure()
	case was.Job != job.ID: // somebody else did it at the same time
		b.drop(ctx, &job)
	}
	return was, nil
}

// EraseHistory sees to it that nobody finds anything in the history of an erased contact any
// more, and that the ledger has it: whoever erases is answered after that. Where a process
// ended in between, it is to be done before anybody is served.
func (b *Book) EraseHistory(ctx context.Context, e *store.Erasure) error {
	job, found, err := b.store.Job(ctx, e.Space, e.Job)
	if err != nil || !found || job.Closed() {
		return err
	}
	was := job.Cursor
	if err := b.store.EraseHistory(ctx, &job, forgetter{}); err != nil || job.Cursor == was {
		return err
	}
	_, err = b.store.UpdateJob(ctx, e.Space, e.Job, func(j *store.Job) error {
		if !j.Closed() && j.Cursor == was { // else who has begun goes on
			j.Cursor, j.Done, j.Due = job.Cursor, job.Done, b.now()
		}
		return nil
	})
	return err
}

func errUnknownErasure() error {
	return fault.New(fault.Internal, fault.CodeInternal, "The contact is erased, and it is not known when that was.")
}

// drop ends a job that nothing came of.
func (b *Book) drop(ctx context.Context, job *store.Job) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	_, err := b.store.UpdateJob(ctx, job.Space, job.ID, func(j *store.Job) error {
		j.State, j.Completed, j.Message = store.JobCancelled, b.now(), "Nothing was erased by this job."
		return nil
	})
	if err != nil {
		b.log.Warn("a job that has nothing to do will find that out itself", "job", job.ID, "error", err)
	}
}

// EraseStep does the next step of an EraseJob. With the last, there is something to scrub.
func (b *Book) EraseStep(ctx context.Context, j *store.Job) error {
	err := b.store.Erase(ctx, j, forgetter{})
	if err == nil && j.Closed() {
		err = b.WantScrub(ctx)
	}
	return err
}

// forgetter takes what was erased out of what this package stores. idle tells that nobody
// builds or applies a plan: none is waited for.
type forgetter struct{ idle bool }

// ForgetAnswer implements store.Forgetter.
func (forgetter) ForgetAnswer(r *record.Retry, ids map[contact.ID]bool) (bool, error) {
	var k kept
	if err := json.Unmarshal(r.Answer, &k); err != nil {
		return false, err
	}
	tells := false
	for i := range k.Results {
		res := &k.Results[i]
		if !res.tellsOf(ids) {
			continue
		}
		tells = true
		*res = keptResult{Contact: res.Contact, Version: res.Version, Op: res.Op, Removed: res.Removed, Refused: keepRefusal(contact.WasErased())}
	}
	if !tells {
		return false, nil
	}
	var err error
	r.Answer, err = json.Marshal(&k)
	return true, err
}

// tellsOf tells whether what is kept of an answer is of any of these contacts.
func (k *keptResult) tellsOf(ids map[contact.ID]bool) bool {
	of := func(list []keptField) bool {
		for i := range list {
			if ids[list[i].Contact] {
				return true
			}
		}
		return false
	}
	return ids[k.Contact] || of(k.Remains) || k.Refused != nil && (of(k.Refused.Conflicts) || ids[k.Refused.LeadsTo])
}

// PlanBusy implements store.Forgetter.
func (f forgetter) PlanBusy(p *record.Plan) bool {
	if f.idle {
		return false
	}
	switch PlanState(p.State) {
	case PlanReceiving, PlanBuilding, PlanApplying:
		return true
	}
	return false
}

// ForgetPlanRow implements store.Forgetter. What is left is which contact the row was about.
func (forgetter) ForgetPlanRow(row *record.PlanRow, ids map[contact.ID]bool) (bool, error) {
	about := func(id contact.ID) bool { return ids[id] }
	var d decided
	if row.Decided != nil {
		if err := json.Unmarshal(row.Decided, &d); err != nil {
			return false, err
		}
	}
	var k keptResult
	if row.Done != nil {
		if err := json.Unmarshal(row.Done, &k); err != nil {
			return false, err
		}
	}
	named := wire.NamedBy(row.Operation)
	tells := about(d.Contact) || k.tellsOf(ids)
	for _, id := range named {
		tells = tells || about(id)
	}
	for i := range d.Shown {
		tells = tells || about(d.Shown[i].Contact)
	}
	if !tells {
		return false, nil
	}
	row.Operation = wire.Unworded(row.Operation)
	var err error
	if row.Decided != nil {
		if row.Decided, err = json.Marshal(&decided{Contact: d.Contact, Version: d.Version, Removals: d.Removals, Refused: keepRefusal(contact.WasErased()), Line: d.Line, AddsTo: d.AddsTo}); err != nil {
			return false, err
		}
	}
	if row.Done != nil {
		row.Done, err = json.Marshal(&keptResult{Contact: k.Contact, Version: k.Version, Op: k.Op, Removed: k.Removed, Refused: keepRefusal(contact.WasErased())})
	}
	return true, err
}
