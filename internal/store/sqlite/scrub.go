package sqlite

import (
	"context"
	"fmt"
	"time"

	"github.com/carnet-project/carnet/internal/store"
)

// How long a scrub waits for reads that stay, and between two tries.
const (
	scrubPatience = 200 * time.Millisecond
	scrubPause    = time.Second
)

// Scrub writes the file anew, which leaves nothing in free pages and in the rests of pages
// that were split, and empties the log. Writes wait while it does the one, reads while it
// does the other. It takes as much room on the disk again as the database has, and a file
// without a name where the system keeps those.
func (b *Backend) Scrub(ctx context.Context) (bool, error) {
	c, err := openConn(b.path, writerPragmas.with(smallCache).with(pragma{"temp_store", "1"})) // in memory it would not fit
	if err != nil {
		return false, err
	}
	err = b.scrub(ctx, c)
	if closing := c.close(); err == nil {
		err = closing
	}
	return err == nil, err
}

func (b *Backend) scrub(ctx context.Context, c *conn) error {
	if err := b.anew(c); err != nil {
		return fmt.Errorf("sqlite: the file cannot be written anew: %w", err)
	}
	for {
		done, err := b.emptied(c)
		if done || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(scrubPause):
		}
	}
}

func (b *Backend) anew(c *conn) error {
	b.writing.Lock()
	defer b.writing.Unlock()
	return c.run("VACUUM", nil)
}

// emptied brings all of the log into the file and cuts it off. It returns false where reads
// keep it from that.
func (b *Backend) emptied(c *conn) (bool, error) {
	b.writing.Lock()
	defer b.writing.Unlock()
	if !b.reading.LockWithin(scrubPatience) {
		return false, nil
	}
	defer b.reading.Unlock()
	_, done, err := c.checkpoint("TRUNCATE")
	if err == nil && done {
		if err := syncFile(b.file.data()); err != nil {
			return false, fmt.Errorf("%w: %w", store.ErrBroken, err)
		}
	}
	return done, err
}
