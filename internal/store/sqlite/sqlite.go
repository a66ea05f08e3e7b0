package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/metrics"
	"github.com/carnet-project/carnet/internal/store"
)

// Options say how a file is opened.
type Options struct {
	Path           string           // made where it does not exist; its folder must
	Serve          bool             // this process serves: nobody else may, and the write-ahead log is kept short
	AcceptRestored bool             // the file was put back by somebody who knows that it is not the newest
	AsItIs         bool             // the schema is not brought up to date: the database is opened to make a backup
	Log            *slog.Logger     // nil: slog.Default
	Metrics        *metrics.Metrics // nil: some that nobody reads

	at func(moment string) // nil: nothing; for tests, called where a process may be killed
}

// Backend is a store.Backend on one SQLite file.
type Backend struct {
	store.MemoryWindows // one process serves a file

	path    string
	serve   bool
	asItIs  bool // its schema stays
	metrics *metrics.Metrics
	log     *slog.Logger
	at      func(moment string)

	claim    claim
	file     *dataFile // nil until it is known to be there
	marking  sync.Mutex
	mark     mark   // the newest in the lock file
	logID    fileID // of the log, where this process serves
	trusted  bool   // the file and its log are known to belong together
	restored bool   // the file was put back
	unclean  bool   // it was not closed when it was open last

	// writing is held by whoever uses writer: a transaction from Begin to its
	// end, a change of the registry, the short reset of the log.
	writing sync.Mutex
	writer  *conn
	written func(pages int) // tells the checkpointer about how much was written

	// reading is held shared by every read, and alone by the reset of the log,
	// which can only be done when nobody reads from it.
	reading gate
	readers chan *conn
	kept    chan *conn // the one that no Space reads with

	// behindReaders are those of jobs, which go through a Space and come to nothing twice: their
	// caches are small, as each commit throws away what is in a reader's, and the memory
	// of a large one goes back to the system and comes again each time.
	behindReaders chan *conn

	quit    chan struct{} // closed to end what runs in the background
	behind  sync.WaitGroup
	closing sync.Once
	closed  error                 // what Close returned
	failed  atomic.Pointer[error] // why the storage cannot be trusted any more
	watcher atomic.Pointer[func(error)]
}

var _ store.Backend = (*Backend)(nil)

// Open opens a database file, making it and bringing its schema up to date as
// needed. Its errors are sentences for the operator.
func Open(ctx context.Context, o Options) (_ *Backend, err error) {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Metrics == nil {
		o.Metrics = metrics.New()
	}
	if o.at == nil {
		o.at = func(string) {}
	}
	// One file must have one lock, by whatever link it is reached.
	path, err := realPath(o.Path)
	if err != nil {
		return nil, err
	}
	b := &Backend{path: path, serve: o.Serve, asItIs: o.AsItIs, log: o.Log, metrics: o.Metrics, at: o.at, written: func(int) {}, quit: make(chan struct{})}
	defer func() {
		if err != nil {
			err = errors.Join(err, b.Close())
		}
	}()
	if err := b.claim.take(ctx, path, o.Serve); err != nil {
		return nil, err
	}
	if err := b.find(ctx); err != nil {
		return nil, err
	}
	if err := b.trust(o.AcceptRestored); err != nil {
		return nil, err
	}
	if err := makePrivate(b.path, b.log); err != nil { // a file of somebody's that is none of ours stays as it is
		return nil, err
	}
	b.trusted = !b.restored
	if err := b.start(ctx); err != nil {
		return nil, err
	}
	b.keepLock()
	b.claim.leave()
	return b, nil
}

// keepLock says that the lock file is worth something from here on. What goes on
// in the background may say so at the same time.
func (b *Backend) keepLock() {
	b.marking.Lock()
	defer b.marking.Unlock()
	b.claim.fresh = false
}

// find opens the file apart from SQLite, and makes it where there is none.
func (b *Backend) find(ctx context.Context) error {
	if _, err := os.Stat(b.path); errors.Is(err, fs.ErrNotExist) {
		if err := b.missing(); err != nil {
			return err
		}
		if err := syncData(); err != nil {
			return err
		}
		if err := makeDatabase(ctx, b.path); err != nil {
			return err
		}
	}
	if err := checkFile(b.path); err != nil {
		return err
	}
	file, err := openData(b.path)
	if err != nil {
		return err
	}
	b.file = file
	if !b.serve {
		return nil
	}
	ours, err := file.serve()
	if err != nil {
		return fmt.Errorf("cannot lock the database: %w", err)
	}
	if !ours {
		b.serve = false // so that Close leaves the other's lock alone
		return errServed(b.path)
	}
	return nil
}

