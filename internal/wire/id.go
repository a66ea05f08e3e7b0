package wire

import (
	"strconv"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
)

// ParseID reads a contact's id as a path has it: 1 to contact.MaxID in
// decimal, without sign or leading zero (CONTRACT D4).
func ParseID(s string) (contact.ID, bool) {
	if s == "" || s[0] < '1' || s[0] > '9' {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return contact.ID(n), err == nil && contact.ID(n) <= contact.MaxID
}

// InvalidID is what is wrong with an id that ParseID refuses.
func InvalidID() fault.Problem {
	return fault.Problem{Path: "id", Code: fault.CodeInvalidID, Message: "The id must be a whole number from 1 to 9007199254740991."}
}
