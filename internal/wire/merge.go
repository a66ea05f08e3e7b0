package wire

import (
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
)

// ReadMerge reads the body of a merge.
func ReadMerge(body []byte) (merged contact.ID, err error) {
	const name = "merged_id"
	r := patchReader{}
	if !r.start(body) {
		return 0, r.err
	}
	sent := false
	for {
		t, more := r.next()
		if !more {
			break
		}
		member := t.String()
		value := r.token()
		switch {
		case member != name:
			r.unknownMember("body", member, DidYouMean(Nearest(member, []string{name})))
			r.skip(value.Kind())
		case value.Kind() != '0':
			sent = true
			r.add(name, fault.CodeWrongType, "Send merged_id as a number.")
			r.skip(value.Kind())
		default:
			sent = true
			var ok bool
			if merged, ok = ParseID(value.String()); !ok {
				r.add(name, fault.CodeInvalidID, "Send the merged_id as the id of a contact, a whole number.")
			}
		}
	}
	r.end()
	if r.err != nil {
		return 0, r.err
	}
	if !sent {
		r.add(name, fault.CodeFieldMissing, "Send merged_id, the id of the contact to merge into this one.")
	}
	return merged, fault.Problems(r.problems)
}
