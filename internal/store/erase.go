package store

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/record"
)

// EraseJob takes out what is left of an erased contact (CONTRACT D35): first its own
// history, with that of all that led to it, and the files of its Space, while whoever
// erased it waits; then what came from it into other contacts and their history; then what
// is kept of answers, and the rows of plans that were about it.
// What it is about is the id of the contact. It is needed: half of it would be a person who
// is not forgotten.
const EraseJob JobKind = "erase"

// ScrubJob leaves no copy of what was erased in any file of the database (CONTRACT D35). It
// is of the installation: one does it for all who were erased before. It is needed.
const ScrubJob JobKind = "scrub"

// Erasure is a contact that was erased, with all ids that lead to it.
type Erasure struct {
	Space    contact.SpaceID
	Contact  contact.ID
	At       contact.Time
	Op       contact.Seq  // the write that erased it
	Job      int64        // which takes out what is left of it; no two have one
	Scrubbed contact.Time // since when no file of the database holds a copy of it; 0 for not yet
}

// Remembered is what a Space remembers of somebody who was erased (CONTRACT D35).
type Remembered struct {
	Space contact.SpaceID
	Key   contact.ErasedKey
	Day   contact.Day
}

// Erasures keeps what was erased.
type Erasures interface {
	// Erasure reads that of one contact, by its own id. It returns false where the Space has
	// none.
	Erasure(ctx context.Context, space contact.SpaceID, id contact.ID) (Erasure, bool, error)
	// Erasures lists those of all Spaces in the order of their jobs, those with a greater
	// one than after, limit of them at most; where open is set only those that are not
	// scrubbed.
	Erasures(ctx context.Context, after int64, open bool, limit int) ([]Erasure, error)
	// ErasedBefore tells the latest day on which somebody was erased of whom the Space
	// remembers any of these; 0 for nobody.
	ErasedBefore(ctx context.Context, space contact.SpaceID, keys []contact.ErasedKey) (contact.Day, error)
	// Scrubbed notes that those of these jobs are scrubbed since a time.
	Scrubbed(ctx context.Context, jobs []int64, at contact.Time) error
	// Scrub sees to it that no file of the database holds a copy of what is not stored any
	// more. It returns false where somebody is in the way: it is to be tried again.
	// errors.ErrUnsupported where the backend cannot.
	Scrub(ctx context.Context) (bool, error)
}

// Erasure reads that of one contact, by its own id; false where there is none.
func (s *Store) Erasure(ctx context.Context, space contact.SpaceID, id contact.ID) (Erasure, bool, error) {
	return s.backend.Erasure(ctx, space, id)
}

// Erasures lists those of all Spaces in the order of their jobs, from one on; where open is
// set only those that are not scrubbed.
func (s *Store) Erasures(ctx context.Context, after int64, open bool, limit int) ([]Erasure, error) {
	return s.backend.Erasures(ctx, after, open, limit)
}

// ErasedBefore tells the latest day on which somebody was erased of whom the Space remembers
// any of these; 0 for nobody.
func (s *Store) ErasedBefore(ctx context.Context, space contact.SpaceID, keys []contact.ErasedKey) (contact.Day, error) {
	return s.backend.ErasedBefore(ctx, space, keys)
}

// Scrubbed notes that the erasures of these jobs are scrubbed since a time.
func (s *Store) Scrubbed(ctx context.Context, jobs []int64, at contact.Time) error {
	_, err := guarded(s, func() (struct{}, error) { return struct{}{}, s.backend.Scrubbed(ctx, jobs, at) })
	return err
}

// AllIDs gives a contact's own id and all that lead to it.
func (s *Store) AllIDs(ctx context.Context, space contact.SpaceID, id contact.ID) ([]contact.ID, error) {
	ids, err := s.reads.Aliases(ctx, space, id)
	return append([]contact.ID{id}, ids...), err
}

