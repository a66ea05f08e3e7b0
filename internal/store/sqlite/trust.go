package sqlite

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/carnet-project/carnet/internal/store"
)

// trust refuses a file and a log that do not belong together, or not here, before
// SQLite sees them: it would take any log that is whole for that of the file. With
// accept it takes what somebody has put back, as far as that is possible.
func (b *Backend) trust(accept bool) error {
	m, known, err := readMark(b.claim.lock)
	if err != nil {
		return fmt.Errorf("cannot read the lock file of the database: %w", err)
	}
	f, err := b.file.header()
	if err != nil {
		return fmt.Errorf("%s cannot be read as a Carnet database: %w", b.path, err)
	}
	b.mark = m
	if !b.claim.alone { // the others know the log
		m.whole, m.schema, f.whole = true, 0, true
		return sentence(judge(m, known, f, logState{}), b.path)
	}
	l, err := readLog(b.path + "-wal")
	if err != nil {
		return fmt.Errorf("cannot read the log of the database: %w", err)
	}
	v := judge(m, known, f, l)
	clean := m.whole && m.next == 0 && !m.any
	b.mark.unchecked = m.unchecked || known && !clean || !known && l.commits > 0
	switch {
	case accept && known && v == fits:
		b.log.Warn("nothing was restored: --accept-restored did nothing, and is to be left away")
		return nil
	case accept && v != otherPair && v != otherLog && v != fileCut:
		b.restored, b.mark.unchecked = true, true
		return nil
	}
	return sentence(v, b.path)
}

// How every refusal ends that somebody who knows better may overrule.
const thenAccept = "start once with `carnet serve --accept-restored`: contacts and changes then get numbers that were never given before"

// sentence says what is wrong, and what to do.
func sentence(v verdict, path string) error {
	text := ""
	switch v {
	case fits:
		return nil
	case otherFile:
		text = "%[1]s is not the database that was open here last: it is an older copy of it, or another one. If you have restored a backup, " + thenAccept + ". Otherwise put the file back that was here"
	case otherPair:
		text = "%[1]s is not the database that was open here last, and %[1]s-wal is the log of another one: opened together they would be mixed up. If you have restored a backup, move %[1]s-wal and %[1]s-shm to another folder (keep them: they may hold the newest changes), and " + thenAccept + ". Otherwise put the file back that was here"
	case otherLog:
		text = "%[1]s-wal is not the log of %[1]s as it was open here last: opened together they would be mixed up. Move %[1]s-wal and %[1]s-shm to another folder, put the right log back if you have it, and start again"
	case logGone:
		text = "%[1]s was not closed when it was open last, and its log, %[1]s-wal, which holds the newest changes, is gone or cannot be read. Put the log back if you have it. If you do not, or have restored a backup, " + thenAccept + "; what the log alone held is lost then"
	case logDamaged:
		text = "%[1]s-wal, the log of the database with its newest changes, is damaged in the middle. Copy %[1]s and %[1]s-wal to a safe place first. Then restore a backup, or go on without the changes behind the damage: " + thenAccept
	case fileCut:
		text = "%[1]s is shorter than it says: it is a copy that was cut off, or it was damaged. Restore a backup"
	}
	return fmt.Errorf(text, path)
}

// missing says why no new database is made where one was, or nil.
func (b *Backend) missing() error {
	_, known, err := readMark(b.claim.lock)
	if err != nil {
		return fmt.Errorf("cannot read the lock file of the database: %w", err)
	}
	if known || !b.claim.alone {
		return fmt.Errorf("%[1]s was open here before and is gone: put it back. To begin anew, remove %[1]s-lock and, if it is there, %[1]s-wal", b.path)
	}
	if info, err := os.Stat(b.path + "-wal"); err == nil && info.Size() > 0 {
		return fmt.Errorf("%[1]s is gone and its log, %[1]s-wal, is not: put the database back. To begin anew, move the log to another folder", b.path)
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if _, err := os.Lstat(b.path + partialSuffix); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%[1]s is not there yet, and %[1]s%[2]s was to become it: wait until what makes that has ended, or run that again where it was cut short. To begin with an empty database instead, remove %[1]s%[2]s", b.path, partialSuffix)
	}
	return nil
}

