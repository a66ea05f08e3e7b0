package sqlite

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"strings"
)

// mark is what the lock file says of the database that was open here last: which
// one it was, and how it ended. A file and a log that are found later belong
// together, and to this place, where they fit to it: see judge.
//
// A file is known by a stamp, random bits in its header that change whenever it
// is opened or closed. So a copy that was made earlier has another one.
type mark struct {
	seq    uint64 // grows with every mark
	whole  bool   // the file holds all that was acknowledged: its log may be gone
	stamp  uint32 // in the file
	next   uint32 // may have taken its place; 0 for none
	schema uint32 // in the file as long as stamp is; 0 where it does not matter. A copy that VACUUM INTO made has another
	log    uint32 // the log's first salt, or one that it had before; each reset adds one. 0 for none
	any    bool   // nothing is known of the log: others write it

	unchecked bool // it was not closed at some time, and not checked since
}

// A mark is written beside the one before, so that a torn write leaves that. Each
// step from one to the next is made so that the one before still fits: see renew.
const (
	markSlot   = 256
	markFormat = "carnet-mark 1 seq=%d whole=%t stamp=%08x next=%08x schema=%08x log=%08x any=%t unchecked=%t"
)

var markSums = crc32.MakeTable(crc32.Castagnoli)

func (m *mark) text() string {
	line := fmt.Sprintf(markFormat, m.seq, m.whole, m.stamp, m.next, m.schema, m.log, m.any, m.unchecked)
	return fmt.Sprintf("%s crc=%08x\n", line, crc32.Checksum([]byte(line), markSums))
}

func parseMark(text string) (m mark, ok bool) {
	text, _, _ = strings.Cut(text, "\n")
	line, sum, found := strings.Cut(text, " crc=")
	if !found || sum != fmt.Sprintf("%08x", crc32.Checksum([]byte(line), markSums)) {
		return mark{}, false
	}
	_, err := fmt.Sscanf(line, markFormat, &m.seq, &m.whole, &m.stamp, &m.next, &m.schema, &m.log, &m.any, &m.unchecked)
	return m, err == nil
}

// readMark reads the newest mark that is whole, false where there is none: a
// lock file that was made by an earlier version, or that was lost.
func readMark(f *os.File) (newest mark, known bool, err error) {
	content := make([]byte, 2*markSlot)
	n, err := f.ReadAt(content, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return mark{}, false, err
	}
	for at := 0; at < n; at += markSlot {
		m, ok := parseMark(string(content[at:min(n, at+markSlot)]))
		if ok && (!known || m.seq > newest.seq) {
			newest, known = m, true
		}
	}
	return newest, known, nil
}

// writeMark puts m in the place of the older of the two marks, and returns once
// it is on the disk.
func writeMark(f *os.File, m *mark) error {
	if _, err := f.WriteAt([]byte(m.text()), int64(m.seq%2)*markSlot); err != nil {
		return err
	}
	return f.Sync()
}

// newStamp draws the bits that a file is known by. 0 stands for none.
func newStamp() uint32 {
	var b [4]byte
	for {
		rand.Read(b[:]) // never fails
		// SQLite takes the number for a signed one; a positive one reads the same.
		if n := binary.BigEndian.Uint32(b[:]) >> 1; n != 0 {
			return n
		}
	}
}
