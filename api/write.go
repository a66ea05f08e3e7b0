package api

import (
	"crypto/rand"
	"errors"
	"net/url"
	"strconv"
	"strings"
)

// WriteOption says more about a write.
type WriteOption func(*request)

// WithActor names the person or program behind the key, for the history: a line
// of at most 100 characters, in any script.
func WithActor(name string) WriteOption { return header("X-Actor", spelled(name)) }

// WithReason says why, for the history: a line of at most 500 characters.
func WithReason(text string) WriteOption { return header("X-Reason", spelled(text)) }

// IfMatch makes a write do nothing unless the contact still has this version
// (CodeVersionMismatch); a Merge, unless the survivor has. It is not for Create.
func IfMatch(version int64) WriteOption {
	return header("If-Match", `"`+strconv.FormatInt(version, 10)+`"`)
}

// BaseVersion says which version a Put or Patch was made from. What it changes
// against that is applied to what is there now, and what others changed since
// stays; where both have changed the same, it does nothing (CodeConflict, with
// Error.Conflicts).
func BaseVersion(version int64) WriteOption {
	return header("X-Base-Version", strconv.FormatInt(version, 10))
}

// ReturnChanges asks for Result.Changes. A key that may not read gets none.
func ReturnChanges() WriteOption { return header("Prefer", "return=changes") }

// DryRun has the server do all that the write would, but store it: Result.Changes
// says what would change, and an id that would be new is 0. It needs a key that
// may read.
func DryRun() WriteOption { return parameter("dry_run", "1") }

// MaxRemovals makes a write do nothing where it would take away more than n values
// and custom fields (CodeTooManyRemovals, with Error.Changes); n is at most 10,000.
func MaxRemovals(n int) WriteOption { return parameter("max_removals", strconv.Itoa(n)) }

// ResolveTheirs makes an Undo leave what was changed again since, and undo the
// rest, which may be nothing. It is for Undo alone.
func ResolveTheirs() WriteOption { return parameter("resolve", "theirs") }

// WithMeta asks for Contact.Meta in the answer to a write, without the ids of other
// contacts. A key that may not read gets none.
func WithMeta() WriteOption { return parameter("include_meta", "1") }

// keyHeader has the name by which the server knows a write again.
const keyHeader = "Idempotency-Key"

// IdempotencyKey names a write: within 24 hours the server does one of this name once in
// a Space, and answers it again where it is repeated (Result.Replayed), also after a
// crash of either side. Another write of the same name is refused (CodeIdempotencyReused).
// It is 1 to 255 visible characters of ASCII, as a UUID has. Without it each call
// makes up a name, the same for all its tries.
func IdempotencyKey(name string) WriteOption {
	return func(r *request) { r.header.Set(keyHeader, name) }
}

// NoIdempotencyKey sends a write without a name: the server remembers nothing of it,
// and it is not sent again where it may have been done.
func NoIdempotencyKey() WriteOption { return func(r *request) { r.header[keyHeader] = nil } }

// nameIt gives a write a name where it has none. One that is dry needs none.
func (r *request) nameIt() error {
	given, said := r.header[keyHeader]
	switch {
	case len(given) == 0:
		delete(r.header, keyHeader)
		if !said && !r.dry() {
			r.header.Set(keyHeader, rand.Text())
		}
	case given[0] == "" || len(given[0]) > 255 || strings.ContainsFunc(given[0], func(c rune) bool { return c <= ' ' || c > '~' }):
		return errors.New("carnet: IdempotencyKey must be 1 to 255 visible characters of ASCII, as a UUID has")
	}
	return nil
}

func header(name, value string) WriteOption {
	return func(r *request) { r.header.Set(name, value) }
}

func parameter(name, value string) WriteOption {
	return func(r *request) {
		if r.query == nil {
			r.query = url.Values{}
		}
		r.query.Set(name, value)
	}
}
