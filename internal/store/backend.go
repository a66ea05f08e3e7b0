package store

import (
	"context"
	"errors"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
)

// The errors that a Backend may return from a transaction, beside a
// *fault.Error of kind Unavailable. All three mean: certainly not committed.
// Any other error from Commit means that its outcome is not known.
var (
	// ErrConflict: another transaction got in between. Running the batch again
	// from its load may succeed.
	ErrConflict = errors.New("store: conflict, not committed")
	// ErrRefused: the database refuses something that the batch would save.
	// The other writes of the batch may succeed without it.
	ErrRefused = errors.New("store: refused by the database, not committed")
)

// ErrBroken marks an error after which the storage cannot be trusted any more,
// such as a failed fsync. The process must stop and start anew; nothing may be
// tried again before.
var ErrBroken = errors.New("store: the storage failed")

// Backend keeps the rows of one database. It knows no rules: it loads and
// saves what it is told to. Its methods may be called from many goroutines.
type Backend interface {
	// Lane gives the queue of a Space. Writes of one lane run one batch after
	// the other and may share a transaction.
	Lane(space contact.SpaceID) int64

	// Begin opens a write transaction for a lane. At most one is open a lane.
	Begin(ctx context.Context, lane int64) (Tx, error)

	// Saved tells, after a Commit whose outcome is not known, whether it
	// happened. It first makes sure that the old transaction has ended either
	// way, and then looks for the mark.
	Saved(ctx context.Context, mark Mark) (bool, error)

	Reader
	Registry
	Sessions
	Windows
	Jobs
	Inventory
	Erasures
	Searches

	// Check tells whether the database answers. It waits for no read of a Space.
	Check(ctx context.Context) error

	// LastAt gives the time of the newest change of all Spaces, 0 for none. It
	// waits for no read of a Space.
	LastAt(ctx context.Context) (contact.Time, error)

	// Watch has failed called once the storage cannot be trusted any more, in
	// whatever way that shows: while reading, or in the background, as well as by
	// an ErrBroken that a write returns. It may be called at once, from any
	// goroutine, and more than once.
	Watch(failed func(error))

	// Close ends all connections. No transaction may be open.
	Close() error
}

// MaxPageBytes bounds what one call of a Reader brings: a list ends with the row
// with which its rows weigh this much, however many were asked for. Rows may
// have megabytes, and an answer is held in memory.
const MaxPageBytes = 4 << 20

// MaxLookedAt bounds what one call of a Reader looks at: a walk along rows of
// which few belong to its list ends after so many, wherever it is then. Some ten
// milliseconds of work bring it there: little enough that nobody who waits for
// the connection notices, and so much that few lists ever come to it.
const MaxLookedAt = 10_000

