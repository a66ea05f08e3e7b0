package histories

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/checks/pgtest"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/postgres"
	"github.com/carnet-project/carnet/internal/store/sqlite"
)

// untilKilled is how much of a history comes before the kill; what comes after it
// is as the usual one, but shorter.
const untilKilled = 300

var (
	beforeKill = scope{groups: 4, contacts: 4, clients: 5, calls: 1000}
	afterKill  = scope{groups: 4, contacts: 4, clients: 5, calls: 15}
)

// CONTRACT D21: the built server is killed by kill -9 while all write, and started
// again. A call that it did not answer was done or not; each that it answered was
// done, and nobody sees anything else, before or after.
func TestHistoriesOfAKilledServer(t *testing.T) {
	t.Parallel()
	for name, database := range map[string]func(*testing.T) func(*testing.T) (string, store.Backend){
		"SQLite": func(*testing.T) func(*testing.T) (string, store.Backend) { return fileForServer },
		"PostgreSQL": func(t *testing.T) func(*testing.T) (string, store.Backend) {
			empty := pgtest.NewTemplate(t, postgres.Migrate)
			return func(t *testing.T) (string, store.Backend) { return databaseForServer(t, empty) }
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			seed, fresh := seedOf(t), database(t)
			for i := range times(4, 100) {
				t.Run(fmt.Sprint(i), func(t *testing.T) {
					t.Parallel()
					p := newProcess(t, fresh)
					p.start(t)
					r := newRecorder(p, p.say)
					r.http = true
					parties := r.begin(t, beforeKill)
					killed := make(chan struct{})
					r.call(untilKilled, func() { p.kill(t); close(killed) })
					r.all(parties, beforeKill, seed+uint64(i))
					<-killed
					p.start(t)
					r.all(parties, afterKill, seed-uint64(i)-1)
					r.end(parties)
					if r.unknown == 0 {
						t.Error("nobody was interrupted by the kill")
					}
					r.judge(t)
				})
			}
		})
	}
}

// newProcess makes a database with Spaces for a server.
func newProcess(t *testing.T, fresh func(*testing.T) (string, store.Backend)) *process {
	t.Helper()
	db, backend := fresh(t)
	s := store.New(backend, store.Options{Log: quiet})
	b := book.New(s, book.Options{Log: quiet})
	p := &process{db: db, tenants: settle(t, b, beforeKill.groups)}
	b.Close()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return p
}

func fileForServer(t *testing.T) (string, store.Backend) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "carnet.db")
	backend, err := sqlite.Open(bg, sqlite.Options{Path: path, Log: quiet})
	if err != nil {
		t.Fatal(err)
	}
	return path, backend
}

func databaseForServer(t *testing.T, empty *pgtest.Template) (string, store.Backend) {
	t.Helper()
	dsn := empty.Database(t)
	backend, err := postgres.Open(bg, postgres.Options{DSN: dsn, Log: quiet, MaxConns: 12})
	if err != nil {
		t.Fatal(err)
	}
	return pgtest.With(dsn, "pool_max_conns", "12"), backend
}
