package transfer

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
)

// delimiters are what cells are told apart by, the usual ones first.
var delimiters = []string{",", ";", "\t", "|", "^", "~", "\x1f"}

// sampleRows is how many records of the beginning decide on the dialect and on
// where the table begins.
const sampleRows = 200

// headerRows is how many records the header of a program may be among.
const headerRows = 30

var excelHint = regexp.MustCompile(`^sep=([^\r\n])\r?\n`)

// sniff finds out how a CSV file is written, by its beginning. given is the
// delimiter where it is known. signed tells of a row whether it is the header of a
// program, which settles it.
func sniff(sample []byte, given string, signed func([]string) bool) dialect {
	d := dialect{quote: '"', ending: lineEnding(sample)}
	if m := excelHint.FindSubmatch(sample); m != nil && given == "" {
		given = string(m[1])
	}
	if isEscaped(sample) {
		d.escape = '\\'
	}
	tried := delimiters
	if given != "" {
		tried = []string{given}
	}
	best := -1.0
	for _, delimiter := range tried {
		for _, quote := range quotesIn(sample) {
			try := d
			try.delimiter, try.quote = delimiter, quote
			rows := sampled(sample, try)
			if quote == '"' && slices.ContainsFunc(rows[:min(headerRows, len(rows))], func(r record) bool { return signed(r.cells) }) {
				return try
			}
			if score := consistency(rows); score > best && (quote == '"' || wrapped(rows, d, delimiter, sample)) {
				best, d = score, try
			}
		}
	}
	return d
}

// lineEnding is a carriage return where a file has no other.
func lineEnding(sample []byte) byte {
	if bytes.IndexByte(sample, '\n') < 0 && bytes.IndexByte(sample, '\r') >= 0 {
		return '\r'
	}
	return '\n'
}

var escapedQuote = regexp.MustCompile(`[^\\]\\"[^,;|\t\r\n"]`)

// isEscaped tells whether quotes in cells have a backslash before them: one that
// is neither at the end of a cell nor doubled.
func isEscaped(sample []byte) bool { return escapedQuote.Match(sample) }

// quotesIn gives the quotes that may wrap cells.
func quotesIn(sample []byte) []byte {
	if bytes.IndexByte(sample, '\'') >= 0 {
		return []byte{'"', '\''}
	}
	return []byte{'"'}
}

// wrapped tells whether single quotes are around a cell in every other row at
// least, and are not of names such as O'Brien and 't Hart.
func wrapped(rows []record, d dialect, delimiter string, sample []byte) bool {
	d.delimiter = delimiter
	begins, ends := 0, 0
	for _, row := range sampled(sample, d) {
		for _, cell := range row.cells {
			if cell = strings.TrimSpace(cell); len(cell) > 1 && cell[0] == '\'' {
				begins++
			}
			if len(cell) > 1 && cell[len(cell)-1] == '\'' {
				ends++
			}
		}
	}
	return len(rows) > 0 && 2*min(begins, ends) >= len(rows)
}

// sampled reads the first records of a sample.
func sampled(sample []byte, d dialect) (rows []record) {
	r := newCSVReader(nil, d)
	r.buf, r.atEnd = sample, true
	for len(rows) < sampleRows {
		row, err := r.next()
		if err != nil {
			break
		}
		row.cells = append([]string(nil), row.cells...)
		rows = append(rows, row)
	}
	return rows
}

// consistency says how well a delimiter explains a file: how often records have the same
// number of cells, the more the better, and how many cells are something that
// one knows. The idea is that of CleverCSV (van den Burg, Nazábal and Sutton, 2019).
func consistency(rows []record) float64 {
	widths := map[int]int{}
	cells, known := 0, 0
	for _, row := range rows {
		widths[len(row.cells)]++
		for _, cell := range row.cells {
			cells++
			if isKnown(strings.TrimSpace(cell)) {
				known++
			}
		}
	}
	if cells == 0 {
		return 0
	}
	pattern := 0.0
	for width, n := range widths {
		pattern += float64(n) * max(0.001, float64(width-1)/float64(width))
	}
	return pattern / float64(len(widths)) * (float64(known) + 0.001) / float64(cells)
}

// known is what a cell is when nothing else is in it: nothing, a number, a date, words.
var known = regexp.MustCompile(`^(?:|[-+(]?[\d][\d .,:/()+-]*|\S+@\S+\.\S+|https?://\S+|[\p{L}\p{M}\d][\p{L}\p{M}\d '’.&()/*_#-]*)$`)

func isKnown(cell string) bool { return len(cell) < 1000 && known.MatchString(cell) }

// table is where a CSV file has its table.
type table struct {
	header []string // nil where there is none
	before int      // how many lines stand before it
	width  int
}

// tableIn finds the table of a file by its first records: it begins with the
// first that has as many cells as most have, and half of them filled. That is its
// header, unless there is something in it that no column is called: then there is none. signed tells of a row whether it
// is the header of a program.
func tableIn(rows []record, signed func([]string) bool) table {
	for _, row := range rows[:min(headerRows, len(rows))] {
		if signed(row.cells) {
			return table{header: row.cells, before: row.line - 1, width: len(row.cells)}
		}
	}
	width := commonWidth(rows)
	if len(rows) == 2 && isHeader(rows[0].cells) && calledColumns(rows[0].cells) > 1 { // no other row tells how wide it is
		width = len(rows[0].cells)
	}
	first, found := table{width: width}, false
	for _, row := range rows {
		if len(row.cells) != width {
			continue
		}
		if !found {
			first.before, found = row.line-1, true
		}
		if 2*filled(row.cells) < width { // a title, filled up with empty cells
			continue
		}
		if isHeader(row.cells) {
			return table{header: row.cells, before: row.line - 1, width: width}
		}
		break
	}
	return first
}

// commonWidth is the number of cells that most records have; of two the greater.
func commonWidth(rows []record) (width int) {
	widths := map[int]int{}
	for _, row := range rows {
		widths[len(row.cells)]++
	}
	for w, n := range widths {
		if n > widths[width] || n == widths[width] && w > width {
			width = w
		}
	}
	return width
}

func filled(cells []string) (n int) {
	for _, cell := range cells {
		if strings.TrimSpace(cell) != "" {
			n++
		}
	}
	return n
}

// calledColumns counts the cells that are called as columns are.
func calledColumns(cells []string) (n int) {
	for _, cell := range cells {
		if meaningOf(cell).concept != "" {
			n++
		}
	}
	return n
}

// isHeader tells whether a row may name columns: no cell is an email, and where no
// two are called as columns are, none is a phone number, a date or a number.
func isHeader(cells []string) bool {
	called := calledColumns(cells)
	for _, cell := range cells {
		if k := kindOf(strings.TrimSpace(cell)); k == emailKind || k != otherKind && called < 2 {
			return false
		}
	}
	return filled(cells) > 0
}
