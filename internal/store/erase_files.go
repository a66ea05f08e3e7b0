package store

import (
	"context"
	"errors"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
)

// filesAtOnce is how many files are looked at at once.
const filesAtOnce = 20

// files takes away the bytes of the files of the Space that were made before the
// erasure: each may hold the contact, and none is looked into. Those made later do not have
// it, as the contact was erased before they began. A step of a file that has read it, and
// comes to its end after this, is refused, because its file has moved on.
func (e *eraser) files(with Forgetter) error {
	for _, kind := range record.FileKinds {
		if err := e.filesOf(kind, with); err != nil {
			return err
		}
	}
	return nil
}

func (e *eraser) filesOf(kind string, with Forgetter) error {
	for before := e.of.At; ; {
		list, err := e.store.Files(e.ctx, FileQuery{Space: e.of.Space, Kind: kind, Before: before, Limit: filesAtOnce})
		if err != nil || len(list) == 0 {
			return err
		}
		for i := range list {
			before = list[i].Created
			if err := e.store.forgetFile(e.ctx, FileID{e.of.Space, list[i].ID}, with); err != nil {
				return err
			}
		}
	}
}

// forgetFile has a file forget its contacts, a part of it in each transaction.
func (s *Store) forgetFile(ctx context.Context, id FileID, with Forgetter) error {
	for more := true; more; {
		change := func(e *record.File, _ contact.Time) (save FileSave, err error) {
			if more = false; e.State == "" { // it is gone
				return FileSave{}, ErrFileMoved
			}
			save, more, err = with.ForgetFile(e)
			return save, err
		}
		_, err := s.Do(ctx, Write{Space: id.Space, File: &FileWrite{ID: id.ID, Change: change}})
		if errors.Is(err, ErrFileMoved) {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}
