package api

import (
	"net/url"
	"strconv"
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
