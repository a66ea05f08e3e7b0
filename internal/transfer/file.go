package transfer

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode"
)

// Recognised is what was found out of a file, or is known of it: what is given to
// Open stands, the rest is found.
type Recognised struct {
	Program   string `json:"program,omitzero"` // that wrote it, "" where it shows none
	Format    Format `json:"format,omitzero"`
	Encoding  string `json:"encoding,omitzero"`  // utf-8, utf-16le, windows-1252, and what else browsers know
	Delimiter string `json:"delimiter,omitzero"` // of CSV
	// Of CSV: how many lines stand before the header, or before the first row where there is none
	// and the columns are called Column 1, Column 2… Both are given, or Header is nil and both are found.
	LinesBeforeHeader int   `json:"lines_before_header,omitzero"`
	Header            *bool `json:"header,omitzero"`
}

// Column is one of a file's.
type Column struct {
	Name   string `json:"name"`            // each has its own
	Filled int    `json:"filled,omitzero"` // how many rows have something in it
	// Samples are some of what stands in it, each once, shortened: the first that came.
	Samples []string `json:"samples,omitzero"`
}

// File is one that was looked at whole. It is read as often as one likes, once at a
// time.
type File struct {
	Recognised Recognised
	Columns    []Column
	Records    int      // how many there are, those that will be refused too
	Warnings   []string // what is not certain, in sentences

	src     io.ReadSeeker
	csv     dialect
	damaged bool // some letters may be none
	marked  bool // it begins with the mark of UTF-8
	padded  bool // of CSV: some row has an empty cell at its end
	short   int  // of CSV: how many rows have fewer cells than there are columns
	long    int  // of CSV: how many have more
	facts   []columnFacts
	headers []string // as they stand in the file
}

// Open looks at a file, through to its end. What is known of it already stands in as. A file that
// cannot be read is an *Unreadable.
func Open(src io.ReadSeeker, as Recognised) (*File, error) {
	from, err := unpacked(src, MaxUnpacked)
	if err != nil {
		return nil, err
	}
	all, err := survey(from)
	if err != nil {
		return nil, err
	}
	if why := foreignTo(all.start); why != "" {
		return nil, unreadable(why)
	}
	f := &File{Recognised: as, src: src}
	if as.Encoding == "" {
		var warning string
		if f.Recognised.Encoding, warning = all.encoding(); warning != "" {
			f.Warnings = append(f.Warnings, warning)
		}
	}
	f.Recognised.Encoding = strings.ToLower(f.Recognised.Encoding)
	f.damaged = f.Recognised.Encoding != utf8Encoding || all.invalid > 0
	f.marked = bytes.HasPrefix(all.start, []byte("\xef\xbb\xbf"))
	sample, err := f.sample(all)
	if err != nil {
		return nil, err
	}
	if err := f.recognise(sample); err != nil {
		return nil, err
	}
	return f, f.look()
}

// sample gives the beginning of a file as text, whole lines where it has them.
func (f *File) sample(all *letters) ([]byte, error) {
	text, err := decoded(bytes.NewReader(all.start), f.Recognised.Encoding)
	if err != nil {
		return nil, err
	}
	sample, err := io.ReadAll(text)
	if err != nil {
		return nil, err
	}
	if int64(len(all.start)) < all.size {
		if i := bytes.LastIndexAny(sample, "\r\n"); i > 0 {
			sample = sample[:i+1]
		}
	}
	if isBinary(sample) {
		return nil, unreadable("This is no text: it may be a picture, an archive or a database. Export the contacts as CSV, vCard or NDJSON, and send that.")
	}
	if len(bytes.TrimFunc(sample, unicode.IsSpace)) == 0 {
		return nil, unreadable("The file is empty.")
	}
	return sample, nil
}

// isBinary tells whether eight octets at least, and more than one in a hundred, are control characters that no text has. A few may
// stand in one that is damaged: their rows are refused.
func isBinary(sample []byte) bool {
	n := 0
	for _, c := range sample {
		if c < ' ' && bytes.IndexByte([]byte("\t\n\v\f\r\x1b\x1c\x1d\x1e\x1f"), c) < 0 || c == 0x7f {
			n++
		}
	}
	return n > 7 && 100*n > len(sample)
}

// recognise finds the format of a file, and what else it shows by its beginning.
func (f *File) recognise(sample []byte) error {
	if f.Recognised.Format == "" {
		format, err := formatOf(sample)
		if err != nil {
			return err
		}
		f.Recognised.Format = format
	}
	switch f.Recognised.Format {
	case CSV:
		return f.recogniseCSV(sample)
	case VCard, NDJSON:
		return nil
	}
	return unreadable("The format is one of csv, vcard, ndjson.")
}

// formatOf tells the format by how the text begins.
func formatOf(sample []byte) (Format, error) {
	start := bytes.TrimLeftFunc(sample, unicode.IsSpace)
	upper := strings.ToUpper(string(start[:min(64, len(start))]))
	switch {
	case strings.HasPrefix(upper, "BEGIN:VCARD"), strings.HasPrefix(upper, "BEGIN :VCARD"):
		return VCard, nil
	case strings.HasPrefix(upper, "{"):
		return NDJSON, nil
	case strings.HasPrefix(upper, "["):
		return "", unreadable("This is one JSON document. Send NDJSON: one object a line, without brackets and commas around.")
	case strings.HasPrefix(upper, "<"):
		return "", unreadable("This is HTML or XML. Export the contacts as CSV or vCard, and send that.")
	case strings.HasPrefix(upper, "DN:"), strings.HasPrefix(upper, "VERSION: 1\n"):
		return "", unreadable("This is LDIF. Export the contacts as CSV or vCard, and send that.")
	case strings.HasPrefix(upper, "BEGIN:"):
		return "", unreadable("This is a calendar, and no vCard.")
	}
	return CSV, nil
}

