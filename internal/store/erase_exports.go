package store

import (
	"context"
	"errors"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
)

// exportsAtOnce is how many exports are looked at at once.
const exportsAtOnce = 20

// exports takes away the bytes of the exports of the Space that were made before the
// erasure: each may hold the contact, and none is looked into. Those made later do not have
// it, as the contact was erased before they began. A step of an export that has read it, and
// comes to its end after this, is refused, because its export has moved on.
func (e *eraser) exports(with Forgetter) error {
	for before := e.of.At; ; {
		list, err := e.store.Exports(e.ctx, ExportQuery{Space: e.of.Space, Before: before, Limit: exportsAtOnce})
		if err != nil || len(list) == 0 {
			return err
		}
		for i := range list {
			before = list[i].Created
			if err := e.store.forgetExport(e.ctx, ExportID{e.of.Space, list[i].ID}, with); err != nil {
				return err
			}
		}
	}
}

// forgetExport has an export forget its contacts, a part of it in each transaction.
func (s *Store) forgetExport(ctx context.Context, id ExportID, with Forgetter) error {
	for more := true; more; {
		change := func(e *record.Export, _ contact.Time) (save ExportSave, err error) {
			if more = false; e.State == "" { // it is gone
				return ExportSave{}, ErrExportMoved
			}
			save, more, err = with.ForgetExport(e)
			return save, err
		}
		_, err := s.Do(ctx, Write{Space: id.Space, Export: &ExportWrite{ID: id.ID, Change: change}})
		if errors.Is(err, ErrExportMoved) {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}
