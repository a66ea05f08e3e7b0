package store

import (
	"sync"

	"github.com/carnet-project/carnet/internal/contact"
)

// news tells those who wait that a Space has new changes.
type news struct {
	mu      sync.Mutex
	waiting map[contact.SpaceID]chan struct{}
}

// News gives a channel that is closed when this process next commits a change
// of the Space. Changes by other processes do not close it.
func (s *Store) News(space contact.SpaceID) <-chan struct{} {
	s.news.mu.Lock()
	defer s.news.mu.Unlock()
	if s.news.waiting == nil {
		s.news.waiting = map[contact.SpaceID]chan struct{}{}
	}
	ch := s.news.waiting[space]
	if ch == nil {
		ch = make(chan struct{})
		s.news.waiting[space] = ch
	}
	return ch
}

// tell wakes those who wait for news of the Space.
func (n *news) tell(space contact.SpaceID) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if ch := n.waiting[space]; ch != nil {
		close(ch)
		delete(n.waiting, space)
	}
}