// start opens the connections of a file that may be trusted.
func (b *Backend) start(ctx context.Context) (err error) {
	if err := syncData(); err != nil {
		return err
	}
	// It stays open from here on: the last connection that is closed takes the log
	// along, which only Close may.
	if b.writer, err = openConn(b.path, writerPragmas.with(b.cacheSize())); err != nil {
		return fmt.Errorf("cannot open %s: %w", b.path, err)
	}
	if err := checkVersion(b.writer); err != nil {
		return err
	}
	if err := b.prepare(ctx); err != nil {
		return err
	}
	if err := b.openReaders(); err != nil {
		return fmt.Errorf("cannot open %s: %w", b.path, err)
	}
	if !b.serve {
		return nil
	}
	if b.logID, _, err = identify(b.path + "-wal"); err != nil {
		return fmt.Errorf("cannot find the log of the database: %w", err)
	}
	if b.mark.unchecked {
		b.unclean = true
		b.background(b.check)
	}
	return b.startCheckpoints()
}

// prepare brings the schema up to date and the mark into the state of a database
// that is open.
func (b *Backend) prepare(ctx context.Context) (err error) {
	s, err := openSchema(ctx, b.path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	pending := s.pending && !b.asItIs
	if !b.claim.alone {
		if pending {
			return fmt.Errorf("%s is in use by an older version of carnet: stop that first", b.path)
		}
		return nil
	}
	if b.restored {
		if err := b.skip(); err != nil {
			return err
		}
		b.log.Warn("the database was put back: numbers go on far beyond those that it knows, because some of them were given already", "contacts", store.RestoredSkip, "changes", store.RestoredSkip, "keys", skipCounted, "jobs", skipCounted, "spaces", skipTenants)
		b.trusted = true
	}
	if pending {
		if err := b.migrate(ctx, s); err != nil {
			return err
		}
	}
	return b.renew(true)
}

// migrate changes the schema, on another connection, whose log nobody knows.
func (b *Backend) migrate(ctx context.Context, s *schema) error {
	if err := b.drain("FULL"); err != nil {
		return err
	}
	f, err := b.file.header()
	if err != nil {
		return err
	}
	err = b.setMark(func(m *mark) { m.whole, m.any, m.stamp, m.next, m.schema = true, true, f.stamp, 0, 0 })
	if err != nil {
		return err
	}
	b.at("the schema changes")
	if err := s.migrate(ctx); err != nil {
		return err
	}
	b.at("the schema has changed")
	return nil
}

func (b *Backend) openReaders() error {
	b.readers, b.kept, b.behindReaders = make(chan *conn, max(4, runtime.GOMAXPROCS(0)*2)), make(chan *conn, 1), make(chan *conn, 2)
	for _, to := range b.pools() {
		cache := smallCache
		if to == b.behindReaders {
			cache = smallestCache
		}
		for range cap(to) {
			c, err := openConn(b.path, readerPragmas.with(cache))
			if err != nil {
				return err
			}
			to <- c
		}
	}
	return nil
}

// pools are all connections that read.
func (b *Backend) pools() []chan *conn { return []chan *conn{b.readers, b.kept, b.behindReaders} }

// Readers is how many reads of Spaces run at once.
func (b *Backend) Readers() int { return cap(b.readers) }

// maxLinks is how many links a path may lead through, as in the kernel.
const maxLinks = 40

// realPath makes a path absolute and resolves its links, of which the last one
// may lead to where no file is yet.
func realPath(path string) (string, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	for range maxLinks {
		dir, err := filepath.EvalSymlinks(filepath.Dir(abs))
		if err != nil {
			return "", fmt.Errorf("the folder of the database does not exist: make %s first", filepath.Dir(abs))
		}
		abs = filepath.Join(dir, filepath.Base(abs))
		target, err := os.Readlink(abs)
		if err != nil { // not a link: a file, or nothing yet
			return abs, nil
		}
		if abs = target; !filepath.IsAbs(target) {
			abs = filepath.Join(dir, target)
		}
	}
	return "", fmt.Errorf("%s leads through too many links", path)
}

func checkVersion(c *conn) error {
	text, err := c.value("SELECT sqlite_version()")
	if err != nil {
		return err
	}
	var major, minor, patch int
	if _, err := fmt.Sscanf(text, "%d.%d.%d", &major, &minor, &patch); err != nil {
		return fmt.Errorf("sqlite: version %q: %w", text, err)
	}
	if major*1_000_000+minor*1_000+patch < minVersion {
		return fmt.Errorf("SQLite %s is too old: versions before 3.53.4 can lose committed data", text)
	}
	return nil
}

// Version gives SQLite's version: "3.54.1".
func Version() (string, error) {
	c, err := openConn(":memory:", nil)
	if err != nil {
		return "", err
	}
	text, err := c.value("SELECT sqlite_version()")
	return text, errors.Join(err, c.close())
}

// Lane gives the same queue to every Space: SQLite has one writer.
func (b *Backend) Lane(contact.SpaceID) int64 { return 0 }

// historyKey gives the key of a change: see the schema. It has room for 2^22
// Spaces of 2^40 changes each. A number that no change can have must not reach
// into another Space: its key is 0, which no row has.
func historyKey(space contact.SpaceID, seq contact.Seq) int64 {
	if seq < 0 || seq > maxSeq {
		return 0
	}
	return int64(space)<<40 | int64(seq)
}

// maxSeq is the greatest number that a change can have.
const maxSeq = contact.MaxSeq

// bound keeps the bound of a range within one Space.
func bound(seq contact.Seq) contact.Seq { return min(max(seq, 0), maxSeq) }
