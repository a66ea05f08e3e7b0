package book_test

import (
	"context"
	"io"
	"testing"
	"time"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/checks/sqlitetest"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/sqlite"
)

// madeSQLite makes the file that the others are copies of.
func madeSQLite(path string) (io.Closer, error) {
	return sqlite.Open(context.Background(), sqlite.Options{Path: path})
}

// registry opens a book on a fresh database, with a clock that the test sets.
func registry(t *testing.T) (*book.Book, *time.Time) {
	t.Helper()
	now := time.Date(2026, time.June, 30, 12, 0, 0, 0, time.UTC)
	backend, err := sqlite.Open(t.Context(), sqlite.Options{Path: sqlitetest.Path(t, madeSQLite)})
	if err != nil {
		t.Fatal(err)
	}
	clock := func() time.Time { return now }
	s := store.New(backend, store.Options{Clock: clock})
	b := book.New(s, book.Options{Clock: clock})
	t.Cleanup(func() {
		b.Close()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return b, &now
}

func code(err error) fault.Code {
	if f, ok := err.(*fault.Error); ok {
		return f.Code
	}
	return "no fault"
}

func makeSpace(t *testing.T, b *book.Book) access.Space {
	t.Helper()
	s, err := b.CreateSpace(context.Background(), "test", access.Space{Name: "one"})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestRegistryRefuses(t *testing.T) {
	b, now := registry(t)
	space := makeSpace(t, b)
	nothing := func(*access.Space) error { return nil }
	_, noName := b.CreateSpace(t.Context(), "test", access.Space{})
	_, noSpace := b.UpdateSpace(t.Context(), "test", 99, nothing)
	_, _, noSpaceOfKey := b.CreateKey(t.Context(), "test", access.APIKey{Space: 99})
	_, _, expired := b.CreateKey(t.Context(), "test", access.APIKey{Space: space.ID, Expires: contact.TimeOf(*now)})
	_, _, noKey := b.RevokeKey(t.Context(), "test", 99)
	for name, c := range map[string]struct {
		err  error
		kind fault.Kind
		code fault.Code
	}{
		"a Space without a name":     {noName, fault.Invalid, "name_length"},
		"a Space that is not":        {noSpace, fault.NotFound, "space_not_found"},
		"a key of no Space":          {noSpaceOfKey, fault.NotFound, "space_not_found"},
		"a key that has expired":     {expired, fault.Invalid, "expiry_past"},
		"revoking a key that is not": {noKey, fault.NotFound, "key_not_found"},
	} {
		if fault.KindOf(c.err) != c.kind || code(c.err) != c.code {
			t.Errorf("%s: %v (%s)", name, c.err, code(c.err))
		}
	}
	if keys, err := b.APIKeys(t.Context()); err != nil || len(keys) != 0 {
		t.Errorf("refused, yet there are keys: %v, %v", keys, err)
	}
}
