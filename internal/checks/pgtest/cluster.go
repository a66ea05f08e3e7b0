package pgtest

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// install says what to do where there is no PostgreSQL.
const install = "PostgreSQL is not installed, and these tests need its server: install what Debian calls postgresql, " +
	"or set CARNET_TEST_POSTGRES to the DSN of a server where databases may be created"

// Options say what a cluster is for.
type Options struct {
	// Fsync makes commits durable, as in production. Without it a cluster is
	// faster, and survives the end of its processes but not that of the machine.
	Fsync bool
	// Settings are lines of postgresql.conf.
	Settings []string
}

// Cluster is a PostgreSQL server of its own, with the databases in its folder.
type Cluster struct {
	dir    string
	bin    string
	owner  *syscall.Credential // nil: whoever runs the tests
	alive  *os.File            // its end tells the keeper that this program has ended
	keeper *exec.Cmd
}

// Mode says how a server is stopped.
type Mode string

// The ways to stop.
const (
	Fast      Mode = "fast"      // roll back what is open, write everything out, end
	Immediate Mode = "immediate" // end at once: the next start recovers, as after a crash
)

// Start makes a cluster for one test, which is gone when the test ends.
func Start(t testing.TB, o Options) *Cluster {
	t.Helper()
	needed(t)
	c, err := start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.remove(); err != nil {
			t.Error(err)
		}
	})
	return c
}

// start makes a cluster that a keeper removes when this program ends, even if it
// is killed. It leaves no goroutine behind.
func start(o Options) (*Cluster, error) {
	bin, err := findServer()
	if err != nil {
		return nil, err
	}
	c := &Cluster{bin: bin}
	if c.owner, err = owner(); err != nil {
		return nil, err
	}
	if c.dir, err = os.MkdirTemp(home(o), "carnet-pg-"); err != nil {
		return nil, err
	}
	if err := c.keep(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(c.dir))
	}
	if err := c.fill(o); err != nil {
		return nil, errors.Join(err, c.remove())
	}
	return c, nil
}

// The file system in memory that Linux has, and how much must be free there.
const (
	memory = "/dev/shm"
	room   = 4 << 30
)

// home gives the folder to make clusters in. It is not TMPDIR, which may be long: the
// path of a socket has at most 107 bytes. What need not be durable is in memory where
// there is room: each database is 300 files, which come and go with its test, and a
// file system on a disk may take longer for those than the server for all that it is
// asked (ext4 goes past each inode that was freed a moment ago).
func home(o Options) string {
	var fs syscall.Statfs_t
	if !o.Fsync && syscall.Statfs(memory, &fs) == nil && fs.Bavail*uint64(fs.Bsize) >= room {
		return memory
	}
	return "/tmp"
}

