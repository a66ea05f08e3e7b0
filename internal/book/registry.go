package book

import (
	"errors"
	"time"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/store"
)

// Spaces and keys are managed by whoever may open the database itself: these
// use cases ask for no Grant, so they must not be reached by HTTP without one.
// What they change is in force within a second, in every process
// (CONTRACT D19). by is who does it, as access.Author names them: the log tells it.

// act is what somebody does now.
func (b *Book) act(by string, action access.Action) access.Act {
	return access.Act{At: b.now(), Who: by, Action: action}
}

// missing gives instead in place of the store's word for a missing row.
func missing(err, instead error) error {
	if errors.Is(err, store.ErrNoRow) {
		return instead
	}
	return err
}

// busy says what to do where other writers would not let this one in.
func busy(err error) error {
	if errors.Is(err, store.ErrConflict) {
		return &fault.Error{Kind: fault.Unavailable, Code: fault.CodeDatabaseBusy, RetryAfter: time.Second, Err: err,
			Message: "The database is busy: nothing was changed. Try again in a moment."}
	}
	return err
}
