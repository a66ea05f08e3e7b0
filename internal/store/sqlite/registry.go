package sqlite

import (
	"context"
	"errors"

	"zombiezen.com/go/sqlite"

	"github.com/carnet-project/carnet/internal/store"
)

// change runs f in a write transaction of its own.
func (b *Backend) change(ctx context.Context, f func(*conn) error) error {
	t, err := b.Begin(ctx, 0)
	if err != nil {
		return err
	}
	decided := false
	defer func() {
		if !decided {
			t.Rollback() // f refused, or panicked
		}
	}()
	if err := f(b.writer); err != nil {
		return err
	}
	decided = true
	return t.Commit(ctx)
}

// one runs a query that must find a row.
func one(c *conn, query string, row func(*sqlite.Stmt) error, args ...any) error {
	found := false
	err := c.run(query, func(s *sqlite.Stmt) error {
		found = true
		return row(s)
	}, args...)
	if err == nil && !found {
		err = store.ErrNoRow
	}
	return err
}

// whether tells, of what one found, whether it was there: that it was not is no
// error.
func whether(err error) (bool, error) {
	if errors.Is(err, store.ErrNoRow) {
		return false, nil
	}
	return err == nil, err
}
