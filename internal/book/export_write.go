package book

import (
	"bytes"
	"context"
	"errors"

	"github.com/klauspost/compress/gzip"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/transfer"
)

const (
	exportPage  = 500     // contacts that are read at once, in one state of the database
	pagesAtOnce = 40      // that are read before it is saved how far the export is
	chunkSize   = 1 << 20 // about how many octets a chunk has: it ends with the page that brings it there
	packedFast  = 2       // the level of gzip: twice as fast as the default, for files a tenth longer
)

// ExportStep does the next step of an ExportJob: it reads a page of contacts, each as it is
// then, and no transaction is open between two pages. How far the export is, is saved with
// the bytes up to there; so each contact is in it once, whoever goes on.
func (b *Book) ExportStep(ctx context.Context, j *store.Job) error {
	e, err := b.exportNow(ctx, j.Space, j.Of)
	if fault.KindOf(err) == fault.NotFound || err == nil && e.Job != j.ID { // it did not come to be made by this
		j.State = store.JobCancelled
		return nil
	}
	if err != nil {
		return err
	}
	g, err := b.grantOf(ctx, j, func(g access.Grant) error { return g.Allow(access.Read) })
	if err != nil {
		return err
	}
	for ends := b.clock().Add(stepLasts); !e.closed(); {
		e, err = b.exportSome(ctx, g, e)
		if fault.KindOf(err) == fault.NotFound { // it was withdrawn meanwhile
			j.State = store.JobCancelled
			return nil
		}
		if err != nil {
			return err
		}
		if !b.clock().Before(ends) {
			break
		}
	}
	j.Done = e.Contacts
	switch e.State {
	case ExportCompleted:
		j.State, j.Total = store.JobCompleted, e.Contacts
	case ExportFailed, ExportErased:
		j.State, j.Message = store.JobFailed, e.Message
	}
	return nil
}

// exportSome does the next part of an export.
func (b *Book) exportSome(ctx context.Context, g access.Grant, e Export) (after Export, err error) {
	switch {
	case e.State == ExportQueued:
		after, err = b.beginExport(ctx, g.Space.ID, e)
	case e.Form.Wide() && !e.Measured:
		after, err = b.measureExport(ctx, g, e)
	default:
		after, err = b.writeExport(ctx, g, e)
	}
	if errors.Is(err, store.ErrFileMoved) { // another server did it, or it was ended
		return b.exportNow(ctx, g.Space.ID, e.ID)
	}
	return after, err
}

// goOn changes an export that is where it was taken to be.
func (b *Book) goOn(ctx context.Context, space contact.SpaceID, was Export, do func(*Export) []record.FileChunk) (Export, error) {
	return b.changeExport(ctx, store.Write{Space: space}, was.ID, func(e *Export) (store.FileSave, error) {
		if e.State != was.State || e.Mark != was.Mark || len(e.Sizes) != len(was.Sizes) || e.First != was.First || e.Measured != was.Measured {
			return store.FileSave{}, store.ErrFileMoved
		}
		chunks := do(e)
		save := e.shed()
		e.add(chunks)
		save.Chunks = chunks
		return save, nil
	})
}

// beginExport notes the newest change before the first contact is read: all that is changed
// after it comes in the feed, whether the export has it already or not.
func (b *Book) beginExport(ctx context.Context, space contact.SpaceID, e Export) (Export, error) {
	seq, err := b.store.Newest(ctx, space)
	if err != nil {
		return e, err
	}
	return b.goOn(ctx, space, e, func(e *Export) []record.FileChunk {
		e.State, e.Seq = ExportRunning, seq
		return nil
	})
}

// exportPageOf reads the next page of an export. The list is that of the API, newest first:
// who is made while it is walked comes in the feed alone.
func (b *Book) exportPageOf(ctx context.Context, g access.Grant, e *Export, mark int64) (store.ListPage, error) {
	q := store.Query{Space: g.Space.ID, CreatedFrom: e.Asked.CreatedFrom, CreatedUntil: e.Asked.CreatedUntil, Where: filterOf(e.Asked.Where), Today: e.Asked.Today}
	if e.Asked.Email != "" {
		q.Keys = append(q.Keys, keyOf(contact.Emails, e.Asked.Email, g))
	}
	if e.Asked.Phone != "" {
		q.Keys = append(q.Keys, keyOf(contact.Phones, e.Asked.Phone, g))
	}
	return b.store.List(ctx, q, store.Place{Mark: mark}, exportPage)
}

