package pgtest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// child is set where a test has started this program again, to start a cluster
// and be killed.
const child = "CARNET_TEST_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(child) == "" {
		os.Exit(m.Run())
	}
	c, err := start(Options{})
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println(c.dir)
	select {}
}

// A program that is killed leaves no server and no files behind.
func TestKilledProgram(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), child+"=1")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	dir, readErr := bufio.NewReader(out).ReadString('\n')
	dir = strings.TrimSpace(dir)
	there := &Cluster{dir: dir}
	pid, pidErr := there.pid()
	killErr := cmd.Process.Kill()
	_ = cmd.Wait() // says that it was killed
	if err := errors.Join(readErr, pidErr, killErr); err != nil {
		t.Fatalf("%s: %v", dir, err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := exec.CommandContext(ctx, "sh", "-c", `while [ -e "$1" ]; do sleep 0.1; done`, "sh", dir).Run(); err != nil {
		t.Errorf("its folder %s stays: %v", dir, err)
	}
	if running(pid) {
		t.Errorf("its server, process %d, goes on", pid)
	}
}

// A server that is lent answers until it is given back, and then is gone.
func TestLend(t *testing.T) {
	keep, giveBack := io.Pipe()
	dsns, out := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- errors.Join(Lend(keep, out), out.Close()) }()
	dsn, err := bufio.NewReader(dsns).ReadString('\n')
	if err != nil {
		t.Fatal(err, <-ended)
	}
	dsn = strings.TrimSpace(dsn)
	if err := administer(func(string) (string, error) { return dsn, nil }, "SELECT 1"); err != nil {
		t.Error(err)
	}
	if err := errors.Join(giveBack.Close(), <-ended); err != nil {
		t.Fatal(err)
	}
	if _, dir, _ := strings.Cut(dsn, "host="); exists(dir) {
		t.Errorf("its folder %s stays", dir)
	}
}

// A cluster can be stopped in each way, and killed, and has afterwards what was
// committed.
func TestStops(t *testing.T) {
	c := Start(t, Options{Fsync: true, Settings: []string{"work_mem = 5MB"}})
	if strings.HasPrefix(c.dir, memory) {
		t.Errorf("what must be durable is in memory, in %s", c.dir)
	}
	ctx := context.Background()
	query := func(text string) (value string) {
		t.Helper()
		conn, err := pgx.Connect(ctx, c.DSN(""))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close(ctx)
		if err := conn.QueryRow(ctx, text).Scan(&value); err != nil {
			t.Fatal(err)
		}
		return value
	}
	for name, want := range map[string]string{"fsync": "on", "full_page_writes": "on", "work_mem": "5MB", "listen_addresses": ""} {
		if got := query("SELECT current_setting('" + name + "')"); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	for _, statement := range []string{"CREATE TABLE kept (n bigint)", "INSERT INTO kept VALUES (0)"} {
		if err := administer(func(string) (string, error) { return c.DSN(""), nil }, statement); err != nil {
			t.Fatal(err)
		}
	}
	for i, stop := range []func() error{
		func() error { return c.Stop(Fast) }, func() error { return c.Stop(Immediate) }, c.Kill,
	} {
		query("UPDATE kept SET n = n + 1 RETURNING n::text")
		if err := stop(); err != nil {
			t.Fatal(err)
		}
		if conn, err := pgx.Connect(ctx, c.DSN("")); err == nil {
			t.Errorf("stop %d: it still answers", i)
			conn.Close(ctx)
		}
		if err := c.Restart(); err != nil {
			t.Fatal(err)
		}
		if got, want := query("SELECT n::text FROM kept"), fmt.Sprint(i+1); got != want {
			t.Errorf("stop %d: %s was kept, want %s", i, got, want)
		}
	}
}

func TestWithDatabase(t *testing.T) {
	for dsn, want := range map[string]string{
		"postgres://u:p@h:5/db?sslmode=disable": "postgres://u:p@h:5/x?sslmode=disable",
		"postgresql:///?host=/run":              "postgresql:///x?host=/run",
	} {
		if got, err := withDatabase(dsn, "x"); err != nil || got != want {
			t.Errorf("%s: %s, %v; want %s", dsn, got, err, want)
		}
		if got, err := withDatabase(dsn, ""); err != nil || got != dsn {
			t.Errorf("%s: %s, %v; want it as it is", dsn, got, err)
		}
	}
	for _, dsn := range []string{"postgres://u:hunter2@h:x/db", "host=h password=hunter2"} {
		if _, err := withDatabase(dsn, "x"); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", dsn, err)
		}
	}
	for dsn, want := range map[string]string{"postgres://h/x": "postgres://h/x?a=b", "postgres:///x?host=/run": "postgres:///x?host=/run&a=b"} {
		if got := With(dsn, "a", "b"); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
