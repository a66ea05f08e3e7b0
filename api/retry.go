package api

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"
)

// longestWait is how long a Client waits of itself. A server that asks for more
// gets its wish from the caller, who has Error.RetryAfter.
const longestWait = 2 * time.Minute

// again tells whether a request that ended with err may be sent again, and
// after which pause. tries counts the repetitions so far.
func (r *request) again(err error, tries int) (wait time.Duration, ok bool) {
	e, answered := errors.AsType[*Error](err)
	switch {
	case !answered:
		return backOff(tries), r.repeatable()
	case e.Code == CodeOutcomeUnknown && e.RetryAfter == 0, e.Code == CodeIdempotencyInProgress:
		return backOff(tries), r.repeatable()
	case e.Status == http.StatusTooManyRequests && e.RetryAfter == 0: // of a proxy
		return backOff(tries), true
	case e.Status == http.StatusTooManyRequests:
		return e.RetryAfter, e.RetryAfter <= longestWait
	case (e.Status == http.StatusServiceUnavailable || e.Status == http.StatusInsufficientStorage) && e.RetryAfter > 0:
		// Carnet's 503 and 507 say that nothing was done. A proxy's need not.
		ours := e.Code != "" && e.Code != CodeOutcomeUnknown
		return e.RetryAfter, (r.repeatable() || ours) && e.RetryAfter <= longestWait
	}
	return 0, false
}

// backOff gives a pause that doubles from try to try, and varies, so that many
// clients do not come back at once: 250 to 500 ms before the first.
func backOff(tries int) time.Duration {
	most := 500 * time.Millisecond << min(tries, 6)
	return most/2 + rand.N(most/2+1)
}

// roomFor tells whether a pause ends before the context does.
func roomFor(ctx context.Context, wait time.Duration) bool {
	deadline, ok := ctx.Deadline()
	return ctx.Err() == nil && (!ok || time.Until(deadline) > wait)
}

// pause waits; where the context ends first, it says so beside the reason for
// waiting.
func pause(ctx context.Context, wait time.Duration, reason error) error {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("%w (%w while waiting to send it again)", reason, ctx.Err())
	}
}

// retryAfter reads the header of that name: seconds, or a date; 0 for none.
func retryAfter(h http.Header) time.Duration {
	text := h.Get("Retry-After")
	if n, err := strconv.Atoi(text); err == nil {
		return max(0, time.Duration(min(n, 1<<30))*time.Second)
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(0, time.Until(at))
	}
	return 0
}
