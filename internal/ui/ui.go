package ui

import (
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/httpapi"
	"github.com/carnet-project/carnet/internal/metrics"
)

// Options set what the pages take from their surroundings; zero values will do.
type Options struct {
	Log         *slog.Logger      // nil: slog.Default
	PublicURL   string            // how browsers reach the server: "https://contacts.example.com"; "": by the request's Host
	BehindProxy bool              // a proxy in front says by X-Forwarded-Proto whether it speaks TLS
	Hosts       httpapi.Hosts     // the names that the server is called by; nil: any
	Refusals    *httpapi.Refusals // counts what was refused; nil: some of its own
	Metrics     *metrics.Metrics  // nil: some that nobody reads
	Clock       func() time.Time  // nil: time.Now
	System      System            // what the page about the server tells
}

// System is what the page about the server tells of it.
type System struct {
	Version  string // of the program
	Database string // of which kind: "SQLite", "PostgreSQL"
	Started  time.Time

	// Backups tells when the newest backup began and what is wrong, "" for nothing; nil
	// where the server makes none.
	Backups func() (newest time.Time, wrong string)
}

// maxVisits is how many pages are made at once; of these one Space may have half.
const maxVisits = 128

// deadline is what one page may take.
const deadline = 10 * time.Second

// New makes the handler of the whole book, which lies under /ui, and of /, which
// leads there.
func New(b *book.Book, o Options) http.Handler {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Metrics == nil {
		o.Metrics = metrics.New()
	}
	if o.Refusals == nil {
		o.Refusals = httpapi.NewRefusals(o.Log)
	}
	u := &ui{book: b, Options: o, places: access.Halves(maxVisits), uploads: access.Halves(maxUploads), origin: http.NewCrossOriginProtection()}
	u.PublicURL = strings.TrimSuffix(o.PublicURL, "/")
	if u.PublicURL != "" {
		if err := u.origin.AddTrustedOrigin(originOf(u.PublicURL)); err != nil {
			u.Log.Warn("the public URL is no origin of pages, so forms are taken from the host that a browser names alone", "error", err)
		}
	}
	u.mux = u.newMux()
	return u
}

type ui struct {
	Options
	book    *book.Book
	places  *access.Shares
	uploads *access.Shares // files on their way
	origin  *http.CrossOriginProtection
	mux     *http.ServeMux
}

func (u *ui) ServeHTTP(w http.ResponseWriter, r *http.Request) { u.mux.ServeHTTP(w, r) }

// Has tells whether a path is one of the book's, and none of the API's.
func Has(path string) bool { return path == "/" || path == "/ui" || strings.HasPrefix(path, "/ui/") }

// originOf gives the scheme and host of a URL.
func originOf(url string) string {
	scheme, rest, _ := strings.Cut(url, "://")
	host, _, _ := strings.Cut(rest, "/")
	return scheme + "://" + host
}
