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

// checkMedia refuses what is not plain JSON in UTF-8, and says which part of the
// headers tells so.
func checkMedia(h http.Header) error {
	for _, field := range h["Content-Encoding"] {
		for encoding := range strings.SplitSeq(field, ",") {
			if encoding = strings.TrimSpace(encoding); encoding != "" && !strings.EqualFold(encoding, "identity") {
				return fault.New(fault.MediaType, "encoding_unsupported", "The Content-Encoding says that the body is compressed. Send it as it is, without that header.")
			}
		}
	}
	types := h["Content-Type"]
	if len(types) == 1 && types[0] == contentType {
		return nil
	}
	if wrong := wrongType(types); wrong != "" {
		return fault.New(fault.MediaType, "content_type", wrong)
	}
	return nil
}

// wrongType says what is wrong with the Content-Type of JSON, "" for nothing.
// Parameters that say nothing about JSON are left alone.
func wrongType(types []string) string {
	const advice = " Send the body with Content-Type: application/json."
	switch len(types) {
	case 0:
		return "There is no Content-Type." + advice
	case 1:
	default:
		return "There is more than one Content-Type." + advice
	}
	kind, params, err := mime.ParseMediaType(types[0])
	charset, has := params["charset"]
	switch {
	case err != nil:
		return "The Content-Type cannot be read." + advice
	case kind != contentType:
		return "The Content-Type is of another kind of data." + advice
	case has && !strings.EqualFold(charset, "utf-8") && !strings.EqualFold(charset, "utf8"):
		return "The charset of the Content-Type is not utf-8. Send the body in UTF-8, with Content-Type: application/json."
	}
	return ""
}
