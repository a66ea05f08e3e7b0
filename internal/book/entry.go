package book

import (
	"context"
	"iter"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
)

// entriesAtOnce is how many entries of the log are read at once, and held.
const entriesAtOnce = 500

// SpaceLog reads what was done to a Space, or to all where id is 0, newest
// first. NotFound where there is no such Space.
func (b *Book) SpaceLog(ctx context.Context, id contact.SpaceID) iter.Seq2[access.Entry, error] {
	return b.entries(ctx, store.EntryQuery{ID: int64(id)}, noSpace(id))
}

// KeyLog reads what was done to a key, or to all where id is 0, newest first.
// NotFound where there is no such key.
func (b *Book) KeyLog(ctx context.Context, id int64) iter.Seq2[access.Entry, error] {
	return b.entries(ctx, store.EntryQuery{Keys: true, ID: id}, noKey(id))
}

// entries reads a page when the one before is done with. What was made has an
// entry, so where one thing has none, it is not there.
func (b *Book) entries(ctx context.Context, q store.EntryQuery, missing error) iter.Seq2[access.Entry, error] {
	return func(yield func(access.Entry, error) bool) {
		q := q // which moves on with the pages
		for q.Limit = entriesAtOnce; ; {
			page, err := b.store.Entries(ctx, q)
			if err == nil && len(page) == 0 && q.ID != 0 && q.Before == 0 {
				err = missing
			}
			if err != nil {
				yield(access.Entry{}, busy(err))
				return
			}
			for _, e := range page {
				if q.Before = e.ID; !yield(e, nil) {
					return
				}
			}
			if len(page) == 0 {
				return
			}
		}
	}
}
