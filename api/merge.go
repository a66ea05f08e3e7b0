package api

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
)

// Merging is a merge of several contacts at once.
type Merging struct {
	Merged          []int64          `json:"merged_ids"`                 // in order, at most 50; none that lead to one contact
	Prefer          map[string]int64 `json:"prefer,omitzero"`            // by the key of a custom field, of whom it is: the survivor or one of Merged
	ConfirmDistinct bool             `json:"confirm_distinct,omitempty"` // also who was said to be somebody else (CodeDistinct), which is forgotten
}

// MarshalJSON writes the fields of Prefer in the order of their numbers.
func (m Merging) MarshalJSON() ([]byte, error) {
	type members Merging
	body := struct {
		members
		Prefer json.RawMessage `json:"prefer,omitzero"`
	}{members: members(m)}
	if m.Prefer != nil {
		var err error
		if body.Prefer, err = inOrder(m.Prefer); err != nil {
			return nil, err
		}
	}
	return encode(body)
}

// Merge joins the contact merged into survivor, which keeps its own values
// first. From then on every id that led to merged leads to survivor. The answer
// is the survivor, whole; with a key that may not read, its id alone.
func (c *Client) Merge(ctx context.Context, survivor, merged int64, options ...WriteOption) (Result, error) {
	return c.write(ctx, http.MethodPost, contactPath(survivor)+"/merge", mergedBody(merged), options)
}

// mergedBody names the one contact that a merge or an unmerge is about.
func mergedBody(id int64) json.RawMessage {
	return json.RawMessage(`{"merged_id":` + strconv.FormatInt(id, 10) + `}`)
}

// MergeAll is Merge of several contacts in one write, which says more about it.
func (c *Client) MergeAll(ctx context.Context, survivor int64, m Merging, options ...WriteOption) (Result, error) {
	return c.write(ctx, http.MethodPost, contactPath(survivor)+"/merge", m, options)
}

// Split is the answer to Unmerge.
type Split struct {
	Survivor  Contact // whole; with a key that may not read, its id alone, as Contact
	Contact   Contact // what was split off
	Conflicts []Remains
	Version   int64  // of the survivor, for IfMatch; 0 where the answer names none
	ChangeID  string // names the change in the history, for Undo
	Changes   *Edits // of the survivor, with DryRun or ReturnChanges; else nil
	Replayed  bool   // as of Result
	RequestID string
}

// Remains are values that one of two contacts had and an edit of the other's took
// away: they are back, and somebody may want to look at them.
type Remains struct {
	ContactID int64  `json:"contact_id"`
	Field     string `json:"field"`  // "emails", "custom_fields.profile_field_3"
	Values    []any  `json:"values"` // as CustomFields has them
}

// UnmarshalJSON keeps numbers exact.
func (r *Remains) UnmarshalJSON(text []byte) error {
	type members Remains
	return decode(text, (*members)(r))
}

// Unmerge splits off what was merged into a contact, at any later time: both are what
// they would be had that merge never been, each with what was written to it since, by
// whatever id leads to it now. They are remembered as distinct.
func (c *Client) Unmerge(ctx context.Context, id, merged int64, options ...WriteOption) (Split, error) {
	r := &request{method: http.MethodPost, path: contactPath(id) + "/unmerge", header: http.Header{},
		body: mergedBody(merged)}
	if err := r.with(options); err != nil {
		return Split{}, err
	}
	var sent struct {
		Survivor  Contact   `json:"survivor"`
		Contact   Contact   `json:"contact"`
		Conflicts []Remains `json:"conflicts"`
		Changes   *Edits    `json:"changes"`
	}
	h, err := c.do(ctx, r, &sent)
	if err != nil {
		return Split{}, err
	}
	return Split{Survivor: sent.Survivor, Contact: sent.Contact, Conflicts: sent.Conflicts, Changes: sent.Changes,
		Version: versionIn(h), ChangeID: h.Get("X-Change-Id"), Replayed: replayed(h), RequestID: h.Get("X-Request-Id")}, nil
}

// Distinct remembers that two contacts are different people: merging them has
// CodeDistinct. It is no change: the history does not have it.
func (c *Client) Distinct(ctx context.Context, id, other int64) error {
	return c.pair(ctx, http.MethodPut, id, other)
}

// ForgetDistinct takes that back.
func (c *Client) ForgetDistinct(ctx context.Context, id, other int64) error {
	return c.pair(ctx, http.MethodDelete, id, other)
}

func (c *Client) pair(ctx context.Context, method string, id, other int64) error {
	_, err := c.write(ctx, method, contactPath(id)+"/distinct/"+strconv.FormatInt(other, 10), nil, nil)
	return err
}
