package transfer

import (
	"bufio"
	"bytes"
	"io"
)

// lineReader reads lines, and no more of one than it may hold.
type lineReader struct {
	from *bufio.Reader
	most int
	line int // the number of the line that was read last
	buf  []byte
}

func newLineReader(text io.Reader, most int) lineReader {
	return lineReader{from: bufio.NewReaderSize(text, 64<<10), most: most}
}

// next gives a line without its ending, valid until the next; long tells that it is
// the beginning of one that is longer. Lines end with LF, CR LF or CR.
func (r *lineReader) next() (line []byte, long bool, err error) {
	r.buf = r.buf[:0]
	for some := false; ; some = true {
		chunk, err := r.chunk()
		if err != nil && (err != io.EOF || !some && len(chunk) == 0) {
			return nil, false, err
		}
		ended, taken := err != nil, len(chunk)
		i := bytes.IndexAny(chunk, "\r\n")
		if i >= 0 {
			ended, taken = true, i+1
		} else {
			i = len(chunk)
		}
		room := min(i, r.most-len(r.buf))
		r.buf, long = append(r.buf, chunk[:room]...), long || room < i
		returned := taken > i && chunk[i] == '\r'
		if _, err := r.from.Discard(taken); err != nil {
			return nil, false, err
		}
		if returned {
			if err := r.lineFeed(); err != nil {
				return nil, false, err
			}
		}
		if ended {
			r.line++
			return r.buf, long, nil
		}
	}
}

// chunk gives what is there to read, without taking it.
func (r *lineReader) chunk() ([]byte, error) {
	if _, err := r.from.Peek(1); err != nil {
		return nil, err
	}
	return r.from.Peek(r.from.Buffered())
}

// lineFeed takes the second half of CR LF.
func (r *lineReader) lineFeed() error {
	next, err := r.from.Peek(1)
	if err != nil {
		if err == io.EOF {
			return nil
		}
		return err
	}
	if next[0] == '\n' {
		_, err = r.from.Discard(1)
	}
	return err
}

// peek gives the first octet of the next line, 0 at the end.
func (r *lineReader) peek() byte {
	next, err := r.from.Peek(1)
	if err != nil { // the next read tells
		return 0
	}
	return next[0]
}
