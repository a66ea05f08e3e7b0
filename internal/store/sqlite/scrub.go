package sqlite

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/carnet-project/carnet/internal/store"
)

// What is deleted is written over (secure_delete), but copies of it stay in pages that were
// split, and in the log. So the file is made anew of what it holds, and the log begins
// empty. Meanwhile writes wait; reads go on.

// scrubPatience is how long reads wait for one that stays. Then it is tried again later.
const scrubPatience = 100 * time.Millisecond

// scrubPragmas keep what is made anew in a temporary file, which has no name once it is
// open, and not in memory.
var scrubPragmas = writerPragmas.with(pragma{"temp_store", "1"}, smallCache)

// Scrub leaves no copy in any file of the database of what was deleted before. It returns
// false where somebody who reads is in the way: it is to be tried again.
func (b *Backend) Scrub(ctx context.Context) (done bool, err error) {
	if err := b.sound(); err != nil {
		return false, err
	}
	b.writing.Lock()
	defer b.writing.Unlock()
	if b.writer == nil {
		return false, errClosed
	}
	if err := b.ended(); err != nil {
		return false, err
	}
	done, err = b.scrub(ctx)
	return done, b.noticed(err)
}

// scrub does it; the writing lock is held.
func (b *Backend) scrub(ctx context.Context) (done bool, err error) {
	c, err := openConn(b.path, scrubPragmas)
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	if err := b.setMark(func(m *mark) { m.schema = 0 }); err != nil { // VACUUM changes it
		return false, err
	}
	c.SetInterrupt(ctx.Done())
	defer c.SetInterrupt(nil)
	if _, err := c.value("VACUUM"); err != nil {
		return false, err
	}
	b.at("the file is made anew in the log")
	if _, _, err := c.checkpoint("PASSIVE"); err != nil { // most of it, while others read
		return false, err
	}
	if !b.reading.LockWithin(scrubPatience) {
		return false, nil
	}
	defer b.reading.Unlock()
	return b.emptyLog(c)
}

// emptyLog moves all of the log into the file and makes it a log of one frame. At no moment
// would the next start miss what an empty log lacks: see judge. Nobody reads or writes here.
func (b *Backend) emptyLog(c *conn) (bool, error) {
	_, moved, err := c.checkpoint("FULL")
	if err != nil || !moved {
		return false, err
	}
	if err := syncFile(b.file.data()); err != nil {
		return false, fmt.Errorf("%w: %w", store.ErrBroken, err)
	}
	if err := b.setMark(func(m *mark) { m.whole = true }); err != nil {
		return false, err
	}
	b.at("the log may be emptied")
	_, emptied, err := c.checkpoint("TRUNCATE")
	if err != nil {
		return false, err
	}
	b.at("the log is empty")
	if _, err := b.writer.value(fmt.Sprintf("PRAGMA user_version = %d", b.mark.stamp)); err != nil {
		return false, err
	}
	f, err := b.file.header()
	if err != nil {
		return false, err
	}
	l, err := readLog(b.path + "-wal")
	if err != nil {
		return false, err
	}
	if f.stamp != b.mark.stamp || l.salt == 0 {
		return false, fmt.Errorf("%w: the file and its log do not hold what was just written to them", store.ErrBroken)
	}
	err = b.setMark(func(m *mark) { m.whole, m.schema, m.log = false, f.schema, l.salt })
	b.at("the log begins anew")
	return emptied, err
}
