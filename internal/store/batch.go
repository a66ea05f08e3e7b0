package store

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/metrics"
)

// How long the store goes on trying by itself. Clients never loop.
const (
	batchTimeout    = 10 * time.Second // one attempt, from begin to commit
	conflictRetries = 8                // with back-off: about 0.3 s at the most
	doubtRetries    = 20               // asking what became of a commit: about 6 s, and what asking takes
	doubtTimeout    = 30 * time.Second // all of that: a client still waits for its answer
)

// run answers every write of the batch, once that is durable. A refusal waits
// too, and so does a write that changes nothing: it may rest on a neighbour's change
// (CONTRACT D21).
func (l *lane) run(batch []*pending) {
	for attempt := 0; ; attempt++ {
		b := &batchRun{lane: l, writes: batch, outcome: metrics.Failed}
		begin := time.Now()
		err := b.try()
		l.store.metrics.Batch(b.outcome, len(b.writes), time.Since(begin))
		switch {
		case err == nil:
			for i, p := range b.writes {
				p.answer(b.results[i].outcomes, b.results[i].err)
			}
			b.tell()
		case errors.Is(err, ErrConflict) && attempt < conflictRetries:
			backOff(attempt)
			continue
		case errors.Is(err, ErrRefused) && len(batch) > 1:
			// One of them is at fault. Alone, each answers for itself.
			for _, p := range batch {
				l.run([]*pending{p})
			}
			return
		default:
			err = l.explain(err)
			for _, p := range b.writes {
				p.answer(nil, err)
			}
		}
		if rest := batch[len(b.writes):]; len(rest) > 0 { // too heavy together
			l.run(rest)
		}
		return
	}
}

// explain gives the error that callers see for one that a batch ended with.
func (l *lane) explain(err error) error {
	if errors.Is(err, ErrBroken) {
		l.store.breakDown(err)
	}
	if errors.Is(err, ErrConflict) {
		return &fault.Error{Kind: fault.Unavailable, Code: fault.CodeDatabaseBusy, RetryAfter: time.Second, Err: err,
			Message: "The database is busy: the write was not done. Send it again in a moment."}
	}
	return err
}

// doubtful is the answer where a commit's outcome is not known, and asking did
// not help. It is not Unavailable: that would invite a blind repetition.
func doubtful(err error) error {
	return &fault.Error{Kind: fault.Internal, Code: fault.CodeOutcomeUnknown, Err: err,
		Message: "It is not known whether this write was saved. Read the contact before you send it again."}
}

func backOff(attempt int) {
	most := min(time.Millisecond<<attempt, 500*time.Millisecond)
	time.Sleep(most/2 + rand.N(most/2+1))
}

// batchRun is one attempt at a batch.
type batchRun struct {
	lane    *lane
	writes  []*pending
	results []result
	tx      Tx
	spaces  map[contact.SpaceID]*workspace
	want    Wants                // what is loaded next
	weight  int                  // about how many bytes were loaded
	outcome metrics.BatchOutcome // so far
}

// result is what one write will be answered if the batch commits.
type result struct {
	outcomes []Outcome
	err      error
}

// try loads, decides, saves and commits, and fills results. When it
// returns an error nothing was committed, unless the error says that this is
// not known.
func (b *batchRun) try() error {
	select {
	case <-b.lane.store.broken:
		return errBroken(b.lane.store.brokenWith)
	default:
	}
	ctx, cancel := context.WithTimeout(context.Background(), batchTimeout)
	defer cancel()
	tx, err := b.lane.store.backend.Begin(ctx, b.lane.id)
	if err != nil {
		return err
	}
	b.tx = tx
	save, mark, err := b.prepare(ctx)
	if err != nil {
		tx.Rollback()
		return err
	}
	if save.Empty() {
		tx.Rollback()
		b.outcome = metrics.Unchanged
		return nil
	}
	if err := tx.Commit(ctx); err != nil {
		if err = b.lane.settle(err, mark); err != nil {
			return err
		}
	}
	b.outcome = metrics.Saved
	b.lane.store.guard.saved(save.Changes)
	return nil
}

// prepare does all that comes before the commit. A panic there is a defect, of a
// backend or of this package: it refuses the batch, whose writes then answer for
// themselves, and leaves the lane to others. What it panicked with is left out: it may
// hold personal data.
func (b *batchRun) prepare(ctx context.Context) (save *Save, mark Mark, err error) {
	defer func() {
		if recover() != nil {
			err = fmt.Errorf("%w: a defect: a batch panicked in %s", ErrRefused, PanickedIn())
		}
	}()
	if err := b.load(ctx); err != nil {
		return nil, mark, err
	}
	b.results = make([]result, len(b.writes))
	for i, p := range b.writes {
		b.results[i] = b.spaces[p.write.Space].do(p)
	}
	if save, mark, err = b.collect(); err != nil || save.Empty() {
		return save, mark, err
	}
	return save, mark, b.tx.Save(ctx, save)
}

