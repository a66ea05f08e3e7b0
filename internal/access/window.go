package access

import (
	"time"

	"github.com/carnet-project/carnet/internal/contact"
)

// WindowLength is how long a window lasts (CONTRACT D18).
const WindowLength = 60 * time.Second

// Window counts the requests of one Space in one bucket. It starts at its
// first request; the first request after its end starts the next. So it bounds
// each window, not each minute: the end of one window and the start of the
// next may lie close together, as with the original. The zero Window has not
// started.
type Window struct {
	Start contact.Time
	Used  int // requests admitted; those refused by Take itself do not add to it
}

// Verdict is what a window says of one request.
type Verdict struct {
	Allowed    bool
	Limit      int           // the figure that applied; 0 for no limit: leave the headers out
	Remaining  int           // how many more are admitted before Reset; never negative
	Reset      contact.Time  // the end of the window
	RetryAfter time.Duration // from now to Reset where the request is refused, else 0
}

// Take counts one request at now against the limit and gives the window as it
// is afterwards. It admits exactly limit requests a window; with limit 0 it
// admits all and counts none. A figure that changed since the last request
// holds at once, for the running window too.
//
// Take trusts now to be the time but not to grow. Where the clock was set
// back, the window moves back with it and keeps its count. So its end is never
// more than WindowLength away, and as it now ends later in real time than it
// would have, a step back never admits more than the limit. Servers that share
// a window should share a clock as well, the database's: where they differ, a
// window may be shorter by the difference.
func (w Window) Take(now contact.Time, limit int) (Window, Verdict) {
	if limit == 0 {
		return w, Verdict{Allowed: true}
	}
	const length = contact.Time(WindowLength / time.Microsecond)
	switch {
	case w.Used == 0 || now-w.Start >= length:
		w = Window{Start: now}
	case now < w.Start:
		w.Start = now
	}
	v := Verdict{Limit: limit, Reset: w.Start + length}
	if w.Used < limit {
		v.Allowed = true
		w.Used++
	} else {
		v.RetryAfter = time.Duration(v.Reset-now) * time.Microsecond
	}
	v.Remaining = max(0, limit-w.Used)
	return w, v
}

// ResetUnix gives the end of the window for X-RateLimit-Reset: Unix seconds,
// rounded up, so that the window is over when that second begins.
func (v Verdict) ResetUnix() int64 {
	t := v.Reset.Std()
	if t.Nanosecond() > 0 {
		return t.Unix() + 1
	}
	return t.Unix()
}

// RetryAfterSeconds gives RetryAfter for the header of that name: whole
// seconds, rounded up, at least 1.
func (v Verdict) RetryAfterSeconds() int {
	return max(1, int((v.RetryAfter+time.Second-1)/time.Second))
}
