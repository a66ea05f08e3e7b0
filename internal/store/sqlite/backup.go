package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"runtime"
	"time"

	"zombiezen.com/go/sqlite"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
)

// A backup is one file: all that was acknowledged before it began, as one read sees
// it, and what was while its first page was read. It is made by SQLite's online
// backup, page by page, by a connection that reads: no lock of the writer is taken.

// Copy says what is in a backup.
type Copy struct {
	Bytes  int64        // how long the file is
	Schema int64        // the newest of its migrations
	Newest contact.Time // when its newest change was made, 0 for none
}

// Progress is told how many pages of all are copied.
type Progress func(done, all int64)

// stepPages is how much is copied at a time: about a millisecond. A variable, so that
// a test need not write so much.
var stepPages = 128

// writeSteps is after how many steps the system is told to write what it holds, so
// that the sync at the end has little to do, and commits meanwhile wait little.
const writeSteps = 16

// copyPragmas hold for a file that nobody else knows: what is not whole is made
// anew, so nothing needs a journal before its end, nor the syncs of one.
var copyPragmas = pragmas{
	{"locking_mode", "exclusive"}, // which goes before the next
	{"journal_mode", "off"},
	{"synchronous", "0"},
	{"temp_store", "2"},
	{"trusted_schema", "0"},
	{"cell_size_check", "1"},
	smallCache,
}

// Backup writes a copy of the database to a place that must be free, also while it
// is written to, and checks it before it gets its name. Its errors are sentences
// for the operator.
func (b *Backend) Backup(ctx context.Context, to string, progress Progress) (made Copy, err error) {
	p, err := newPartial(to)
	if err != nil {
		return Copy{}, err
	}
	defer func() { err = errors.Join(err, p.drop()) }()
	err = behindOthers(func() (err error) {
		if err := b.copyTo(ctx, p, progress); err != nil {
			return b.spoilt(ctx, err)
		}
		if made, err = checkCopy(ctx, p.path); err != nil {
			return b.spoilt(ctx, err)
		}
		return p.finish()
	})
	return made, err
}

// behindOthers does something on a thread of its own, which the system lets wait for
// others that have use for the processor or the disk.
func behindOthers(do func() error) error {
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // and never lets go of it: the thread ends with this
		lowerPriority()
		done <- do()
	}()
	return <-done
}

// spoilt says why there is no backup.
func (b *Backend) spoilt(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if f, ok := errors.AsType[*fault.Error](err); ok && f.Code == fault.CodeStorageFull {
		return errors.New("the disk is full, so there is no backup: make room, or name a file on another disk")
	}
	return fmt.Errorf("there is no backup of %s: %w", b.path, err)
}

// copyTo copies the pages of one read. While it goes on, the log of the database
// grows, as beside every long read.
func (b *Backend) copyTo(ctx context.Context, p *partial, progress Progress) (err error) {
	from, err := openConn(b.path, readerPragmas)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, from.close()) }()
	to, err := openConn(p.path, copyPragmas)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, to.close()) }()
	// The read begins here and goes on from step to step: a copy that began anew
	// with each write beside it would never end.
	if err := from.run(reading, nil); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, from.run(rollback, nil)) }()
	if err := from.run(selectSecret, nil); err != nil {
		return err
	}
	copying, err := sqlite.NewBackup(to.Conn, "main", from.Conn, "main")
	if err != nil {
		return explain("copy", err)
	}
	defer func() { err = errors.Join(err, copying.Close()) }()
	return copySteps(ctx, copying, p, progress)
}

// copySteps copies to the end, and rests after each step twice as long as that took:
// a backup may take its time, and those who write beside it have the disk and the
// processor meanwhile.
func copySteps(ctx context.Context, copying *sqlite.Backup, p *partial, progress Progress) error {
	rest := time.NewTimer(0)
	defer rest.Stop()
	for step := 1; ; step++ {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-rest.C:
		}
		begun := time.Now()
		more, err := copying.Step(stepPages)
		if err != nil {
			return explain("copy", err)
		}
		all := int64(copying.PageCount())
		progress(all-int64(copying.Remaining()), all)
		if !more {
			return nil
		}
		if step%writeSteps == 0 {
			beginWriting(p.file)
		}
		rest.Reset(2 * time.Since(begun))
	}
}

// checkCopy looks through a file that is to be a backup, or was one, and makes it
// one that no log belongs to: it has a stamp of its own, so that it is never taken
// for the database that it was made of, and whoever may only read it can open it.
//
// It is the quick check that looks: it reads every page and finds what copying and
// disks can do to one. That indexes say what their tables say, for which a full
// check takes several times as long, is no question of the copy.
func checkCopy(ctx context.Context, path string) (found Copy, err error) {
	c, err := openConn(path, copyPragmas)
	if err != nil {
		return Copy{}, err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	c.SetInterrupt(ctx.Done())
	defer c.SetInterrupt(nil)
	if answer, err := c.value("PRAGMA quick_check(1)"); err != nil || answer != "ok" { // what it found may name what is stored
		return Copy{}, errors.Join(errors.New("the copy is damaged, and so may be what it was made of"), err)
	}
	if found, err = c.describe(); err != nil {
		return Copy{}, err
	}
	_, err = c.value(fmt.Sprintf("PRAGMA user_version = %d", newStamp()))
	return found, err
}

// describe reads what a copy has of each database: it is not whole without that.
func (c *conn) describe() (found Copy, err error) {
	secret := int64(0)
	for _, q := range []struct {
		query string
		to    *int64
	}{
		{"PRAGMA page_count", &found.Bytes},
		{selectCopySchema, &found.Schema},
		{selectCopySecret, &secret},
		{selectLastAt, (*int64)(&found.Newest)},
	} {
		if err := c.run(q.query, func(s *sqlite.Stmt) error { *q.to = max(*q.to, s.ColumnInt64(0)); return nil }); err != nil {
			return Copy{}, errors.Join(errNoCarnet, err)
		}
	}
	if found.Bytes *= pageSize; secret == 0 {
		return Copy{}, errNoCarnet
	}
	newest, err := newestSchema()
	switch {
	case err != nil:
		return Copy{}, err
	case found.Schema > newest:
		return Copy{}, fmt.Errorf("it was made by a newer version of carnet (its schema is %d, this program knows %d): use that version", found.Schema, newest)
	case found.Schema < 2:
		return Copy{}, errors.New("it was made by a carnet from before the first release, which no version reads any more")
	}
	return found, nil
}

var errNoCarnet = errors.New("it is no database of Carnet")

// newestSchema gives the newest schema that this program knows.
func newestSchema() (newest int64, err error) {
	files, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return 0, err
	}
	_, err = fmt.Sscanf(path.Base(files[len(files)-1]), "%d_", &newest)
	return newest, err
}
