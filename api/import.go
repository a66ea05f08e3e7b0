package api

import (
	"context"
	"io"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// Import is a file that was sent, how it is read, and the plan that is made of it. A key that may
// propose and not read is told ID and State alone.
type Import struct {
	ID          string         `json:"id"`
	State       PlanState      `json:"state"`   // of its plan
	Message     *string        `json:"message"` // why the plan failed: a sentence
	CreatedAt   time.Time      `json:"created_at"`
	FileName    *string        `json:"file_name"` // nil where nobody said
	SentBy      PlanActor      `json:"sent_by"`
	Stored      int64          `json:"stored"` // octets that are kept of it, packed; 0 when the plan is closed
	Rows        int64          `json:"rows"`   // that the file has
	Recognised  Recognised     `json:"recognised"`
	Columns     []ImportColumn `json:"columns"`
	Warnings    []string       `json:"warnings"` // what is not certain, in sentences
	Mapping     []MappingStep  `json:"mapping"`
	MappingName *string        `json:"mapping_name"` // under which it is kept; nil where it was sent, or suggested
	Match       []MatchBy      `json:"match"`
	PlanID      *string        `json:"plan_id"` // nil where it was discarded
	JobID       int64          `json:"job_id"`  // that makes the plan, or applies it
}

// Moves tells whether the server is at work on the plan.
func (e *Import) Moves() bool { return e.State == PlanBuilding || e.State == PlanApplying }

// Recognised is what is known of how a file is read. In a CorrectImport what is nil is found out.
type Recognised struct {
	Program   *string `json:"program,omitempty"`
	Format    *string `json:"format,omitempty"` // csv, vcard, ndjson
	Encoding  *string `json:"encoding,omitempty"`
	Delimiter *string `json:"delimiter,omitempty"` // of CSV
	// Of CSV: how many lines stand before the header, and whether there is one. Both are given, or
	// Header is nil.
	LinesBeforeHeader int   `json:"lines_before_header,omitempty"`
	Header            *bool `json:"header,omitempty"`
}

// ImportColumn is one of a file's.
type ImportColumn struct {
	Name   string `json:"name"`
	Filled int64  `json:"filled"` // how many rows have something there
	// Samples are some of what stands there, three at most, each once, shortened. There are none
	// where the file is gone.
	Samples []string `json:"samples"`
}

// MappingStep is what becomes of a column, or of several that are parts of one thing.
type MappingStep struct {
	From []string `json:"from"`
	To   string   `json:"to,omitempty"` // emails, phones, names, locations, custom_fields.profile_field_3, id
	As   string   `json:"as,omitempty"` // how cells are read; "" for what the path and the file say
	Rule string   `json:"rule"`         // add, fill, replace, mirror, ignore
	Why  []string `json:"why,omitempty"`
}

// MatchBy is by what a row is matched with a contact.
type MatchBy string

// What rows are matched by, beside the keys of filterable custom fields, such as
// profile_field_1. The first that finds contacts decides.
const (
	MatchID    MatchBy = "id"
	MatchEmail MatchBy = "email"
	MatchPhone MatchBy = "phone"
)

// ImportCorrection says how a file is to be read. What is nil stays; but with Recognised the mapping
// is suggested anew, unless it is given too.
type ImportCorrection struct {
	Recognised *Recognised   `json:"recognised,omitempty"`
	Mapping    []MappingStep `json:"mapping,omitzero"`
	Match      []MatchBy     `json:"match,omitzero"`
}

// ImportLine is a line of a file that was imported.
type ImportLine struct {
	ID       string  `json:"id"` // of the import
	Line     int64   `json:"line"`
	FileName *string `json:"file_name"` // nil where nobody said
}

// ImportBegun is an import that was sent, and the job that makes its plan.
type ImportBegun struct {
	ID    string `json:"id"`
	JobID int64  `json:"job_id"`
}

const importsPath = "/imports"

func importPath(id string) string { return importsPath + "/" + url.PathEscape(id) }

// ImportFile is a file that is to be sent.
type ImportFile struct {
	Name    string // such as customers.csv, by which history says where values came from; "" for none
	Mapping string // the name of a mapping that is kept, which is taken; "" for the newest of a file with the same columns, if there is one
	Content io.Reader
}

// SendImport sends a file of contacts, CSV, vCard or NDJSON, packed with gzip or not, and has a plan
// made of it: FollowImport tells when it is known what that does. The file is read once, so nothing is
// sent again by itself; no time but that of the context ends it. Of the options WithActor, WithReason,
// IdempotencyKey and NoIdempotencyKey are heeded.
func (c *Client) SendImport(ctx context.Context, file ImportFile, options ...WriteOption) (ImportBegun, error) {
	var begun ImportBegun
	r := &request{method: http.MethodPost, path: importsPath, header: http.Header{}, file: file.Content}
	r.query = url.Values{}
	if file.Name != "" {
		r.query.Set("file_name", file.Name)
	}
	if file.Mapping != "" {
		r.query.Set("mapping", file.Mapping)
	}
	if err := r.with(options); err != nil {
		return begun, err
	}
	_, err := c.do(ctx, r, &begun)
	return begun, err
}

// CorrectImport has a file read in another way, and planned anew. The error has CodePlanClosed where
// its plan is closed, and the file gone. Of the options WithActor and WithReason are heeded.
func (c *Client) CorrectImport(ctx context.Context, id string, to ImportCorrection, options ...WriteOption) (ImportBegun, error) {
	var begun ImportBegun
	body, err := encode(to)
	if err != nil {
		return begun, err
	}
	r := &request{method: http.MethodPatch, path: importPath(id), header: http.Header{}, body: body}
	if err := r.with(append(options, NoIdempotencyKey())); err != nil {
		return begun, err
	}
	_, err = c.do(ctx, r, &begun)
	return begun, err
}

// Import tells how a file is read, and where its plan is. The error has CodeImportNotFound where the
// Space has none of this id.
func (c *Client) Import(ctx context.Context, id string) (Import, error) {
	e, _, err := c.importNow(ctx, id)
	return e, err
}

func (c *Client) importNow(ctx context.Context, id string) (e Import, h http.Header, err error) {
	h, err = c.do(ctx, &request{method: http.MethodGet, path: importPath(id)}, &e)
	return e, h, err
}

// Imports reads one page of the imports of the Space, newest first. Its pages lead forward only.
func (c *Client) Imports(ctx context.Context, p Paging) (Page[Import], error) {
	var page Page[Import]
	_, err := c.do(ctx, &request{method: http.MethodGet, path: importsPath, query: p.values()}, &page)
	return page, err
}

// FollowImport gives an import as it is, and again each time that it was asked for since, until the
// server is not at work on it or an error comes, which is the last thing that it gives. It asks as
// often as FollowJob.
func (c *Client) FollowImport(ctx context.Context, id string) iter.Seq2[Import, error] {
	return func(yield func(Import, error) bool) {
		for {
			asked := time.Now()
			e, h, err := c.importNow(ctx, id)
			if err == nil && (!yield(e, nil) || !e.Moves()) {
				return
			}
			if err == nil {
				err = rest(ctx, asked.Add(spacing(h, true)))
			}
			if err != nil {
				yield(Import{}, err)
				return
			}
		}
	}
}

// DiscardImport lets go of an import that was not applied, and of its plan, as DiscardPlan does of
// one; the error has CodePlanClosed where it was.
func (c *Client) DiscardImport(ctx context.Context, id string) error {
	_, err := c.do(ctx, &request{method: http.MethodDelete, path: importPath(id)}, &struct{}{})
	return err
}
