package book

import (
	"context"
	"crypto/rand"
	"errors"
	"io"

	"github.com/go-json-experiment/json"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/transfer"
)

// ImportCorrection says what of an import is to be another. What is nil stays; but where what was
// recognised is corrected, the mapping is suggested anew unless it is given too.
type ImportCorrection struct {
	Recognised *transfer.Recognised // the members that it has stand, the rest is found
	Mapping    transfer.Mapping
	Match      []contact.MatchBy
}

// ImportFile is a file that is sent.
type ImportFile struct {
	Name    string // as contact.FileName gives it; "" where nobody says
	Mapping string // the name of a mapping that is to be taken, as contact.MappingName gives it; "" for none
	Content io.Reader
}

// MakeImport takes a file, to its end, and begins to plan what it does (CONTRACT D37). It needs
// contacts:plan or contacts:write. It gives the job that makes the plan, and tells whether the same
// request made the import before. The fingerprint of terms need not be there before the file is.
func (b *Book) MakeImport(ctx context.Context, g access.Grant, terms Terms, file ImportFile) (e Import, job int64, replayed bool, err error) {
	if err := mayPropose(g); err != nil {
		return Import{}, 0, false, err
	}
	if file.Mapping != "" {
		_, found, err := b.store.File(ctx, mappingID(g.Space.ID, file.Mapping))
		if err == nil && !found {
			err = fault.At("mapping", fault.CodeParameterInvalid, "The Space keeps no mapping of this name: look at the list of those that it has.")
		}
		if err != nil {
			return Import{}, 0, false, err
		}
	}
	id := rand.Text()
	keeps := context.WithoutCancel(ctx)
	if err := b.receiveImport(ctx, g, &terms, id, file); err != nil {
		return Import{}, 0, false, errors.Join(err, b.dropImport(keeps, g.Space.ID, id))
	}
	w := planWrite(g, terms.RequestID)
	if terms.again() {
		leave, err := b.begin(ctx, g.Space.ID, terms.Retry)
		if err != nil {
			return Import{}, 0, false, errors.Join(err, b.dropImport(keeps, g.Space.ID, id))
		}
		defer leave()
		w.Retry = &store.Retry{Key: terms.Retry.Key, Fingerprint: terms.Retry.Fingerprint[:],
			Answer: func([]store.Outcome) ([]byte, error) { return json.Marshal(&kept{Import: id}) }}
	}
	e, job, err = b.planImport(ctx, g, &terms, w, PlanImport{ID: id, Name: file.Name}, func(e *Import) error {
		if e.State != ImportReceiving {
			return importClosed(e.State)
		}
		return nil
	})
	if again, ok := errors.AsType[*store.Repeated](err); ok {
		if err := b.dropImport(keeps, g.Space.ID, id); err != nil {
			return Import{}, 0, true, err
		}
		k, err := terms.Retry.kept(again)
		if err != nil {
			return Import{}, 0, true, err
		}
		if e, err = b.importNow(ctx, g.Space.ID, k.Import); err != nil {
			return Import{}, 0, true, err
		}
		p, err := b.planOfImport(ctx, g.Space.ID, &e)
		return e, p.Job, true, err
	}
	return e, job, false, err
}

// importChunk is how many octets of a file are stored at once.
const importChunk = 1 << 20

// receiveImport stores a file while it comes.
func (b *Book) receiveImport(ctx context.Context, g access.Grant, terms *Terms, id string, file ImportFile) error {
	piece := make([]byte, importChunk)
	for chunks := 0; ; chunks++ {
		n, err := io.ReadFull(file.Content, piece)
		ended := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
		switch {
		case err != nil && !ended:
			return err
		case n == 0 && chunks == 0:
			return unreadable("The file is empty.")
		case n == 0:
			return nil
		}
		chunk, err := packed(piece[:n])
		if err != nil {
			return err
		}
		if err := b.appendImport(ctx, g, terms, id, &file, chunk, chunks); err != nil || ended {
			return err
		}
	}
}

// appendImport stores the next chunk of a file that has so many.
func (b *Book) appendImport(ctx context.Context, g access.Grant, terms *Terms, id string, file *ImportFile, chunk record.FileChunk, had int) error {
	now := b.now()
	_, err := b.changeImport(ctx, planWrite(g, terms.RequestID), id, func(e *Import) (store.FileSave, error) {
		switch {
		case e.State == "" && had == 0:
			*e = Import{ID: e.ID, State: ImportReceiving, Created: e.Created, By: actorOf(g, terms), FileName: file.Name, MappingOf: file.Mapping, Asked: file.Mapping != ""}
		case e.State != ImportReceiving:
			return store.FileSave{}, importClosed(e.State)
		case len(e.Sizes) == had+1: // the commit was in doubt
			return store.FileSave{}, nil
		}
		e.Until = now + receiveLife
		chunks := []record.FileChunk{chunk}
		e.add(chunks)
		return store.FileSave{Chunks: chunks}, nil
	})
	return err
}