// Scrub leaves no copy of what was erased in any file of the database, and notes so of each
// erasure whose job had come to its end before. It tells how many these are; where the
// database cannot be scrubbed, none.
func (s *Store) Scrub(ctx context.Context) (n int, err error) {
	var done []int64
	for after := int64(0); ; {
		list, err := s.Erasures(ctx, after, true, scrubbedAtOnce)
		if err != nil {
			return 0, err
		}
		if len(list) == 0 {
			break
		}
		for _, e := range list {
			after = e.Job
			j, found, err := s.Job(ctx, e.Space, e.Job)
			if err != nil {
				return 0, err
			}
			if !found || j.State == JobCompleted {
				done = append(done, e.Job)
			}
		}
	}
	if len(done) == 0 {
		return 0, nil
	}
	switch scrubbed, err := s.backend.Scrub(ctx); {
	case errors.Is(err, errors.ErrUnsupported):
		return 0, nil
	case err != nil:
		return 0, err
	case !scrubbed:
		return 0, &fault.Error{Kind: fault.Unavailable, Code: fault.CodeDatabaseBusy, RetryAfter: time.Second,
			Message: "Somebody reads for long: the files are scrubbed after that."}
	}
	at := contact.TimeOf(s.clock())
	for some := range slices.Chunk(done, scrubbedAtOnce) {
		if err := s.Scrubbed(ctx, some, at); err != nil {
			return 0, err
		}
	}
	return len(done), nil
}

// scrubbedAtOnce is how many erasures are read and noted at once.
const scrubbedAtOnce = 500

// erasedAtOnce is how many entries of history one step of an EraseJob rewrites.
const erasedAtOnce = 500

// erasing is how far an EraseJob is: its cursor.
type erasing struct {
	Phase erasePhase
	To    []contact.ID `json:",omitzero"` // to be done, the first being done
	At    contact.Seq  `json:",omitzero"` // of the history of the first; 0 for its newest
	Seen  []contact.ID `json:",omitzero"` // others that were done or are to be
	Key   string       `json:",omitzero"` // the last record of a retry that is done
	Plan  string       `json:",omitzero"` // that is looked through
	Row   int64        `json:",omitzero"` // the last of it that is done
	// Before is when that was made; older ones follow.
	Before contact.Time `json:",omitzero"`
}

type erasePhase int

const (
	eraseOwn     erasePhase = iota // its own history
	eraseOthers                    // what others have of it
	eraseAnswers                   // what was answered to writes that may be sent again
	erasePlans                     // rows of plans
	eraseDone
	eraseFiles // behind the first, while whoever erased it waits
)

// eraser does one step of an EraseJob.
type eraser struct {
	store *Store
	ctx   context.Context
	of    Erasure
	ids   map[contact.ID]bool // all that led to the contact
	at    erasing
	n     int64 // how many rows it has rewritten
}

// EraseHistory does of an EraseJob what whoever erases waits for: nobody finds anything in
// the contact's own history from then on, nor in a file. The job goes on from there.
func (s *Store) EraseHistory(ctx context.Context, j *Job, with Forgetter) error {
	for {
		if at, err := readErasing(j.Cursor); err != nil || at.Phase != eraseOwn && at.Phase != eraseFiles {
			return err
		}
		if err := s.Erase(ctx, j, with); err != nil || j.Closed() {
			return err
		}
	}
}

// Erase does the next step of an EraseJob. Each may be done again.
func (s *Store) Erase(ctx context.Context, j *Job, with Forgetter) error {
	id, err := strconv.ParseInt(j.Of, 10, 64)
	if err != nil {
		return err
	}
	e := eraser{store: s, ctx: ctx}
	var found bool
	if e.of, found, err = s.Erasure(ctx, j.Space, contact.ID(id)); err != nil {
		return err
	}
	if !found || e.of.Job != j.ID { // it was not erased after all, or by another
		j.State, j.Message = JobCompleted, "Nothing was erased by this job."
		return nil
	}
	if e.at, err = readErasing(j.Cursor); err != nil {
		return err
	}
	wait, err := e.step(with)
	if err != nil {
		return err
	}
	if wait {
		j.Due += planWait
	}
	j.Done += e.n
	if e.at.Phase == eraseDone {
		j.State, j.Total = JobCompleted, j.Done
	}
	text, err := json.Marshal(e.at)
	j.Cursor = string(text)
	return err
}

