package transfer

import "bytes"

// How the parsing of a record ended.
type parseState int

const (
	whole  parseState = iota
	cutOff            // a quote is open where the buffer ends, or a cell
	never             // a quote is open where another cell begins with one
)

// parse reads the record at start into scratch and ends. It gives its length
// without the ending after it, and how many lines it has.
func (r *csvReader) parse() (length, lines int, state parseState) {
	r.scratch, r.ends, r.loose = r.scratch[:0], r.ends[:0], tight
	text := r.buf[r.start:]
	for i, lines := 0, 1; ; {
		if end := r.mailbox(text[i:]); end > 0 {
			r.scratch = append(r.scratch, text[i:i+end]...)
			i += end
		} else if open := r.opening(text[i:]); open > 0 {
			closing, state := r.closing(text, i+open)
			if closing < 0 {
				return 0, 0, state
			}
			inner := text[i+open : closing]
			lines += bytes.Count(inner, []byte{r.ending})
			r.unescape(inner)
			i = closing + 1
			for i < len(text) && isBlank(text[i]) && !r.delimits(text[i:]) {
				i++
			}
		} else {
			end := r.cellEnd(text[i:])
			cell := text[i : i+end]
			if i += end; i == len(text) || text[i] == r.ending {
				cell = r.withoutReturn(cell)
			}
			r.scratch = append(r.scratch, cell...)
			r.loosen(cell)
		}
		if !r.atEnd && len(text)-i < max(2, len(r.delimiter)) { // more of the cell may come, or of what ends it
			return 0, 0, cutOff
		}
		if len(r.ends) <= MaxColumns {
			r.ends = append(r.ends, len(r.scratch))
		}
		if !r.delimits(text[i:]) {
			if i < len(text) && text[i] == '\r' && r.ending == '\n' {
				i++
			}
			return i, lines, whole
		}
		i += len(r.delimiter)
	}
}

// looseness is how far quotes in cells that are not quoted seem to be around a
// delimiter: a",b" is one cell, of which the beginning has run into another.
type looseness int

const (
	tight looseness = iota
	half
	loose
)

func (r *csvReader) loosen(cell []byte) {
	if n := bytes.Count(cell, []byte{r.quote}); n%2 == 0 {
		return
	}
	ends := bytes.HasSuffix(bytes.TrimRight(cell, " \t"), []byte{r.quote})
	switch {
	case r.loose == half && ends:
		r.loose = loose
	case r.loose == tight && !ends:
		r.loose = half
	}
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' }

func (r *csvReader) delimits(text []byte) bool {
	return len(text) >= len(r.delimiter) && string(text[:len(r.delimiter)]) == r.delimiter
}

// cellEnds tells whether a cell may end before text: at a delimiter or at the end of
// the line.
func (r *csvReader) cellEnds(text []byte) bool {
	return len(text) == 0 || text[0] == r.ending || r.delimits(text) ||
		r.ending == '\n' && text[0] == '\r' && (len(text) == 1 || text[1] == '\n')
}

func (r *csvReader) withoutReturn(cell []byte) []byte {
	if r.ending == '\n' {
		return bytes.TrimSuffix(cell, []byte("\r"))
	}
	return cell
}

// opening gives where the text of a quoted cell begins, 0 where it is not quoted.
// Blanks before the quote are no part of it.
func (r *csvReader) opening(text []byte) int {
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == r.quote:
			return i + 1
		case !isBlank(text[i]), r.delimits(text[i:]):
			return 0
		}
	}
	return 0
}

