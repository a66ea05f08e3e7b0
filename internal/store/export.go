package store

import (
	"context"
	"fmt"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
)

// ExportID names an export of a Space.
type ExportID struct {
	Space contact.SpaceID
	ID    string
}

// ExportWrite is what a Write does to an export, and all that it does: so how far it is, is
// noted exactly where the bytes up to there are.
type ExportWrite struct {
	ID string
	// Change makes of an export, which is zero where there is none of this id, what it is to
	// be. It must be pure, because it may run more than once. An error refuses the write.
	Change func(e *record.Export, now contact.Time) (ExportSave, error)
}

// ExportSave is what is saved with an export. Its octets count in the Space's quota: Weight
// of the export is kept up with them.
type ExportSave struct {
	Chunks []record.ExportChunk // that are new
	Gone   int64                // chunks up to this one go
	Was    int64                // what those weighed
	Drop   bool                 // the export goes, and all its chunks
}

// ExportSaved is what is to be written of an export: its row, which is there unless it is
// New. First chunks go, up to Gone, or all with it, which it is no fault to be without; then
// chunks come, of numbers that are not there.
type ExportSaved struct {
	Export record.Export
	New    bool
	Gone   int64
	Drop   bool
	Chunks []record.ExportChunk
}

// ExportQuery says which exports of a Space to read, newest first.
type ExportQuery struct {
	Space  contact.SpaceID
	Before contact.Time // exclusive bound of when they were made, no two at one time; 0 for none
	Limit  int
}

// ExportReader reads exports.
type ExportReader interface {
	// Export reads one export. It returns false where the Space has none of this id.
	Export(ctx context.Context, id ExportID) (record.Export, bool, error)
	// Exports lists exports of a Space, newest first.
	Exports(ctx context.Context, q ExportQuery) ([]record.Export, error)
	// ExportChunk reads a part of the file of an export. It returns false where there is
	// none of this number.
	ExportChunk(ctx context.Context, id ExportID, n int64) (record.ExportChunk, bool, error)
	// EndedExports lists exports of all Spaces that ended at a time, or before, those first
	// that ended first. It waits for no read of a Space.
	EndedExports(ctx context.Context, now contact.Time, limit int) ([]ExportID, error)
}

// Export reads one export; false where the Space has none of this id.
func (s *Store) Export(ctx context.Context, id ExportID) (record.Export, bool, error) {
	e, found, err := s.reads.Export(ctx, id)
	if err == nil && found {
		err = intact(&e)
	}
	return e, found && err == nil, err
}

// Exports lists exports of a Space, newest first.
func (s *Store) Exports(ctx context.Context, q ExportQuery) ([]record.Export, error) {
	list, err := s.reads.Exports(ctx, q)
	for i := range list {
		if err == nil {
			err = intact(&list[i])
		}
	}
	return list, err
}

// ExportChunk reads a part of the file of an export; false where there is none.
func (s *Store) ExportChunk(ctx context.Context, id ExportID, n int64) (record.ExportChunk, bool, error) {
	c, found, err := s.reads.ExportChunk(ctx, id, n)
	if err == nil && found {
		err = intact(&c)
	}
	return c, found && err == nil, err
}

// EndedExports lists exports of all Spaces that ended at a time, or before.
func (s *Store) EndedExports(ctx context.Context, now contact.Time, limit int) ([]ExportID, error) {
	return s.backend.EndedExports(ctx, now, limit)
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

// exports are the exports of a Space while a batch runs.
type exports struct {
	known map[string]exportKept
	saves []ExportSaved // in their order
}

// exportKept is an export as the writes so far left it.
type exportKept struct {
	now    record.Export
	broken error // why its row cannot be read
}

// addExport asks for the export of a write.
func (a *asked) addExport(to *Wants, w *Write) {
	if w.Export == nil {
		return
	}
	id := ExportID{w.Space, w.Export.ID}
	if a.exports[id] {
		return
	}
	if a.exports == nil {
		a.exports = map[ExportID]bool{}
	}
	a.exports[id] = true
	to.Exports = append(to.Exports, id)
}

// exported makes an export that was loaded part of the state.
func (ws *workspace) exported(e *record.Export) {
	if ws.exports == nil {
		ws.exports = &exports{known: map[string]exportKept{}}
	}
	ws.exports.known[e.ID] = exportKept{*e, e.Check()}
}

// exportSaves is what is to be saved of exports.
func (ws *workspace) exportSaves() []ExportSaved {
	if ws.exports == nil {
		return nil
	}
	return ws.exports.saves
}

// export lets a write change its export.
func (ws *workspace) export(w *Write) error {
	if w.Export == nil {
		return nil
	}
	if ws.exports == nil {
		ws.exports = &exports{known: map[string]exportKept{}}
	}
	before := ws.exports.known[w.Export.ID]
	if before.broken != nil {
		return errDamaged(before.broken)
	}
	after := before.now
	after.Space, after.ID = w.Space, w.Export.ID
	save, err := w.Export.Change(&after, ws.at)
	if err != nil {
		return err
	}
	for i := range save.Chunks {
		chunk := &save.Chunks[i]
		chunk.Space, chunk.Export = w.Space, w.Export.ID
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
		if isNew { // no two exports of a Space are made at one time, and none beside a change
			ws.row.LastAt = ws.at
			ws.at++
		}
	}
	after.Seal()
	saves := len(ws.exports.saves)
	ws.undo = append(ws.undo, func() { ws.exports.known[after.ID], ws.exports.saves = before, ws.exports.saves[:saves] })
	if ws.exported(&after); save.Drop {
		ws.exports.known[after.ID] = exportKept{}
	}
	ws.row.Usage = usage
	ws.exports.saves = append(ws.exports.saves, ExportSaved{Export: after, New: before.now.State == "", Chunks: save.Chunks, Gone: save.Gone, Drop: save.Drop})
	return nil
}

// ErrExportMoved refuses a write whose export is not where it took it to be: another server
// did it, or it was done before.
var ErrExportMoved = fmt.Errorf("store: the export has moved on")
