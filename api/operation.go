package api

import (
	"encoding/json"
	"errors"
	"strconv"
)

// Operation is one write of a Batch: a BatchCreate, BatchPut, BatchPatch, BatchDelete,
// BatchMerge, BatchUnmerge, BatchUndo or BatchRaw. IfMatch and BaseVersion are what the
// options of these names say of a single write; 0 says nothing.
type Operation interface {
	// text writes it as JSON.
	text() ([]byte, error)
}

// BatchCreate makes a contact, as Create does.
type BatchCreate struct {
	Patch json.Marshaler // a Patch, or a json.RawMessage
}

// BatchPut sets what it names, as Put does.
type BatchPut struct {
	ID          int64
	Patch       json.Marshaler // a Patch, or a json.RawMessage
	IfMatch     int64
	BaseVersion int64
}

// BatchPatch changes a part of a contact, as Patch does.
type BatchPatch struct {
	ID          int64
	Amendment   json.Marshaler // an Amendment, or a json.RawMessage
	IfMatch     int64
	BaseVersion int64
}

// BatchDelete deletes a contact, as Delete does.
type BatchDelete struct {
	ID      int64
	IfMatch int64
}

// BatchMerge merges contacts into a survivor, as MergeAll does.
type BatchMerge struct {
	Survivor int64
	Merging  Merging
	IfMatch  int64
}

// BatchUnmerge splits off what was merged, as Unmerge does.
type BatchUnmerge struct {
	ID      int64
	Merged  int64
	IfMatch int64
}

// BatchUndo takes back a change, as Undo does.
type BatchUndo struct {
	ID            int64
	ChangeID      string
	ResolveTheirs bool
	IfMatch       int64
}

// BatchRaw is an operation as JSON that is there already, and is sent as it stands.
type BatchRaw json.RawMessage

// operation is an Operation as the API spells it.
type operation struct {
	Method      string          `json:"method"`
	ID          int64           `json:"id,omitzero"`
	Body        json.RawMessage `json:"body,omitzero"`
	IfMatch     string          `json:"if_match,omitzero"`
	BaseVersion int64           `json:"base_version,omitzero"`
	ChangeID    string          `json:"change_id,omitzero"`
	Resolve     string          `json:"resolve,omitzero"`
}

// with writes an operation that has a body.
func (o operation) with(body json.Marshaler) (text []byte, err error) {
	if body != nil {
		o.Body, err = marshal(body)
	}
	if err != nil {
		return nil, err
	}
	if text, err = encode(o); err != nil { // its text may show a value
		return nil, errors.New("carnet: the body is not JSON")
	}
	return text, nil
}

// matching writes the condition of an operation.
func matching(version int64) string {
	if version == 0 {
		return ""
	}
	return strconv.FormatInt(version, 10)
}

func (b BatchCreate) text() ([]byte, error) { return operation{Method: "POST"}.with(b.Patch) }

func (b BatchPut) text() ([]byte, error) {
	return operation{Method: "PUT", ID: b.ID, IfMatch: matching(b.IfMatch), BaseVersion: b.BaseVersion}.with(b.Patch)
}

func (b BatchPatch) text() ([]byte, error) {
	return operation{Method: "PATCH", ID: b.ID, IfMatch: matching(b.IfMatch), BaseVersion: b.BaseVersion}.with(b.Amendment)
}

func (b BatchDelete) text() ([]byte, error) {
	return encode(operation{Method: "DELETE", ID: b.ID, IfMatch: matching(b.IfMatch)})
}

func (b BatchMerge) text() ([]byte, error) {
	return operation{Method: "MERGE", ID: b.Survivor, IfMatch: matching(b.IfMatch)}.with(b.Merging)
}

func (b BatchUnmerge) text() ([]byte, error) {
	return operation{Method: "UNMERGE", ID: b.ID, IfMatch: matching(b.IfMatch)}.with(mergedBody(b.Merged))
}

func (b BatchUndo) text() ([]byte, error) {
	o := operation{Method: "UNDO", ID: b.ID, ChangeID: b.ChangeID, IfMatch: matching(b.IfMatch)}
	if err := checkChangeID(b.ChangeID); err != nil {
		return nil, err
	}
	if b.ResolveTheirs {
		o.Resolve = "theirs"
	}
	return encode(o)
}

func (b BatchRaw) text() ([]byte, error) { return marshal(json.RawMessage(b)) }