// PanickedIn names the function that panicked, without what it was called with. It is for
// the function that was deferred, after its recover.
func PanickedIn() string {
	var at [32]uintptr
	frames := runtime.CallersFrames(at[:runtime.Callers(3, at[:])])
	for {
		f, more := frames.Next()
		if !more || !strings.HasPrefix(f.Function, "runtime.") {
			return f.Function + ":" + strconv.Itoa(f.Line)
		}
	}
}

// tell wakes those who wait for news of the Spaces that changed, and who folds them.
func (b *batchRun) tell() {
	for space, ws := range b.spaces {
		if len(ws.changes) > 0 {
			b.lane.store.news.tell(space)
			b.lane.store.unfolded.add(space)
		}
	}
}

// settle tells what an error of Commit means: nil where the batch is saved
// after all, the error where it certainly is not.
func (l *lane) settle(err error, mark Mark) error {
	if errors.Is(err, ErrBroken) {
		l.store.breakDown(err)
		return doubtful(err)
	}
	if errors.Is(err, ErrConflict) || errors.Is(err, ErrRefused) || fault.KindOf(err) == fault.Unavailable {
		return err
	}
	l.store.log.Warn("a commit's outcome is not known; asking", "error", err)
	all, stop := context.WithTimeout(context.Background(), doubtTimeout)
	defer stop()
	for attempt := 0; attempt < doubtRetries && all.Err() == nil; attempt++ {
		ctx, cancel := context.WithTimeout(all, batchTimeout)
		saved, askErr := l.store.backend.Saved(ctx, mark)
		cancel()
		switch {
		case errors.Is(askErr, ErrBroken):
			l.store.breakDown(askErr)
			return doubtful(err)
		case askErr != nil:
			backOff(attempt)
		case saved:
			return nil
		default:
			return fmt.Errorf("%w: %w", ErrConflict, err)
		}
	}
	return doubtful(err)
}

// load fetches the counters of every Space and the contacts that any write
// needs, and reserves ids.
func (b *batchRun) load(ctx context.Context) error {
	newIDs := map[contact.SpaceID]int64{}
	var spaces []contact.SpaceID
	for _, p := range b.writes {
		if _, seen := newIDs[p.write.Space]; !seen {
			spaces = append(spaces, p.write.Space)
		}
		for i := range p.needs {
			newIDs[p.write.Space] += int64(p.needs[i].NewIDs)
		}
	}
	rows, err := b.tx.Spaces(ctx, spaces)
	if err != nil {
		return err
	}
	now, err := b.lane.store.now(rows)
	if err != nil {
		return err
	}
	b.spaces = make(map[contact.SpaceID]*workspace, len(rows))
	for _, row := range rows {
		if err := b.reserve(ctx, &row, newIDs[row.Space]); err != nil {
			return err
		}
		b.spaces[row.Space] = newWorkspace(row, max(now, row.LastAt+1))
	}
	return b.loadNeeds(ctx)
}

// idBlock is how many ids a Space takes at once.
const idBlock = 1000

// reserve makes sure that the Space owns n ids in a row. The rest of a block
// that is too short is given up: there are plenty, and ids must grow.
func (b *batchRun) reserve(ctx context.Context, row *SpaceRow, n int64) error {
	if int64(row.BlockEnd-row.NextID) >= n {
		return nil
	}
	size := max(idBlock, n)
	first, err := b.tx.NewIDs(ctx, size)
	if err != nil {
		return err
	}
	row.NextID, row.BlockEnd = first, first+contact.ID(size)
	return nil
}

// loadAtOnce is how many contacts are fetched before it is looked at what they
// weigh.
const loadAtOnce = 64

// loadNeeds fetches what the writes need. What a write names may weigh thousands
// of times what it carries: where the batch gets too heavy by that, its last
// writes are left to the next one.
func (b *batchRun) loadNeeds(ctx context.Context) error {
	var asked asked
	b.weight = 0
	b.want.clear()
	for i, p := range b.writes {
		if b.weight > maxBatchLoad {
			b.writes = b.writes[:i]
			break
		}
		p.loaded, p.tooHeavy = 0, false
		if b.spaces[p.write.Space] == nil {
			continue
		}
		b.wantRetry(&asked, &p.write)
		asked.addPlan(&b.want, &p.write)
		asked.addFile(&b.want, &p.write)
		asked.addSpent(&b.want, &p.write)
		if err := b.loadVerbs(ctx, &asked, p); err != nil {
			return err
		}
		if p.loaded == len(p.needs) {
			continue
		}
		if i > 0 { // it may find more room in the next batch
			b.writes = b.writes[:i]
			break
		}
		p.tooHeavy = !p.write.Each || p.write.Terms.Dry
	}
	return b.fetch(ctx, 1)
}

