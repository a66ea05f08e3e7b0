package sqlite_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/sqlite"
	"github.com/carnet-project/carnet/internal/store/storetest"
)

func TestBackend(t *testing.T) {
	empty := emptyDatabase(t)
	storetest.Run(t, func(t *testing.T) store.Backend {
		path := filepath.Join(t.TempDir(), "carnet.db")
		if err := os.WriteFile(path, empty, 0o600); err != nil {
			t.Fatal(err)
		}
		b, err := sqlite.Open(bg, sqlite.Options{Path: path, Serve: true})
		if err != nil {
			t.Fatal(err)
		}
		return b
	})
}

// emptyDatabase gives the content of a new file. To make one from the schema
// takes longer than most tests.
func emptyDatabase(t *testing.T) []byte {
	path := filepath.Join(t.TempDir(), "empty.db")
	b, err := sqlite.Open(bg, sqlite.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}
