package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/carnet-project/carnet/internal/store"
)

// Check tells whether the database answers, and is still where it was.
func (b *Backend) Check(ctx context.Context) error {
	if err := b.sound(); err != nil {
		return err
	}
	return b.readKept(ctx, func(c *conn) error {
		return c.run(selectSettings, nil, int64(0))
	})
}

// sound gives an error once the storage cannot be trusted any more, because it
// failed or because the file is not where it was: its log is found by its name.
func (b *Backend) sound() error {
	if err := b.failed.Load(); err != nil {
		return *err
	}
	if b.file.moved(b.path) {
		return b.fail(fmt.Errorf("%w: the database file was moved, removed or replaced while it was in use; put it back, then start again", store.ErrBroken))
	}
	if id, _, err := identify(b.path + "-wal"); b.logID != (fileID{}) && (err != nil || id != b.logID) {
		return b.fail(fmt.Errorf("%w: the log of the database, the file that ends with -wal, was moved, removed or replaced while it was in use; put it back, then start again", store.ErrBroken))
	}
	return nil
}

// fail notes that the storage cannot be trusted any more, and tells the watcher.
// It gives the first error that it was called with.
func (b *Backend) fail(err error) error {
	if b.failed.CompareAndSwap(nil, &err) {
		if w := b.watcher.Load(); w != nil {
			(*w)(err)
		}
	}
	return *b.failed.Load()
}

// noticed passes an error on, and fails where that says that the storage has.
func (b *Backend) noticed(err error) error {
	if errors.Is(err, store.ErrBroken) {
		b.fail(err)
	}
	return err
}

// Watch has f called when the storage turns out to have failed.
func (b *Backend) Watch(f func(error)) {
	b.watcher.Store(&f)
	if err := b.failed.Load(); err != nil {
		f(*err)
	}
}

// background runs f until Close, which closes quit and waits for it.
func (b *Backend) background(f func(quit <-chan struct{})) {
	b.behind.Go(func() { f(b.quit) })
}

// errClosed says that somebody came too late.
var errClosed = errors.New("sqlite: the database is closed")

// Close ends all connections and frees the locks. Where nobody else has the
// database open, the file holds all of it afterwards, and its log is gone.
func (b *Backend) Close() error {
	b.closing.Do(func() { b.closed = b.close() })
	return b.closed
}

func (b *Backend) close() error {
	close(b.quit)
	b.behind.Wait()
	b.writing.Lock()
	defer b.writing.Unlock()
	var errs []error
	if b.writer != nil {
		errs = append(errs, b.closeConns())
	} else if b.file != nil {
		errs = append(errs, b.file.release(b.serve))
	}
	return errors.Join(append(errs, b.claim.free())...)
}

// closeConns closes the connections. The last one that is closed copies the log
// into the file and removes it, after a failed sync too, and by name, where another
// file may be by now. So where the storage cannot be trusted they stay open; the
// process is to end.
func (b *Backend) closeConns() error {
	if b.claim.folder == nil {
		if err := b.claim.lockFolder(context.Background(), b.path); err != nil {
			return err
		}
	}
	if !b.whole() {
		return nil
	}
	var errs []error
	for _, from := range b.pools() {
		for range len(from) {
			errs = append(errs, (<-from).close())
		}
	}
	last := b.claim.last()
	b.at("the others are counted")
	if last {
		if err := b.renew(false); err != nil {
			return errors.Join(append(errs, err)...)
		}
	}
	errs = append(errs, b.writer.close())
	switch _, err := os.Stat(b.path + "-wal"); {
	case err == nil && last:
		// A command that began beside a server outlives it, and begins a log of its
		// own, of which nobody knows.
		errs = append(errs, b.setMark(func(m *mark) { m.any = true }))
	case errors.Is(err, fs.ErrNotExist) && !last:
		// The others were killed meanwhile: so this was the last connection after
		// all, and closing it has copied the log into the file, and removed it.
		errs = append(errs, b.noteWhole())
	}
	b.writer = nil
	return errors.Join(append(errs, b.file.release(b.serve))...)
}

// noteWhole says in the newest mark, whoever made it, that the file holds all.
func (b *Backend) noteWhole() error {
	m, known, err := readMark(b.claim.lock)
	if err != nil || !known {
		return err
	}
	b.mark = m
	return b.setMark(func(m *mark) { m.whole = true })
}

// whole tells whether the file and the log may be written to at the end.
func (b *Backend) whole() bool { return b.trusted && b.sound() == nil }
