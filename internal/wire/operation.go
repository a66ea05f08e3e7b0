package wire

import (
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
)

// operation is one of a batch, as it is spelled (CONTRACT D33).
type operation struct {
	method   string
	id       contact.ID
	body     []byte
	match    contact.Match
	base     contact.Base
	changeID string
	resolve  bool
	sent     []string // which members there are
}

// operationMembers are the members that go with each method, those that it needs first.
var operationMembers = map[string]struct{ needs, takes []string }{
	"POST":    {[]string{"body"}, nil},
	"PUT":     {[]string{"id", "body"}, []string{"if_match", "base_version"}},
	"PATCH":   {[]string{"id", "body"}, []string{"if_match", "base_version"}},
	"DELETE":  {[]string{"id"}, []string{"if_match"}},
	"MERGE":   {[]string{"id", "body"}, []string{"if_match"}},
	"UNMERGE": {[]string{"id", "body"}, []string{"if_match"}},
	"UNDO":    {[]string{"id", "change_id"}, []string{"resolve", "if_match"}},
}

var allOperationMembers = []string{"method", "id", "body", "if_match", "base_version", "change_id", "resolve"}

const methodsToChoose = "POST, PUT, PATCH, DELETE, MERGE, UNMERGE or UNDO"

// ReadOperation reads an operation of a batch. One that makes no sense is a
// *contact.Refused, with all that is wrong with it. A change that is not of the Space is
// the same as one that never was.
func ReadOperation(text []byte, space contact.SpaceID) contact.Verb {
	r := patchReader{}
	op := operation{}
	if err := r.members(text, allOperationMembers, func(name string, value jsontext.Token) { r.operationMember(&op, name, value) }); err != nil {
		return &contact.Refused{Err: err}
	}
	r.checkMembers(&op)
	if err := fault.Problems(r.problems); err != nil {
		return &contact.Refused{Err: err}
	}
	verb, err := op.verb(space)
	if err != nil {
		return &contact.Refused{Err: err}
	}
	return verb
}

func (r *patchReader) operationMember(op *operation, name string, value jsontext.Token) {
	op.sent = append(op.sent, name)
	switch name {
	case "id":
		op.id = r.id(name, value)
	case "body":
		op.body = r.object(name, value)
	case "if_match":
		op.match = r.match(r.word(name, value))
	case "base_version":
		op.base.Version = r.version(name, value)
	case "change_id":
		op.changeID = r.word(name, value)
	case "resolve":
		if op.resolve = r.word(name, value) == "theirs"; !op.resolve {
			r.add(name, fault.CodeParameterInvalid, "Send resolve as theirs, or leave it out.")
		}
	default:
		op.method = r.word(name, value)
	}
}

// checkMembers says which members a method lacks, and which do not go with it.
func (r *patchReader) checkMembers(op *operation) {
	of, ok := operationMembers[op.method]
	if !ok {
		r.add("method", fault.CodeFieldMissing, "Send method as one of "+methodsToChoose+".")
		return
	}
	for _, name := range of.needs {
		if !slices.Contains(op.sent, name) {
			r.add(name, fault.CodeFieldMissing, op.method+" needs "+name+".")
		}
	}
	for _, name := range op.sent {
		if name != "method" && !slices.Contains(of.needs, name) && !slices.Contains(of.takes, name) {
			r.add(name, fault.CodeUnknownField, op.method+" takes no "+name+".")
		}
	}
}

// object gives the text of an object, nil for what is none.
func (r *patchReader) object(path string, value jsontext.Token) []byte {
	start := r.dec.InputOffset() - 1
	if value.Kind() != '{' {
		r.add(path, fault.CodeWrongType, "Send "+path+" as an object.")
		r.skip(value.Kind())
		return nil
	}
	if r.skip('{'); r.err != nil {
		return nil
	}
	return r.body[start:r.dec.InputOffset()]
}

// word reads a string.
func (r *patchReader) word(path string, value jsontext.Token) string {
	if value.Kind() != '"' {
		r.add(path, fault.CodeWrongType, "Send "+path+" as a string.")
		r.skip(value.Kind())
		return ""
	}
	return value.String()
}

// version reads the version of a contact.
func (r *patchReader) version(path string, value jsontext.Token) contact.Version {
	n, ok := ParseID(value.String())
	if value.Kind() != '0' || !ok {
		r.add(path, fault.CodeWrongType, "Send "+path+" as the number in the ETag of the answer that this was made from.")
		r.skip(value.Kind())
	}
	return contact.Version(n)
}

// match reads the condition on a version: an ETag, with its quotes or without.
func (r *patchReader) match(text string) contact.Match {
	if text == "*" {
		return contact.Match{Set: true, Any: true}
	}
	if inner, ok := strings.CutPrefix(text, `"`); ok && strings.HasSuffix(inner, `"`) {
		text = inner[:len(inner)-1]
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 1 || strconv.FormatInt(n, 10) != text {
		r.add("if_match", fault.CodeETagInvalid, `Send if_match as the number in the ETag of an earlier answer, as in "if_match": "3".`)
	}
	return contact.Match{Set: true, Versions: []contact.Version{contact.Version(n)}}
}

// verb reads the body as the method has it. What is wrong there is told by its place in
// the body.
func (op *operation) verb(space contact.SpaceID) (verb contact.Verb, err error) {
	switch op.method {
	case "POST":
		var v contact.Create
		err = ReadCreate(op.body, &v.Patch)
		verb = &v
	case "PUT":
		v := contact.Put{Ref: op.id, Match: op.match, Base: op.base}
		v.BodyID, err = ReadPut(op.body, &v.Patch)
		verb = &v
	case "PATCH":
		v := contact.Amend{Ref: op.id, Match: op.match, Base: op.base}
		v.BodyID, err = ReadAmendment(op.body, &v.Amendment)
		verb = &v
	case "MERGE":
		v := contact.Merge{Survivor: op.id, Match: op.match}
		err = ReadMerge(op.body, &v)
		verb = &v
	case "UNMERGE":
		v := contact.Unmerge{Ref: op.id, Match: op.match}
		v.Merged, err = ReadUnmerge(op.body)
		verb = &v
	case "UNDO":
		v := contact.Undo{Ref: op.id, Resolve: op.resolve, Match: op.match}
		if id, ok := contact.ParseChangeID(op.changeID); ok && id.Space == space {
			v.Op = id.Op
		}
		verb = &v
	default:
		verb = &contact.Delete{Ref: op.id, Match: op.match}
	}
	return verb, err
}
