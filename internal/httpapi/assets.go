package httpapi

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/klauspost/compress/gzip"
)

// asset is a text about the API, the same for everyone: no key is needed to
// read it, and it may be kept for an hour.
type asset struct {
	mediaType string
	text      []byte
	zipped    bool // text is compressed with gzip
	policy    string
	etag      func() string
	plain     func() ([]byte, error) // text without compression, which is undone once: nobody needs a key to ask for it
}

// newAsset makes an asset that may load nothing, as is right for data.
func newAsset(mediaType string, text []byte) *asset {
	return &asset{mediaType: mediaType, text: text, policy: contentDefence[0],
		etag: sync.OnceValue(func() string {
			sum := sha256.Sum256(text)
			return `W/"` + hex.EncodeToString(sum[:8]) + `"` // weak: one for both, compressed or not
		}),
		plain: sync.OnceValues(func() ([]byte, error) { return unzip(text) })}
}

// answer sends the asset, or 304 to whoever has it.
func (p *asset) answer(_ *api, w http.ResponseWriter, r *request) error {
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
	text := p.text
	switch {
	case !p.zipped:
	case TakesGzip(r.Header["Accept-Encoding"]):
		h.Set("Content-Encoding", "gzip")
	default:
		var err error
		if text, err = p.plain(); err != nil {
			return err
		}
	}
	h.Set("Content-Length", strconv.Itoa(len(text)))
	w.WriteHeader(r.status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(text) // fails where the client has gone
	}
	return nil
}

// TakesGzip reads Accept-Encoding: what names gzip comes before what names all,
// and a weight of 0 means no. Who says nothing, or what cannot be read, gets what
// everyone can read.
func TakesGzip(accept []string) bool {
	all := false
	for coding := range strings.SplitSeq(strings.Join(accept, ","), ",") {
		name, weight, weighed := strings.Cut(coding, ";")
		taken := !weighed || positiveWeight(weight)
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "gzip", "x-gzip":
			return taken
		case "*":
			all = taken
		}
	}
	return all
}

// positiveWeight reads "q=0.5".
func positiveWeight(text string) bool {
	name, number, _ := strings.Cut(text, "=")
	q, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	return err == nil && strings.EqualFold(strings.TrimSpace(name), "q") && q > 0 && q <= 1
}

// unzip gives what was compressed with gzip.
func unzip(zipped []byte) ([]byte, error) {
	text, err := gzip.NewReader(bytes.NewReader(zipped))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(text)
}
