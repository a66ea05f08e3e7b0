package httpapi

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"
	"sync"

	"github.com/carnet-project/carnet/internal/fault"
)

// maxBody is how many octets a body may have (CONTRACT D5).
const maxBody = 4 << 20

// maxPooled is how large a buffer may be to be kept for another request.
const maxPooled = 64 << 10

// buffers holds buffers for bodies and for answers.
var buffers = sync.Pool{New: func() any { b := make([]byte, 0, 4<<10); return &b }}

func freeBuffer(b *[]byte) {
	if cap(*b) <= maxPooled {
		*b = (*b)[:0]
		buffers.Put(b)
	}
}

// readBody reads a JSON body whole: 413 where its length is announced, then 415
// (CONTRACT D1). The buffer is to be given back.
func readBody(w http.ResponseWriter, r *request) (*[]byte, error) {
	if r.ContentLength > maxBody {
		return nil, bodyTooLarge()
	}
	if err := checkMedia(r.Header); err != nil {
		return nil, err
	}
	buf := buffers.Get().(*[]byte)
	body := http.MaxBytesReader(w, r.Body, maxBody)
	for b := *buf; ; {
		if len(b) == cap(b) {
			b = append(b, 0)[:len(b)]
		}
		n, err := body.Read(b[len(b):cap(b)])
		b = b[:len(b)+n]
		*buf = b
		if err == io.EOF {
			return buf, nil
		}
		if err != nil {
			freeBuffer(buf)
			if _, over := errors.AsType[*http.MaxBytesError](err); over {
				return nil, bodyTooLarge()
			}
			return nil, fault.At("body", "body_incomplete", "The body did not arrive whole.")
		}
	}
}

func bodyTooLarge() error {
	return fault.New(fault.TooLarge, "body_too_large", "The body is larger than 4 MiB.")
}

// checkMedia refuses what is not plain JSON in UTF-8.
func checkMedia(h http.Header) error {
	for _, encoding := range h["Content-Encoding"] {
		if !strings.EqualFold(encoding, "identity") {
			return fault.New(fault.MediaType, "encoding_unsupported", "Send the body as it is, without Content-Encoding.")
		}
	}
	types := h["Content-Type"]
	if len(types) == 1 && (types[0] == contentType || isJSON(types[0])) {
		return nil
	}
	return fault.New(fault.MediaType, "content_type", "Send the body with Content-Type: application/json.")
}

func isJSON(mediaType string) bool {
	kind, params, err := mime.ParseMediaType(mediaType)
	charset, has := params["charset"]
	return err == nil && kind == contentType &&
		(len(params) == 0 || len(params) == 1 && has && strings.EqualFold(charset, "utf-8"))
}
