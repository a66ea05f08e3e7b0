package ui

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/klauspost/compress/gzip"

	"github.com/carnet-project/carnet/internal/httpapi"
)

//go:embed style script
var files embed.FS

// assetPath is where styles and scripts lie, below a hash of all of them: the address
// changes with what it names, so that it may be kept for ever, and modules can
// import each other by their names.
const assetPath = "/ui/a/"

// asset is a file that pages load.
type asset struct {
	mediaType    string
	text, zipped []byte
}

// assets are all that pages load, by name, and the hash of them.
var assets = sync.OnceValue(func() (a struct {
	byName map[string]*asset
	hash   string
}) {
	a.byName = map[string]*asset{"book.css": newAsset("text/css; charset=utf-8", stylesheet())}
	names, _ := fs.Glob(files, "script/*.js")
	for _, name := range names {
		a.byName[path.Base(name)] = newAsset("text/javascript; charset=utf-8", mustRead(name))
	}
	a.byName["icon.svg"] = newAsset("image/svg+xml", mustRead("style/icon.svg"))
	sum := sha256.New()
	sum.Write(a.byName["book.css"].text)
	sum.Write(a.byName["icon.svg"].text)
	for _, name := range names {
		sum.Write(a.byName[path.Base(name)].text)
	}
	a.hash = hex.EncodeToString(sum.Sum(nil)[:8])
	return a
})

// comment is one of a style sheet: for who writes it, and not for who loads it.
var comment = regexp.MustCompile(`(?s)/\*.*?\*/`)

// stylesheet joins the styles in the order that style/order.txt names, without their
// comments and their indentation.
func stylesheet() []byte {
	var all bytes.Buffer
	for name := range strings.FieldsSeq(string(mustRead("style/order.txt"))) {
		for line := range bytes.Lines(comment.ReplaceAll(mustRead("style/"+name), nil)) {
			all.Write(bytes.TrimSpace(line))
		}
	}
	return all.Bytes()
}

func mustRead(name string) []byte {
	text, err := files.ReadFile(name)
	if err != nil {
		panic("ui: " + name + " is not embedded") // the files of a program do not change
	}
	return text
}

func newAsset(mediaType string, text []byte) *asset {
	var zipped bytes.Buffer
	z, _ := gzip.NewWriterLevel(&zipped, gzip.BestCompression)
	_, _ = z.Write(text)
	_ = z.Close() // writing to memory does not fail
	return &asset{mediaType, text, zipped.Bytes()}
}

// asset answers what pages load. It is the same for everyone: no sign-in is needed.
func (u *ui) asset(w http.ResponseWriter, r *http.Request) {
	a, ok := assets().byName[r.PathValue("file")]
	if !ok || r.PathValue("hash") != assets().hash {
		http.Error(w, "There is nothing at this address.", http.StatusNotFound)
		return
	}
	h := w.Header()
	h.Set("Content-Type", a.mediaType)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Vary", "Accept-Encoding")
	text := a.text
	if httpapi.TakesGzip(r.Header["Accept-Encoding"]) {
		h.Set("Content-Encoding", "gzip")
		text = a.zipped
	}
	h.Set("Content-Length", strconv.Itoa(len(text)))
	_, _ = w.Write(text) // fails where the client has gone
}
