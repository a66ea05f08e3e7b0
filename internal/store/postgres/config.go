package postgres

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"
	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	// lockTimeout is how long a statement waits for the row of a Space. The
	// store then runs the batch again, some eight times.
	lockTimeout = "1s"
	// idleTimeout is after how long the server ends a transaction that nobody
	// goes on with: its program hangs, or the network took the farewell along.
	idleTimeout = "5s"
	// networkTimeout is after how long a connection counts as dead on which
	// nothing is acknowledged.
	networkTimeout = 10 * time.Second

	// cancelTimeout is how long the server may take to end a read that was given
	// up, before the connection is.
	cancelTimeout = time.Second

	defaultMaxConns = 24
	minConns        = 9 // one each for ids, keys and reads, two for limits, four for writes

	minVersion = 14_00_00 // PostgreSQL 13 is not maintained any more
)

// config is a DSN, read, with what every connection must have.
type config struct {
	pools    *pgxpool.Config
	maxConns int
	modeSaid bool // the DSN says how statements are to be sent
}

// errDSN has no cause: it would repeat the DSN, and with it a password.
var errDSN = errors.New("the address of the database cannot be read: it must look like postgres://user@host:5432/database?sslmode=verify-full, " +
	"or be key=value pairs, with the password best left to PGPASSWORD or a passfile")

func parse(o Options) (*config, error) {
	pools, err := pgxpool.ParseConfig(o.DSN)
	if err != nil {
		return nil, errDSN
	}
	said, err := pgconn.ParseConfig(o.DSN) // without the defaults of pgx and its pool
	if err != nil {
		return nil, errDSN
	}
	conn := pools.ConnConfig
	// Statements without names work through every pooler in transaction mode.
	// See meet.
	modeSaid := said.RuntimeParams["default_query_exec_mode"] != ""
	if !modeSaid {
		conn.DefaultQueryExecMode = pgx.QueryExecModeExec
	}
	// Of several hosts the primary: a standby may lag behind what was answered.
	if conn.ValidateConnect == nil {
		conn.ValidateConnect = pgconn.ValidateConnectTargetSessionAttrsReadWrite
	}
	if conn.RuntimeParams["application_name"] == "" {
		conn.RuntimeParams["application_name"] = "carnet"
	}
	dialer := &net.Dialer{
		Timeout:         networkTimeout,
		KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: networkTimeout / 2, Interval: networkTimeout / 4, Count: 2},
		Control:         setNetworkTimeout,
	}
	conn.DialFunc = dialer.DialContext
	conn.Tracer = o.tracer
	c := &config{pools: pools, maxConns: o.MaxConns, modeSaid: modeSaid}
	if c.maxConns == 0 {
		c.maxConns = defaultMaxConns
		if said.RuntimeParams["pool_max_conns"] != "" {
			c.maxConns = int(pools.MaxConns)
		}
	}
	if c.maxConns < minConns {
		return nil, fmt.Errorf("%d connections to the database are too few: allow at least %d", c.maxConns, minConns)
	}
	return c, nil
}

// pool makes one of so many connections. Reads are given up often, whenever a
// client goes away: then the server is asked to end them, and the connection is
// kept. A write is never told to end where it may be past its commit.
func (c *config) pool(ctx context.Context, conns int, reads bool) (*pgxpool.Pool, error) {
	pools := c.pools.Copy()
	if reads {
		pools.ConnConfig.BuildContextWatcherHandler = func(conn *pgconn.PgConn) ctxwatch.Handler {
			return &pgconn.CancelRequestContextWatcherHandler{Conn: conn, DeadlineDelay: cancelTimeout}
		}
	}
	pools.MaxConns = int32(conns)
	pools.MinConns, pools.MinIdleConns = 0, 0
	p, err := pgxpool.NewWithConfig(ctx, pools)
	if err != nil {
		return nil, errDSN // it refuses nothing but its own settings
	}
	return p, nil
}

// meet refuses a server that cannot do what is asked of it, and finds out
// whether it is reached without a pooler between. Then each connection keeps
// its statements under names, and the server plans them once: a batch costs half.
// A pooler in transaction mode would look for them on another connection.
func (c *config) meet(ctx context.Context) error {
	conn, err := pgx.ConnectConfig(ctx, c.pools.ConnConfig.Copy())
	if err != nil {
		return cannotConnect(err)
	}
	defer conn.Close(ctx) // nothing is under way
	var version int64
	var encoding string
	var pid uint32
	if err := conn.QueryRow(ctx, selectServer).Scan(&version, &encoding); err != nil {
		return cannotConnect(err)
	}
	if err := conn.QueryRow(ctx, selectProcess).Scan(&pid); err != nil {
		return cannotConnect(err)
	}
	// A pooler tells a number of its own, because its client has no process.
	if !c.modeSaid && conn.PgConn().PID() == pid {
		c.pools.ConnConfig.DefaultQueryExecMode = pgx.QueryExecModeCacheStatement
	}
	return checkVersion(version, encoding)
}

func checkVersion(version int64, encoding string) error {
	if version < minVersion {
		return fmt.Errorf("the database's server is PostgreSQL %d.%d: use version 14 or later", version/10000, version%10000)
	}
	if encoding != "UTF8" {
		return fmt.Errorf("the database's encoding is %s: make one with ENCODING 'UTF8', because contacts may hold any character", encoding)
	}
	return nil
}
