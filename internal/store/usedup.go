package store

import (
	"time"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
)

// errUsedUp refuses what would need a number beyond the last.
func errUsedUp(message string) error {
	return &fault.Error{Kind: fault.Unavailable, Code: fault.CodeStorageFull, Message: message, RetryAfter: time.Hour}
}

// CheckSpaceID refuses the number of a new Space that is beyond the last. Backends
// call it before they save one.
func CheckSpaceID(id contact.SpaceID) error {
	if id < 1 || id > contact.MaxSpaceID {
		return errUsedUp("There are no numbers left for Spaces: none was made.")
	}
	return nil
}
