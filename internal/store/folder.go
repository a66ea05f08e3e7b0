package store

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/carnet-project/carnet/internal/contact"
)

// unfolded are the Spaces whose index is behind, as far as this process knows, each once,
// and in turn: none waits for more than a step of each other.
type unfolded struct {
	mu    sync.Mutex
	queue []contact.SpaceID
	in    map[contact.SpaceID]bool
	come  chan struct{} // has room for one; nil until somebody waits
}

func (u *unfolded) add(space contact.SpaceID) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.in[space] {
		return
	}
	if u.in == nil {
		u.in = map[contact.SpaceID]bool{}
	}
	u.in[space] = true
	u.queue = append(u.queue, space)
	select {
	case u.come <- struct{}{}:
	default:
	}
}

// next takes the first; where there is none, what to wait for.
func (u *unfolded) next() (space contact.SpaceID, come <-chan struct{}, ok bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.come == nil {
		u.come = make(chan struct{}, 1)
	}
	if len(u.queue) == 0 {
		return 0, u.come, false
	}
	space = u.queue[0]
	u.queue = slices.Delete(u.queue, 0, 1)
	delete(u.in, space)
	return space, nil, true
}

// How the server folds beside what it is asked for.
const (
	foldPause  = 50 * time.Millisecond // so that what comes together is folded together
	foldShare  = 2                     // it rests so many times as long as it worked, where anybody asked meanwhile
	foldFailed = time.Second           // it rests after what failed
	spacesRead = 1000                  // at once
)

// KeepFolded folds what is written, in the background, until ctx ends: first what is behind
// from before, such as all of a database that had no index, and then what each commit of
// this process and each search finds to be.
func (s *Store) KeepFolded(ctx context.Context) {
	ctx = Behind(ctx)
	if err := s.addUnfolded(ctx); err != nil && ctx.Err() == nil {
		s.log.Warn("which Spaces are not in the index of searches is not known now: each is found out when it is searched", "error", err)
	}
	var asked int64
	for ctx.Err() == nil {
		space, come, ok := s.unfolded.next()
		if !ok {
			select {
			case <-ctx.Done():
			case <-come:
				rest(ctx, foldPause)
			}
			continue
		}
		began := time.Now()
		more, err := s.Fold(ctx, space)
		took := time.Since(began)
		if err != nil && ctx.Err() == nil {
			s.log.Warn("the index of searches cannot take in what was written now: they look at all contacts meanwhile", "space", space, "error", err)
			took, more = foldFailed, true
		}
		if more {
			s.unfolded.add(space)
		}
		before := asked
		asked = s.asked.Load()
		rest(ctx, foldRest(took, asked != before || err != nil))
	}
}

// foldRest is how long it rests after a step. A server of which nobody wants anything works on, so that an
// index that comes up of all that there is comes up three times as fast at night.
func foldRest(took time.Duration, asked bool) time.Duration {
	if !asked {
		return 0
	}
	return foldShare * took
}

func rest(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// addUnfolded finds the Spaces whose index is behind.
func (s *Store) addUnfolded(ctx context.Context) error {
	for after := contact.SpaceID(0); ; {
		list, err := s.backend.Unfolded(ctx, after, spacesRead)
		if err != nil {
			return err
		}
		for _, space := range list {
			after = space
			s.unfolded.add(space)
		}
		if len(list) < spacesRead {
			return nil
		}
	}
}
