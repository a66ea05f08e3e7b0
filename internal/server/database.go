package server

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"

	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/integrity"
	"github.com/carnet-project/carnet/internal/metrics"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/postgres"
	"github.com/carnet-project/carnet/internal/store/sqlite"
)

// Database is an open database and the book over it.
type Database struct {
	Book    *book.Book
	store   *store.Store
	backend store.Backend
	file    *sqlite.Backend // nil on PostgreSQL
}

// OpenDatabase opens a database without serving it, beside the servers that may
// be doing so: a SQLite file by its path, or a PostgreSQL database by an address
// like postgres://user@host/name or settings like "host=db.example.com
// dbname=carnet". Where there is no file it makes one only if create is set. Its
// errors are sentences for the operator.
func OpenDatabase(ctx context.Context, name string, create bool, log *slog.Logger) (*Database, error) {
	if !create && !onPostgres(name) && CheckDatabase(name) == nil {
		if _, err := os.Stat(name); errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("there is no database at %s: run `carnet serve` first, or name one with --db", name)
		}
	}
	return open(ctx, name, sqlite.Options{Log: log}, metrics.New(), erasing{})
}

// erasing is what a server does about who is erased. Nobody else erases.
type erasing struct {
	noted   *ledger // nil for nowhere
	scrubAt *book.ScrubAt
}

func open(ctx context.Context, name string, o sqlite.Options, counted *metrics.Metrics, e erasing) (*Database, error) {
	if err := CheckDatabase(name); err != nil {
		return nil, err
	}
	log := o.Log
	var backend store.Backend
	var file *sqlite.Backend
	var err error
	switch {
	case onPostgres(name) && o.AcceptRestored:
		err = errors.New("--accept-restored is for a SQLite file: a PostgreSQL database is restored with its own tools, while no server runs")
	case onPostgres(name):
		backend, err = postgres.Open(ctx, postgres.Options{DSN: dsn(name), Log: log})
	default:
		o.Path, o.Metrics = name, counted
		file, err = sqlite.Open(ctx, o)
		backend = file
	}
	if err != nil {
		return nil, err
	}
	options := store.Options{Log: log, Metrics: counted}
	if e.noted != nil {
		options.Erased = e.noted.note
	}
	s := store.New(backend, options)
	return &Database{book.New(s, book.Options{Log: log, Scrubs: file != nil, ScrubAt: e.scrubAt}), s, backend, file}, nil
}

// Migrate brings the schema of a database up to date. A SQLite file, which must
// be there, would be by opening it; a PostgreSQL database only is by this, once,
// while its servers wait. Its errors are sentences for the operator.
func Migrate(ctx context.Context, name string, log *slog.Logger) error {
	if onPostgres(name) {
		return postgres.Migrate(ctx, dsn(name))
	}
	db, err := OpenDatabase(ctx, name, false, log)
	if err != nil {
		return err
	}
	return db.Close()
}

// Check makes a check of the database, which goes on beside whatever else does.
func (d *Database) Check(o integrity.Options) *integrity.Check { return integrity.New(d.backend, o) }

// Close ends what goes on and closes the database. Nobody may use the Book any
// more.
func (d *Database) Close() error {
	d.Book.Close()
	return d.store.Close()
}

// SQLiteVersion gives the version of the SQLite inside: "3.54.1".
func SQLiteVersion() (string, error) { return sqlite.Version() }
