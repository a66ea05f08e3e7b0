package store

import (
	"fmt"

	"github.com/carnet-project/carnet/internal/fault"
)

// DamagedSettings says that settings of a Space are stored as nobody wrote them:
// "limits" or "labels". It wraps no error: what is wrong with what is stored is no
// fault of a request, and may not be told to who sent one.
func DamagedSettings(space int64, what string) error {
	return fmt.Errorf("the settings of Space %d in the database are damaged: its %s cannot be read. Restore a backup of before that", space, what)
}

// DamagedKey says likewise of an API key: "scopes" or "hash".
func DamagedKey(id int64, what string) error {
	return fmt.Errorf("API key %d in the database is damaged: its %s cannot be read. Restore a backup of before that", id, what)
}

// errDamaged says that a row cannot be read, which the log tells more about.
func errDamaged(err error) error {
	return &fault.Error{Kind: fault.Internal, Code: fault.CodeRowDamaged, Err: err,
		Message: "What the database holds of this is damaged, so it is not given out. Tell whoever runs the server: the log names the row, and a backup may have it whole."}
}
