package server

import (
	"cmp"
	"context"
	"log/slog"

	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/sqlite"
)

// Restoring says which backup becomes which database.
type Restoring struct {
	From     string
	To       string // where no database is
	Erasures string // the ledger of who was erased; "": beside the database
	Progress func(done, all int64)
	Log      *slog.Logger
}

// Restore makes a SQLite database of a backup, without serving it. Its errors are
// sentences for the operator.
func Restore(ctx context.Context, r Restoring) (Copy, error) {
	if err := databaseFiles(r.To, r.From, "a PostgreSQL database is restored with pg_restore: docs/backup.md tells how"); err != nil {
		return Copy{}, err
	}
	return sqlite.Restore(ctx, sqlite.Restoring{From: r.From, To: r.To, Progress: r.Progress, Log: r.Log,
		Before: func(ctx context.Context, b store.Backend) error {
			l := &ledger{path: cmp.Or(r.Erasures, Ledger(r.To))}
			return eraseAgain(ctx, l, store.New(b, store.Options{Log: r.Log, Erased: l.note}), r.Log)
		}})
}

// eraseAgain does the erasures of a ledger once more, in a database that was put
// back: a backup holds who was erased since. It is done before a restored database
// has its name, and each time before one is served, whoever put it there: so it has
// to be quick where nothing is left to do. A variable, so that a test can look in.
var eraseAgain = func(ctx context.Context, l *ledger, s *store.Store, log *slog.Logger) error {
	return l.begin(ctx, s, log)
}
