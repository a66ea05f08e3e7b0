package api

import (
	"context"
	"encoding/json"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// Action is the kind of write that made a change.
type Action string

// The actions. A server may know more.
const (
	ActionCreate  Action = "create"
	ActionPut     Action = "put"
	ActionPatch   Action = "patch"
	ActionMerge   Action = "merge"
	ActionUnmerge Action = "unmerge"
	ActionUndo    Action = "undo"
	ActionDelete  Action = "delete"
	ActionErase   Action = "erase"
)

// Change is an entry of the history: what one write did to one contact.
type Change struct {
	ID         string      `json:"id"`  // of the write: Result.ChangeID; the same on each contact that it touched
	Seq        int64       `json:"seq"` // its number in the Space, from 1 without gaps
	ContactID  int64       `json:"contact_id"`
	Ref        *int64      `json:"ref"`     // the id by which the writer named the contact, where that was another
	Version    int64       `json:"version"` // of the contact after the change
	At         time.Time   `json:"at"`      // to the microsecond, UTC
	Action     Action      `json:"action"`
	Actor      Actor       `json:"actor"`
	Reason     *string     `json:"reason"`
	RequestID  string      `json:"request_id"`
	BatchID    *string     `json:"batch_id"`
	Import     *ImportLine `json:"import"`      // the line of a file that it was done for
	Undoes     *string     `json:"undoes"`      // the change that this one took back
	MergedIDs  []int64     `json:"merged_ids"`  // on the survivor of a merge: who was merged into it; of an unmerge, who was split off; else nil
	MergedInto *int64      `json:"merged_into"` // on the merged contact: into whom
	SplitFrom  *int64      `json:"split_from"`  // on what was split off again: from whom
	Erased     *bool       `json:"erased"`      // true where what it did was erased for good: then nothing stands in Changes, nor in what tells of people, but Actor of the erase itself
	Changes    Edits       `json:"changes"`
}

// Forgotten tells whether what the change did was erased for good.
func (c *Change) Forgotten() bool { return c.Erased != nil && *c.Erased }

// MarshalJSON writes null for all that was erased, as the server does.
func (c Change) MarshalJSON() ([]byte, error) {
	type members Change
	if !c.Forgotten() {
		return encode(members(c))
	}
	m := struct {
		members
		Actor     *Actor  `json:"actor"`
		RequestID *string `json:"request_id"`
		Changes   *Edits  `json:"changes"`
	}{members: members(c)}
	if c.Action == ActionErase {
		m.Actor = &c.Actor
	}
	return encode(m)
}

// Diff is what leads from one version of a contact to another.
type Diff struct {
	From    int64 `json:"from"`
	To      int64 `json:"to"`
	Changes Edits `json:"changes"`
}

// Diff compares two versions of what Get answered for this id. from may be the later of
// the two: then it is what would lead back. Where the id never led to a contact in one
// of them the error has CodeVersionNotFound.
func (c *Client) Diff(ctx context.Context, id, from, to int64) (Diff, error) {
	var diff Diff
	query := url.Values{"from": {strconv.FormatInt(from, 10)}, "to": {strconv.FormatInt(to, 10)}}
	_, err := c.do(ctx, &request{method: http.MethodGet, path: contactPath(id) + "/diff", query: query}, &diff)
	return diff, err
}

// Actor is who made a change: the key, and who stood behind it if that was said.
type Actor struct {
	KeyID   int64   `json:"key_id"`
	KeyName string  `json:"key_name"`
	Name    *string `json:"name"`
}

// Edits is what a change did. What it left alone is nil.
type Edits struct {
	Emails       *ListEdit            `json:"emails,omitzero"`
	Phones       *ListEdit            `json:"phones,omitzero"`
	Names        *ListEdit            `json:"names,omitzero"`
	Locations    *ListEdit            `json:"locations,omitzero"`
	CustomFields map[string]FieldEdit `json:"custom_fields,omitzero"` // by key, never by label
}

// MarshalJSON writes custom fields in the order of their numbers, as the server
// does.
func (e Edits) MarshalJSON() ([]byte, error) {
	type members Edits
	m := struct {
		members
		CustomFields json.RawMessage `json:"custom_fields,omitzero"`
	}{members: members(e)}
	if e.CustomFields != nil {
		var err error
		if m.CustomFields, err = inOrder(e.CustomFields); err != nil {
			return nil, err
		}
	}
	return encode(m)
}

// ListEdit is what a change did to a collection.
type ListEdit struct {
	Before    []string `json:"before"`
	After     []string `json:"after"`
	Added     []string `json:"added"`
	Removed   []string `json:"removed"`
	Reordered bool     `json:"reordered"` // whether values that stayed changed places
}

// FieldEdit is what a change did to a custom field. The values are those of
// CustomFields.
type FieldEdit struct {
	Before any           `json:"before"`
	After  any           `json:"after"`
	Hidden []HiddenField `json:"hidden,omitzero"` // of a merge, in Result.Changes and Error.Changes alone
}

// HiddenField is what a merged contact has in a custom field and the survivor does not
// show.
type HiddenField struct {
	ContactID int64 `json:"contact_id"`
	Value     any   `json:"value"`
}

// MarshalJSON keeps numbers exact, in any encoder.
func (e FieldEdit) MarshalJSON() ([]byte, error) {
	type members FieldEdit
	return encode(members(e))
}

// UnmarshalJSON keeps numbers exact.
func (e *FieldEdit) UnmarshalJSON(text []byte) error {
	type members FieldEdit
	return decode(text, (*members)(e))
}

// Changes reads one page of the history of a contact, newest first. It needs a
// key that may read.
func (c *Client) Changes(ctx context.Context, id int64, p Paging) (Page[Change], error) {
	var page Page[Change]
	_, err := c.do(ctx, &request{method: http.MethodGet, path: contactPath(id) + "/changes", query: p.values()}, &page)
	return page, err
}

// AllChanges gives the history of a contact from the page of p on to its
// beginning, newest first. An error is the last thing that it gives.
func (c *Client) AllChanges(ctx context.Context, id int64, p Paging) iter.Seq2[Change, error] {
	return pages(p.Cursor, func(cursor string) (Page[Change], error) {
		p.Cursor = cursor
		return c.Changes(ctx, id, p)
	})
}
