// Package book holds the use cases: what callers can do with a contact book.
// It is the only writer. It knows who asks and whether they may, hands the
// store verbs of package contact, and knows no database and no HTTP.
package book

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/store"
)

// Book is a contact book over one store. Its methods may be called from many
// goroutines.
type Book struct {
	store   *store.Store
	log     *slog.Logger
	clock   func() time.Time
	grants  grants
	waiting waiting
	pages   *store.Turns
	ready   ready
	running running
	cursors cursors
	reading readings
	scrubs  bool
	scrubAt *ScrubAt
	binNext contact.Time   // when what was deleted is looked at next; for Sweep alone
	after   sync.WaitGroup // what goes on after an answer
}

// Options set what a Book takes from its surroundings; zero values will do.
type Options struct {
	Log   *slog.Logger     // nil: slog.Default
	Clock func() time.Time // nil: time.Now
	// Scrubs tells that the database can be scrubbed, and is to be once somebody was erased:
	// from ScrubAt on, or at once where that is nil.
	Scrubs  bool
	ScrubAt *ScrubAt
}

// New makes a Book.
func New(s *store.Store, o Options) *Book {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	b := &Book{store: s, log: o.Log, clock: o.Clock, scrubs: o.Scrubs, scrubAt: o.ScrubAt, pages: store.NewTurns(maxPages())}
	b.grants.known = map[[32]byte]grantEntry{}
	b.grants.touched = map[int64]time.Time{}
	return b
}

// Close waits for what goes on after answers. Nobody may call the Book any
// more.
func (b *Book) Close() {
	b.after.Wait()
	b.reading.close()
}

func (b *Book) now() contact.Time { return contact.TimeOf(b.clock()) }

// Terms are what goes with a verb: what the write is known by in history, beside
// its key (CONTRACT D22), and what it may do.
type Terms struct {
	RequestID string // unique
	Name      string // the person or program behind the key, if the caller said; at most MaxActorName
	Reason    string // why, if the caller said; at most MaxReason
	Retry     *Retry // makes it one that is done once; nil for none
	store.Terms
}

// Limits on Terms, in code points.
const (
	MaxActorName = 100
	MaxReason    = 500
)

// Written is what a write answers: the contact as it is now, and the name of
// the change, zero where nothing changed (CONTRACT D22).
type Written struct {
	Contact contact.Contact
	Change  contact.ChangeID
	Entries []contact.Entry   // what it enters into history; in a dry run, what it would
	Remains []contact.Remains // what a split could not leave as it was
	// Replayed tells that it was done before, by the same request: all else is as that
	// left it then.
	Replayed bool
	// ErasedBefore is when somebody was erased who had an email or a phone of a contact that
	// this made, where the Space remembers that; 0 for nobody, or not known.
	ErasedBefore contact.Day
}

// Splits tells whether the write split contacts off: an unmerge, or the undo of a merge.
func (w *Written) Splits() bool {
	return slices.ContainsFunc(w.Entries, func(e contact.Entry) bool { return len(e.Change.Edits.Split) > 0 })
}

// Creates tells whether the write made the contact.
func (w *Written) Creates() bool {
	ch := w.change()
	return ch != nil && ch.Action == contact.ActionCreate
}

// Changed gives what a write did to the contact that it is about; nothing where
// that stayed as it was.
func (w *Written) Changed() contact.Edits { return contact.Seen(w.Entries, w.Contact.ID) }

// Hides gives what it hid behind that contact, by merging others into it.
func (w *Written) Hides() []contact.Hidden { return contact.Hides(w.Entries, w.Contact.ID) }

// change gives the entry of the contact that a write is about, nil where that
// stayed as it was.
func (w *Written) change() *contact.Change {
	for i := range w.Entries {
		if w.Entries[i].Contact.ID == w.Contact.ID {
			return &w.Entries[i].Change
		}
	}
	return nil
}

// Get reads the contact that a ref leads to. It needs contacts:read.
func (b *Book) Get(ctx context.Context, g access.Grant, ref contact.ID) (contact.Contact, error) {
	if err := g.Allow(access.Read); err != nil {
		return contact.Contact{}, err
	}
	c, ok, err := b.store.Get(ctx, g.Space.ID, ref)
	if err == nil && !ok {
		err = contact.NotFound()
	}
	return c, err
}

