package integrity

import (
	"context"
	"strings"

	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
)

// exports looks at the exports of a Space, and at their bytes.
func (c *Check) exports(t *tally) error {
	for id := (store.ExportID{Space: t.row.Space}); ; {
		var e record.Export
		found := false
		err := c.still(func(ctx context.Context) (err error) {
			before := id.ID
			if id.ID, err = c.b.StoredExport(ctx, id); err != nil || id.ID == "" {
				return err
			}
			if err := onward(strings.Compare(id.ID, before)); err != nil {
				return err
			}
			e, found, err = c.b.Export(ctx, id)
			return err
		})
		if err != nil || id.ID == "" {
			return err
		}
		switch {
		case !found:
			c.found(exportFinding(id, 0, "chunks of it are there, and it is not"))
		case e.Check() != nil:
			t.bytes += e.Weight
			c.found(exportFinding(id, 0, damaged(false)))
		default:
			t.bytes += e.Weight
			if err := c.exportChunks(t, id, &e); err != nil {
				return err
			}
		}
		if err := c.page(1, t.name("exports")); err != nil {
			return err
		}
	}
}

// exportChunks looks at the chunks of an export. What they weigh is compared where the export
// is the same afterwards.
func (c *Check) exportChunks(t *tally, id store.ExportID, e *record.Export) error {
	first, last, err := book.ExportChunks(e)
	if err != nil {
		c.found(exportFinding(id, 0, damaged(true)))
		return nil
	}
	weight, missing := int64(0), int64(0)
	for n := first; n <= last; n++ {
		err := c.still(func(ctx context.Context) error {
			chunk, found, err := c.b.ExportChunk(ctx, id, n)
			if err == nil && !found {
				missing = n
			} else if err == nil && chunk.Check() != nil {
				c.found(exportFinding(id, n, damaged(false)))
			}
			weight += int64(chunk.Weight())
			return err
		})
		if err != nil {
			return err
		}
		if err := c.page(1, t.name("chunks of exports")); err != nil {
			return err
		}
	}
	return c.still(func(ctx context.Context) error {
		now, found, err := c.b.Export(ctx, id)
		switch {
		case err != nil || !found || now.Sum != e.Sum: // it went on meanwhile
		case missing != 0:
			c.found(exportFinding(id, missing, "it is not there"))
		case now.Weight != weight:
			c.found(exportFinding(id, 0, "its chunks do not weigh what it says"))
		}
		return err
	})
}

// exportFinding is about an export, or about a chunk of it.
func exportFinding(id store.ExportID, chunk int64, flaw string) Finding {
	f := Finding{Space: id.Space, Kind: Export, ID: id.ID, Flaw: flaw}
	if chunk > 0 {
		f.ID += ", chunk " + number(chunk)
	}
	return f
}
