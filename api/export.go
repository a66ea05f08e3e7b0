package api

import (
	"context"
	"io"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// ExportFormat is a kind of file that an export is.
type ExportFormat string

// The formats of exports. Without one it is the rows of a list, a JSON object a line.
const (
	ExportNDJSON ExportFormat = "ndjson" // a whole contact a line
	ExportCSV    ExportFormat = "csv"
	ExportVCard  ExportFormat = "vcard" // 4.0
)

// ExportLayout is whose columns a CSV file has.
type ExportLayout string

// The layouts of CSV. Without one it is Carnet's own, which has all that a contact holds.
const (
	LayoutGoogle  ExportLayout = "google"
	LayoutOutlook ExportLayout = "outlook"
)

// ExportQuery says which contacts an export holds, and as what. The zero ExportQuery is the
// rows of all.
type ExportQuery struct {
	// Start, End, Email, Phone and Where are as those of a Query: all must hold.
	Start *string     `json:"start_date,omitempty"`
	End   *string     `json:"end_date,omitempty"`
	Email *string     `json:"email,omitempty"`
	Phone *string     `json:"phone,omitempty"`
	Where []Condition `json:"where,omitzero"`

	Format    ExportFormat `json:"format,omitempty"`
	Layout    ExportLayout `json:"layout,omitempty"`             // of ExportCSV
	Safe      bool         `json:"safe,omitempty"`               // of ExportCSV: what a spreadsheet would take for a formula is quoted
	AllEmails bool         `json:"include_all_emails,omitempty"` // of the rows of a list
}

// ExportStatus says where an export is.
type ExportStatus string

// The states of an export. The last two are ends.
const (
	ExportQueued     ExportStatus = "queued"
	ExportProcessing ExportStatus = "processing"
	ExportCompleted  ExportStatus = "completed"
	ExportFailed     ExportStatus = "failed" // also where its job was cancelled, or somebody was erased after it began
)

// Export is a file of contacts that the server writes, and keeps for a week.
type Export struct {
	ID        string       `json:"export_id"`
	Status    ExportStatus `json:"status"`
	CreatedAt time.Time    `json:"created_at"` // to the microsecond, UTC
	Message   *string      `json:"message"`    // why it failed: a sentence
	JobID     int64        `json:"job_id"`     // which writes it
	Seq       *int64       `json:"seq"`        // Follow goes on after it without a gap; nil until it is processing
	Contacts  int64        `json:"contacts"`   // that are written by now

	// What follows is there once it is completed.
	Size        int64      `json:"size,omitzero"`         // of the file, packed, in octets
	DownloadURL string     `json:"download_url,omitzero"` // leads to the file whoever has it, until ExpiresAt
	CompletedAt *time.Time `json:"completed_at,omitzero"`
	ExpiresAt   *time.Time `json:"expires_at,omitzero"`
	KeptUntil   *time.Time `json:"kept_until,omitzero"`
}

// Ended tells whether nothing comes of an export any more.
func (e *Export) Ended() bool { return e.Status == ExportCompleted || e.Status == ExportFailed }

const exportsPath = "/contacts/exports"

// MakeExport asks for a file of contacts, and gives its id: a job writes it, and FollowExport
// tells how far that is. It needs a key that may read. Of the options WithActor, WithReason,
// IdempotencyKey and NoIdempotencyKey are heeded.
func (c *Client) MakeExport(ctx context.Context, q ExportQuery, options ...WriteOption) (id string, err error) {
	body, err := encode(q)
	if err != nil {
		return "", err
	}
	var made struct {
		ID string `json:"export_id"`
	}
	err = c.post(ctx, exportsPath, body, options, &made)
	return made.ID, err
}

// Export tells how far an export is. The error has CodeExportNotFound where the Space has
// none of this id, or had it more than a week ago.
func (c *Client) Export(ctx context.Context, id string) (Export, error) {
	e, _, err := c.export(ctx, id)
	return e, err
}

func (c *Client) export(ctx context.Context, id string) (e Export, h http.Header, err error) {
	h, err = c.do(ctx, &request{method: http.MethodGet, path: exportPath(id)}, &e)
	return e, h, err
}

// FollowExport gives an export as it is, and again each time that it was asked for since,
// until it has ended or an error comes, which is the last thing that it gives. It asks as
// often as FollowJob.
func (c *Client) FollowExport(ctx context.Context, id string) iter.Seq2[Export, error] {
	return func(yield func(Export, error) bool) {
		for {
			asked := time.Now()
			e, h, err := c.export(ctx, id)
			if err == nil && (!yield(e, nil) || e.Ended()) {
				return
			}
			if err == nil {
				err = rest(ctx, asked.Add(spacing(h, true)))
			}
			if err != nil {
				yield(Export{}, err)
				return
			}
		}
	}
}

// DownloadExport writes the file of an export that is completed, packed with gzip, as it
// comes: Export is asked first, for a new link. No time but that of the context ends it. Where an error
// comes after a part of it was written, nothing is sent again.
func (c *Client) DownloadExport(ctx context.Context, id string, into io.Writer) error {
	e, err := c.Export(ctx, id)
	if err != nil {
		return err
	}
	// The link is followed where this client finds the server, whatever that calls itself.
	r := &request{method: http.MethodGet, path: exportPath(id) + "/download", into: &partly{to: into, kind: "application/gzip", slow: true}}
	link, err := url.Parse(e.DownloadURL)
	if err != nil {
		return notOurs(r)
	}
	r.query = link.Query()
	_, err = c.do(ctx, r, nil)
	return err
}

// WithdrawExport lets go of an export and its file, which may not be written yet: its links lead
// nowhere from then on. It needs a key that may write. The error has CodeExportNotFound as that of
// Export.
func (c *Client) WithdrawExport(ctx context.Context, id string) error {
	_, err := c.do(ctx, &request{method: http.MethodDelete, path: exportPath(id)}, nil)
	return err
}

func exportPath(id string) string { return exportsPath + "/" + url.PathEscape(id) }
