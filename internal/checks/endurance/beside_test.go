package endurance

import (
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// beside is a connection to a database beside its servers. On SQLite it stays while they are
// killed: the last one to close a file would take its log away.
type beside struct {
	t    *testing.T
	pg   *pgx.Conn
	file *sqlite.Conn
}

func openBeside(t *testing.T, db string) *beside {
	t.Helper()
	b := &beside{t: t}
	var err error
	if strings.HasPrefix(db, "postgres") {
		b.pg, err = pgx.Connect(t.Context(), db)
	} else {
		b.file, err = sqlite.OpenConn(db, sqlite.OpenReadWrite)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *beside) close() {
	b.t.Helper()
	var err error
	if b.pg != nil {
		err = b.pg.Close(b.t.Context())
	} else {
		err = b.file.Close()
	}
	if err != nil {
		b.t.Error(err)
	}
}

// do runs a statement.
func (b *beside) do(statement string) {
	b.t.Helper()
	var err error
	if b.pg != nil {
		_, err = b.pg.Exec(b.t.Context(), statement)
	} else {
		err = sqlitex.ExecuteTransient(b.file, statement, nil)
	}
	if err != nil {
		b.t.Fatal(err)
	}
}

// number asks for a number.
func (b *beside) number(query string) (n int) {
	b.t.Helper()
	var err error
	if b.pg != nil {
		err = b.pg.QueryRow(b.t.Context(), query).Scan(&n)
	} else {
		err = sqlitex.ExecuteTransient(b.file, query, &sqlitex.ExecOptions{ResultFunc: func(s *sqlite.Stmt) error { n = s.ColumnInt(0); return nil }})
	}
	if err != nil {
		b.t.Fatal(err)
	}
	return n
}

// later lets the time pass for which a server that is gone is believed to be at its jobs.
func (b *beside) later() {
	b.t.Helper()
	b.do("UPDATE jobs SET due_at = 1 WHERE completed_at = 0")
}
