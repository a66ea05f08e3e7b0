package pgtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Bouncer puts a PgBouncer in transaction mode, with few connections, in front
// of the server of a DSN. It gives the DSN to reach the same database through
// it.
func Bouncer(t testing.TB, dsn string) string {
	t.Helper()
	path, err := exec.LookPath("pgbouncer")
	if err != nil {
		if path = "/usr/sbin/pgbouncer"; !exists(path) {
			t.Fatal("PgBouncer is not installed, and this test needs it: install what Debian calls pgbouncer")
		}
	}
	behind, err := pgconn.ParseConfig(dsn)
	if err != nil {
		t.Fatal("the DSN of the server cannot be read")
	}
	c := &Cluster{bin: filepath.Dir(path)}
	if c.owner, err = owner(); err != nil {
		t.Fatal(err)
	}
	if c.dir, err = os.MkdirTemp("/tmp", "carnet-pg-"); err != nil {
		t.Fatal(err)
	}
	if err := c.keep(); err != nil {
		t.Fatal(errors.Join(err, os.RemoveAll(c.dir)))
	}
	t.Cleanup(func() {
		if err := c.remove(); err != nil {
			t.Error(err)
		}
	})
	password := ""
	if behind.Password != "" {
		password = " password='" + behind.Password + "'"
	}
	file := filepath.Join(c.dir, "pgbouncer.ini")
	text := fmt.Sprintf("[databases]\n* = host=%s port=%d user=%s%s\n[pgbouncer]\npool_mode = transaction\ndefault_pool_size = 20\n"+
		"max_client_conn = 500\nauth_type = any\nlisten_addr =\nlisten_port = 6432\nunix_socket_dir = %s\nlogfile = %[5]s/log\npidfile = %[5]s/pgbouncer.pid\n",
		behind.Host, behind.Port, behind.User, password, c.dir)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if c.owner != nil {
		err := errors.Join(os.Chown(c.dir, int(c.owner.Uid), int(c.owner.Gid)), os.Chown(file, int(c.owner.Uid), int(c.owner.Gid)))
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := c.run(filepath.Base(path), "-d", "-q", file); err != nil {
		t.Fatal(err)
	}
	through := "postgres://" + behind.User + "@/" + behind.Database + "?host=" + c.dir + "&port=6432"
	for try := 0; ; try++ {
		conn, err := pgx.Connect(context.Background(), through)
		if err == nil {
			if err := conn.Close(context.Background()); err != nil {
				t.Fatal(err)
			}
			return through
		}
		if try == 500 { // 5 s
			t.Fatalf("PgBouncer does not answer: %v", err)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
