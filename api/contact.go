package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Contact is a contact as answers have it. Lists are in order, the primary
// first. The answer to Create or Put has only what was sent: the rest is nil.
type Contact struct {
	ID           int64        `json:"id"`
	Emails       []string     `json:"emails,omitzero"`
	Phones       []string     `json:"phones,omitzero"`
	Names        []string     `json:"names,omitzero"`
	Locations    []string     `json:"locations,omitzero"`
	CustomFields CustomFields `json:"custom_fields,omitzero"`
	Sources      *Sources     `json:"sources,omitzero"` // with IncludeSources alone
	Meta         *Meta        `json:"meta,omitzero"`    // with IncludeMeta alone
}

// Result is the answer to a request about one contact.
type Result struct {
	Contact   Contact
	Version   int64  // of the contact, for IfMatch; 0 where the answer names none
	ChangeID  string // names the change in the history; "" where nothing changed
	RequestID string
}

// Get reads a contact. The id of one that was merged leads to its survivor,
// whose id the answer has.
func (c *Client) Get(ctx context.Context, id int64, options ...ReadOption) (Result, error) {
	return c.read(ctx, id, url.Values{}, options)
}

// GetLabelled reads a contact with its custom fields under their labels, where
// the Space has given them some. Without IncludeMeta it names no version.
func (c *Client) GetLabelled(ctx context.Context, id int64, options ...ReadOption) (Result, error) {
	return c.read(ctx, id, url.Values{"use_custom_field_labels": {"1"}}, options)
}

func (c *Client) read(ctx context.Context, id int64, query url.Values, options []ReadOption) (Result, error) {
	for _, set := range options {
		set(query)
	}
	return c.one(ctx, &request{method: http.MethodGet, path: contactPath(id), query: query})
}

// GetVersion reads a contact as Get answered it with a version, whenever that was.
// Where the id never led to a contact in that version the error has
// CodeVersionNotFound. Result.Version is 0 but with IncludeMeta.
func (c *Client) GetVersion(ctx context.Context, id, version int64, options ...ReadOption) (Result, error) {
	return c.read(ctx, id, url.Values{"version": {strconv.FormatInt(version, 10)}}, options)
}

// GetAt reads a contact as Get answered it at a time, which is not in the future.
// Result.Version is 0 but with IncludeMeta.
func (c *Client) GetAt(ctx context.Context, id int64, at time.Time, options ...ReadOption) (Result, error) {
	return c.read(ctx, id, url.Values{"at": {at.UTC().Format(time.RFC3339Nano)}}, options)
}

// Create makes a contact. It needs at least one email, phone or name. patch is
// a Patch, or a json.RawMessage that is sent as it stands.
func (c *Client) Create(ctx context.Context, patch json.Marshaler, options ...WriteOption) (Result, error) {
	return c.write(ctx, http.MethodPost, "/contacts", patch, options)
}

// Put sets what patch names, and nothing else: see Patch. It is a Patch, or a
// json.RawMessage that is sent as it stands. Where that comes to nothing new,
// Result.ChangeID is "" and the version stays.
//
// To add a value, Get the contact, put the longer list, and send IfMatch with
// the version: CodeVersionMismatch then says that somebody was faster.
func (c *Client) Put(ctx context.Context, id int64, patch json.Marshaler, options ...WriteOption) (Result, error) {
	return c.write(ctx, http.MethodPut, contactPath(id), patch, options)
}

// Merge joins the contact merged into survivor, which keeps its own values
// first. From then on every id that led to merged leads to survivor. The answer
// is the survivor, whole; with a key that may not read, its id alone.
func (c *Client) Merge(ctx context.Context, survivor, merged int64, options ...WriteOption) (Result, error) {
	body := json.RawMessage(`{"merged_id":` + strconv.FormatInt(merged, 10) + `}`)
	return c.write(ctx, http.MethodPost, contactPath(survivor)+"/merge", body, options)
}

// WriteOption says more about a write.
type WriteOption func(*request)

// WithActor names the person or program behind the key, for the history: a line
// of at most 100 characters, in any script.
func WithActor(name string) WriteOption { return header("X-Actor", spelled(name)) }

// WithReason says why, for the history: a line of at most 500 characters.
func WithReason(text string) WriteOption { return header("X-Reason", spelled(text)) }

// IfMatch makes a Put do nothing unless the contact still has this version
// (CodeVersionMismatch). It is for Put alone.
func IfMatch(version int64) WriteOption {
	return header("If-Match", `"`+strconv.FormatInt(version, 10)+`"`)
}

func header(name, value string) WriteOption {
	return func(r *request) { r.header.Set(name, value) }
}

func (c *Client) write(ctx context.Context, method, path string, body json.Marshaler, options []WriteOption) (Result, error) {
	text, err := body.MarshalJSON()
	bad, isNotUTF8 := errors.AsType[notUTF8](err)
	switch {
	case errors.Is(err, errField):
		return Result{}, errField
	case isNotUTF8:
		return Result{}, bad
	case err == nil && !utf8.Valid(text):
		return Result{}, notUTF8("the body")
	case err != nil: // its text may show a value
		return Result{}, errors.New("carnet: the patch cannot be written as JSON")
	}
	r := &request{method: method, path: path, header: http.Header{}, body: text}
	for _, set := range options {
		set(r)
	}
	if method != http.MethodPut && r.header.Get("If-Match") != "" {
		return Result{}, errors.New("carnet: IfMatch is for Put alone")
	}
	for name, values := range r.header {
		// net/http would refuse it too, but as if it had been sent.
		if strings.ContainsFunc(values[0], unicode.IsControl) {
			return Result{}, errors.New("carnet: " + name + " must be one line of text")
		}
		if !utf8.ValidString(values[0]) {
			return Result{}, notUTF8(name)
		}
	}
	return c.one(ctx, r)
}

// one sends a request about one contact.
func (c *Client) one(ctx context.Context, r *request) (Result, error) {
	var answer Result
	h, err := c.do(ctx, r, &answer.Contact)
	if err != nil {
		return Result{}, err
	}
	// Where there is no ETag, or not one of ours, there is no version to match.
	answer.Version, _ = strconv.ParseInt(strings.Trim(h.Get("ETag"), `"`), 10, 64)
	if answer.Contact.Meta != nil {
		answer.Version = answer.Contact.Meta.Version
	}
	answer.ChangeID, answer.RequestID = h.Get("X-Change-Id"), h.Get("X-Request-Id")
	return answer, nil
}

func contactPath(id int64) string { return "/contacts/" + strconv.FormatInt(id, 10) }
