package transfer

import (
	"bufio"
	"bytes"
	"errors"
	"io"

	"github.com/klauspost/compress/gzip"
)

// MaxUnpacked is how many octets a file may have once it is unpacked (CONTRACT
// D37).
const MaxUnpacked = 1 << 30

// Unreadable says why a file is not read, in a sentence that helps. It never
// holds what is in the file, but for names of columns.
type Unreadable struct{ Why string }

// Error gives the sentence.
func (u *Unreadable) Error() string { return u.Why }

func unreadable(why string) error { return &Unreadable{why} }

// unpacked gives what is in a file from its beginning, unpacked where it is
// gzipped. Its reader fails with an *Unreadable where more than limit octets
// come out, or where the archive is damaged.
func unpacked(src io.ReadSeeker, limit int64) (io.Reader, error) {
	if _, err := src.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	from := bufio.NewReaderSize(src, 64<<10)
	start, err := from.Peek(2)
	if err != nil && err != io.EOF {
		return nil, err
	}
	if !bytes.Equal(start, []byte{0x1f, 0x8b}) {
		return &bounded{from: from, left: limit}, nil
	}
	zipped, err := gzip.NewReader(from)
	if err != nil {
		return nil, packedFault(err)
	}
	return &bounded{from: zipped, left: limit, packed: true}, nil
}

// bounded passes octets on up to a limit. Unpacking stops there: a small file of
// which terabytes would come costs no more than the limit.
type bounded struct {
	from   io.Reader
	left   int64
	packed bool
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.left < 0 {
		return 0, unreadable("The file has more than 1 GiB once it is unpacked. Send it in parts.")
	}
	n, err := b.from.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, unreadable("The file has more than 1 GiB once it is unpacked. Send it in parts.")
	}
	if b.packed && err != nil && err != io.EOF {
		err = packedFault(err)
	}
	return n, err
}

// packedFault tells a damaged archive from a file that cannot be read.
func packedFault(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return unreadable("The gzipped file ends too early: it did not arrive whole. Send it again.")
	}
	if errors.Is(err, gzip.ErrHeader) || errors.Is(err, gzip.ErrChecksum) || isCorrupt(err) {
		return unreadable("The gzipped file is damaged. Pack it again, or send it unpacked.")
	}
	return err
}

// foreign are formats that people take for one of ours, by how their files begin.
var foreign = []struct{ start, why string }{
	{"PK\x03\x04", "This is a workbook (.xlsx, .ods) or a ZIP archive. Save the sheet as CSV, or unpack the archive, and send that."},
	{"\xd0\xcf\x11\xe0", "This is a workbook of an old Excel (.xls). Save the sheet as CSV, and send that."},
	{"%PDF", "This is a PDF. Export the contacts as CSV or vCard, and send that."},
	{"\x28\xb5\x2f\xfd", "This is packed with zstd. Send it unpacked, or gzipped."},
	{"BZh", "This is packed with bzip2. Send it unpacked, or gzipped."},
	{"\xfd7zXZ", "This is packed with xz. Send it unpacked, or gzipped."},
	{"7z\xbc\xaf", "This is a 7z archive. Send the file in it unpacked, or gzipped."},
	{"SQLite format 3", "This is a database. Export the contacts as CSV or vCard, and send that."},
	{"!BDN", "This is a mailbox of Outlook (.pst). Export the contacts as CSV, and send that."},
}

// foreignTo says of a file that begins with start why it is none of ours, "" of
// one that may be.
func foreignTo(start []byte) string {
	for _, f := range foreign {
		if bytes.HasPrefix(start, []byte(f.start)) {
			return f.why
		}
	}
	return ""
}
