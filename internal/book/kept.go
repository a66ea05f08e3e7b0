package book

import (
	"errors"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/store"
)

// kept is what a write was answered with, as it is stored: what cannot be read again
// elsewhere. docs/format.md describes it.
type kept struct {
	Batch   string       `json:"batch,omitzero"`
	Plan    string       `json:"plan,omitzero"`
	Export  string       `json:"export,omitzero"`
	Import  string       `json:"import,omitzero"`
	Reads   bool         `json:"reads,omitzero"` // who asked may read: refusals tell of what is stored
	Results []keptResult `json:"results"`
}

// keptResult is what one verb was answered with.
type keptResult struct {
	Contact contact.ID      `json:"contact,omitzero"`
	Version contact.Version `json:"version,omitzero"`
	Op      contact.Seq     `json:"op,omitzero"`
	Removed int             `json:"removed,omitzero"`
	Left    []keptField     `json:"left,omitzero"` // of a row of a plan alone: see RowDoneAs
	Remains []keptField     `json:"remains,omitzero"`
	Refused *keptRefusal    `json:"refused,omitzero"`
}

// keptField is what a split could not leave as it was, or what stands in the way of a
// write.
type keptField struct {
	Contact contact.ID `json:"contact"`
	Field   string     `json:"field"`
	Values  []string   `json:"values,omitzero"`
	Base    []string   `json:"base,omitzero"`
	Yours   []string   `json:"yours,omitzero"`
	Theirs  []string   `json:"theirs,omitzero"`
}

// slot gives the slot of the field, 0 where it is none.
func (f *keptField) slot() contact.Slot {
	name, _ := strings.CutPrefix(f.Field, "custom_fields.")
	slot, _ := contact.SlotOf(name)
	return slot
}

// keptRefusal is why an operation of a batch was refused.
type keptRefusal struct {
	Kind      string        `json:"kind"`
	Code      fault.Code    `json:"code"`
	Message   string        `json:"message"`
	At        []keptProblem `json:"at,omitzero"`
	Conflicts []keptField   `json:"conflicts,omitzero"`
	LeadsTo   contact.ID    `json:"leads_to,omitzero"`
	Standing  contact.Seq   `json:"standing,omitzero"`
}

type keptProblem struct {
	Path    string     `json:"path"`
	Code    fault.Code `json:"code"`
	Message string     `json:"message"`
}

// keptKinds are the names of the kinds of errors that a verb is refused with.
var keptKinds = map[fault.Kind]string{
	fault.Internal: "internal", fault.Forbidden: "forbidden", fault.Invalid: "invalid", fault.NotFound: "not_found",
	fault.Stale: "stale", fault.Conflict: "conflict", fault.Gone: "gone", fault.TooLarge: "too_large",
}

// keep gives what to store of outcomes.
func keep(batch string, reads bool, out []store.Outcome) ([]byte, error) {
	k := kept{Batch: batch, Reads: reads, Results: make([]keptResult, len(out))}
	for i := range out {
		k.Results[i] = keptResultOf(&out[i])
	}
	return json.Marshal(&k)
}

// keptResultOf gives what to store of an outcome.
func keptResultOf(o *store.Outcome) keptResult {
	if o.Err != nil {
		return keptResult{Refused: keepRefusal(o.Err)}
	}
	r := keptResult{Contact: o.Subject.ID, Version: o.Subject.Version, Op: o.Op, Removed: o.Removed}
	for _, left := range o.Remains {
		r.Remains = append(r.Remains, keptField{Contact: left.Contact, Field: left.Field, Values: left.Values})
	}
	return r
}

func keepRefusal(err error) *keptRefusal {
	e, ok := errors.AsType[*fault.Error](err)
	if !ok {
		e = fault.New(fault.Internal, fault.CodeInternal, "Something went wrong on our side.")
	}
	k := keptRefusal{Kind: keptKinds[e.Kind], Code: e.Code, Message: e.Message}
	for _, p := range e.At {
		k.At = append(k.At, keptProblem(p))
	}
	if r, ok := errors.AsType[*contact.Refusal](err); ok {
		k.LeadsTo, k.Standing, k.Conflicts = r.LeadsTo, r.Standing, keptConflicts(r.Conflicts)
	}
	return &k
}

func keptConflicts(list []contact.Conflict) (kept []keptField) {
	for _, c := range list {
		kept = append(kept, keptField{Contact: c.Contact, Field: c.Field, Base: c.Base, Yours: c.Yours, Theirs: c.Theirs})
	}
	return kept
}

func conflictsOf(kept []keptField) (list []contact.Conflict) {
	for i := range kept {
		f := &kept[i]
		list = append(list, contact.Conflict{Contact: f.Contact, Field: f.Field, Slot: f.slot(), Base: f.Base, Yours: f.Yours, Theirs: f.Theirs})
	}
	return list
}

// cut is what a refusal says to who may not read and asks for what a key was told that
// may (CONTRACT D19).
const cut = "This was refused when it was sent first. What stood in the way is for keys that may read."

// err gives the error that was kept, as it was told, or to who may not be told that.
func (k *keptRefusal) err(whole bool) error {
	told := func(message string) string {
		if !whole {
			return cut
		}
		return message
	}
	e := fault.Error{Code: k.Code, Message: told(k.Message)}
	for kind, name := range keptKinds {
		if name == k.Kind {
			e.Kind = kind
		}
	}
	for _, p := range k.At {
		e.At = append(e.At, fault.Problem{Path: p.Path, Code: p.Code, Message: told(p.Message)})
	}
	return &contact.Refusal{Fault: &e, LeadsTo: k.LeadsTo, Standing: k.Standing, Conflicts: conflictsOf(k.Conflicts)}
}

// remains gives what a split could not leave as it was.
func (k *keptResult) remains() []contact.Remains {
	var list []contact.Remains
	for i := range k.Remains {
		f := &k.Remains[i]
		list = append(list, contact.Remains{Contact: f.Contact, Field: f.Field, Slot: f.slot(), Values: f.Values})
	}
	return list
}
