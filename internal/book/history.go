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

// Changes gives a page of the changes of a contact (CONTRACT D22). It needs
// contacts:read.
func (b *Book) Changes(ctx context.Context, g access.Grant, h *History) (HistoryPage, error) {
	if err := g.Allow(access.Read); err != nil {
		return HistoryPage{}, err
	}
	read := b.store.Get
	if h.Own {
		read = b.store.Row
	}
	c, ok, err := read(ctx, g.Space.ID, h.Ref)
	if err == nil && !ok {
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

// Feed gives the changes of a Space that follow after, oldest first (CONTRACT
// D22). Where there is none yet, it waits for one as long as wait says, or
// until ctx ends; of one Space maxWaiting may wait at once, and further ones are
// answered without. It needs contacts:read, and goes on needing it: a key that is
// revoked while it waits gets nothing that came afterwards (CONTRACT D19).
func (b *Book) Feed(ctx context.Context, g access.Grant, after contact.Seq, perPage int, wait time.Duration) (store.FeedPage, error) {
	if err := g.Allow(access.Read); err != nil {
		return store.FeedPage{}, err
	}
	if wait > 0 {
		if b.waiting.join(g.Space.ID) {
			defer b.waiting.leave(g.Space.ID)
		} else {
			wait = 0
		}
	}
	timeout := time.After(wait)
	for {
		// Asked before reading, so that what comes in between is not missed.
		news := b.store.News(g.Space.ID)
		page, err := b.store.Feed(ctx, g.Space.ID, after, perPage)
		if wait > 0 && errors.Is(err, context.Canceled) {
			return store.FeedPage{Last: after}, nil // as when it ends while it waits
		}
		if err != nil || len(page.Changes) > 0 || page.More || wait <= 0 {
			return page, err
		}
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
