package transfer

// Format is what kind of file it is.
type Format string

// The formats.
const (
	CSV    Format = "csv"
	VCard  Format = "vcard"
	NDJSON Format = "ndjson"
)
