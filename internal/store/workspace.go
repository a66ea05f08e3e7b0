package store

import (
	"errors"
	"fmt"
	"slices"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
)

// workspace is the state of one Space while a batch runs.
type workspace struct {
	row   SpaceRow
	at    contact.Time
	known map[contact.ID]*known         // the contacts that were loaded or made
	leads map[contact.ID]contact.ID     // what aliases lead to
	trees map[contact.ID][]contact.Node // all that leads to a contact, where that was loaded

	undone map[contact.Seq][]contact.Seq // the writes that undo one, where that was loaded
	pairs  pairs

	changed    []contact.ID // in the order of their first change
	changes    []record.Change
	redirects  []Redirect
	retries    map[string]retry // by their keys
	kept       []record.Retry   // those of this batch
	forgotten  []RetryID        // those that are too old
	rekeyed    []contact.ID     // whose keys are made anew
	over       []Rewritten      // of history
	answers    []record.Retry   // that are written over
	erasures   []Erasure
	remembered []Remembered
	plans      *plans // nil for none
	files      *files // likewise
	spent      map[int64]spending
	removed    int                 // by the write that is under way
	touched    map[contact.ID]bool // likewise, where it has several verbs

	seen contact.View // what a verb sees: made anew for each

	undo []func() // what leads back to the mark, last first; nil where nobody goes back
}

// known is a contact while a batch runs.
type known struct {
	loaded *contact.Contact // as the database has it; nil for a new one
	weight int              // of its row there
	now    *contact.Contact // as the writes so far left it; nobody changes it
	broken error            // why its row cannot be read
}

func newWorkspace(row SpaceRow, at contact.Time) *workspace {
	return &workspace{row: row, at: at, known: map[contact.ID]*known{}}
}

// retry is what is known of a write that may be sent again.
type retry struct {
	kept   record.Retry
	broken error // why its row cannot be read
}

// keep makes the record of a retry part of the state. One that is too old goes.
func (ws *workspace) keep(r *record.Retry) {
	if r.At+RetryLife <= ws.at {
		ws.forget(RetryWeight{RetryID{ws.row.Space, r.Key}, r.Weight()})
		return
	}
	if ws.retries == nil {
		ws.retries = map[string]retry{}
	}
	ws.retries[r.Key] = retry{*r, r.Check()}
}

// forget lets go of the record of a retry, with what it weighs.
func (ws *workspace) forget(r RetryWeight) {
	if !slices.Contains(ws.forgotten, r.RetryID) { // by its key, and among the oldest
		ws.forgotten = append(ws.forgotten, r.RetryID)
		ws.row.Usage = ws.row.Usage.Grow(-retryWeight(r.Weight))
	}
}

// retryWeight is about how many bytes the record of a retry takes.
func retryWeight(weight int) int64 { return changeWeight + int64(weight) }

// repeated gives a *Repeated where a write was done before.
func (ws *workspace) repeated(r *Retry) error {
	if r == nil {
		return nil
	}
	before, ok := ws.retries[r.Key]
	switch {
	case !ok:
		return nil
	case before.broken != nil:
		return errDamaged(before.broken)
	}
	return &Repeated{before.kept}
}

// remember keeps a record of a write that may be sent again.
func (ws *workspace) remember(w *Write, at contact.Time, outcomes []Outcome) error {
	if w.Retry == nil {
		return nil
	}
	answer, err := w.Retry.Answer(outcomes)
	if err != nil {
		return err
	}
	kept := record.Retry{Space: w.Space, Key: w.Retry.Key, Fingerprint: w.Retry.Fingerprint, RequestID: w.By.RequestID, At: at, Answer: answer}
	kept.Seal()
	ws.keep(&kept)
	ws.kept = append(ws.kept, kept)
	ws.row.Usage = ws.row.Usage.Grow(retryWeight(kept.Weight()))
	return nil
}

// put makes a row that was loaded part of the state.
func (ws *workspace) put(row *record.Contact) {
	if ws.known[row.ID] != nil {
		return
	}
	c, err := record.DecodeContact(row)
	if err != nil {
		ws.known[row.ID] = &known{broken: err}
		return
	}
	ws.known[c.ID] = &known{loaded: &c, weight: row.Weight(), now: &c}
}

// now gives a contact as it is, nil for none.
func (ws *workspace) now(id contact.ID) *contact.Contact {
	if k := ws.known[id]; k != nil {
		return k.now
	}
	return nil
}

