package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"

	"github.com/pressly/goose/v3"
	driver "modernc.org/sqlite" // for goose alone; everything else goes through zombiezen
)

//go:embed migrations/*.sql
var migrations embed.FS

// pageSize is fixed when a database is made. A PUT dirties a few pages, each of
// which goes to the write-ahead log whole: with 2 KiB it writes about half of
// what it writes with 4 KiB (14 KiB for 25 alone, 8 for 17 with 64 clients),
// and most contacts still fit in one.
const pageSize = 2048

// syncData makes commits sync with fdatasync where the system has it, as builds
// of SQLite for Linux do: it leaves out the time stamps of the file, for which
// fsync would wait too. It holds for all connections of the process.
func syncData() error {
	if _, err := driver.Fdatasync(true); err != nil && !errors.Is(err, driver.ErrFdatasyncUnavailable) {
		return fmt.Errorf("sqlite: fdatasync: %w", err)
	}
	return nil
}

// schema is a database's migrations.
type schema struct {
	path     string
	db       *sql.DB
	provider *goose.Provider
	pending  bool
}

// openSchema looks at the schema of a database. It refuses one that is newer than
// this program. Close must follow.
func openSchema(ctx context.Context, path string) (_ *schema, err error) {
	dsn := url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath()}
	dsn.RawQuery = url.Values{
		"_pragma":       {"busy_timeout(5000)", fmt.Sprintf("page_size(%d)", pageSize), "synchronous(full)", "secure_delete(on)"},
		"_journal_mode": {"wal"}, // apart, because the driver sorts _pragma, and after this the page size is fixed
	}.Encode()
	s := &schema{path: path}
	if s.db, err = sql.Open("sqlite", dsn.String()); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.db.Close())
		}
	}()
	s.db.SetMaxOpenConns(1)
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err
	}
	if s.provider, err = goose.NewProvider(goose.DialectSQLite3, s.db, files); err != nil {
		return nil, err
	}
	current, newest, err := s.provider.GetVersions(ctx)
	if err != nil {
		return nil, fmt.Errorf("%s cannot be read as a Carnet database: %w", path, err)
	}
	if current > newest {
		return nil, fmt.Errorf("%s was made by a newer version of carnet (its schema is %d, this program knows %d): use that version", path, current, newest)
	}
	if current == 1 {
		return nil, fmt.Errorf("%s was made by a carnet from before the first release (its schema is 1), which no version reads any more: move it away with its -lock file, and start with a new one", path)
	}
	s.pending = current < newest
	return s, nil
}

// migrate brings the schema up to date.
func (s *schema) migrate(ctx context.Context) error {
	if _, err := s.provider.Up(ctx); err != nil {
		return fmt.Errorf("cannot bring the schema of %s up to date: %w", s.path, err)
	}
	return nil
}

func (s *schema) close() error { return s.db.Close() }

// makeDatabase makes a database where there is none. It does so beside its place
// and then moves it there, so that a database is whole or not there at all,
// whenever the process is killed. Nobody else may do the same.
func makeDatabase(ctx context.Context, path string) error {
	fresh := path + "-new"
	for _, left := range []string{fresh, fresh + "-wal", fresh + "-shm", fresh + "-journal"} { // by one that was killed
		if err := os.Remove(left); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("cannot make the database: %w", err)
		}
	}
	// Made here, so that nobody else can ever read it; -wal and -shm take over its
	// permissions.
	f, err := os.OpenFile(fresh, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("cannot make the database: %w", err)
	}
	if err := f.Close(); err != nil {
		return err
	}
	s, err := openSchema(ctx, fresh)
	if err != nil {
		return err
	}
	// Closing leaves all of it in the one file, synced.
	if err := errors.Join(s.migrate(ctx), s.close()); err != nil {
		return err
	}
	if _, err := os.Stat(fresh + "-wal"); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("cannot make the database: something else has %s open", fresh)
	}
	if err := os.Rename(fresh, path); err != nil {
		return fmt.Errorf("cannot make the database: %w", err)
	}
	return syncFolder(path)
}

// syncFolder puts what was renamed in the folder of a file on the disk.
func syncFolder(path string) error {
	folder, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
