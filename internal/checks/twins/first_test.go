package twins

import (
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/checks/pgtest"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/postgres"
)

// Servers that start at once on an empty database make one Space: each has seen
// that there is none, and then one waits for the other.
func TestServersStartAtOnce(t *testing.T) {
	t.Parallel()
	dsn := pgtest.NewTemplate(t, postgres.Migrate).Database(t)
	const servers = 2
	var books [servers]*book.Book
	for i := range books {
		s := store.New(onPostgres(t, dsn), store.Options{Log: quiet})
		books[i] = book.New(s, book.Options{Log: quiet})
	}
	// A transaction of ours holds them up where they have looked and are about to
	// make a Space.
	var conns [2]*pgx.Conn // the second sees who waits: a transaction would see it once
	for i := range conns {
		var err error
		if conns[i], err = pgx.Connect(bg, dsn); err != nil {
			t.Fatal(err)
		}
		defer conns[i].Close(bg)
	}
	tx, err := conns[0].Begin(bg)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(bg, "SELECT FROM id_blocks WHERE kind = 'space' FOR UPDATE"); err != nil {
		t.Fatal(err)
	}
	var firsts [servers]access.Space
	var made [servers]bool
	var wg sync.WaitGroup
	for i, b := range books {
		wg.Go(func() {
			var err error
			if firsts[i], made[i], err = b.FirstSpace(bg, "serve", access.Space{Name: "default"}); err != nil {
				t.Error(err)
			}
		})
	}
	for waiting := 0; waiting < servers; {
		err := conns[1].QueryRow(bg, "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()").Scan(&waiting)
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := tx.Rollback(bg); err != nil {
		t.Fatal(err)
	}
	wg.Wait()
	spaces, err := books[0].Spaces(bg)
	if err != nil || len(spaces) != 1 || spaces[0].Name != "default" {
		t.Fatalf("the Spaces are %+v, %v; want one", spaces, err)
	}
	if made[0] == made[1] || firsts[0] != spaces[0] || firsts[1] != spaces[0] {
		t.Errorf("made %v: %+v; want it made once, and both to have it", made, firsts)
	}
	entries := 0
	for e, err := range books[1].SpaceLog(bg, 0) {
		if entries++; err != nil || e.Space != spaces[0].ID || e.Who != "serve" {
			t.Errorf("the log has %+v, %v", e, err)
		}
	}
	if entries != 1 {
		t.Errorf("the log has %d entries, want 1", entries)
	}
}
