package integrity

import (
	"context"
	"fmt"
	"iter"
	"log/slog"
	"sync"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
)

// Job is a check of the database that is served, which nobody asked for. It belongs to no
// Space. Where the server ends before it, it begins anew.
const Job = store.CheckJob

// Jobs does Jobs, at an easy pace.
type Jobs struct {
	b   store.Backend
	log *slog.Logger

	mu   sync.Mutex
	walk map[int64]*walk // by job
}

// walk is a check that is under way.
type walk struct {
	check *Check
	next  func() (Page, error, bool)
	stop  func()
}

// A step looks at so many rows, and the next is put off by so much.
const (
	rowsAStep   = 2_000
	betweenStep = contact.Time(400_000)
)

// NewJobs makes what does Jobs of a database.
func NewJobs(b store.Backend, log *slog.Logger) *Jobs {
	return &Jobs{b: b, log: log, walk: map[int64]*walk{}}
}

// Begin makes a Job where the database was not closed when it was open last, unless one is
// there that has not come to its end.
func (w *Jobs) Begin(ctx context.Context, now contact.Time) error {
	if !w.b.Unclean() {
		return nil
	}
	last, found, err := store.NewestJob(ctx, w.b, 0, Job)
	if err != nil || found && !last.Closed() {
		return err
	}
	_, err = w.b.CreateJob(ctx, store.Job{Kind: Job, State: store.JobQueued, Created: now, Due: now})
	return err
}

// Step does the next step of a Job.
func (w *Jobs) Step(ctx context.Context, j *store.Job) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	on := w.walk[j.ID]
	if on == nil {
		on = &walk{check: New(w.b, Options{Found: w.found, Note: func(text string) { w.log.Info("the check of the database: " + text) }})}
		on.next, on.stop = iter.Pull2(on.check.Pages(ctx))
		w.walk[j.ID] = on
		w.log.Info("what is stored is being looked through, beside serving, because the database was not closed when it was open last", "job_id", j.ID)
	}
	for rows := 0; rows < rowsAStep; {
		page, err, more := on.next()
		if err != nil {
			delete(w.walk, j.ID)
			return err
		}
		if !more {
			delete(w.walk, j.ID)
			w.end(j, on.check.Result())
			return nil
		}
		rows += max(1, page.Rows)
		j.Done = on.check.Result().Rows
	}
	j.Due += betweenStep
	return nil
}

func (w *Jobs) found(f Finding) {
	w.log.Error("the check of the database found what does not fit", "finding", f.String())
}

// end says what came of a check.
func (w *Jobs) end(j *store.Job, r Result) {
	j.State, j.Done, j.Message = store.JobCompleted, r.Rows, r.String()
	if r.Found == 0 {
		w.log.Info("the check of the database found nothing wrong", "rows", r.Rows)
		return
	}
	j.State = store.JobFailed
	w.log.Error("the check of the database ended: see what it found in the lines before, and run `carnet check`", "rows", r.Rows, "found", r.Found)
}

// Close gives up what is under way. No Step may be called any more.
func (w *Jobs) Close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, on := range w.walk {
		on.stop()
	}
	clear(w.walk)
}

// String says what came of a check, in a sentence.
func (r Result) String() string {
	switch r.Found {
	case 0:
		return fmt.Sprintf("Nothing is wrong in the %d rows that were looked at.", r.Rows)
	case 1:
		return fmt.Sprintf("1 thing does not fit in the %d rows that were looked at: the log names it, as `carnet check` does.", r.Rows)
	}
	return fmt.Sprintf("%d things do not fit in the %d rows that were looked at: the log names them, as `carnet check` does.", r.Found, r.Rows)
}
