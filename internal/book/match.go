package book

import (
	"fmt"
	"slices"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
)

// Match is a condition on a contact's version: If-Match (CONTRACT D20). The
// zero Match asks for nothing.
type Match struct {
	Set      bool
	Any      bool              // "*": whatever the version
	Versions []contact.Version // one of these; none of them where all tags were weak or foreign
}

// check gives a 412 where the version is not one that the caller named.
func (m Match) check(v contact.Version) error {
	if !m.Set || m.Any || slices.Contains(m.Versions, v) {
		return nil
	}
	return fault.New(fault.Stale, "version_mismatch",
		fmt.Sprintf("The contact has changed: it is at version %d. Read it again and repeat your change on that.", v))
}
