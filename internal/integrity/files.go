package integrity

import (
	"context"
	"strings"

	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
)

// fileRows looks at the files of a Space, and at their bytes.
func (c *Check) fileRows(t *tally) error {
	for id := (store.FileID{Space: t.row.Space}); ; {
		var e record.File
		found := false
		err := c.still(func(ctx context.Context) (err error) {
			before := id.ID
			if id.ID, err = c.b.StoredFile(ctx, id); err != nil || id.ID == "" {
				return err
			}
			if err := onward(strings.Compare(id.ID, before)); err != nil {
				return err
			}
			e, found, err = c.b.File(ctx, id)
			return err
		})
		if err != nil || id.ID == "" {
			return err
		}
		switch {
		case !found:
			c.found(fileFinding(id, 0, "chunks of it are there, and it is not"))
		case e.Check() != nil:
			t.bytes += e.Weight
			c.found(fileFinding(id, 0, damaged(false)))
		default:
			t.bytes += e.Weight
			if err := c.fileChunks(t, id, &e); err != nil {
				return err
			}
		}
		if err := c.page(1, t.name("files")); err != nil {
			return err
		}
	}
}

// fileChunks looks at the chunks of a file. What they weigh is compared where the file
// is the same afterwards.
func (c *Check) fileChunks(t *tally, id store.FileID, e *record.File) error {
	first, last, err := book.FileChunks(e)
	if err != nil {
		c.found(fileFinding(id, 0, damaged(true)))
		return nil
	}
	weight, missing := int64(0), int64(0)
	for n := first; n <= last; n++ {
		err := c.still(func(ctx context.Context) error {
			chunk, found, err := c.b.FileChunk(ctx, id, n)
			if err == nil && !found {
				missing = n
			} else if err == nil && chunk.Check() != nil {
				c.found(fileFinding(id, n, damaged(false)))
			}
			weight += int64(chunk.Weight())
			return err
		})
		if err != nil {
			return err
		}
		if err := c.page(1, t.name("chunks of files")); err != nil {
			return err
		}
	}
	return c.still(func(ctx context.Context) error {
		now, found, err := c.b.File(ctx, id)
		switch {
		case err != nil || !found || now.Sum != e.Sum: // it went on meanwhile
		case missing != 0:
			c.found(fileFinding(id, missing, "it is not there"))
		case now.Weight != weight:
			c.found(fileFinding(id, 0, "its chunks do not weigh what it says"))
		}
		return err
	})
}

// fileFinding is about a file, or about a chunk of it.
func fileFinding(id store.FileID, chunk int64, flaw string) Finding {
	f := Finding{Space: id.Space, Kind: FileRow, ID: id.ID, Flaw: flaw}
	if chunk > 0 {
		f.ID += ", chunk " + number(chunk)
	}
	return f
}
