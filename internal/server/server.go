// Package server puts the parts together: a database, the book over it, and
// HTTP on an address. It is a value that a test can start on port 0. Flags,
// signals and what is printed are the business of the command.
package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/httpapi"
	"github.com/carnet-project/carnet/internal/integrity"
	"github.com/carnet-project/carnet/internal/jobs"
	"github.com/carnet-project/carnet/internal/metrics"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/sqlite"
	"github.com/carnet-project/carnet/internal/ui"
)

// Config says what to serve, and where.
type Config struct {
	Database       string        // the path of a SQLite file, made where there is none, but its folder must exist; or a PostgreSQL database: postgres://user@host/name
	Migrate        bool          // bring the schema of a PostgreSQL database up to date first; that of a file always is
	AcceptRestored bool          // the SQLite file was put back, and is not the newest: see sqlite.Options
	AcceptClock    bool          // the clock is right, however long after the newest change
	Listen         string        // host:port; port 0 picks a free one
	BehindProxy    bool          // a proxy on the way ends TLS, so an address that others can reach is allowed
	Local          bool          // such an address is refused for good: it is for this machine
	Backups        Backups       // of a SQLite file, by the server itself
	Erasures       string        // the file where it is noted who was erased; "": beside a SQLite file, and none for PostgreSQL
	ScrubAt        *book.ScrubAt // when the files of a SQLite database are scrubbed; nil for at once
	PublicURL      string        // what clients call the server, for links in answers: "https://contacts.example.com"; "": what they sent as Host
	Metrics        string        // host:port of a listener of its own for /metrics; "": none
	Version        string        // of the program, for the page about the server
	Log            *slog.Logger  // nil: slog.Default
}

// ledger gives where it is noted who was erased; nil for nowhere.
func (c *Config) ledger() *ledger {
	switch {
	case c.Erasures != "":
		return &ledger{path: c.Erasures}
	case onPostgres(c.Database):
		return nil
	}
	return &ledger{path: Ledger(c.Database)}
}

// DefaultListen is where a server listens unless told otherwise: on this
// machine alone.
const DefaultListen = "127.0.0.1:8420"

// Patience is how long a server that is told to stop waits for the requests
// that it is working on.
const Patience = 20 * time.Second

// lastPatience is how long what was cut off, and the database, have to end.
const lastPatience = 5 * time.Second

// Limits of the HTTP server. A client that is slower than these is cut off, so
// that a few slow ones cannot hold all connections.
const (
	readHeaderTimeout = 5 * time.Second
	readTimeout       = 30 * time.Second
	writeTimeout      = 60 * time.Second
	idleTimeout       = 120 * time.Second
	maxHeaderBytes    = 32 << 10
)

// Server is a database that is open and an address that is taken. From Open
// on clients may connect; they are answered once Run is called.
type Server struct {
	data         *Database
	listener     net.Listener
	http         *http.Server
	metrics      *metricsServer // nil for none
	backups      *schedule      // nil for none
	log          *slog.Logger
	patience     time.Duration
	lastPatience time.Duration
	requests     sync.WaitGroup // those that the handler is working on, and jobs
	underWay     atomic.Int64   // how many those are

	silent   silent // connections that have sent no whole head yet
	refusals *httpapi.Refusals
	count    *metrics.Metrics

	stopping  context.Context // ends when stop begins, for those who wait for news
	beginStop context.CancelFunc
	cutOff    context.Context // ends when the patience is over, for all requests
	cut       context.CancelFunc
}

