package sqlite_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/carnet-project/carnet/internal/store/sqlite"
	"github.com/carnet-project/carnet/internal/store/storetest"
)

// CARNET_BENCH_DB names a file with contacts to put into; bench/ sets it. Without
// it a few contacts in a new one must do.
func BenchmarkPut(b *testing.B) {
	path := os.Getenv("CARNET_BENCH_DB")
	if path == "" {
		path = filepath.Join(b.TempDir(), "carnet.db")
	}
	backend, err := sqlite.Open(bg, sqlite.Options{Path: path, Serve: true})
	if err != nil {
		b.Fatal(err)
	}
	storetest.BenchmarkPut(b, backend, 1)
}
