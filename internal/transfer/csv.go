package transfer

import (
	"bytes"
	"errors"
	"io"
	"strings"
)

const (
	// MaxColumns is how many columns a file may have.
	MaxColumns = 1000

	maxRecord    = 1 << 20 // octets of a record of CSV
	maxReopened  = 1000    // records that are read again because of a quote; beyond, they are refused as they came
	maxRemembers = 64 << 10
)

// dialect is how a CSV file is written.
type dialect struct {
	delimiter string
	quote     byte // what cells are wrapped in; doubled within them
	escape    byte // what keeps a quote from closing, 0 where it is doubled alone
	ending    byte // of lines: '\n', also after '\r', or '\r' alone
}

// csvReader reads records of CSV, messy ones too. encoding/csv would not do: it
// ends at the first quote that it does not like, or swallows what follows; here
// a quote that is never closed costs the line that it stands in.
type csvReader struct {
	dialect
	width  int // how many cells a record of several lines must have, 0 for any
	src    io.Reader
	buf    []byte
	start  int   // where the record begins in buf
	base   int64 // of buf[0] in the file
	line   int   // of start, from 1
	atEnd  bool  // nothing comes after buf
	failed error

	unclosed int64 // before this place of the file no quote closes, from inVain on
	inVain   int64
	reopened int

	loose   looseness // of the record
	cells   []string
	scratch []byte
	ends    []int
}

func newCSVReader(src io.Reader, d dialect) *csvReader {
	return &csvReader{dialect: d, src: src, line: 1}
}

// next gives a record, io.EOF at the end. Empty lines are passed over.
func (r *csvReader) next() (record, error) {
	for {
		line, more, err := r.physical()
		if err != nil {
			return record{}, err
		}
		at := r.line
		switch {
		case more:
			return r.skipLong(at)
		case len(bytes.TrimSpace(line)) == 0 && !strings.ContainsAny(string(line), r.delimiter):
			r.take(len(line), 1)
		case bytes.IndexByte(line, r.quote) < 0:
			r.split(line)
			r.take(len(line), 1)
			return record{line: at, cells: r.cells}, nil
		default:
			return r.quoted(at)
		}
	}
}

// physical gives the line at start, without its ending; more tells that it is
// longer than a record may be.
func (r *csvReader) physical() (line []byte, more bool, err error) {
	for looked := r.start; ; {
		if i := bytes.IndexByte(r.buf[looked:], r.ending); i >= 0 {
			return r.buf[r.start : looked+i], looked+i-r.start > maxRecord, nil
		}
		looked = len(r.buf)
		switch {
		case looked-r.start > maxRecord:
			return r.buf[r.start:], true, nil
		case r.failed != nil, r.atEnd && looked == r.start: // what is cut off is no record
			return nil, false, r.endOf()
		case r.atEnd:
			return r.buf[r.start:], false, nil
		}
		before := r.start
		r.fill()
		looked -= before - r.start
	}
}

func (r *csvReader) endOf() error {
	if r.failed != nil {
		return r.failed
	}
	return io.EOF
}

// fill reads on, to twice of what is held of the record at least.
func (r *csvReader) fill() {
	held := len(r.buf) - r.start
	if r.start > 0 {
		copy(r.buf, r.buf[r.start:])
		r.base, r.start, r.buf = r.base+int64(r.start), 0, r.buf[:held]
	}
	room := max(64<<10, 2*held)
	if cap(r.buf) < room {
		r.buf = append(make([]byte, 0, room), r.buf...)
	}
	for len(r.buf) < room && !r.atEnd {
		n, err := r.src.Read(r.buf[len(r.buf):room])
		r.buf = r.buf[:len(r.buf)+n]
		if err != nil {
			r.atEnd = true
			if !errors.Is(err, io.EOF) {
				r.failed = err
			}
		}
	}
}

// take moves on by some octets of a record and the ending after them.
func (r *csvReader) take(n, lines int) {
	r.start = min(r.start+n+1, len(r.buf))
	r.line += lines
}

// skipLong leaves out a line that is too long to be held.
func (r *csvReader) skipLong(at int) (record, error) {
	for {
		i := bytes.IndexByte(r.buf[r.start:], r.ending)
		if i >= 0 {
			r.take(i, 1)
			break
		}
		if r.start = len(r.buf); r.atEnd {
			r.line++
			break
		}
		r.fill()
	}
	return record{line: at, wrong: "The row is longer than 1 MiB."}, nil
}

// split cuts a line without quotes.
func (r *csvReader) split(line []byte) {
	if r.ending == '\n' {
		line = bytes.TrimSuffix(line, []byte("\r"))
	}
	r.cells = r.cells[:0]
	for rest, more := string(line), true; more && len(r.cells) <= MaxColumns; {
		var cell string
		cell, rest, more = strings.Cut(rest, r.delimiter)
		r.cells = append(r.cells, cell)
	}
}

// quoted reads a record that begins at start and has quotes. Where one is never
// closed, or closed so late that the record has another number of cells, the
// line stands for itself and is refused.
func (r *csvReader) quoted(at int) (record, error) {
	for {
		length, lines, state := r.parse()
		switch {
		case state == cutOff && !r.atEnd && len(r.buf)-r.start <= maxRecord:
			r.fill()
			continue
		case state == cutOff && r.failed != nil:
			return record{}, r.failed
		case state != whole, length > maxRecord:
			return r.alone(at, "A quotation mark in this line is never closed."), nil
		case lines > 1 && r.width > 0 && len(r.ends) != r.width && r.reopened < maxReopened:
			r.reopened++
			return r.alone(at, "A quotation mark in this line is closed in another one, or never."), nil
		}
		r.gather()
		r.take(length, lines)
		rec := record{line: at, cells: r.cells}
		if r.loose == loose {
			rec.wrong = "Quotation marks in this line stand within cells, and around a delimiter."
		}
		return rec, nil
	}
}

// alone takes the line at start as a row that is refused.
func (r *csvReader) alone(at int, why string) record {
	i := bytes.IndexByte(r.buf[r.start:], r.ending)
	if i < 0 {
		i = len(r.buf) - r.start
	}
	r.split(r.buf[r.start : r.start+i])
	r.take(i, 1)
	return record{line: at, cells: r.cells, wrong: why}
}

// gather makes cells of what parse found.
func (r *csvReader) gather() {
	all, from := string(r.scratch), 0
	r.cells = r.cells[:0]
	for _, end := range r.ends {
		r.cells = append(r.cells, all[from:end])
		from = end
	}
	if cap(r.scratch) > maxRemembers {
		r.scratch = nil
	}
}

// skipLines passes over so many lines, whatever is in them.
func (r *csvReader) skipLines(n int) error {
	for r.line <= n {
		line, more, err := r.physical()
		switch {
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		case more:
			r.skipLong(r.line)
		default:
			r.take(len(line), 1)
		}
	}
	return nil
}
