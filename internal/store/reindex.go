package store

import (
	"context"
	"errors"
	"strconv"

	"github.com/carnet-project/carnet/internal/contact"
)

// ReindexJob makes the index of a Space anew, contact by contact, while that is read and
// written: by the slots that are filterable when the job begins. Filters go by the keys of a slot
// from its end on. What was folded while a slot was not filterable lacks its keys, so each
// change of that makes a job, and only the newest comes to an end that tells of slots.
const ReindexJob JobKind = "reindex"

// reindexing is the job of a Space whose slots are others to filter by.
func reindexing(space contact.SpaceID, at contact.Time) Job {
	return Job{Space: space, Kind: ReindexJob, State: JobQueued, Created: at, Due: at}
}

// AskReindex has the index of a Space made anew. ErrNoRow where there is no such Space.
func (s *Store) AskReindex(ctx context.Context, space contact.SpaceID, at contact.Time) (Job, error) {
	return s.CreateJob(ctx, reindexing(space, at))
}

// Indexed tells which slots the index of a Space holds of all contacts, but for the changes
// that it has not taken in yet.
func (s *Store) Indexed(ctx context.Context, space contact.SpaceID) (contact.Slots, error) {
	mark, err := s.reads.SearchMark(ctx, space)
	return mark.Slots, err
}

// errOutdated says that a newer job does the same.
var errOutdated = errors.New("store: a newer job makes the index anew")

// Reindex does the next step of a ReindexJob. Each writes to the index, so nothing that was
// read under the settings before the job is written after its first.
func (s *Store) Reindex(ctx context.Context, j *Job) error {
	err := s.reindexSome(ctx, j)
	if errors.Is(err, errOutdated) {
		j.State, j.Total = JobCompleted, j.Done
		return nil
	}
	return err
}

func (s *Store) reindexSome(ctx context.Context, j *Job) error {
	if err := s.newestReindex(ctx, j); err != nil {
		return err
	}
	after, _ := strconv.ParseInt(j.Cursor, 10, 64) // where it cannot be read, it begins anew
	walk, err := s.reads.List(ctx, Listing{Space: j.Space, After: contact.ID(after), OldestFirst: true, Limit: foldedAtOnce})
	if err != nil {
		return err
	}
	last, ids := contact.ID(walk.Stopped), make([]contact.ID, len(walk.Rows))
	for i := range walk.Rows {
		last = walk.Rows[i].ID
		ids[i] = last
	}
	// Of a contact that is made after this walk, and a step before it, whoever folds it knows
	// what is filterable.
	ends := j.Cursor != "" && walk.Stopped == 0 && len(ids) < foldedAtOnce && walk.weight() < MaxPageBytes
	if err := s.refold(ctx, j.Space, ids...); err != nil {
		return err
	}
	j.Cursor = max(last, contact.ID(after)).String()
	if j.Done += int64(len(ids)); ends {
		return s.holdSlots(ctx, j)
	}
	return nil
}

// newestReindex gives errOutdated where a job was asked for after this one.
func (s *Store) newestReindex(ctx context.Context, j *Job) error {
	newest, found, err := NewestJob(ctx, s.backend, j.Space, ReindexJob)
	if err == nil && found && newest.ID != j.ID {
		return errOutdated
	}
	return err
}

// holdSlots ends a job: all contacts have the keys of the slots that were filterable from its
// beginning on. Whether they were is looked at after the mark is read, so whoever
// folds by other settings has read that before, and does not write, or reads it after, and takes
// those slots out again.
func (s *Store) holdSlots(ctx context.Context, j *Job) error {
	err := s.afterOthers(func() error {
		return foldIn(ctx, s.backend, j.Space, func(f *folding) error {
			f.save.Mark.Slots = f.slots
			return s.newestReindex(ctx, j)
		})
	})
	if err == nil {
		j.State, j.Total = JobCompleted, j.Done
	}
	return err
}
