package book

import (
	"context"
	"crypto/rand"
	"errors"

	"github.com/go-json-experiment/json"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/transfer"
)

// ExportJob writes an export.
const ExportJob store.JobKind = "export"

// ExportState says where an export is (CONTRACT P6). It is stored as text.
type ExportState string

// The states of an export.
const (
	ExportQueued    ExportState = "queued"
	ExportRunning   ExportState = "running"
	ExportCompleted ExportState = "completed"
	ExportFailed    ExportState = "failed"
	ExportErased    ExportState = "erased"    // somebody was erased after it began
	ExportWithdrawn ExportState = "withdrawn" // nobody sees it, and it goes
)

// ExportAsked is which contacts an export holds, as a List has them.
type ExportAsked struct {
	CreatedFrom  contact.Time `json:"created_from,omitzero"`
	CreatedUntil contact.Time `json:"created_until,omitzero"`
	Email        string       `json:"email,omitzero"`
	Phone        string       `json:"phone,omitzero"`

	Where []PlanCondition `json:"where,omitzero"`
	Today string          `json:"today,omitzero"` // the day from which Where counts ages: that on which it was asked for
}

// Export is a file of contacts that is written by a job, and kept for a while. The members
// with names are stored: docs/format.md describes them.
type Export struct {
	ID      string       `json:"-"`
	State   ExportState  `json:"-"`
	Created contact.Time `json:"-"`

	By        PlanActor     `json:"by"` // who asked for it
	Asked     ExportAsked   `json:"asked,omitzero"`
	Form      transfer.Form `json:"form,omitzero"`
	Job       int64         `json:"job"`
	Seq       contact.Seq   `json:"seq,omitzero"`      // the newest change when it began
	Measured  bool          `json:"measured,omitzero"` // how many columns it has is known
	Mark      int64         `json:"mark,omitzero"`     // where its next page begins; 0 for the beginning
	Contacts  int64         `json:"contacts,omitzero"` // that are written
	Chunks    `json:",inline"`
	Completed contact.Time `json:"completed,omitzero"`
	Message   string       `json:"message,omitzero"` // why there is no file: a sentence
}

// exportLife is how long an export is kept.
const exportLife = 7 * day

// KeptUntil gives when the export goes.
func (e *Export) KeptUntil() contact.Time { return max(e.Created, e.Completed) + exportLife }

func (e *Export) closed() bool { return e.State != ExportQueued && e.State != ExportRunning }

// exportOf reads an export as it is stored.
func exportOf(r *record.File) (Export, error) {
	e := Export{ID: r.ID, State: ExportState(r.State), Created: r.Created}
	if r.State == "" {
		return e, nil
	}
	err := json.Unmarshal(r.Doc, &e)
	return e, err
}

// store writes an export as it is stored. What has chunks that nobody needs ends at once: a
// sweep takes them, and leaves the rest of it.
func (e *Export) store(r *record.File) (err error) {
	r.Kind, r.State, r.Created = record.ExportFile, string(e.State), e.Created
	switch {
	case !e.closed():
		r.Ends = 0
	case e.Gone < e.First, e.State == ExportWithdrawn:
		r.Ends = 1
	default:
		r.Ends = e.KeptUntil()
	}
	r.Doc, err = json.Marshal(e, json.Deterministic(true))
	return err
}

// fail ends an export that has no file.
func (e *Export) fail(state ExportState, message string) {
	e.State, e.Message, e.Mark = state, message, 0
	e.letGo()
}

// changeExport lets do decide what becomes of an export, and gives how it is then.
func (b *Book) changeExport(ctx context.Context, w store.Write, id string, do func(*Export) (store.FileSave, error)) (after Export, err error) {
	w.File = &store.FileWrite{ID: id, Change: func(r *record.File, now contact.Time) (store.FileSave, error) {
		e, err := exportOf(r)
		if err != nil {
			return store.FileSave{}, err
		}
		if e.Created == 0 {
			e.Created = now
		}
		save, err := do(&e)
		if err != nil || save.Drop {
			return save, err
		}
		after = e
		return save, e.store(r)
	}}
	_, err = b.store.Do(ctx, w)
	return after, err
}

