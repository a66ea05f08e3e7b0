package book

import (
	"context"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/store"
)

// Job reads a job of the Space (CONTRACT D36). It needs contacts:read; NotFound where the
// Space has none of this id.
func (b *Book) Job(ctx context.Context, g access.Grant, id int64) (store.Job, error) {
	if err := g.Allow(access.Read); err != nil {
		return store.Job{}, err
	}
	j, found, err := b.store.Job(ctx, g.Space.ID, id)
	if err == nil && !found {
		err = noJob()
	}
	return j, err
}

// Jobs lists jobs of the Space, newest first, perPage at most, from a cursor on that an
// answer gave; "" for the newest. It gives the cursor of the next page, "" for none. It
// needs contacts:read.
func (b *Book) Jobs(ctx context.Context, g access.Grant, cursor string, perPage int) (list []store.Job, next string, err error) {
	if err := g.Allow(access.Read); err != nil {
		return nil, "", err
	}
	secret, err := b.cursorSecret(ctx)
	if err != nil {
		return nil, "", err
	}
	name := listName{space: g.Space.ID, query: "jobs"}
	at, err := name.place(secret, cursor)
	if err != nil {
		return nil, "", err
	}
	list, err = b.store.JobsOf(ctx, g.Space.ID, at.Mark, perPage+1)
	if err == nil && len(list) > perPage {
		list = list[:perPage]
		next = name.cursor(secret, store.Place{Mark: list[perPage-1].ID})
	}
	return list, next, err
}

// LastCheck reads the newest job that looks through the whole database; false where there is
// none. It tells nothing of any Space, so it needs no key.
func (b *Book) LastCheck(ctx context.Context) (store.Job, bool, error) {
	return store.NewestJob(ctx, b.store, 0, store.CheckJob)
}

// LastScrub reads the newest job that scrubs files of what was erased; false where there is
// none. It tells nothing of any Space, so it needs no key.
func (b *Book) LastScrub(ctx context.Context) (store.Job, bool, error) {
	return store.NewestJob(ctx, b.store, 0, store.ScrubJob)
}

// CancelJob ends a job that is not closed; what it did stands. It needs contacts:write.
// Conflict where it is closed, or where its end is needed.
func (b *Book) CancelJob(ctx context.Context, g access.Grant, id int64) error {
	if err := g.Allow(access.Write); err != nil {
		return err
	}
	now := b.now()
	job, found, err := b.store.Job(ctx, g.Space.ID, id)
	switch {
	case err != nil:
		return err
	case !found:
		return noJob()
	case !job.Closed() && (job.Kind == PlanBuildJob || job.Kind == PlanApplyJob):
		if err := b.cancelPlan(ctx, &job); err != nil {
			return err
		}
	}
	if found && !job.Closed() && job.Kind == ExportJob {
		if err := b.endExport(ctx, &job, "This export was cancelled."); err != nil {
			return err
		}
	}
	_, err = b.store.UpdateJob(ctx, g.Space.ID, id, func(j *store.Job) error {
		switch {
		case j.Closed():
			return jobClosed()
		case j.Kind.Needed():
			return fault.New(fault.Conflict, fault.CodeJobNeeded, "This job must come to its end"+neededFor[j.Kind])
		}
		j.State, j.Completed = store.JobCancelled, now
		return nil
	})
	return missing(err, noJob())
}

// neededFor says why jobs of a kind must come to their end.
var neededFor = map[store.JobKind]string{
	store.RekeyJob: ", or phones would be found by half. Change the region of the Space back, and it does that.",
	store.EraseJob: ": who was erased would be forgotten by half.",
	store.ScrubJob: ": copies of what was erased would stay.",
}

func noJob() error {
	return fault.New(fault.NotFound, fault.CodeJobNotFound, "There is no job with this id.")
}
