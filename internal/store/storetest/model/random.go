package model

import (
	"context"
	"math/rand/v2"
	"os"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

// Tests are 2,650 random writes in all, and in a long run twenty times the 5,000 that
// they are there.
var Tests = []suite.Test{
	{"writes that random ones came upon", func(t *testing.T, b store.Backend) { playFound(t, b) }},
	{"random writes of one client", func(t *testing.T, b store.Backend) { RandomWrites(t, b, 1, 250) }},
	{"random writes of 8 clients", func(t *testing.T, b store.Backend) { RandomWrites(t, b, 8, inLong(1250, 900)) }},
	{"random writes of 256 clients", func(t *testing.T, b store.Backend) { RandomWrites(t, b, 256, inLong(3500, 1500)) }},
}

// inLong gives the first figure in a long run, and else the second.
func inLong(long, short int) int {
	if os.Getenv("CARNET_TEST_LONG") == "1" {
		return long
	}
	return short
}

// bg is for calls that nothing gives up.
var bg = context.Background()

// answered is a write that was asked, and what became of it. Its moment is that
// of its last decision, and puts it in order: after every change with a lower
// number, before the others, whether it made a change itself or not.
type answered struct {
	ask     ask
	now     moment
	floor   int64 // the greatest number that had been answered when it was asked
	op      int64 // its answer: its number, 0 where nothing changed
	code    string
	entries []contact.Entry // what it says that it did, where the model does not foretell that
	remains []contact.Remains
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
	done     []did // what changed something
	merges   []did
	records  []answered
	sights   []sight
	answered atomic.Int64 // the greatest number of a change that was answered
}

// did is a write that changed something.
type did struct {
	ask ask
	op  int64
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
	writes *= inLong(20, 1)
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
		c := &client{Rand: rand.New(rand.NewPCG(random.Uint64(), uint64(i))), t: t, stores: stores, rooms: rooms, goesBack: true, alone: clients == 1}
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
	t        *testing.T
	stores   []*store.Store
	rooms    []*room
	goesBack bool // it asks for what needs history, too
	alone    bool // nobody else writes
}

// store gives the server that the next request goes to.
func (c *client) store() *store.Store { return c.stores[c.IntN(len(c.stores))] }

// write asks for something and notes what came of it.
func (c *client) write() {
	r := c.rooms[c.IntN(len(c.rooms))]
	if c.IntN(8) == 0 {
		c.several(r)
		return
	}
	a := c.ask(r)
	rec := answered{ask: a, floor: r.answered.Load()}
	var dry answered
	if c.alone {
		dry = rec
		c.do(r, &dry, store.Terms{Dry: true})
	}
	c.do(r, &rec, store.Terms{})
	if c.alone && (dry.code != rec.code || !reflect.DeepEqual(shown(dry.entries), shown(rec.entries))) {
		c.t.Errorf("%+v was to be %q %+v\nit is %q %+v", a, dry.code, shown(dry.entries), rec.code, shown(rec.entries))
	}
	r.note(rec)
	r.answer(rec.op)
	if c.IntN(3) == 0 {
		c.look(r)
	}
}

// do makes a write, anew where what it was made from is out of date by then.
func (c *client) do(r *room, rec *answered, terms store.Terms) {
	rec.now.request = suite.NewRequest()
	for range 100 {
		err := rec.write(c.store(), r.space, terms)
		if err == nil {
			return
		}
		if err != contact.ErrStale || c.alone {
			c.t.Errorf("%+v: %v", rec.ask, err)
			return
		}
	}
	c.t.Errorf("%+v: what it is made from is out of date each time", rec.ask)
}

// write makes a write and notes its answer. An error says that there is none.
func (r *answered) write(s *store.Store, space contact.SpaceID, terms store.Terms) error {
	verb := verbOf(r.ask)
	if err := s.Gather(bg, space, verb); err != nil {
		return err
	}
	w := suite.Write(r.now.request, space, suite.Seeing(verb, r.now.see))
	w.Terms = terms
	out, err := s.Do(bg, w)
	switch r.code = suite.CodeOf(err); {
	case err == contact.ErrStale:
		return err
	case err == nil:
		r.op, r.entries, r.remains = int64(out[0].Op), out[0].Entries, out[0].Remains
	}
	return nil
}

// note keeps what was answered.
func (r *room) note(rec answered) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if rec.op != 0 {
		if rec.ask.kind == "create" {
			rec.ask.ref = rec.now.id
		}
		r.done = append(r.done, did{rec.ask, rec.op})
		if rec.ask.kind == "merge" {
			r.merges = append(r.merges, did{rec.ask, rec.op})
		}
		if rec.ask.kind == "create" {
			r.ids = append(r.ids, contact.ID(rec.now.id))
		}
	}
	r.records = append(r.records, rec)
}

// shown gives what a dry run tells of a write.
func shown(entries []contact.Entry) (all []contact.Change) {
	for i := range entries {
		ch := entries[i].Change
		if ch.Action == contact.ActionCreate {
			continue // of what would be new nothing has its id yet
		}
		all = append(all, contact.Change{Contact: ch.Contact, Ref: ch.Ref, Version: ch.Version, Action: ch.Action, Undoes: ch.Undoes, Edits: ch.Edits})
	}
	return all
}

// look reads a contact that was written to.
func (c *client) look(r *room) {
	ref, ok := c.known(r)
	if !ok {
		return
	}
	floor := r.answered.Load()
	seen, ok, err := c.store().Found(bg, r.space, ref) // a deleted one too
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
	if len(r.ids) == 0 {
		return 0, false
	}
	return r.ids[c.recent(len(r.ids))], true
}

// recent draws a place in a list, mostly one of the last.
func (c *client) recent(n int) int {
	if c.IntN(4) > 0 {
		return n - 1 - c.IntN(min(n, 12))
	}
	return c.IntN(n)
}
