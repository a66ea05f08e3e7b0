package proc

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// TestMain is also the server that the tests start.
func TestMain(m *testing.M) {
	switch addr := os.Getenv("BENCH_TEST_SERVE"); addr {
	case "":
		os.Exit(m.Run())
	case "fail":
		fmt.Println("there is no paper")
		os.Exit(3)
	default:
		l, err := net.Listen("tcp", addr)
		if err != nil {
			panic(err)
		}
		for {
			if _, err := l.Accept(); err != nil {
				panic(err)
			}
		}
	}
}

func myself(t *testing.T, serve string) *exec.Cmd {
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path)
	cmd.Env = append(os.Environ(), "BENCH_TEST_SERVE="+serve)
	return cmd
}

func TestChild(t *testing.T) {
	addr, err := FreeAddr()
	if err != nil {
		t.Fatal(err)
	}
	c, err := Start(context.Background(), addr, filepath.Join(t.TempDir(), "log"), myself(t, addr))
	if err != nil {
		t.Fatal(err)
	}
	if rss, err := RSS(c.PID()); err != nil || rss < 1<<20 {
		t.Errorf("a Go program holds %d bytes, %v", rss, err)
	}
	if _, err := CPU(c.PID()); err != nil {
		t.Error(err)
	}
	if _, err := Written(c.PID()); err != nil {
		t.Error(err)
	}
	if err := c.Stop(); err != nil {
		t.Error(err)
	}
	if err := c.Stop(); err == nil {
		t.Error("stopping a second time was no error")
	}
}

// A process is counted with its children, those that have ended included.
func TestTree(t *testing.T) {
	before, err := TreeCPU(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	work := exec.Command("sh", "-c", "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done")
	if err := work.Run(); err != nil {
		t.Fatal(err)
	}
	ended := work.ProcessState.UserTime()
	addr, err := FreeAddr()
	if err != nil {
		t.Fatal(err)
	}
	alone, err := TreeMemory(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	c, err := Start(context.Background(), addr, filepath.Join(t.TempDir(), "log"), myself(t, addr))
	if err != nil {
		t.Fatal(err)
	}
	both, err1 := TreeMemory(os.Getpid())
	after, err2 := TreeCPU(os.Getpid())
	if err1 != nil || err2 != nil || both < alone+1<<20 || after < before+ended-2*tick {
		t.Errorf("%d bytes alone, %d with a child; %v before, %v after, of which %v of a child that ended; %v, %v", alone, both, before, after, ended, err1, err2)
	}
	if err := c.Stop(); err != nil {
		t.Error(err)
	}
}

func TestChildThatFails(t *testing.T) {
	addr, err := FreeAddr()
	if err != nil {
		t.Fatal(err)
	}
	_, err = Start(context.Background(), addr, filepath.Join(t.TempDir(), "log"), myself(t, "fail"))
	if err == nil || !strings.Contains(err.Error(), "exit status 3: there is no paper") {
		t.Errorf("error %v", err)
	}
}

func TestBusyIncludesThisProcess(t *testing.T) {
	before, err := Busy()
	if err != nil {
		t.Fatal(err)
	}
	mine, err := CPU(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	s, err := Measure(t.TempDir())
	if err != nil || s.Spin <= 0 || s.Sync <= 0 {
		t.Fatalf("%+v, %v", s, err)
	}
	for after := mine; after < mine+5*tick; { // until it has surely used some
		if after, err = CPU(os.Getpid()); err != nil {
			t.Fatal(err)
		}
	}
	if busy, err := Busy(); err != nil || busy < before+3*tick {
		t.Errorf("the machine used %v while this process used %v (%v)", busy-before, 5*tick, err)
	}
}

// The log is followed through commits and a restart.
func TestWAL(t *testing.T) {
	db := filepath.Join(t.TempDir(), "a.db")
	w := FollowWAL(db)
	if err := w.Look(); err != nil || w.Bytes() != 0 {
		t.Fatalf("without a file: %d, %v", w.Bytes(), err)
	}
	c, err := sqlite.OpenConn(db, sqlite.OpenReadWrite, sqlite.OpenCreate)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	run := func(q string) {
		t.Helper()
		if err := sqlitex.ExecuteTransient(c, q, nil); err != nil {
			t.Fatal(err)
		}
	}
	run("PRAGMA page_size = 2048")
	run("PRAGMA journal_mode = wal")
	run("PRAGMA wal_autocheckpoint = 0")
	run("CREATE TABLE t (x)")
	look := func(frames, commits int64) {
		t.Helper()
		if err := w.Look(); err != nil || w.Frames != frames || w.Commits != commits {
			t.Fatalf("%d frames, %d commits, %v; want %d, %d", w.Frames, w.Commits, err, frames, commits)
		}
	}
	look(0, 0) // what was before the first look does not count
	run("INSERT INTO t VALUES (1)")
	run("INSERT INTO t VALUES (2)")
	look(2, 2)
	run("PRAGMA wal_checkpoint(RESTART)")
	run("INSERT INTO t VALUES (randomblob(5000))")
	if err := w.Look(); err != nil || w.Frames < 4 || w.Frames > 6 || w.Commits != 3 {
		t.Errorf("after a restart: %d frames, %d commits, %v", w.Frames, w.Commits, err)
	}
	if w.Bytes() != w.Frames*2072 || w.Peak < 4*2072 {
		t.Errorf("%d bytes, peak %d", w.Bytes(), w.Peak)
	}
}

func TestStopOfContext(t *testing.T) {
	addr, err := FreeAddr()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	other, err := FreeAddr()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Start(ctx, other, filepath.Join(t.TempDir(), "log"), myself(t, addr)); err == nil {
		t.Error("a server that listens elsewhere was taken for ready")
	}
}
