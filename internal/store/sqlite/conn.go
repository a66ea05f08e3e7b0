package sqlite

import (
	"errors"
	"fmt"
	"time"

	"zombiezen.com/go/sqlite"
)

// busyTimeout is how long a connection waits for another process's write.
const busyTimeout = 5 * time.Second

// minVersion is the oldest SQLite to run on: 3.7.0 to 3.51.2 can lose committed
// pages in WAL mode, and a crash bug was mended in 3.53.4.
const minVersion = 3_053_004

// conn is one connection with its prepared statements. One goroutine at a time.
type conn struct {
	*sqlite.Conn
	statements map[string]*sqlite.Stmt
	ran        int64 // how many statements run has executed
	looked     int64 // how many rows they gave

	before func(query string) error // nil: nothing; for tests, what a statement fails with in place of being run
}

// writerPragmas hold on every connection. synchronous=FULL syncs the WAL on
// every commit: with NORMAL a power cut takes acknowledged writes along.
var writerPragmas = pragmas{
	{"journal_mode", "wal"},
	{"synchronous", "2"},
	{"foreign_keys", "1"},
	{"secure_delete", "1"},
	{"temp_store", "2"},
	{"trusted_schema", "0"},
	{"cell_size_check", "1"},
	{"wal_autocheckpoint", "0"},
}

var readerPragmas = writerPragmas.with(pragma{"query_only", "1"})

type pragma struct{ name, value string }

type pragmas []pragma

// with gives a longer list.
func (p pragmas) with(more ...pragma) pragmas { return append(p[:len(p):len(p)], more...) }

// smallCache is 8 MB. There are many readers, and what they miss the system's cache
// has.
var smallCache = pragma{"cache_size", "-8000"}

// smallestCache is 1 MB.
var smallestCache = pragma{"cache_size", "-1000"}

// cacheSize gives the writer's cache by the size of the file. At the end of a commit
// that has moved pages, as most batches do, SQLite walks the whole cache while the
// file is under 1 GiB: 8 MB cost a PUT a sixth less than 32 there. Above that it
// walks nothing, and the cache should hold the inner pages of the tables: some
// 140 MB with ten million contacts.
func (b *Backend) cacheSize() pragma {
	info, err := b.file.data().Stat()
	switch {
	case err != nil || info.Size() < 1<<30:
		return smallCache
	case info.Size() < 10<<30:
		return pragma{"cache_size", "-32000"}
	}
	return pragma{"cache_size", "-160000"}
}

func openConn(path string, pragmas pragmas) (*conn, error) {
	raw, err := sqlite.OpenConn(path, sqlite.OpenReadWrite)
	if err != nil {
		return nil, explain("open", err)
	}
	c := &conn{Conn: raw, statements: map[string]*sqlite.Stmt{}}
	raw.SetBusyTimeout(busyTimeout)
	if err := c.setUp(pragmas); err != nil {
		return nil, errors.Join(err, c.close())
	}
	return c, nil
}

// setUp sets the pragmas and reads each back: SQLite ignores what it does not
// know without a word. It must not call the driver's SetDefensive: see
// TestOpeningSpoilsNothing. Nobody but us runs SQL here.
func (c *conn) setUp(pragmas pragmas) error {
	for _, p := range pragmas {
		if _, err := c.value("PRAGMA " + p.name + " = " + p.value); err != nil {
			return err
		}
		got, err := c.value("PRAGMA " + p.name)
		if err != nil {
			return err
		}
		if got != p.value {
			return fmt.Errorf("sqlite: %s is %q where it must be %q", p.name, got, p.value)
		}
	}
	return nil
}

// value runs a statement that is not kept and gives the first column of its
// first row, "" where it has none.
func (c *conn) value(query string) (string, error) {
	stmt, _, err := c.PrepareTransient(query)
	if err != nil {
		return "", explain("prepare", err)
	}
	row, err := stmt.Step()
	text := ""
	if row {
		text = stmt.ColumnText(0)
	}
	return text, explain("step", errors.Join(err, stmt.Finalize()))
}

// prepare gives a statement by its text, prepared once.
func (c *conn) prepare(query string) (*sqlite.Stmt, error) {
	if stmt := c.statements[query]; stmt != nil {
		return stmt, nil
	}
	stmt, err := c.Prepare(query)
	if err != nil {
		return nil, explain("prepare", err)
	}
	c.statements[query] = stmt
	return stmt, nil
}

// run executes a statement with its arguments, in their order, and calls row,
// which may be nil, for every row that it returns.
func (c *conn) run(query string, row func(*sqlite.Stmt) error, args ...any) error {
	stmt, err := c.prepare(query)
	if err != nil {
		return err
	}
	c.ran++
	if c.before != nil {
		if err := c.before(query); err != nil {
			return explain("step", err)
		}
	}
	for i, arg := range args {
		bind(stmt, i+1, arg)
	}
	for {
		more, err := stmt.Step()
		if more {
			c.looked++
		}
		if err == nil && more && row != nil {
			err = row(stmt)
			if err == nil {
				continue
			}
			stmt.Reset() // cannot fail: the last step did not
			return err
		}
		if err != nil || !more {
			// Reset repeats an error that Step gave.
			return explain("step", errors.Join(err, stmt.Reset()))
		}
	}
}

func bind(stmt *sqlite.Stmt, i int, arg any) {
	switch v := arg.(type) {
	case int64:
		stmt.BindInt64(i, v)
	case string:
		stmt.BindText(i, v)
	case []byte:
		stmt.BindBytes(i, v)
	case nil:
		stmt.BindNull(i)
	default:
		panic(fmt.Sprintf("sqlite: cannot bind a %T", arg))
	}
}

func (c *conn) close() error { return explain("close", c.Close()) }
