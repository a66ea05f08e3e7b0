package transfer

import (
	"github.com/carnet-project/carnet/internal/contact"
)

// Format is a kind of file that contacts are written to. It is stored as text.
type Format string

// The formats.
const (
	Rows   Format = ""       // NDJSON of the rows of a list (CONTRACT P6)
	NDJSON Format = "ndjson" // a whole contact a line
	CSV    Format = "csv"
	VCard  Format = "vcard" // 4.0
)

// Formats are those that have a name.
var Formats = [...]Format{CSV, NDJSON, VCard}

// Layout is whose columns a CSV file has. It is stored as text.
type Layout string

// The layouts of CSV.
const (
	OwnLayout     Layout = "" // all that a contact holds
	GoogleLayout  Layout = "google"
	OutlookLayout Layout = "outlook"
)

// Layouts are those of other programs.
var Layouts = [...]Layout{GoogleLayout, OutlookLayout}

// Form says how a file is written. It is stored as JSON.
type Form struct {
	Format    Format `json:"format,omitzero"`
	Layout    Layout `json:"layout,omitzero"` // of CSV
	Safe      bool   `json:"safe,omitzero"`   // of CSV: what a spreadsheet would take for a formula is quoted
	AllEmails bool   `json:"all_emails,omitzero"`
	Widths    Widths `json:"widths,omitzero"` // of CSV: see Wide
}

// Widths are how many columns each collection has.
type Widths [contact.NumCollections]int

// Item is a contact to be written, and what is not in its row.
type Item struct {
	*contact.Contact
	Updated contact.Time // when it was changed last, where TellsUpdates
}

// TellsUpdates tells whether the file says when contacts were changed last.
func (f *Form) TellsUpdates() bool { return f.Format == NDJSON }

// Wide tells whether the widest contact has to be known before the first is written: CSV has
// its columns in its head.
func (f *Form) Wide() bool { return f.Format == CSV && f.Layout != OutlookLayout }

// Widen makes room for a contact.
func (w *Widths) Widen(c *contact.Contact) {
	for _, col := range contact.Collections {
		w[col] = max(w[col], len(c.Values[col]))
	}
}

// Fits tells whether there is room for a contact.
func (f *Form) Fits(c *contact.Contact) bool {
	if f.Wide() {
		for _, col := range contact.Collections {
			if len(c.Values[col]) > f.width(col) {
				return false
			}
		}
	}
	return true
}

// width gives how many columns a collection has: one at least, so that a file of nobody
// shows where values would be.
func (f *Form) width(col contact.Collection) int { return max(1, f.Widths[col]) }

// AppendHead appends what stands before the first contact.
func (f *Form) AppendHead(b []byte) []byte {
	if f.Format == CSV {
		return f.csvHead(b)
	}
	return b
}

// Append appends a contact that Fits. What it holds is written as it is stored.
func (f *Form) Append(b []byte, it Item, labels *contact.Labels) []byte {
	switch f.Format {
	case NDJSON:
		return appendWhole(b, it)
	case CSV:
		return f.csvRow(b, it, labels)
	case VCard:
		return appendCard(b, it, labels)
	}
	return f.appendRow(b, it)
}

// Extension gives the end of a file's name, without a dot.
func (f *Form) Extension() string {
	switch f.Format {
	case CSV:
		return "csv"
	case VCard:
		return "vcf"
	}
	return "ndjson"
}

// MediaType gives what such a file is, unpacked.
func (f *Form) MediaType() string {
	switch f.Format {
	case CSV:
		return "text/csv; charset=utf-8; header=present"
	case VCard:
		return "text/vcard; charset=utf-8"
	}
	return "application/x-ndjson"
}
