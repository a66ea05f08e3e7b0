package server

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/carnet-project/carnet/internal/store"
)

// backedUp makes a database and a backup of it.
func backedUp(t *testing.T) (db, backup string) {
	t.Helper()
	dir := t.TempDir()
	db, backup = filepath.Join(dir, "carnet.db"), filepath.Join(dir, "backup.db")
	writeAt(t, db, time.Now())
	if _, err := Backup(t.Context(), db, backup, func(int64, int64) {}, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	return db, backup
}

// The erasures of the ledger beside the database are done again before anybody is
// served, whichever way a backup was put back; where that fails, nobody is.
func TestErasuresAreDoneAgain(t *testing.T) {
	old, backup := backedUp(t)
	quiet := slog.New(slog.DiscardHandler)
	before := eraseAgain
	t.Cleanup(func() { eraseAgain = before })
	var ledgers []string
	var fails error
	eraseAgain = func(_ context.Context, l *ledger, s *store.Store, _ *slog.Logger) error {
		if s == nil {
			t.Error("without a database")
		}
		ledgers = append(ledgers, l.path)
		return fails
	}
	db := filepath.Join(t.TempDir(), "carnet.db")
	restore := func() error {
		_, err := Restore(t.Context(), Restoring{From: backup, To: db, Progress: func(int64, int64) {}, Log: quiet})
		return err
	}
	fails = errors.New("the ledger cannot be read")
	if err := restore(); !errors.Is(err, fails) {
		t.Errorf("the ledger failed: %v", err)
	}
	if _, err := os.Stat(db); err == nil {
		t.Error("there is a database whose erasures were not done")
	}
	fails = nil
	if err := restore(); err != nil {
		t.Error(err)
	}
	if len(ledgers) != 2 || ledgers[1] != db+".erasures" {
		t.Errorf("the ledgers were %q", ledgers)
	}

	content, err := os.ReadFile(backup)
	if err == nil {
		err = os.WriteFile(old, content, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	fails = errors.New("the ledger cannot be read")
	// The second start knows nothing of a restore any more.
	for _, accept := range []bool{true, false} {
		ledgers = nil
		byHand := Config{Database: old, Listen: "127.0.0.1:0", AcceptRestored: accept, Log: quiet}
		if _, err := Open(t.Context(), byHand); !errors.Is(err, fails) || len(ledgers) != 1 || ledgers[0] != old+".erasures" {
			t.Errorf("put back by hand, accepted %v: %v, ledgers %q", accept, err, ledgers)
		}
	}
}
