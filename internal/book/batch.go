package book

import (
	"context"
	"crypto/rand"
	"errors"
	"iter"
	"strconv"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
)

// Batch is many verbs that are asked for at once (CONTRACT D33). An error of Verbs ends
// it: what is done by then stays done.
type Batch struct {
	Verbs  iter.Seq2[contact.Verb, error]
	Atomic bool // all are done, in one transaction, or none is
}

// Result is what became of one verb of a batch: it was done, or refused with Err.
type Result struct {
	Written
	Err error
}

// BatchFailed is the error of an atomic batch of which nothing was done, because the
// verb at Place, from 0, was refused with Err. Of them there were Of.
type BatchFailed struct {
	Place, Of int
	Err       error
}

// Error gives the message of what was refused.
func (f *BatchFailed) Error() string { return f.Err.Error() }

// Unwrap gives what was refused.
func (f *BatchFailed) Unwrap() error { return f.Err }

// How many verbs of a batch that is not atomic share a transaction, and about how many
// bytes of them are held: little enough that others hardly wait.
const (
	verbsAtOnce  = 100
	weightAtOnce = 1 << 20
)

// Batch does many verbs, each on what those before it left, and tells of each in its
// place, as soon as that is durable. It gives the name of the batch, "" for a dry run, and
// whether any of it was done before, by the same request. It needs contacts:write, and
// for a dry run contacts:read too.
//
// Where an atomic batch is refused, a *BatchFailed says by which verb. Another error
// means that nothing was done, if no result was told, or else that it was cut off there.
func (b *Book) Batch(ctx context.Context, g access.Grant, terms Terms, batch Batch, tell func(*Result) error) (name string, replayed bool, err error) {
	if err := mayWrite(g, terms.Dry); err != nil {
		return "", false, err
	}
	if terms.again() {
		leave, err := b.begin(ctx, g.Space.ID, terms.Retry)
		if err != nil {
			return "", false, err
		}
		defer leave()
	}
	next, stop := iter.Pull2(batch.Verbs)
	defer stop()
	run := batchRun{book: b, grant: g, terms: terms, name: rand.Text(), next: next, tell: tell}
	if terms.Dry {
		run.name = ""
	}
	if batch.Atomic || terms.Dry {
		err = run.together(ctx, batch.Atomic)
	} else {
		err = run.each(ctx)
	}
	return run.name, run.replayed, err
}

// batchRun is a batch while it runs.
type batchRun struct {
	book  *Book
	grant access.Grant
	terms Terms
	name  string
	next  func() (contact.Verb, error, bool)
	tell  func(*Result) error

	ahead    []contact.Verb // that were read and are not done
	done     int
	removed  int // by what is done
	replayed bool
}

// together does all verbs in one transaction, or looks at what they would do.
func (r *batchRun) together(ctx context.Context, atomic bool) error {
	weight := 0
	for {
		more, err := r.read()
		if err != nil {
			return err
		}
		if !more {
			break
		}
		if weight += r.ahead[len(r.ahead)-1].Size(); weight > store.MaxWeight {
			return store.TooHeavy()
		}
	}
	w := r.write(r.ahead)
	w.Each = !atomic
	out, err := r.book.ask(ctx, r.grant, w)
	if again, ok := errors.AsType[*store.Repeated](err); ok {
		_, err = r.recall(ctx, again)
		return err
	}
	if err != nil && out != nil {
		return &BatchFailed{len(out), len(w.Verbs), err}
	}
	if err != nil {
		return err
	}
	return r.told(out)
}

// each does the verbs some at a time, whatever becomes of one.
func (r *batchRun) each(ctx context.Context) error {
	for most := verbsAtOnce; ; {
		verbs, err := r.someVerbs(most)
		if err != nil || len(verbs) == 0 {
			return err
		}
		n, err := r.some(ctx, verbs)
		switch {
		case err == nil:
			most = verbsAtOnce
			if err := r.drop(n); err != nil {
				return err
			}
		case errors.Is(err, store.ErrRefused) && len(verbs) > 1:
			most = 1 // one of them is at fault: alone, each answers for itself
		case r.done == 0:
			return err // so that the whole is sent again
		default:
			return r.rest(err)
		}
	}
}

