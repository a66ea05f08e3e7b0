package twins

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

// reads counts how often the feed is read.
type reads struct {
	store.Backend
	mu    sync.Mutex
	count int
	ended bool // nobody reads any more
	next  *sync.Cond
}

// Feed counts, once it has read.
func (r *reads) Feed(ctx context.Context, st store.Stretch) (store.FeedWalk, error) {
	walk, err := r.Backend.Feed(ctx, st)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.count++
	r.next.Broadcast()
	return walk, err
}

// twoMore waits for two more reads, of which the second begins after the call.
func (r *reads) twoMore() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for until := r.count + 2; r.count < until && !r.ended; {
		r.next.Wait()
	}
}

// CONTRACT D22: a follower of one server's feed, who waits for news, sees what
// four servers write in its order, without a gap or a repetition; and nothing of
// a commit before it is done, which some of them hold open for long.
func TestFollowerOverServers(t *testing.T) {
	t.Parallel()
	const clients, each, holds = 2, 25, 3
	w := newTown(t, 4)
	seen := &reads{Backend: w.servers[0].backend.Backend}
	seen.next = sync.NewCond(&seen.mu)
	w.servers[0].backend.Backend = seen
	var last atomic.Int64 // change that the follower has seen
	var held, commits atomic.Int64
	w.servers[1].backend.SetHook(func(step suite.Step, s *store.Save) error {
		if step != suite.BeforeCommit || commits.Add(1)%8 != 1 || held.Load() == holds {
			return nil
		}
		held.Add(1)
		seen.twoMore()
		if was := last.Load(); was >= int64(s.Changes[0].Seq) {
			t.Errorf("change %d was seen, and %d is not committed yet", was, s.Changes[0].Seq)
		}
		return nil
	})
	ctx, cancel := context.WithTimeout(bg, 2*time.Minute)
	defer cancel()
	context.AfterFunc(ctx, func() {
		seen.mu.Lock()
		defer seen.mu.Unlock()
		seen.ended = true
		seen.next.Broadcast()
	})
	all := len(w.servers) * clients * each
	var wg sync.WaitGroup
	wg.Go(func() {
		for last.Load() < int64(all) && ctx.Err() == nil {
			page, err := w.servers[0].Feed(ctx, w.grant, &book.Feed{After: contact.Seq(last.Load()), PerPage: 7, Wait: time.Minute})
			if err != nil {
				t.Error(err)
				cancel()
			}
			for _, ch := range page.Changes {
				if int64(ch.Seq) != last.Load()+1 {
					t.Errorf("change %d follows %d", ch.Seq, last.Load())
				}
				last.Store(int64(ch.Seq))
			}
		}
	})
	for i, s := range w.servers {
		for n := range clients {
			wg.Go(func() {
				for k := range each {
					p := patch(contact.Names, fmt.Sprint("Client ", i, n, k))
					if _, err := s.Do(bg, w.grant, by(), &contact.Create{Patch: p}); err != nil {
						t.Error(err)
						cancel()
					}
				}
			})
		}
	}
	wg.Wait()
	if int(last.Load()) != all || len(w.history(t, w.servers[0])) != all || held.Load() != holds {
		t.Errorf("the follower saw %d of %d changes, while %d commits were held open", last.Load(), all, held.Load())
	}
}
