package store

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/metrics"
	"github.com/carnet-project/carnet/internal/record"
)

// Turns lets so much go on at once in one Space and no more: what comes on top
// waits for its turn, while others go on. So one Space takes neither all readers,
// of which half may read of it, nor all of the time in which pages are made.
type Turns struct {
	most int // at once, in one Space

	mu     sync.Mutex
	spaces map[contact.SpaceID]*reading // those that are read
}

// reading is what goes on in one Space.
type reading struct {
	now     int
	waiting []chan struct{} // in their order; closed when its turn has come
}

// NewTurns makes Turns of so many at once in one Space.
func NewTurns(most int) *Turns {
	return &Turns{most: most, spaces: map[contact.SpaceID]*reading{}}
}

func halfOf(readers int) *Turns { return NewTurns(max(1, readers/2)) }

// Enter waits for a place in a Space, or until ctx ends.
func (s *Turns) Enter(ctx context.Context, space contact.SpaceID) error {
	turn := s.queue(space)
	if turn == nil {
		return nil
	}
	select {
	case <-turn:
		return nil
	case <-ctx.Done():
		s.giveUp(space, turn)
		return ctx.Err()
	}
}

// queue takes a place where one is free, or gives what to wait for.
func (s *Turns) queue(space contact.SpaceID) chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	of := s.spaces[space]
	if of == nil {
		of = &reading{}
		s.spaces[space] = of
	}
	if of.now < s.most {
		of.now++
		return nil
	}
	turn := make(chan struct{})
	of.waiting = append(of.waiting, turn)
	return turn
}

// giveUp leaves the queue, or the place that came meanwhile.
func (s *Turns) giveUp(space contact.SpaceID, turn chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	of := s.spaces[space]
	if i := slices.Index(of.waiting, turn); i >= 0 {
		of.waiting = slices.Delete(of.waiting, i, i+1)
		return
	}
	s.pass(space, of)
}

// Leave gives a place back.
func (s *Turns) Leave(space contact.SpaceID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pass(space, s.spaces[space])
}

// pass gives a place to who waits longest.
func (s *Turns) pass(space contact.SpaceID, of *reading) {
	if len(of.waiting) > 0 {
		close(of.waiting[0])
		of.waiting = slices.Delete(of.waiting, 0, 1)
		return
	}
	if of.now--; of.now == 0 {
		delete(s.spaces, space)
	}
}

// orderly reads of each Space in its turn, and counts the rows that pages look
// at. What is of no Space goes straight through.
type orderly struct {
	Reader
	*Turns
	metrics *metrics.Metrics
	asked   *atomic.Int64 // counts those that read
}

// Enter waits for a turn, and counts.
func (r *orderly) Enter(ctx context.Context, space contact.SpaceID) error {
	r.asked.Add(1)
	return r.Turns.Enter(ctx, space)
}

func (r *orderly) Contact(ctx context.Context, space contact.SpaceID, ref contact.ID) (row record.Contact, ok bool, err error) {
	if err = r.Enter(ctx, space); err == nil {
		defer r.Leave(space)
		row, ok, err = r.Reader.Contact(ctx, space, ref)
	}
	return row, ok, err
}

func (r *orderly) Contacts(ctx context.Context, space contact.SpaceID, refs []contact.ID) (rows []Led, err error) {
	if err = r.Enter(ctx, space); err == nil {
		defer r.Leave(space)
		rows, err = r.Reader.Contacts(ctx, space, refs)
		r.metrics.LookedAt(len(rows))
	}
	return rows, err
}

func (r *orderly) Row(ctx context.Context, space contact.SpaceID, id contact.ID) (row record.Contact, ok bool, err error) {
	if err = r.Enter(ctx, space); err == nil {
		defer r.Leave(space)
		row, ok, err = r.Reader.Row(ctx, space, id)
	}
	return row, ok, err
}

func (r *orderly) Aliases(ctx context.Context, space contact.SpaceID, id contact.ID) (ids []contact.ID, err error) {
	if err = r.Enter(ctx, space); err == nil {
		defer r.Leave(space)
		ids, err = r.Reader.Aliases(ctx, space, id)
		r.metrics.LookedAt(len(ids))
	}
	return ids, err
}

