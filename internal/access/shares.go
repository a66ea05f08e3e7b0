package access

import (
	"sync"

	"github.com/carnet-project/carnet/internal/contact"
)

// Shares parts what there is only so much of, such as places or bytes, among
// Spaces: all together have no more than the whole, and none has more than its
// share, so that what one Space takes always leaves something to the others.
// Space 0 is all those of whom it is not known yet who they are. Methods may be
// called from many goroutines.
type Shares struct {
	whole, each int64

	mu   sync.Mutex
	used int64
	by   map[contact.SpaceID]int64
}

// NewShares makes Shares of a whole of which one Space may have at most each.
func NewShares(whole, each int64) *Shares {
	return &Shares{whole: whole, each: each, by: map[contact.SpaceID]int64{}}
}

// Halves makes Shares of which one Space may have at most half: a single Space
// still gets far, and two are needed to take all. The smallest share is 1.
func Halves(whole int64) *Shares { return NewShares(whole, max(1, whole/2)) }

// Take takes n for a Space. It returns false, and takes nothing, where that
// would be too much for the Space or for all.
func (s *Shares) Take(space contact.SpaceID, n int64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.used+n > s.whole || s.by[space]+n > s.each {
		return false
	}
	s.add(space, n)
	return true
}

// Count takes n for a Space even where that is too much, for what must not be
// refused any more. Others are refused the earlier for it.
func (s *Shares) Count(space contact.SpaceID, n int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.add(space, n)
}

// Give gives back n of what was taken for a Space.
func (s *Shares) Give(space contact.SpaceID, n int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.add(space, -n)
}

// Used tells how much is taken now.
func (s *Shares) Used() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.used
}

// add counts n. The lock is held. Spaces that have nothing are forgotten, or
// the map would grow with all that ever came.
func (s *Shares) add(space contact.SpaceID, n int64) {
	s.used += n
	if s.by[space] += n; s.by[space] == 0 {
		delete(s.by, space)
	}
}
