package store

import (
	"context"
	"fmt"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
)

// FileID names a file of a Space.
type FileID struct {
	Space contact.SpaceID
	ID    string
}

// FileWrite is what a Write does to a file, and all that it does: so how far it is, is
// noted exactly where the bytes up to there are.
type FileWrite struct {
	ID string
	// Change makes of a file, which is zero where there is none of this id, what it is to
	// be. It must be pure, because it may run more than once. An error refuses the write.
	Change func(e *record.File, now contact.Time) (FileSave, error)
}

// FileSave is what is saved with a file. Its octets count in the Space's quota: Weight
// of the file is kept up with them.
type FileSave struct {
	Chunks []record.FileChunk // that are new
	Gone   int64              // chunks up to this one go
	Was    int64              // what those weighed
	Drop   bool               // the file goes, and all its chunks
}

// FileSaved is what is to be written of a file: its row, which is there unless it is
// New. First chunks go, up to Gone, or all with it, which it is no fault to be without; then
// chunks come, of numbers that are not there.
type FileSaved struct {
	File   record.File
	New    bool
	Gone   int64
	Drop   bool
	Chunks []record.FileChunk
}

// FileQuery says which files of a kind and a Space to read, newest first.
type FileQuery struct {
	Space  contact.SpaceID
	Kind   string
	Before contact.Time // exclusive bound of when they were made, no two at one time; 0 for none
	Limit  int
}

// FileReader reads files.
type FileReader interface {
	// File reads one file. It returns false where the Space has none of this id.
	File(ctx context.Context, id FileID) (record.File, bool, error)
	// Files lists files of a Space, newest first.
	Files(ctx context.Context, q FileQuery) ([]record.File, error)
	// FileChunk reads a part of a file. It returns false where there is
	// none of this number.
	FileChunk(ctx context.Context, id FileID, n int64) (record.FileChunk, bool, error)
	// EndedFiles lists files of all Spaces that ended at a time, or before, those first
	// that ended first. It waits for no read of a Space.
	EndedFiles(ctx context.Context, now contact.Time, limit int) ([]FileID, error)
}

// File reads one file; false where the Space has none of this id.
func (s *Store) File(ctx context.Context, id FileID) (record.File, bool, error) {
	e, found, err := s.reads.File(ctx, id)
	if err == nil && found {
		err = intact(&e)
	}
	return e, found && err == nil, err
}

// Files lists files of a Space, newest first.
func (s *Store) Files(ctx context.Context, q FileQuery) ([]record.File, error) {
	list, err := s.reads.Files(ctx, q)
	for i := range list {
		if err == nil {
			err = intact(&list[i])
		}
	}
	return list, err
}

// FileChunk reads a part of a file; false where there is none.
func (s *Store) FileChunk(ctx context.Context, id FileID, n int64) (record.FileChunk, bool, error) {
	c, found, err := s.reads.FileChunk(ctx, id, n)
	if err == nil && found {
		err = intact(&c)
	}
	return c, found && err == nil, err
}

// EndedFiles lists files of all Spaces that ended at a time, or before.
func (s *Store) EndedFiles(ctx context.Context, now contact.Time, limit int) ([]FileID, error) {
	return s.backend.EndedFiles(ctx, now, limit)
}

// UpdatedAt tells when contacts were changed last.
func (s *Store) UpdatedAt(ctx context.Context, space contact.SpaceID, list []contact.Contact) (map[contact.ID]contact.Time, error) {
	seqs := make([]contact.Seq, len(list))
	for i := range list {
		seqs[i] = list[i].Head
	}
	at := make(map[contact.ID]contact.Time, len(list))
	err := s.eachChange(ctx, space, seqs, func(row *record.Change) error {
		if !row.Intact() {
			return record.ErrDamaged
		}
		at[row.Contact] = row.At
		return nil
	})
	return at, err
}

// files are the files of a Space while a batch runs.
type files struct {
	known map[string]fileKept
	saves []FileSaved // in their order
}

// fileKept is a file as the writes so far left it.
type fileKept struct {
	now    record.File
	broken error // why its row cannot be read
}

// addFile asks for the file of a write.
func (a *asked) addFile(to *Wants, w *Write) {
	if w.File == nil {
		return
	}
	id := FileID{w.Space, w.File.ID}
	if a.files[id] {
		return
	}
	if a.files == nil {
		a.files = map[FileID]bool{}
	}
	a.files[id] = true
	to.Files = append(to.Files, id)
}

// filed makes a file that was loaded part of the state.
func (ws *workspace) filed(e *record.File) {
	if ws.files == nil {
		ws.files = &files{known: map[string]fileKept{}}
	}
	ws.files.known[e.ID] = fileKept{*e, e.Check()}
}

// fileSaves is what is to be saved of files.
func (ws *workspace) fileSaves() []FileSaved {
	if ws.files == nil {
		return nil
	}
	return ws.files.saves
}

// file lets a write change its file.
func (ws *workspace) file(w *Write) error {
	if w.File == nil {
		return nil
	}
	if ws.files == nil {
		ws.files = &files{known: map[string]fileKept{}}
	}
	before := ws.files.known[w.File.ID]
	if before.broken != nil {
		return errDamaged(before.broken)
	}
	after := before.now
	after.Space, after.ID = w.Space, w.File.ID
	save, err := w.File.Change(&after, ws.at)
	if err != nil {
		return err
	}
	for i := range save.Chunks {
		chunk := &save.Chunks[i]
		chunk.Space, chunk.File = w.Space, w.File.ID
		chunk.Seal()
		after.Weight += int64(chunk.Weight())
	}
	after.Weight -= save.Was
	if save.Drop {
		after.Weight = 0
	}
	usage := ws.row.Usage.Grow(after.Weight - before.now.Weight)
	if isNew := before.now.State == ""; isNew || after.Weight > before.now.Weight {
		if err := ws.row.Usage.Check(ws.row.Quota, ws.at); err != nil {
			return err
		}
		if isNew { // no two files of a Space are made at one time, and none beside a change
			ws.row.LastAt = ws.at
			ws.at++
		}
	}
	after.Seal()
	saves := len(ws.files.saves)
	ws.undo = append(ws.undo, func() { ws.files.known[after.ID], ws.files.saves = before, ws.files.saves[:saves] })
	if ws.filed(&after); save.Drop {
		ws.files.known[after.ID] = fileKept{}
	}
	ws.row.Usage = usage
	ws.files.saves = append(ws.files.saves, FileSaved{File: after, New: before.now.State == "", Chunks: save.Chunks, Gone: save.Gone, Drop: save.Drop})
	return nil
}

// ErrFileMoved refuses a write whose file is not where it took it to be: another server
// did it, or it was done before.
var ErrFileMoved = fmt.Errorf("store: the file has moved on")
