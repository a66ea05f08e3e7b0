package histories

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/postgres"
	"github.com/carnet-project/carnet/internal/store/sqlite"
)

var (
	bg    = context.Background()
	quiet = slog.New(slog.DiscardHandler)
)

// tenant is a Space for one group, and who may write there.
type tenant struct {
	grant  access.Grant
	secret string
}

// books are servers on one database.
type books []*book.Book

// visit is a history on them. Each of its groups has a Space of its own, so that
// the numbers of its changes are those of the model.
type visit struct {
	books
	tenants []tenant
	writes  atomic.Int64
}

// open makes servers over backends of one database.
func open(t *testing.T, backends ...store.Backend) (servers books) {
	t.Helper()
	for _, backend := range backends {
		s := store.New(backend, store.Options{Log: quiet})
		b := book.New(s, book.Options{Log: quiet})
		t.Cleanup(func() {
			b.Close()
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
		servers = append(servers, b)
	}
	return servers
}

// settle makes Spaces without limits, and keys.
func settle(t *testing.T, b *book.Book, spaces int) (out []tenant) {
	t.Helper()
	limits := access.Limits{}
	for _, bucket := range access.Buckets {
		limits = limits.With(bucket, 0)
	}
	for i := range spaces {
		space, err := b.CreateSpace(bg, "test", access.Space{Name: fmt.Sprint("Space ", i), Limits: limits})
		if err != nil {
			t.Fatal(err)
		}
		key, secret, err := b.CreateKey(bg, "test", access.APIKey{Space: space.ID})
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, tenant{access.Grant{Key: key, Space: space}, secret.Reveal()})
	}
	return out
}

func onSQLite(t *testing.T) books {
	t.Helper()
	backend, err := sqlite.Open(bg, sqlite.Options{Path: filepath.Join(t.TempDir(), "carnet.db"), Log: quiet})
	if err != nil {
		t.Fatal(err)
	}
	return open(t, backend)
}

// onPostgres makes two servers on one database.
func onPostgres(t *testing.T, dsn string) books {
	t.Helper()
	var backends []store.Backend
	for range 2 {
		backend, err := postgres.Open(bg, postgres.Options{DSN: dsn, Log: quiet, MaxConns: 12})
		if err != nil {
			t.Fatal(err)
		}
		backends = append(backends, backend)
	}
	return open(t, backends...)
}

// do asks one of the servers.
func (b *visit) do(client int, c *call) (*answer, error) {
	server, grant := b.books[client%len(b.books)], b.tenants[c.group].grant
	var o outcome
	switch c.kind {
	case get:
		o.contact, o.err = server.Get(bg, grant, c.ref)
	case feed:
		page, err := server.Feed(bg, grant, &book.Feed{After: c.op, PerPage: book.MaxPerPage})
		for i := range page.Changes {
			o.changes = append(o.changes, &page.Changes[i])
		}
		o.err = err
	default:
		terms := book.Terms{RequestID: fmt.Sprint("request-", b.writes.Add(1)), Terms: store.Terms{Dry: c.dry}}
		var w book.Written
		w, o.err = server.Do(bg, grant, terms, c.verb())
		o.contact, o.entries, o.remains, o.op = w.Contact, w.Entries, w.Remains, w.Change.Op
		if o.op != 0 && w.Change.Space != grant.Space.ID {
			return nil, fmt.Errorf("%s: the change is of Space %d", c, w.Change.Space)
		}
	}
	return heard(sayAll, c, &o), nil
}
