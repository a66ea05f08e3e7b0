package sqlite

import (
	"errors"
	"fmt"
	"time"

	"zombiezen.com/go/sqlite"

	"github.com/carnet-project/carnet/internal/store"
)

// The write-ahead log is copied into the file in the background, without
// stopping anyone. But a log that is always written to never starts again from
// its beginning, so once it is long, one short pause of writer and readers
// resets it; by then next to nothing is left to copy.
const (
	checkpointRetry    = time.Second
	checkpointPatience = 20 * time.Millisecond

	mostPasses = 6   // before a reset; a disk that is slower than its writers never catches up
	shortTail  = 256 // pages that a pass may leave to the reset
)

// Variables, so that a test need not write so much.
var (
	checkpointPages       = 1000  // pages written to between two passes, about
	longLog         int64 = 32768 // pages: 64 MiB
)

// startCheckpoints runs passes whenever enough was written, until stop.
func (b *Backend) startCheckpoints() error {
	c, err := openConn(b.path, writerPragmas)
	if err != nil {
		return err
	}
	// A reset that cannot be had at once, because the command line reads, must
	// not hold everybody up.
	c.SetBusyTimeout(checkpointPatience)
	due := make(chan struct{}, 1)
	quit, done := make(chan struct{}), make(chan struct{})
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
	go func() {
		defer close(done)
		for {
			select {
			case <-quit:
				return
			case <-due:
			}
			err := b.checkpoint(c)
			if errors.Is(err, store.ErrBroken) {
				b.failed.Store(&err) // the next write stops the store
				return
			}
			if err != nil {
				b.log.Warn("a checkpoint failed; it will be tried again", "error", err)
				select {
				case <-quit:
					return
				case <-time.After(checkpointRetry):
				}
			}
		}
	}()
	b.stop = func() {
		close(quit)
		<-done
		if err := c.close(); err != nil {
			b.log.Warn("closing the checkpoint connection failed", "error", err)
		}
		b.stop = func() {}
	}
	return nil
}

// checkpoint makes a pass, and resets the log where it has become long. What was
// written during one pass is copied by the next, which takes less time: so a few
// of them leave little to copy for the one that everybody waits for.
func (b *Backend) checkpoint(c *conn) error {
	pages, err := pass(c, "PASSIVE")
	if err != nil || pages < longLog {
		return err
	}
	for range mostPasses {
		before := pages
		if pages, err = pass(c, "PASSIVE"); err != nil {
			return err
		}
		if pages-before < shortTail {
			break
		}
	}
	b.writing.Lock()
	defer b.writing.Unlock()
	b.reading.Lock()
	defer b.reading.Unlock()
	_, err = pass(c, "RESTART")
	return err
}

// pass runs one checkpoint and tells how many pages the log holds.
func pass(c *conn, mode string) (pages int64, err error) {
	busy := int64(0)
	err = c.run("PRAGMA wal_checkpoint("+mode+")", func(s *sqlite.Stmt) error {
		busy, pages = s.ColumnInt64(0), s.ColumnInt64(1)
		return nil
	})
	if err == nil && busy != 0 && mode != "PASSIVE" {
		err = fmt.Errorf("sqlite: another process holds the write-ahead log")
	}
	return pages, err
}