func (r *orderly) List(ctx context.Context, l Listing) (walk Walk, err error) {
	if err = r.Enter(ctx, l.Space); err == nil {
		defer r.Leave(l.Space)
		walk, err = r.Reader.List(ctx, l)
		r.metrics.LookedAt(walk.Looked)
	}
	return walk, err
}

func (r *orderly) Updated(ctx context.Context, u Updates) (walk Walk, err error) {
	if err = r.Enter(ctx, u.Space); err == nil {
		defer r.Leave(u.Space)
		walk, err = r.Reader.Updated(ctx, u)
		r.metrics.LookedAt(walk.Looked)
	}
	return walk, err
}

func (r *orderly) CreatedFrom(ctx context.Context, space contact.SpaceID, from contact.ID) (id contact.ID, at contact.Time, ok bool, err error) {
	if err = r.Enter(ctx, space); err == nil {
		defer r.Leave(space)
		id, at, ok, err = r.Reader.CreatedFrom(ctx, space, from)
	}
	return id, at, ok, err
}

func (r *orderly) Change(ctx context.Context, space contact.SpaceID, seq contact.Seq) (row record.Change, ok bool, err error) {
	if err = r.Enter(ctx, space); err == nil {
		defer r.Leave(space)
		row, ok, err = r.Reader.Change(ctx, space, seq)
	}
	return row, ok, err
}

func (r *orderly) Changes(ctx context.Context, space contact.SpaceID, seqs []contact.Seq) (rows []record.Change, err error) {
	if err = r.Enter(ctx, space); err == nil {
		defer r.Leave(space)
		rows, err = r.Reader.Changes(ctx, space, seqs)
		r.metrics.LookedAt(len(rows))
	}
	return rows, err
}

func (r *orderly) Feed(ctx context.Context, s Stretch) (walk FeedWalk, err error) {
	if err = r.Enter(ctx, s.Space); err == nil {
		defer r.Leave(s.Space)
		walk, err = r.Reader.Feed(ctx, s)
		r.metrics.LookedAt(walk.Looked)
	}
	return walk, err
}

func (r *orderly) Chain(ctx context.Context, space contact.SpaceID, from contact.Seq, limit int) (rows []record.Change, err error) {
	if err = r.Enter(ctx, space); err == nil {
		defer r.Leave(space)
		rows, err = r.Reader.Chain(ctx, space, from, limit)
		r.metrics.LookedAt(len(rows))
	}
	return rows, err
}

func (r *orderly) Trail(ctx context.Context, space contact.SpaceID, from contact.Seq, limit int) (steps []Step, err error) {
	if err = r.Enter(ctx, space); err == nil {
		defer r.Leave(space)
		steps, err = r.Reader.Trail(ctx, space, from, limit)
		r.metrics.LookedAt(len(steps))
	}
	return steps, err
}

func (r *orderly) Snapshots(ctx context.Context, space contact.SpaceID, id contact.ID, from contact.Version, limit int) (steps []Step, err error) {
	if err = r.Enter(ctx, space); err == nil {
		defer r.Leave(space)
		steps, err = r.Reader.Snapshots(ctx, space, id, from, limit)
		r.metrics.LookedAt(len(steps))
	}
	return steps, err
}

func (r *orderly) Tree(ctx context.Context, space contact.SpaceID, ref contact.ID) (tree Tree, err error) {
	if err = r.Enter(ctx, space); err == nil {
		defer r.Leave(space)
		tree, err = r.Reader.Tree(ctx, space, ref)
		r.metrics.LookedAt(len(tree.Nodes))
	}
	return tree, err
}

func (r *orderly) Through(ctx context.Context, space contact.SpaceID, refs []contact.ID, after contact.Seq, limit int) (seqs []contact.Seq, err error) {
	if err = r.Enter(ctx, space); err == nil {
		defer r.Leave(space)
		seqs, err = r.Reader.Through(ctx, space, refs, after, limit)
		r.metrics.LookedAt(len(seqs))
	}
	return seqs, err
}

