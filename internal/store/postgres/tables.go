package postgres

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/tables"
)

// Whoever reads or fills a whole database has one transaction for it, which may take
// hours, and holds a lock that nobody writes beside. SET, and LOCK, see no rows: the
// moment that is read is after the lock.
const (
	beginReading = beginStill
	patient      = `SET LOCAL lock_timeout = '5s'; SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0`
	// A server keeps its connections, under the name that a DSN gives them or else ours.
	// What others call theirs everybody may see.
	selectServers = `SELECT count(*) FROM pg_stat_activity
		WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name IN ('carnet', current_setting('application_name'))`
	selectThere = `SELECT to_regclass($1) IS NOT NULL`
	// A secret without bytes says that a copy into the database has not ended: see
	// errHalf.
	emptySecret = `UPDATE installation SET secret = ''`
	setNumber   = `UPDATE id_blocks SET next = $2 WHERE kind = $1`
)

// errHalf refuses a database that is being filled. What was filled in is not there: it
// comes with the secret, in one transaction.
var errHalf = errors.New("a copy into this database has begun and did not end: wait until it has, or run the same `carnet copy` again")

var errInUse = errors.New("it is in use: stop the servers on it, and whoever else writes to it. A pooler may keep connections of a server for a while: have it close them")

// Reading lends f a database as it is at one moment. While f runs nobody can write to
// it. Errors of its own are sentences for the operator.
func Reading(ctx context.Context, dsn string, f func(tables.Side) error) (err error) {
	conn, err := alone(ctx, dsn)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }() // which ends the transaction
	if err := checkSchema(ctx, conn); err != nil {
		return err
	}
	if err := within(ctx, conn, beginReading, "SHARE"); err != nil {
		return err
	}
	return f(&side{conn})
}

// Filling lends f a database that holds nothing, and keeps what f fills it with. Its
// schema is made as `carnet migrate` would. Until that is kept nobody can serve the
// database. Errors of its own are sentences for the operator.
func Filling(ctx context.Context, dsn string, f func(tables.Target) error) (err error) {
	conn, err := alone(ctx, dsn)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	if err := wantEmpty(ctx, conn); err != nil {
		return err
	}
	if err := Migrate(ctx, dsn); err != nil {
		return err
	}
	if _, err := conn.Exec(ctx, emptySecret); err != nil {
		return inUse("begin a copy", err)
	}
	if err := within(ctx, conn, begin, "EXCLUSIVE"); err != nil {
		return err
	}
	if err := wantEmpty(ctx, conn); err != nil { // another copy may have been quicker
		return err
	}
	if err := f(&side{conn}); err != nil {
		return err
	}
	if _, err := conn.Exec(ctx, "ANALYZE "+names()); err != nil { // or the first statements would be planned for empty tables
		return explain("analyze", err)
	}
	if _, err := conn.Exec(ctx, commit); err != nil {
		return fmt.Errorf("whether the copy was kept is not known: run it again, which refuses the database where it was: %w", explainCommit(err))
	}
	return nil
}

// alone connects to a database that no server has open.
func alone(ctx context.Context, dsn string) (*pgx.Conn, error) {
	config, err := parse(Options{DSN: dsn})
	if err != nil {
		return nil, err
	}
	one := config.pools.ConnConfig.Copy()
	one.DefaultQueryExecMode = pgx.QueryExecModeDescribeExec // rows come in their binary form, and nothing is kept by a name
	conn, err := pgx.ConnectConfig(ctx, one)
	if err != nil {
		return nil, cannotConnect(err)
	}
	var version int64
	var encoding string
	if err = conn.QueryRow(ctx, selectServer).Scan(&version, &encoding); err != nil {
		err = cannotConnect(err)
	} else if err = checkVersion(version, encoding); err == nil {
		err = wantUnserved(ctx, conn)
	}
	if err != nil {
		return nil, errors.Join(err, conn.Close(ctx))
	}
	return conn, nil
}

// Who has just ended is there for a moment longer.
const (
	endingTakes = 2 * time.Second
	endingPoll  = 50 * time.Millisecond
)

