package sqlite

import (
	"context"
	"fmt"

	"zombiezen.com/go/sqlite"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
)

// File reads one file.
func (b *Backend) File(ctx context.Context, id store.FileID) (e record.File, found bool, err error) {
	err = b.read(ctx, func(c *conn) error {
		return c.run(selectFile, func(s *sqlite.Stmt) error {
			e, found = fileOf(s), true
			return nil
		}, int64(id.Space), id.ID)
	})
	return e, found && err == nil, err
}

// Files lists files of a Space, newest first.
func (b *Backend) Files(ctx context.Context, q store.FileQuery) (list []record.File, err error) {
	before := noBound
	if q.Before != 0 {
		before = int64(q.Before)
	}
	err = b.read(ctx, func(c *conn) error {
		var p page
		return enough(c.run(selectFiles, func(s *sqlite.Stmt) error {
			e := fileOf(s)
			list = append(list, e)
			return p.add(len(e.Doc))
		}, int64(q.Space), q.Kind, before, int64(q.Limit)))
	})
	return list, err
}

// FileChunk reads a part of a file.
func (b *Backend) FileChunk(ctx context.Context, id store.FileID, n int64) (chunk record.FileChunk, found bool, err error) {
	err = b.read(ctx, func(c *conn) error {
		return c.run(selectFileChunk, func(s *sqlite.Stmt) error {
			chunk = record.FileChunk{Space: id.Space, File: id.ID, N: n, Sum: uint32(s.ColumnInt64(0)), Data: columnBytes(s, 1)}
			found = true
			return nil
		}, int64(id.Space), id.ID, n)
	})
	return chunk, found && err == nil, err
}

// EndedFiles lists files of all Spaces that ended at a time, or before.
func (b *Backend) EndedFiles(ctx context.Context, now contact.Time, limit int) (list []store.FileID, err error) {
	err = b.readKept(ctx, func(c *conn) error {
		return c.run(selectEndedFiles, func(s *sqlite.Stmt) error {
			list = append(list, store.FileID{Space: contact.SpaceID(s.ColumnInt64(0)), ID: s.ColumnText(1)})
			return nil
		}, int64(now), int64(limit))
	})
	return list, err
}

// StoredFile gives the next file of which there is anything.
func (b *Backend) StoredFile(ctx context.Context, after store.FileID) (id string, err error) {
	return b.leastText(ctx, storedFile, int64(after.Space), after.ID)
}

func (t *tx) loadFiles(ids []store.FileID) (list []record.File, err error) {
	for _, id := range ids {
		err := t.writer.run(selectFile, func(s *sqlite.Stmt) error {
			list = append(list, fileOf(s))
			return nil
		}, int64(id.Space), id.ID)
		if err != nil {
			return nil, err
		}
	}
	return list, nil
}

func (t *tx) saveFiles(list []store.FileSaved) error {
	for i := range list {
		if err := t.saveFile(&list[i]); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) saveFile(s *store.FileSaved) error {
	e, gone := &s.File, s.Gone
	if s.Drop {
		gone = noBound
	}
	if gone > 0 {
		if err := t.writer.run(deleteFileChunks, nil, int64(e.Space), e.ID, gone); err != nil {
			return err
		}
		t.pages += t.writer.Changes() // those behind them are not written to
	}
	if s.Drop {
		return t.writer.run(deleteFile, nil, int64(e.Space), e.ID)
	}
	query := updateFile
	if s.New {
		query = insertFile
	}
	err := t.writer.run(query, nil, int64(e.Space), e.ID, e.Kind, e.State, int64(e.Created), int64(e.Ends), e.Weight, int64(e.Sum), string(e.Doc))
	if err != nil {
		return err
	}
	if t.writer.Changes() != 1 {
		return fmt.Errorf("%w: the file is not there", store.ErrConflict)
	}
	t.pages += 1 + len(e.Doc)/pageSize
	for i := range s.Chunks {
		c := &s.Chunks[i]
		if err := t.writer.run(insertFileChunk, nil, int64(c.Space), c.File, c.N, int64(c.Sum), c.Data); err != nil {
			return err
		}
		t.pages += 1 + len(c.Data)/pageSize
	}
	return nil
}

// fileOf reads fileColumns.
func fileOf(s *sqlite.Stmt) record.File {
	return record.File{
		Space: contact.SpaceID(s.ColumnInt64(0)), ID: s.ColumnText(1), Kind: s.ColumnText(2), State: s.ColumnText(3), Created: contact.Time(s.ColumnInt64(4)),
		Ends: contact.Time(s.ColumnInt64(5)), Weight: s.ColumnInt64(6), Sum: uint32(s.ColumnInt64(7)), Doc: columnBytes(s, 8),
	}
}