// some does the next verbs in one transaction, as far as they fit, and gives how many.
func (r *batchRun) some(ctx context.Context, verbs []contact.Verb) (int, error) {
	w := r.write(verbs)
	w.Each = true
	out, err := r.book.ask(ctx, r.grant, w)
	if again, ok := errors.AsType[*store.Repeated](err); ok {
		return r.recall(ctx, again)
	}
	if err != nil {
		return 0, err
	}
	return len(out), r.told(out)
}

// write makes the write of verbs that are next. Its name leads to what is remembered of
// it: that of the first is the caller's, and tells the name of the batch.
func (r *batchRun) write(verbs []contact.Verb) store.Write {
	w := writeOf(r.grant, &r.terms, verbs)
	w.By.BatchID, w.Terms.Removed = r.name, r.removed
	if !r.terms.again() {
		return w
	}
	key := r.terms.Retry.Key
	if r.done > 0 { // no caller's name has a space
		key += " " + r.name + " " + strconv.Itoa(r.done)
	}
	w.Retry = r.terms.Retry.of(r.grant, key, r.name)
	return w
}

// told tells of what was done.
func (r *batchRun) told(out []store.Outcome) error {
	for i := range out {
		o := &out[i]
		result := Result{Err: o.Err}
		if o.Err == nil {
			result.Written = writtenOf(r.grant, o)
		}
		r.removed += o.Removed
		r.done++
		if err := r.tell(&result); err != nil {
			return err
		}
	}
	return nil
}

// recall tells of what was done before, and gives how many verbs that were.
func (r *batchRun) recall(ctx context.Context, again *store.Repeated) (int, error) {
	k, err := r.terms.Retry.kept(again)
	if err != nil {
		return 0, err
	}
	r.name, r.replayed = k.Batch, true
	whole := !k.Reads || r.grant.Key.Scopes.Has(access.Read)
	for i := range k.Results {
		was := &k.Results[i]
		result := Result{}
		if was.Refused != nil {
			result.Err = was.Refused.err(whole)
		} else if result.Written, err = r.book.recall(ctx, r.grant, was); err != nil {
			return 0, err
		}
		r.removed += was.Removed
		r.done++
		if err := r.tell(&result); err != nil {
			return 0, err
		}
	}
	return len(k.Results), nil
}

// rest tells that what is left was not done.
func (r *batchRun) rest(because error) error {
	for {
		for range r.ahead {
			if err := r.tell(&Result{Err: because}); err != nil {
				return err
			}
		}
		r.ahead = r.ahead[:0]
		if more, err := r.read(); err != nil || !more {
			return err
		}
	}
}

// someVerbs gives the verbs that are done next, none at the end: so many at most, and little
// enough. One that rests on history begins a transaction, because that is read before.
func (r *batchRun) someVerbs(most int) ([]contact.Verb, error) {
	weight := 0
	for n := 0; ; n++ {
		if n == len(r.ahead) {
			if more, err := r.read(); err != nil || !more {
				return r.ahead, err
			}
		}
		verb := r.ahead[n]
		weight += verb.Size()
		if n > 0 && (n == most || weight > weightAtOnce || len(contact.RestsOn(verb)) > 0) {
			return r.ahead[:n], nil
		}
	}
}

// drop lets go of the next verbs, which are done. Those that were done before may be more
// than were read: by a server that did more at once.
func (r *batchRun) drop(n int) error {
	for len(r.ahead) < n {
		if more, err := r.read(); err != nil || !more {
			return errors.Join(err, errors.New("book: more of a batch is remembered than it has"))
		}
	}
	r.ahead = r.ahead[n:]
	return nil
}

// read reads a verb more, false where there is none.
func (r *batchRun) read() (bool, error) {
	verb, err, more := r.next()
	if more && err == nil {
		r.ahead = append(r.ahead, verb)
	}
	return more, err
}
