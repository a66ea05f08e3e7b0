package postgres

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A server of our own keeps what it was seeded with, and nothing else of a run.
func TestServer(t *testing.T) {
	ctx := t.Context()
	// Not t.TempDir, which the user postgres cannot reach.
	scratch, err := os.MkdirTemp("/var/tmp", "carnet-bench-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(scratch); err != nil {
			t.Error(err)
		}
	})
	if os.Getuid() == 0 {
		if s, err := Open(ctx, Auto, scratch); err == nil {
			t.Error("a folder that its user cannot reach will do", s.Close())
		} else if !strings.Contains(err.Error(), "-scratch") {
			t.Error(err)
		}
	}
	if err := os.Chmod(scratch, 0o755); err != nil {
		t.Fatal(err)
	}
	filled := 0
	for round := range 2 {
		s, err := Open(ctx, Auto, scratch)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(s.About, "fsync = on") || !strings.Contains(s.About, "shared_buffers = 256MB") || s.Version == "" {
			t.Errorf("it says %q of itself, version %q", s.About, s.Version)
		}
		if pid, err := s.PID(); err != nil || pid <= 1 {
			t.Errorf("process %d, %v", pid, err)
		}
		before, err := s.WALBytes(ctx)
		if err != nil {
			t.Fatal(err)
		}
		seed, err := s.Seed(ctx, "5_1", "abc", func(database string) error {
			filled++
			_, err := s.Query(ctx, database, "CREATE TABLE t (n int)", "INSERT INTO t VALUES (1), (2)")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		name, err := s.Copy(ctx, seed, "carnet-pg")
		if err != nil {
			t.Fatal(err)
		}
		if out, err := s.Query(ctx, name, "SELECT n, n FROM t ORDER BY n"); err != nil || out != "1|1\n2|2\n" {
			t.Errorf("round %d: the copy has %q, %v", round, out, err)
		}
		if after, err := s.WALBytes(ctx); err != nil || after <= before {
			t.Errorf("the log went from %d to %d, %v", before, after, err)
		}
		if _, err := s.Query(ctx, name, "SELEC"); err == nil {
			t.Error("a statement that is none was done")
		}
		if round == 1 {
			stale, err := s.Seed(ctx, "5_1", "def", func(string) error { return nil })
			if there, err2 := s.There(ctx, seed); err != nil || err2 != nil || there || stale == seed {
				t.Errorf("what another make has seeded is there: %v, %v, %v", there, err, err2)
			}
			database, err := s.Create(ctx, "pgbench")
			if err != nil {
				t.Fatal(err)
			}
			if err := s.FillPgbench(ctx, database, 100); err != nil {
				t.Fatal(err)
			}
			if rate, err := s.Pgbench(ctx, database, 2, 2, time.Second); err != nil || rate <= 0 {
				t.Errorf("%v a second, %v", rate, err)
			}
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(filepath.Join(scratch, "postgres-"+filepath.Base(filepath.Dir(s.bin)), "data", "postmaster.pid")); err == nil {
			t.Error("the server goes on")
		}
	}
	if filled != 1 {
		t.Errorf("seeded %d times", filled)
	}
}

func TestAddresses(t *testing.T) {
	s := &Server{}
	if err := s.parse("postgres://u@h:5/db?sslmode=disable"); err != nil || s.DSN("x") != "postgres://u@h:5/x?sslmode=disable" || s.DSN("") != "postgres://u@h:5/db?sslmode=disable" {
		t.Errorf("%s, %v", s.DSN("x"), err)
	}
	for _, bad := range []string{"host=h", "automatic", "postgres://u:hunter2@h/db", "postgres://u@h:x/db"} {
		if err := (&Server{}).parse(bad); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

func TestRateOf(t *testing.T) {
	const good = "number of clients: 16\nnumber of failed transactions: 0 (0.000%)\nlatency average = 4 ms\ninitial connection time = 20 ms\ntps = 4512.25 (without initial connection time)\n"
	if got, err := rateOf(good); err != nil || got != 4512.25 {
		t.Errorf("%v, %v", got, err)
	}
	for _, bad := range []string{"", "tps = x", strings.Replace(good, "transactions: 0", "transactions: 3", 1)} {
		if got, err := rateOf(bad); err == nil {
			t.Errorf("%q: %v", bad, got)
		}
	}
	if _, err := Open(context.Background(), "nonsense", ""); err == nil || !strings.Contains(err.Error(), "auto") {
		t.Error(err)
	}
}
