// Package jobs does work that takes long, in steps: whatever server comes first does the
// next one, and after a restart it goes on where it was (CONTRACT D36).
package jobs

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/store"
)

// Step does a part of a job that takes at most a second or so, and notes in the job how
// far it is: its cursor, what is done, and its state where that is the end. The job is
// saved afterwards, so a step may be done again, by another server too, and must leave
// the same then. Due is set to now before, and whoever puts the next step off adds to it.
// An error, or a panic, ends the job; but where the error is of kind Unavailable, or the
// job is needed (store.JobKind.Needed), the step is done again.
type Step func(ctx context.Context, job *store.Job) error

// Work is how jobs of a kind are done.
type Work struct {
	Step Step
	// Failed is told why a job is not gone on with, before that is saved; nil for nobody.
	// It may be told again.
	Failed func(ctx context.Context, job *store.Job, because error) error
}

// Runner does the jobs of one database, one step after the other: of all that are due in
// turn, so that none waits for a long one of another Space.
type Runner struct {
	store *store.Store
	works map[store.JobKind]Work
	log   *slog.Logger
	clock func() time.Time
	pause time.Duration // between looking for jobs, where none was due
	chore func(context.Context) error
	next  contact.Time // when the chore is due
}

// Options set what a Runner takes from its surroundings; zero values will do.
type Options struct {
	Log   *slog.Logger     // nil: slog.Default
	Clock func() time.Time // nil: time.Now
	Pause time.Duration    // between looking for jobs where there are none; 0: a second
	// Chore is done once a minute where no job is due: it lets go of what nobody needs any
	// more. nil for none.
	Chore func(context.Context) error
}

// choreEvery is the time between two chores.
const choreEvery = time.Minute

// New makes a Runner that knows the jobs that are the store's own.
func New(s *store.Store, o Options) *Runner {
	r := &Runner{store: s, log: o.Log, clock: o.Clock, pause: o.Pause, chore: o.Chore, works: map[store.JobKind]Work{store.RekeyJob: {Step: s.Rekey}, store.ReindexJob: {Step: s.Reindex}}}
	if r.log == nil {
		r.log = slog.Default()
	}
	if r.clock == nil {
		r.clock = time.Now
	}
	if r.pause == 0 {
		r.pause = time.Second
	}
	return r
}

// Does tells how jobs of a kind are done. It is called before Run.
func (r *Runner) Does(kind store.JobKind, w Work) { r.works[kind] = w }

// lease is how long a server that has taken a job is believed to work at it.
const lease = contact.Time(30 * time.Second / time.Microsecond)

// atOnce is how many jobs are looked for at once.
const atOnce = 20

// Run does jobs until ctx ends. What is under way then is finished, or left as it was.
func (r *Runner) Run(ctx context.Context) {
	for ctx.Err() == nil {
		n, err := r.Round(ctx)
		if n == 0 && err == nil {
			err = r.tidy(ctx)
		}
		if err != nil && ctx.Err() == nil {
			r.log.Warn("jobs cannot be done now", "error", err)
		}
		if n > 0 && err == nil {
			continue
		}
		select {
		case <-ctx.Done():
		case <-time.After(r.pause):
		}
	}
}

// tidy does the chore, if that is due.
func (r *Runner) tidy(ctx context.Context) error {
	if r.chore == nil || r.now() < r.next {
		return nil
	}
	r.next = r.now() + contact.Time(choreEvery/time.Microsecond)
	return r.chore(ctx)
}

// Round does the next step of each job that is due, and tells how many it did.
func (r *Runner) Round(ctx context.Context) (n int, err error) {
	due, err := r.store.DueJobs(ctx, r.now(), atOnce)
	if err != nil {
		return 0, err
	}
	for i := range due {
		did, err := r.step(ctx, &due[i])
		if err != nil {
			return n, err
		}
		if did {
			n++
		}
	}
	return n, ctx.Err()
}

func (r *Runner) now() contact.Time { return contact.TimeOf(r.clock()) }

// errTaken says that another server has the job, or that it is closed.
var errTaken = errors.New("jobs: it is taken")

