package server

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"

	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/sqlite"
)

// Database is an open database and the book over it.
type Database struct {
	Book  *book.Book
	store *store.Store
}

// OpenDatabase opens the SQLite file at path without serving it, beside the
// server that may be doing so. Where there is no file it makes one only if
// create is set. Its errors are sentences for the operator.
func OpenDatabase(ctx context.Context, path string, create bool, log *slog.Logger) (*Database, error) {
	if !create {
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("there is no database at %s: run `carnet serve` first, or name one with --db", path)
		}
	}
	return open(ctx, path, false, log)
}

func open(ctx context.Context, path string, serve bool, log *slog.Logger) (*Database, error) {
	backend, err := sqlite.Open(ctx, sqlite.Options{Path: path, Serve: serve, Log: log})
	if err != nil {
		return nil, err
	}
	s := store.New(backend, store.Options{Log: log})
	return &Database{book.New(s, book.Options{Log: log}), s}, nil
}

// Close ends what goes on and closes the database. Nobody may use the Book any
// more.
func (d *Database) Close() error {
	d.Book.Close()
	return d.store.Close()
}

// SQLiteVersion gives the version of the SQLite inside: "3.54.1".
func SQLiteVersion() (string, error) { return sqlite.Version() }
