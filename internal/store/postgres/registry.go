package postgres

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"github.com/carnet-project/carnet/internal/store"
)

// change runs f in a write transaction of its own.
func (b *Backend) change(ctx context.Context, f func(*tx) error) (err error) {
	t, err := b.begin(ctx)
	if err != nil {
		return err
	}
	decided := false
	defer func() {
		if !decided {
			t.Rollback() // f refused, or panicked
		}
		err = final(err)
	}()
	if err := f(t); err != nil {
		return err
	}
	decided = true
	return t.Commit(ctx)
}

func orNoRow(err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return store.ErrNoRow
	}
	return err
}
