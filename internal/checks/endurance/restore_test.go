package endurance

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// FAULT B2: a backup that was put back beside the log of what was killed was
// served, mixed up with it. The built binary refuses it, and goes on after the
// steps of the manual with ids that nobody was given.
func TestRestoreBesideAStaleLog(t *testing.T) {
	dir := t.TempDir()
	db, key := newDatabase(t, dir)
	backup := filepath.Join(dir, "backup.db")
	create := func(s *server, n int) (last int64) {
		for i := range n {
			a, err := s.do("POST", "/contacts", both(fmt.Sprintf("r%d", i)))
			if err != nil || a.status != http.StatusCreated {
				t.Fatalf("%v, status %d, code %s", err, a.status, a.code())
			}
			last = idOf(t, a)
		}
		return last
	}
	copyTo := func(from, to string) {
		content, err := os.ReadFile(from)
		if err == nil {
			err = os.WriteFile(to, content, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	s := start(t, db, key)
	create(s, 5)
	s.stop(t)
	copyTo(db, backup)
	s = start(t, db, key)
	last := create(s, 520)
	s.kill(t)
	copyTo(backup, db)

	serve := func(args ...string) string {
		out, err := exec.Command(binary, append([]string{"serve", "--db", db, "--listen", "127.0.0.1:0"}, args...)...).CombinedOutput()
		if err == nil {
			t.Fatalf("it served: %s", out)
		}
		return string(out)
	}
	for _, args := range [][]string{nil, {"--accept-restored"}} {
		if out := serve(args...); !strings.Contains(out, "opened together they would be mixed up") {
			t.Errorf("it says %s", out)
		}
	}
	if err := os.Rename(db+"-wal", filepath.Join(dir, "set-aside-wal")); err != nil {
		t.Fatal(err)
	}
	if out := serve(); !strings.Contains(out, "--accept-restored") {
		t.Errorf("it says %s", out)
	}
	s = start(t, db, key, "--accept-restored")
	if id := create(s, 1); id <= last {
		t.Errorf("id %d was given before", id)
	}
	s.stop(t)
	s = start(t, db, key)
	s.stop(t)
}
