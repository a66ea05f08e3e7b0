package postgres_test

import (
	"context"
	"testing"

	"github.com/carnet-project/carnet/internal/checks/pgtest"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/postgres"
	"github.com/carnet-project/carnet/internal/store/storetest"
)

var bg = context.Background()

func TestBackend(t *testing.T) {
	empty := pgtest.NewTemplate(t, postgres.Migrate)
	storetest.Run(t, func(t *testing.T) store.Backend { return opened(t, empty.Database(t)) })
}

// opened opens a database, which the test closes.
func opened(t *testing.T, dsn string) *postgres.Backend {
	t.Helper()
	b, err := postgres.Open(bg, postgres.Options{DSN: dsn})
	if err != nil {
		t.Fatal(err)
	}
	return b
}
