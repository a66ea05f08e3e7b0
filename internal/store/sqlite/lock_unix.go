//go:build unix

package sqlite

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// lockFile takes the lock that says "a server serves this database", beside the
// database and not on it: SQLite's own locks would be lost when another
// descriptor of the same file is closed. The system frees it when the process
// ends, however it ends.
func lockFile(database string) (*os.File, error) {
	f, err := os.OpenFile(database+"-lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("cannot make the lock file of the database: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("%s is being served already: stop the other carnet serve, or name another database with --db", database)
		}
		return nil, fmt.Errorf("cannot lock %s: %w", f.Name(), err)
	}
	return f, nil
}
