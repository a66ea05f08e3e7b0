package wire

import (
	"slices"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
)

// ImportBody is how a file is to be read otherwise (CONTRACT D37): what is nil stays.
type ImportBody struct {
	Recognised, Mapping []byte // JSON, an object and a list
	Match               []contact.MatchBy
	KeepAs              string // the name under which the mapping is kept, as it is; "" for none
}

var importMembers = []string{"recognised", "mapping", "match", "keep_as"}

// ReadImport reads the body that corrects an import, with all problems told at once, but for what
// is within recognised and mapping.
func ReadImport(body []byte) (e ImportBody, err error) {
	r := patchReader{}
	named := false
	err = r.members(body, importMembers, func(name string, value jsontext.Token) {
		named = true
		switch name {
		case "recognised":
			e.Recognised = r.object(name, value)
		case "mapping":
			e.Mapping = r.listText(name, value)
		case "keep_as":
			e.KeepAs = r.mappingName(name, value)
		default:
			e.Match = r.matchBys(name, value)
		}
	})
	if err != nil {
		return e, err
	}
	if !named {
		return e, fault.At("body", fault.CodePatchEmpty, "Send recognised, mapping, match or keep_as.")
	}
	if e.KeepAs != "" && (e.Recognised != nil || e.Mapping != nil || e.Match != nil) {
		r.add("keep_as", fault.CodeParameterInvalid, "Send keep_as alone, once it is known how the file is read: what was corrected is looked at first.")
	}
	return e, fault.Problems(r.problems)
}

// listText gives the text of a list, nil for what is none.
func (r *patchReader) listText(path string, value jsontext.Token) []byte {
	start := r.dec.InputOffset() - 1
	if value.Kind() != '[' {
		r.add(path, fault.CodeWrongType, "Send "+path+" as a list.")
		r.skip(value.Kind())
		return nil
	}
	if r.skip('['); r.err != nil {
		return nil
	}
	return r.body[start:r.dec.InputOffset()]
}

// mappingName reads the name under which a mapping is kept.
func (r *patchReader) mappingName(path string, value jsontext.Token) string {
	before := len(r.problems)
	name, flaw := contact.MappingName(r.word(path, value))
	if flaw != nil && len(r.problems) == before {
		r.add(path, flaw.Code, flaw.Message)
	}
	return name
}

// matchBys reads what rows of a file are matched by.
func (r *patchReader) matchBys(path string, value jsontext.Token) []contact.MatchBy {
	list := []contact.MatchBy{}
	if value.Kind() != '[' {
		r.add(path, fault.CodeWrongType, `Send match as a list, such as ["email", "phone"].`)
		r.skip(value.Kind())
		return list
	}
	for t, more := r.next(); more; t, more = r.next() {
		by := contact.MatchBy(t.String())
		_, slot := by.Slot()
		switch {
		case t.Kind() != '"':
			r.skip(t.Kind())
			fallthrough
		case !slot && !slices.Contains(contact.MatchBys[:], by):
			r.add(path, fault.CodeParameterInvalid, "Rows are matched by id, email and phone, and by custom fields that are filterable, such as profile_field_1.")
		case slices.Contains(list, by):
			r.add(path, fault.CodeParameterInvalid, "Name each but once: the first that finds contacts decides.")
		default:
			list = append(list, by)
		}
	}
	return list
}