// MakeExport begins an export (CONTRACT P6, D38). It needs contacts:read. It tells whether
// it was begun before, by the same request.
func (b *Book) MakeExport(ctx context.Context, g access.Grant, terms Terms, form transfer.Form, asked ExportAsked) (id string, replayed bool, err error) {
	if err := g.Allow(access.Read); err != nil {
		return "", false, err
	}
	w := planWrite(g, terms.RequestID)
	id = rand.Text()
	if terms.again() {
		leave, err := b.begin(ctx, g.Space.ID, terms.Retry)
		if err != nil {
			return "", false, err
		}
		defer leave()
		w.Retry = &store.Retry{Key: terms.Retry.Key, Fingerprint: terms.Retry.Fingerprint[:],
			Answer: func([]store.Outcome) ([]byte, error) { return json.Marshal(&kept{Export: id}) }}
	}
	now := b.now()
	if len(asked.Where) > 0 {
		asked.Today = g.Space.Day(now)
	}
	job, err := b.store.CreateJob(ctx, store.Job{Space: g.Space.ID, Kind: ExportJob, State: store.JobQueued, Key: g.Key.ID, Of: id,
		Created: now, Due: now + beginLasts})
	if err != nil {
		return "", false, err
	}
	if _, err = b.again(ctx, g, access.Read); err == nil {
		_, err = b.changeExport(ctx, w, id, func(e *Export) (store.FileSave, error) {
			if e.State == "" { // else the commit was in doubt
				*e = Export{ID: e.ID, State: ExportQueued, Created: e.Created, By: actorOf(g, &terms), Form: form, Asked: asked, Job: job.ID}
			}
			return store.FileSave{}, nil
		})
	}
	if err != nil {
		ended := b.notBegun(ctx, &job, err)
		if again, ok := errors.AsType[*store.Repeated](err); ok {
			k, err := terms.Retry.kept(again)
			return k.Export, true, errors.Join(err, ended)
		}
		return "", false, errors.Join(err, ended)
	}
	_, err = b.store.UpdateJob(ctx, g.Space.ID, job.ID, func(j *store.Job) error {
		j.Due = min(j.Due, b.now())
		return nil
	})
	return id, false, err
}

// Export reads an export. It needs contacts:read. NotFound where the Space has none of this
// id, or had it too long ago.
func (b *Book) Export(ctx context.Context, g access.Grant, id string) (Export, error) {
	if err := g.Allow(access.Read); err != nil {
		return Export{}, err
	}
	return b.exportNow(ctx, g.Space.ID, id)
}

func (b *Book) exportNow(ctx context.Context, space contact.SpaceID, id string) (Export, error) {
	r, found, err := b.store.File(ctx, store.FileID{Space: space, ID: id})
	if err != nil {
		return Export{}, err
	}
	if !found || r.Kind != record.ExportFile || ExportState(r.State) == ExportWithdrawn {
		return Export{}, noExport()
	}
	e, err := exportOf(&r)
	if err == nil && e.closed() && e.KeptUntil() <= b.now() {
		err = noExport()
	}
	return e, err
}

func noExport() error {
	return fault.New(fault.NotFound, fault.CodeExportNotFound, "There is no export with this id, or it was withdrawn, or kept for 7 days, and is gone.")
}

// NewestExports lists the newest exports of the Space, newest first, limit of them at most. It
// needs contacts:read.
func (b *Book) NewestExports(ctx context.Context, g access.Grant, limit int) (list []Export, err error) {
	if err := g.Allow(access.Read); err != nil {
		return nil, err
	}
	rows, err := b.store.Files(ctx, store.FileQuery{Space: g.Space.ID, Kind: record.ExportFile, Limit: limit})
	if err != nil {
		return nil, err
	}
	for i := range rows {
		e, err := exportOf(&rows[i])
		if err != nil {
			return nil, err
		}
		if e.State != ExportWithdrawn && (!e.closed() || e.KeptUntil() > b.now()) {
			list = append(list, e)
		}
	}
	return list, nil
}

// WithdrawExport lets go of an export and its file, whether it is written yet or not: its links lead
// nowhere from then on. It needs contacts:write. NotFound where the Space has none of this id.
func (b *Book) WithdrawExport(ctx context.Context, g access.Grant, id string) error {
	if err := g.Allow(access.Write); err != nil {
		return err
	}
	was, err := b.exportNow(ctx, g.Space.ID, id)
	if err != nil {
		return err
	}
	_, err = b.changeExport(ctx, store.Write{Space: g.Space.ID}, id, func(e *Export) (store.FileSave, error) {
		if e.State == "" || e.State == ExportWithdrawn {
			return store.FileSave{}, noExport()
		}
		e.Asked = ExportAsked{}
		e.fail(ExportWithdrawn, "")
		return e.shed(), nil
	})
	if err != nil || was.closed() {
		return err
	}
	return b.endJob(ctx, g.Space.ID, was.Job, store.JobCancelled)
}

// forgetExport takes away what an export holds of contacts.
func forgetExport(r *record.File) (save store.FileSave, more bool, err error) {
	e, err := exportOf(r)
	if err != nil {
		return save, false, err
	}
	if e.Asked = (ExportAsked{}); e.State != ExportWithdrawn {
		e.fail(ExportErased, "Somebody was erased for good after this export began, so its file is gone. Make it anew.")
	}
	save = e.shed()
	return save, e.Gone < e.First, e.store(r)
}

// sweepExport lets go of some chunks of an export, and of the export after the last. It tells
// whether anything went.
func (b *Book) sweepExport(ctx context.Context, id store.FileID) (bool, error) {
	now := b.now()
	_, err := b.changeExport(ctx, store.Write{Space: id.Space}, id.ID, func(e *Export) (store.FileSave, error) {
		over := e.State == ExportWithdrawn || e.State != "" && e.closed() && e.KeptUntil() <= now
		if over {
			e.letGo()
		}
		switch {
		case e.Gone < e.First:
			return e.shed(), nil
		case over:
			return store.FileSave{Drop: true}, nil
		}
		return store.FileSave{}, store.ErrFileMoved // another server was there before
	})
	if errors.Is(err, store.ErrFileMoved) {
		return false, nil
	}
	return err == nil, err
}