// Reader reads committed and durable state. Each call sees one state; two calls
// may see two. Lists of rows keep to MaxPageBytes and to MaxLookedAt.
//
// A call ends soon after its context does, with the context's error, and leaves
// its connection as good as it was.
type Reader interface {
	// Contact reads the row that a ref leads to: that of the contact into which it
	// was merged at last, or its own. It returns false where the Space has none.
	Contact(ctx context.Context, space contact.SpaceID, ref contact.ID) (record.Contact, bool, error)

	// Contacts reads the rows that these refs lead to, of which none is named twice,
	// in no order: as Contact does. Those that the Space has not are left out.
	Contacts(ctx context.Context, space contact.SpaceID, refs []contact.ID) ([]Led, error)

	// Row reads one row by its own id, following nothing. It returns false where
	// the Space has no such row.
	Row(ctx context.Context, space contact.SpaceID, id contact.ID) (record.Contact, bool, error)

	// Aliases gives all ids that lead to a contact beside its own, in their order:
	// contact.MaxAliases at most, as merges see to that.
	Aliases(ctx context.Context, space contact.SpaceID, id contact.ID) ([]contact.ID, error)

	// List reads live contacts, or deleted ones, in the order of their ids, which
	// are the marks of its walk.
	List(ctx context.Context, l Listing) (Walk, error)

	// Updated reads live contacts in the order of their newest changes, which
	// are the marks of its walk: each change between the bounds is looked at.
	Updated(ctx context.Context, u Updates) (Walk, error)

	// CreatedFrom gives the id and the creation time of the Space's first live
	// contact whose id is at least from; false where there is none.
	CreatedFrom(ctx context.Context, space contact.SpaceID, from contact.ID) (contact.ID, contact.Time, bool, error)

	// Change reads one entry of a Space's history, false where there is none.
	Change(ctx context.Context, space contact.SpaceID, seq contact.Seq) (record.Change, bool, error)

	// Changes reads the entries of a Space's history that have these numbers, of
	// which none is named twice, in no order. Those that it has not are left out.
	Changes(ctx context.Context, space contact.SpaceID, seqs []contact.Seq) ([]record.Change, error)

	// Feed reads changes of a Space, in the order of their numbers or against it.
	Feed(ctx context.Context, s Stretch) (FeedWalk, error)

	// Chain reads a change and those before it of the same contact, newest
	// first, at most limit.
	Chain(ctx context.Context, space contact.SpaceID, from contact.Seq, limit int) ([]record.Change, error)

	// Trail reads a change and those before it of the same contact, without what
	// they hold, at most limit and MaxLookedAt.
	Trail(ctx context.Context, space contact.SpaceID, from contact.Seq, limit int) ([]Step, error)

	// Snapshots reads the changes of a contact that hold a snapshot, without what
	// they hold, from a version on, oldest first, at most limit and MaxLookedAt.
	Snapshots(ctx context.Context, space contact.SpaceID, id contact.ID, from contact.Version, limit int) ([]Step, error)

	// Tree gives all that was merged into what a ref leads to.
	Tree(ctx context.Context, space contact.SpaceID, ref contact.ID) (Tree, error)

	// Through gives the numbers of the changes after one that were made by ids of
	// other contacts than they changed: of these ids, in no order. It gives
	// limit of them at most, which then need not be the first.
	Through(ctx context.Context, space contact.SpaceID, refs []contact.ID, after contact.Seq, limit int) ([]contact.Seq, error)

	// Pairs gives, of each pair of the contact that a ref leads to, what its other
	// id leads to: in no order, and as often as there are pairs. It looks at
	// MaxLookedAt of them at most.
	Pairs(ctx context.Context, space contact.SpaceID, ref contact.ID) ([]contact.ID, error)

	// LastSeq gives the number of a Space's newest change, 0 for none.
	LastSeq(ctx context.Context, space contact.SpaceID) (contact.Seq, error)

	// Secret gives the bytes that all servers on this database share and
	// nobody else knows; at least 32. It waits for no read of a Space.
	Secret(ctx context.Context) ([]byte, error)

	PlanReader
	FileReader
	SearchReader

	// Readers is how many reads of Spaces the backend runs at once.
	Readers() int
}

// Walk is what a walk along rows brings. Stopped is the mark of the last row
// that it looked at, where it ended because those were MaxLookedAt: more rows may
// follow. It is 0 where the walk came to its end, to its limit or to
// MaxPageBytes. Looked is how many rows it looked at, of those that the backend
// knows of: at least its own, and all of them where it was stopped.
type Walk struct {
	Rows    []record.Contact
	Stopped int64
	Looked  int
}

// Step is a change without what it holds.
type Step struct {
	Seq     contact.Seq
	Version contact.Version
	At      contact.Time
	Weight  int // as record.Change.Weight gives it
}

// Listing says which live contacts to read, or which deleted ones. After and Before
// are exclusive bounds of the id; 0 for none.
type Listing struct {
	Space         contact.SpaceID
	After, Before contact.ID
	Deleted       bool               // in place of live ones; then there are no keys
	Keys          []contact.MatchKey // the contact must have all of these; at most two
	OldestFirst   bool               // by id; else newest first
	Limit         int
}

