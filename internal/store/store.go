// Package store runs writes: load, decide, save. It queues them in lanes, lets
// those that wait while a commit is under way share the next one, and answers
// each once its outcome is durable. Rules are not its business (they are in
// contact), nor is SQL (that is in the backends).
//
// # Pages of lists and histories
//
// A page begins at a place, which is a gap between two rows and leads both ways.
// Lists go by id, so a page costs the same wherever it is, and creating contacts
// moves nothing. Where few of the rows looked at are of the list, a page ends after
// MaxLookedAt of them, short or empty, and goes on from there. A read ends when its
// context does, and one Space's reads take half of the readers at most.
//
// Three things need no index of their own, which every write would pay for: a window
// of creation times becomes a window of ids, because both grow together; what was
// updated since walks the history from its end; a contact's history is its chain.
package store

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/metrics"
	"github.com/carnet-project/carnet/internal/record"
)

// Store is the way to one database. Its methods may be called from many
// goroutines.
type Store struct {
	backend  Backend
	reads    Reader // the backend's, by turns of the Spaces
	log      *slog.Logger
	clock    func() time.Time
	uptime   func() time.Duration
	guard    clockGuard
	metrics  *metrics.Metrics
	news     news
	unfolded unfolded
	asked    atomic.Int64 // writes and reads of Spaces that anybody waited for, so far
	erased   func(context.Context, Erasure, []contact.ID) error

	mu     sync.Mutex
	lanes  map[int64]*lane
	closed bool
	work   sync.WaitGroup

	broken     chan struct{} // closed when the storage cannot be trusted any more
	breakOnce  sync.Once
	brokenWith error
}

// Options set what a Store takes from its surroundings; zero values will do.
type Options struct {
	Log     *slog.Logger         // nil: slog.Default
	Clock   func() time.Time     // nil: time.Now
	Uptime  func() time.Duration // what has passed since some moment, nil: by the system
	Metrics *metrics.Metrics     // nil: some that nobody reads
	// Erased is told of each contact that was erased, with all its ids, once its history is
	// gone and before anybody is told so; again where that is not certain. Nil for nobody.
	Erased func(context.Context, Erasure, []contact.ID) error
}

// New makes a Store over a backend and owns it from then on.
func New(b Backend, o Options) *Store {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Uptime == nil {
		o.Uptime = uptime
	}
	if o.Metrics == nil {
		o.Metrics = metrics.New()
	}
	s := &Store{
		backend: b,
		log:     o.Log,
		clock:   o.Clock,
		uptime:  o.Uptime,
		metrics: o.Metrics,
		erased:  o.Erased,
		lanes:   map[int64]*lane{},
		broken:  make(chan struct{}),
	}
	s.reads = &orderly{b, halfOf(b.Readers()), o.Metrics, &s.asked}
	b.Watch(s.breakDown)
	return s
}

// Do runs a write and waits for its outcomes, one for each of its verbs. It
// returns the error that a verb refused with, beside the outcomes of those before
// it, which did not happen either; or a *fault.Error: Unavailable where nothing
// was saved and the caller may try again, "outcome_unknown" where nobody can tell.
//
// Ending ctx gives up a write that still waits in its queue, which is then
// certainly not done; one whose batch runs is waited for.
func (s *Store) Do(ctx context.Context, w Write) ([]Outcome, error) {
	l, err := s.lane(w.Space)
	if err != nil {
		return nil, err
	}
	defer s.work.Done()
	s.asked.Add(1)
	p := newPending(w)
	l.submit(ctx, p)
	return p.outcomes, p.err
}

// lane finds the queue of a Space, and counts the caller among those that
// Close waits for.
func (s *Store) lane(space contact.SpaceID) (*lane, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, errClosing()
	}
	s.work.Add(1)
	id := s.backend.Lane(space)
	l := s.lanes[id]
	if l == nil {
		l = &lane{store: s, id: id, queues: map[contact.SpaceID][]*pending{}}
		s.lanes[id] = l
	}
	return l, nil
}

// Get reads the contact that a ref leads to, through any number of merges
// (CONTRACT S6). It returns false where the Space has none, or it is deleted.
func (s *Store) Get(ctx context.Context, space contact.SpaceID, ref contact.ID) (contact.Contact, bool, error) {
	c, ok, err := s.Found(ctx, space, ref)
	return c, ok && c.State == contact.Live, err
}

// Found reads the contact that a ref leads to, a deleted one too.
func (s *Store) Found(ctx context.Context, space contact.SpaceID, ref contact.ID) (contact.Contact, bool, error) {
	c, ok, err := decoded(s.reads.Contact(ctx, space, ref))
	if ok && c.State == contact.Merged {
		return contact.Contact{}, false, errAstray(c.ID)
	}
	return c, ok, err
}

// Row reads the contact that has this very id, which may have been merged into
// another: then it is as it was when that happened. It returns false where the
// Space has none.
func (s *Store) Row(ctx context.Context, space contact.SpaceID, id contact.ID) (contact.Contact, bool, error) {
	return decoded(s.reads.Row(ctx, space, id))
}

func decoded(row record.Contact, ok bool, err error) (contact.Contact, bool, error) {
	if err != nil || !ok {
		return contact.Contact{}, false, err
	}
	c, err := record.DecodeContact(&row)
	if err != nil {
		return contact.Contact{}, false, errDamaged(err)
	}
	return c, true, nil
}

// errAstray is for a ref that leads to a merged contact: what it should lead to is
// lost, and the frozen row is not what the caller means.
func errAstray(id contact.ID) error {
	return errDamaged(fmt.Errorf("%w: the alias of contact %d leads nowhere", record.ErrDamaged, id))
}

// Change reads one entry of a Space's history, false where there is none.
func (s *Store) Change(ctx context.Context, space contact.SpaceID, seq contact.Seq) (contact.Change, bool, error) {
	row, ok, err := s.reads.Change(ctx, space, seq)
	if err != nil || !ok {
		return contact.Change{}, false, err
	}
	ch, err := record.DecodeChange(&row)
	if err != nil {
		return contact.Change{}, false, errDamaged(err)
	}
	return ch, true, nil
}

// Check tells whether the store can serve: an error says why not.
func (s *Store) Check(ctx context.Context) error {
	select {
	case <-s.broken:
		return s.brokenWith
	default:
		return s.backend.Check(ctx)
	}
}

// Broken is closed when the storage cannot be trusted any more. The process
// must then stop; until it has, every write is refused.
func (s *Store) Broken() <-chan struct{} { return s.broken }

// Close takes no more writes, waits for those under way, and closes the
// backend.
func (s *Store) Close() error {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.work.Wait()
	return s.backend.Close()
}

func (s *Store) breakDown(err error) {
	s.breakOnce.Do(func() {
		s.brokenWith = err
		s.log.Error("the storage failed; stopping", "error", err)
		close(s.broken)
	})
}

func errBroken(cause error) error {
	return &fault.Error{Kind: fault.Unavailable, Code: fault.CodeStorageFailed, Err: cause, RetryAfter: 5 * time.Second,
		Message: "The storage failed, and the server has to start anew: the write was not done. Send it again later."}
}

func errClosing() error {
	return &fault.Error{Kind: fault.Unavailable, Code: fault.CodeShuttingDown,
		Message: "The server is shutting down. Send the request again in a moment.", RetryAfter: time.Second}
}
