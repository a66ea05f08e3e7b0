package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"syscall"

	"github.com/carnet-project/carnet/internal/store"
)

// Restoring says what is to be put back, and where.
type Restoring struct {
	From     string // the backup, which is read and nothing else
	To       string // a database that is not there
	Progress Progress
	Log      *slog.Logger

	// Before is called with the database while nobody else knows it: what it does is
	// done before the database is there at all.
	Before func(context.Context, store.Backend) error
}

// Restore makes a database of a backup, with numbers that were never given: see
// skip. It checks the copy, and the database gets its name when it is whole. Its
// errors are sentences for the operator.
func Restore(ctx context.Context, r Restoring) (made Copy, err error) {
	path, err := realPath(r.To)
	if err != nil {
		return Copy{}, err
	}
	if err := alone(path); err != nil {
		return Copy{}, err
	}
	p, err := newPartial(path)
	if err != nil {
		return Copy{}, err
	}
	defer func() { err = errors.Join(err, p.drop()) }()
	if err := copyFile(ctx, r.From, p, r.Progress); err != nil {
		return Copy{}, r.spoilt(ctx, err)
	}
	if made, err = checkCopy(ctx, p.path); err != nil {
		return Copy{}, r.spoilt(ctx, err)
	}
	if err := r.ready(ctx, p); err != nil {
		return Copy{}, r.spoilt(ctx, err)
	}
	if err := alone(path); err != nil {
		return Copy{}, err
	}
	return made, p.finish()
}

func (r *Restoring) spoilt(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return fmt.Errorf("%s was not restored: %w", r.From, err)
}

// alone refuses a place beside which something lies that belongs to a database: it
// would be taken for that of the one that is restored.
func alone(path string) error {
	for _, suffix := range besides {
		switch _, err := os.Lstat(path + suffix); {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return fmt.Errorf("cannot look for %s: %w", path+suffix, err)
		case held(path + "-lock"):
			return fmt.Errorf("%s is open: stop its server first, then move it with all that lies beside it to another folder", path)
		default:
			return fmt.Errorf("%s lies beside the place of the database and belongs to another one: move it to another folder, with all others of that database, and keep them", path+suffix)
		}
	}
	return nil
}

// held tells whether somebody has locked a file, as servers and commands do with
// the lock file. No other is ever locked so.
func held(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	return errors.Is(flock(f, syscall.LOCK_SH|syscall.LOCK_NB), syscall.EWOULDBLOCK)
}

// chunk is how much of a file is copied at a time.
const chunk = 4 << 20

// copyFile copies a backup. SQLite does not see it: it would write beside it.
func copyFile(ctx context.Context, from string, p *partial, progress Progress) error {
	if info, err := os.Stat(from + "-wal"); err == nil && info.Size() > 0 {
		return fmt.Errorf("beside it lies %[1]s-wal, a log with its newest changes, so it is no backup but a database that is open or was not closed: make a backup of it with `carnet backup FILE --db %[1]s`", from)
	}
	f, err := os.Open(from)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return errors.New("it is not a file")
	}
	pages := info.Size() / pageSize
	for copied := int64(0); ; {
		n, err := io.CopyN(p.file, f, chunk)
		copied += n
		if err == nil {
			err = ctx.Err()
		}
		if errors.Is(err, io.EOF) {
			return whole(p)
		}
		if err != nil {
			return err
		}
		beginWriting(p.file)
		progress(copied/pageSize, max(pages, copied/pageSize))
	}
}

// whole refuses what is no database, or not all of one.
func whole(p *partial) error {
	h, err := (&dataFile{open: []*os.File{p.file}}).header()
	if err == nil && !h.whole {
		err = errors.New("it is shorter than it says: it is a copy that was cut off, or it was damaged")
	}
	return err
}

// ready opens the copy as a database that was put back, and closes it.
func (r *Restoring) ready(ctx context.Context, p *partial) error {
	b, err := Open(ctx, Options{Path: p.path, AcceptRestored: true, Log: r.Log})
	if err != nil {
		return err
	}
	if err := errors.Join(r.Before(ctx, b), b.Close()); err != nil {
		return err
	}
	// It was nobody's but this one's: the next who opens the database finds a file
	// without a past.
	return remove(p.path + "-lock")
}
