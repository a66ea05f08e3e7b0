package transfer

import (
	"bufio"
	"bytes"
	"compress/flate"
	"errors"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// Encodings as Recognised names them. Those that are corrected by hand may be any
// that browsers know.
const (
	utf8Encoding    = "utf-8"
	utf16LEEncoding = "utf-16le"
	utf16BEEncoding = "utf-16be"
	windows1252     = "windows-1252"
)

// maxSample is how many octets the beginning of a file is judged by.
const maxSample = 256 << 10

// letters is what all octets of a file say about its encoding.
type letters struct {
	start    []byte // the first maxSample of them
	size     int64
	beyond   int64 // letters beyond ASCII that are valid UTF-8
	invalid  int64 // octets that are not
	unused   int64 // octets that Windows-1252 has no letter for
	zeroEven int64 // NULs at even places, and at odd ones
	zeroOdd  int64
}

// survey reads a file to its end.
func survey(from io.Reader) (*letters, error) {
	l := &letters{}
	buf, kept := make([]byte, 64<<10), 0
	for {
		n, err := from.Read(buf[kept:])
		if l.size < maxSample {
			l.start = append(l.start, buf[kept:kept+min(n, int(maxSample-l.size))]...)
		}
		l.countZeros(buf[kept : kept+n])
		l.size += int64(n)
		kept = l.count(buf[:kept+n], err != nil)
		if err == io.EOF {
			return l, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

func (l *letters) countZeros(chunk []byte) {
	if bytes.IndexByte(chunk, 0) < 0 {
		return
	}
	for i, c := range chunk {
		switch {
		case c != 0:
		case (l.size+int64(i))%2 == 0:
			l.zeroEven++
		default:
			l.zeroOdd++
		}
	}
}

// count looks at the letters of a chunk, and moves one that is cut off at its end
// to its beginning, unless it is the last.
func (l *letters) count(chunk []byte, last bool) (kept int) {
	for i := 0; i < len(chunk); {
		if chunk[i] < utf8.RuneSelf {
			i++
			continue
		}
		if !last && !utf8.FullRune(chunk[i:]) {
			return copy(chunk, chunk[i:])
		}
		r, n := utf8.DecodeRune(chunk[i:])
		if r == utf8.RuneError && n == 1 {
			l.invalid++
			if bytes.IndexByte([]byte("\x81\x8d\x8f\x90\x9d"), chunk[i]) >= 0 {
				l.unused++
			}
		} else {
			l.beyond++
		}
		i += n
	}
	return 0
}

// encoding decides how a file is to be read, and what to say of it. What has a mark, or
// is valid UTF-8, is certain. A few octets that are none among many letters that
// are, are damage: their rows are refused. Else it is taken for Windows-1252,
// which is said, because nothing in the file can tell.
func (l *letters) encoding() (name, warning string) {
	pairs := l.size/2 + 1
	switch {
	case bytes.HasPrefix(l.start, []byte("\xff\xfe")):
		return utf16LEEncoding, ""
	case bytes.HasPrefix(l.start, []byte("\xfe\xff")):
		return utf16BEEncoding, ""
	case bytes.HasPrefix(l.start, []byte("\xef\xbb\xbf")):
		return utf8Encoding, l.damage()
	case l.zeroOdd > pairs/2 && l.zeroEven < pairs/10:
		return utf16LEEncoding, ""
	case l.zeroEven > pairs/2 && l.zeroOdd < pairs/10:
		return utf16BEEncoding, ""
	case l.invalid == 0, l.beyond >= 10*l.invalid:
		return utf8Encoding, l.damage()
	case l.unused > 0:
		return windows1252, "The file is not UTF-8, and was read as Windows-1252, which it does not seem to be either. Name its encoding, or save it as UTF-8."
	default:
		return windows1252, "The file is not UTF-8, and was read as Windows-1252. If letters with accents look wrong, name its encoding, or save it as UTF-8."
	}
}

func (l *letters) damage() string {
	if l.invalid == 0 {
		return ""
	}
	return "The file is UTF-8 and damaged in places. Rows with letters that cannot be read are refused."
}

// decoded gives what a file says as UTF-8, without a byte order mark. What is
// damaged in UTF-8 passes as it is, so that its row can be told from others.
func decoded(from io.Reader, name string) (io.Reader, error) {
	switch name {
	case utf8Encoding:
		return withoutMark(from)
	case utf16LEEncoding:
		return transform.NewReader(from, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder()), nil
	case utf16BEEncoding:
		return transform.NewReader(from, unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewDecoder()), nil
	}
	known, err := htmlindex.Get(name)
	if err != nil {
		return nil, unreadable("This encoding is not known. Names are those that browsers know, such as utf-8, windows-1252, windows-1251, macintosh, shift_jis, gb18030.")
	}
	return transform.NewReader(from, known.NewDecoder()), nil
}

// withoutMark takes the byte order mark from the beginning of UTF-8.
func withoutMark(from io.Reader) (io.Reader, error) {
	text := bufio.NewReaderSize(from, 64<<10)
	start, err := text.Peek(3)
	if err != nil && err != io.EOF {
		return nil, err
	}
	if string(start) == "\xef\xbb\xbf" {
		_, err = text.Discard(3)
		return text, err
	}
	return text, nil
}

// isCorrupt tells whether what was to be unpacked is none of flate's.
func isCorrupt(err error) bool {
	_, is := errors.AsType[flate.CorruptInputError](err)
	return is
}

// decodeAll gives a short text in an encoding as UTF-8.
func decodeAll(b []byte, name string) (string, bool) {
	known, err := htmlindex.Get(name)
	if err != nil {
		return "", false
	}
	text, err := known.NewDecoder().Bytes(b)
	return string(text), err == nil
}
