package httpapi

import (
	"errors"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/carnet-project/carnet/internal/fault"
)

// spoolInMemory is how many octets of a spool are held; what comes after them goes to
// a file without a name, which is gone with the process that has it open.
const spoolInMemory = 256 << 10

// Spool keeps a text that is too large to be held, until it has been read again. The zero
// Spool is empty.
type Spool struct {
	head []byte
	file *os.File // nil where the head is all
	size int64
}

// Write adds to the end.
func (s *Spool) Write(p []byte) (int, error) {
	n := min(len(p), spoolInMemory-len(s.head))
	s.head = append(s.head, p[:n]...)
	if n < len(p) {
		if s.file == nil {
			var err error
			if s.file, err = nameless(); err != nil {
				return n, err
			}
		}
		m, err := s.file.Write(p[n:])
		if n += m; err != nil {
			return n, noRoom(err)
		}
	}
	s.size += int64(n)
	return n, nil
}

// nameless makes a file that nobody else can open.
func nameless() (*os.File, error) {
	f, err := os.CreateTemp("", "carnet-")
	if err != nil {
		return nil, noRoom(err)
	}
	if err := os.Remove(f.Name()); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

func noRoom(err error) error {
	return &fault.Error{Kind: fault.Unavailable, Code: fault.CodeStorageFull, RetryAfter: time.Second, Err: err,
		Message: "There is not enough room on the disk of the server for a request of this size: nothing was done. Send it again later, or ask for less at once."}
}

// ReadAt reads what was written.
func (s *Spool) ReadAt(p []byte, at int64) (n int, err error) {
	if at < int64(len(s.head)) {
		n = copy(p, s.head[at:])
	}
	if n == len(p) {
		return n, nil
	}
	if s.file == nil {
		return n, io.EOF
	}
	m, err := s.file.ReadAt(p[n:], at+int64(n)-int64(len(s.head)))
	return n + m, err
}

// Size gives how many octets were written.
func (s *Spool) Size() int64 { return s.size }

// SendTo sends all of it. A client that takes its pieces is waited for, however many they are.
func (s *Spool) SendTo(w io.Writer, conn *http.ResponseController) {
	piece := make([]byte, 64<<10)
	for at := int64(0); at < s.size; {
		n, err := s.ReadAt(piece[:min(int64(len(piece)), s.size-at)], at)
		if err != nil {
			panic(http.ErrAbortHandler) // the answer has begun: break it off
		}
		_ = conn.SetWriteDeadline(time.Now().Add(pieceTakes)) // where that is not supported there is nobody to wait for
		if _, err := w.Write(piece[:n]); err != nil {
			return // the client has gone
		}
		at += int64(n)
	}
}

// Close lets go of it.
func (s *Spool) Close() error {
	if s.file == nil {
		return nil
	}
	return s.file.Close()
}