// to gives the id that a ref leads to.
func (ws *workspace) to(ref contact.ID) contact.ID {
	if id, ok := ws.leads[ref]; ok {
		return id
	}
	return ref
}

// view gives what a verb sees. It is an error where a row cannot be read that
// the verb needs: that is its fault alone, not that of its neighbours.
func (ws *workspace) view(w *Write, needs *contact.Needs) (*contact.View, error) {
	v := &ws.seen
	*v = contact.View{Region: ws.row.Region, Reads: w.Reads, Op: ws.row.NextSeq, At: ws.at, Refs: v.Refs[:0]}
	for n := range needs.NewIDs {
		v.NewIDs = append(v.NewIDs, ws.row.NextID+contact.ID(n))
	}
	var damaged error
	find := func(named, id contact.ID) contact.Found {
		if k := ws.known[id]; k != nil && k.broken != nil {
			damaged = errDamaged(k.broken)
		}
		return contact.Found{ID: named, Contact: ws.now(id)}
	}
	for _, ref := range needs.Refs {
		found := find(ref, ws.to(ref))
		if found.Contact != nil && found.Contact.State == contact.Merged {
			damaged = errAstray(found.Contact.ID)
		}
		v.Refs = append(v.Refs, found)
	}
	for _, id := range needs.Rows {
		v.Rows = append(v.Rows, find(id, id))
	}
	for _, ref := range needs.Trees {
		v.Trees = append(v.Trees, contact.Tree{Ref: ref, Nodes: ws.trees[ws.to(ref)]})
	}
	for _, ref := range needs.Pairs {
		v.Pairs = append(v.Pairs, contact.Paired{Ref: ref, Pairs: ws.pairsOf(ws.to(ref))})
	}
	for _, op := range needs.Undone {
		v.Undone = append(v.Undone, contact.Standing{Op: op, By: ws.standing(op)})
	}
	return v, damaged
}

// standing gives the write that undoes another and was not undone itself, 0 for
// none. Each undoes an earlier one, so this ends.
func (ws *workspace) standing(op contact.Seq) contact.Seq {
	for _, by := range ws.undone[op] {
		if ws.standing(by) == 0 {
			return by
		}
	}
	return 0
}

// undoing notes that a write undoes another.
func (ws *workspace) undoing(op, by contact.Seq) {
	before := ws.undone[op]
	if slices.Contains(before, by) {
		return
	}
	if ws.undone == nil {
		ws.undone = map[contact.Seq][]contact.Seq{}
	}
	ws.undone[op] = append(slices.Clip(before), by)
	if ws.undo != nil {
		ws.undo = append(ws.undo, func() { ws.undone[op] = before })
	}
}

// do lets all verbs of a write decide, or none: where one is refused, the state
// is as it was, and the outcomes are those of the verbs before it. Of a Space that
// is not there, there is no workspace.
func (ws *workspace) do(p *pending) (r result) {
	if ws == nil {
		return result{err: fmt.Errorf("store: no Space %d", p.write.Space)}
	}
	if err := ws.repeated(p.write.Retry); err != nil {
		return result{err: err}
	}
	if p.tooHeavy {
		return result{err: TooHeavy()}
	}
	if p.write.rewrite != nil {
		return result{err: ws.rewritten(p.write.rewrite)}
	}
	if ws.rekeyed = append(ws.rekeyed, p.write.rekey...); len(p.write.Verbs) == 0 && p.write.Plan == nil && p.write.File == nil {
		return r
	}
	ws.removed, ws.touched = p.write.Terms.Removed, nil
	at, goBack := ws.at, func() {}
	if len(p.write.Verbs) > 1 || p.write.Retry != nil || p.write.Plan != nil || p.write.File != nil || p.write.Terms.Dry {
		goBack = ws.mark()
		defer func() { ws.undo = nil }()
	}
	r.outcomes = p.oneOutcome[:0]
	for i, verb := range p.write.Verbs[:p.loaded] {
		out, err := ws.next(&p.write, verb, &p.needs[i])
		if err != nil && p.write.endsBefore(i, err) {
			break
		}
		if err != nil && !p.write.goesOn(err) {
			goBack()
			return result{r.outcomes, err}
		}
		out.Err = err
		r.outcomes = append(r.outcomes, out)
	}
	if p.write.Terms.Dry {
		goBack()
		for i := range r.outcomes {
			r.outcomes[i].Op = 0
		}
		return r
	}
	if err := ws.plan(&p.write, r.outcomes); err != nil {
		goBack()
		return result{err: err}
	}
	if err := ws.file(&p.write); err != nil {
		goBack()
		return result{err: err}
	}
	if err := ws.remember(&p.write, at, r.outcomes); err != nil {
		goBack()
		return result{err: err}
	}
	return r
}

