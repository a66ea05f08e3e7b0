package store

import "context"

// behindKey marks a context.
type behindKey struct{}

// Behind marks what is read for work that nobody waits for, such as a job. A backend may have
// it wait for its like alone, and in turn keep it from those who do.
func Behind(ctx context.Context) context.Context { return context.WithValue(ctx, behindKey{}, true) }

// IsBehind tells whether Behind marked it.
func IsBehind(ctx context.Context) bool { return ctx.Value(behindKey{}) != nil }
