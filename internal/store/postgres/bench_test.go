package postgres_test

import (
	"os"
	"testing"

	"github.com/carnet-project/carnet/internal/checks/pgtest"
	"github.com/carnet-project/carnet/internal/store/postgres"
	"github.com/carnet-project/carnet/internal/store/storetest"
)

// CARNET_BENCH_DB names a database with contacts to put into; bench/ sets it.
// Without it a few contacts on a server that syncs must do.
func BenchmarkPut(b *testing.B) {
	open := func(dsn string, spaces int) {
		backend, err := postgres.Open(bg, postgres.Options{DSN: dsn})
		if err != nil {
			b.Fatal(err)
		}
		storetest.BenchmarkPut(b, backend, spaces)
	}
	if dsn := os.Getenv("CARNET_BENCH_DB"); dsn != "" {
		open(dsn, 1)
		return
	}
	for _, spaces := range []int{1, 8} {
		dsn := pgtest.Start(b, pgtest.Options{Fsync: true}).DSN("")
		if err := postgres.Migrate(bg, dsn); err != nil {
			b.Fatal(err)
		}
		open(dsn, spaces)
	}
}