// Updates says which live contacts to read by their newest change. Since is the
// first change to look at; After and Before are exclusive bounds beside it, 0
// for none. IDs and Keys narrow as in Listing.
type Updates struct {
	Space         contact.SpaceID
	Since         contact.Seq
	After, Before contact.Seq
	FirstID       contact.ID // inclusive; 0 for none
	EndID         contact.ID // exclusive; 0 for none
	Keys          []contact.MatchKey
	OldestFirst   bool // by change; else newest first
	Limit         int
}

// Registry keeps Spaces and API keys, and the log of who changed them. Each
// method is a transaction of its own: an entry is there exactly where what it
// tells of is.
type Registry interface {
	// CreateSpace stores a new Space and gives it its id, which the entry about
	// it gets too.
	CreateSpace(ctx context.Context, space access.Space, about access.Entry) (access.Space, error)
	// FirstSpace is CreateSpace where there is no Space at all. Else it gives the
	// first of them, and false. Of all that run at once, by however many servers
	// and beside whatever CreateSpace, one at most makes a Space.
	FirstSpace(ctx context.Context, space access.Space, about access.Entry) (access.Space, bool, error)
	// Spaces lists all Spaces by id.
	Spaces(ctx context.Context) ([]access.Space, error)
	// Usages tells what each Space keeps.
	Usages(ctx context.Context) (map[contact.SpaceID]access.Usage, error)
	// UpdateSpace loads a Space, lets change decide, and saves what it left, with what
	// change gives. ErrNoRow where there is no such Space.
	UpdateSpace(ctx context.Context, id contact.SpaceID, change func(*access.Space) (WithSpace, error)) (access.Space, error)
	// SpaceNow reads one Space and what it keeps. It returns false where there is
	// none.
	SpaceNow(ctx context.Context, id contact.SpaceID) (access.Space, access.Usage, bool, error)
	// CreateKey stores a new key and gives it its id, which the entry about it
	// gets too. ErrNoRow where its Space does not exist.
	CreateKey(ctx context.Context, key access.APIKey, about access.Entry) (access.APIKey, error)
	// APIKeys lists all keys by id, revoked ones included.
	APIKeys(ctx context.Context) ([]access.APIKey, error)
	// APIKeysOf lists the newest keys of a Space, newest first, revoked ones
	// included: limit of them at most.
	APIKeysOf(ctx context.Context, space contact.SpaceID, limit int) ([]access.APIKey, error)
	// APIKey reads one key by its id. It returns false where there is none.
	APIKey(ctx context.Context, id int64) (access.APIKey, bool, error)
	// Spent tells what keys of a Space have used of their daily budgets, in the
	// window that they used some in last. A key that used nothing, or is of another
	// Space, is left out.
	Spent(ctx context.Context, space contact.SpaceID, keys []int64) ([]KeySpent, error)
	// UpdateKey loads a key, lets change decide, and saves what it left, with the
	// entry that it gives, nil for none. ErrNoRow where there is no such key.
	UpdateKey(ctx context.Context, id int64, change func(*access.APIKey) (*access.Entry, error)) (access.APIKey, error)
	// Entries reads the log, newest first. Like the lists of a Reader it keeps to
	// MaxPageBytes. Ids of entries grow in the order in which they are committed,
	// so that what comes later has a greater one.
	Entries(ctx context.Context, q EntryQuery) ([]access.Entry, error)
	// Grant finds a key by its hash, with its Space. It returns false where no
	// such key was ever made. Revoked and expired ones are found. Like all that
	// reads the registry, it waits for no read of a Space.
	Grant(ctx context.Context, hash [32]byte) (access.Grant, bool, error)
}

// WithSpace is what is saved with a Space, in the same transaction: the entry about its
// change and the jobs that follow from it, which get their ids.
type WithSpace struct {
	About  *access.Entry
	Jobs   []Job
	Forget bool // all that the Space remembers of who was erased goes
}