// next lets the next verb of a write decide. What was read of history before the
// write is no ground any more for what an earlier verb of it has touched.
func (ws *workspace) next(w *Write, verb contact.Verb, needs *contact.Needs) (Outcome, error) {
	if len(w.Verbs) == 1 {
		return ws.decide(w, verb, needs)
	}
	rests := contact.RestsOn
	if w.Each {
		rests = contact.RestsOnPast
	}
	for _, id := range rests(verb) {
		switch {
		case !ws.touched[ws.to(id)]:
		case w.Each && !w.Terms.Dry:
			return Outcome{}, contact.ErrStale // it is done when those before it are
		default:
			return Outcome{}, contact.SplitBatch()
		}
	}
	out, err := ws.decide(w, verb, needs)
	if err != nil {
		return Outcome{}, err
	}
	if ws.touched == nil {
		ws.touched = map[contact.ID]bool{}
	}
	for i := range out.Entries {
		ws.touched[out.Entries[i].Contact.ID] = true
	}
	return out, nil
}

// decide lets a verb decide on the state, and makes what it decides part of it.
// An error refuses the verb, and leaves the state as it was.
func (ws *workspace) decide(w *Write, verb contact.Verb, needs *contact.Needs) (Outcome, error) {
	v, err := ws.view(w, needs)
	if err != nil {
		return Outcome{}, err
	}
	d, err := decideSafely(verb, v)
	if err != nil {
		return Outcome{}, err
	}
	return ws.accept(w, v, &d)
}

// decideSafely turns a panic into an error of that verb alone. The panic's value
// is left out: it may hold personal data. A verb that looked at what it does not
// need saw nothing there, whatever that is, so nothing that it says counts.
func decideSafely(verb contact.Verb, v *contact.View) (d contact.Decision, err error) {
	defer func() {
		if recover() != nil {
			err = fmt.Errorf("store: the decision of a %T panicked", verb)
		}
		if v.Unasked() {
			err = fmt.Errorf("store: a %T looks at what it does not need", verb)
		}
	}()
	return verb.Decide(v)
}

// accept makes a decision part of the state that later writes decide on.
func (ws *workspace) accept(w *Write, v *contact.View, d *contact.Decision) (Outcome, error) {
	if err := ws.begins(d, v); err != nil {
		return Outcome{}, err
	}
	by := w.By
	by.Actor.Import = d.Import
	entries := d.Enter(contact.Stamp{Attribution: by, Op: ws.row.NextSeq, At: ws.at})
	out := Outcome{Entries: entries, Remains: d.Remains, Left: d.Left, Stands: d.Stands}
	if w.Terms.Dry {
		out.Found = &Found{}
		if before := ws.now(d.Subject); before != nil {
			out.Found.Version = before.Version
		}
	}
	if ws.row.NextSeq > contact.MaxSeq+1-contact.Seq(len(entries)) {
		return out, errUsedUp("This Space has no numbers left for changes: the write was not done. Reading still works.")
	}
	rows := make([]record.Change, len(entries))
	for i := range entries {
		var err error
		if rows[i], err = record.EncodeChange(w.Space, &entries[i].Change); err != nil {
			return out, err
		}
	}
	if len(entries) > 0 {
		out.Op = ws.row.NextSeq
	}
	if err := ws.room(entries, d.Pairs); err != nil {
		return out, err
	}
	if w.Terms.MaxRemovals != nil || w.Budget != (access.Budget{}) {
		out.Removed = contact.Removals(entries)
	}
	if most := w.Terms.MaxRemovals; most != nil && ws.removed+out.Removed > *most {
		return out, contact.TooManyRemovals(d.Subject, entries)
	}
	subject, err := subjectOf(d, v, entries)
	if err != nil {
		return out, err
	}
	if err := ws.knowsTrees(entries); err != nil {
		return out, err
	}
	if err := ws.spend(w, d.Subject, entries, out.Removed); err != nil { // the last of what may refuse it (CONTRACT D1)
		return out, err
	}
	out.Subject = subject
	ws.removed += out.Removed
	ws.changes = append(ws.changes, rows...)
	ws.row.Usage = ws.row.Usage.Add(weigh(rows), ws.at)
	ws.pair(d.Pairs)
	for i := range entries {
		ws.erase(w, &entries[i].Change)
		ws.set(&entries[i].Contact)
		if ch := &entries[i].Change; ch.Undoes != 0 {
			ws.undoing(ch.Undoes, ch.Op)
		}
	}
	ws.hang(entries)
	for i := range entries {
		if c, state := &entries[i].Contact, entries[i].Change.Edits.State; state != nil && state.Before == contact.Merged {
			ws.release(c)
		}
	}
	if len(entries) > 0 {
		ws.row.NextSeq += contact.Seq(len(entries))
		ws.row.LastAt = ws.at
		ws.at++
	}
	return out, nil
}

