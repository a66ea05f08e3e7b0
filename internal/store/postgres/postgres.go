package postgres

import (
	"context"
	"log/slog"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
)

// Options say which database is opened, and how.
type Options struct {
	DSN      string       // postgres://user@host/database, or key=value pairs
	MaxConns int          // the most connections; 0: the DSN's pool_max_conns, else 24
	Log      *slog.Logger // nil: slog.Default

	tracer pgx.QueryTracer // for tests: sees every statement
}

// Backend is a store.Backend on one PostgreSQL database.
type Backend struct {
	log *slog.Logger

	// Apart, so that neither long reads nor busy Spaces keep the others from
	// their connections, and so that a transaction that needs ids never waits
	// for a connection that another such one holds. Keys are looked up with one
	// that no Space reads with.
	writes, reads, ids, counts, keys *pgxpool.Pool

	windows windows
}

var _ store.Backend = (*Backend)(nil)

// Open connects to a database whose schema is up to date: see Migrate. Its
// errors are sentences for the operator, without passwords.
func Open(ctx context.Context, o Options) (_ *Backend, err error) {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	config, err := parse(o)
	if err != nil {
		return nil, err
	}
	if err := config.meet(ctx); err != nil {
		return nil, err
	}
	b := &Backend{log: o.Log}
	defer func() {
		if err != nil {
			_ = b.Close() // pools have no errors to give
		}
	}()
	for _, p := range []struct {
		pool  **pgxpool.Pool
		conns int
	}{{&b.ids, 1}, {&b.keys, 1}, {&b.counts, 2}, {&b.writes, config.maxConns / 2}, {&b.reads, config.maxConns - config.maxConns/2 - 4}} {
		if *p.pool, err = config.pool(ctx, p.conns, p.pool == &b.reads); err != nil {
			return nil, err
		}
	}
	return b, checkSchema(ctx, b.reads)
}

// Lane gives each Space its own queue: transactions of different Spaces do not
// wait for each other.
func (b *Backend) Lane(space contact.SpaceID) int64 { return int64(space) }

// Watch never calls: what storage a database has is the database's business, and
// a server that lost it answers no more.
func (b *Backend) Watch(func(error)) {}

// Check tells whether the database answers.
func (b *Backend) Check(ctx context.Context) error {
	_, err := b.Secret(ctx)
	return err
}

// Readers is how many reads of Spaces run at once.
func (b *Backend) Readers() int { return int(b.reads.Config().MaxConns) }

// Close ends all connections, waiting for those in use.
func (b *Backend) Close() error {
	for _, p := range []*pgxpool.Pool{b.writes, b.reads, b.ids, b.counts, b.keys} {
		if p != nil {
			p.Close()
		}
	}
	return nil
}