// mailbox gives the length of a cell such as "Ada B" <ada@example.com>, as it stands in letters, 0 where it is none: the
// quotes are of the name, and not of the cell, in which they would be doubled.
func (r *csvReader) mailbox(text []byte) int {
	open := r.opening(text)
	if open == 0 {
		return 0
	}
	line := text
	if i := bytes.IndexByte(text, r.ending); i >= 0 {
		line = text[:i]
	}
	closed := bytes.IndexByte(line[min(open, len(line)):], r.quote)
	if closed <= 0 {
		return 0
	}
	i := open + closed + 1
	for i < len(line) && isBlank(line[i]) {
		i++
	}
	length := bytes.IndexByte(line[i:], '>') + 1
	if length == 0 || line[i] != '<' || bytes.IndexByte(line[i:i+length], '@') < 0 || bytes.ContainsAny(line[i+1:i+length], " \t<\"'") {
		return 0
	}
	i += length
	for i < len(line) && isBlank(line[i]) && !r.delimits(line[i:]) {
		i++
	}
	if !r.cellEnds(text[i:]) {
		return 0
	}
	return i
}

// closing gives the quote that closes a cell whose text begins at from, -1 where
// there is none in the buffer. It is one that is not doubled, and that the cell can
// end behind: a quote before other text belongs to the text.
// One that stands where a cell of a later line begins tells that there is none.
//
// Which quotes close does not depend on where the cell began, but for those right
// at its beginning. So what was looked at once in vain is not looked at again: not what
// stands before, where the cells before it are closed.
func (r *csvReader) closing(text []byte, from int) (int, parseState) {
	place := r.base + int64(r.start) // of text[0]
	i, run := from, r.run(text[from:])
	for {
		if run > 0 {
			after := bytes.TrimLeft(text[i+run:], " \t")
			if !r.atEnd && len(after) < max(2, len(r.delimiter)) { // more may come
				r.lookedInVain(place+int64(from), place+int64(i))
				return -1, cutOff
			}
			if run%2 == 1 && (r.cellEnds(after) || r.cellEnds(text[i+run:])) {
				return i + run - 1, whole
			}
			if run%2 == 1 && i > from && r.beginsCell(text[from:i]) {
				return -1, never
			}
			i += run
		}
		if place+int64(i) >= r.inVain {
			i = min(max(i, int(r.unclosed-place)), len(text))
		}
		n := bytes.IndexByte(text[i:], r.quote)
		if n < 0 {
			r.lookedInVain(place+int64(from), place+int64(len(text)))
			return -1, cutOff
		}
		i += n
		if run = r.run(text[i:]); r.escape != 0 && r.escaped(text[from:i]) {
			i++
			run--
		}
	}
}

// lookedInVain notes that no quote closes between two places of the file.
func (r *csvReader) lookedInVain(from, to int64) {
	if from > r.unclosed {
		r.inVain = from
	}
	r.inVain, r.unclosed = min(r.inVain, from), max(r.unclosed, to)
}

// beginsCell tells whether what follows before, which is of a cell, begins a cell of
// a later line instead.
func (r *csvReader) beginsCell(before []byte) bool {
	return bytes.IndexByte(before, r.ending) >= 0 &&
		(bytes.HasSuffix(before, []byte(r.delimiter)) || before[len(before)-1] == r.ending)
}

// run counts the quotes that text begins with.
func (r *csvReader) run(text []byte) int {
	n := 0
	for n < len(text) && text[n] == r.quote {
		n++
	}
	return n
}

// escaped tells whether an odd number of escapes stands at the end of text.
func (r *csvReader) escaped(text []byte) bool {
	n := len(text) - len(bytes.TrimRight(text, string([]byte{r.escape})))
	return n%2 == 1
}

// unescape adds the text of a quoted cell to scratch.
func (r *csvReader) unescape(inner []byte) {
	for i := 0; i < len(inner); i++ {
		c := inner[i]
		switch {
		case i+1 < len(inner) && c == r.quote && inner[i+1] == r.quote:
			i++
		case r.escape != 0 && c == r.escape && i+1 < len(inner) && (inner[i+1] == r.quote || inner[i+1] == r.escape):
			i++
			c = inner[i]
		}
		r.scratch = append(r.scratch, c)
	}
}

// cellEnd gives where a cell that is not quoted ends.
func (r *csvReader) cellEnd(text []byte) int {
	end := len(text)
	if i := bytes.IndexByte(text, r.ending); i >= 0 {
		end = i
	}
	if i := bytes.Index(text[:end], []byte(r.delimiter)); i >= 0 {
		return i
	}
	return end
}
