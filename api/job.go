package api

import (
	"context"
	"iter"
	"net/http"
	"strconv"
	"time"
)

// Job is work that takes long: the server does it in steps, and goes on after a restart
// where it was.
type Job struct {
	ID          int64      `json:"id"`
	Kind        JobKind    `json:"kind"`
	State       JobState   `json:"state"`
	Done        int64      `json:"done"`         // of what its kind counts
	Total       *int64     `json:"total"`        // nil while it is not known; it grows where there came more to do
	CreatedAt   time.Time  `json:"created_at"`   // to the microsecond, UTC
	CompletedAt *time.Time `json:"completed_at"` // when it ended, in whatever way; nil until then
	Message     *string    `json:"message"`      // a sentence for people, such as why it failed
}

// JobKind says what a job does. A server may know more kinds than are here.
type JobKind string

// JobRekey makes all phones of a Space findable by its new region. It counts contacts,
// each twice: once for the new region, and once to take the old one away.
const JobRekey JobKind = "rekey"

// JobReindex makes the index of searches and filters of a Space anew. It counts contacts.
const JobReindex JobKind = "reindex"

// The kinds of plans count rows: one looks at what a plan does, the other does it.
const (
	JobPlanBuild JobKind = "plan_build"
	JobPlanApply JobKind = "plan_apply"
)

// JobErase takes out what others had of a contact that was erased for good. It counts
// entries of history and rows that it wrote over.
const JobErase JobKind = "erase"

// JobExport writes an export. It counts contacts.
const JobExport JobKind = "export"

// JobState says where a job is.
type JobState string

// The states of a job. The last three are ends.
const (
	JobQueued    JobState = "queued"
	JobRunning   JobState = "running"
	JobCompleted JobState = "completed"
	JobFailed    JobState = "failed"
	JobCancelled JobState = "cancelled"
)

// Ended tells whether nothing comes of a job any more.
func (j *Job) Ended() bool { return j.CompletedAt != nil }

// Job tells how far a job is. The error has CodeJobNotFound where the Space has none of
// this id.
func (c *Client) Job(ctx context.Context, id int64) (Job, error) {
	job, _, err := c.job(ctx, id)
	return job, err
}

func (c *Client) job(ctx context.Context, id int64) (Job, http.Header, error) {
	var job Job
	h, err := c.do(ctx, &request{method: http.MethodGet, path: jobPath(id)}, &job)
	return job, h, err
}

// Jobs reads one page of the jobs of the Space, newest first. Its pages lead forward only.
func (c *Client) Jobs(ctx context.Context, p Paging) (Page[Job], error) {
	var page Page[Job]
	_, err := c.do(ctx, &request{method: http.MethodGet, path: "/jobs", query: p.values()}, &page)
	return page, err
}

// AllJobs gives the jobs of the Space from the page of p on, newest first. An error is the
// last thing that it gives.
func (c *Client) AllJobs(ctx context.Context, p Paging) iter.Seq2[Job, error] {
	return pages(p.Cursor, func(cursor string) (Page[Job], error) {
		p.Cursor = cursor
		return c.Jobs(ctx, p)
	})
}

// FollowJob gives a job as it is, and again each time that it was asked for since, until it
// has ended or an error comes, which is the last thing that it gives. It asks once a
// second, and where the Space has a limit on reads so seldom that the half of that is
// left to others.
func (c *Client) FollowJob(ctx context.Context, id int64) iter.Seq2[Job, error] {
	return func(yield func(Job, error) bool) {
		for {
			asked := time.Now()
			job, h, err := c.job(ctx, id)
			if err == nil && (!yield(job, nil) || job.Ended()) {
				return
			}
			if err == nil {
				err = rest(ctx, asked.Add(spacing(h, true)))
			}
			if err != nil {
				yield(Job{}, err)
				return
			}
		}
	}
}

// CancelJob ends a job; what it did by then stands. The error has CodeJobClosed where it has
// ended, and CodeJobNeeded where it must come to its end. It bears no Idempotency-Key and
// is not sent again where it may have been done: Job tells.
func (c *Client) CancelJob(ctx context.Context, id int64) error {
	_, err := c.do(ctx, &request{method: http.MethodDelete, path: jobPath(id)}, &struct{}{})
	return err
}

func jobPath(id int64) string { return "/jobs/" + strconv.FormatInt(id, 10) }
