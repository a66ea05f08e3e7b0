package postgres

import (
	"bytes"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/carnet-project/carnet/internal/checks/pgtest"
)

// refused fails the test unless opening fails with a sentence that has words,
// and without a password.
func refused(t *testing.T, what string, err error, words ...string) {
	t.Helper()
	if err == nil {
		t.Errorf("%s: it opens", what)
		return
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("%s: %q says nothing of %q", what, err, w)
		}
	}
	if strings.Contains(err.Error(), "hunter2") {
		t.Errorf("%s: the password is repeated: %v", what, err)
	}
}

func opens(dsn string) error {
	b, err := Open(bg, Options{DSN: dsn})
	if err == nil {
		err = b.Close()
	}
	return err
}

func TestOpenRefuses(t *testing.T) {
	for name, dsn := range map[string]string{
		"no DSN at all":    "carnet.db hunter2",
		"a broken port":    "postgres://carnet:hunter2@localhost:port/carnet",
		"a broken URL":     "postgres://carnet:hunter2@[::1/carnet",
		"an unknown mode":  "host=localhost password=hunter2 sslmode=perhaps",
		"a broken pool":    "host=localhost password=hunter2 pool_max_conns=many",
		"a broken timeout": "postgres://carnet:hunter2@localhost/carnet?connect_timeout=x",
	} {
		refused(t, name, opens(dsn), "must look like postgres://")
		refused(t, name, Migrate(bg, dsn), "must look like postgres://")
	}
	refused(t, "nobody there", opens("host="+t.TempDir()+" user=carnet password=hunter2"), "cannot connect", "no such file")
	refused(t, "nobody there", opens("postgres://carnet:hunter2@127.0.0.1:1/carnet?sslmode=disable"), "cannot connect", "refused")
	refused(t, "few connections", opens("host=localhost pool_max_conns=3"), "at least 9")

	empty := pgtest.Empty(t, "ENCODING 'UTF8'")
	refused(t, "no schema", opens(empty), "no schema yet", "carnet migrate")
	nowhere, err := url.Parse(empty)
	if err != nil {
		t.Fatal(err)
	}
	nowhere.Path += "_not"
	refused(t, "no database", opens(nowhere.String()), "no database of this name")
	refused(t, "no database", Migrate(bg, nowhere.String()), "no database of this name")
	latin := pgtest.Empty(t, "ENCODING 'LATIN1' LOCALE 'C'")
	refused(t, "another encoding", opens(latin), "LATIN1", "UTF8")
	refused(t, "another encoding", Migrate(bg, latin), "LATIN1", "UTF8")

	if err := Migrate(bg, pgtest.With(empty, "pool_max_conns", "9")); err != nil { // the DSN of the server will do
		t.Fatal(err)
	}
	if err := opens(empty); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct{ statement, word string }{
		{"DELETE FROM goose_db_version WHERE version_id = (SELECT max(version_id) FROM goose_db_version)", "carnet migrate"},
		{"INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, true)", "newer version of carnet"},
	} {
		execute(t, empty, step.statement)
		refused(t, step.statement, opens(empty), step.word)
	}
	refused(t, "a newer schema", Migrate(bg, empty), "newer version of carnet", "9999")
}

func execute(t *testing.T, dsn, statement string) {
	t.Helper()
	conn, err := pgx.Connect(bg, dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(bg)
	if _, err := conn.Exec(bg, statement); err != nil {
		t.Fatal(err)
	}
}

func TestOldServerIsRefused(t *testing.T) {
	refused(t, "PostgreSQL 13", checkVersion(13_00_14, "UTF8"), "PostgreSQL 13.14", "14 or later")
	if err := checkVersion(14_00_00, "UTF8"); err != nil {
		t.Error(err)
	}
}

// Of several that migrate at once one does it, and the installation has one
// secret, which a later migration leaves alone.
func TestMigrateAtOnce(t *testing.T) {
	dsn := pgtest.Empty(t, "ENCODING 'UTF8'")
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if err := Migrate(bg, dsn); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	b := opened(t, Options{DSN: dsn})
	before, err := b.Secret(bg)
	if err != nil || len(before) < 32 || bytes.Equal(before, make([]byte, len(before))) {
		t.Fatalf("a secret of %d bytes, %v", len(before), err)
	}
	if err := Migrate(bg, dsn); err != nil {
		t.Fatal(err)
	}
	after, err := b.Secret(bg)
	if err != nil || !bytes.Equal(before, after) {
		t.Errorf("the secret has changed, %v", err)
	}
	other := opened(t, Options{DSN: pgtest.NewTemplate(t, Migrate).Database(t)})
	if theirs, err := other.Secret(bg); err != nil || bytes.Equal(theirs, after) {
		t.Errorf("two installations share a secret, %v", err)
	}
}

func TestPools(t *testing.T) {
	for most, want := range map[string][4]int32{"24": {12, 8, 1, 1}, "9": {4, 1, 1, 1}, "10": {5, 1, 1, 1}, "11": {5, 2, 1, 1}} {
		b := opened(t, Options{DSN: pgtest.With(pgtest.NewTemplate(t, Migrate).Database(t), "pool_max_conns", most)})
		if got := [4]int32{b.writes.Config().MaxConns, b.reads.Config().MaxConns, b.ids.Config().MaxConns, b.keys.Config().MaxConns}; got != want {
			t.Errorf("%s: %v connections to write, read, take ids and look keys up, want %v", most, got, want)
		}
	}
}

// Named statements are for connections that lead straight to the server; a DSN
// may say otherwise.
func TestNamedStatements(t *testing.T) {
	dsn := pgtest.NewTemplate(t, Migrate).Database(t)
	for name, c := range map[string]struct {
		dsn  string
		want pgx.QueryExecMode
	}{
		"straight":              {dsn, pgx.QueryExecModeCacheStatement},
		"straight, by the DSN":  {pgtest.With(dsn, "default_query_exec_mode", "exec"), pgx.QueryExecModeExec},
		"a pooler":              {pgtest.Bouncer(t, dsn), pgx.QueryExecModeExec},
		"a pooler, and the DSN": {pgtest.With(pgtest.Bouncer(t, dsn), "default_query_exec_mode", "cache_describe"), pgx.QueryExecModeCacheDescribe},
	} {
		b := opened(t, Options{DSN: c.dsn})
		for _, pool := range []*pgxpool.Pool{b.writes, b.reads, b.ids, b.counts, b.keys} {
			if got := pool.Config().ConnConfig.DefaultQueryExecMode; got != c.want {
				t.Errorf("%s: statements are sent by %v, want %v", name, got, c.want)
			}
		}
	}
}
