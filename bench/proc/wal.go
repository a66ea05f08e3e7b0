package proc

import (
	"encoding/binary"
	"errors"
	"io/fs"
	"os"
)

// WAL follows the write-ahead log of a SQLite file by looking at the index
// beside it, which is shared memory of the processes that use it: the number
// of frames in the log, and of commits so far. Frames that were written between
// the last look and a restart of the log are missed, so look often.
type WAL struct {
	Frames  int64 // written to the log since the first look
	Commits int64
	Peak    int64 // the greatest size of the log file, in bytes
	Page    int64 // the size of a page, in bytes

	db     string
	seen   bool
	frame  uint32
	change uint32
	salt   uint64
}

// frameHead is what a frame has beside its page, in bytes.
const frameHead = 24

// FollowWAL begins to follow the log of a database file, "" for none.
func FollowWAL(db string) *WAL { return &WAL{db: db} }

// Look takes in what has happened since the last look. A log that does not
// exist is empty.
func (w *WAL) Look() error {
	if w.db == "" {
		return nil
	}
	f, err := os.Open(w.db + "-shm")
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	// Two copies of the header: they differ while it is being written.
	var b [96]byte
	if _, err := f.ReadAt(b[:], 0); err != nil {
		return err
	}
	if [48]byte(b[:48]) == [48]byte(b[48:]) {
		w.take(b[:48])
	}
	info, err := os.Stat(w.db + "-wal")
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	w.Peak = max(w.Peak, info.Size())
	return nil
}

// take reads the header of a WAL index: see "The WAL-Index File Format" of
// SQLite. It is in the byte order of the machine.
func (w *WAL) take(head []byte) {
	order := binary.NativeEndian
	change, page, frame, salt := order.Uint32(head[8:]), order.Uint16(head[14:]), order.Uint32(head[16:]), order.Uint64(head[32:])
	if w.Page = int64(page); page == 1 {
		w.Page = 1 << 16
	}
	if w.seen {
		w.Commits += int64(change - w.change)
		if salt == w.salt {
			w.Frames += int64(frame) - int64(w.frame)
		} else {
			w.Frames += int64(frame) // it began anew
		}
	}
	w.seen, w.change, w.frame, w.salt = true, change, frame, salt
}

// Bytes gives how many bytes were written to the log since the first look.
func (w *WAL) Bytes() int64 { return w.Frames * (w.Page + frameHead) }
