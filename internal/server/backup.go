package server

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"

	"github.com/carnet-project/carnet/internal/store/sqlite"
)

// Copy says what is in a backup.
type Copy = sqlite.Copy

// Backup makes a backup of a SQLite file, which a server may be serving, at a path
// where nothing is. Its errors are sentences for the operator.
func Backup(ctx context.Context, name, to string, progress func(done, all int64), log *slog.Logger) (made Copy, err error) {
	if err := databaseFiles(name, to, "a backup of a PostgreSQL database is made with pg_dump: docs/backup.md tells how"); err != nil {
		return Copy{}, err
	}
	if _, err := os.Stat(name); errors.Is(err, fs.ErrNotExist) {
		return Copy{}, fmt.Errorf("there is no database at %s: name the one that is to be backed up with --db", name)
	}
	b, err := sqlite.Open(ctx, sqlite.Options{Path: name, AsItIs: true, Log: log})
	if err != nil {
		return Copy{}, err
	}
	made, err = b.Backup(ctx, to, progress)
	return made, errors.Join(err, b.Close())
}

// databaseFiles refuses what are no names of a database file and of a backup.
func databaseFiles(db, file, postgres string) error {
	if err := errors.Join(CheckDatabase(db), CheckDatabase(file)); err != nil {
		return err
	}
	if onPostgres(db) {
		return errors.New(postgres)
	}
	if onPostgres(file) {
		return errors.New("a backup is a file: name one")
	}
	return nil
}
