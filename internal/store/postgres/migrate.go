package postgres

import (
	"context"
	"crypto/rand"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrate brings the schema of a database up to date, and gives an empty one its
// first. Of several at once one migrates and the others wait for it. It needs a
// connection of its own: a pooler in transaction mode would hand its lock to
// somebody else. Its errors are sentences for the operator.
func Migrate(ctx context.Context, dsn string) (err error) {
	config, err := parse(Options{DSN: dsn})
	if err != nil {
		return err
	}
	db := stdlib.OpenDB(*config.pools.ConnConfig) // goose knows no other interface; everything else goes through pgx
	defer func() { err = errors.Join(err, db.Close()) }()
	db.SetMaxOpenConns(2) // one holds the lock
	var version int64
	var encoding string
	if err := db.QueryRowContext(ctx, selectServer).Scan(&version, &encoding); err != nil {
		return cannotConnect(err)
	}
	if err := checkVersion(version, encoding); err != nil {
		return err
	}
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return err
	}
	provider, err := newProvider(db, goose.WithSessionLocker(locker))
	if err != nil {
		return err
	}
	current, newest, err := provider.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("the database cannot be read as one of Carnet's: %w", schemaCause(err))
	}
	switch {
	case current > newest:
		return newerSchema(current, newest)
	case current == 1:
		return errUnreleased
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("cannot bring the schema of the database up to date: %w", schemaCause(err))
	}
	secret := make([]byte, 32)
	rand.Read(secret)
	if _, err := db.ExecContext(ctx, insertSecret, secret); err != nil {
		return fmt.Errorf("cannot store the secret of this installation: %w", schemaCause(err))
	}
	return nil
}

func newProvider(db *sql.DB, options ...goose.ProviderOption) (*goose.Provider, error) {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(goose.DialectPostgres, db, files, options...)
}

// schemaCause keeps the server's message: a migration handles no personal data,
// and who runs it must know what is in its way.
func schemaCause(err error) error {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return fmt.Errorf("%s (SQLSTATE %s)", pg.Message, pg.Code)
	}
	return because("migrate", err)
}

// checkSchema refuses a schema that is not the one that this program knows, and a
// database that is being filled.
func checkSchema(ctx context.Context, on asks) error {
	newest, err := newestSchema()
	if err != nil {
		return err
	}
	var current int64
	err = on.QueryRow(ctx, selectVersion).Scan(&current)
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok && pg.Code == "42P01" { // undefined_table
		return errors.New("the database has no schema yet: run `carnet migrate`")
	}
	if err != nil {
		return cannotConnect(err)
	}
	switch {
	case current > newest:
		return newerSchema(current, newest)
	case current == 1:
		return errUnreleased
	case current < newest:
		return fmt.Errorf("the database has schema %d and this program needs %d: run `carnet migrate`", current, newest)
	}
	var secret []byte
	switch err := on.QueryRow(ctx, selectSecret).Scan(&secret); {
	case err != nil:
		return fmt.Errorf("the database has no secret of its installation yet: run `carnet migrate`: %w", explain("read the installation", err))
	case len(secret) == 0:
		return errHalf
	}
	return nil
}

// newestSchema gives the number of the last migration.
func newestSchema() (int64, error) {
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return 0, err
	}
	return goose.NumericComponent(names[len(names)-1])
}

var errUnreleased = errors.New("the database was made by a carnet from before the first release (its schema is 1), which no version reads any more: take an empty one")

func newerSchema(current, newest int64) error {
	return fmt.Errorf("the database was made by a newer version of carnet (its schema is %d, this program knows %d): use that version", current, newest)
}
