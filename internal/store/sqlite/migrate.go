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

// migrate makes the file where there is none and brings its schema up to date.
// It refuses a schema that is newer than this program.
func migrate(ctx context.Context, path string) error {
	// Made here, so that nobody else can ever read it; -wal and -shm take over
	// its permissions.
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	switch {
	case err == nil:
		f.Close()
	case !errors.Is(err, fs.ErrExist):
		return fmt.Errorf("cannot make the database: %w", err)
	}
	dsn := url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath()}
	dsn.RawQuery = url.Values{
		"_pragma":       {"busy_timeout(5000)", fmt.Sprintf("page_size(%d)", pageSize), "synchronous(full)", "secure_delete(on)"},
		"_journal_mode": {"wal"}, // apart, because the driver sorts _pragma, and after this the page size is fixed
	}.Encode()
	db, err := sql.Open("sqlite", dsn.String())
	if err != nil {
		return err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(goose.DialectSQLite3, db, files)
	if err != nil {
		return err
	}
	current, newest, err := provider.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("%s cannot be read as a Carnet database: %w", path, err)
	}
	if current > newest {
		return fmt.Errorf("%s was made by a newer version of carnet (its schema is %d, this program knows %d): use that version", path, current, newest)
	}
	if current == newest {
		return nil
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("cannot bring the schema of %s up to date: %w", path, err)
	}
	return nil
}
