package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/carnet-project/carnet/internal/store/postgres"
	"github.com/carnet-project/carnet/internal/store/sqlite"
	"github.com/carnet-project/carnet/internal/store/tables"
)

// Copying says which database is copied where.
type Copying struct {
	From     string // which no server may have open
	To       string // where nothing is yet
	Progress tables.Progress
	Log      *slog.Logger
}

// Copied says what was copied, and found to be the same on both sides.
type Copied = tables.Carried

// CopyDatabase copies all of a database into one of either kind, and compares the two row
// by row before anybody can serve the new one. What is cut short leaves none. Its errors
// are sentences for the operator.
func CopyDatabase(ctx context.Context, c Copying) (made Copied, err error) {
	if err := errors.Join(CheckDatabase(c.From), CheckDatabase(c.To)); err != nil {
		return Copied{}, err
	}
	var filling, carrying error // told apart, to say which database is meant
	err = c.read(ctx, func(from tables.Side) error {
		filling = c.fill(ctx, func(to tables.Target) error {
			made, carrying = tables.Carry(ctx, from, to, c.Progress)
			return carrying
		})
		return filling
	})
	switch {
	case err == nil:
		return made, nil
	case ctx.Err() != nil:
		return Copied{}, ctx.Err()
	case carrying != nil:
		return Copied{}, fmt.Errorf("%s was not copied: %w", DatabaseName(c.From), carrying)
	case filling != nil:
		return Copied{}, fmt.Errorf("cannot copy to %s: %w", DatabaseName(c.To), filling)
	}
	return Copied{}, fmt.Errorf("cannot copy from %s: %w", DatabaseName(c.From), err)
}

func (c *Copying) read(ctx context.Context, f func(tables.Side) error) error {
	if onPostgres(c.From) {
		return postgres.Reading(ctx, dsn(c.From), f)
	}
	err := sqlite.Reading(ctx, c.From, c.Log, f)
	if errors.Is(err, sqlite.ErrServed) {
		return errors.New("it is being served: stop its server first, because what that wrote meanwhile would be left behind")
	}
	return err
}

func (c *Copying) fill(ctx context.Context, f func(tables.Target) error) error {
	if onPostgres(c.To) {
		return postgres.Filling(ctx, dsn(c.To), f)
	}
	return sqlite.Filling(ctx, c.To, f)
}
