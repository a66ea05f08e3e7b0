// Package sqlitetest gives tests database files of their own. It is for tests alone, and
// knows nothing of what is stored in them.
package sqlitetest

import (
	"io"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// empty is the content of a new file, once one was made.
var empty struct {
	mu      sync.Mutex
	content []byte
}

// Path gives the path of a file of the test's own: a copy of what open made first in this
// program. To make each from its schema takes longer than most tests.
func Path(t testing.TB, open func(path string) (io.Closer, error)) string {
	t.Helper()
	empty.mu.Lock()
	defer empty.mu.Unlock()
	if empty.content == nil {
		made := filepath.Join(t.TempDir(), "empty.db")
		b, err := open(made)
		if err != nil {
			t.Fatal(err)
		}
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
		if empty.content, err = os.ReadFile(made); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(t.TempDir(), "carnet.db")
	if err := os.WriteFile(path, empty.content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
