package httpapi

import (
	"net/http"
	"sync"

	"github.com/klauspost/compress/gzip"

	"github.com/carnet-project/carnet/internal/access"
)

// minZipped is how many octets an answer has that is compressed: less comes in one packet
// in any case.
const minZipped = 1400

// zips holds what compresses: one takes most of a MiB. Quickly, as a page may have many MiB.
var zips = sync.Pool{New: func() any {
	z, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed) // which is a level
	return z
}}

// into appends what is written to a buffer.
type into struct{ to *[]byte }

func (i into) Write(p []byte) (int, error) {
	*i.to = append(*i.to, p...)
	return len(p), nil
}

// mayZip tells whether a route has its answers compressed for who takes that: lists, feeds
// and histories. No such answer holds a secret.
func (rt *route) mayZip() bool { return rt.bucket == access.List && rt.method == http.MethodGet }

// zip compresses an answer where the client takes it so and it is large enough. The buffer
// is that of what is to be sent.
func (r *request) zip(h http.Header, buf *[]byte) *[]byte {
	if !r.route.mayZip() {
		return buf
	}
	h["Vary"] = acceptEncoding
	if len(*buf) < minZipped || !TakesGzip(r.Header["Accept-Encoding"]) {
		return buf
	}
	zipped, z := buffers.Get().(*[]byte), zips.Get().(*gzip.Writer)
	z.Reset(into{zipped})
	_, _ = z.Write(*buf)
	_ = z.Close() // writing to memory does not fail
	zips.Put(z)
	freeBuffer(buf)
	h["Content-Encoding"] = gzipped
	return zipped
}
