package server_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/server"
)

// FAULT B8: what looks like the address of a database is read as one or
// refused. It never becomes a file, and is never repeated.
func TestDatabaseNames(t *testing.T) {
	t.Chdir(t.TempDir())
	const secret = "hunter2"
	for name, says := range map[string]string{
		// What PostgreSQL's own tools take goes to PostgreSQL, where nobody
		// answers on this port.
		"host=127.0.0.1 port=1 password=" + secret:                           "cannot connect",
		"password=" + secret + " host=127.0.0.1 port=1":                      "cannot connect",
		"password = '" + secret + "' host = 127.0.0.1 port = 1":              "cannot connect",
		"application_name=x\tpassword=" + secret + "\thost=127.0.0.1 port=1": "cannot connect",
		"postgres://ada:" + secret + "@127.0.0.1:1/x":                        "cannot connect",
		"postgresql://ada:" + secret + "@127.0.0.1:1/x":                      "cannot connect",
		"Postgres://ada:" + secret + "@127.0.0.1:1/x":                        "cannot connect",
		"POSTGRESQL://ada:" + secret + "@127.0.0.1:1/x":                      "cannot connect",
		"host=127.0.0.1 password='" + secret:                                 "cannot be read",
		"postgres://ada:" + secret + "@127.0.0.1:x/y":                        "cannot be read",
		"postgres:ada:" + secret + "@127.0.0.1/x":                            "lacks its slashes",
		"postgresql:/ada:" + secret + "@127.0.0.1/x":                         "lacks its slashes",
		"POSTGRES:" + secret:                                                 "lacks its slashes",
		"ada:" + secret + "@127.0.0.1/x":                                     "lacks its beginning",
		"ada@" + secret + "/x":                                               "lacks its beginning",
		"mysql://ada:" + secret + "@127.0.0.1/x":                             "in no other database",
		"MariaDB://ada:" + secret + "@127.0.0.1/x":                           "in no other database",
		"jdbc:postgresql://127.0.0.1/x?user=ada&password=" + secret:          "in no other database",
		"postgresql+psycopg2://ada:" + secret + "@127.0.0.1/x":               "in no other database",
		"sqlserver://127.0.0.1?password=" + secret:                           "in no other database",
		"sqlite://" + secret + ".db":                                         "its path alone",
		"sqlite:" + secret + ".db":                                           "its path alone",
		"SQLite3:///" + secret + ".db":                                       "its path alone",
		"file:" + secret + ".db?mode=memory":                                 "its path alone",
		":memory:":                                                           "in memory",
		"":                                                                   "is empty",
	} {
		_, err := server.OpenDatabase(t.Context(), name, true, nil)
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v, want %q", name, err, says)
			continue
		}
		if bad := server.CheckDatabase(name); bad != nil && fault.KindOf(err) != fault.Invalid {
			t.Errorf("%q: %v is no Invalid error", name, err)
		}
		for _, text := range []string{err.Error(), server.DatabaseName(name)} {
			if server.CheckDatabase(name) == nil && strings.Contains(text, secret) || strings.Contains(err.Error(), secret) {
				t.Errorf("%q is repeated: %s", name, text)
			}
		}
	}
	if made, err := filepath.Glob("*"); err != nil || len(made) != 0 {
		t.Errorf("made %q, %v", made, err)
	}
}

// Paths are what they look like, with any sign in them.
func TestPathsOfDatabases(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	if err := os.Mkdir("a=b", 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"x.db", "./ada:x@y.db", "a=b/c.db", "postgres.db", "host.db", "mail@example.com.db", "my:notes.db", dir + "/file.db"} {
		if err := server.CheckDatabase(name); err != nil {
			t.Errorf("%q: %v", name, err)
			continue
		}
		db, err := server.OpenDatabase(t.Context(), name, true, nil)
		if err != nil {
			t.Errorf("%q: %v", name, err)
			continue
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(name); err != nil || server.DatabaseName(name) != name {
			t.Errorf("%q: %v, shown as %q", name, err, server.DatabaseName(name))
		}
	}
}

// FAULT B8: what is shown of an address leads nobody in.
func TestDatabaseName(t *testing.T) {
	for name, want := range map[string]string{
		"carnet.db": "carnet.db",
		"postgres://ada:hunter2@db.example.com:5432/x?sslmode=disable": "postgres://db.example.com:5432/x",
		"POSTGRES://db.example.com/x?password=hunter2":                 "postgres://db.example.com/x",
		"postgres://ada:12?hunter2@db.example.com/x":                   "a PostgreSQL database",
		"postgres://ada:12#hunter2@db.example.com/x":                   "a PostgreSQL database",
		"postgres://ada:1/hunter2@db.example.com/x":                    "a PostgreSQL database",
		"postgres://x@ada:1/hunter2@db.example.com/x":                  "a PostgreSQL database",
		"postgres:///x":                        "postgres:///x",
		"host=db.example.com password=hunter2": "a PostgreSQL database",
		"dbname=x\npassword=hunter2":           "a PostgreSQL database",
	} {
		if got := server.DatabaseName(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}
