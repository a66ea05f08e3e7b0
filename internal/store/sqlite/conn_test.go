package sqlite

import (
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"zombiezen.com/go/sqlite"
)

// What one connection is bound to write must be what it writes while others are
// opened beside it. It was not: sqlite3_db_config, as the driver's SetDefensive
// calls it, takes a pointer that was never passed from behind its arguments, and
// writes a 1 to where it leads. Often that was memory in which another
// connection had just put a short text.
func TestOpeningSpoilsNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "carnet.db")
	opened(t, Options{Path: path})
	var openers, binders sync.WaitGroup
	var over atomic.Bool
	for range 2 {
		openers.Go(func() {
			for range 200 {
				c, err := openConn(path, readerPragmas)
				if err == nil {
					err = c.close()
				}
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for range 4 {
		binders.Go(func() {
			c, err := openConn(path, readerPragmas)
			if err != nil {
				t.Error(err)
				return
			}
			for i := 0; !over.Load() && err == nil; i++ {
				err = bindAndRead(c, i)
			}
			if err != nil {
				t.Error(err)
			}
			if err := c.close(); err != nil {
				t.Error(err)
			}
		})
	}
	openers.Wait()
	over.Store(true)
	binders.Wait()
}

// bindAndRead binds short texts and expects the same back.
func bindAndRead(c *conn, i int) error {
	var want [8]string
	args := make([]any, len(want))
	for j := range want {
		want[j] = fmt.Sprintf("text-%d", (i+j)%1000)
		args[j] = want[j]
	}
	return c.run(`SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8`, func(s *sqlite.Stmt) error {
		for j := range want {
			if got := s.ColumnText(j); got != want[j] {
				return fmt.Errorf("%q came back as %q", want[j], got)
			}
		}
		return nil
	}, args...)
}