func (c *Cluster) fill(o Options) error {
	if c.owner != nil {
		if err := os.Chown(c.dir, int(c.owner.Uid), int(c.owner.Gid)); err != nil {
			return err
		}
	}
	if err := c.run("initdb", "-D", c.data(), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions"); err != nil {
		return err
	}
	settings := []string{
		"listen_addresses = ''",
		"unix_socket_directories = '" + c.dir + "'",
		"max_connections = 500",
		"shared_buffers = 64MB",
		"max_wal_size = 256MB",
		"timezone = 'UTC'",
	}
	if !o.Fsync {
		// For many short-lived databases: nothing of this changes what they answer.
		settings = append(settings, "fsync = off", "full_page_writes = off", "autovacuum = off", "wal_level = minimal", "max_wal_senders = 0")
	}
	conf, err := os.OpenFile(filepath.Join(c.data(), "postgresql.conf"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = conf.WriteString("\n" + strings.Join(append(settings, o.Settings...), "\n") + "\n")
	if err := errors.Join(err, conf.Close()); err != nil {
		return err
	}
	return c.Restart()
}

func (c *Cluster) data() string { return filepath.Join(c.dir, "data") }

// DSN gives the DSN of a database; "" for the one to administer the server by.
func (c *Cluster) DSN(database string) string {
	if database == "" {
		database = "postgres"
	}
	return "postgres://postgres@/" + database + "?host=" + c.dir
}

// Restart starts a server that was stopped or killed, and waits until it takes
// connections.
func (c *Cluster) Restart() error {
	return c.run("pg_ctl", "-D", c.data(), "-l", filepath.Join(c.dir, "log"), "-w", "-t", "60", "start")
}

// Stop stops the server.
func (c *Cluster) Stop(m Mode) error {
	return c.run("pg_ctl", "-D", c.data(), "-m", string(m), "-w", "-t", "60", "stop")
}

// Kill kills every process of the server at once. What was committed is in its
// files, but in no file that fsync=off has not written.
func (c *Cluster) Kill() error {
	pid, err := c.pid()
	if err != nil {
		return err
	}
	// Stopped first, so that it starts nothing new meanwhile.
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		return err
	}
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	if err != nil {
		return err
	}
	pids := []int{pid}
	for _, field := range strings.Fields(string(text)) {
		child, err := strconv.Atoi(field)
		if err != nil {
			return err
		}
		pids = append(pids, child)
	}
	for _, p := range pids {
		if err := syscall.Kill(p, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
			return err
		}
	}
	for range 500 { // 5 s
		if !slices.ContainsFunc(pids, running) {
			// They name a process that is no more, or, where nobody waits for
			// orphans, is still to be seen: the next start must not mind.
			return errors.Join(os.Remove(filepath.Join(c.data(), "postmaster.pid")), os.Remove(filepath.Join(c.dir, ".s.PGSQL.5432.lock")))
		}
		time.Sleep(10 * time.Millisecond)
	}
	return errors.New("the server was killed and goes on")
}

// running tells whether a process is there and no mere remains of one.
func running(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	_, rest, _ := bytes.Cut(stat, []byte(") "))
	return len(rest) > 0 && rest[0] != 'Z' && rest[0] != 'X'
}

func (c *Cluster) pid() (int, error) {
	text, err := os.ReadFile(filepath.Join(c.data(), "postmaster.pid"))
	if err != nil {
		return 0, fmt.Errorf("the server does not run: %w", err)
	}
	line, _, _ := strings.Cut(string(text), "\n")
	return strconv.Atoi(line)
}

// run runs one of PostgreSQL's programs. The server that it may leave behind
// holds none of this program's files.
func (c *Cluster) run(name string, args ...string) error {
	out, err := os.CreateTemp("", "carnet-pg-out-")
	if err != nil {
		return err
	}
	defer os.Remove(out.Name())
	defer out.Close()
	cmd := exec.Command(filepath.Join(c.bin, name), args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = "/", out, out
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: c.owner, Setsid: true}
	if err := cmd.Run(); err != nil {
		said, _ := os.ReadFile(out.Name())
		logged, _ := os.ReadFile(filepath.Join(c.dir, "log"))
		return fmt.Errorf("%s: %w\n%s%s", name, err, said, logged)
	}
	return nil
}

// keeper waits for the end of its standard input, which is the end of this
// program, and then removes what stands in its first argument.
const keeper = `
cat >/dev/null
for file in "$1/data/postmaster.pid" "$1/pgbouncer.pid"; do
  pid=$(head -n 1 "$file" 2>/dev/null) || continue
  kill -QUIT "$pid" 2>/dev/null || continue
  tries=0
  while grep -qs '^State:.[^XZ]' "/proc/$pid/status" && [ $tries -lt 100 ]; do sleep 0.1; tries=$((tries + 1)); done
done
rm -rf "$1"
`

func (c *Cluster) keep() error {
	r, w, err := os.Pipe()
	if err != nil {
		return err
	}
	defer r.Close()
	c.alive, c.keeper = w, exec.Command("sh", "-c", keeper, "sh", c.dir)
	c.keeper.Stdin, c.keeper.Dir = r, "/"
	c.keeper.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // Ctrl-C is for the tests, not for it
	if err := c.keeper.Start(); err != nil {
		return errors.Join(err, w.Close())
	}
	return nil
}

// remove stops the server and removes its folder.
func (c *Cluster) remove() error {
	return errors.Join(c.alive.Close(), c.keeper.Wait())
}

// owner gives the user to run the server as: PostgreSQL refuses root.
func owner() (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, errors.New("PostgreSQL does not run as root, and there is no user postgres to run it as: run the tests as somebody else, or install Debian's postgresql, which makes one")
	}
	uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
	gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, errors.Join(err1, err2)
}

// findServer gives the folder of PostgreSQL's programs, of the newest version
// where there are several.
func findServer() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil && whole(filepath.Dir(path)) {
			return filepath.Dir(path), nil
		}
	}
	dirs, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err != nil {
		return "", err
	}
	version := func(dir string) int {
		n, _ := strconv.Atoi(filepath.Base(filepath.Dir(dir)))
		return n
	}
	slices.SortFunc(dirs, func(a, b string) int { return version(b) - version(a) })
	for _, dir := range dirs {
		if whole(dir) {
			return dir, nil
		}
	}
	return "", errors.New(install)
}

// whole tells whether a folder has all the programs.
func whole(dir string) bool {
	for _, name := range []string{"initdb", "pg_ctl", "postgres"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			return false
		}
	}
	return true
}