func unreadable(why string) error { return fault.At("body", fault.CodeFileUnreadable, why) }

func importClosed(s ImportState) error {
	message := "The file of this import is gone, since its plan is closed. Send it again."
	if s == ImportErased {
		message = "Somebody was erased for good since this file came, so it is gone. Send it again, without them."
	}
	return fault.New(fault.Conflict, fault.CodePlanClosed, message)
}

// CorrectImport has an import read in another way, and begins to plan anew what it does (CONTRACT
// D37). It needs contacts:plan or contacts:write. Conflict where its plan was applied, or is closed.
func (b *Book) CorrectImport(ctx context.Context, g access.Grant, terms Terms, id string, to ImportCorrection) (Import, int64, error) {
	was, old, err := b.importToChange(ctx, g, id)
	if err == nil {
		err = mayMatch(&g.Space, to.Match)
	}
	if err == nil && old.Applier != nil {
		err = planClosed(old.State)
	}
	if err != nil {
		return Import{}, 0, err
	}
	if terms.Reason == "" {
		terms.Reason = was.By.Reason
	}
	e, job, err := b.planImport(ctx, g, &terms, planWrite(g, terms.RequestID), PlanImport{ID: id, Name: was.FileName}, func(e *Import) error {
		if e.State != ImportOpen || e.Plan != was.Plan {
			return importClosed(e.State)
		}
		e.correct(to)
		return nil
	})
	if err != nil || old.ID == "" {
		return e, job, err
	}
	err = b.discard(ctx, g.Space.ID, old.ID)
	if err == nil {
		err = b.endJob(ctx, g.Space.ID, old.Job, store.JobCancelled)
	}
	if kind := fault.KindOf(err); kind == fault.NotFound || kind == fault.Conflict { // it ended meanwhile
		err = nil
	}
	return e, job, err
}

func (e *Import) correct(to ImportCorrection) {
	if to.Recognised != nil {
		if e.Given, e.Mapping = *to.Recognised, nil; !e.Asked {
			e.MappingOf = ""
		}
	}
	// That rows are matched by nothing, as nothing came of the columns to match them by, nobody has chosen.
	if to.Mapping != nil && to.Match == nil && len(e.Match) == 0 && len(matchOf(e.Mapping)) == 0 {
		e.Match = nil
	}
	if to.Mapping != nil {
		e.Mapping, e.MappingOf, e.Asked = to.Mapping, "", false
	}
	if to.Match != nil {
		e.Match = to.Match
	}
	e.Recognised, e.Columns, e.Records, e.Warnings = transfer.Recognised{}, nil, 0, nil
}

// planImport gives an import a plan, and the job that makes it. may changes the import, or says why
// that is not to be.
func (b *Book) planImport(ctx context.Context, g access.Grant, terms *Terms, w store.Write, of PlanImport, may func(*Import) error) (Import, int64, error) {
	now, plan := b.now(), rand.Text()
	job, err := b.store.CreateJob(ctx, store.Job{Space: g.Space.ID, Kind: PlanBuildJob, State: store.JobQueued, Key: g.Key.ID, Of: plan, Created: now, Due: now + beginLasts})
	if err != nil {
		return Import{}, 0, err
	}
	_, err = b.again(ctx, g, access.Plan)
	var p Plan
	if err == nil {
		p, _, err = b.change(ctx, planWrite(g, terms.RequestID), plan, func(p *Plan, _ []store.Outcome) (store.PlanSave, error) {
			if p.State == "" {
				*p = Plan{ID: p.ID, State: PlanBuilding, Created: p.Created, By: actorOf(g, terms), Import: &of, Expires: p.Created + planLife, Job: job.ID, Hash: hashOf(p.ID)}
			}
			return store.PlanSave{}, nil
		})
	}
	if err != nil {
		return Import{}, 0, errors.Join(err, b.notBegun(ctx, &job, err))
	}
	e, err := b.changeImport(ctx, w, of.ID, func(e *Import) (store.FileSave, error) {
		if e.Plan == plan { // the commit was in doubt
			return store.FileSave{}, nil
		}
		if e.State == "" {
			return store.FileSave{}, noImport()
		}
		if err := may(e); err != nil {
			return store.FileSave{}, err
		}
		e.State, e.Plan, e.Until = ImportOpen, plan, p.Expires
		return store.FileSave{}, nil
	})
	if err != nil {
		keeps := context.WithoutCancel(ctx)
		return Import{}, 0, errors.Join(err, b.discard(keeps, g.Space.ID, plan), b.endJob(keeps, g.Space.ID, job.ID, store.JobCancelled))
	}
	_, err = b.store.UpdateJob(ctx, g.Space.ID, job.ID, func(j *store.Job) error {
		j.Due = min(j.Due, b.now())
		return nil
	})
	return e, job.ID, err
}
