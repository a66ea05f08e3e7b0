package httpapi

import (
	"io"
	"net/http"
	"time"
)

// FileBody reads a file while it comes, up to the limit of one. Who sends it is waited for as long as
// some of it comes. What is wrong with it is a *fault.Error: a file that breaks off is never taken for
// one that has ended.
type FileBody struct {
	from io.Reader
	conn *http.ResponseController
	ends time.Time
	size int64
}

// NewFileBody makes the reader of a file that comes by a connection.
func NewFileBody(from io.Reader, conn *http.ResponseController) *FileBody {
	return &FileBody{from: from, conn: conn, ends: time.Now().Add(importArrives)}
}

// Read implements io.Reader.
func (b *FileBody) Read(p []byte) (int, error) {
	until := time.Now().Add(pieceTakes)
	if until.After(b.ends) {
		until = b.ends
	}
	_ = b.conn.SetReadDeadline(until) // where that is not supported there is nobody to wait for
	_ = b.conn.SetWriteDeadline(until.Add(batchLeaves))
	n, err := b.from.Read(p)
	switch b.size += int64(n); {
	case b.size > maxImport:
		return 0, importTooLarge()
	case err != nil && err != io.EOF:
		return n, bodyIncomplete()
	}
	return n, err
}
