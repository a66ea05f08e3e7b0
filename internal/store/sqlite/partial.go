package sqlite

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// partial is a file that is being made. It has a name of its own, beside its place,
// until it is whole: so whenever the process is killed, its place holds all of it
// or nothing. One that was left behind is made anew by the next who wants that
// place.
type partial struct {
	file  *os.File // locked, so that nobody else makes the same. Closing it frees SQLite's locks, so that comes last
	path  string
	place string
}

// partialSuffix is behind the name of a file that is not whole.
const partialSuffix = ".partial"

// besides are the endings of what lies beside a database.
var besides = []string{"-wal", "-shm", "-journal", "-lock"}

// newPartial makes an empty file that only its owner may read. Its place must be
// free. Drop must follow.
func newPartial(place string) (*partial, error) {
	abs, err := filepath.Abs(place)
	if err != nil {
		return nil, err
	}
	p := &partial{path: abs + partialSuffix, place: abs}
	for p.file == nil {
		if err := p.free(); err != nil {
			return nil, err
		}
		if err := p.take(); err != nil {
			return nil, err
		}
	}
	if err := p.empty(); err != nil {
		return nil, errors.Join(err, p.drop())
	}
	return p, nil
}

// free refuses a place that is taken. Nothing is ever written over.
func (p *partial) free() error {
	switch _, err := os.Lstat(p.place); {
	case err == nil:
		return fmt.Errorf("%s is there already, and is not written over: name a file that does not exist yet", p.place)
	case errors.Is(err, fs.ErrNotExist):
		return nil
	default:
		return fmt.Errorf("cannot look for %s: %w", p.place, err)
	}
}

// take opens the file and locks it. It takes none where another process was quicker
// and has named its file meanwhile: then the place is not free any more.
func (p *partial) take() error {
	f, err := os.OpenFile(p.path, os.O_CREATE|os.O_RDWR|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return fmt.Errorf("cannot make a file in %s: %w", filepath.Dir(p.path), err)
	}
	if err := lockInode(f); err != nil {
		if errors.Is(err, syscall.EWOULDBLOCK) {
			err = fmt.Errorf("%s is being written by another carnet now: wait until that has ended", p.place)
		}
		return errors.Join(err, f.Close())
	}
	info, err := f.Stat()
	if err != nil {
		return errors.Join(err, f.Close())
	}
	if id, _, err := identify(p.path); err != nil || id != identity(info) {
		return f.Close()
	}
	p.file = f
	return nil
}

// empty takes away what one that was killed has left. What root makes belongs to
// whom the folder belongs to: a server that runs as somebody else has to open it.
func (p *partial) empty() error {
	for _, suffix := range besides {
		if err := remove(p.path + suffix); err != nil {
			return fmt.Errorf("cannot remove what is left of an earlier attempt: %w", err)
		}
	}
	var s syscall.Stat_t
	if os.Geteuid() == 0 && syscall.Stat(filepath.Dir(p.path), &s) == nil {
		if err := p.file.Chown(int(s.Uid), int(s.Gid)); err != nil {
			return fmt.Errorf("cannot give the file to the owner of its folder: %w", err)
		}
	}
	return errors.Join(p.file.Chmod(0o600), p.file.Truncate(0))
}

// finish puts the file on the disk and in its place.
func (p *partial) finish() error {
	if err := p.file.Sync(); err != nil {
		return fmt.Errorf("cannot put %s on the disk: %w", p.place, err)
	}
	if err := p.free(); err != nil {
		return err
	}
	if err := renameNew(p.path, p.place); err != nil {
		return fmt.Errorf("cannot give %s its name: %w", p.place, err)
	}
	if err := syncFolder(p.place); err != nil {
		return fmt.Errorf("cannot put the name of %s on the disk: %w", p.place, err)
	}
	return nil
}

// drop ends the making: what has not got its place is gone. Nobody may have the
// file open any more.
func (p *partial) drop() error {
	var errs []error
	if id, _, err := identify(p.path); err == nil {
		if info, err := p.file.Stat(); err == nil && identity(info) == id {
			for _, suffix := range append([]string{""}, besides...) {
				errs = append(errs, remove(p.path+suffix))
			}
		}
	}
	return errors.Join(append(errs, p.file.Close())...)
}

// remove removes a file that may be there.
func remove(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
