package store

import (
	"context"

	"github.com/carnet-project/carnet/internal/contact"
)

// Job is work that takes long: it is done in steps, by whatever server comes first, and
// goes on after a restart where it was (CONTRACT D36).
type Job struct {
	Space     contact.SpaceID // 0 for a job of the installation, which no Space is told of
	ID        int64           // unique in the installation, growing
	Kind      JobKind
	State     JobState
	Key       int64        // with which somebody asked for it; 0 for whoever runs the server
	Of        string       // what it is about, as its kind writes it; "" for its Space
	Cursor    string       // how far it is, as its kind writes it; "" for its beginning
	Done      int64        // of what its kind counts
	Total     int64        // likewise; 0 for not known
	Created   contact.Time //
	Completed contact.Time // when it was closed; 0 while it is not
	Due       contact.Time // from when on a server may do its next step: who does one puts this off
	Message   string       // a sentence for people, with nothing that is stored: why it failed
}

// JobKind says what a job does. It is stored as text.
type JobKind string

// CheckJob looks through the whole database: package integrity does it.
const CheckJob JobKind = "check"

// Needed tells whether jobs of a kind must come to their end: nobody cancels one, and what
// fails is tried again until it does not.
func (k JobKind) Needed() bool { return k == RekeyJob || k == EraseJob || k == ScrubJob }

// JobState says where a job is. It is stored as text.
type JobState string

// The states of a job.
const (
	JobQueued    JobState = "queued"
	JobRunning   JobState = "running"
	JobCompleted JobState = "completed"
	JobFailed    JobState = "failed"
	JobCancelled JobState = "cancelled"
)

// Closed tells whether nothing comes of a job any more.
func (j *Job) Closed() bool { return j.State != JobQueued && j.State != JobRunning }

// Jobs keeps jobs. Each method is a transaction of its own.
type Jobs interface {
	// CreateJob stores a new job and gives it its id. ErrNoRow where its Space does not
	// exist; 0, for the installation, always does.
	CreateJob(ctx context.Context, job Job) (Job, error)
	// Job reads one job. It returns false where the Space has none of this id.
	Job(ctx context.Context, space contact.SpaceID, id int64) (Job, bool, error)
	// JobsOf lists the jobs of a Space, newest first: those with a smaller id than
	// before, unless that is 0, and limit of them at most.
	JobsOf(ctx context.Context, space contact.SpaceID, before int64, limit int) ([]Job, error)
	// DueJobs lists jobs that are not closed and due at a time, those first that are due
	// longest: limit of them at most, of all Spaces.
	DueJobs(ctx context.Context, now contact.Time, limit int) ([]Job, error)
	// UpdateJob loads a job, lets change decide, and saves what it left. ErrNoRow where
	// the Space has none of this id. An error of change comes back as it is, and nothing
	// is saved then.
	UpdateJob(ctx context.Context, space contact.SpaceID, id int64, change func(*Job) error) (Job, error)
}

// CreateJob stores a new job and gives it its id.
func (s *Store) CreateJob(ctx context.Context, job Job) (Job, error) {
	return guarded(s, func() (Job, error) { return s.backend.CreateJob(ctx, job) })
}

// Job reads one job; false where the Space has none of this id.
func (s *Store) Job(ctx context.Context, space contact.SpaceID, id int64) (Job, bool, error) {
	return s.backend.Job(ctx, space, id)
}

// JobsOf lists the jobs of a Space, newest first: those with a smaller id than before,
// unless that is 0.
func (s *Store) JobsOf(ctx context.Context, space contact.SpaceID, before int64, limit int) ([]Job, error) {
	return s.backend.JobsOf(ctx, space, before, limit)
}

// DueJobs lists jobs of all Spaces that are due, those first that are due longest.
func (s *Store) DueJobs(ctx context.Context, now contact.Time, limit int) ([]Job, error) {
	return s.backend.DueJobs(ctx, now, limit)
}

// UpdateJob lets change decide on a job, and saves what it left.
func (s *Store) UpdateJob(ctx context.Context, space contact.SpaceID, id int64, change func(*Job) error) (Job, error) {
	return guarded(s, func() (Job, error) { return s.backend.UpdateJob(ctx, space, id, change) })
}

// jobsAtOnce is how many jobs are looked at for one of a kind.
const jobsAtOnce = 50

// NewestJob finds the newest job of a kind; false where the Space has none.
func NewestJob(ctx context.Context, jobs interface {
	JobsOf(ctx context.Context, space contact.SpaceID, before int64, limit int) ([]Job, error)
}, space contact.SpaceID, kind JobKind) (Job, bool, error) {
	for before := int64(0); ; {
		list, err := jobs.JobsOf(ctx, space, before, jobsAtOnce)
		for _, j := range list {
			if before = j.ID; err == nil && j.Kind == kind {
				return j, true, nil
			}
		}
		if err != nil || len(list) < jobsAtOnce {
			return Job{}, false, err
		}
	}
}
