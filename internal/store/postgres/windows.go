package postgres

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/store"
)

// windowTimeout is how long counting some requests may take. What it waits for
// is other servers that count, never a write.
const windowTimeout = 5 * time.Second

// windows are the windows of limits that this server has counted in.
type windows struct {
	mu   sync.Mutex
	open map[store.WindowKey]*window
}

// window is a row of limit_windows. Requests that come while some are being
// counted are counted together next. A request that the window refuses as it
// was last seen is refused without asking: until it ends it can only be fuller.
type window struct {
	turn chan struct{} // held by who counts

	mu      sync.Mutex
	waiting []*counted
	seen    access.Window
	now     contact.Time // the database's time when it was seen
	at      time.Time    // ours
}

// counted is a request that waits to be counted. err is set before done is
// closed.
type counted struct {
	change store.WindowChange
	err    error
	done   chan struct{}
}

func (ws *windows) get(key store.WindowKey) *window {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	w := ws.open[key]
	if w == nil {
		w = &window{turn: make(chan struct{}, 1), at: time.Now()}
		w.now = contact.TimeOf(w.at)
		if ws.open == nil {
			ws.open = map[store.WindowKey]*window{}
		}
		ws.open[key] = w
	}
	return w
}

// UpdateWindow counts by the database's clock, so that servers whose clocks
// differ agree on when a window ends.
func (b *Backend) UpdateWindow(ctx context.Context, space contact.SpaceID, bucket access.Bucket, _ contact.Time, change store.WindowChange) error {
	key := store.WindowKey{Space: space, Bucket: bucket}
	w := b.windows.get(key)
	c := &counted{change: change, done: make(chan struct{})}
	if w.decides(c) {
		return nil
	}
	for {
		select {
		case <-c.done:
			return c.err
		case <-ctx.Done():
			if w.withdraw(c) {
				return &fault.Error{Kind: fault.Unavailable, Code: fault.CodeTimeout, RetryAfter: time.Second, Err: ctx.Err(),
					Message: "The server is too busy: nothing was done. Send it again in a moment."}
			}
			<-c.done
			return c.err
		case w.turn <- struct{}{}:
			if batch := w.take(); len(batch) > 0 {
				err := b.count(context.WithoutCancel(ctx), key, w, batch)
				for _, c := range batch {
					c.err = err
					close(c.done)
				}
			}
			<-w.turn
		}
	}
}

// decides tells whether the request leaves the window as it was last seen, and
// so need not be counted. Else it waits from now on.
func (w *window) decides(c *counted) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := w.now + contact.Time(time.Since(w.at)/time.Microsecond)
	if c.change(w.seen, now) == w.seen {
		return true
	}
	w.waiting = append(w.waiting, c)
	return false
}

func (w *window) take() []*counted {
	w.mu.Lock()
	defer w.mu.Unlock()
	batch := w.waiting
	w.waiting = nil
	return batch
}

// withdraw returns false where the request is being counted, or was.
func (w *window) withdraw(c *counted) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	at := slices.Index(w.waiting, c)
	if at >= 0 {
		w.waiting = slices.Delete(w.waiting, at, at+1)
	}
	return at >= 0
}

// count lets all of a batch decide on the row, which is locked meanwhile. It is
// not waited for until the counts are on the disk: if the database crashes, it
// may forget those of its last moments.
func (b *Backend) count(ctx context.Context, key store.WindowKey, w *window, batch []*counted) error {
	ctx, cancel := context.WithTimeout(ctx, windowTimeout)
	defer cancel()
	conn, err := b.counts.Acquire(ctx)
	if err != nil {
		return final(explain("connect", err))
	}
	t := &tx{b: b, conn: conn}
	var before access.Window
	var now contact.Time
	q := t.statements()
	q.Queue(commitLater)
	if w.seen == (access.Window{}) {
		q.Queue(insertWindow, int64(key.Space), string(key.Bucket))
	}
	q.Queue(lockWindow, int64(key.Space), string(key.Bucket)).QueryRow(func(r pgx.Row) error { return r.Scan((*int64)(&before.Start), &before.Used) })
	q.Queue(selectClock).QueryRow(func(r pgx.Row) error { return r.Scan((*int64)(&now)) })
	if err := t.send(ctx, "lock a window", q); err != nil {
		t.Rollback()
		return final(err)
	}
	after := before
	for _, c := range batch {
		after = c.change(after, now)
	}
	if after == before {
		t.Rollback()
	} else {
		q = t.statements()
		q.Queue(updateWindow, int64(key.Space), string(key.Bucket), int64(after.Start), after.Used)
		q.Queue(commit)
		err := t.send(ctx, "count", q)
		conn.Release()
		if err != nil {
			return final(err) // whether they were counted or not, none is let in
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.seen, w.now, w.at = after, now, time.Now()
	return nil
}
