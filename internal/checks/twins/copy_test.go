package twins

import (
	"crypto/sha256"
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	driver "zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/checks/pgtest"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/integrity"
	carnet "github.com/carnet-project/carnet/internal/server"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/sqlite"
	"github.com/carnet-project/carnet/internal/store/storetest/model"
	"github.com/carnet-project/carnet/internal/store/storetest/promise"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

// schema is the newest, of which promise.FillEarlier fills all.
const schema = 14

// A database of everything goes from one kind to the other and back, and stays what it
// was, to the byte; and on each of them numbers go on where the first one was.
func TestCopiedThereAndBack(t *testing.T) {
	t.Parallel()
	open := map[string]func(t *testing.T, name string) store.Backend{"sqlite": onFile, "postgres": onPostgres}
	fresh := map[string]func(t *testing.T) string{
		"sqlite":   func(t *testing.T) string { return filepath.Join(t.TempDir(), "carnet.db") },
		"postgres": func(t *testing.T) string { return pgtest.Empty(t, "ENCODING 'UTF8'") },
	}
	for _, way := range [][]string{{"sqlite", "postgres", "sqlite", "sqlite"}, {"postgres", "sqlite", "postgres", "postgres"}} {
		t.Run(fmt.Sprint("from ", way[0]), func(t *testing.T) {
			t.Parallel()
			names := []string{fresh[way[0]](t)}
			if way[0] == "postgres" {
				if err := carnet.Migrate(bg, names[0], quiet); err != nil {
					t.Fatal(err)
				}
			}
			fillWithAll(t, open[way[0]], names[0])
			var last carnet.Copied
			for i, kind := range way[1:] {
				names = append(names, fresh[kind](t))
				made, err := carnet.CopyDatabase(bg, carnet.Copying{From: names[i], To: names[i+1], Log: quiet, Progress: func(string, int64, string) {}})
				if err != nil {
					t.Fatalf("from %s to %s: %v", way[i], kind, err)
				}
				wantCarried(t, made, last)
				last = made
			}
			if way[0] == "sqlite" {
				sameFile(t, names[0], names[2])
				sameFile(t, names[2], names[3])
			}
			var want, unfit []string
			for i, kind := range way {
				b := open[kind](t, names[i])
				numbers, found := nextNumbers(t, b), findings(t, b)
				if i == 0 {
					want, unfit = numbers, found
					continue
				}
				if !slices.Equal(numbers, want) {
					t.Errorf("the next numbers on %s are %v, and were %v", kind, numbers, want)
				}
				if !slices.Equal(found, unfit) {
					t.Errorf("%s has %q, and had %q", kind, found, unfit)
				}
				promise.CheckEarlier(t, b, schema)
			}
		})
	}
}

// onFile opens a file that may be there.
func onFile(t *testing.T, name string) store.Backend {
	t.Helper()
	b, err := sqlite.Open(bg, sqlite.Options{Path: name, Log: quiet})
	if err != nil {
		t.Fatal(err)
	}
	return closing(t, b)
}

// fillWithAll fills an empty database with a bit of everything, and with random writes.
func fillWithAll(t *testing.T, open func(*testing.T, string) store.Backend, name string) {
	t.Run("filling", func(t *testing.T) { // so that it is closed
		b := open(t, name)
		promise.FillEarlier(t, b)
		model.RandomWrites(t, b, 4, 300)
		nextNumbers(t, b)
	})
}

// wantCarried fails the test unless rows of every table were carried, as many as the time
// before. There is always something in them.
func wantCarried(t *testing.T, made, last carnet.Copied) {
	t.Helper()
	for _, table := range made.Tables {
		if table.Rows == 0 {
			t.Errorf("there is no row in %s to carry", table.Name)
		}
	}
	if last.Tables != nil && !slices.Equal(made.Tables, last.Tables) {
		t.Errorf("carried %v, and the time before %v", made.Tables, last.Tables)
	}
}

// nextNumbers makes one of each thing that has a number, and gives those.
func nextNumbers(t *testing.T, b store.Backend) (numbers []string) {
	t.Helper()
	there, err := b.Spaces(bg)
	if err != nil || len(there) == 0 {
		t.Fatalf("%d Spaces, %v", len(there), err)
	}
	space := suite.NewSpace(t, b, "")
	key, err := b.CreateKey(bg, access.APIKey{Space: space, Name: "next", Hash: sha256.Sum256(fmt.Append(nil, "next ", space)), Scopes: access.DefaultScopes, Created: 1}, suite.Noted("a key"))
	if err != nil {
		t.Fatal(err)
	}
	entries, err := b.Entries(bg, store.EntryQuery{Keys: true, ID: key.ID, Limit: 1})
	if err != nil || len(entries) != 1 {
		t.Fatalf("%d entries, %v", len(entries), err)
	}
	job, err := b.CreateJob(bg, store.Job{Space: space, Kind: "check", State: store.JobQueued, Created: 1, Due: 1})
	if err != nil {
		t.Fatal(err)
	}
	s := store.New(b, store.Options{Log: quiet})
	numbers = append(numbers, fmt.Sprint("space ", space), fmt.Sprint("key ", key.ID), fmt.Sprint("entry ", entries[0].ID), fmt.Sprint("job ", job.ID))
	for _, in := range []contact.SpaceID{there[len(there)-1].ID, space} { // the one of the last time has a block of ids
		out, err := s.Do(bg, suite.Write(suite.NewRequest(), in, &contact.Create{Patch: patch(contact.Names, "Next Example")}))
		if err != nil {
			t.Fatal(err)
		}
		numbers = append(numbers, fmt.Sprint("contact ", out[0].Subject.ID), fmt.Sprint("change ", out[0].Op))
	}
	return numbers
}

// findings gives what does not fit: a made-up plan of promise.FillEarlier, and nothing that
// did before.
func findings(t *testing.T, b store.Backend) (list []string) {
	t.Helper()
	check := integrity.New(b, integrity.Options{Files: true, Full: true, Found: func(f integrity.Finding) { list = append(list, f.String()) }, Note: func(string) {}})
	for _, err := range check.Pages(bg) {
		if err != nil {
			t.Fatal(err)
		}
	}
	return list
}

// sameFile compares all rows of two files as SQLite has them.
func sameFile(t *testing.T, a, b string) {
	t.Helper()
	one, other := dump(t, a), dump(t, b)
	if len(one) < 400 || !slices.Equal(one, other) {
		for i := range min(len(one), len(other)) {
			if one[i] != other[i] {
				t.Fatalf("row %d: %s\nin the copy: %s", i, one[i], other[i])
			}
		}
		t.Fatalf("%d rows, and in the copy %d", len(one), len(other))
	}
}

// dump gives all rows of a file, but for which migrations were done, and when.
func dump(t *testing.T, path string) (rows []string) {
	t.Helper()
	c, err := driver.OpenConn(path, driver.OpenReadOnly)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	each := func(query string, row func(*driver.Stmt)) {
		err := sqlitex.ExecuteTransient(c, query, &sqlitex.ExecOptions{ResultFunc: func(s *driver.Stmt) error { row(s); return nil }})
		if err != nil {
			t.Fatalf("%s: %v", query, err)
		}
	}
	var tables []string
	each(`SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'goose_db_version' ORDER BY name`, func(s *driver.Stmt) { tables = append(tables, s.ColumnText(0)) })
	for _, table := range tables {
		query := "SELECT * FROM " + table
		if table == "sqlite_sequence" { // a copy says how far Spaces are, and the first of all files does not
			query += " WHERE name <> 'spaces'"
		}
		var of []string
		each(query, func(s *driver.Stmt) {
			text := table
			for i := range s.ColumnCount() {
				text += fmt.Sprintf("|%v %q", s.ColumnType(i), s.ColumnText(i))
			}
			of = append(of, text)
		})
		slices.Sort(of)
		rows = append(rows, of...)
	}
	return rows
}
