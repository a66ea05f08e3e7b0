package wire

import (
	"bytes"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
)

// PlanWhere says what a plan does to all contacts that a filter finds (CONTRACT D34).
type PlanWhere struct {
	Where  contact.Filter
	Method string // PUT, PATCH or DELETE
	Body   []byte // nil for DELETE
}

// maxEachBody is how many octets the body of an operation may have that is done to each
// contact: it is stored with each.
const maxEachBody = 16 << 10

// readEach reads what is to be done to each contact: an operation without an id.
func (w *PlanWhere) readEach(text []byte) []fault.Problem {
	if text[0] != '{' {
		return []fault.Problem{{Path: "operation", Code: fault.CodeWrongType, Message: `Send operation as an object, such as {"method": "PATCH", "body": { ... }}.`}}
	}
	r := patchReader{}
	op := operation{id: 1}
	err := r.members(text, []string{"method", "body"}, func(name string, value jsontext.Token) { r.operationMember(&op, name, value) })
	if err == nil {
		op.sent = append(op.sent, "id") // that of each contact, when it is found
		switch op.method {
		case "PUT", "PATCH", "DELETE":
			r.checkMembers(&op)
		default:
			r.add("method", fault.CodeFieldMissing, "Send method as one of PUT, PATCH or DELETE.")
		}
		if len(op.body) > maxEachBody {
			r.add("body", fault.CodeParameterInvalid, "Send a body of at most 16 KiB: it is stored for each contact.")
		}
		if err = fault.Problems(r.problems); err == nil {
			err = op.checkBody()
		}
	}
	w.Method, w.Body = op.method, bytes.Clone(op.body)
	problems := problemsOf(err)
	for i := range problems {
		problems[i].Path = "operation." + strings.TrimPrefix(problems[i].Path, "operation.")
	}
	return problems
}

// checkBody reads the body as the method has it. An id in it would be that of one contact.
func (op *operation) checkBody() error {
	verb, err := op.verb(0)
	put, isPut := verb.(*contact.Put)
	amend, isAmend := verb.(*contact.Amend)
	if err == nil && (isPut && put.BodyID != 0 || isAmend && amend.BodyID != 0) {
		err = fault.At("id", fault.CodeUnknownField, "Leave id out: the operation is done to each contact that is found.")
	}
	return err
}

func problemsOf(err error) []fault.Problem {
	if err == nil {
		return nil
	}
	return err.(*fault.Error).At // all that is read here is refused so
}
