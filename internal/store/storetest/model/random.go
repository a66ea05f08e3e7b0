package model

import (
	"context"
	"math/rand/v2"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

// Tests are 5,000 random writes in all, and twenty times as many in a long run.
var Tests = []suite.Test{
	{"random writes of one client", func(t *testing.T, b store.Backend) { RandomWrites(t, b, 1, 250) }},
	{"random writes of 8 clients", func(t *testing.T, b store.Backend) { RandomWrites(t, b, 8, 1250) }},
	{"random writes of 256 clients", func(t *testing.T, b store.Backend) { RandomWrites(t, b, 256, 3500) }},
}

// bg is for calls that nothing gives up.
var bg = context.Background()

// answered is a write that was asked, and what became of it. Its moment is that
// of its last decision, and puts it in order: after every change with a lower
// number, before the others, whether it made a change itself or not.
type answered struct {
	ask   ask
	now   moment
	floor int64 // the greatest number that had been answered when it was asked
	op    int64 // its answer: its number, 0 where nothing changed
	code  string
}

// sight is a contact as a reader saw it.
type sight struct {
	person person
	floor  int64 // the greatest number that had been answered before it was read
}

// room is one Space of a random test.
type room struct {
	space  contact.SpaceID
	region string

	mu       sync.Mutex
	ids      []contact.ID
	records  []answered
	sights   []sight
	answered atomic.Int64 // the greatest number of a change that was answered
}

// RandomWrites lets clients make random writes to three Spaces at once, and
// compares all that the backend then holds with what the model makes of the
// same writes. It gives the Spaces with their phone regions.
func RandomWrites(t *testing.T, b store.Backend, clients, writes int) map[contact.SpaceID]string {
	t.Helper()
	return RandomWritesOver(t, []store.Backend{b}, clients, writes)
}

// RandomWritesOver does the same with several servers, whose backends share one
// database: each write and each read goes to any of them, and each has a clock of
// its own. What one has answered, all must show.
func RandomWritesOver(t *testing.T, servers []store.Backend, clients, writes int) map[contact.SpaceID]string {
	t.Helper()
	if os.Getenv("CARNET_TEST_LONG") == "1" {
		writes *= 20
	}
	random := suite.Seeded(t)
	var stores []*store.Store
	for _, b := range servers {
		stores = append(stores, suite.NewStore(t, b, store.Options{Clock: unsteady(rand.New(rand.NewPCG(random.Uint64(), 0)))}))
	}
	b := servers[0]
	regions := map[contact.SpaceID]string{}
	var rooms []*room
	for _, region := range []string{"US", "GB", ""} {
		space := suite.NewSpace(t, b, region)
		regions[space] = region
		rooms = append(rooms, &room{space: space, region: region})
	}
	var wg sync.WaitGroup
	for i := range clients {
		c := &client{Rand: rand.New(rand.NewPCG(random.Uint64(), uint64(i))), t: t, stores: stores, rooms: rooms}
		wg.Go(func() {
			for range (writes + i) / clients {
				c.write()
			}
		})
	}
	wg.Wait()
	compare(t, b, stores[0], rooms)
	for space := range regions {
		suite.Audit(t, b, space)
	}
	return regions
}

// unsteady is a clock that is set forth and back all the time.
func unsteady(random *rand.Rand) func() time.Time {
	var mu sync.Mutex
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	return func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		return start.Add(time.Duration(random.Int64N(int64(time.Second))))
	}
}

// client makes one write after the other.
type client struct {
	*rand.Rand
	t      *testing.T
	stores []*store.Store
	rooms  []*room
}

// store gives the server that the next request goes to.
func (c *client) store() *store.Store { return c.stores[c.IntN(len(c.stores))] }

// write asks for something and notes what came of it.
func (c *client) write() {
	r := c.rooms[c.IntN(len(c.rooms))]
	a := c.ask(r)
	rec := answered{ask: a, floor: r.answered.Load()}
	rec.now.request = suite.NewRequest()
	w := suite.Write(rec.now.request, r.space, suite.Seeing(verbOf(a), rec.now.see))
	out, err := c.store().Do(bg, w)
	if rec.code = suite.CodeOf(err); err == nil {
		rec.op = int64(out[0].Op)
	}
	r.mu.Lock()
	r.records = append(r.records, rec)
	if a.kind == "create" && err == nil {
		r.ids = append(r.ids, contact.ID(rec.now.id))
	}
	r.mu.Unlock()
	for was := r.answered.Load(); was < rec.op && !r.answered.CompareAndSwap(was, rec.op); {
		was = r.answered.Load()
	}
	if c.IntN(3) == 0 {
		c.look(r)
	}
}

// look reads a contact that was written to.
func (c *client) look(r *room) {
	ref, ok := c.known(r)
	if !ok {
		return
	}
	floor := r.answered.Load()
	seen, ok, err := c.store().Get(bg, r.space, ref)
	if err != nil || !ok {
		c.t.Errorf("contact %d cannot be read: %v, %v", ref, ok, err)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sights = append(r.sights, sight{personOf(&seen), floor})
}

// known picks an id that the Space has given, mostly one of a few, so that
// writes meet.
func (c *client) known(r *room) (contact.ID, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := len(r.ids)
	switch {
	case n == 0:
		return 0, false
	case c.IntN(4) > 0:
		return r.ids[n-1-c.IntN(min(n, 12))], true
	default:
		return r.ids[c.IntN(n)], true
	}
}
