package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
)

// CreateJob stores a new job and gives it its id.
func (b *Backend) CreateJob(ctx context.Context, job store.Job) (store.Job, error) {
	err := b.change(ctx, func(t *tx) error {
		if job.Space != 0 {
			if _, err := t.settings(ctx, job.Space); err != nil {
				return err
			}
		}
		q := t.statements()
		queueJob(q, &job)
		return t.send(ctx, "make a job", q)
	})
	return job, err
}

// queueJob stores a new job and gives it its id.
func queueJob(q *pgx.Batch, j *store.Job) {
	q.Queue(insertJob, int64(j.Space), string(j.Kind), string(j.State), j.Key, j.Of, j.Cursor, j.Done, j.Total,
		int64(j.Created), int64(j.Completed), int64(j.Due), j.Message).QueryRow(func(r pgx.Row) error { return r.Scan(&j.ID) })
}

// Job reads one job.
func (b *Backend) Job(ctx context.Context, space contact.SpaceID, id int64) (store.Job, bool, error) {
	return first(list(ctx, b.keys, "look for a job", jobRow, selectJob, int64(space), id))
}

// JobsOf lists the jobs of a Space, newest first.
func (b *Backend) JobsOf(ctx context.Context, space contact.SpaceID, before int64, limit int) ([]store.Job, error) {
	if before == 0 {
		before = noBound
	}
	return list(ctx, b.keys, "list jobs", jobRow, selectJobsOf, int64(space), before, limit)
}

// DueJobs lists jobs that are due, those first that are due longest.
func (b *Backend) DueJobs(ctx context.Context, now contact.Time, limit int) ([]store.Job, error) {
	return list(ctx, b.keys, "look for due jobs", jobRow, selectDueJobs, int64(now), limit)
}

// UpdateJob lets change decide on a job, and saves what it left.
func (b *Backend) UpdateJob(ctx context.Context, space contact.SpaceID, id int64, change func(*store.Job) error) (j store.Job, err error) {
	err = b.change(ctx, func(t *tx) error {
		q := t.statements()
		q.Queue(lockJob, int64(space), id).QueryRow(func(r pgx.Row) (err error) {
			j, err = jobRow(r)
			return orNoRow(err)
		})
		if err := t.send(ctx, "lock a job", q); err != nil {
			return err
		}
		if err := change(&j); err != nil {
			return err
		}
		q = t.statements()
		q.Queue(updateJob, int64(space), id, string(j.State), j.Cursor, j.Done, j.Total, int64(j.Completed), int64(j.Due), j.Message).Exec(exactly(1))
		return t.send(ctx, "save a job", q)
	})
	return j, err
}

// jobRow reads job_id and jobColumns.
func jobRow(r pgx.Row) (j store.Job, err error) {
	err = r.Scan(&j.ID, (*int64)(&j.Space), (*string)(&j.Kind), (*string)(&j.State), &j.Key, &j.Of, &j.Cursor, &j.Done, &j.Total,
		(*int64)(&j.Created), (*int64)(&j.Completed), (*int64)(&j.Due), &j.Message)
	return j, err
}