// room refuses what would keep more in a Space that is full. What takes a write
// back goes on, and what erases.
func (ws *workspace) room(entries []contact.Entry, pairs []contact.PairEdit) error {
	come := slices.ContainsFunc(pairs, func(p contact.PairEdit) bool { return !p.Gone })
	if len(entries) == 0 && !come || len(entries) > 0 && (entries[0].Change.TakesBack() || entries[0].Change.Edits.Erased) {
		return nil
	}
	return ws.row.Usage.Check(ws.row.Quota, ws.at)
}

// changeWeight is about how many bytes an entry of history takes beside its texts.
const changeWeight = 128

func weigh(rows []record.Change) (bytes int64) {
	for i := range rows {
		bytes += changeWeight + int64(rows[i].Weight())
	}
	return bytes
}

// begins makes sure that each step begins at what is there, or makes a contact of
// an id that was given for it.
func (ws *workspace) begins(d *contact.Decision, v *contact.View) error {
	for i := range d.Steps {
		step := &d.Steps[i]
		id, now := step.After.ID, ws.now(step.After.ID)
		again := slices.ContainsFunc(d.Steps[:i], func(s contact.Step) bool { return s.After.ID == id })
		if !again && (step.Before != now || now == nil && !slices.Contains(v.NewIDs, id)) {
			return errors.New("store: a decision does not begin at what is there")
		}
	}
	return nil
}

// subjectOf finds the contact that the answer shows, if it shows one.
func subjectOf(d *contact.Decision, v *contact.View, entries []contact.Entry) (*contact.Contact, error) {
	if d.Subject == 0 {
		return &contact.Contact{}, nil
	}
	for i := range entries {
		if entries[i].Contact.ID == d.Subject {
			return &entries[i].Contact, nil
		}
	}
	for _, found := range slices.Concat(v.Refs, v.Rows) {
		if found.Contact != nil && found.Contact.ID == d.Subject {
			return found.Contact, nil
		}
	}
	return nil, errors.New("store: a decision shows a contact that is neither of its steps nor of its view")
}

// set makes a contact's new state the present one.
func (ws *workspace) set(c *contact.Contact) {
	k := ws.known[c.ID]
	if k == nil {
		k = &known{}
		ws.known[c.ID] = k
		ws.row.NextID = max(ws.row.NextID, c.ID+1)
	}
	before := k.now
	if before != nil && before.State != contact.Merged && c.State == contact.Merged {
		ws.redirect(c)
	}
	if before == k.loaded {
		ws.changed = append(ws.changed, c.ID)
	}
	k.now = c
	if ws.undo != nil {
		ws.undo = append(ws.undo, func() {
			if k.now = before; before == nil {
				delete(ws.known, c.ID)
			}
		})
	}
}

// mark gives a way back to the state as it is now, until the next mark is made.
func (ws *workspace) mark() (goBack func()) {
	row, at := ws.row, ws.at
	changed, changes, redirects, paired, erased := len(ws.changed), len(ws.changes), len(ws.redirects), len(ws.pairs.edits), len(ws.erasures)
	remembered := len(ws.remembered)
	ws.undo = []func(){}
	return func() {
		for _, undo := range slices.Backward(ws.undo) {
			undo()
		}
		ws.row, ws.at = row, at
		ws.changed, ws.changes, ws.redirects = ws.changed[:changed], ws.changes[:changes], ws.redirects[:redirects]
		ws.pairs.edits, ws.erasures = ws.pairs.edits[:paired], ws.erasures[:erased]
		ws.remembered = ws.remembered[:remembered]
	}
}
