package contact

import "github.com/carnet-project/carnet/internal/fault"

// Base is what a write was made from: the contact as a plain GET answered it with
// this version (CONTRACT D27). History tells what it was, and that cannot change,
// so it is read before the write. The zero Base is the contact as it is.
type Base struct {
	Version Version  // 0 for none
	Contact *Contact // nil where no GET was ever answered with this version
}

func (b *Base) size() int {
	if b.Contact == nil {
		return 0
	}
	n := 0
	each(b.Contact, func(v Value) { n += len(v.Text) })
	return n
}

// apply gives what change makes of a contact. With a base it makes that of the
// base, and what it changes there is applied to the contact as it is.
func (b *Base) apply(c *Contact, v *View, change func(from *Contact) (Contact, error)) (Contact, error) {
	if b.Version == 0 {
		after, err := change(c)
		if err != nil {
			return after, err
		}
		err = checkSize(&after, "body")
		return after, err
	}
	if b.Contact == nil {
		return Contact{}, fault.At("X-Base-Version", fault.CodeBaseUnknown,
			"No GET of this address was ever answered with this version. Send the number in the ETag of the answer that this was made from.")
	}
	base := *b.Contact
	base.ID = c.ID // whose values it brings
	made, err := change(&base)
	if err != nil {
		return made, err
	}
	edit := Diff(&base, &made)
	edit.State, edit.Link = nil, nil
	after, conflicts := Rebase(&edit, c, ByText)
	if len(conflicts) > 0 {
		r := refuse(fault.CodeConflict, "The contact was changed since that version, where this request changes it too. Nothing was changed.")
		r.Subject, r.Conflicts = c.ID, conflicts
		return after, r
	}
	err = checkTogether(&after, c, "body", v.Reads)
	return after, err
}

// checkTogether refuses a contact that was put together of what is there and what
// comes, where that is too much.
func checkTogether(after, before *Contact, path string, reads bool) error {
	for _, col := range Collections {
		if n := len(after.Values[col]); n > MaxMerged && n > len(before.Values[col]) {
			return tooManyTogether(col, path, reads)
		}
	}
	return checkSize(after, path)
}
