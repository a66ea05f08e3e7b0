package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
)

// File reads one file.
func (b *Backend) File(ctx context.Context, id store.FileID) (record.File, bool, error) {
	return first(list(ctx, b.reads, "read a file", fileOf, selectFile, int64(id.Space), []string{id.ID}))
}

// Files lists files of a Space, newest first.
func (b *Backend) Files(ctx context.Context, q store.FileQuery) ([]record.File, error) {
	before := noBound
	if q.Before != 0 {
		before = int64(q.Before)
	}
	return list(ctx, b.reads, "list files", fileOf, selectFiles, int64(q.Space), int64(store.MaxPageBytes), before, int64(q.Limit), q.Kind)
}

// FileChunk reads a part of a file.
func (b *Backend) FileChunk(ctx context.Context, id store.FileID, n int64) (record.FileChunk, bool, error) {
	return first(list(ctx, b.reads, "read a chunk of a file", func(r pgx.Row) (record.FileChunk, error) {
		c := record.FileChunk{Space: id.Space, File: id.ID, N: n}
		var sum int64
		err := r.Scan(&sum, &c.Data)
		c.Sum = uint32(sum)
		return c, err
	}, selectFileChunk, int64(id.Space), id.ID, n))
}

// EndedFiles lists files of all Spaces that ended at a time, or before.
func (b *Backend) EndedFiles(ctx context.Context, now contact.Time, limit int) ([]store.FileID, error) {
	return list(ctx, b.keys, "look for files that ended", func(r pgx.Row) (id store.FileID, err error) {
		err = r.Scan((*int64)(&id.Space), &id.ID)
		return id, err
	}, selectEndedFiles, int64(now), int64(limit))
}

// StoredFile gives the next file of which there is anything.
func (b *Backend) StoredFile(ctx context.Context, after store.FileID) (id string, err error) {
	_, err = one(ctx, b.reads, "look for a file", storedFile, []any{int64(after.Space), after.ID}, []any{&id})
	return id, err
}

func queueLoadFiles(q *pgx.Batch, ids []store.FileID, to *[]record.File) {
	spaces := map[contact.SpaceID][]string{}
	for _, id := range ids {
		spaces[id.Space] = append(spaces[id.Space], id.ID)
	}
	for space, of := range spaces {
		q.Queue(selectFile, int64(space), of).Query(func(r pgx.Rows) error {
			return collect(r, to, func() (record.File, error) { return fileOf(r) })
		})
	}
}

func queueFile(q *pgx.Batch, s *store.FileSaved) {
	e, gone := &s.File, s.Gone
	if s.Drop {
		gone = noBound
	}
	if gone > 0 {
		q.Queue(deleteFileChunks, int64(e.Space), e.ID, gone)
	}
	args := []any{int64(e.Space), e.ID, e.Kind, e.State, int64(e.Created), int64(e.Ends), e.Weight, int64(e.Sum), string(e.Doc)}
	switch {
	case s.Drop:
		q.Queue(deleteFile, int64(e.Space), e.ID)
		return
	case s.New:
		q.Queue(insertFile, args...)
	default:
		q.Queue(updateFile, args...).Exec(exactly(1))
	}
	for i := range s.Chunks {
		c := &s.Chunks[i]
		q.Queue(insertFileChunk, int64(c.Space), c.File, c.N, int64(c.Sum), c.Data)
	}
}

// fileOf reads fileColumns.
func fileOf(r pgx.Row) (e record.File, err error) {
	var sum int64
	err = r.Scan((*int64)(&e.Space), &e.ID, &e.Kind, &e.State, (*int64)(&e.Created), (*int64)(&e.Ends), &e.Weight, &sum, &e.Doc)
	e.Sum = uint32(sum)
	return e, err
}
