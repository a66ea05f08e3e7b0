package sqlite

import (
	"context"

	"zombiezen.com/go/sqlite"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
)

// CreateJob stores a new job and gives it its id.
func (b *Backend) CreateJob(ctx context.Context, job store.Job) (store.Job, error) {
	err := b.change(ctx, func(c *conn) error {
		if job.Space != 0 {
			var of access.Space
			if err := loadSpace(c, job.Space, &of); err != nil {
				return err
			}
		}
		return createJob(c, &job)
	})
	return job, err
}

func createJob(c *conn, j *store.Job) error {
	return c.run(insertJob, func(s *sqlite.Stmt) error {
		j.ID = s.ColumnInt64(0)
		return nil
	}, jobArgs(j)...)
}

// jobArgs are the columns of a job but for its id, in the order of jobColumns.
func jobArgs(j *store.Job) []any {
	return []any{int64(j.Space), string(j.Kind), string(j.State), j.Key, j.Of, j.Cursor, j.Done, j.Total,
		int64(j.Created), int64(j.Completed), int64(j.Due), j.Message}
}

// Job reads one job.
func (b *Backend) Job(ctx context.Context, space contact.SpaceID, id int64) (j store.Job, found bool, err error) {
	err = b.readKept(ctx, func(c *conn) error {
		found, err = whether(loadJob(c, &j, space, id))
		return err
	})
	return j, found && err == nil, err
}

// JobsOf lists the jobs of a Space, newest first.
func (b *Backend) JobsOf(ctx context.Context, space contact.SpaceID, before int64, limit int) ([]store.Job, error) {
	if before == 0 {
		before = noBound
	}
	return b.jobs(ctx, selectJobsOf, int64(space), before, int64(limit))
}

// DueJobs lists jobs that are due, those first that are due longest.
func (b *Backend) DueJobs(ctx context.Context, now contact.Time, limit int) ([]store.Job, error) {
	return b.jobs(ctx, selectDueJobs, int64(now), int64(limit))
}

func (b *Backend) jobs(ctx context.Context, query string, args ...any) (list []store.Job, err error) {
	err = b.readKept(ctx, func(c *conn) error {
		return c.run(query, func(s *sqlite.Stmt) error {
			list = append(list, jobRow(s))
			return nil
		}, args...)
	})
	return list, err
}

// UpdateJob lets change decide on a job, and saves what it left.
func (b *Backend) UpdateJob(ctx context.Context, space contact.SpaceID, id int64, change func(*store.Job) error) (j store.Job, err error) {
	err = b.change(ctx, func(c *conn) error {
		if err := loadJob(c, &j, space, id); err != nil {
			return err
		}
		if err := change(&j); err != nil {
			return err
		}
		return c.run(updateJob, nil, int64(space), id, string(j.State), j.Cursor, j.Done, j.Total, int64(j.Completed), int64(j.Due), j.Message)
	})
	return j, err
}

func loadJob(c *conn, j *store.Job, space contact.SpaceID, id int64) error {
	return one(c, selectJob, func(s *sqlite.Stmt) error {
		*j = jobRow(s)
		return nil
	}, int64(space), id)
}

// jobRow reads job_id and jobColumns.
func jobRow(s *sqlite.Stmt) store.Job {
	return store.Job{
		ID: s.ColumnInt64(0), Space: contact.SpaceID(s.ColumnInt64(1)), Kind: store.JobKind(s.ColumnText(2)), State: store.JobState(s.ColumnText(3)),
		Key: s.ColumnInt64(4), Of: s.ColumnText(5), Cursor: s.ColumnText(6), Done: s.ColumnInt64(7), Total: s.ColumnInt64(8),
		Created: contact.Time(s.ColumnInt64(9)), Completed: contact.Time(s.ColumnInt64(10)), Due: contact.Time(s.ColumnInt64(11)), Message: s.ColumnText(12),
	}
}
