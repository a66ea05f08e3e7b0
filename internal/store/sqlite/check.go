package sqlite

import (
	"errors"
	"fmt"
	"time"

	"zombiezen.com/go/sqlite"

	"github.com/carnet-project/carnet/internal/store"
)

// check looks through the whole file after it was not closed, beside serving. It is
// one long read: while it goes on the log cannot start anew.
func (b *Backend) check(quit <-chan struct{}) {
	b.log.Info("the database was not closed when it was open last: it is being checked, beside serving")
	began := time.Now()
	found, err := b.quickCheck(quit)
	select {
	case <-quit:
		b.log.Info("the check after an unclean stop was given up; the next start begins it again")
		return
	default:
	}
	switch {
	case err == nil && found == "ok":
		err = b.setMark(func(m *mark) { m.unchecked = false })
		b.log.Info("the check after an unclean stop found nothing wrong", "took", time.Since(began).Round(time.Millisecond))
	case err == nil: // what it found is left out: it may name what is stored
		err = fmt.Errorf("%w: the check after an unclean stop found damage", store.ErrBroken)
	}
	if err != nil {
		b.log.Error("the check after an unclean stop failed: where that was no passing trouble, restore a backup", "error", b.noticed(err))
	}
}

// quickCheck runs on a connection of its own, so that it takes nobody's place. It
// gives "ok", or what is wrong.
func (b *Backend) quickCheck(quit <-chan struct{}) (found string, err error) {
	c, err := openConn(b.path, readerPragmas)
	if err != nil {
		return "", err
	}
	c.SetInterrupt(quit)
	err = c.run("PRAGMA quick_check(1)", func(s *sqlite.Stmt) error {
		found = s.ColumnText(0)
		return nil
	})
	c.SetInterrupt(nil)
	if errors.Is(err, store.ErrBroken) {
		return "", err // and the connection stays open: see closeConns
	}
	return found, errors.Join(err, c.close())
}
