package sqlite

import (
	"errors"
	"fmt"
	"time"

	"zombiezen.com/go/sqlite"

	"github.com/carnet-project/carnet/internal/metrics"
	"github.com/carnet-project/carnet/internal/store"
)

// The write-ahead log is copied into the file in the background, without
// stopping anyone. But a log that is always written to never starts again from
// its beginning, so once it is long, one short pause of writer and readers
// resets it; by then next to nothing is left to copy.
const (
	checkpointRetry = time.Second

	// resetPatience is how long all may wait for one reader that stays, and for
	// the command line's. After that the log grows on, and the next try comes after
	// a pause that doubles: so a read that takes minutes costs the others next to
	// nothing.
	resetPatience  = 20 * time.Millisecond
	firstPause     = 100 * time.Millisecond
	longestPause   = 5 * time.Second
	pagesToSpeakOf = 16 // times longLog: from there on the log says that it grows

	mostPasses = 6   // before a reset; a disk that is slower than its writers never catches up
	shortTail  = 256 // pages that a pass may leave to the reset
)

// Variables, so that a test need not write so much.
var (
	// checkpointPages is how many pages are written to between two passes, about.
	// A pass leaves its pages to the system to write, which delays the syncs of
	// commits that come meanwhile: small passes delay each a little. With 1,000
	// pages the 99th percentile was half as much again at the same load.
	checkpointPages       = 300
	longLog         int64 = 32768 // pages: 64 MiB
)

// checkpointer moves the log into the file, on a connection of its own.
type checkpointer struct {
	*Backend
	c         *conn
	notBefore time.Time // for the next reset, after one that was given up
	pause     time.Duration
}

// startCheckpoints runs passes whenever enough was written, until stop.
func (b *Backend) startCheckpoints() error {
	c, err := openConn(b.path, writerPragmas.with(smallCache))
	if err != nil {
		return err
	}
	c.SetBusyTimeout(resetPatience)
	due := make(chan struct{}, 1)
	pages := 0
	b.written = func(n int) { // called with writing held
		if pages += n; pages >= checkpointPages {
			pages = 0
			select {
			case due <- struct{}{}:
			default:
			}
		}
	}
	b.background(func(quit <-chan struct{}) {
		(&checkpointer{Backend: b, c: c}).run(due, quit)
		if b.whole() { // else closing is no business of ours: see Close
			if err := c.close(); err != nil {
				b.log.Warn("closing the checkpoint connection failed", "error", err)
			}
		}
	})
	return nil
}

func (k *checkpointer) run(due, quit <-chan struct{}) {
	for {
		select {
		case <-quit:
			return
		case <-due:
		}
		err := k.checkpoint()
		if errors.Is(err, store.ErrBroken) {
			k.fail(err)
			return
		}
		if err != nil {
			k.log.Warn("a checkpoint failed; it will be tried again", "error", err)
			select {
			case <-quit:
				return
			case <-time.After(checkpointRetry):
			}
		}
	}
}

// checkpoint makes a pass, and resets the log where it has become long. What was
// written during one pass is copied by the next, which takes less time: so a few
// of them leave little to copy for the one that everybody waits for.
func (k *checkpointer) checkpoint() error {
	pages, err := k.passive()
	if err != nil || pages < longLog || time.Now().Before(k.notBefore) {
		return err
	}
	for range mostPasses {
		before := pages
		if pages, err = k.passive(); err != nil {
			return err
		}
		if pages-before < shortTail {
			break
		}
	}
	// SQLite syncs the file at the end of a pass only where nothing was written to
	// the log meanwhile. On a busy server that is never, and all that was copied
	// since the last reset would wait for this one. Synced here, it holds nobody up.
	if err := syncFile(k.file.data()); err != nil {
		return fmt.Errorf("%w: %w", store.ErrBroken, err)
	}
	begun := time.Now()
	done, err := k.reset()
	switch {
	case err != nil:
		k.metrics.Checkpoint(metrics.Spoiled, pages, time.Since(begun))
		return err
	case done:
		k.metrics.Checkpoint(metrics.Reset, 0, time.Since(begun))
	default:
		k.metrics.Checkpoint(metrics.Postponed, pages, time.Since(begun))
	}
	k.later(done, pages)
	return nil
}

// passive makes a pass and counts it. It tells how many pages the log holds.
func (k *checkpointer) passive() (pages int64, err error) {
	begun := time.Now()
	pages, _, err = k.pass("PASSIVE")
	kind := metrics.Pass
	if err != nil {
		kind = metrics.Spoiled
	}
	k.metrics.Checkpoint(kind, pages, time.Since(begun))
	return pages, err
}

// reset lets the log start from its beginning, which takes a moment in which
// nobody reads or writes. It returns false where that cannot be had now.
func (k *checkpointer) reset() (bool, error) {
	k.writing.Lock()
	defer k.writing.Unlock()
	if !k.reading.LockWithin(resetPatience) {
		return false, nil
	}
	defer k.reading.Unlock()
	_, done, err := k.pass("RESTART")
	return done, err
}

// later notes when the next reset may be tried.
func (k *checkpointer) later(done bool, pages int64) {
	if done {
		k.pause, k.notBefore = 0, time.Time{}
		return
	}
	k.pause = min(max(2*k.pause, firstPause), longestPause)
	k.notBefore = time.Now().Add(k.pause)
	if k.pause == longestPause && pages > pagesToSpeakOf*longLog {
		k.log.Warn("a read that goes on and on keeps the write-ahead log from starting anew; it grows until that read has ended", "mebibytes", pages*pageSize>>20)
	}
}

func (k *checkpointer) pass(mode string) (pages int64, done bool, err error) {
	pages, done, err = k.c.checkpoint(mode)
	beginWriting(k.file.data())
	return pages, done, err
}

// checkpoint runs one checkpoint. It tells how many pages the log holds, and
// whether all of them are in the file and whatever else the mode asks for was
// done.
func (c *conn) checkpoint(mode string) (pages int64, done bool, err error) {
	err = c.run("PRAGMA wal_checkpoint("+mode+")", func(s *sqlite.Stmt) error {
		pages = s.ColumnInt64(1)
		done = s.ColumnInt64(0) == 0 && s.ColumnInt64(2) == pages
		return nil
	})
	return pages, done, err
}
