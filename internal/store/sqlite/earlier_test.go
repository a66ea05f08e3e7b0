package sqlite

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/carnet-project/carnet/internal/store/storetest/promise"
)

var update = flag.Bool("update", false, "make the newest database in testdata anew, which is right until its schema has been released")

// Databases that earlier versions made can be opened, read and written to. Of
// each schema there is one in testdata; once released, none is ever made anew.
func TestEarlierDatabases(t *testing.T) {
	if *update {
		makeEarlier(t, "testdata/schema-13.db")
	}
	files, err := filepath.Glob("testdata/schema-*.db")
	if err != nil || len(files) == 0 {
		t.Fatalf("there is no database in testdata: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(t.TempDir(), "carnet.db")
			if err := os.WriteFile(path, content, 0o600); err != nil {
				t.Fatal(err)
			}
			var schema int
			if _, err := fmt.Sscanf(filepath.Base(file), "schema-%d", &schema); err != nil {
				t.Fatal(err)
			}
			promise.CheckEarlier(t, opened(t, Options{Path: path}), schema)
		})
	}
}

// A database from before the first release is refused.
func TestUnreleasedSchemaIsRefused(t *testing.T) {
	content, err := os.ReadFile("testdata/unreleased-1.db")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "carnet.db")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, serve := range []bool{false, true} {
		refused(t, Options{Path: path, Serve: serve}, "from before the first release")
	}
}

func makeEarlier(t *testing.T, path string) {
	for _, left := range []string{path, path + "-lock"} {
		if err := os.RemoveAll(left); err != nil {
			t.Fatal(err)
		}
	}
	b, err := Open(context.Background(), Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	promise.FillEarlier(t, b)
	if err := b.Close(); err != nil { // which leaves all of it in the one file
		t.Fatal(err)
	}
	if err := os.Remove(path + "-lock"); err != nil {
		t.Fatal(err)
	}
}
