package postgres

import (
	"cmp"
	"context"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/carnet-project/carnet/internal/checks/pgtest"
	"github.com/carnet-project/carnet/internal/store/storetest/promise"
)

var update = flag.Bool("update", false, "make the newest rows in testdata anew, which is right until their schema has been released")

// rows are the tables of a database as JSON: by table, a list of rows as
// PostgreSQL writes them.
type rows map[string][]json.RawMessage

// Databases that earlier versions made can be brought up to date, read and
// written to. Of each schema testdata has the rows of one; once released, none
// is ever made anew.
func TestEarlierDatabases(t *testing.T) {
	if *update {
		makeEarlier(t, "testdata/schema-13.json")
	}
	files, err := filepath.Glob("testdata/schema-*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("there are no rows in testdata: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			dsn := pgtest.Empty(t, "")
			schema := fillEarlier(t, dsn, file)
			if err := Migrate(bg, dsn); err != nil {
				t.Fatal(err)
			}
			promise.CheckEarlier(t, opened(t, Options{DSN: dsn}), int(schema))
		})
	}
}

// A database from before the first release is refused.
func TestUnreleasedSchemaIsRefused(t *testing.T) {
	dsn := pgtest.NewTemplate(t, Migrate).Database(t)
	conn, err := pgx.Connect(bg, dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if _, err := conn.Exec(bg, `UPDATE goose_db_version SET version_id = 1 WHERE version_id = 2; DELETE FROM goose_db_version WHERE version_id > 1`); err != nil {
		t.Fatal(err)
	}
	if err := Migrate(bg, dsn); err == nil || !strings.Contains(err.Error(), "from before the first release") {
		t.Errorf("migrating it: %v", err)
	}
	if b, err := Open(bg, Options{DSN: dsn}); err == nil || !strings.Contains(err.Error(), "from before the first release") {
		t.Errorf("opening it: %v, %v", b, err)
	}
}

// fillEarlier makes the schema that the file is named after, fills it, and gives its
// number.
func fillEarlier(t *testing.T, dsn, file string) (schema int64) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var tables rows
	if err := json.Unmarshal(text, &tables); err != nil {
		t.Fatal(err)
	}
	config, err := parse(Options{DSN: dsn})
	if err != nil {
		t.Fatal(err)
	}
	db := stdlib.OpenDB(*config.pools.ConnConfig)
	defer db.Close()
	provider, err := newProvider(db)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(regexp.MustCompile(`\d+`).FindString(filepath.Base(file))), &schema); err != nil {
		t.Fatal(err)
	}
	if _, err := provider.UpTo(bg, schema); err != nil {
		t.Fatal(err)
	}
	for _, table := range inOrder(tables) {
		statement := `INSERT INTO ` + table + ` SELECT * FROM json_populate_record(NULL::` + table + `, $1::json)`
		if _, err := db.ExecContext(bg, `DELETE FROM `+table); err != nil { // what the migration put there
			t.Fatal(err)
		}
		for _, row := range tables[table] {
			if _, err := db.ExecContext(bg, statement, string(row)); err != nil {
				t.Fatalf("%s: %v", table, err)
			}
		}
	}
	return schema
}

// inOrder puts tables before those that refer to them.
func inOrder(tables rows) []string {
	var names []string
	for name := range tables {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(strings.Count(a, "_settings"), strings.Count(b, "_settings")), strings.Compare(a, b))
	})
	return names
}

func makeEarlier(t *testing.T, file string) {
	t.Helper()
	dsn := pgtest.NewTemplate(t, Migrate).Database(t)
	promise.FillEarlier(t, opened(t, Options{DSN: dsn}))
	conn, err := pgx.Connect(bg, dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	names, err := collectText(conn, `SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'goose_db_version'`)
	if err != nil {
		t.Fatal(err)
	}
	tables := rows{}
	for _, name := range names {
		list, err := collectText(conn, `SELECT row_to_json(t)::text FROM `+name+` t`)
		if err != nil {
			t.Fatal(err)
		}
		tables[name] = []json.RawMessage{}
		for _, row := range list {
			tables[name] = append(tables[name], json.RawMessage(row))
		}
	}
	text, err := json.MarshalIndent(tables, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, append(text, '\n'), 0o644); err != nil {
		t.Fatal(err)
	}
}

func collectText(conn *pgx.Conn, query string) ([]string, error) {
	found, err := conn.Query(bg, query)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(found, pgx.RowTo[string])
}
