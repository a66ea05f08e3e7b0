package book

import (
	"context"

	"github.com/go-json-experiment/json"

	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
)

// ForgetFile implements store.Forgetter.
func (forgetter) ForgetFile(r *record.File) (save store.FileSave, more bool, err error) {
	switch r.Kind {
	case record.ImportFile:
		return forgetImport(r)
	case record.MappingFile:
		return save, false, store.ErrFileMoved
	}
	return forgetExport(r)
}

// FileChunks tells which chunks of a file are there: from the first to the last of these.
func FileChunks(r *record.File) (first, last int64, err error) {
	var of struct {
		Chunks `json:",inline"`
	}
	err = json.Unmarshal(r.Doc, &of)
	return int64(of.Gone) + 1, int64(len(of.Sizes)), err
}

// filesAtOnce is how many files that ended are looked for at once.
const filesAtOnce = 20

// SweepFiles lets go of files that were kept long enough, of all Spaces, and of what is left of
// those that have no bytes.
func (b *Book) SweepFiles(ctx context.Context) error {
	for {
		ended, err := b.store.EndedFiles(ctx, b.now(), filesAtOnce)
		if err != nil {
			return err
		}
		some := false
		for _, id := range ended {
			went, err := b.sweepFile(ctx, id)
			if err != nil {
				return err
			}
			some = some || went
		}
		if !some {
			return nil
		}
	}
}

// sweepFile lets go of a part of a file, or of all that is left of it, and tells whether
// anything went.
func (b *Book) sweepFile(ctx context.Context, id store.FileID) (bool, error) {
	r, found, err := b.store.File(ctx, id)
	switch {
	case err != nil || !found:
		return false, err
	case r.Kind == record.ImportFile:
		return b.sweepImport(ctx, id)
	}
	return b.sweepExport(ctx, id)
}