// EntryQuery says which entries of the log to read: those about Spaces, or those
// about keys.
type EntryQuery struct {
	Keys   bool
	ID     int64 // of one Space or one key; 0 for all
	Before int64 // exclusive bound of the entry's id; 0 for none
	Limit  int
}

// ErrNoRow says that the row to change does not exist.
var ErrNoRow = errors.New("store: no such row")

// Tx is a write transaction. After an error from Load, Save or NewIDs the only
// call is Rollback; after Commit, whatever it returned, none.
type Tx interface {
	// Spaces loads the counters of Spaces, and locks them against other
	// writers. A Space that does not exist is left out.
	Spaces(ctx context.Context, ids []contact.SpaceID) ([]SpaceRow, error)
	// Load loads what writes want to look at. What the Spaces do not have is left
	// out, but for Trees: one of nothing is without nodes.
	Load(ctx context.Context, w *Wants) (Loaded, error)
	// NewIDs takes n consecutive contact ids that no Space was ever given, all
	// greater than every one given before. They may be lost if the transaction
	// is not committed.
	NewIDs(ctx context.Context, n int64) (contact.ID, error)
	// Save writes everything in s, which is of Spaces of the transaction's lane.
	// A row whose stored version is not the one that was loaded is ErrConflict;
	// one that must not exist and does, in its Space, is ErrConflict or
	// ErrRefused.
	Save(ctx context.Context, s *Save) error
	// Commit returns nil once all is on stable storage. See ErrConflict for
	// what its errors mean.
	Commit(ctx context.Context) error
	// Rollback ends the transaction without a trace.
	Rollback()
}

// ContactID is an id together with the Space that every query is bound to.
type ContactID struct {
	Space contact.SpaceID
	ID    contact.ID
}

// Wants names what to load, each once.
type Wants struct {
	Refs    []ContactID // what these lead to: see Reader.Contact
	Rows    []ContactID // the rows with these very ids
	Trees   []ContactID // all that was merged into what these lead to
	Undone  []WriteID   // the writes that undo these, those that undo them, and so on
	Pairs   []ContactID // the pairs of what these lead to: with its id, or one that leads to it, on either side
	Retries []RetryID
	Expired []Expired
	Spent   []KeyID
	Plans   []PlanID
	Files   []FileID
}

// Expired asks for records of retries of a Space that are of a moment or older, the
// oldest first: Limit of them at most. What they hold is not read, because many of
// them may hold much.
type Expired struct {
	Space contact.SpaceID
	Until contact.Time
	Limit int
}

// KeyID names an API key of a Space.
type KeyID struct {
	Space contact.SpaceID
	Key   int64
}

// WriteID names a write by its first change.
type WriteID struct {
	Space contact.SpaceID
	Op    contact.Seq
}

// Undoing is a write, and one that it undoes.
type Undoing struct {
	Space  contact.SpaceID
	Op, By contact.Seq
}

// RetryID names the record of a write that may be sent again.
type RetryID struct {
	Space contact.SpaceID
	Key   string
}

// RetryWeight is the record of a retry without what it holds, and what it weighs.
type RetryWeight struct {
	RetryID
	Weight int // record.Retry.Weight
}

func (w *Wants) size() int {
	return len(w.Refs) + len(w.Rows) + len(w.Trees) + len(w.Undone) + len(w.Pairs) + len(w.Retries) + len(w.Expired) + len(w.Spent) + len(w.Plans) + len(w.Files)
}

func (w *Wants) clear() {
	w.Refs, w.Rows, w.Trees, w.Undone = w.Refs[:0], w.Rows[:0], w.Trees[:0], w.Undone[:0]
	w.Pairs, w.Retries, w.Expired, w.Spent, w.Plans, w.Files = w.Pairs[:0], w.Retries[:0], w.Expired[:0], w.Spent[:0], w.Plans[:0], w.Files[:0]
}

