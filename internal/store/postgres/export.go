package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
)

// Export reads one export.
func (b *Backend) Export(ctx context.Context, id store.ExportID) (record.Export, bool, error) {
	return first(list(ctx, b.reads, "read an export", exportOf, selectExport, int64(id.Space), []string{id.ID}))
}

// Exports lists exports of a Space, newest first.
func (b *Backend) Exports(ctx context.Context, q store.ExportQuery) ([]record.Export, error) {
	before := noBound
	if q.Before != 0 {
		before = int64(q.Before)
	}
	return list(ctx, b.reads, "list exports", exportOf, selectExports, int64(q.Space), int64(store.MaxPageBytes), before, int64(q.Limit))
}

// ExportChunk reads a part of the file of an export.
func (b *Backend) ExportChunk(ctx context.Context, id store.ExportID, n int64) (record.ExportChunk, bool, error) {
	return first(list(ctx, b.reads, "read a chunk of an export", func(r pgx.Row) (record.ExportChunk, error) {
		c := record.ExportChunk{Space: id.Space, Export: id.ID, N: n}
		var sum int64
		err := r.Scan(&sum, &c.Data)
		c.Sum = uint32(sum)
		return c, err
	}, selectExportChunk, int64(id.Space), id.ID, n))
}

// EndedExports lists exports of all Spaces that ended at a time, or before.
func (b *Backend) EndedExports(ctx context.Context, now contact.Time, limit int) ([]store.ExportID, error) {
	return list(ctx, b.keys, "look for exports that ended", func(r pgx.Row) (id store.ExportID, err error) {
		err = r.Scan((*int64)(&id.Space), &id.ID)
		return id, err
	}, selectEndedExports, int64(now), int64(limit))
}

// StoredExport gives the next export of which there is anything.
func (b *Backend) StoredExport(ctx context.Context, after store.ExportID) (id string, err error) {
	_, err = one(ctx, b.reads, "look for an export", storedExport, []any{int64(after.Space), after.ID}, []any{&id})
	return id, err
}

func queueLoadExports(q *pgx.Batch, ids []store.ExportID, to *[]record.Export) {
	spaces := map[contact.SpaceID][]string{}
	for _, id := range ids {
		spaces[id.Space] = append(spaces[id.Space], id.ID)
	}
	for space, of := range spaces {
		q.Queue(selectExport, int64(space), of).Query(func(r pgx.Rows) error {
			return collect(r, to, func() (record.Export, error) { return exportOf(r) })
		})
	}
}

func queueExport(q *pgx.Batch, s *store.ExportSaved) {
	e, gone := &s.Export, s.Gone
	if s.Drop {
		gone = noBound
	}
	if gone > 0 {
		q.Queue(deleteExportChunks, int64(e.Space), e.ID, gone)
	}
	args := []any{int64(e.Space), e.ID, e.State, int64(e.Created), int64(e.Ends), e.Weight, int64(e.Sum), string(e.Doc)}
	switch {
	case s.Drop:
		q.Queue(deleteExport, int64(e.Space), e.ID)
		return
	case s.New:
		q.Queue(insertExport, args...)
	default:
		q.Queue(updateExport, args...).Exec(exactly(1))
	}
	for i := range s.Chunks {
		c := &s.Chunks[i]
		q.Queue(insertExportChunk, int64(c.Space), c.Export, c.N, int64(c.Sum), c.Data)
	}
}

// exportOf reads exportColumns.
func exportOf(r pgx.Row) (e record.Export, err error) {
	var sum int64
	err = r.Scan((*int64)(&e.Space), &e.ID, &e.State, (*int64)(&e.Created), (*int64)(&e.Ends), &e.Weight, &sum, &e.Doc)
	e.Sum = uint32(sum)
	return e, err
}
