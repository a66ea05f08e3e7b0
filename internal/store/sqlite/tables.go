package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"log/slog"
	"os"
	"strings"

	"zombiezen.com/go/sqlite"

	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/tables"
)

// ErrServed says that a server has the file.
var ErrServed = errors.New("it is being served")

// Reading lends f a file as it is at one moment. No server may have the file
// meanwhile. Nothing that it holds is changed, its schema not even where it is not
// the newest: then it is refused. Errors of its own are sentences for the operator.
func Reading(ctx context.Context, path string, log *slog.Logger, f func(tables.Side) error) (err error) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no database at %s", path)
	}
	b, err := Open(ctx, Options{Path: path, Serve: true, AsItIs: true, Log: log})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	return b.read(ctx, func(c *conn) error {
		if err := c.run(reading, nil); err != nil {
			return err
		}
		err := c.wantNewest(path)
		if err == nil {
			err = f(&side{c})
		}
		c.SetInterrupt(nil) // or its end would be given up as well
		if c.AutocommitEnabled() {
			return err // some errors have ended it
		}
		return errors.Join(err, c.run(rollback, nil))
	})
}

func (c *conn) wantNewest(path string) error {
	newest, err := newestSchema()
	if err != nil {
		return err
	}
	found, err := c.describe()
	if err == nil && found.Schema < newest {
		err = fmt.Errorf("%s has schema %d and this program needs %d: make a backup of it, then run `carnet migrate --db %[1]s`", path, found.Schema, newest)
	}
	return err
}

// Filling makes a database of what f fills it with, and checks it. It gets its name
// when it is whole: its place must be free, and nothing may lie beside that. Errors of
// its own are sentences for the operator.
func Filling(ctx context.Context, to string, f func(tables.Target) error) (err error) {
	path, err := realPath(to)
	if err != nil {
		return err
	}
	if err := alone(path); err != nil {
		return err
	}
	p, err := newPartial(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.drop()) }()
	if err := p.fill(ctx, f); err != nil {
		return err
	}
	if _, err := checkCopy(ctx, p.path); err != nil {
		return err
	}
	if err := alone(path); err != nil {
		return err
	}
	return p.finish()
}

// fill makes the schema as serve would, and lends f the file in one transaction.
func (p *partial) fill(ctx context.Context, f func(tables.Target) error) error {
	if err := syncData(); err != nil {
		return err
	}
	s, err := openSchema(ctx, p.path)
	if err != nil {
		return err
	}
	if err := errors.Join(s.migrate(ctx), s.close()); err != nil {
		return err
	}
	c, err := openConn(p.path, copyPragmas)
	if err != nil {
		return err
	}
	c.SetInterrupt(ctx.Done())
	if err = c.run(begin, nil); err == nil {
		if err = f(&side{c}); err == nil {
			err = c.run(commit, nil)
		}
	}
	c.SetInterrupt(nil)
	return errors.Join(err, c.close())
}

// side is a tables.Target over one connection, in a transaction.
type side struct{ c *conn }

var _ tables.Target = (*side)(nil)

// An own is how this database keeps a table otherwise than it is described.
type own struct{ rows, add string }

// The key of a change holds its Space: see historyKey. Numbers that SQLite counts it
// has as the last that it gave.
var owns = map[string]own{
	"changes": {
		rows: `SELECT change_key >> 40, change_key & 1099511627775, op_seq, contact_id, ref, version, prev_seq, at, undoes, checksum, action, actor, reason, request_id, batch_id, edits, snapshot
			FROM changes ORDER BY change_key`,
		add: `INSERT INTO changes (change_key, op_seq, contact_id, ref, version, prev_seq, at, undoes, checksum, action, actor, reason, request_id, batch_id, edits, snapshot)
			VALUES ((?1 << 40) | ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)`,
	},
	tables.Numbers.Name: {
		rows: `SELECT 'contact', next FROM id_blocks
			UNION ALL SELECT 'entry', 1 + coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'registry_log'), 0)
			UNION ALL SELECT 'job', 1 + coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'jobs'), 0)
			UNION ALL SELECT 'key', 1 + coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'api_keys'), 0)
			UNION ALL SELECT 'space', 1 + max(coalesce((SELECT max(space_id) FROM spaces), 0), coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'spaces'), 0))`,
	},
}

// countedAs names the tables of which SQLite counts the numbers.
var countedAs = map[string]string{"entry": "registry_log", "job": "jobs", "key": "api_keys", "space": "spaces"}

const (
	setIDs   = `UPDATE id_blocks SET next = ?1 WHERE only_row = 1`
	setCount = `UPDATE sqlite_sequence SET seq = ?2 WHERE name = ?1`
)

// Rows gives the rows of a table.
func (s *side) Rows(_ context.Context, t *tables.Table) iter.Seq2[tables.Row, error] {
	query := selecting(t)
	return func(yield func(tables.Row, error) bool) {
		err := s.c.run(query, func(stmt *sqlite.Stmt) error {
			if !yield(rowOf(t, stmt), nil) {
				return errEnough
			}
			return nil
		})
		if err != nil && !errors.Is(err, errEnough) {
			yield(nil, err)
		}
	}
}

func rowOf(t *tables.Table, stmt *sqlite.Stmt) tables.Row {
	row := make(tables.Row, len(t.Columns))
	for i, c := range t.Columns {
		switch {
		case stmt.ColumnIsNull(i):
		case c.Kind == tables.Number:
			row[i] = stmt.ColumnInt64(i)
		case c.Kind == tables.Bytes:
			row[i] = make([]byte, stmt.ColumnLen(i))
			stmt.ColumnBytes(i, row[i].([]byte))
		default:
			row[i] = stmt.ColumnText(i)
		}
	}
	return row
}

// Fill takes the rows of a table.
func (s *side) Fill(_ context.Context, t *tables.Table, rows iter.Seq2[tables.Row, error]) error {
	add := s.number
	if t != tables.Numbers {
		if err := s.c.run("DELETE FROM "+t.Name, nil); err != nil {
			return err
		}
		query := inserting(t)
		add = func(row tables.Row) error { return s.c.run(query, nil, row...) }
	}
	for row, err := range rows {
		if err != nil {
			return err
		}
		if err := add(row); err != nil {
			return err
		}
	}
	return nil
}

func selecting(t *tables.Table) string {
	if query := owns[t.Name].rows; query != "" {
		return query
	}
	return fmt.Sprintf("SELECT %s FROM %s ORDER BY %s", strings.Join(t.Names(), ", "), t.Name, strings.Join(t.Key, ", "))
}

func inserting(t *tables.Table) string {
	if query := owns[t.Name].add; query != "" {
		return query
	}
	places := strings.TrimSuffix(strings.Repeat("?, ", len(t.Columns)), ", ")
	return fmt.Sprintf("INSERT INTO %s (%s) VALUES (%s)", t.Name, strings.Join(t.Names(), ", "), places)
}

// number sets what the next number of a kind is.
func (s *side) number(row tables.Row) error {
	kind, next := row[0].(string), row[1].(int64)
	if kind == "contact" {
		return s.c.run(setIDs, nil, next)
	}
	table := countedAs[kind]
	if table == "" {
		return fmt.Errorf("%w: there is no such number here", store.ErrRefused)
	}
	if err := s.c.run(beginCount, nil, table); err != nil {
		return err
	}
	return s.c.run(setCount, nil, table, next-1)
}
