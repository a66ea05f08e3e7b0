package wire

import (
	"fmt"
	"slices"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
)

// maxMergedAtOnce is how many contacts one request merges (CONTRACT D30).
const maxMergedAtOnce = 50

var mergeMembers = []string{"merged_id", "merged_ids", "prefer", "confirm_distinct"}

// ReadMerge reads the body of a merge into a verb, whose survivor is of the path
// (CONTRACT D23, D30).
func ReadMerge(body []byte, m *contact.Merge) error {
	r := patchReader{}
	var one, many bool
	err := r.members(body, mergeMembers, func(name string, value jsontext.Token) {
		switch name {
		case "merged_id":
			one = true
			m.Merged = append(m.Merged, r.id(name, value))
		case "merged_ids":
			many, m.Listed = true, true
			m.Merged = append(m.Merged, r.ids(name, value)...)
		case "prefer":
			m.Prefer = r.prefer(value)
		default:
			m.Confirm = r.boolean(name, value)
		}
	})
	switch {
	case err != nil:
		return err
	case one && many:
		r.add("merged_ids", fault.CodeUnknownField, "Send merged_id or merged_ids, not both.")
	case !one && !many:
		r.add("merged_id", fault.CodeFieldMissing, "Send merged_id, the id of the contact to merge into this one.")
	}
	return fault.Problems(r.problems)
}

// ReadUnmerge reads the body of an unmerge: the id to split off (CONTRACT D30).
func ReadUnmerge(body []byte) (merged contact.ID, err error) {
	r := patchReader{}
	sent := false
	err = r.members(body, []string{"merged_id"}, func(name string, value jsontext.Token) {
		sent, merged = true, r.id(name, value)
	})
	if err != nil {
		return 0, err
	}
	if !sent {
		r.add("merged_id", fault.CodeFieldMissing, "Send merged_id, the id of the contact to split off from this one.")
	}
	return merged, fault.Problems(r.problems)
}

// members reads an object, and lets read look at the members that are known, which
// may be none. It gives the error of a body that is no JSON.
func (r *patchReader) members(body []byte, known []string, read func(name string, value jsontext.Token)) error {
	if !r.start(body) {
		return r.err
	}
	for t, more := r.next(); more; t, more = r.next() {
		name := t.String()
		value := r.token()
		if !slices.Contains(known, name) {
			advice := DidYouMean(Nearest(name, known))
			if len(known) == 0 {
				advice = " Nothing belongs into this body."
			}
			r.unknownMember("body", name, advice)
			r.skip(value.Kind())
			continue
		}
		read(name, value)
	}
	r.end()
	return r.err
}

// id reads the id of a contact.
func (r *patchReader) id(path string, value jsontext.Token) contact.ID {
	if value.Kind() != '0' {
		r.add(path, fault.CodeWrongType, "Send "+path+" as a number.")
		r.skip(value.Kind())
		return 0
	}
	id, ok := ParseID(value.String())
	if !ok {
		r.add(path, fault.CodeInvalidID, "Send the "+path+" as the id of a contact, a whole number.")
	}
	return id
}

// ids reads a list of ids of contacts.
func (r *patchReader) ids(path string, value jsontext.Token) (ids []contact.ID) {
	if value.Kind() != '[' {
		r.add(path, fault.CodeWrongType, "Send "+path+" as an array of ids.")
		r.skip(value.Kind())
		return nil
	}
	n := 0
	for item, more := r.next(); more; item, more = r.next() {
		if n++; n <= maxMergedAtOnce {
			ids = append(ids, r.id(fmt.Sprintf("%s.%d", path, n-1), item))
		} else {
			r.skip(item.Kind())
		}
	}
	switch {
	case n == 0:
		r.add(path, fault.CodeFieldMissing, "Name at least one contact.")
	case n > maxMergedAtOnce:
		r.add(path, fault.CodeTooManyItems, fmt.Sprintf("At most %d contacts are merged at once.", maxMergedAtOnce))
	}
	return ids
}

// prefer reads which contact's content a slot is to get.
func (r *patchReader) prefer(value jsontext.Token) map[contact.Slot]contact.ID {
	if value.Kind() != '{' {
		r.add("prefer", fault.CodeWrongType, `Send prefer as an object of field and contact, as in {"profile_field_3": 7}.`)
		r.skip(value.Kind())
		return nil
	}
	of := map[contact.Slot]contact.ID{}
	for t, more := r.next(); more; t, more = r.next() {
		name := t.String()
		item := r.token()
		slot, ok := contact.SlotOf(name)
		if !ok {
			r.unknownMember("prefer", name, " The fields are profile_field_1 to profile_field_30.")
			r.skip(item.Kind())
			continue
		}
		of[slot] = r.id("prefer."+name, item)
	}
	return of
}

func (r *patchReader) boolean(path string, value jsontext.Token) bool {
	if value.Kind() != 't' && value.Kind() != 'f' {
		r.add(path, fault.CodeWrongType, "Send "+path+" as true or false.")
		r.skip(value.Kind())
		return false
	}
	return value.Kind() == 't'
}
