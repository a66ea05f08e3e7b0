package sqlite

import (
	"fmt"
	"time"

	"zombiezen.com/go/sqlite"

	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/store"
)

// Codes of SQLite that the driver has no names for: a checksum that is wrong, and
// a damaged file system.
const (
	ioErrData      = sqlite.ResultIOErr | 32<<8
	ioErrCorruptFS = sqlite.ResultIOErr | 33<<8
)

// errCorrupt says that the file is damaged, whatever the disk says of it.
var errCorrupt = fmt.Errorf("%w: what it holds is damaged", store.ErrBroken)

// explain maps a driver's error by its code, never by its text, to what the
// store knows. ErrBroken, and an error of no kind, say nothing of whether a
// commit happened; the others say that it certainly did not.
func explain(doing string, err error) error {
	if err == nil {
		return nil
	}
	code := sqlite.ErrCode(err)
	// The driver's text may quote a statement but never a bound value; even so
	// only the code goes on, because this may reach a log.
	cause := fmt.Errorf("sqlite: %s: %v", doing, code)
	switch code {
	case sqlite.ResultIOErrFsync, sqlite.ResultIOErrDirFsync:
		// What was written before may or may not be on the disk, and asking
		// again would be answered from memory: a later fsync can succeed
		// without having written it.
		return fmt.Errorf("%w: %w", store.ErrBroken, cause)
	case sqlite.ResultIOErrRead, sqlite.ResultIOErrShortRead, ioErrData, ioErrCorruptFS:
		// The disk does not give back what was written. What else it has lost
		// nobody knows, so nothing more is to be written to it.
		return fmt.Errorf("%w: %w", store.ErrBroken, cause)
	case sqlite.ResultIOErrSHMSize, sqlite.ResultIOErrSHMMap:
		// The index of the WAL cannot grow: the disk is full too.
		return unavailable(fault.CodeStorageFull, "The disk is full: the write was not done. Reading still works.", cause)
	}
	switch code.ToPrimary() {
	case sqlite.ResultBusy, sqlite.ResultLocked:
		return fmt.Errorf("%w: %w", store.ErrConflict, cause)
	case sqlite.ResultConstraint, sqlite.ResultMismatch, sqlite.ResultTooBig, sqlite.ResultRange:
		return fmt.Errorf("%w: %w", store.ErrRefused, cause)
	case sqlite.ResultFull:
		return unavailable(fault.CodeStorageFull, "The disk is full: the write was not done. Reading still works.", cause)
	case sqlite.ResultReadOnly, sqlite.ResultPerm, sqlite.ResultAuth:
		return unavailable(fault.CodeReadOnly, "The database cannot be written to: the write was not done. Reading still works.", cause)
	case sqlite.ResultCorrupt, sqlite.ResultNotADB:
		return fmt.Errorf("%w: %w", errCorrupt, cause)
	}
	return cause
}

func unavailable(code fault.Code, message string, cause error) error {
	return &fault.Error{Kind: fault.Unavailable, Code: code, Message: message, RetryAfter: 5 * time.Second, Err: cause}
}