// Open takes the address and opens the database. Its errors are sentences for
// the operator. Run must follow, or Close.
func Open(ctx context.Context, c Config) (*Server, error) {
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Backups.Dir != "" && onPostgres(c.Database) {
		return nil, errors.New("--backup-dir is for a SQLite file: backups of a PostgreSQL database are made with its own tools, as docs/backup.md tells")
	}
	// The address first: where it cannot be had, no database is made.
	requests, counters := c.listensOn()
	if err := oneAddress(requests, counters); c.Metrics != "" && err != nil {
		return nil, err
	}
	l, err := requests.listen(ctx)
	if err != nil {
		return nil, err
	}
	if c.Migrate && onPostgres(c.Database) {
		if err := Migrate(ctx, c.Database, c.Log); err != nil {
			return nil, errors.Join(err, l.Close())
		}
	}
	counted := metrics.New()
	numbers, err := openMetrics(ctx, c, counted)
	if err != nil {
		return nil, errors.Join(err, l.Close())
	}
	noted := c.ledger()
	data, err := open(ctx, c.Database, sqlite.Options{Serve: true, AcceptRestored: c.AcceptRestored, Log: c.Log}, counted, erasing{noted, c.ScrubAt})
	if err != nil {
		return nil, errors.Join(err, l.Close(), numbers.close())
	}
	if noted != nil {
		if err := eraseAgain(ctx, noted, data.store, c.Log); err != nil {
			return nil, errors.Join(err, l.Close(), numbers.close(), data.Close())
		}
	}
	if err := data.store.GuardClock(ctx, c.AcceptClock); err != nil {
		return nil, errors.Join(err, l.Close(), numbers.close(), data.Close())
	}
	backups, err := openSchedule(c, data, counted)
	if err != nil {
		return nil, errors.Join(err, l.Close(), numbers.close(), data.Close())
	}
	s := newServer(l, data, backups, c, counted)
	s.metrics = numbers
	return s, nil
}

func newServer(l net.Listener, data *Database, backups *schedule, c Config, counted *metrics.Metrics) *Server {
	s := &Server{data: data, backups: backups, listener: l, log: c.Log, count: counted, patience: Patience, lastPatience: lastPatience}
	s.stopping, s.beginStop = context.WithCancel(context.Background())
	s.cutOff, s.cut = context.WithCancel(context.Background())
	s.refusals = httpapi.NewRefusals(c.Log)
	s.http = &http.Server{
		Handler:                      s.counted(s.handler(l, c, counted)),
		ConnState:                    s.silent.note,
		BaseContext:                  func(net.Listener) context.Context { return s.cutOff },
		ReadHeaderTimeout:            readHeaderTimeout,
		ReadTimeout:                  readTimeout,
		WriteTimeout:                 writeTimeout,
		IdleTimeout:                  idleTimeout,
		MaxHeaderBytes:               maxHeaderBytes,
		ErrorLog:                     errorLog(c.Log),
		DisableGeneralOptionsHandler: true, // every answer has our shape
	}
	return s
}

// handler puts the book for people in a browser beside the API. Neither has the other's
// paths.
func (s *Server) handler(l net.Listener, c Config, counted *metrics.Metrics) http.Handler {
	known := hosts(l, c)
	api := httpapi.New(s.data.Book, httpapi.Options{Log: c.Log, PublicURL: c.PublicURL, Hosts: known, Refusals: s.refusals, Stopping: s.stopping, Metrics: counted,
		Warning: func() string { _, wrong := s.backups.state(); return wrong }})
	pages := ui.New(s.data.Book, ui.Options{Log: c.Log, PublicURL: c.PublicURL, BehindProxy: c.BehindProxy, Hosts: known, Refusals: s.refusals, Metrics: counted,
		System: ui.System{Version: c.Version, Database: kindOf(c.Database), Started: time.Now(), Backups: s.backups.shown()}})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if ui.Has(r.URL.Path) {
			pages.ServeHTTP(w, r)
			return
		}
		api.ServeHTTP(w, r)
	})
}

// kindOf names the kind of a database, and nothing else of it.
func kindOf(name string) string {
	if onPostgres(name) {
		return "PostgreSQL"
	}
	return "SQLite"
}

// Book gives the book that is served, for what is to be done before Run.
func (s *Server) Book() *book.Book { return s.data.Book }

// Addr gives the address that the server listens on, its real port included.
func (s *Server) Addr() net.Addr { return s.listener.Addr() }

// URL gives the base of the URLs at which this machine reaches the server:
// "http://127.0.0.1:8420".
func (s *Server) URL() string { return reachable(s.listener.Addr()) }

func reachable(address net.Addr) string {
	a := *address.(*net.TCPAddr)
	if a.IP.IsUnspecified() {
		a.IP = net.IPv4(127, 0, 0, 1)
	}
	return "http://" + a.String()
}