// setMark writes the next mark.
func (b *Backend) setMark(change func(*mark)) error {
	b.marking.Lock()
	defer b.marking.Unlock()
	m := b.mark
	m.seq++
	change(&m)
	b.claim.fresh = false // it is worth something from here on
	if err := writeMark(b.claim.lock, &m); err != nil {
		return fmt.Errorf("cannot write to the lock file of the database: %w", err)
	}
	b.mark = m
	return nil
}

// renew gives the file a new stamp, when it is opened and when it is closed. Of
// the moments in between each is one from which the next start goes on: the tests
// stop at every one of them. Nobody else may have the database open.
func (b *Backend) renew(opening bool) error {
	if err := b.drain("FULL"); err != nil {
		return err
	}
	f, err := b.file.header()
	if err != nil {
		return err
	}
	l, err := readLog(b.path + "-wal")
	if err != nil {
		return err
	}
	next := newStamp()
	// From here on the log may go: all that it has is in the file.
	err = b.setMark(func(m *mark) {
		m.whole, m.any, m.stamp, m.next, m.schema, m.log = true, false, f.stamp, next, 0, l.salt
	})
	if err != nil {
		return err
	}
	b.at("the old log may go")
	// An empty log must stay as it is: SQLite draws the salts of its first frame,
	// but after this would count them from 0, as it would in any other database.
	if l.salt != 0 {
		if err := b.drain("TRUNCATE"); err != nil {
			return err
		}
	}
	b.at("the old log is gone")
	if _, err := b.writer.value(fmt.Sprintf("PRAGMA user_version = %d", next)); err != nil {
		return err
	}
	b.at("the stamp is in the log")
	if err := b.drain("FULL"); err != nil {
		return err
	}
	b.at("the stamp is in the file")
	return b.settle(next, opening)
}

// settle makes the mark of a file that has its new stamp.
func (b *Backend) settle(stamp uint32, opening bool) error {
	l, err := readLog(b.path + "-wal")
	if err != nil {
		return err
	}
	f, err := b.file.header()
	if err != nil {
		return err
	}
	if f.stamp != stamp || l.salt == 0 {
		return fmt.Errorf("%w: the file and its log do not hold what was just written to them", store.ErrBroken)
	}
	if opening {
		err = b.setMark(func(m *mark) { m.whole, m.stamp, m.next, m.schema, m.log = false, stamp, 0, f.schema, l.salt })
		b.at("open")
		return err
	}
	if err := b.drain("TRUNCATE"); err != nil {
		return err
	}
	b.at("the last log is gone")
	err = b.setMark(func(m *mark) { m.whole, m.stamp, m.next, m.schema, m.log = true, stamp, 0, 0, 0 })
	b.at("closed")
	return err
}

// drain copies all of the log into the file and syncs that.
func (b *Backend) drain(mode string) error {
	_, done, err := b.writer.checkpoint(mode)
	if err == nil && !done {
		err = fmt.Errorf("%s is in use by another program: close that, then start again", b.path)
	}
	if err == nil {
		if err = syncFile(b.file.data()); err != nil {
			err = fmt.Errorf("%w: %w", store.ErrBroken, err)
		}
	}
	return err
}

// skip leaves out the numbers that were given after a backup was made: nobody
// knows how many those were, but they were fewer than these. Followers of the feed
// that had seen them go on behind the gap.
func (b *Backend) skip() error {
	if err := b.writer.run(begin, nil); err != nil {
		return err
	}
	if err := skipAll(b.writer); err != nil {
		return errors.Join(err, b.writer.run(rollback, nil))
	}
	return b.writer.run(commit, nil)
}

// What an installation gives of these between a backup and its loss is less, as with
// store.RestoredSkip. It is little beside where the numbers end: 2^22 Spaces.
const (
	skipCounted = 1_000_000
	skipTenants = 10_000
)

// counted are the tables of which SQLite counts the numbers. A backup may be of a
// schema that had none of one.
var counted = []string{"api_keys", "registry_log", "jobs"}

func skipAll(c *conn) error {
	for _, query := range []string{skipIDs, skipBlocks} {
		if err := c.run(query, nil, int64(store.RestoredSkip)); err != nil {
			return err
		}
	}
	for _, table := range counted {
		if err := c.run(beginCount, nil, table); err != nil {
			return err
		}
		if err := c.run(skipNumbers, nil, table, int64(skipCounted)); err != nil {
			return err
		}
	}
	if err := c.run(beginCount, nil, "spaces"); err != nil {
		return err
	}
	return c.run(skipSpaces, nil, int64(skipTenants))
}
