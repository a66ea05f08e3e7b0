package store

import (
	"errors"
	"time"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/record"
)

// Write is what a use case hands to the store: verbs of one caller, in one Space,
// each on what those before it left. All of them happen or none does, unless Each is
// set. See Store.Do.
type Write struct {
	Space contact.SpaceID
	By    contact.Attribution
	Reads bool // the caller may read: see contact.View
	Verbs []contact.Verb
	// Each lets every verb stand by itself: one that is refused has its error in its
	// Outcome, and leaves the others. Where all are too heavy together, or one cannot
	// be decided now, those before it are done, and the outcomes end there.
	Each  bool
	Terms Terms
	// Budget is that of the key of By: of what all verbs together take away and change.
	Budget access.Budget
	Retry  *Retry     // nil for a write of which a repetition is another
	Plan   *PlanWrite // nil for none
	File   *FileWrite // nil for none; then there are neither verbs nor a plan
	Erase  int64      // the job that takes out what is left of what its verbs erase

	rekey   []contact.ID // whose keys are made anew; then there are no verbs
	rewrite *rewrite     // what an EraseJob writes over; likewise
}

// Terms are what a caller asks of a write beside what it does (CONTRACT D24).
type Terms struct {
	Dry         bool // all is decided as ever, and nothing is done
	MaxRemovals *int // how much it may take away, as contact.Removals counts; nil for whatever it does
	Removed     int  // how much was taken away before that counts with it: by earlier writes of its batch
}

// Retry makes a write one that is done once, however often it is sent. A record of
// it is saved with what it changes, and where it changes nothing as well; who
// sends it again gets that record, as a *Repeated.
type Retry struct {
	Key         string // names it in its Space
	Fingerprint []byte // of all that it asks
	// Answer gives what to keep of the outcomes. It must be pure. An error refuses
	// the write.
	Answer func([]Outcome) ([]byte, error)
}

// RetryLife is how long a write is remembered that may be sent again (CONTRACT D32).
const RetryLife = contact.Time(24 * time.Hour / time.Microsecond)

// Repeated is the error of a write whose key was used before: nothing was done.
// Whether it asks the same, its fingerprint tells.
type Repeated struct{ Kept record.Retry }

// Error says that it is a repetition.
func (r *Repeated) Error() string { return "store: a write with this key was done before" }

// MaxWeight is how many bytes the verbs of one write may carry that are done
// together.
const MaxWeight = maxBatchWeight

// TooHeavy refuses what would be done together and is too much for that.
func TooHeavy() error {
	return fault.New(fault.TooLarge, fault.CodeBatchTooHeavy,
		"These operations are too much to be done together: nothing was done. Send fewer at once, or leave atomic out.")
}

// Weight gives about how many bytes the write carries. It bounds a batch.
func (w *Write) Weight() int {
	n := 0
	for _, v := range w.Verbs {
		n += v.Size()
	}
	return n
}

// Outcome tells what became of a verb.
type Outcome struct {
	Op      contact.Seq        // names the change (CONTRACT D22); 0 where nothing changed, and in a dry run
	Subject *contact.Contact   // as the verb left it, or found it; others look at it too
	Entries []contact.Entry    // what it entered into history
	Remains []contact.Remains  // what it could not leave as it was
	Removed int                // how much it took away, where that is counted
	Left    []contact.Conflict // what it was asked to leave, because that was changed again
	Stands  bool               // of what it was to take back some stays, for that or because others brought it anew
	Found   *Found             // of a dry run alone
	Err     error              // why it was refused: of a Write with Each alone
}

// Found is what a verb found.
type Found struct {
	Version contact.Version // of the subject; 0 for a new one
}

// endsBefore tells whether a write is done without its verb of this place, and those
// after it: that says nothing about the verb but that it cannot be decided now.
func (w *Write) endsBefore(place int, err error) bool {
	return w.Each && !w.Terms.Dry && place > 0 && (errors.Is(err, contact.ErrStale) || isFull(err))
}

// goesOn tells whether a write goes on behind a verb that was refused so.
func (w *Write) goesOn(err error) bool {
	return w.Each && !errors.Is(err, contact.ErrStale) && (w.Terms.Dry || !isFull(err))
}

// isFull tells whether an error says that there is no room, or that it cannot be done
// now.
func isFull(err error) bool {
	kind := fault.KindOf(err)
	return kind == fault.Unavailable || kind == fault.SpaceFull
}
