package server

import (
	"log/slog"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/sqlite"
)

// FAULT B9: a server whose clock is years ahead of what its database knows writes
// nothing, unless whoever starts it says that the clock is right.
func TestClockYearsAhead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "carnet.db")
	writeAt(t, path, time.Now().AddDate(-10, 0, 0))
	for _, c := range []struct {
		accept bool
		status int
	}{{false, http.StatusServiceUnavailable}, {true, http.StatusCreated}, {false, http.StatusCreated}} {
		s, err := Open(t.Context(), Config{Database: path, Listen: "127.0.0.1:0", AcceptClock: c.accept, Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		r := start(t, s)
		if status := r.post(t); status != c.status {
			t.Errorf("accepted %v: answered %d, want %d", c.accept, status, c.status)
		}
		if warned := r.Book().ClockWarning() != ""; warned != (c.status != http.StatusCreated) {
			t.Errorf("accepted %v: warned %v", c.accept, warned)
		}
		r.stop()
		if err := <-r.ended; err != nil {
			t.Error(err)
		}
	}
}

// writeAt makes a database with a contact that was made at some time.
func writeAt(t *testing.T, path string, at time.Time) {
	t.Helper()
	clock := func() time.Time { return at }
	backend, err := sqlite.Open(t.Context(), sqlite.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	s := store.New(backend, store.Options{Clock: clock})
	b := book.New(s, book.Options{Clock: clock})
	space, err := b.CreateSpace(t.Context(), "test", access.Space{Name: "old"})
	if err != nil {
		t.Fatal(err)
	}
	key, _, err := b.CreateKey(t.Context(), "test", access.APIKey{Space: space.ID})
	if err != nil {
		t.Fatal(err)
	}
	patch := contact.Patch{}
	patch.Values[contact.Names] = contact.List{Sent: true, Texts: []string{"Ada Example"}}
	if _, err := b.Do(t.Context(), access.Grant{Key: key, Space: space}, book.Terms{RequestID: "r"}, &contact.Create{Patch: patch}); err != nil {
		t.Fatal(err)
	}
	b.Close()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}
