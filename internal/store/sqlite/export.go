package sqlite

import (
	"context"
	"fmt"

	"zombiezen.com/go/sqlite"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
)

// Export reads one export.
func (b *Backend) Export(ctx context.Context, id store.ExportID) (e record.Export, found bool, err error) {
	err = b.read(ctx, func(c *conn) error {
		return c.run(selectExport, func(s *sqlite.Stmt) error {
			e, found = exportOf(s), true
			return nil
		}, int64(id.Space), id.ID)
	})
	return e, found && err == nil, err
}

// Exports lists exports of a Space, newest first.
func (b *Backend) Exports(ctx context.Context, q store.ExportQuery) (list []record.Export, err error) {
	before := noBound
	if q.Before != 0 {
		before = int64(q.Before)
	}
	err = b.read(ctx, func(c *conn) error {
		var p page
		return enough(c.run(selectExports, func(s *sqlite.Stmt) error {
			e := exportOf(s)
			list = append(list, e)
			return p.add(len(e.Doc))
		}, int64(q.Space), before, int64(q.Limit)))
	})
	return list, err
}

// ExportChunk reads a part of the file of an export.
func (b *Backend) ExportChunk(ctx context.Context, id store.ExportID, n int64) (chunk record.ExportChunk, found bool, err error) {
	err = b.read(ctx, func(c *conn) error {
		return c.run(selectExportChunk, func(s *sqlite.Stmt) error {
			chunk = record.ExportChunk{Space: id.Space, Export: id.ID, N: n, Sum: uint32(s.ColumnInt64(0)), Data: columnBytes(s, 1)}
			found = true
			return nil
		}, int64(id.Space), id.ID, n)
	})
	return chunk, found && err == nil, err
}

// EndedExports lists exports of all Spaces that ended at a time, or before.
func (b *Backend) EndedExports(ctx context.Context, now contact.Time, limit int) (list []store.ExportID, err error) {
	err = b.readKept(ctx, func(c *conn) error {
		return c.run(selectEndedExports, func(s *sqlite.Stmt) error {
			list = append(list, store.ExportID{Space: contact.SpaceID(s.ColumnInt64(0)), ID: s.ColumnText(1)})
			return nil
		}, int64(now), int64(limit))
	})
	return list, err
}

// StoredExport gives the next export of which there is anything.
func (b *Backend) StoredExport(ctx context.Context, after store.ExportID) (id string, err error) {
	err = b.read(ctx, func(c *conn) error {
		return c.run(storedExport, func(s *sqlite.Stmt) error {
			for column := range s.ColumnCount() {
				if found := s.ColumnText(column); found != "" && (id == "" || found < id) {
					id = found
				}
			}
			return nil
		}, int64(after.Space), after.ID)
	})
	return id, err
}

func (t *tx) loadExports(ids []store.ExportID) (list []record.Export, err error) {
	for _, id := range ids {
		err := t.writer.run(selectExport, func(s *sqlite.Stmt) error {
			list = append(list, exportOf(s))
			return nil
		}, int64(id.Space), id.ID)
		if err != nil {
			return nil, err
		}
	}
	return list, nil
}

func (t *tx) saveExports(list []store.ExportSaved) error {
	for i := range list {
		if err := t.saveExport(&list[i]); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) saveExport(s *store.ExportSaved) error {
	e, gone := &s.Export, s.Gone
	if s.Drop {
		gone = noBound
	}
	if gone > 0 {
		if err := t.writer.run(deleteExportChunks, nil, int64(e.Space), e.ID, gone); err != nil {
			return err
		}
		t.pages += t.writer.Changes() // those behind them are not written to
	}
	if s.Drop {
		return t.writer.run(deleteExport, nil, int64(e.Space), e.ID)
	}
	query := updateExport
	if s.New {
		query = insertExport
	}
	err := t.writer.run(query, nil, int64(e.Space), e.ID, e.State, int64(e.Created), int64(e.Ends), e.Weight, int64(e.Sum), string(e.Doc))
	if err != nil {
		return err
	}
	if t.writer.Changes() != 1 {
		return fmt.Errorf("%w: the export is not there", store.ErrConflict)
	}
	t.pages += 1 + len(e.Doc)/pageSize
	for i := range s.Chunks {
		c := &s.Chunks[i]
		if err := t.writer.run(insertExportChunk, nil, int64(c.Space), c.Export, c.N, int64(c.Sum), c.Data); err != nil {
			return err
		}
		t.pages += 1 + len(c.Data)/pageSize
	}
	return nil
}

// exportOf reads exportColumns.
func exportOf(s *sqlite.Stmt) record.Export {
	return record.Export{
		Space: contact.SpaceID(s.ColumnInt64(0)), ID: s.ColumnText(1), State: s.ColumnText(2), Created: contact.Time(s.ColumnInt64(3)),
		Ends: contact.Time(s.ColumnInt64(4)), Weight: s.ColumnInt64(5), Sum: uint32(s.ColumnInt64(6)), Doc: columnBytes(s, 7),
	}
}
