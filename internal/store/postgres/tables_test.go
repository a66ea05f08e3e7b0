package postgres

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/carnet-project/carnet/internal/checks/pgtest"
	"github.com/carnet-project/carnet/internal/store/tables"
)

// ownTables are those that a copy does not take as they are, with the reason.
var ownTables = map[string]string{
	"goose_db_version": "the other database has migrations of its own",
	"id_blocks":        "it is in tables.Numbers",
	"limit_windows":    "a window lasts a minute, and another database begins new ones",
}

// Whatever a migration adds, a copy has to take along: internal/store/tables describes
// each table and each column as it is here, and the kinds of numbers.
func TestTablesAreDescribed(t *testing.T) {
	dsn := pgtest.NewTemplate(t, Migrate).Database(t)
	conn, err := pgx.Connect(bg, dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(bg)
	there := map[string]string{}
	gather(t, conn, there, `SELECT table_name || '.' || column_name, data_type || ' ' || is_nullable FROM information_schema.columns WHERE table_schema = 'public'`)
	keys := map[string]string{}
	gather(t, conn, keys, `SELECT i.indrelid::regclass::text, array_agg(a.attname ORDER BY array_position(i.indkey::int[], a.attnum::int))::text
		FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey) WHERE i.indisprimary GROUP BY i.indrelid`)
	kinds := map[tables.Kind]string{tables.Number: "bigint", tables.Code: "text", tables.Text: "text", tables.Bytes: "bytea"}
	for _, d := range tables.All {
		if d == tables.Numbers {
			continue
		}
		for _, c := range d.Columns {
			is, want := there[d.Name+"."+c.Name], kinds[c.Kind]+map[bool]string{true: " YES", false: " NO"}[c.Null]
			if is != want {
				t.Errorf("%s.%s is %q, and described as %q", d.Name, c.Name, is, want)
			}
			delete(there, d.Name+"."+c.Name)
		}
		key := "{" + strings.Join(d.Key, ",") + "}"
		if d.Name == "contacts" { // an id is of one contact in all Spaces
			key = "{space_id,id}"
		}
		if keys[d.Name] != key {
			t.Errorf("the key of %s is %s, and described as %s", d.Name, keys[d.Name], key)
		}
	}
	for name := range there {
		table, _, _ := strings.Cut(name, ".")
		if ownTables[table] == "" {
			t.Errorf("%s is not described in internal/store/tables, so that a copy would leave it behind", name)
		}
	}
	numbers := map[string]string{}
	gather(t, conn, numbers, `SELECT kind, 'a number' FROM id_blocks`)
	for _, kind := range tables.Kinds {
		if numbers[kind] == "" {
			t.Errorf("there is no number of %s", kind)
		}
		delete(numbers, kind)
	}
	if len(numbers) > 0 {
		t.Errorf("not described: %v", numbers)
	}
}

func gather(t *testing.T, conn *pgx.Conn, into map[string]string, query string) {
	t.Helper()
	rows, err := conn.Query(bg, query)
	if err != nil {
		t.Fatal(err)
	}
	var key, value string
	if _, err := pgx.ForEachRow(rows, []any{&key, &value}, func() error { into[key] = value; return nil }); err != nil || len(into) == 0 {
		t.Fatalf("%d rows, %v", len(into), err)
	}
}

// row is one that spaces takes.
var row = tables.Row{int64(1), int64(0), int64(0), int64(1), int64(0), int64(0), int64(0), int64(0)}

func single(r tables.Row) iter.Seq2[tables.Row, error] {
	return func(yield func(tables.Row, error) bool) { yield(r, nil) }
}

var spaces = tables.All[1]

// A database that is being filled, or was when the copy was cut off, is refused by whoever
// opens it, after a migration too; and the next copy goes through, as nothing of the one
// before is there.
func TestHalfCopiedIsRefused(t *testing.T) {
	dsn := pgtest.Empty(t, "ENCODING 'UTF8'")
	gone := errors.New("it is gone")
	ctx, stop := context.WithCancel(bg)
	defer stop()
	for _, c := range []struct {
		name string
		ends func(tables.Target) error
	}{
		{"the other side fails", func(to tables.Target) error {
			return errors.Join(to.Fill(bg, spaces, single(row)), gone)
		}},
		{"the other side fails within a table", func(to tables.Target) error {
			return to.Fill(bg, spaces, func(yield func(tables.Row, error) bool) {
				if yield(row, nil) {
					yield(nil, gone)
				}
			})
		}},
		{"a row is refused", func(to tables.Target) error {
			return to.Fill(bg, spaces, single(append(tables.Row{nil}, row[1:]...)))
		}},
		{"a number is unknown", func(to tables.Target) error {
			return to.Fill(bg, tables.Numbers, single(tables.Row{"others", int64(1)}))
		}},
		{"it is stopped", func(to tables.Target) error {
			err := to.Fill(bg, spaces, single(row))
			stop()
			return errors.Join(err, ctx.Err())
		}},
	} {
		begun := false
		err := Filling(ctx, dsn, func(to tables.Target) error {
			begun = true
			refused(t, c.name+", meanwhile", opens(dsn), "a copy into this database has begun")
			return c.ends(to)
		})
		if err == nil || !begun {
			t.Errorf("%s: begun %v, %v", c.name, begun, err)
		}
		refused(t, c.name, opens(dsn), "a copy into this database has begun", "carnet copy")
		if err := Migrate(bg, dsn); err != nil {
			t.Error(err)
		}
		refused(t, c.name+", migrated", opens(dsn), "a copy into this database has begun")
	}
	err := Filling(bg, dsn, func(to tables.Target) error {
		secret := single(tables.Row{int64(1), []byte("the secret of another one of 32b")})
		return errors.Join(to.Fill(bg, tables.All[0], secret), to.Fill(bg, spaces, single(row)))
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := opens(dsn); err != nil {
		t.Error(err)
	}
}

// Nothing is filled over, and nothing is read or filled beside a server.
func TestCopyRefuses(t *testing.T) {
	empty := pgtest.NewTemplate(t, Migrate)
	never := func(tables.Target) error { t.Error("it was filled"); return nil }
	for _, statement := range []string{
		"INSERT INTO spaces VALUES (1, 0, 0, 1, 0, 0, 0, 0)",
		"INSERT INTO jobs VALUES (1, 0, 'check', 'queued', 0, '', '', 0, 0, 0, 0, 0, '')",
		"INSERT INTO registry_log VALUES (1, 1, 0, '', 1, 'somebody', 'create', '[]')",
	} {
		dsn := empty.Database(t)
		execute(t, dsn, statement)
		refused(t, statement, Filling(bg, dsn, never), "it is not empty", "createdb")
		if err := opens(dsn); err != nil {
			t.Errorf("%s: it does not open any more: %v", statement, err)
		}
	}
	dsn := empty.Database(t)
	readNothing := func(tables.Side) error { t.Error("it was read"); return nil }
	b, err := Open(bg, Options{DSN: dsn})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Secret(bg); err != nil { // it has a connection from here on
		t.Fatal(err)
	}
	refused(t, "filling beside a server", Filling(bg, dsn, never), "it is in use", "stop the servers")
	refused(t, "reading beside a server", Reading(bg, dsn, readNothing), "it is in use", "stop the servers")
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	refused(t, "no schema", Reading(bg, pgtest.Empty(t, "ENCODING 'UTF8'"), readNothing), "no schema yet")
	execute(t, dsn, "DELETE FROM goose_db_version WHERE version_id = (SELECT max(version_id) FROM goose_db_version)")
	refused(t, "an earlier schema", Reading(bg, dsn, readNothing), "carnet migrate")
}

// What is read is of one moment, and nobody writes meanwhile, whatever they call
// themselves.
func TestNobodyWritesBesideACopy(t *testing.T) {
	dsn := pgtest.NewTemplate(t, Migrate).Database(t)
	err := Reading(bg, dsn, func(tables.Side) error {
		conn, err := pgx.Connect(bg, pgtest.With(dsn, "application_name", "another"))
		if err != nil {
			return err
		}
		defer conn.Close(bg)
		for _, table := range tables.All {
			for _, statement := range []string{"SET lock_timeout = '10ms'", fmt.Sprintf("DELETE FROM %s", from(table))} {
				if _, err = conn.Exec(bg, statement); err != nil && !errors.Is(inUse("", err), errInUse) {
					return err
				}
			}
			if err == nil {
				t.Errorf("%s can be written to", table.Name)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A database behind PgBouncer in transaction mode is read as a whole: what a copy does is one
// transaction. Both have their schema already: `carnet migrate` has a direct connection.
func TestCopyThroughPgBouncer(t *testing.T) {
	empty := pgtest.NewTemplate(t, Migrate)
	from, to := empty.Database(t), empty.Database(t)
	execute(t, from, "INSERT INTO spaces SELECT n, 0, 0, 1, 0, 0, 0, 0 FROM generate_series(1, 3000) n")
	var made tables.Carried
	err := Reading(bg, pgtest.Bouncer(t, from), func(side tables.Side) error {
		return Filling(bg, pgtest.Bouncer(t, to), func(target tables.Target) (err error) {
			made, err = tables.Carry(bg, side, target, func(string, int64, string) {})
			return err
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	if i := slices.Index(tables.All, spaces); made.Tables[i].Rows != 3000 {
		t.Errorf("it carried %+v", made)
	}
	if err := opens(to); err != nil {
		t.Error(err)
	}
}