func (r *orderly) Pairs(ctx context.Context, space contact.SpaceID, ref contact.ID) (ids []contact.ID, err error) {
	if err = r.Enter(ctx, space); err == nil {
		defer r.Leave(space)
		ids, err = r.Reader.Pairs(ctx, space, ref)
		r.metrics.LookedAt(len(ids))
	}
	return ids, err
}

func (r *orderly) LastSeq(ctx context.Context, space contact.SpaceID) (seq contact.Seq, err error) {
	if err = r.Enter(ctx, space); err == nil {
		defer r.Leave(space)
		seq, err = r.Reader.LastSeq(ctx, space)
	}
	return seq, err
}

func (r *orderly) Plan(ctx context.Context, id PlanID) (row record.Plan, ok bool, err error) {
	if err = r.Enter(ctx, id.Space); err == nil {
		defer r.Leave(id.Space)
		row, ok, err = r.Reader.Plan(ctx, id)
	}
	return row, ok, err
}

func (r *orderly) Plans(ctx context.Context, q PlanQuery) (rows []record.Plan, err error) {
	if err = r.Enter(ctx, q.Space); err == nil {
		defer r.Leave(q.Space)
		rows, err = r.Reader.Plans(ctx, q)
		r.metrics.LookedAt(len(rows))
	}
	return rows, err
}

func (r *orderly) PlanRows(ctx context.Context, q PlanRowQuery) (rows []record.PlanRow, err error) {
	if err = r.Enter(ctx, q.Space); err == nil {
		defer r.Leave(q.Space)
		rows, err = r.Reader.PlanRows(ctx, q)
		r.metrics.LookedAt(len(rows))
	}
	return rows, err
}

func (r *orderly) PlanRowsOf(ctx context.Context, id PlanID, contacts []contact.ID, before int64, limit int) (rows []record.PlanRow, err error) {
	if err = r.Enter(ctx, id.Space); err == nil {
		defer r.Leave(id.Space)
		rows, err = r.Reader.PlanRowsOf(ctx, id, contacts, before, limit)
		r.metrics.LookedAt(len(rows))
	}
	return rows, err
}

func (r *orderly) File(ctx context.Context, id FileID) (row record.File, ok bool, err error) {
	if err = r.Enter(ctx, id.Space); err == nil {
		defer r.Leave(id.Space)
		row, ok, err = r.Reader.File(ctx, id)
	}
	return row, ok, err
}

func (r *orderly) Files(ctx context.Context, q FileQuery) (rows []record.File, err error) {
	if err = r.Enter(ctx, q.Space); err == nil {
		defer r.Leave(q.Space)
		rows, err = r.Reader.Files(ctx, q)
		r.metrics.LookedAt(len(rows))
	}
	return rows, err
}

func (r *orderly) FileChunk(ctx context.Context, id FileID, n int64) (row record.FileChunk, ok bool, err error) {
	if err = r.Enter(ctx, id.Space); err == nil {
		defer r.Leave(id.Space)
		row, ok, err = r.Reader.FileChunk(ctx, id, n)
	}
	return row, ok, err
}

func (r *orderly) SearchMark(ctx context.Context, space contact.SpaceID) (mark SearchMark, err error) {
	if err = r.Enter(ctx, space); err == nil {
		defer r.Leave(space)
		mark, err = r.Reader.SearchMark(ctx, space)
	}
	return mark, err
}

func (r *orderly) Touched(ctx context.Context, space contact.SpaceID, after contact.Seq, limit int) (list []Touch, err error) {
	if err = r.Enter(ctx, space); err == nil {
		defer r.Leave(space)
		list, err = r.Reader.Touched(ctx, space, after, limit)
		r.metrics.LookedAt(len(list))
	}
	return list, err
}

func (r *orderly) Keyed(ctx context.Context, space contact.SpaceID, ranges []contact.KeyRange) (ids []contact.ID, few bool, err error) {
	if err = r.Enter(ctx, space); err == nil {
		defer r.Leave(space)
		ids, few, err = r.Reader.Keyed(ctx, space, ranges)
		looked := len(ids)
		if !few {
			looked = MaxLookedAt
		}
		r.metrics.LookedAt(looked)
	}
	return ids, few, err
}
