package book

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
)

// ScrubAt is the time of day from when on files are scrubbed; nil for at once.
type ScrubAt struct{ Hour, Minute int }

// next gives the next time that it is, after now.
func (s *ScrubAt) next(now time.Time) time.Time {
	if s == nil {
		return now
	}
	at := time.Date(now.Year(), now.Month(), now.Day(), s.Hour, s.Minute, 0, 0, now.Location())
	if at.Before(now) {
		at = time.Date(now.Year(), now.Month(), now.Day()+1, s.Hour, s.Minute, 0, 0, now.Location())
	}
	return at
}

// scrubsLookedAt is among how many of the newest jobs of the installation one is looked for.
const scrubsLookedAt = 100

// WantScrub sees to it that there is a job that scrubs, where anything is to be scrubbed.
func (b *Book) WantScrub(ctx context.Context) error {
	open, err := b.store.Erasures(ctx, 0, true, 1)
	if err != nil || len(open) == 0 || !b.scrubs {
		return err
	}
	list, err := b.store.JobsOf(ctx, 0, 0, scrubsLookedAt)
	if err != nil || slices.ContainsFunc(list, func(j store.Job) bool { return j.Kind == store.ScrubJob && !j.Closed() }) {
		return err
	}
	now := b.clock()
	_, err = b.store.CreateJob(ctx, store.Job{Kind: store.ScrubJob, State: store.JobQueued, Created: contact.TimeOf(now), Due: contact.TimeOf(b.scrubAt.next(now))})
	return err
}

// Scrub does a step of a ScrubJob. What was erased while it did the last one makes it do
// another.
func (b *Book) Scrub(ctx context.Context, j *store.Job) error {
	n, err := b.store.Scrub(ctx)
	if err != nil {
		return err
	}
	if j.Done += int64(n); n == 0 {
		j.State, j.Total = store.JobCompleted, j.Done
		j.Message = fmt.Sprintf("Of %d that were erased, no file of the database holds a copy any more.", j.Done)
	}
	return nil
}
