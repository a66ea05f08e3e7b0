package promise

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

var turnTests = []suite.Test{
	{"one Space's flood does not starve another", testFlood},
	{"Spaces of one lane are served in turn", testTurns},
	{"one Space's reads leave readers to the others", testReadTurns},
}

// Two batches after the flood began, everybody else has been served.
func testFlood(t *testing.T, b store.Backend) {
	g, flooding, quiet := gated(t, b), suite.NewSpace(t, b, ""), suite.NewSpace(t, b, "")
	g.only = flooding
	all := []*sent{g.holdUp(flooding)}
	for range 600 {
		all = append(all, g.send(bg, creation(flooding, name("A"))))
	}
	others := []*sent{g.send(bg, creation(quiet, name("B"))), g.send(bg, creation(quiet, name("C")))}
	g.pass(2)
	saved(t, others...)
	waiting(t, all[300:]...)
	g.pass(2)
	saved(t, all...)
	inHistory(t, suite.Audit(t, b, flooding), all...)
	inHistory(t, suite.Audit(t, b, quiet), others...)
}

func testTurns(t *testing.T, b store.Backend) {
	g, one, two := gated(t, b), suite.NewSpace(t, b, ""), suite.NewSpace(t, b, "")
	g.only = one // a Space with a lane of its own goes ahead by itself
	all := []*sent{g.holdUp(one)}
	for range 300 {
		all = append(all, g.send(bg, creation(one, name("A"))))
	}
	var others []*sent
	for range 100 {
		others = append(others, g.send(bg, creation(two, name("B"))))
	}
	g.pass(2)
	saved(t, others...)
	served := 0
	for _, p := range all[1:] {
		if p.done {
			served++
		}
	}
	if served < 156 || served > 256 {
		t.Errorf("beside 100 writes of the one Space, %d of the other were served", served)
	}
	g.pass(1)
	saved(t, all...)
}

// slow holds up the reads of one Space's feed.
type slow struct {
	store.Backend
	space  contact.SpaceID
	inside atomic.Int64
	by     chan struct{}
}

func (s *slow) Feed(ctx context.Context, st store.Stretch) (store.FeedWalk, error) {
	if st.Space == s.space {
		s.inside.Add(1)
		<-s.by
	}
	return s.Backend.Feed(ctx, st)
}

// FAULT A1: however many slow reads of a Space there are, half of the readers
// never see them.
func testReadTurns(t *testing.T, b store.Backend) {
	flooding, quiet := suite.NewSpace(t, b, ""), suite.NewSpace(t, b, "")
	held := &slow{Backend: b, space: flooding, by: make(chan struct{})}
	s := suite.NewStore(t, held, store.Options{})
	var all sync.WaitGroup
	for range 3 * b.Readers() {
		all.Go(func() {
			if _, err := s.Feed(bg, store.FeedQuery{Space: flooding, Limit: 1}); err != nil {
				t.Error(err)
			}
		})
	}
	synctest.Wait()
	if n, most := held.inside.Load(), int64(max(1, b.Readers()/2)); n != most {
		t.Errorf("%d reads of one Space at once, want %d of %d", n, most, b.Readers())
	}
	if _, err := s.Feed(bg, store.FeedQuery{Space: quiet, Limit: 1}); err != nil {
		t.Error(err)
	}
	close(held.by)
	all.Wait()
	if n := held.inside.Load(); n != int64(3*b.Readers()) {
		t.Errorf("%d of %d reads came in", n, 3*b.Readers())
	}
}
