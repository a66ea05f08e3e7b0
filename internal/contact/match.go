package contact

import (
	"fmt"
	"slices"

	"github.com/carnet-project/carnet/internal/fault"
)

// Match is a condition on a contact's version: If-Match (CONTRACT D20). The
// zero Match asks for nothing.
type Match struct {
	Set      bool
	Any      bool      // "*": whatever the version
	Versions []Version // one of these
	Weak     []Version // of weak tags, which never match
	Foreign  bool      // a tag was there that no contact has
}

// check gives a 412 where the version is not one that the caller named. It says
// what is wrong with tags that can never match. The version itself is for those
// who may read alone (CONTRACT D19), and so is whether it was ever reached.
func (m *Match) check(v Version, reads bool) error {
	if !m.Set || m.Any || slices.Contains(m.Versions, v) {
		return nil
	}
	message := "The contact is not at the version that If-Match names. Nothing was changed."
	switch {
	case len(m.Versions) == 0 && len(m.Weak) > 0 && m.Foreign:
		message = `None of the tags in If-Match can match: weak ones (W/) never do, and the others are not of the form of our ETags, such as "3".`
	case len(m.Versions) == 0 && m.Foreign:
		message = `If-Match names no version: the ETag of a contact is a number in quotes, such as "3". Send the ETag of an answer about this contact, unchanged.`
	case len(m.Versions) == 0, reads && slices.Contains(m.Weak, v):
		message = "The tag in If-Match is weak (W/), and a weak tag never matches. Send it without the W/, which something between here and you has put there to compress answers."
	case reads && slices.Min(m.Versions) > v:
		message = fmt.Sprintf("The contact has never been at the version that If-Match names: it is at version %d. Send the ETag of an answer about this contact.", v)
	case reads:
		message = fmt.Sprintf("The contact has changed: it is at version %d. Read it again and repeat your change on that.", v)
	}
	return fault.New(fault.Stale, fault.CodeVersionMismatch, message)
}
