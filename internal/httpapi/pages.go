package httpapi

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// page is a text about the API, the same for everyone: no key is needed to
// read it, and it may be kept for an hour.
type page struct {
	mediaType string
	text      []byte
	zipped    bool // text is compressed with gzip
	policy    string
	etag      func() string
}

// newPage makes a page that may load nothing, as is right for data.
func newPage(mediaType string, text []byte) *page {
	return &page{mediaType: mediaType, text: text, policy: contentDefence[0], etag: sync.OnceValue(func() string {
		sum := sha256.Sum256(text)
		return `W/"` + hex.EncodeToString(sum[:8]) + `"` // weak: one for the page, compressed or not
	})}
}

// answer sends the page, or 304 to whoever has it.
func (p *page) answer(_ *api, w http.ResponseWriter, r *request) error {
	h := w.Header()
	h.Set("Content-Type", p.mediaType)
	h.Set("Content-Security-Policy", p.policy)
	h.Set("Cache-Control", "public, max-age=3600")
	h.Set("Vary", "Accept-Encoding")
	h["ETag"] = []string{p.etag()}
	r.status = http.StatusOK
	if strings.Contains(strings.Join(r.Header["If-None-Match"], ","), p.etag()) {
		h.Del("Content-Type")
		r.status = http.StatusNotModified
		w.WriteHeader(r.status)
		return nil
	}
	if p.zipped && !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		text, err := gzip.NewReader(bytes.NewReader(p.text))
		if err != nil {
			return err
		}
		w.WriteHeader(r.status)
		_, _ = io.Copy(w, text) // fails where the client has gone
		return nil
	}
	if p.zipped {
		h.Set("Content-Encoding", "gzip")
	}
	h.Set("Content-Length", strconv.Itoa(len(p.text)))
	w.WriteHeader(r.status)
	_, _ = w.Write(p.text)
	return nil
}
