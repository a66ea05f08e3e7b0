package book

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
)

// HistoryPage is a page of a contact's history, newest first. A cursor is "" where
// there is nothing in its direction.
type HistoryPage struct {
	Changes    []contact.Change
	Next, Prev string
}

// History says whose changes to list, and which page of them.
type History struct {
	Ref contact.ID
	// Own asks for the changes of the very contact that had this id, up to its
	// merge into another, and not for those of its survivor.
	Own     bool
	Cursor  string // of an answer to the same query
	PerPage int    // 1 to MaxPerPage
}

// Changes gives a page of the changes of a contact (CONTRACT D22), which may have
// been deleted (CONTRACT D31). It needs contacts:read.
func (b *Book) Changes(ctx context.Context, g access.Grant, h *History) (HistoryPage, error) {
	if err := g.Allow(access.Read); err != nil {
		return HistoryPage{}, err
	}
	read := b.store.Found
	if h.Own {
		read = b.store.Row
	}
	c, ok, err := read(ctx, g.Space.ID, h.Ref)
	if err == nil && (!ok || c.State == contact.Erased) {
		err = contact.NotFound()
	}
	if err != nil {
		return HistoryPage{}, err
	}
	secret, err := b.cursorSecret(ctx)
	if err != nil {
		return HistoryPage{}, err
	}
	name := listName{space: g.Space.ID, query: fmt.Sprintf("changes of %d", c.ID)}
	at, err := name.place(secret, h.Cursor)
	if err != nil {
		return HistoryPage{}, err
	}
	page, err := b.store.History(ctx, g.Space.ID, &c, at, h.PerPage)
	if err != nil {
		return HistoryPage{}, err
	}
	return HistoryPage{Changes: page.Changes, Next: name.cursor(secret, page.Next), Prev: name.cursor(secret, page.Prev)}, nil
}

// WriteChanges gives the changes that one write made, a contact each, in their order
// (CONTRACT D22). It needs contacts:read; NotFound where there is no such write in the
// grant's Space.
func (b *Book) WriteChanges(ctx context.Context, g access.Grant, id contact.ChangeID) ([]contact.Change, error) {
	if err := g.Allow(access.Read); err != nil {
		return nil, err
	}
	if id.Space != g.Space.ID || id.Op == 0 {
		return nil, contact.ChangeNotFound()
	}
	changes, err := b.store.WriteChanges(ctx, g.Space.ID, id.Op)
	if err == nil && len(changes) == 0 {
		err = contact.ChangeNotFound()
	}
	return changes, err
}

// Recent says which changes of a Space to look back on. The zero Recent, but for
// PerPage, is the first page of all.
type Recent struct {
	Before       contact.Seq  // exclusive; 0 for the newest
	Since, Until contact.Time // from, inclusive, and to, exclusive; 0 for no bound
	Only         store.ChangeFilter
	PerPage      int // 1 to MaxPerPage
}

// Recent gives changes of a Space, newest first. A page may be shorter than was asked
// for, or empty, and go on before its Last. It needs contacts:read.
func (b *Book) Recent(ctx context.Context, g access.Grant, r *Recent) (store.FeedPage, error) {
	if err := g.Allow(access.Read); err != nil {
		return store.FeedPage{}, err
	}
	return b.store.Recent(ctx, store.FeedQuery{Space: g.Space.ID, Before: r.Before, Since: r.Since, Until: r.Until, Only: r.Only, Limit: r.PerPage})
}

// Feed says which changes of a Space to follow, and from where. The zero Feed, but
// for PerPage, is the first page of all.
type Feed struct {
	After        contact.Seq  // exclusive
	Latest       bool         // after the newest, instead
	Since, Until contact.Time // from, inclusive, and to, exclusive; 0 for no bound
	Only         store.ChangeFilter
	PerPage      int           // 1 to MaxPerPage
	Wait         time.Duration // for news, where there are none yet
}

// ends tells that nothing can come that the feed asks for.
func (f *Feed) ends(now contact.Time) bool { return f.Until != 0 && f.Until <= now }

// Feed gives changes of a Space, oldest first (CONTRACT D22, D29). Where there is
// none yet, it waits for one as long as it is asked to, or until ctx ends; of one
// Space maxWaiting may wait at once, and further ones are answered without. It
// needs contacts:read, and goes on needing it: a key that is revoked while it waits
// gets nothing that came afterwards (CONTRACT D19).
func (b *Book) Feed(ctx context.Context, g access.Grant, f *Feed) (store.FeedPage, error) {
	if err := g.Allow(access.Read); err != nil {
		return store.FeedPage{}, err
	}
	if f.Latest {
		last, err := b.store.Newest(ctx, g.Space.ID)
		return store.FeedPage{Last: last}, err
	}
	wait := f.Wait
	if f.ends(b.now()) {
		wait = 0
	}
	if wait > 0 {
		if b.waiting.join(g.Space.ID) {
			defer b.waiting.leave(g.Space.ID)
		} else {
			wait = 0
		}
	}
	return b.follow(ctx, g, f, wait)
}

// follow reads the feed until there is something to answer, or wait is over.
func (b *Book) follow(ctx context.Context, g access.Grant, f *Feed, wait time.Duration) (store.FeedPage, error) {
	timeout := time.After(wait)
	q := store.FeedQuery{Space: g.Space.ID, After: f.After, Since: f.Since, Until: f.Until, Only: f.Only, Limit: f.PerPage}
	for {
		// Asked before reading, so that what comes in between is not missed.
		news := b.store.News(g.Space.ID)
		page, err := b.store.Feed(ctx, q)
		if wait > 0 && errors.Is(err, context.Canceled) {
			return store.FeedPage{Last: q.After}, nil // as when it ends while it waits
		}
		if err != nil || len(page.Changes) > 0 || page.More || wait <= 0 {
			return page, err
		}
		q.After = page.Last // what was looked at is not looked at again
		select {
		case <-news:
		case <-time.After(feedPoll):
		case <-timeout:
			return page, nil
		case <-ctx.Done():
			return page, nil
		}
		// What came may be newer than a change of the key or the Space.
		if g, err = b.again(ctx, g, access.Read); err != nil {
			if errors.Is(err, context.Canceled) {
				return page, nil // as when it ends while it waits
			}
			return store.FeedPage{}, err
		}
	}
}

// feedPoll is how often a waiting reader of the feed looks by itself: changes
// that another process makes bring no news.
const feedPoll = time.Second

// maxWaiting is how many readers of one Space's feed may wait at once.
const maxWaiting = 64

// waiting counts the readers who wait, by Space.
type waiting struct {
	mu    sync.Mutex
	count map[contact.SpaceID]int
}

// join counts one more, or returns false where there are too many.
func (w *waiting) join(space contact.SpaceID) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.count[space] >= maxWaiting {
		return false
	}
	if w.count == nil {
		w.count = map[contact.SpaceID]int{}
	}
	w.count[space]++
	return true
}

func (w *waiting) leave(space contact.SpaceID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.count[space]--; w.count[space] == 0 {
		delete(w.count, space)
	}
}
