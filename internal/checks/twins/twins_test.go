package twins

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"

	"github.com/carnet-project/carnet/internal/checks/pgtest"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/postgres"
	"github.com/carnet-project/carnet/internal/store/sqlite"
	"github.com/carnet-project/carnet/internal/store/storetest/model"
)

var (
	bg    = context.Background()
	quiet = slog.New(slog.DiscardHandler)
	long  = os.Getenv("CARNET_TEST_LONG") == "1"
)

// onSQLite opens a fresh file. Nothing moves its log meanwhile: that would wait
// for a lane that is held.
func onSQLite(t *testing.T) store.Backend {
	t.Helper()
	b, err := sqlite.Open(bg, sqlite.Options{Path: filepath.Join(t.TempDir(), "carnet.db"), Log: quiet})
	if err != nil {
		t.Fatal(err)
	}
	return closing(t, b)
}

// onPostgres connects a server to a database.
func onPostgres(t *testing.T, dsn string) store.Backend {
	t.Helper()
	b, err := postgres.Open(bg, postgres.Options{DSN: dsn, Log: quiet, MaxConns: 12})
	if err != nil {
		t.Fatal(err)
	}
	return closing(t, b)
}

func closing(t *testing.T, b store.Backend) store.Backend {
	t.Helper()
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Errorf("closing the backend: %v", err)
		}
	})
	return b
}

// The same writes have the same answers and leave the same rows, byte for byte,
// on either database and however they fall into batches.
func TestSameWritesSameState(t *testing.T) {
	t.Parallel()
	rounds, writes := 1, 2500
	if long {
		rounds, writes = 5, 5000
	}
	empty := pgtest.NewTemplate(t, postgres.Migrate)
	backends := map[string]func(t *testing.T) store.Backend{
		"SQLite":     onSQLite,
		"PostgreSQL": func(t *testing.T) store.Backend { return onPostgres(t, empty.Database(t)) },
	}
	for round := range rounds {
		script, want := model.DrawScript(t, backends["PostgreSQL"](t), writes)
		for name, open := range backends {
			for _, batch := range []int{1, 8, 256} {
				if name == "PostgreSQL" && batch == 1 {
					continue // so it was drawn
				}
				t.Run(fmt.Sprintf("%d: %s, batches of %d", round, name, batch), func(t *testing.T) {
					t.Parallel()
					synctest.Test(t, func(t *testing.T) { differs(t, script.Play(t, open(t), batch), want) })
				})
			}
		}
	}
}

// differs fails the test where a run left something else than the drawing, and
// shows the first lines that differ.
func differs(t *testing.T, have, want []string) {
	t.Helper()
	if len(have) < 3_000 {
		t.Errorf("only %d lines to compare", len(have))
	}
	for i := range max(len(have), len(want)) {
		switch {
		case i >= len(have):
			t.Fatalf("nothing stands in the place of\n%s", want[i])
		case i >= len(want):
			t.Fatalf("there is more:\n%s", have[i])
		case have[i] != want[i]:
			t.Fatalf("here:\n%s\non PostgreSQL, one by one:\n%s", have[i], want[i])
		}
	}
}