// Loaded is what was found, in no order.
type Loaded struct {
	Refs    []Led
	Rows    []record.Contact
	Trees   []Tree
	Undone  []Undoing     // a pair may come twice
	Pairs   []record.Pair // one that has several ids of those asked for comes several times
	Retries []record.Retry
	Expired []RetryWeight
	Spent   []KeySpent
	Plans   []record.Plan
	Files   []record.File
}

// KeySpent is what a key has used of its daily budget. A key that has used nothing
// has none.
type KeySpent struct {
	KeyID
	Spent access.Spent
}

// Led is the row that a ref leads to.
type Led struct {
	Ref contact.ID
	Row record.Contact
}

// Tree is all that leads to one contact.
type Tree struct {
	Space contact.SpaceID
	Root  contact.ID
	Nodes []contact.Node
}

// SpaceRow holds a Space's counters: one hot row a batch. Region, Quota, Rekeying
// and Remember come with it, read in the same transaction, because what is written follows from them.
type SpaceRow struct {
	Space    contact.SpaceID
	NextID   contact.ID // the next contact's id
	BlockEnd contact.ID // the first id that is not the Space's any more
	NextSeq  contact.Seq
	LastAt   contact.Time // of the newest change
	Usage    access.Usage
	Region   string // of its settings, as the next; never saved from here
	Quota    access.Quota
	Rekeying access.Rekeying
	Remember contact.ErasedSecret
}

// ContactSave is a row to write, and the version that it must still have; 0
// for a row that must not exist. Moved tells that its state or its parent
// differs from the loaded row: where it is false, what is indexed of a row stays
// as it is, and need not be written.
type ContactSave struct {
	Row    record.Contact
	Loaded contact.Version
	Moved  bool
}

// Redirect makes a contact, and every id that leads to it, lead to another.
// With IDs it is these that lead to To from then on, and To, which led elsewhere,
// to itself; From is 0.
type Redirect struct {
	Space    contact.SpaceID
	From, To contact.ID
	IDs      []contact.ID
}

// Save is all that a batch writes, in one transaction. The redirects follow
// the contacts, in their order; what comes of retries follows what goes. Of an entry of
// history that is rewritten, its actor, reason, checksum, edits and snapshot are.
type Save struct {
	Spaces      []SpaceRow
	Contacts    []ContactSave
	Redirects   []Redirect
	Changes     []record.Change
	Rewritten   []Rewritten
	Erasures    []Erasure
	Remembered  []Remembered // of one that is there already the later day stays
	KeysGone    []record.MatchKey
	KeysCome    []record.MatchKey
	PairsGone   []record.Pair // that are not there is no fault
	PairsCome   []record.Pair // nor that they are there already
	RetriesGone []RetryID     // that are not there is no fault
	Retries     []record.Retry
	Spent       []KeySpent
	Plans       []PlanSaved // in their order: one may be saved more than once
	Files       []FileSaved // likewise
	Anew        *Anew       // nil for nothing
}

// Anew is what is derived and made anew: each in place of what is there, or is not. An alias
// to 0 goes, and so do the contacts of a row of a plan where it is to have none.
type Anew struct {
	Aliases      []Alias
	PlanContacts []PlanRowContacts
}

// Empty tells whether there is nothing to write.
func (s *Save) Empty() bool {
	return len(s.Spaces)+len(s.Retries)+len(s.RetriesGone)+len(s.PairsGone)+len(s.PairsCome)+len(s.KeysGone)+len(s.KeysCome)+len(s.Plans)+len(s.Files) == 0
}

// Mark is one row of a batch: where it is stored, all of the batch is. It is a
// change or, in a batch that changes nothing, the record of a retry, which has a
// Key instead of a Seq. A batch of pairs alone has neither, and is never found to be
// saved: it may be saved again.
type Mark struct {
	Space     contact.SpaceID
	Seq       contact.Seq
	Key       string
	RequestID string
}
