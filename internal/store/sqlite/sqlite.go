// Package sqlite keeps Carnet's rows in one SQLite file: one connection that
// writes, a few that read, and one that moves the write-ahead log into the
// file. It decides nothing; see package store.
package sqlite

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
)

// Options say how a file is opened.
type Options struct {
	Path  string       // made where it does not exist; its folder must
	Serve bool         // this process serves: take the lock file, and keep the write-ahead log short
	Log   *slog.Logger // nil: slog.Default
}

// Backend is a store.Backend on one SQLite file.
type Backend struct {
	store.MemoryWindows // one process serves a file

	path string
	log  *slog.Logger
	lock *os.File // nil unless Options.Serve

	// writing is held by whoever uses writer: a transaction from Begin to its
	// end, a change of the registry, the short reset of the log.
	writing sync.Mutex
	writer  *conn
	written func(pages int) // tells the checkpointer about how much was written

	// reading is held shared by every read, and alone by the reset of the log,
	// which can only be done when nobody reads from it.
	reading sync.RWMutex
	readers chan *conn
	kept    chan *conn // the one that no Space reads with

	stop   func()                // ends the checkpointer
	failed atomic.Pointer[error] // why it gave up: the storage cannot be trusted
}

var _ store.Backend = (*Backend)(nil)

// Open opens a database file, making it and bringing its schema up to date as
// needed. Its errors are sentences for the operator.
func Open(ctx context.Context, o Options) (_ *Backend, err error) {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	// One file must have one lock, by whatever link it is reached.
	path, err := realPath(o.Path)
	if err != nil {
		return nil, err
	}
	b := &Backend{path: path, log: o.Log, written: func(int) {}, stop: func() {}}
	defer func() {
		if err != nil {
			err = errors.Join(err, b.Close())
		}
	}()
	if o.Serve {
		if b.lock, err = lockFile(path); err != nil {
			return nil, err
		}
	}
	if err := syncData(); err != nil {
		return nil, err
	}
	if err := migrate(ctx, path); err != nil {
		return nil, err
	}
	if b.writer, err = openConn(path, writerPragmas); err != nil {
		return nil, fmt.Errorf("cannot open %s: %w", path, err)
	}
	if err := checkVersion(b.writer); err != nil {
		return nil, err
	}
	if err := b.openReaders(); err != nil {
		return nil, fmt.Errorf("cannot open %s: %w", path, err)
	}
	if o.Serve {
		if err := b.startCheckpoints(); err != nil {
			return nil, err
		}
	}
	return b, nil
}

func (b *Backend) openReaders() error {
	b.readers, b.kept = make(chan *conn, max(4, runtime.GOMAXPROCS(0)*2)), make(chan *conn, 1)
	for _, to := range []chan *conn{b.readers, b.kept} {
		for range cap(to) {
			c, err := openConn(b.path, readerPragmas)
			if err != nil {
				return err
			}
			to <- c
		}
	}
	return nil
}

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

// Check tells whether the database answers.
func (b *Backend) Check(ctx context.Context) error {
	if err := b.failed.Load(); err != nil {
		return *err
	}
	return b.readKept(ctx, func(c *conn) error {
		return c.run(selectSettings, nil, int64(0))
	})
}

// errClosed says that somebody came too late.
var errClosed = errors.New("sqlite: the database is closed")

// Close ends all connections and frees the lock.
func (b *Backend) Close() error {
	b.stop()
	var errs []error
	for _, from := range []chan *conn{b.readers, b.kept} {
		for range len(from) {
			errs = append(errs, (<-from).close())
		}
	}
	if b.writer != nil {
		b.writing.Lock()
		defer b.writing.Unlock()
		errs = append(errs, b.writer.close())
		b.writer = nil
	}
	if b.lock != nil {
		errs = append(errs, b.lock.Close())
	}
	return errors.Join(errs...)
}

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
const maxSeq contact.Seq = 1<<40 - 1

// bound keeps the bound of a range within one Space.
func bound(seq contact.Seq) contact.Seq { return min(max(seq, 0), maxSeq) }
