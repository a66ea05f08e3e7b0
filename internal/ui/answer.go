package ui

import (
	"bytes"
	"net/http"
	"strconv"
	"sync"

	"github.com/klauspost/compress/gzip"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/httpapi"
)

// answer is what a handler gives back.
type answer interface {
	send(v *visit, w http.ResponseWriter) error
}

// page is a whole document.
type page struct {
	name   string // of its template: pages/NAME.html
	title  string
	here   string // the entry of the navigation that it belongs to, by its key
	status int    // 0: 200
	toast  *toast
	back   string // where its back button leads; "": none
	again  int    // after how many seconds it is to be loaded again without scripts; 0: not
	body   any    // what its template shows
}

// frame is what every document has around its page.
type frame struct {
	Title   string
	Assets  string
	Zone    string
	Space   string
	Reader  face
	KeyName string
	KeyEnds string // "expires in 3 days"; "" where the reader's key does not soon
	Look    string // what was looked up
	Nav     []entry
	Signed  bool
	Writes  bool
	Back    string
	Toast   *toast
	Again   int
	Page    any
}

// entry is one of the navigation.
type entry struct {
	Key, Name, Icon, To string
	Here, Desk          bool // it is where the page is; it is not shown on a phone, but under "More"
	scope               access.Scope
}

// entries are the navigation. What a key may not see is not shown.
var entries = []entry{
	{Key: "c", Name: "Contacts", Icon: "book", To: "/ui/contacts", scope: access.Read},
	{Key: "a", Name: "Activity", Icon: "pulse", To: "/ui/activity", scope: access.Read},
	{Key: "p", Name: "Plans", Icon: "plan", To: "/ui/plans", scope: access.Read},
	{Key: "b", Name: "Bin", Icon: "bin", To: "/ui/bin", scope: access.Read},
	{Key: "k", Name: "Keys", Icon: "key", To: "/ui/keys", Desk: true, scope: access.Admin},
	{Key: "f", Name: "Fields", Icon: "tag", To: "/ui/fields", Desk: true, scope: access.Read},
	{Key: "s", Name: "Space", Icon: "gear", To: "/ui/space", Desk: true, scope: access.Admin},
	{Key: "y", Name: "System", Icon: "gauge", To: "/ui/system", Desk: true, scope: signedIn},
}

// navigation gives the entries that this key may see.
func (v *visit) navigation(here string) []entry {
	var nav []entry
	for _, e := range entries {
		if e.scope == signedIn || v.may(e.scope) {
			e.Here = e.Key == here
			nav = append(nav, e)
		}
	}
	return nav
}

// send makes a document whole before the first octet goes, so that none breaks off.
func (p *page) send(v *visit, w http.ResponseWriter) error {
	f := frame{Title: p.title, Assets: assetPath + assets().hash, Zone: v.zone.String(), Back: p.back, Toast: p.toast, Again: p.again, Page: p.body}
	if v.session.Key != 0 {
		f.Signed, f.Space, f.KeyName = true, v.grant.Space.Name, v.grant.Key.Name
		f.KeyEnds = v.endsSoon(&v.grant.Key)
		f.Reader, f.Nav, f.Writes, f.Look = v.reader(), v.navigation(p.here), v.may(access.Write), v.Form.Get("q")
	}
	text := texts.Get().(*bytes.Buffer)
	defer freeText(text)
	if err := templates()[p.name].ExecuteTemplate(text, "frame.html", &f); err != nil {
		return err
	}
	v.status = p.status
	if v.status == 0 {
		v.status = http.StatusOK
	}
	return v.write(w, "text/html; charset=utf-8", text.Bytes())
}

// texts holds what pages are made in, and zips what compresses them: one takes most of
// a MiB, which is more than the rest of a page takes.
var (
	texts = sync.Pool{New: func() any { return new(bytes.Buffer) }}
	zips  = sync.Pool{New: func() any {
		z, _ := gzip.NewWriterLevel(nil, gzip.DefaultCompression) // which is a level
		return z
	}}
)

// maxPooled is how large a text may be to be kept for another page.
const maxPooled = 256 << 10

func freeText(text *bytes.Buffer) {
	if text.Cap() <= maxPooled {
		text.Reset()
		texts.Put(text)
	}
}

// write sends a text, compressed where the client takes it.
func (v *visit) write(w http.ResponseWriter, mediaType string, text []byte) error {
	h := w.Header()
	h.Set("Content-Type", mediaType)
	h.Set("Vary", "Accept-Encoding, Cookie")
	if httpapi.TakesGzip(v.Header["Accept-Encoding"]) {
		zipped, z := texts.Get().(*bytes.Buffer), zips.Get().(*gzip.Writer)
		defer freeText(zipped)
		z.Reset(zipped)
		_, _ = z.Write(text)
		_ = z.Close() // writing to memory does not fail
		zips.Put(z)
		h.Set("Content-Encoding", "gzip")
		text = zipped.Bytes()
	}
	h.Set("Content-Length", strconv.Itoa(len(text)))
	w.WriteHeader(v.status)
	if v.Method != http.MethodHead {
		_, _ = w.Write(text) // fails where the client has gone
	}
	return nil
}

// goOn leads to another page: after a form, so that loading it again sends nothing
// again.
type goOn struct{ to string }

func (g goOn) send(v *visit, w http.ResponseWriter) error {
	v.status = http.StatusSeeOther
	w.Header().Set("Location", g.to)
	w.WriteHeader(v.status)
	return nil
}

// plainText is for a script that asked for it.
type plainText struct{ text string }

func (p plainText) send(v *visit, w http.ResponseWriter) error {
	v.status = http.StatusOK
	return v.write(w, "text/plain; charset=utf-8", []byte(p.text))
}
