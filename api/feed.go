package api

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// MaxWait is how long the server holds the answer to Feed at most.
const MaxWait = 30 * time.Second

// FeedQuery asks for changes of the Space.
type FeedQuery struct {
	After   int64         // only changes with a greater Seq; 0 for all
	Latest  bool          // instead, none of those that there are: NextAfter is then the newest
	PerPage int           // 1 to 5,000; 0 is 200
	Wait    time.Duration // how long to wait for a change where there is none; whole seconds, up to MaxWait
	Filter
}

// Filter leaves out changes of the Space of which it does not hold. nil is any.
type Filter struct {
	ContactID    *int64 // itself, before and after any merge; not what its id leads to
	KeyID        *int64 // that was used
	Action       *Action
	BatchID      *string
	Since, Until *time.Time // when they were made: from, inclusive, and to, exclusive
}

func (f *Filter) set(v url.Values) {
	for name, n := range map[string]*int64{"contact_id": f.ContactID, "key_id": f.KeyID} {
		if n != nil {
			v.Set(name, strconv.FormatInt(*n, 10))
		}
	}
	for name, text := range map[string]*string{"action": (*string)(f.Action), "batch_id": f.BatchID} {
		if text != nil {
			v.Set(name, *text)
		}
	}
	for name, t := range map[string]*time.Time{"since": f.Since, "until": f.Until} {
		if t != nil {
			v.Set(name, t.UTC().Format(time.RFC3339Nano))
		}
	}
}

// FeedPage is a page of changes of the Space, oldest first.
type FeedPage struct {
	Data        []Change `json:"data"`
	Path        string   `json:"path"` // the URL of the feed, without its query
	PerPage     int      `json:"per_page"`
	NextAfter   int64    `json:"next_after"`    // FeedQuery.After for the next page: how far this one looked
	NextPageURL string   `json:"next_page_url"` // "" where nothing may follow yet; a page may be short, or empty, and go on
}

// Feed reads one page of the changes of the whole Space, in the order in which
// they were made. Asking again with NextAfter misses none and gives none twice.
func (c *Client) Feed(ctx context.Context, q FeedQuery) (FeedPage, error) {
	page, _, err := c.feed(ctx, q)
	return page, err
}

func (c *Client) feed(ctx context.Context, q FeedQuery) (FeedPage, http.Header, error) {
	p := Paging{PerPage: q.PerPage}
	v := p.values()
	set(v, "after", nonZero(q.After))
	if q.Latest {
		v.Set("after", "latest")
	}
	q.Filter.set(v)
	set(v, "wait", nonZero(int64(q.Wait/time.Second)))
	var page FeedPage
	h, err := c.do(ctx, &request{method: http.MethodGet, path: "/changes", query: v}, &page)
	return page, h, err
}

// nonZero writes a number, "" where it is 0 and need not be sent.
func nonZero(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

// followPage is how many changes Follow asks for at once, so that it catches up
// with few requests.
const followPage = 1000

// Follow gives every change of the Space after a Seq (0 for all), oldest first,
// and then each new one as it is made, until ctx ends or an error comes, which
// is the last thing that it gives. To go on after an error, call it again with
// the Seq of the last change.
//
// Where the Space has a limit on lists, it asks so seldom that the half of that
// is left to others; changes then arrive in groups while there are many.
func (c *Client) Follow(ctx context.Context, after int64) iter.Seq2[Change, error] {
	return c.FollowSome(ctx, after, Filter{})
}

// FollowSome is Follow for the changes that a filter leaves. Where the filter has an
// Until it goes on all the same: end ctx then.
func (c *Client) FollowSome(ctx context.Context, after int64, f Filter) iter.Seq2[Change, error] {
	return func(yield func(Change, error) bool) {
		for at := after; ; {
			asked := time.Now()
			page, h, err := c.feed(ctx, FeedQuery{After: at, PerPage: followPage, Wait: MaxWait, Filter: f})
			for _, change := range page.Data {
				if !yield(change, nil) {
					return
				}
			}
			at = page.NextAfter
			if err == nil && page.NextPageURL == "" {
				err = rest(ctx, asked.Add(spacing(h, len(page.Data) == 0)))
			}
			if err != nil {
				yield(Change{}, err)
				return
			}
		}
	}
}

// spacing gives how far apart requests must be to leave half of a limit a
// minute. After an empty answer it is a second at least: what stands between
// may not hold answers.
func spacing(h http.Header, empty bool) (gap time.Duration) {
	if limit, err := strconv.Atoi(h.Get("X-RateLimit-Limit")); err == nil && limit > 0 {
		gap = 2 * time.Minute / time.Duration(limit)
	}
	if empty {
		gap = max(gap, time.Second)
	}
	return gap
}

// rest waits until a moment, or until the context ends.
func rest(ctx context.Context, until time.Time) error {
	timer := time.NewTimer(time.Until(until))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
