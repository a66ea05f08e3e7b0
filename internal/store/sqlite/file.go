package sqlite

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"sync"
	"syscall"
)

// dataFile is the database file, open apart from SQLite: to sync it, to lock it
// whatever name leads to it, and to read its header without its log.
//
// Closing any descriptor of a file frees all locks of that kind that the process
// has on it, SQLite's included. So a process has one descriptor for each file,
// which is closed when the last backend on it has closed its connections.
type dataFile struct {
	id     fileID
	open   []*os.File // one, but where the file was replaced while it was opened
	users  int
	served bool
}

// fileID tells files apart, whatever their names.
type fileID struct{ device, inode uint64 }

var dataFiles = struct {
	sync.Mutex
	all map[fileID]*dataFile
}{all: map[fileID]*dataFile{}}

// openData opens the file, which must be there, or joins those of this process
// that have it open. Release must follow, once SQLite has closed it.
func openData(path string) (*dataFile, error) {
	dataFiles.Lock()
	defer dataFiles.Unlock()
	if id, _, err := identify(path); err == nil && dataFiles.all[id] != nil {
		d := dataFiles.all[id]
		d.users++
		return d, nil
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return nil, fmt.Errorf("cannot open the database: %w", err)
	}
	info, err := f.Stat()
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	id := identity(info)
	d := dataFiles.all[id]
	if d == nil {
		d = &dataFile{id: id}
		dataFiles.all[id] = d
	}
	d.open = append(d.open, f)
	d.users++
	return d, nil
}

func (d *dataFile) data() *os.File { return d.open[0] }

// serve takes the file for a server. It returns false where another one has it,
// under whatever name.
func (d *dataFile) serve() (bool, error) {
	dataFiles.Lock()
	defer dataFiles.Unlock()
	if d.served {
		return false, nil
	}
	err := lockInode(d.data())
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return false, nil
	}
	d.served = err == nil
	return d.served, err
}

// release gives the file back; served tells whether serve took it.
func (d *dataFile) release(served bool) error {
	dataFiles.Lock()
	defer dataFiles.Unlock()
	if served {
		unlockInode(d.data())
		d.served = false
	}
	if d.users--; d.users > 0 {
		return nil
	}
	delete(dataFiles.all, d.id)
	var errs []error
	for _, f := range d.open {
		errs = append(errs, f.Close())
	}
	return errors.Join(errs...)
}

// identify gives the file that a path leads to, and how many names it has.
func identify(path string) (id fileID, names uint64, err error) {
	var s syscall.Stat_t
	if err := syscall.Stat(path, &s); err != nil {
		return fileID{}, 0, err
	}
	return fileID{uint64(s.Dev), uint64(s.Ino)}, uint64(s.Nlink), nil
}

// moved tells whether a path does not lead to the file any more.
func (d *dataFile) moved(path string) bool {
	id, _, err := identify(path)
	return err != nil || id != d.id
}

func identity(info fs.FileInfo) fileID {
	s := info.Sys().(*syscall.Stat_t)
	return fileID{uint64(s.Dev), uint64(s.Ino)}
}

// header is what SQLite's file format has at the beginning of a file. The log may
// hold another one.
type header struct {
	stamp  uint32 // PRAGMA user_version: see mark
	schema uint32 // grows with every change of the schema
	whole  bool   // whether the file is as long as it says
}

const (
	headerSize = 100
	magic      = "SQLite format 3\x00"
)

// header reads the header of the file.
func (d *dataFile) header() (header, error) {
	var h [headerSize]byte
	n, err := d.data().ReadAt(h[:], 0)
	if n < len(h) || !bytes.HasPrefix(h[:], []byte(magic)) {
		return header{}, errNoDatabase
	}
	if err != nil {
		return header{}, err
	}
	info, err := d.data().Stat()
	if err != nil {
		return header{}, err
	}
	at := func(offset int) uint32 { return binary.BigEndian.Uint32(h[offset:]) }
	size := int64(binary.BigEndian.Uint16(h[16:]))
	return header{
		stamp:  at(60),
		schema: at(40),
		whole:  at(24) != at(92) || info.Size() >= int64(at(28))*size,
	}, nil
}

var errNoDatabase = errors.New("it is not a SQLite database")

// checkFile refuses what cannot be a database of ours, or is one by several
// names.
func checkFile(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("cannot open the database: %w", err)
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%s is not a file: name a file with --db", path)
	}
	// We make a database under another name, so not even a crash leaves this.
	if info.Size() == 0 {
		return fmt.Errorf("%s is empty, as a copy that failed would be: put the database in its place, or remove it to begin anew", path)
	}
	if _, names, err := identify(path); err == nil && names > 1 {
		return fmt.Errorf("%s has %d names (hard links): its log lies beside one of them only, so that writes would be lost under another. Remove the other names (`find FOLDER -samefile %s` shows them), or copy the file instead", path, names, path)
	}
	return nil
}

// makePrivate takes what others may do with the files of a database from them: it
// holds personal data.
func makePrivate(path string, log *slog.Logger) error {
	for _, name := range []string{path, path + "-wal", path + "-shm", path + "-lock"} {
		info, err := os.Lstat(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		mode := info.Mode().Perm()
		if mode&0o077 == 0 {
			continue
		}
		if err := os.Chmod(name, mode&^0o077); err != nil {
			return fmt.Errorf("%s is open to other users (%v), and only its owner can change that: run carnet as that user, or have them `chmod 600` it", name, mode)
		}
		log.Warn("a file of the database was open to other users: it is its owner's alone now", "file", name, "was", mode.String())
	}
	return nil
}
