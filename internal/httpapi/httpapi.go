// Package httpapi is the HTTP API: it turns requests into calls of package
// book, and renders answers and errors. It decides nothing about contacts.
//
// routes.go is the whole table. serve.go is the way of a request, the same for
// every route. A noun has one file, with its handlers.
package httpapi

import (
	"context"
	"log/slog"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/metrics"
)

// Options set what the API takes from its surroundings; zero values will do.
type Options struct {
	Log         *slog.Logger    // nil: slog.Default
	MaxInFlight int             // requests that are worked on at once, those above get a 503, as do those of one Space above half of it; 0: 1024
	MaxHeld     int64           // octets of bodies and answers at once, of which one Space may have half; 0: 256 MiB
	Deadline    time.Duration   // what one request may take; 0: 10 s
	PublicURL   string          // how clients reach the server, for links: "https://contacts.example.com"; "": by the request's Host
	Hosts       Hosts           // the names that the server is called by; nil: any
	Refusals    *Refusals       // counts what was refused; nil: some of its own
	Stopping    context.Context // ends when the server begins to stop; nil: never
	Warning     func() string   // what somebody should look at beside the clock, for /readyz: a sentence, or ""; nil: nothing

	Metrics *metrics.Metrics // nil: some that nobody reads
}

// New makes the handler of the whole API, health checks included. Timeouts of
// connections and the size of headers are the server's business.
func New(b *book.Book, o Options) http.Handler {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.MaxInFlight == 0 {
		o.MaxInFlight = maxInFlight
	}
	if o.MaxHeld == 0 {
		o.MaxHeld = maxHeld
	}
	if o.Deadline == 0 {
		o.Deadline = 10 * time.Second
	}
	if o.Metrics == nil {
		o.Metrics = metrics.New()
	}
	if o.Stopping == nil {
		o.Stopping = context.Background()
	}
	if o.Warning == nil {
		o.Warning = func() string { return "" }
	}
	if o.Refusals == nil {
		o.Refusals = NewRefusals(o.Log)
	}
	a := &api{metrics: o.Metrics, book: b, log: o.Log, shares: newShares(o.MaxInFlight, o.MaxHeld), deadline: o.Deadline,
		publicURL: strings.TrimSuffix(o.PublicURL, "/"), hosts: o.Hosts, refusals: o.Refusals, stopping: o.Stopping, warning: o.Warning}
	a.documentYAML, a.documentJSON = openAPIAssets(a.publicURL)
	a.exports = a.newMux(isOfExport)
	a.mux = a.newMux(func(pattern string) bool { return !isOfExport(pattern) })
	return a
}

type api struct {
	book *book.Book
	log  *slog.Logger
	shares
	deadline  time.Duration
	publicURL string
	hosts     Hosts
	refusals  *Refusals
	stopping  context.Context
	warning   func() string
	metrics   *metrics.Metrics
	mux       *http.ServeMux
	exports   *http.ServeMux // of what isOfExport

	documentYAML, documentJSON *asset
}

// isOfExport tells of a path, or a pattern, whether it is of an export that was made. A mux
// would not know whether /contacts/exports/changes is of an export or of a contact.
func isOfExport(path string) bool { return strings.HasPrefix(path, exportsBase+"/") }

// ServeHTTP answers one request. The mux would redirect an unclean path; here
// it names nothing, because a redirected write loses its body or its method.
func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if p := r.URL.EscapedPath(); p == "" || p[0] != '/' || path.Clean(p) != p {
		a.serve(&noRoute, w, r)
		return
	}
	if isOfExport(r.URL.Path) {
		a.exports.ServeHTTP(w, r)
		return
	}
	a.mux.ServeHTTP(w, r)
}
