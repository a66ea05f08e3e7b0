package postgres

import (
	"context"
	"fmt"
	"strconv"
	"strings"
)

// DSN gives the address of a database, "" for the one to administer by.
func (s *Server) DSN(database string) string {
	u := s.dsn
	if database != "" {
		u.Path = "/" + database
	}
	return u.String()
}

// Query runs statements on a database, and gives the rows without any frame:
// a line each, columns parted by "|".
func (s *Server) Query(ctx context.Context, database string, statements ...string) (string, error) {
	args := []string{"-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", s.DSN(database)}
	for _, text := range statements {
		args = append(args, "-c", text)
	}
	return output(ctx, s.program("psql", args...))
}

// WALBytes gives how much was ever written to the write-ahead log.
func (s *Server) WALBytes(ctx context.Context) (int64, error) {
	out, err := s.Query(ctx, "", "SELECT pg_current_wal_lsn() - '0/0'")
	if err != nil {
		return 0, err
	}
	return strconv.ParseInt(strings.TrimSpace(out), 10, 64)
}

// There tells whether there is a database of that name.
func (s *Server) There(ctx context.Context, name string) (bool, error) {
	out, err := s.Query(ctx, "", "SELECT count(*) FROM pg_database WHERE datname = '"+name+"'")
	return strings.TrimSpace(out) == "1", err
}

// prefix begins the names of all databases that are made here.
const prefix = "carnet_bench_"

// Create makes an empty database of this run, in place of one that a run
// before has left, and gives its name.
func (s *Server) Create(ctx context.Context, name string) (string, error) {
	return s.create(ctx, name, "template0")
}

// Copy makes a database of this run as a copy of another, and gives its name.
// The copy is on the disk before anything is measured.
func (s *Server) Copy(ctx context.Context, from, name string) (string, error) {
	name, err := s.create(ctx, name, from)
	if err == nil {
		_, err = s.Query(ctx, "", "CHECKPOINT")
	}
	return name, err
}

func (s *Server) create(ctx context.Context, name, template string) (string, error) {
	name = prefix + strings.ToLower(strings.NewReplacer("-", "_", " ", "_").Replace(name))
	if err := s.drop(ctx, name); err != nil {
		return "", err
	}
	s.made = append(s.made, name)
	_, err := s.Query(ctx, "", "CREATE DATABASE "+name+" TEMPLATE "+template+" ENCODING 'UTF8'")
	return name, err
}

func (s *Server) drop(ctx context.Context, name string) error {
	_, err := s.Query(ctx, "", "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)")
	return err
}

// Seed gives the name of a database that fill has filled, now or in a run
// before. What it is made by is part of its name; those of another make go.
func (s *Server) Seed(ctx context.Context, kind, by string, fill func(database string) error) (string, error) {
	kind = prefix + "seed_" + kind + "_"
	name := kind + by
	there, err := s.There(ctx, name)
	if there || err != nil {
		return name, err
	}
	stale, err := s.Query(ctx, "", `SELECT datname FROM pg_database WHERE starts_with(datname, '`+kind+`')`)
	if err != nil {
		return "", err
	}
	for old := range strings.FieldsSeq(stale) {
		if err := s.drop(ctx, old); err != nil {
			return "", err
		}
	}
	part, err := s.Create(ctx, "part")
	if err != nil {
		return "", err
	}
	if err := fill(part); err != nil {
		return "", err
	}
	// As it would be after a while, so that nobody tidies up while it is measured.
	if _, err := s.Query(ctx, part, "VACUUM (FREEZE, ANALYZE)"); err != nil {
		return "", err
	}
	_, err = s.Query(ctx, "", fmt.Sprintf("ALTER DATABASE %s RENAME TO %s", part, name))
	return name, err
}