func readErasing(cursor string) (at erasing, err error) {
	if cursor != "" {
		err = json.Unmarshal([]byte(cursor), &at)
	}
	return at, err
}

// step does the next thing. Where that has to wait it tells so.
func (e *eraser) step(with Forgetter) (wait bool, err error) {
	all, err := e.store.AllIDs(e.ctx, e.of.Space, e.of.Contact)
	if err != nil {
		return false, err
	}
	e.ids = map[contact.ID]bool{}
	for _, id := range all {
		e.ids[id] = true
	}
	switch {
	case e.at.Phase == eraseOwn && e.at.To == nil:
		e.at.To = all
		fallthrough
	case e.at.Phase == eraseOwn:
		err = e.forget(e.at.To[0])
	case e.at.Phase == eraseFiles:
		if err = e.files(with); err == nil {
			e.at.Phase = eraseOthers
		}
	case e.at.Phase == eraseOthers && len(e.at.To) > 0:
		err = e.purge(e.at.To[0])
	case e.at.Phase == eraseOthers:
		e.at = erasing{Phase: eraseAnswers, Seen: e.at.Seen}
	case e.at.Phase == eraseAnswers:
		err = e.answers(with)
	case e.at.Phase == erasePlans:
		return e.plans(with)
	}
	return false, err
}

// next goes on to the next contact once the history of the first is done.
func (e *eraser) next(last []contact.Change) {
	if n := len(last); n > 0 && last[n-1].Prev != 0 {
		e.at.At = last[n-1].Prev
		return
	}
	e.at.To, e.at.At = e.at.To[1:], 0
}

// forget empties a row of the erased contact, and some of its history.
func (e *eraser) forget(id contact.ID) error {
	row, ok, err := e.store.reads.Row(e.ctx, e.of.Space, id)
	if err != nil {
		return err
	}
	var rows []record.Change
	if from := e.from(row.Head); ok && from != 0 {
		if rows, err = e.store.reads.Chain(e.ctx, e.of.Space, from, erasedAtOnce); err != nil {
			return err
		}
	}
	changes := make([]contact.Change, len(rows))
	for i := range rows {
		if changes[i], err = record.DecodeChange(&rows[i]); err != nil { // what cannot be read is erased as well
			changes[i].Edits = contact.Edits{}
		}
	}
	e.link(contact.Linked(changes))
	w := rewrite{contacts: []contact.ID{id}, contact: contact.Forgotten}
	for i := range changes {
		if !changes[i].Edits.Erased {
			changes[i].Forget()
			if err := w.over(&rows[i], &changes[i]); err != nil {
				return err
			}
		}
	}
	if err := e.save(&w, id); err != nil {
		return err
	}
	e.next(changes)
	if len(e.at.To) > 0 {
		return nil
	}
	if told := e.store.erased; told != nil {
		if err := told(e.ctx, e.of, slices.Sorted(maps.Keys(e.ids))); err != nil {
			return err
		}
	}
	e.at = erasing{Phase: eraseFiles, To: e.at.Seen, Seen: e.at.Seen}
	return nil
}

// from gives the change to go on with.
func (e *eraser) from(head contact.Seq) contact.Seq {
	if e.at.At != 0 {
		return e.at.At
	}
	return head
}

// link has others looked at that histories tell of: what came from the contact went on by
// merges alone.
func (e *eraser) link(ids []contact.ID) {
	for _, id := range ids {
		if e.ids[id] || slices.Contains(e.at.Seen, id) {
			continue
		}
		e.at.Seen = append(e.at.Seen, id)
		if e.at.Phase == eraseOthers {
			e.at.To = append(e.at.To, id)
		}
	}
}

