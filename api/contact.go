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
	Version   int64     // of the contact, for IfMatch; 0 where the answer names none
	ChangeID  string    // names the change in the history, for Undo; "" where nothing changed
	Changes   *Edits    // with DryRun or ReturnChanges, what the write changed; else nil
	Conflicts []Remains // of the Undo of a merge, as Split has them; else nil
	Replayed  bool      // it was done by an earlier call, or try, with the same IdempotencyKey: this is what came of that
	// ErasedBefore is the day, as YYYY-MM-DD, on which somebody was erased who had an email or a
	// phone of a contact that Create made; "" for nobody, or where the Space does not remember it.
	ErasedBefore string
	RequestID    string
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
	return c.write(ctx, http.MethodPost, contactsPath, patch, options)
}

// Put sets what patch names, and nothing else: see Patch. It is a Patch, or a
// json.RawMessage that is sent as it stands. Where that comes to nothing new,
// Result.ChangeID is "" and the version stays.
//
// A list that it was made from may be out of date: send IfMatch with its version,
// and CodeVersionMismatch says that somebody was faster, or BaseVersion, which keeps
// what they did. To add or remove single values, use Patch.
func (c *Client) Put(ctx context.Context, id int64, patch json.Marshaler, options ...WriteOption) (Result, error) {
	return c.write(ctx, http.MethodPut, contactPath(id), patch, options)
}

// Patch changes a part of a contact. amendment is an Amendment, or a
// json.RawMessage that is sent as it stands. The answer has each list that it
// names, whole; with a key that may not read, the id alone.
func (c *Client) Patch(ctx context.Context, id int64, amendment json.Marshaler, options ...WriteOption) (Result, error) {
	return c.write(ctx, http.MethodPatch, contactPath(id), amendment, options)
}

// Delete deletes a contact: nobody finds it any more, until that is undone with
// Result.ChangeID. It takes the contact's own id (CodeAlias). The answer has no
// contact.
func (c *Client) Delete(ctx context.Context, id int64, options ...WriteOption) (Result, error) {
	return c.write(ctx, http.MethodDelete, contactPath(id), nil, options)
}

// Undo takes back what a change did to a contact, and to the others that it touched,
// without what others changed since: see Result.ChangeID and Change.ID. It can be
// undone itself. Where others changed the same, it does nothing (CodeUndoConflict,
// with Error.Conflicts), unless ResolveTheirs says otherwise. The answer is the
// contact, whole; with a key that may not read, its id alone; and no contact where
// that is deleted now, as after the undo of a Create. Of a merge Result.Conflicts
// has what came back though somebody had taken it away.
func (c *Client) Undo(ctx context.Context, id int64, changeID string, options ...WriteOption) (Result, error) {
	if err := checkChangeID(changeID); err != nil {
		return Result{}, err
	}
	return c.write(ctx, http.MethodPost, contactPath(id)+"/changes/"+url.PathEscape(changeID)+"/undo", nil, options)
}

func checkChangeID(id string) error {
	switch {
	case id == "":
		return errors.New("carnet: there is no change to undo: its id is empty")
	case !utf8.ValidString(id):
		return notUTF8("the id of the change")
	}
	return nil
}

func (c *Client) write(ctx context.Context, method, path string, body json.Marshaler, options []WriteOption) (Result, error) {
	r := &request{method: method, path: path, header: http.Header{}}
	if body != nil {
		var err error
		if r.body, err = marshal(body); err != nil {
			return Result{}, err
		}
	}
	if err := r.with(options); err != nil {
		return Result{}, err
	}
	return c.one(ctx, r)
}

// marshal writes the body of a write.
func marshal(body json.Marshaler) ([]byte, error) {
	text, err := body.MarshalJSON()
	bad, isNotUTF8 := errors.AsType[notUTF8](err)
	switch {
	case errors.Is(err, errField):
		return nil, errField
	case isNotUTF8:
		return nil, bad
	case err == nil && !utf8.Valid(text):
		return nil, notUTF8("the body")
	case err != nil: // its text may show a value
		return nil, errors.New("carnet: the patch cannot be written as JSON")
	}
	return text, nil
}

// with says more about a write.
func (r *request) with(options []WriteOption) error {
	for _, set := range options {
		set(r)
	}
	if err := r.nameIt(); err != nil {
		return err
	}
	return r.checkHeader()
}

// checkHeader refuses what a server would pass over, and what cannot be sent.
func (r *request) checkHeader() error {
	values := r.method == http.MethodPut || r.method == http.MethodPatch
	switch {
	case r.path == contactsPath && r.header.Get("If-Match") != "":
		return errors.New("carnet: IfMatch is not for Create")
	case r.path == batchPath && r.header.Get("If-Match") != "":
		return errors.New("carnet: IfMatch is not for Batch: say it of an operation")
	case r.path != batchPath && r.atomic:
		return errors.New("carnet: Atomic is for Batch alone")
	case !values && r.header.Get("X-Base-Version") != "":
		return errors.New("carnet: BaseVersion is for Put and Patch alone")
	}
	for name, values := range r.header {
		// net/http would refuse it too, but as if it had been sent.
		if strings.ContainsFunc(values[0], unicode.IsControl) {
			return errors.New("carnet: " + name + " must be one line of text")
		}
		if !utf8.ValidString(values[0]) {
			return notUTF8(name)
		}
	}
	return nil
}

// one sends a request about one contact.
func (c *Client) one(ctx context.Context, r *request) (Result, error) {
	var sent struct {
		Contact
		Changes   *Edits    `json:"changes"`
		Conflicts []Remains `json:"conflicts"`
	}
	h, err := c.do(ctx, r, &sent)
	if err != nil {
		return Result{}, err
	}
	answer := Result{Contact: sent.Contact, Changes: sent.Changes, Conflicts: sent.Conflicts}
	answer.Version = versionIn(h)
	if answer.Contact.Meta != nil {
		answer.Version = answer.Contact.Meta.Version
	}
	answer.ErasedBefore = h.Get("X-Erased-Before")
	answer.ChangeID, answer.RequestID, answer.Replayed = h.Get("X-Change-Id"), h.Get("X-Request-Id"), replayed(h)
	return answer, nil
}

// replayed tells whether an answer is that of an earlier request.
func replayed(h http.Header) bool { return h.Get("Idempotency-Replayed") == "true" }

// versionIn gives the version that an answer names. Where there is no ETag, or not one
// of ours, there is no version to match.
func versionIn(h http.Header) int64 {
	version, _ := strconv.ParseInt(strings.Trim(h.Get("ETag"), `"`), 10, 64)
	return version
}

const contactsPath = "/contacts"

func contactPath(id int64) string { return contactsPath + "/" + strconv.FormatInt(id, 10) }