func (f *File) recogniseCSV(sample []byte) error {
	given := &f.Recognised
	signed := func(header []string) bool { return programOf(header) != nil }
	f.csv = sniff(sample, given.Delimiter, signed)
	given.Delimiter = f.csv.delimiter
	rows := sampled(sample, f.csv)
	t := tableIn(rows, signed)
	if given.Header != nil {
		t = tableAfter(rows, given.LinesBeforeHeader, *given.Header)
	}
	if t.width == 0 {
		return unreadable("No table was found in the file.")
	}
	if t.width > MaxColumns {
		return unreadable("The file has more than 1,000 columns.")
	}
	given.LinesBeforeHeader, given.Header = t.before, new(t.header != nil)
	f.headers = t.header
	f.facts = make([]columnFacts, t.width)
	for _, name := range namesOf(t.header, t.width) {
		f.Columns = append(f.Columns, Column{Name: name})
	}
	if p := programOf(t.header); p != nil && given.Program == "" {
		given.Program = p.name
	}
	if t.header == nil {
		f.Warnings = append(f.Warnings, "The file has no header: its columns are told apart by their place.")
	}
	return nil
}

// tableAfter gives the table that begins after so many lines.
func tableAfter(rows []record, before int, header bool) table {
	for _, row := range rows {
		if row.line > before {
			t := table{before: before, width: len(row.cells)}
			if header {
				t.header = row.cells
			}
			return t
		}
	}
	return table{}
}

// namesOf gives the columns of a header their names. Those that have none are called by their
// place, those of the same name by their turn.
func namesOf(header []string, width int) []string {
	names, taken := make([]string, width), map[string]bool{}
	for i := range names {
		name := fmt.Sprintf("Column %d", i+1)
		if i < len(header) && strings.TrimSpace(header[i]) != "" {
			name = shortName(header[i])
		}
		names[i] = name
		for n := 2; taken[names[i]]; n++ {
			names[i] = fmt.Sprintf("%s (%d)", name, n)
		}
		taken[names[i]] = true
	}
	return names
}

// maxName is how many code points of a column's name are kept.
const maxName = 200

func shortName(name string) string { return shortened(name, maxName) }

// shortened gives a text in one line, as so many code points at most.
func shortened(text string, most int) string {
	text = strings.ToValidUTF8(strings.Join(strings.Fields(text), " "), "\uFFFD")
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most])
	}
	return text
}

// records reads the file again from its beginning, as it was recognised.
func (f *File) records() (records, error) {
	from, err := unpacked(f.src, MaxUnpacked)
	if err != nil {
		return nil, err
	}
	text, err := decoded(from, f.Recognised.Encoding)
	if err != nil {
		return nil, err
	}
	switch f.Recognised.Format {
	case VCard:
		return newVCardReader(text, f.known()), nil
	case NDJSON:
		return newNDJSONReader(text, f.known()), nil
	}
	r := newCSVReader(text, f.csv)
	if err := r.skipLines(f.Recognised.LinesBeforeHeader); err != nil {
		return nil, err
	}
	if *f.Recognised.Header {
		if _, err := r.next(); err != nil {
			return nil, err
		}
	}
	r.width = len(f.Columns)
	return r, nil
}

// known are the columns that were found in a file.
func (f *File) known() *columnSet {
	names := &columnSet{}
	for _, c := range f.Columns {
		names.of(c.Name)
	}
	return names
}

// exact tells whether texts stand in the file as Carnet has them, so that nothing
// of them is read in another way.
func (f *File) exact() bool { return f.Recognised.Program == carnet }

// look goes through all records once, and learns what their columns hold.
func (f *File) look() error {
	from, err := f.records()
	if err != nil {
		return err
	}
	for {
		rec, err := from.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		if rec.wrong == "" && rec.many == nil && filled(rec.cells) == 0 {
			continue
		}
		f.Records++
		f.see(&rec)
	}
	f.nameColumns(from)
	room := fileSamples
	for i := range f.facts {
		c := &f.Columns[i]
		c.Filled = f.facts[i].filled
		for _, sample := range f.facts[i].samples {
			if room -= len(sample); room >= 0 {
				c.Samples = append(c.Samples, sample)
			}
		}
	}
	return nil
}

func (f *File) see(rec *record) {
	switch width := len(f.Columns); {
	case rec.many != nil || rec.wrong != "":
	case len(rec.cells) < width:
		f.short++
	case len(rec.cells) > width:
		f.long++
	case strings.TrimSpace(rec.cells[width-1]) == "":
		f.padded = true
	}
	for i, cell := range rec.cells {
		if i < len(f.facts) {
			f.facts[i].see(cell)
		}
	}
	for i, cells := range rec.many {
		if i == len(f.facts) {
			f.facts = append(f.facts, columnFacts{})
		}
		for _, cell := range cells {
			f.facts[i].see(cell)
		}
	}
}

// nameColumns gives a file the columns that were found in it, where it names none at
// its beginning.
func (f *File) nameColumns(from records) {
	var found []string
	switch r := from.(type) {
	case *vcardReader:
		found = r.columns.names
	case *ndjsonReader:
		found = r.columns.names
	default:
		return
	}
	if f.Recognised.Program == "" && isCarnets(found) {
		f.Recognised.Program = carnet
	}
	for _, name := range found {
		f.Columns = append(f.Columns, Column{Name: name})
	}
	f.headers = found
	for len(f.facts) < len(found) {
		f.facts = append(f.facts, columnFacts{})
	}
}
