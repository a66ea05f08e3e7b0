package wire

import (
	"slices"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
)

// ReadAmendment reads the body of a PATCH (CONTRACT D26), and the id in it, 0 for
// none.
func ReadAmendment(body []byte, a *contact.Amendment) (id contact.ID, err error) {
	r := patchReaders.Get().(*patchReader)
	r.reset(false)
	if r.start(body) {
		id = r.amendment(a)
	}
	problems, err := r.free()
	switch {
	case err != nil:
		return 0, err
	case problems != nil:
		return 0, fault.Problems(problems)
	case a.Empty():
		return 0, errPatchEmpty()
	}
	return id, nil
}

func (r *patchReader) amendment(a *contact.Amendment) (id contact.ID) {
	for {
		t, more := r.next()
		if !more {
			break
		}
		name := t.String()
		value := r.token()
		if r.err != nil {
			return 0
		}
		if col, ok := contact.CollectionOf(name); ok {
			r.listAmendment(col, value, &a.Values[col])
		} else if name == fieldsName {
			r.someFields(value, &a.Fields)
		} else if name == "id" {
			id = r.bodyID(value)
		} else {
			r.unknownOfBody(name, value)
		}
	}
	r.end()
	return id
}

// someFields reads the slots that an amendment names. None is refused: a PUT of
// {} clears them all, and somebody may mean that.
func (r *patchReader) someFields(value jsontext.Token, into *contact.FieldsPatch) {
	before := len(r.problems)
	r.fields(value, into, "Send null for each of the custom_fields to clear, leave the others out to keep.")
	if into.Sent && len(r.problems) == before && !slices.Contains(into.Named[:], true) {
		r.add(fieldsName, fault.CodeFieldMissing, "Name at least one of the custom_fields: null clears it. To clear all 30, PUT {}.")
	}
}

// What an amendment may ask of a collection.
var amendmentNames = []string{"add", "remove", "primary"}

func (r *patchReader) listAmendment(col contact.Collection, value jsontext.Token, into *contact.ListAmendment) {
	path := col.String()
	const wanted = "an object of add, remove and primary. To replace the whole list, use PUT"
	if !r.opens(path, value, '{', "Leave "+path+" out to keep them; to clear them, PUT [].", wanted) {
		return
	}
	none := true
	for {
		t, more := r.next()
		if !more {
			break
		}
		none = false
		name := t.String()
		value := r.token()
		if r.err != nil {
			return
		}
		switch name {
		case "add":
			r.amended(col, name, value, contact.MaxValues, &into.Add)
		case "remove":
			r.amended(col, name, value, contact.MaxMerged, &into.Remove)
		case "primary":
			into.Primary = r.primary(col, value)
		default:
			r.unknownMember(path, name, DidYouMean(Nearest(name, amendmentNames)))
			r.skip(value.Kind())
		}
	}
	if into.Named = true; none {
		r.add(path, fault.CodeFieldMissing, "Send at least one of add, remove and primary.")
	}
}

// amended reads what is to come or to go.
func (r *patchReader) amended(col contact.Collection, member string, value jsontext.Token, limit int, into *[]string) {
	path := col.String() + "." + member
	if r.opens(path, value, '[', "Leave "+path+" out, or send a list of strings.", "a list of strings") {
		r.texts(col, path, limit, into)
	}
}

func (r *patchReader) primary(col contact.Collection, value jsontext.Token) string {
	path := col.String() + ".primary"
	if !r.opens(path, value, '"', "Leave "+path+" out, or send a string.", "a string") {
		return ""
	}
	text, flaw := contact.ParseValue(col, value.String())
	if flaw != nil {
		r.add(path, flaw.Code, flaw.Message)
	}
	return text
}