// measureExport looks how many values the contacts have.
func (b *Book) measureExport(ctx context.Context, g access.Grant, e Export) (Export, error) {
	widths, mark := e.Form.Widths, e.Mark
	for n := 0; n == 0 || n < pagesAtOnce && mark != 0; n++ {
		page, err := b.exportPageOf(ctx, g, &e, mark)
		if err != nil {
			return e, err
		}
		for i := range page.Rows {
			widths.Widen(&page.Rows[i])
		}
		mark = page.Next.Mark
	}
	return b.goOn(ctx, g.Space.ID, e, func(e *Export) []record.FileChunk {
		e.Form.Widths, e.Mark, e.Measured = widths, mark, mark == 0
		return nil
	})
}

// writeExport writes the next chunk, which is packed by itself: what is packed so may stand
// one behind the other. Where a contact has come to have more values than there are columns,
// the file is begun anew with more.
func (b *Book) writeExport(ctx context.Context, g access.Grant, e Export) (Export, error) {
	var packed bytes.Buffer
	pack, err := gzip.NewWriterLevel(&packed, packedFast)
	if err != nil {
		return e, err
	}
	var text []byte
	if e.First == len(e.Sizes) {
		text = e.Form.AppendHead(text)
	}
	mark, written, now := e.Mark, int64(0), b.now()
	for n := 0; n == 0 || n < pagesAtOnce && packed.Len() < chunkSize && mark != 0; n++ {
		page, err := b.exportPageOf(ctx, g, &e, mark)
		if err != nil {
			return e, err
		}
		var updated map[contact.ID]contact.Time
		if e.Form.TellsUpdates() {
			if updated, err = b.store.UpdatedAt(ctx, g.Space.ID, page.Rows); err != nil {
				return e, err
			}
		}
		for i := range page.Rows {
			c := &page.Rows[i]
			if !e.Form.Fits(c) {
				return b.widenExport(ctx, g.Space.ID, e, c)
			}
			text = e.Form.Append(text, transfer.Item{Contact: c, Updated: updated[c.ID]}, &g.Space.Labels)
			if len(text) >= chunkSize {
				if _, err := pack.Write(text); err != nil {
					return e, err
				}
				text = text[:0]
			}
		}
		if _, err := pack.Write(text); err != nil {
			return e, err
		}
		text, written, mark = text[:0], written+int64(len(page.Rows)), page.Next.Mark
	}
	if err := pack.Close(); err != nil {
		return e, err
	}
	return b.goOn(ctx, g.Space.ID, e, func(e *Export) []record.FileChunk {
		if e.Contacts, e.Mark = e.Contacts+written, mark; mark == 0 {
			e.State, e.Completed = ExportCompleted, now
		}
		return []record.FileChunk{{Data: packed.Bytes()}}
	})
}

// widenExport begins a file anew, with columns for a contact too.
func (b *Book) widenExport(ctx context.Context, space contact.SpaceID, e Export, c *contact.Contact) (Export, error) {
	return b.goOn(ctx, space, e, func(e *Export) []record.FileChunk {
		e.Form.Widths.Widen(c)
		e.letGo()
		e.Mark, e.Contacts = 0, 0
		return nil
	})
}

// FailExport says that an export is not gone on with, because its job failed.
func (b *Book) FailExport(ctx context.Context, j *store.Job, because error) error {
	return b.endExport(ctx, j, messageOf(because))
}

// endExport ends an export that is not closed, with a sentence that says why.
func (b *Book) endExport(ctx context.Context, j *store.Job, why string) error {
	_, err := b.changeExport(ctx, store.Write{Space: j.Space}, j.Of, func(e *Export) (store.FileSave, error) {
		if e.State == "" || e.Job != j.ID || e.closed() {
			return store.FileSave{}, store.ErrFileMoved
		}
		e.fail(ExportFailed, why)
		return store.FileSave{}, nil
	})
	if errors.Is(err, store.ErrFileMoved) {
		return nil
	}
	return err
}
