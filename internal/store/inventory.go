package store

import (
	"context"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
)

// RestoredSkip is by how much the numbers of contacts and changes jump where a SQLite file
// was put back: more than an installation makes between a backup and its loss, and little
// beside 2^40.
const RestoredSkip = 100_000_000

// Inventory reads all that is stored, in pages and as it stands there, for who looks
// whether it fits together: it judges nothing, checksums included. Lists keep to
// MaxPageBytes, but bring one row.
type Inventory interface {
	// Still lends f one state of the database: all that f reads of the backend with the
	// context that it is given is of one moment. f must be short, as that keeps a log, or
	// what was deleted, from going.
	Still(ctx context.Context, f func(ctx context.Context) error) error

	// Examine has the database look through its own files, as far as it can: at the
	// entries of indexes too where it is to be full. It names the tables that it found
	// damaged, and nothing that is in them.
	Examine(ctx context.Context, full bool) (damaged []string, err error)

	// Unclean tells whether this process serves the database and found that it was not
	// closed when it was open last.
	Unclean() bool

	// Counters reads the counters of a Space, with what Tx.Spaces gives beside them. It
	// returns false where there is no such Space.
	Counters(ctx context.Context, space contact.SpaceID) (SpaceRow, bool, error)

	// Used tells how far the numbers are that the installation gives.
	Used(ctx context.Context) ([]Used, error)

	// Weigh adds up what the contacts, the changes, the records of retries, the plans and the
	// files of a Space weigh, as access.Usage counts them. It reads all of them.
	Weigh(ctx context.Context, space contact.SpaceID) (bytes int64, err error)

	// StoredContacts reads contacts of any state and of all Spaces, in an order of the
	// backend's own, from behind one of them on: the zero ContactID stands before all.
	StoredContacts(ctx context.Context, after ContactID, limit int) ([]StoredContact, error)

	// StoredChanges reads the changes of a Space after a number, oldest first.
	StoredChanges(ctx context.Context, space contact.SpaceID, after contact.Seq, limit int) ([]StoredChange, error)

	// StoredAliases reads the aliases of a Space after an id, by id.
	StoredAliases(ctx context.Context, space contact.SpaceID, after contact.ID, limit int) ([]StoredAlias, error)

	// StoredKeys reads the match keys after one of them, which says of what Space, by kind,
	// text and id.
	StoredKeys(ctx context.Context, after record.MatchKey, limit int) ([]record.MatchKey, error)

	// KeysMissing gives those of these match keys of a Space that are not there.
	KeysMissing(ctx context.Context, space contact.SpaceID, keys []record.MatchKey) ([]record.MatchKey, error)

	// StoredSearchKeys and SearchKeysMissing are the same for the keys of the index of
	// searches.
	StoredSearchKeys(ctx context.Context, after record.MatchKey, limit int) ([]record.MatchKey, error)
	SearchKeysMissing(ctx context.Context, space contact.SpaceID, keys []record.MatchKey) ([]record.MatchKey, error)

	// StoredPairs reads the pairs of a Space after one of them, by their ids.
	StoredPairs(ctx context.Context, after record.Pair, limit int) ([]StoredPair, error)

	// StoredRetries reads the records of retries after one of them, by their keys.
	StoredRetries(ctx context.Context, after RetryID, limit int) ([]record.Retry, error)

	// StoredPlan gives the first plan after one of which there is anything, be it a row
	// alone; "" where there is none.
	StoredPlan(ctx context.Context, after PlanID) (id string, err error)

	// StoredFile gives the first file after one of which there is anything, be it a
	// chunk alone; "" where there is none.
	StoredFile(ctx context.Context, after FileID) (id string, err error)

	// StoredPlanContacts reads by which contacts the rows of a plan are found whose numbers
	// are after one and up to another: by these numbers, and at most limit.
	StoredPlanContacts(ctx context.Context, id PlanID, after, upTo int64, limit int) ([]PlanContact, error)
}

// Used is how far the numbers of a kind are: Next is the next one that is given, Greatest
// the greatest that something has.
type Used struct {
	Kind           string // "contact", and others where the database counts them so
	Next, Greatest int64
}

// StoredContact is a contact's row, and what its id leads to by the aliases, 0 for nothing.
type StoredContact struct {
	Row   record.Contact
	Leads contact.ID
}

// StoredChange is a change's row, and the newest change of its contact, as the row of that
// has it; 0 where there is no such row.
type StoredChange struct {
	Row  record.Change
	Head contact.Seq
}

// StoredAlias is an alias, and whether its id is that of a contact.
type StoredAlias struct {
	Alias
	There bool
}

// Alias is what the id of a merged contact leads to.
type Alias struct {
	Space  contact.SpaceID
	ID, To contact.ID
}

// StoredPair is a pair, and whether each of its ids is that of a contact.
type StoredPair struct {
	record.Pair
	A, B bool
}

// PlanContact says that a row of a plan is found by a contact.
type PlanContact struct {
	N       int64
	Contact contact.ID
}

// PlanRowContacts are all contacts that a row of a plan is found by.
type PlanRowContacts struct {
	PlanID
	N        int64
	Contacts []contact.ID
}

// EntryWeight is about how many bytes an entry of history takes beside its texts, and the
// record of a retry.
const EntryWeight = changeWeight
