package twins

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/checks/pgtest"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/postgres"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

// server is one of several on a database.
type server struct {
	*book.Book
	store   *store.Store
	backend *suite.Faulty
}

// town is a database, its servers, and one Space with a key. The clocks of the
// servers stand until they are moved, an hour apart from each other.
type town struct {
	dsn     string
	servers []*server
	passed  atomic.Int64 // nanoseconds
	grant   access.Grant
	secret  string
}

func newTown(t *testing.T, servers int) *town {
	t.Helper()
	w := &town{dsn: pgtest.NewTemplate(t, postgres.Migrate).Database(t)}
	start := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for i := range servers {
		clock := func() time.Time {
			return start.Add(time.Duration(i)*time.Hour + time.Duration(w.passed.Load()))
		}
		f := suite.NewFaulty(onPostgres(t, w.dsn))
		s := store.New(f, store.Options{Log: quiet, Clock: clock})
		b := book.New(s, book.Options{Log: quiet, Clock: clock})
		t.Cleanup(func() {
			b.Close()
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
		w.servers = append(w.servers, &server{b, s, f})
	}
	var err error
	if w.grant.Space, err = w.servers[0].CreateSpace(bg, "test", access.Space{Name: "Example Ltd", Region: "US"}); err != nil {
		t.Fatal(err)
	}
	w.grant.Key, w.secret = w.key(t)
	return w
}

// key makes a key of the Space, on the last server.
func (w *town) key(t *testing.T) (access.APIKey, string) {
	t.Helper()
	k, secret, err := w.servers[len(w.servers)-1].CreateKey(bg, "test", access.APIKey{Space: w.grant.Space.ID})
	if err != nil {
		t.Fatal(err)
	}
	return k, secret.Reveal()
}

var requests atomic.Int64

// by gives each write a request of its own.
func by() book.Terms {
	return book.Terms{RequestID: fmt.Sprint("request-", requests.Add(1))}
}

func patch(col contact.Collection, texts ...string) contact.Patch {
	var p contact.Patch
	p.Values[col] = contact.List{Sent: true, Texts: texts}
	return p
}

// create makes a contact on a server.
func (w *town) create(t *testing.T, s *server, p contact.Patch) contact.Contact {
	t.Helper()
	made, err := s.Do(bg, w.grant, by(), &contact.Create{Patch: p})
	if err != nil {
		t.Fatal(err)
	}
	return made.Contact
}

// history reads the feed of a server from its beginning, which must have no gap.
func (w *town) history(t *testing.T, s *server) (all []contact.Change) {
	t.Helper()
	for {
		page, err := s.Feed(bg, w.grant, &book.Feed{After: contact.Seq(len(all)), PerPage: 500})
		if err != nil {
			t.Fatal(err)
		}
		if len(page.Changes) == 0 {
			return all
		}
		for _, ch := range page.Changes {
			if ch.Seq != contact.Seq(len(all)+1) {
				t.Fatalf("change %d follows %d", ch.Seq, len(all))
			}
			all = append(all, ch)
		}
	}
}
