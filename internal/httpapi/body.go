package httpapi

import (
	"io"
	"mime"
	"net/http"
	"strings"
	"sync"

	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/wire"
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
// (CONTRACT D1). The buffer is to be given back. It grows with what has arrived,
// whatever was announced. When the body is there the request has its place among
// those that are worked on.
func (a *api) readBody(r *request) (*[]byte, error) {
	if r.ContentLength > maxBody {
		return nil, bodyTooLarge()
	}
	if err := checkMedia(r.Header); err != nil {
		return nil, err
	}
	buf := buffers.Get().(*[]byte)
	err := a.receive(r, buf)
	if err == nil {
		err = a.place(r)
	}
	if err != nil {
		freeBuffer(buf)
		return nil, err
	}
	r.fingerprint(*buf)
	return buf, nil
}

// readNothing reads the body of a request that needs none: it may be empty, and then
// of any type.
func (a *api) readNothing(r *request) error {
	if r.body.ended {
		r.fingerprint(nil)
		return a.place(r)
	}
	if r.ContentLength > maxBody {
		return bodyTooLarge()
	}
	buf := buffers.Get().(*[]byte)
	defer freeBuffer(buf)
	if err := a.receive(r, buf); err != nil {
		return err
	}
	r.fingerprint(*buf)
	if err := a.place(r); err != nil || len(*buf) == 0 {
		return err
	}
	if err := checkMedia(r.Header); err != nil {
		return err
	}
	return wire.ReadNothing(*buf)
}

// receive reads a body to its end, as one of those that its Space may have on
// their way.
func (a *api) receive(r *request, buf *[]byte) error {
	space := r.grant.Space.ID
	if !a.arriving.Take(space, 1) {
		return overloaded("There are too many requests whose body is on its way.")
	}
	defer a.arriving.Give(space, 1)
	for {
		if err := a.makeRoom(r, buf); err != nil {
			return err
		}
		b := *buf
		n, err := r.body.Read(b[len(b):min(cap(b), maxBody+1)])
		*buf = b[:len(b)+n]
		switch {
		case len(*buf) > maxBody:
			return bodyTooLarge()
		case err == io.EOF:
			return nil
		case err != nil:
			return bodyIncomplete()
		}
	}
}

// makeRoom makes a full buffer larger, if the Space may have that much.
func (a *api) makeRoom(r *request, buf *[]byte) error {
	b := *buf
	if len(b) < cap(b) {
		return nil
	}
	size := min(2*cap(b), maxBody+1)
	if cap(b) < freeBytes { // those that were of answers are of any capacity
		size = min(size, freeBytes)
	}
	if more := r.lacks(size); more > 0 {
		if err := a.hold(r, more); err != nil {
			return err
		}
	}
	*buf = append(make([]byte, 0, size), b...)
	return nil
}

func bodyIncomplete() error {
	return fault.At("body", fault.CodeBodyIncomplete, "The body did not arrive whole.")
}

func bodyTooLarge() error {
	return fault.New(fault.TooLarge, fault.CodeBodyTooLarge, "The body is larger than 4 MiB.")
}

// checkMedia refuses what is not plain JSON in UTF-8, and says which part of the
// headers tells so.
func checkMedia(h http.Header) error {
	for _, field := range h["Content-Encoding"] {
		for encoding := range strings.SplitSeq(field, ",") {
			if encoding = strings.TrimSpace(encoding); encoding != "" && !strings.EqualFold(encoding, "identity") {
				return fault.New(fault.MediaType, fault.CodeEncodingUnsupported, "The Content-Encoding says that the body is compressed. Send it as it is, without that header.")
			}
		}
	}
	types := h["Content-Type"]
	if len(types) == 1 && types[0] == contentType {
		return nil
	}
	if wrong := wrongType(types); wrong != "" {
		return fault.New(fault.MediaType, fault.CodeContentType, wrong)
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