// step takes a job, does its next step and saves how far it is. It tells whether there
// was one to do.
func (r *Runner) step(ctx context.Context, due *store.Job) (bool, error) {
	work, ok := r.works[due.Kind]
	if !ok {
		return false, nil // a newer server knows it
	}
	ctx = store.Behind(ctx)
	job, err := r.store.UpdateJob(ctx, due.Space, due.ID, func(j *store.Job) error {
		if j.Closed() || j.Due > r.now() {
			return errTaken
		}
		j.State, j.Due = store.JobRunning, r.now()+lease
		return nil
	})
	if errors.Is(err, errTaken) || errors.Is(err, store.ErrNoRow) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	after, began := job, r.now()
	after.Due = began
	failed := r.mayGoOn(ctx, &job)
	if failed == nil {
		failed = safely(ctx, work.Step, &after)
	}
	if failed != nil && ctx.Err() == nil && !isBusy(failed) && work.Failed != nil {
		if err := work.Failed(ctx, &job, failed); err != nil {
			failed = err
		}
	}
	after.Due += r.now() - began
	return true, r.save(ctx, &job, &after, failed)
}

// safely turns a panic into an error of that job alone: every server would come to it
// otherwise, one after the other. The panic's value is left out: it may hold personal
// data.
func safely(ctx context.Context, do Step, j *store.Job) (err error) {
	defer func() {
		if recover() != nil {
			err = errors.New("jobs: a defect: a step panicked in " + store.PanickedIn())
		}
	}()
	return do(ctx, j)
}

// save keeps what a step left, unless the job is another meanwhile. What the step wrote
// stands then.
func (r *Runner) save(ctx context.Context, before, after *store.Job, failed error) error {
	switch {
	case failed == nil:
	case ctx.Err() != nil, isBusy(failed):
		*after = *before
		after.Due = r.now() + contact.Time(r.pause/time.Microsecond)
	case before.Kind.Needed():
		*after = *before // its lease too: it is tried again when that ends
		r.log.Error("a job that is needed failed; it will be tried again", "job_id", before.ID, "kind", before.Kind, "error", failed)
	default:
		after.State, after.Message = store.JobFailed, message(failed)
		r.log.Error("a job failed", "job_id", before.ID, "kind", before.Kind, "error", failed)
	}
	// The end of the server does not keep it from saying where it was.
	_, err := r.store.UpdateJob(context.WithoutCancel(ctx), before.Space, before.ID, func(j *store.Job) error {
		if j.Closed() || *j != *before { // another server took it for left: how far it is, that one says
			return errTaken
		}
		if *j = *after; j.Closed() {
			j.Completed = r.now()
		}
		return nil
	})
	if errors.Is(err, errTaken) {
		return nil
	}
	return err
}

// mayGoOn tells whether the key that asked for a job, and its Space, are still in use.
func (r *Runner) mayGoOn(ctx context.Context, j *store.Job) error {
	if j.Key == 0 {
		return nil
	}
	key, found, err := r.store.APIKey(ctx, j.Key)
	if err != nil {
		return err
	}
	space, _, there, err := r.store.SpaceNow(ctx, j.Space)
	if err != nil {
		return err
	}
	if !found || !there {
		return errGone
	}
	g := access.Grant{Key: key, Space: space}
	if err := g.Authenticate(r.now()); err != nil {
		return errGone
	}
	return g.Active()
}

// errGone is why a job ends whose key is not in use any more.
var errGone = fault.New(fault.Forbidden, fault.CodeKeyInvalid, "The key that asked for this is not in use any more. What was done by then stands.")

// isBusy tells whether waiting helps.
func isBusy(err error) bool {
	e, ok := errors.AsType[*fault.Error](err)
	return ok && (e.Kind == fault.Unavailable || e.RetryAfter > 0)
}

// message gives what people are told of a job that failed: never what is stored.
func message(err error) string {
	if e, ok := errors.AsType[*fault.Error](err); ok {
		return e.Message
	}
	return "Something went wrong on our side. The server's log says what."
}
