// Package fault holds the kinds of error that a caller can be told about.
//
// An error of any other type is a defect or an outage: it is reported as
// Internal, without its text, because that text may hold personal data.
package fault

import (
	"errors"
	"strconv"
	"time"
)

// Kind says what sort of thing went wrong, and with it which HTTP status
// answers (CONTRACT S8, D2). The zero Kind is Internal.
type Kind int

// The kinds, in the order in which a request is checked (CONTRACT D1).
const (
	Internal        Kind = iota // 500: a defect, or a cause that we do not know
	Misdirected                 // 421: sent to a name that is not ours
	Unauthenticated             // 401: no key, or one that is not valid
	Forbidden                   // 403: the key lacks a scope, or the subscription is inactive
	RateLimited                 // 429
	TooLarge                    // 413: the body is over its limit
	MediaType                   // 415: not JSON, or compressed
	Invalid                     // 422: anything wrong with what was sent
	NotFound                    // 404
	Method                      // 405
	Stale                       // 412: If-Match names another version
	Conflict                    // 409: only on what we add to the page
	Gone                        // 410: likewise
	Undone                      // 424: of an operation of a batch that is done whole or not at all, where another was refused
	Unavailable                 // 503: nothing was done, try again later
	SpaceFull                   // 507: the Space has reached its quota
)

// Problem is one thing that is wrong with a request.
type Problem struct {
	Path    string // where: "emails.1", "custom_fields.profile_field_3", a parameter's name
	Code    Code
	Message string // a sentence that a person can act on; never the offending value
}

// Error is the only error type that reaches a client with its text.
// Message never holds personal data, a key, or a value that the caller sent.
type Error struct {
	Kind       Kind
	Code       Code
	Message    string        // a sentence
	At         []Problem     // every problem of the request, in its order; Invalid only
	RetryAfter time.Duration // for RateLimited, Unavailable and SpaceFull; rounded up to seconds
	Err        error         // the cause, for the log only
}

// Error gives the message, without the cause.
func (e *Error) Error() string { return e.Message }

// Unwrap gives the cause, or nil.
func (e *Error) Unwrap() error { return e.Err }

// New makes an Error from its kind, its code and its sentence.
func New(kind Kind, code Code, message string) *Error {
	return &Error{Kind: kind, Code: code, Message: message}
}

// Problems makes one Invalid error of all that is wrong with a request. It
// takes its code from the first problem, and its message from the first with a
// count of the others. It returns nil where there are none.
func Problems(list []Problem) error {
	if len(list) == 0 {
		return nil
	}
	e := &Error{Kind: Invalid, Code: list[0].Code, Message: list[0].Message, At: list}
	switch more := len(list) - 1; {
	case more == 1:
		e.Message += " (and 1 more problem)"
	case more > 1:
		e.Message += " (and " + strconv.Itoa(more) + " more problems)"
	}
	return e
}

// At makes an Invalid error of one problem.
func At(path string, code Code, message string) error {
	return Problems([]Problem{{path, code, message}})
}

// KindOf gives the kind of any error; Internal for those that are not ours.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}
