package httpapi

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/fault"
)

// statuses gives the status of each kind of error (CONTRACT S8, D2).
var statuses = map[fault.Kind]int{
	fault.Internal:        http.StatusInternalServerError,
	fault.Misdirected:     http.StatusMisdirectedRequest,
	fault.Unauthenticated: http.StatusUnauthorized,
	fault.Forbidden:       http.StatusForbidden,
	fault.RateLimited:     http.StatusTooManyRequests,
	fault.TooLarge:        http.StatusRequestEntityTooLarge,
	fault.MediaType:       http.StatusUnsupportedMediaType,
	fault.Invalid:         http.StatusUnprocessableEntity,
	fault.NotFound:        http.StatusNotFound,
	fault.Method:          http.StatusMethodNotAllowed,
	fault.Stale:           http.StatusPreconditionFailed,
	fault.Conflict:        http.StatusConflict,
	fault.Gone:            http.StatusGone,
	fault.Undone:          http.StatusFailedDependency,
	fault.Unavailable:     http.StatusServiceUnavailable,
	fault.SpaceFull:       http.StatusInsufficientStorage,
}

// StatusOf gives the status of a kind of error (CONTRACT S8, D2).
func StatusOf(k fault.Kind) int { return statuses[k] }

// clientGone is for the log alone: there is nobody to send it to.
const clientGone = 499

// fail answers an error and logs those that the caller cannot mend.
func (a *api) fail(rt *route, w http.ResponseWriter, r *request, err error) {
	e := Explain(err)
	switch e.Kind {
	case fault.Internal:
		a.log.Error("a request failed", "request_id", r.id, "pattern", rt.pattern, "code", e.Code, "error", e.Err)
	case fault.Unavailable:
		if a.refusals.Note(e.Code) == 1 { // of many there is a count
			a.log.Warn("a request could not be served", "request_id", r.id, "pattern", rt.pattern, "code", e.Code, "error", e.Err)
		}
	case fault.Unauthenticated, fault.Forbidden, fault.RateLimited, fault.Misdirected, fault.SpaceFull:
		a.refusals.Note(e.Code)
	}
	var more func(jsonText) jsonText
	if on := r.evidence(err); on != nil {
		more = func(b jsonText) jsonText { return b.evidence(on, r) }
	}
	if failed, ok := errors.AsType[*book.BatchFailed](err); ok {
		e, more = failedBatch(r, failed, e)
	}
	a.answerError(w, r, e, more)
	if errors.Is(err, context.Canceled) {
		r.status = clientGone
	}
}

// Explain gives the error that the caller is told of.
func Explain(err error) *fault.Error {
	if e, ok := errors.AsType[*fault.Error](err); ok {
		return e
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return &fault.Error{Kind: fault.Unavailable, Code: fault.CodeTimeout, RetryAfter: time.Second, Err: err,
			Message: "The server took too long. Send the request again in a moment."}
	}
	e := internalError()
	e.Err = err
	return e
}

func internalError() *fault.Error {
	return fault.New(fault.Internal, fault.CodeInternal, "Something went wrong on our side. Tell us the request_id if it happens again.")
}

// answerError sends an error in its one shape (CONTRACT D3), with more members where
// there are some: what it rests on.
func (a *api) answerError(w http.ResponseWriter, r *request, e *fault.Error, more func(jsonText) jsonText) {
	h := w.Header()
	switch e.Kind {
	case fault.Unauthenticated:
		h["WWW-Authenticate"] = []string{"Bearer"}
	case fault.RateLimited, fault.Unavailable:
		h["Retry-After"] = []string{seconds(e.RetryAfter)}
	case fault.SpaceFull:
		if e.RetryAfter > 0 { // else only an operator makes room, and waiting does not
			h["Retry-After"] = []string{seconds(e.RetryAfter)}
		}
	}
	answer(w, r, statuses[e.Kind], func(b jsonText) jsonText {
		b = b.fault(e)
		if more != nil {
			b = more(b)
		}
		return b.member("request_id").text(r.id).end('}')
	})
}

// seconds rounds up, so that nobody comes back too early.
func seconds(wait time.Duration) string {
	return strconv.FormatInt(int64(max(1, (wait+time.Second-1)/time.Second)), 10)
}

// fault begins an error; its request_id follows.
func (b jsonText) fault(e *fault.Error) jsonText {
	b = b.open('{').member("message").text(e.Message)
	b = b.member("code").text(string(e.Code))
	if e.Kind == fault.Invalid {
		b = b.member("errors").problems(e.At)
	}
	return b
}

// problems writes the messages by their paths, a path once.
func (b jsonText) problems(list []fault.Problem) jsonText {
	var paths []string
	messages := map[string][]string{}
	for _, p := range list {
		if messages[p.Path] == nil {
			paths = append(paths, p.Path)
		}
		messages[p.Path] = append(messages[p.Path], p.Message)
	}
	b = b.open('{')
	for _, path := range paths {
		b = b.member(path).texts(messages[path])
	}
	return b.end('}')
}