// wantUnserved refuses a database that a server has open, or another carnet.
func wantUnserved(ctx context.Context, conn *pgx.Conn) error {
	for waited := time.Duration(0); ; waited += endingPoll {
		var servers int
		if err := conn.QueryRow(ctx, selectServers).Scan(&servers); err != nil {
			return cannotConnect(err)
		}
		switch {
		case servers == 0:
			return nil
		case waited >= endingTakes:
			return errInUse
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(endingPoll):
		}
	}
}

// within begins a transaction and locks all tables.
func within(ctx context.Context, conn *pgx.Conn, begin, mode string) error {
	for _, statement := range append([]string{begin}, strings.Split(patient+"; LOCK TABLE "+names()+" IN "+mode+" MODE", "; ")...) {
		if _, err := conn.Exec(ctx, statement); err != nil {
			return inUse("lock the tables", err)
		}
	}
	return nil
}

// names lists the tables.
func names() string {
	var list []string
	for _, t := range tables.All {
		list = append(list, from(t))
	}
	return strings.Join(list, ", ")
}

// from gives what a table is called here.
func from(t *tables.Table) string {
	if t == tables.Numbers {
		return "id_blocks"
	}
	return t.Name
}

// wantEmpty refuses a database in which somebody has stored something.
func wantEmpty(ctx context.Context, conn *pgx.Conn) error {
	for _, t := range tables.All {
		if t == tables.Numbers || t.Name == "installation" { // migrations leave rows there
			continue
		}
		var there bool
		err := conn.QueryRow(ctx, selectThere, t.Name).Scan(&there)
		if err == nil && there {
			err = conn.QueryRow(ctx, "SELECT EXISTS (SELECT 1 FROM "+t.Name+")").Scan(&there)
		}
		if err != nil {
			return explain("look for rows", err)
		}
		if there {
			return errors.New("it is not empty, and nothing is written over: name a database that was just made with createdb")
		}
	}
	return nil
}

// inUse says of a lock that was not had that somebody else has it.
func inUse(doing string, err error) error {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok && pg.Code == "55P03" { // lock_not_available
		return errInUse
	}
	return explain(doing, err)
}

// side is a tables.Target over one connection, in a transaction.
type side struct{ conn *pgx.Conn }

var _ tables.Target = (*side)(nil)

// Rows gives the rows of a table.
func (s *side) Rows(ctx context.Context, t *tables.Table) iter.Seq2[tables.Row, error] {
	query := fmt.Sprintf("SELECT %s FROM %s ORDER BY %s", strings.Join(t.Names(), ", "), from(t), strings.Join(t.Key, ", "))
	return func(yield func(tables.Row, error) bool) {
		rows, err := s.conn.Query(ctx, query)
		if err != nil {
			yield(nil, explain("read rows", err))
			return
		}
		defer rows.Close()
		for rows.Next() {
			row, err := rows.Values()
			if !yield(row, explain("read rows", err)) || err != nil {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(nil, explain("read rows", err))
		}
	}
}

// Fill takes the rows of a table.
func (s *side) Fill(ctx context.Context, t *tables.Table, rows iter.Seq2[tables.Row, error]) error {
	if t == tables.Numbers {
		return s.setNumbers(ctx, rows)
	}
	if _, err := s.conn.Exec(ctx, "DELETE FROM "+t.Name); err != nil {
		return explain("make room", err)
	}
	next, stop := iter.Pull2(rows)
	defer stop()
	var failed error // of the other side
	_, err := s.conn.CopyFrom(ctx, pgx.Identifier{t.Name}, t.Names(), pgx.CopyFromFunc(func() ([]any, error) {
		row, err, more := next()
		if !more {
			return nil, nil
		}
		failed = err
		return row, err
	}))
	if failed != nil {
		return failed
	}
	return explain("store rows", err)
}

func (s *side) setNumbers(ctx context.Context, rows iter.Seq2[tables.Row, error]) error {
	for row, err := range rows {
		if err != nil {
			return err
		}
		done, err := s.conn.Exec(ctx, setNumber, row...)
		if err != nil {
			return explain("set a number", err)
		}
		if done.RowsAffected() != 1 {
			return fmt.Errorf("%w: there is no such number here", store.ErrRefused)
		}
	}
	return nil
}