// Do asks for a verb. It needs contacts:write, and for a dry run contacts:read too.
// Where nothing comes out different, Written.Change is zero and the version stays
// (CONTRACT D15), and so in a dry run.
func (b *Book) Do(ctx context.Context, g access.Grant, terms Terms, verb contact.Verb) (Written, error) {
	if err := mayWrite(g, terms.Dry); err != nil {
		return Written{}, err
	}
	before, err := b.erasedBefore(ctx, g, verb) // what is done must not fail after it
	if err != nil {
		return Written{}, err
	}
	written, err := b.do(ctx, g, terms, verb)
	written.ErasedBefore = before
	return written, err
}

func (b *Book) do(ctx context.Context, g access.Grant, terms Terms, verb contact.Verb) (Written, error) {
	w := writeOf(g, &terms, []contact.Verb{verb})
	if terms.again() {
		leave, err := b.begin(ctx, g.Space.ID, terms.Retry)
		if err != nil {
			return Written{}, err
		}
		defer leave()
		w.Retry = terms.Retry.of(g, terms.Retry.Key, "")
	}
	out, err := b.ask(ctx, g, w)
	if again, ok := errors.AsType[*store.Repeated](err); ok {
		return b.replayed(ctx, g, terms.Retry, again)
	}
	if err != nil {
		return Written{}, err
	}
	return writtenOf(g, &out[0]), nil
}

// again tells whether the write may be sent again and is done once. A dry run is not
// done, so it may be asked for as often as one likes.
func (t *Terms) again() bool { return t.Retry != nil && !t.Dry }

// mayWrite tells whether a key may write and, for a dry run, see what that would do.
func mayWrite(g access.Grant, dry bool) error {
	err := g.Allow(access.Write)
	if err == nil && dry {
		err = g.Allow(access.Read)
	}
	return err
}

// writeOf makes the write of verbs that somebody asks for.
func writeOf(g access.Grant, terms *Terms, verbs []contact.Verb) store.Write {
	return store.Write{
		Space: g.Space.ID,
		By: contact.Attribution{
			Actor:     contact.Actor{KeyID: g.Key.ID, KeyName: g.Key.Name, Name: terms.Name},
			Reason:    terms.Reason,
			RequestID: terms.RequestID,
		},
		Reads: g.Key.Scopes.Has(access.Read),
		Verbs: verbs,
		Terms: terms.Terms,
	}
}

func writtenOf(g access.Grant, out *store.Outcome) Written {
	w := Written{Contact: *out.Subject, Entries: out.Entries, Remains: out.Remains}
	if out.Op != 0 {
		w.Change = contact.ChangeID{Space: g.Space.ID, Op: out.Op}
	}
	return w
}

// askedAgain is how often a verb is asked again whose past is out of date.
const askedAgain = 3

// ask reads what the verbs of a write need of history, and runs it: anew where what
// was read is out of date by then.
func (b *Book) ask(ctx context.Context, g access.Grant, w store.Write) ([]store.Outcome, error) {
	return b.asked(ctx, &g, w)
}

// asked is ask, of a key whose budget counts, or nil: then whoever asks has seen to that.
func (b *Book) asked(ctx context.Context, of *access.Grant, w store.Write) ([]store.Outcome, error) {
	for again := 0; ; again++ {
		if err := b.gather(ctx, w.Space, &w); err != nil {
			return nil, err
		}
		if of != nil {
			// The body may have been long on its way: the key is asked for again, as the
			// last thing before the write is handed over (CONTRACT D19). While it is in
			// use that costs nothing.
			now, err := b.again(ctx, *of, access.Write)
			if err != nil {
				return nil, err
			}
			w.Budget = now.Key.Budget
		}
		out, err := b.store.Do(ctx, w)
		if !errors.Is(err, contact.ErrStale) {
			return out, err
		}
		if again == askedAgain {
			return nil, &fault.Error{Kind: fault.Unavailable, Code: fault.CodeDatabaseBusy, RetryAfter: time.Second, Err: err,
				Message: "The contact is being changed all the time: nothing was done. Send the request again in a moment."}
		}
	}
}

// gather reads what the verbs of a write need of history. Of many that are too heavy
// with that, not all is read.
func (b *Book) gather(ctx context.Context, space contact.SpaceID, w *store.Write) error {
	weight := 0
	for _, verb := range w.Verbs {
		if err := b.store.Gather(ctx, space, verb); err != nil {
			return err
		}
		if weight += verb.Size(); weight > store.MaxWeight && len(w.Verbs) > 1 {
			return store.TooHeavy()
		}
	}
	return nil
}