// purge takes what came from the contact out of another, and out of some of its history.
func (e *eraser) purge(id contact.ID) error {
	c, ok, err := e.store.Row(e.ctx, e.of.Space, id)
	if err != nil || !ok {
		e.next(nil)
		return err
	}
	rows, err := e.store.reads.Chain(e.ctx, e.of.Space, e.from(c.Head), erasedAtOnce)
	if err != nil {
		return err
	}
	var changes []contact.Change
	for i := range rows {
		ch, err := record.DecodeChange(&rows[i])
		if err != nil {
			return errDamaged(err)
		}
		changes = append(changes, ch)
	}
	e.link(contact.Linked(changes))
	p := contact.Purge{IDs: e.ids, Op: e.of.Op}
	if p.Whose, err = e.store.Whose(e.ctx, e.of.Space, contact.Origins(&c, changes)); err != nil {
		return err
	}
	held := p.Held(&c)
	w := rewrite{version: c.Version, contact: func(c *contact.Contact) (contact.Contact, bool) { return p.Contact(c, held) }}
	if _, other := p.Contact(&c, held); other {
		w.contacts = []contact.ID{id}
	}
	for i := range changes {
		if p.Change(&changes[i], held) {
			if err := w.over(&rows[i], &changes[i]); err != nil {
				return err
			}
		}
	}
	if err := e.save(&w, id); err != nil {
		return err
	}
	e.next(changes)
	return nil
}

// rewrite is what an EraseJob writes over in one transaction: no version and no entry of
// history comes of it.
type rewrite struct {
	contacts []contact.ID
	version  contact.Version // that the contact must have; 0 for any
	contact  func(*contact.Contact) (contact.Contact, bool)
	changes  []Rewritten
	answers  []record.Retry // in place of those of their keys
	grows    int64          // what these weigh more than those
}

// Rewritten is an entry of history as it is to be, in place of one with a checksum: where
// it has another by now, which is not that of this, the save is ErrConflict.
type Rewritten struct {
	Row record.Change
	Was uint32

	weighed int // what the other weighed
}

func (r *rewrite) over(was *record.Change, ch *contact.Change) error {
	row, err := record.EncodeChange(was.Space, ch)
	if err == nil {
		r.changes = append(r.changes, Rewritten{Row: row, Was: was.Sum, weighed: was.Weight()})
	}
	return err
}

// save writes over what was found, if anything is to be. Of these contacts no word stays in
// the index of searches that they do not have any more: no change tells that they lost it, and
// a step that is done again finds nothing to write over.
func (e *eraser) save(w *rewrite, of ...contact.ID) error {
	e.n += int64(len(w.changes) + len(w.answers))
	if len(w.contacts)+len(w.changes)+len(w.answers) > 0 {
		if _, err := e.store.Do(e.ctx, Write{Space: e.of.Space, rewrite: w}); err != nil {
			return err
		}
	}
	if len(of) == 0 {
		return nil
	}
	return e.store.refold(e.ctx, e.of.Space, of...)
}

// rewritten makes part of the state what an EraseJob writes over.
func (ws *workspace) rewritten(w *rewrite) error {
	for _, id := range w.contacts {
		c := ws.now(id)
		if c == nil {
			continue // nothing of it can be read
		}
		if w.version != 0 && c.Version != w.version {
			return contact.ErrStale
		}
		if after, other := w.contact(c); other {
			ws.set(&after)
		}
	}
	for i := range w.changes {
		r := &w.changes[i]
		ws.row.Usage = ws.row.Usage.Grow(int64(r.Row.Weight() - r.weighed))
	}
	ws.over = append(ws.over, w.changes...)
	for i := range w.answers {
		ws.forgotten = append(ws.forgotten, RetryID{ws.row.Space, w.answers[i].Key})
	}
	ws.answers = append(ws.answers, w.answers...)
	ws.row.Usage = ws.row.Usage.Grow(w.grows)
	return nil
}

// erase notes that a change erased a contact, and what is to be remembered of it. It is there
// yet.
func (ws *workspace) erase(w *Write, ch *contact.Change) {
	if ch.Action != contact.ActionErase {
		return
	}
	ws.erasures = append(ws.erasures, Erasure{Space: w.Space, Contact: ch.Contact, At: ch.At, Op: ch.Op, Job: w.Erase})
	if was := ws.now(ch.Contact); was != nil && ws.row.Remember.On() {
		for _, key := range ws.row.Remember.Keys(was, ws.row.Region) {
			ws.remembered = append(ws.remembered, Remembered{w.Space, key, contact.DayOf(ch.At)})
		}
	}
}