// loadVerbs fetches what the verbs of a write need, until that is too heavy. The first
// gets what it needs in any case.
func (b *batchRun) loadVerbs(ctx context.Context, asked *asked, p *pending) error {
	for n := range p.needs {
		if n > 0 && b.weight > maxBatchLoad {
			break
		}
		asked.add(&b.want, p.write.Space, &p.needs[n])
		p.loaded++
		if err := b.fetch(ctx, loadAtOnce); err != nil {
			return err
		}
	}
	return nil
}

// wantRetry asks whether a write was done before, and for what the Space need not
// remember any more.
func (b *batchRun) wantRetry(asked *asked, w *Write) {
	if w.Retry == nil {
		return
	}
	ws := b.spaces[w.Space]
	b.want.Retries = append(b.want.Retries, RetryID{w.Space, w.Retry.Key})
	if !asked.expired[w.Space] {
		if asked.expired == nil {
			asked.expired = map[contact.SpaceID]bool{}
		}
		asked.expired[w.Space] = true
		b.want.Expired = append(b.want.Expired, Expired{Space: w.Space, Until: ws.at - RetryLife, Limit: maxBatchWrites})
	}
}

// fetch loads what is wanted where that is so much.
func (b *batchRun) fetch(ctx context.Context, atLeast int) error {
	if b.want.size() < atLeast {
		return nil
	}
	found, err := b.tx.Load(ctx, &b.want)
	b.want.clear()
	if err == nil {
		b.weight += b.place(&found)
	}
	return err
}

// asked is what was asked for before: neighbours often want the same.
type asked struct {
	refs, rows, trees, pairs map[ContactID]bool
	undone                   map[WriteID]bool
	spent                    map[KeyID]bool
	plans                    map[PlanID]bool
	files                    map[FileID]bool
	expired                  map[contact.SpaceID]bool
}

func (a *asked) add(to *Wants, space contact.SpaceID, needs *contact.Needs) {
	to.Refs = addNew(to.Refs, &a.refs, space, needs.Refs)
	to.Rows = addNew(to.Rows, &a.rows, space, needs.Rows)
	to.Trees = addNew(to.Trees, &a.trees, space, needs.Trees)
	to.Pairs = addNew(to.Pairs, &a.pairs, space, needs.Pairs)
	for _, op := range needs.Undone {
		if key := (WriteID{space, op}); !a.undone[key] {
			if a.undone == nil {
				a.undone = map[WriteID]bool{}
			}
			a.undone[key] = true
			to.Undone = append(to.Undone, key)
		}
	}
}

func addNew(to []ContactID, asked *map[ContactID]bool, space contact.SpaceID, ids []contact.ID) []ContactID {
	if len(ids) > 0 && *asked == nil {
		*asked = map[ContactID]bool{}
	}
	for _, id := range ids {
		if key := (ContactID{space, id}); !(*asked)[key] {
			(*asked)[key] = true
			to = append(to, key)
		}
	}
	return to
}

// place makes what was loaded part of the state, and gives what it weighs.
func (b *batchRun) place(found *Loaded) (weight int) {
	for i := range found.Refs {
		led := &found.Refs[i]
		weight += led.Row.Weight()
		ws := b.spaces[led.Row.Space]
		if led.Ref != led.Row.ID {
			ws.lead(led.Ref, led.Row.ID)
		}
		ws.put(&led.Row)
	}
	for i := range found.Rows {
		weight += found.Rows[i].Weight()
		b.spaces[found.Rows[i].Space].put(&found.Rows[i])
	}
	for i := range found.Retries {
		weight += found.Retries[i].Weight()
		b.spaces[found.Retries[i].Space].keep(&found.Retries[i])
	}
	for i := range found.Plans {
		weight += len(found.Plans[i].Doc)
		b.spaces[found.Plans[i].Space].planned(&found.Plans[i])
	}
	for i := range found.Files {
		weight += len(found.Files[i].Doc)
		b.spaces[found.Files[i].Space].filed(&found.Files[i])
	}
	for _, old := range found.Expired {
		b.spaces[old.Space].forget(old)
	}
	for _, u := range found.Undone {
		b.spaces[u.Space].undoing(u.Op, u.By)
	}
	for _, k := range found.Spent {
		b.spaces[k.Space].hasSpent(&k)
	}
	for _, tree := range found.Trees {
		weight += nodeWeight * len(tree.Nodes)
		ws := b.spaces[tree.Space]
		ws.tree(tree.Root, tree.Nodes)
		for _, n := range tree.Nodes {
			ws.lead(n.ID, tree.Root)
		}
	}
	for _, p := range found.Pairs {
		weight += pairWeight
		ws := b.spaces[p.Space]
		ws.pairs.known = append(ws.pairs.known, p.Pair)
	}
	return weight
}

// About how many bytes a contact in a tree takes, and a pair.
const (
	nodeWeight = 64
	pairWeight = 64
)
