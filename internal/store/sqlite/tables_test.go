package sqlite

import (
	"context"
	"fmt"
	"iter"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"zombiezen.com/go/sqlite"

	"github.com/carnet-project/carnet/internal/store/tables"
)

// ownTables are those that a copy does not take as they are, with the reason.
var ownTables = map[string]string{
	"goose_db_version": "the other database has migrations of its own",
	"sqlite_sequence":  "it is in tables.Numbers",
	"id_blocks":        "it is in tables.Numbers",
}

// Whatever a migration adds, a copy has to take along: internal/store/tables describes
// each table and each column as it is here.
func TestTablesAreDescribed(t *testing.T) {
	c := opened(t, Options{Path: filepath.Join(t.TempDir(), "carnet.db")}).writer
	kinds := map[tables.Kind]string{tables.Number: "INTEGER", tables.Code: "TEXT", tables.Text: "TEXT", tables.Bytes: "BLOB"}
	var names []string
	for _, d := range tables.All {
		if d == tables.Numbers {
			continue
		}
		names = append(names, d.Name)
		want := map[string]string{}
		for _, column := range d.Columns {
			want[column.Name] = fmt.Sprint(kinds[column.Kind], " ", !column.Null)
		}
		key := slices.Clone(d.Key)
		if d.Name == "changes" { // its key is made of these two
			delete(want, "space_id")
			delete(want, "seq")
			want["change_key"], key = "INTEGER true", []string{"change_key"}
		}
		columns, keyed := columnsOf(t, c, d.Name)
		for name, is := range columns {
			if want[name] != is {
				t.Errorf("%s.%s is %q, and described as %q", d.Name, name, is, want[name])
			}
			delete(want, name)
		}
		for name := range want {
			t.Errorf("%s.%s is described and not there", d.Name, name)
		}
		if !slices.Equal(keyed, key) {
			t.Errorf("the key of %s is %q, and described as %q", d.Name, keyed, key)
		}
	}
	err := c.run(selectTables, func(s *sqlite.Stmt) error {
		if name := s.ColumnText(0); !slices.Contains(names, name) && ownTables[name] == "" {
			t.Errorf("%s is not described in internal/store/tables, so that a copy would leave it behind", name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// columnsOf gives what each column of a table is, and those of its primary key.
func columnsOf(t *testing.T, c *conn, table string) (columns map[string]string, key []string) {
	t.Helper()
	columns = map[string]string{}
	err := c.run(fmt.Sprintf(`SELECT name, type, "notnull", pk FROM pragma_table_info('%s') ORDER BY pk`, table), func(s *sqlite.Stmt) error {
		name, place := s.ColumnText(0), s.ColumnInt64(3)
		columns[name] = fmt.Sprint(s.ColumnText(1), " ", s.ColumnBool(2) || place > 0)
		if place > 0 {
			key = append(key, name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return columns, key
}

// A copy reads each table along its key: sorting would hold all of it.
func TestTablesAreReadByTheirKeys(t *testing.T) {
	c := opened(t, Options{Path: filepath.Join(t.TempDir(), "carnet.db")}).writer
	for _, d := range tables.All {
		steps := plan(t, c, selecting(d))
		if len(steps) == 0 || slices.ContainsFunc(steps, func(step string) bool { return strings.Contains(step, "TEMP B-TREE") }) {
			t.Errorf("%s: %q", d.Name, steps)
		}
	}
}

// What is not whole has no name, and leaves nothing behind: whoever fails, and
// wherever.
func TestFillingThatFailsLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	to := filepath.Join(dir, "carnet.db")
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	for name, f := range map[string]func(tables.Target) error{
		"the other side fails": func(to tables.Target) error {
			return to.Fill(ctx, tables.All[1], func(yield func(tables.Row, error) bool) { yield(nil, fmt.Errorf("it is gone")) })
		},
		"a row is refused": func(to tables.Target) error {
			return to.Fill(ctx, tables.All[1], single(tables.Row{int64(1), nil, nil, nil, nil, nil, nil, nil}))
		},
		"a number is unknown": func(to tables.Target) error {
			return to.Fill(ctx, tables.Numbers, single(tables.Row{"others", int64(1)}))
		},
		"it is stopped": func(tables.Target) error { stop(); return ctx.Err() },
	} {
		if err := Filling(ctx, to, f); err == nil {
			t.Errorf("%s: there is no error", name)
		}
		if left, err := filepath.Glob(filepath.Join(dir, "*")); err != nil || len(left) > 0 {
			t.Errorf("%s: it left %v, %v", name, left, err)
		}
	}
}

func single(r tables.Row) iter.Seq2[tables.Row, error] {
	return func(yield func(tables.Row, error) bool) { yield(r, nil) }
}
