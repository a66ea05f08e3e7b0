// Package pgtest gives tests a PostgreSQL server and databases on it. It is for
// tests alone. The server is this program's own, on a Unix socket, and ends with
// it however that ends; CARNET_TEST_POSTGRES names another one to use instead, a
// DSN of somebody who may create databases. A machine without PostgreSQL fails
// the test: nothing is skipped, but where CARNET_TEST_QUICK=1 asks for it.
package pgtest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
)

// Template is a database that others are copied from, which is faster than to
// fill each anew.
type Template struct {
	name string
	dsn  func(database string) (string, error)
}

// NewTemplate makes a database, and has fill fill it. It is dropped when the
// test ends. Where a test has parts that run in a bubble of testing/synctest,
// call it outside.
func NewTemplate(t testing.TB, fill func(ctx context.Context, dsn string) error) *Template {
	t.Helper()
	dsn := server(t)
	m := &Template{name: "template_" + strings.ToLower(rand.Text()), dsn: dsn}
	create(t, dsn, m.name, "CREATE DATABASE "+m.name+" TEMPLATE template0 ENCODING 'UTF8'")
	if err := fill(context.Background(), m.address(t, m.name)); err != nil {
		t.Fatalf("filling the template database: %v", err)
	}
	return m
}

// Database copies the template and gives the DSN of the copy, which is dropped
// when the test ends.
func (m *Template) Database(t testing.TB) string {
	t.Helper()
	name := "test_" + strings.ToLower(rand.Text())
	create(t, m.dsn, name, "CREATE DATABASE "+name+" TEMPLATE "+m.name)
	return m.address(t, name)
}

// Empty makes a database with nothing in it and gives its DSN. Options follow
// CREATE DATABASE: "ENCODING 'LATIN1'". It is dropped when the test ends.
func Empty(t testing.TB, options string) string {
	t.Helper()
	m := &Template{dsn: server(t)}
	name := "test_" + strings.ToLower(rand.Text())
	create(t, m.dsn, name, "CREATE DATABASE "+name+" TEMPLATE template0 "+options)
	return m.address(t, name)
}

// Copy copies a database of the tests as it is, as a dump that is put back would, and gives
// the DSN of the copy, which is dropped when the test ends. Nobody may be connected.
func Copy(t testing.TB, dsn string) string {
	t.Helper()
	c, err := pgx.ParseConfig(dsn)
	if err != nil {
		t.Fatal("the DSN of the database cannot be read")
	}
	m := &Template{name: c.Database, dsn: server(t)}
	return m.Database(t)
}

func (m *Template) address(t testing.TB, name string) string {
	t.Helper()
	dsn, err := m.dsn(name)
	if err != nil {
		t.Fatal(err)
	}
	return dsn
}

// create runs a CREATE DATABASE, and has the database dropped when the test
// ends, whoever may still be connected.
func create(t testing.TB, dsn func(string) (string, error), name, statement string) {
	t.Helper()
	if err := administer(dsn, statement); err != nil {
		t.Fatalf("making a database for the test: %v", err)
	}
	t.Cleanup(func() {
		if err := administer(dsn, "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Errorf("dropping the database of the test: %v", err)
		}
	})
}

func administer(dsn func(string) (string, error), statement string) error {
	address, err := dsn("")
	if err != nil {
		return err
	}
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, statement)
	return err
}

// shared is the one cluster of this program, started by the first test that
// needs one.
var shared = sync.OnceValues(func() (*Cluster, error) { return start(Options{}) })

// server gives the DSNs of databases on the server that tests share: of the one
// to administer it by where the name is "".
func server(t testing.TB) func(database string) (string, error) {
	t.Helper()
	needed(t)
	if dsn := os.Getenv("CARNET_TEST_POSTGRES"); dsn != "" {
		return func(database string) (string, error) { return withDatabase(dsn, database) }
	}
	c, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	return func(database string) (string, error) { return c.DSN(database), nil }
}

// Lend starts a server that several programs share, writes its DSN to out, on a
// line, and keeps the server until in ends.
func Lend(in io.Reader, out io.Writer) error {
	c, err := start(Options{})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(out, c.DSN(""))
	if err == nil {
		_, err = io.Copy(io.Discard, in)
	}
	return errors.Join(err, c.remove())
}

// needed skips a test where ./test quick runs, which does without.
func needed(t testing.TB) {
	t.Helper()
	if os.Getenv("CARNET_TEST_QUICK") == "1" {
		t.Skip("it needs PostgreSQL")
	}
}

// withDatabase puts another database into a DSN.
func withDatabase(dsn, database string) (string, error) {
	u, err := url.Parse(dsn)
	if err != nil || u.Scheme != "postgres" && u.Scheme != "postgresql" {
		// The cause would repeat a password.
		return "", errors.New("CARNET_TEST_POSTGRES must be a URL, as in postgres://user@host:5432/postgres")
	}
	if database != "" {
		u.Path = "/" + database
	}
	return u.String(), nil
}

// With gives a DSN with one more setting.
func With(dsn, setting, value string) string {
	mark := "?"
	if strings.Contains(dsn, "?") {
		mark = "&"
	}
	return dsn + mark + setting + "=" + value
}
