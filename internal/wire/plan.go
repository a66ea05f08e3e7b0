package wire

import (
	"slices"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
)

// PlanUndo says which writes a plan takes back (CONTRACT D34): those of a batch or of a
// plan, of a request, or of a key in a stretch of time.
type PlanUndo struct {
	BatchID, PlanID, RequestID string
	KeyID                      int64
	Since, Until               contact.Time
}

var (
	undoMembers = []string{"batch_id", "plan_id", "request_id", "key_id", "since", "until"}
	undoOnce    = undoMembers[:4]
)

// maxNameText is how long the name of a batch or a request may be.
const maxNameText = 255

func readPlanUndo(text []byte) (*PlanUndo, []fault.Problem) {
	if len(text) == 0 || text[0] != '{' {
		return nil, []fault.Problem{{Path: "undo", Code: fault.CodeWrongType, Message: `Send undo as an object, such as {"batch_id": "..."}.`}}
	}
	var u PlanUndo
	var sent []string
	r := patchReader{}
	err := r.members(text, undoMembers, func(name string, value jsontext.Token) {
		sent = append(sent, name)
		switch name {
		case "key_id":
			u.KeyID = int64(r.id(name, value))
		case "since":
			u.Since = r.time(name, value)
		case "until":
			u.Until = r.time(name, value)
		default:
			word := r.word(name, value)
			if word == "" || len(word) > maxNameText {
				r.add(name, fault.CodeParameterInvalid, "Send "+name+" as an answer gave it.")
			}
			*map[string]*string{"batch_id": &u.BatchID, "plan_id": &u.PlanID, "request_id": &u.RequestID}[name] = word
		}
	})
	if err != nil {
		return nil, []fault.Problem{{Path: "undo", Code: fault.CodeWrongType, Message: "Send undo as an object of strings and numbers."}}
	}
	r.checkUndo(&u, sent)
	for i := range r.problems {
		r.problems[i].Path = "undo." + r.problems[i].Path
	}
	return &u, r.problems
}

// checkUndo says what does not go together.
func (r *patchReader) checkUndo(u *PlanUndo, sent []string) {
	n := 0
	for _, name := range sent {
		if slices.Contains(undoOnce, name) {
			n++
		}
	}
	timed := slices.Contains(sent, "since") || slices.Contains(sent, "until")
	switch key := slices.Contains(sent, "key_id"); {
	case n != 1:
		r.add("batch_id", fault.CodeFieldMissing, "Send one of batch_id, plan_id, request_id, or key_id with since and until.")
	case key && !(slices.Contains(sent, "since") && slices.Contains(sent, "until")):
		r.add("since", fault.CodeFieldMissing, "Send since and until with key_id: times as in 2026-01-31T14:00:00Z.")
	case !key && timed:
		r.add("since", fault.CodeUnknownField, "Send since and until with key_id alone.")
	case key && u.Since >= u.Until:
		r.add("until", fault.CodeParameterInvalid, "Send an until that is after since.")
	}
}

// time reads a time with its zone.
func (r *patchReader) time(path string, value jsontext.Token) contact.Time {
	t, err := time.Parse(time.RFC3339, r.word(path, value))
	if err != nil && value.Kind() == '"' {
		r.add(path, fault.CodeParameterInvalid, "Send "+path+" as a time as in 2026-01-31T14:00:00Z.")
	}
	return max(1, contact.TimeOf(t))
}

// ReadHash reads the body that applies a plan: the hash of what was looked at, as hex.
func ReadHash(body []byte) (hash string, err error) {
	r := patchReader{}
	sent := false
	if err := r.members(body, []string{"hash"}, func(name string, value jsontext.Token) {
		sent = true
		hash = r.word(name, value)
	}); err != nil {
		return "", err
	}
	if !sent {
		r.add("hash", fault.CodeFieldMissing, "Send hash, as the plan has it that you looked at.")
	}
	return hash, fault.Problems(r.problems)
}
