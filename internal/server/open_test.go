package server

import (
	"bytes"
	"errors"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What cannot be opened is refused with what to do about it, and leaves no
// database behind.
func TestOpenRefuses(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for name, c := range map[string]struct {
		listen, path, want string
	}{
		"all interfaces":     {"0.0.0.0:0", "carnet.db", "--behind-proxy"},
		"no host":            {":0", "carnet.db", "--behind-proxy"},
		"all, by IPv6":       {"[::]:0", "carnet.db", "--behind-proxy"},
		"no port":            {"127.0.0.1", "carnet.db", "no address of a machine with a port"},
		"not ours":           {"192.0.2.1:0", "carnet.db", "--behind-proxy"},
		"in use":             {taken.Addr().String(), "carnet.db", "in use by another program"},
		"no such folder":     {"127.0.0.1:0", "none/carnet.db", "the folder of the database does not exist"},
		"no database at all": {"127.0.0.1:0", "notes.txt", "cannot be read as a Carnet database"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "notes.txt"), []byte(strings.Repeat("A note. ", 100)), 0o600); err != nil {
				t.Fatal(err)
			}
			s, err := Open(t.Context(), Config{Database: filepath.Join(dir, c.path), Listen: c.listen})
			if err == nil {
				s.Close()
			}
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want what says %q", err, c.want)
			}
			if _, err := os.Stat(filepath.Join(dir, "carnet.db")); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("a database was made: %v", err)
			}
		})
	}
}

// One file has one server, by whatever link it is reached.
func TestOpenOneServerAFile(t *testing.T) {
	dir := t.TempDir()
	path, link := filepath.Join(dir, "carnet.db"), filepath.Join(dir, "link.db")
	first := opened(t, path)
	defer first.Close()
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	for _, p := range []string{path, link} {
		s, err := Open(t.Context(), Config{Database: p, Listen: "127.0.0.1:0"})
		if err == nil {
			s.Close()
		}
		if err == nil || !strings.Contains(err.Error(), "is being served already") {
			t.Errorf("%s: %v", filepath.Base(p), err)
		}
	}
	beside, err := OpenDatabase(t.Context(), link, false, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatalf("beside the server: %v", err)
	}
	if err := beside.Close(); err != nil {
		t.Error(err)
	}
}

func TestURL(t *testing.T) {
	s, err := Open(t.Context(), Config{
		Database: filepath.Join(t.TempDir(), "carnet.db"), Listen: "0.0.0.0:0", BehindProxy: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	_, port, err := net.SplitHostPort(s.Addr().String())
	if err != nil || s.URL() != "http://127.0.0.1:"+port {
		t.Errorf("%s for %s, %v", s.URL(), s.Addr(), err)
	}
}

func TestOpenDatabase(t *testing.T) {
	path := filepath.Join(t.TempDir(), "carnet.db")
	if _, err := OpenDatabase(t.Context(), path, false, slog.Default()); err == nil || !strings.Contains(err.Error(), "there is no database at") {
		t.Errorf("a missing file: %v", err)
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a database was made: %v", err)
	}
	db, err := OpenDatabase(t.Context(), path, true, slog.Default())
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("made %v, %v", info, err)
	}
}

// net/http names addresses of clients and contents of panics. Neither may
// reach a log.
func TestErrorLog(t *testing.T) {
	var out bytes.Buffer
	l := errorLog(slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug})))
	l.Print("http: panic serving 192.0.2.7:4711: ada@example.com")
	l.Print("http: Accept error: accept tcp 127.0.0.1:8420: accept4: too many open files; retrying in 5ms")
	if got := out.String(); strings.Contains(got, "192.0.2.7") || strings.Contains(got, "ada@") || !strings.Contains(got, "too many open files") {
		t.Errorf("logged %q", got)
	}
}
