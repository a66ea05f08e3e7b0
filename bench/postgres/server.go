// Package postgres runs the PostgreSQL server that Carnet is measured on, and
// pgbench on it. It works through PostgreSQL's own programs (initdb, pg_ctl,
// psql, pgbench), which have to be there for pgbench anyhow: so this module
// needs no driver, and nothing of Carnet's tests. The server of those forgets: it syncs
// nothing, and ends with the program that started it. This one syncs, and is kept with
// its contacts for the next run.
package postgres

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// Auto asks for a server of the run's own.
const Auto = "auto"

// own is what a server of our own has beside its defaults, which are to sync
// every commit.
var own = []string{"listen_addresses = ''", "shared_buffers = 256MB"}

// Server is a PostgreSQL server.
type Server struct {
	// About says which version it is, and the settings that matter here.
	Version, About string

	bin   string
	dsn   url.URL
	dir   string              // of a server of our own, else ""
	owner *syscall.Credential // who runs it, nil for whoever runs this
	made  []string            // databases of this run
}

// Open finds PostgreSQL's programs, and starts a server under scratch where
// dsn is Auto; else it uses the one that dsn names. Whoever opened it calls
// Close.
func Open(ctx context.Context, dsn, scratch string) (_ *Server, err error) {
	s := &Server{}
	if s.bin, err = findPrograms(); err != nil {
		return nil, err
	}
	if dsn == Auto {
		err = s.start(ctx, scratch)
	} else {
		err = s.parse(dsn)
	}
	if err != nil {
		return nil, err
	}
	if err := s.look(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func (s *Server) parse(dsn string) error {
	u, err := url.Parse(dsn)
	if err != nil || u.Scheme != "postgres" && u.Scheme != "postgresql" {
		return errors.New("-postgres takes auto, or a URL, as in postgres://user@host:5432/postgres, of a user who may create databases")
	}
	if _, has := u.User.Password(); has {
		// Arguments of programs can be seen by all of the machine.
		return errors.New("leave the password out of the URL of -postgres: put it into PGPASSWORD, or a passfile")
	}
	s.dsn = *u
	return nil
}

// look reads what the figures depend on, and refuses a server that does not
// sync.
func (s *Server) look(ctx context.Context) error {
	out, err := s.Query(ctx, "", `SELECT current_setting('server_version') || '|' || string_agg(name || ' = ' || current_setting(name), ', ' ORDER BY name)
		|| '|' || bool_and(setting <> 'off') FILTER (WHERE name IN ('fsync', 'synchronous_commit'))
		FROM pg_settings WHERE name IN ('fsync', 'full_page_writes', 'max_wal_size', 'shared_buffers', 'synchronous_commit', 'wal_level')`)
	if err != nil {
		return err
	}
	parts := strings.Split(strings.TrimSpace(out), "|")
	if len(parts) != 3 {
		return fmt.Errorf("the server describes itself as %q", out)
	}
	if parts[2] != "true" {
		return errors.New("the server has fsync or synchronous_commit off: what it would bring cannot be compared with anything")
	}
	s.Version, s.About = strings.Fields(parts[0])[0], "a server that was there; "+parts[1]
	if s.dir != "" {
		s.About = "a server of its own with default settings but for shared_buffers; " + parts[1]
	}
	return nil
}

// start makes a server, or starts the one that a run before has made, with the
// contacts in it.
func (s *Server) start(ctx context.Context, scratch string) error {
	var err error
	if s.owner, err = owner(); err != nil {
		return err
	}
	version := filepath.Base(filepath.Dir(s.bin)) // another one cannot read its files
	dir := filepath.Join(scratch, "postgres-"+version)
	_, err = os.Stat(filepath.Join(dir, "ready"))
	fresh := errors.Is(err, fs.ErrNotExist)
	if err != nil && !fresh {
		return err
	}
	if fresh {
		if err := errors.Join(os.RemoveAll(dir), os.Mkdir(dir, 0o755)); err != nil {
			return err
		}
		if s.owner != nil {
			if err := os.Chown(dir, int(s.owner.Uid), int(s.owner.Gid)); err != nil {
				return err
			}
		}
	}
	if err := s.run(ctx, exec.Command("test", "-x", dir)); err != nil {
		return fmt.Errorf("PostgreSQL does not run as root, and its user cannot reach %s: name a folder on this disk that it can, as in -scratch /var/tmp/carnet-bench", scratch)
	}
	data := filepath.Join(dir, "data")
	if fresh {
		if err := s.run(ctx, s.program("initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-instructions")); err != nil {
			return err
		}
		conf, err := os.OpenFile(filepath.Join(data, "postgresql.conf"), os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		_, err = conf.WriteString(strings.Join(append(own, "unix_socket_directories = '"+dir+"'"), "\n") + "\n")
		if err := errors.Join(err, conf.Close(), os.WriteFile(filepath.Join(dir, "ready"), nil, 0o644)); err != nil {
			return err
		}
	}
	log := filepath.Join(dir, "log")
	if err := s.run(ctx, s.program("pg_ctl", "-D", data, "-l", log, "-w", "-t", "60", "start")); err != nil {
		said, readErr := os.ReadFile(log)
		return errors.Join(fmt.Errorf("%w: %s", err, said[max(0, len(said)-1000):]), readErr)
	}
	s.dir = dir
	s.dsn = url.URL{Scheme: "postgres", User: url.User("postgres"), Path: "/postgres", RawQuery: "host=" + url.QueryEscape(dir)}
	return nil
}

// Close drops what this run has made, and stops a server of our own. The
// contacts that the next run can use stay.
func (s *Server) Close() error {
	ctx := context.Background() // also where the run was given up
	var errs []error
	for _, name := range s.made {
		errs = append(errs, s.drop(ctx, name))
	}
	if s.dir != "" {
		errs = append(errs, s.run(ctx, s.program("pg_ctl", "-D", filepath.Join(s.dir, "data"), "-m", "fast", "-w", "-t", "120", "stop")))
		s.dir = ""
	}
	return errors.Join(errs...)
}

// PID gives the process that all others of the server descend from, 0 where
// that is not known, because it is none of ours.
func (s *Server) PID() (int, error) {
	if s.dir == "" {
		return 0, nil
	}
	text, err := os.ReadFile(filepath.Join(s.dir, "data", "postmaster.pid"))
	if err != nil {
		return 0, err
	}
	line, _, _ := strings.Cut(string(text), "\n")
	return strconv.Atoi(line)
}

func (s *Server) program(name string, args ...string) *exec.Cmd {
	return exec.Command(filepath.Join(s.bin, name), args...)
}

// run runs a program as the one who runs the server.
func (s *Server) run(ctx context.Context, cmd *exec.Cmd) error {
	// A file, because what it leaves behind would hold a pipe open.
	out, err := os.CreateTemp("", "carnet-bench-")
	if err != nil {
		return err
	}
	defer os.Remove(out.Name())
	defer out.Close()
	cmd.Dir, cmd.Stdout, cmd.Stderr = "/", out, out
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: s.owner, Setsid: true} // Ctrl-C is for us: we stop it
	if err := errors.Join(ctx.Err(), cmd.Run()); err != nil {
		said, _ := os.ReadFile(out.Name())
		return fmt.Errorf("%s: %w: %s", filepath.Base(cmd.Path), err, strings.TrimSpace(string(said)))
	}
	return nil
}

func owner() (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, errors.New("PostgreSQL does not run as root, and there is no user postgres to run it as: run this as somebody else, or install Debian's postgresql, which makes one")
	}
	uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
	gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, errors.Join(err1, err2)
}

var programs = []string{"initdb", "pg_ctl", "postgres", "psql", "pgbench"}

// findPrograms gives the folder of PostgreSQL's programs, the newest version of
// those under Debian's folder where the one of PATH has not all.
func findPrograms() (string, error) {
	dirs, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err != nil {
		return "", err
	}
	version := func(dir string) int {
		n, _ := strconv.Atoi(filepath.Base(filepath.Dir(dir)))
		return n
	}
	slices.SortFunc(dirs, func(a, b string) int { return version(b) - version(a) })
	if path, err := exec.LookPath("initdb"); err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil {
			dirs = slices.Insert(dirs, 0, filepath.Dir(path))
		}
	}
	for _, dir := range dirs {
		if !slices.ContainsFunc(programs, func(name string) bool {
			_, err := os.Stat(filepath.Join(dir, name))
			return err != nil
		}) {
			return dir, nil
		}
	}
	return "", fmt.Errorf("PostgreSQL is not installed, of which -postgres needs %s: install what Debian calls postgresql", strings.Join(programs, ", "))
}
