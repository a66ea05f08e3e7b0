package postgres

import (
	"context"
	"errors"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/carnet-project/carnet/internal/checks/pgtest"
	"github.com/carnet-project/carnet/internal/store"
)

// FAULT A1: a read that is given up ends in the server too, and gives its
// connection back: clients that go away in a storm must not make every connection
// anew.
func TestReadsAreCancelled(t *testing.T) {
	b := opened(t, Options{DSN: pgtest.NewTemplate(t, Migrate).Database(t)})
	process := func(r pgx.Row) (pid int64, err error) { err = r.Scan(&pid); return pid, err }
	before, err := list(bg, b.reads, "ask", process, selectProcess)
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		ctx, cancel := context.WithCancel(bg)
		_, err := list(ctx, b.reads, "count", func(r pgx.Row) (n int64, err error) {
			cancel() // there is a row, and without end more
			err = r.Scan(&n)
			return n, err
		}, "WITH RECURSIVE n(i) AS (SELECT 1::bigint UNION ALL SELECT i + 1 FROM n) SELECT i FROM n")
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("whose context ended is told %v", err)
		}
	}
	after, err := list(bg, b.reads, "ask", process, selectProcess)
	if err != nil || len(after) != 1 || after[0] != before[0] {
		t.Errorf("%v: the process is %v, was %v", err, after, before)
	}
	if made := b.reads.Stat().NewConnsCount(); made != 1 {
		t.Errorf("%d connections were made", made)
	}
}

// FAULT A1: while all connections for reads are taken, keys are found and the
// database answers; who waits for one of them ends with its context.
func TestKeysHaveAConnection(t *testing.T) {
	b := opened(t, Options{DSN: pgtest.NewTemplate(t, Migrate).Database(t)})
	var taken []*pgxpool.Conn
	for range b.Readers() {
		conn, err := b.reads.Acquire(bg)
		if err != nil {
			t.Fatal(err)
		}
		taken = append(taken, conn)
	}
	defer func() {
		for _, conn := range taken {
			conn.Release()
		}
	}()
	_, _, err1 := b.Grant(bg, [32]byte{})
	_, err2 := b.Secret(bg)
	_, err3 := b.Spaces(bg)
	_, err4 := b.APIKeys(bg)
	_, err5 := b.LastAt(bg)
	if err := errors.Join(err1, err2, err3, err4, err5, b.Check(bg)); err != nil {
		t.Error(err)
	}
	ended, cancel := context.WithCancel(bg)
	cancel()
	if _, err := b.Feed(ended, store.Stretch{Space: 1, Limit: 1}); !errors.Is(err, context.Canceled) {
		t.Errorf("who waits is told %v", err)
	}
}