// Run serves until ctx ends, and then stops: new connections are refused,
// requests under way are finished, for at most Patience, and everything is
// closed. It returns nil after such an end. It returns an error where requests
// had to be cut off, and where serving ended by itself, as it does when the
// storage cannot be trusted any more.
func (s *Server) Run(ctx context.Context) error {
	served := make(chan error, 1)
	go func() { served <- s.http.Serve(s.listener) }()
	s.requests.Go(s.work)
	s.requests.Go(func() { s.data.store.KeepFolded(s.stopping) })
	if s.backups != nil {
		s.requests.Go(func() { s.backups.run(s.stopping) })
	}
	s.metrics.start()
	var err error
	select {
	case <-ctx.Done():
		s.log.Info("stopping: the requests under way are finished first")
	case <-s.data.store.Broken():
		err = errors.New("the storage failed, so nothing that was not answered may be taken as saved: check the disk, then start again")
	case err = <-served:
		err = fmt.Errorf("cannot go on listening: %w", err)
	}
	return errors.Join(err, s.stop())
}

// work does the jobs of the database until the server stops. One of them looks through it,
// where it was not closed when it was open last.
func (s *Server) work() {
	checks := integrity.NewJobs(s.data.backend, s.log)
	defer checks.Close()
	if err := checks.Begin(s.stopping, contact.TimeOf(time.Now())); err != nil {
		s.log.Warn("what is stored cannot be looked through now: run `carnet check`", "error", err)
	}
	s.jobs(checks).Run(s.stopping)
}

// jobs gives what does the jobs of the database.
func (s *Server) jobs(checks *integrity.Jobs) *jobs.Runner {
	b := s.data.Book
	r := jobs.New(s.data.store, jobs.Options{Log: s.log, Chore: s.tidy})
	r.Does(integrity.Job, jobs.Work{Step: checks.Step})
	r.Does(store.EraseJob, jobs.Work{Step: b.EraseStep})
	r.Does(store.ScrubJob, jobs.Work{Step: b.Scrub})
	r.Does(book.PlanBuildJob, jobs.Work{Step: b.BuildPlan, Failed: b.FailPlan})
	r.Does(book.PlanApplyJob, jobs.Work{Step: b.ApplyPlanStep, Failed: b.FailPlan})
	r.Does(book.ExportJob, jobs.Work{Step: b.ExportStep, Failed: b.FailExport})
	return r
}

// tidy counts the keys that end soon, and lets go of what nobody needs any more.
func (s *Server) tidy(ctx context.Context) error {
	return errors.Join(s.countEnding(ctx), s.data.Book.Sweep(ctx))
}

// countEnding counts the keys that end soon, and has the log tell of them.
func (s *Server) countEnding(ctx context.Context) error {
	ending, err := s.data.Book.TellOfEnding(ctx)
	s.count.KeysEnding(ending)
	return err
}

// stop ends serving and closes everything.
func (s *Server) stop() error {
	s.beginStop()
	patience, cancel := context.WithTimeout(context.Background(), s.patience)
	defer cancel()
	defer s.cut()
	defer s.refusals.Flush()
	defer context.AfterFunc(patience, s.cut)()
	// What has not said what it wants is no request under way.
	s.silent.close()
	err := s.http.Shutdown(patience)
	if errors.Is(err, context.DeadlineExceeded) {
		err = cutOff(s.underWay.Load(), s.patience)
		// Without their connections the handlers end soon, as reading and
		// writing fails; until then they use the book.
		err = errors.Join(err, s.http.Close())
	}
	closed := make(chan error, 1)
	go func() {
		s.requests.Wait()
		closed <- errors.Join(s.data.Close(), s.backups.close())
	}()
	select {
	case closeErr := <-closed:
		return errors.Join(err, s.metrics.close(), closeErr)
	case <-time.After(s.lastPatience):
		// As after a power cut, nothing that was answered is lost.
		return errors.Join(err, s.metrics.close(), errors.New("the database did not finish what it was doing, and was left as it is"))
	}
}

// cutOff tells how many requests the end did not wait for.
func cutOff(n int64, patience time.Duration) error {
	if n == 1 {
		return fmt.Errorf("1 request was not finished after %v and was cut off", patience)
	}
	return fmt.Errorf("%d requests were not finished after %v and were cut off", n, patience)
}

// Close gives up a server that was opened and is not to run.
func (s *Server) Close() error {
	s.beginStop()
	return errors.Join(s.listener.Close(), s.metrics.close(), s.data.Close(), s.backups.close())
}

func (s *Server) counted(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.requests.Add(1)
		defer s.requests.Done()
		s.underWay.Add(1)
		defer s.underWay.Add(-1)
		h.ServeHTTP(w, r)
	})
}
