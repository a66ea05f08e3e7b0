//go:build unix

package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// The lock file lies beside the database. A server locks it alone. Commands share
// it where there is no server, and do without where there is one. It also keeps
// the mark. The system frees locks when a process ends, however it ends.
//
// Whoever opens or closes a database locks the folder meanwhile, so that nobody
// sees it half done.

// claim is what a process holds of a database's locks.
type claim struct {
	lock   *os.File // nil where there is none yet
	folder *os.File // nil but while opening and closing
	alone  bool     // nobody else has the database open
	fresh  bool     // the lock file was made by this, and nobody can have seen it
}

// A server that finds commands at work waits for them. Everybody waits for who
// opens or closes a database in the folder: a log that is long may take a while.
const (
	commandsTake = 5 * time.Second
	commandsPoll = 50 * time.Millisecond
	folderTakes  = 30 * time.Second
	folderPoll   = 10 * time.Millisecond
)

// take locks the folder and the lock file.
func (c *claim) take(ctx context.Context, database string, serve bool) error {
	for waited := time.Duration(0); ; waited += commandsPoll {
		if err := c.lockFolder(ctx, database); err != nil {
			return err
		}
		busy, err := c.lockFile(database, serve)
		if err != nil || !busy {
			return err
		}
		c.leave() // so that they can end
		if waited >= commandsTake {
			return fmt.Errorf("%s is in use by another carnet command: start again once that has ended", database)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(commandsPoll):
		}
	}
}

// lockFolder locks the folder, and waits for whoever has it, but not for ever: any
// program may lock it.
func (c *claim) lockFolder(ctx context.Context, database string) error {
	folder, err := os.Open(filepath.Dir(database))
	if err != nil {
		return fmt.Errorf("cannot open the folder of the database: %w", err)
	}
	for waited := time.Duration(0); ; waited += folderPoll {
		err := flock(folder, syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			c.folder = folder
			return nil
		}
		switch {
		case !errors.Is(err, syscall.EWOULDBLOCK):
			return errors.Join(fmt.Errorf("cannot lock the folder of the database: %w", err), folder.Close())
		case waited >= folderTakes:
			return errors.Join(fmt.Errorf("another program holds a lock on %s, the folder of the database: it may be a carnet that opens or closes a database there, or one that has nothing to do with it (`lslocks` shows which). Try again once it has ended", folder.Name()), folder.Close())
		}
		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), folder.Close())
		case <-time.After(folderPoll):
		}
	}
}

func (c *claim) leave() {
	if c.folder != nil {
		c.folder.Close()
		c.folder = nil
	}
}

// lockFile takes the lock file. It returns true where a server has to wait for
// commands.
func (c *claim) lockFile(database string, serve bool) (busy bool, err error) {
	if c.lock == nil {
		if c.lock, c.fresh, err = openLock(database); err != nil {
			return false, err
		}
	}
	if err = flock(c.lock, syscall.LOCK_EX|syscall.LOCK_NB); err == nil {
		c.alone = true
		if !serve {
			err = flock(c.lock, syscall.LOCK_SH|syscall.LOCK_NB) // others wait for the folder, so nobody is quicker
		}
	} else if errors.Is(err, syscall.EWOULDBLOCK) {
		err = flock(c.lock, syscall.LOCK_SH|syscall.LOCK_NB)
		switch {
		case err == nil && serve:
			return true, flock(c.lock, syscall.LOCK_UN)
		case errors.Is(err, syscall.EWOULDBLOCK) && serve:
			return false, errServed(database)
		case errors.Is(err, syscall.EWOULDBLOCK):
			err = nil // a command beside a server
		}
	}
	if err != nil {
		return false, fmt.Errorf("cannot lock %s: %w", c.lock.Name(), err)
	}
	return false, nil
}

// last tells whether nobody else has the database open now. The folder is locked.
func (c *claim) last() bool {
	return c.lock != nil && flock(c.lock, syscall.LOCK_EX|syscall.LOCK_NB) == nil
}

// free gives up everything. A lock file that was made in vain goes: whoever looks
// for one locks the folder first, which was locked since before it was made, so
// nobody else has it open.
func (c *claim) free() error {
	defer c.leave()
	if c.lock == nil {
		return nil
	}
	var err error
	if c.fresh && c.folder != nil && c.alone {
		err = os.Remove(c.lock.Name())
	}
	return errors.Join(err, c.lock.Close())
}

func errServed(database string) error {
	return served{fmt.Errorf("%s is being served already: stop the other carnet serve, or name another database with --db", database)}
}

// served is an error that is ErrServed, in words for who wants to serve.
type served struct{ error }

func (served) Is(target error) bool { return target == ErrServed }

// openLock opens the lock file, and makes it where there is none: then it belongs
// to whom the database belongs to, so that root can run commands beside a server.
func openLock(database string) (f *os.File, made bool, err error) {
	name := database + "-lock"
	if f, err = os.OpenFile(name, os.O_RDWR, 0); errors.Is(err, fs.ErrNotExist) {
		made = true
		f, err = os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	}
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS) {
		return nil, false, fmt.Errorf("%s cannot be written to by this user, and a database needs its lock file and its log beside it: run carnet as the user that the folder belongs to, or put the database into another folder", filepath.Dir(database))
	}
	if err != nil {
		return nil, false, fmt.Errorf("cannot make the lock file of the database: %w", err)
	}
	var s syscall.Stat_t
	if os.Geteuid() == 0 && syscall.Stat(database, &s) == nil {
		if err := f.Chown(int(s.Uid), int(s.Gid)); err != nil {
			return nil, false, errors.Join(fmt.Errorf("cannot give the lock file to the owner of the database: %w", err), f.Close())
		}
	}
	return f, made, nil
}

// flock is the system call, again where a signal interrupts it.
func flock(f *os.File, how int) error {
	for {
		if err := syscall.Flock(int(f.Fd()), how); !errors.Is(err, syscall.EINTR) {
			return err
		}
	}
}
