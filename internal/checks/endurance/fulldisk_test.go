package endurance

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// inNamespace is set for the run of this test that has a mount namespace of its
// own, to the path of the binary.
const inNamespace = "CARNET_ENDURANCE_BINARY"

// A full disk answers 503 with Retry-After to writes while reads go on, and
// heals without a restart. The disk is real: a tmpfs of 12 MiB.
func TestFullDisk(t *testing.T) {
	if os.Getenv(inNamespace) == "" && os.Geteuid() != 0 {
		// Only root may mount, or who is root in a namespace of its own.
		self, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		run := exec.Command("unshare", "--user", "--map-root-user", "--mount", self, "-test.run=^TestFullDisk$", "-test.v")
		run.Env = append(os.Environ(), inNamespace+"="+binary)
		out, err := run.CombinedOutput()
		if err != nil || !strings.Contains(string(out), "--- PASS: TestFullDisk") {
			t.Fatalf("in a namespace of its own: %v\n%s", err, out)
		}
		return
	}
	if b := os.Getenv(inNamespace); b != "" {
		binary = b
	}
	disk := t.TempDir()
	if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=12m,mode=0700"); err != nil {
		t.Fatalf("mounting a small disk: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(disk, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})

	db, key := newDatabase(t, disk)
	s := start(t, db, key)
	ballast := filepath.Join(disk, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 4<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	acked := s.fill(t)
	if len(acked) < 10 {
		t.Fatalf("only %d contacts fitted", len(acked))
	}

	// Reads go on, and the refusals are clear, as long as the disk is full.
	for range 5 {
		s.checkAll(t, acked)
		wantFull(t, s, "POST", "/contacts", both("full"))
		wantFull(t, s, "PUT", fmt.Sprintf("/contacts/%d", anyOf(acked)), both("full"))
	}
	s.checkAll(t, acked)

	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	for id := range acked {
		a, err := s.do("PUT", fmt.Sprintf("/contacts/%d", id), both("healed"))
		if err != nil || a.status != http.StatusOK {
			t.Fatalf("after the disk had room again: %v, status %d, code %s", err, a.status, a.code())
		}
		acked[id] = "healed"
		if len(acked) > 20 { // a few are enough
			break
		}
	}
	s.checkAll(t, acked)
	s.stop(t)
	s = start(t, db, key)
	s.checkAll(t, acked)
	s.stop(t)
	if strings.Contains(s.log.String(), "example.com") {
		t.Error("the log holds what was sent")
	}
}

// fill creates contacts, several at once, until the disk is full, and gives
// those that were acknowledged.
func (s *server) fill(t *testing.T) map[int64]string {
	t.Helper()
	acked := map[int64]string{}
	results := make(chan answer)
	go func() {
		defer close(results)
		in(4, func(i int) {
			for n := 0; ; n++ {
				text := fmt.Sprintf("f%d-%d", i, n)
				body := fmt.Sprintf(`{"emails":["%s@example.com"],"names":["%s"],"custom_fields":{"profile_field_1":"%s"}}`,
					text, text, strings.Repeat("x", 4000))
				a, err := s.do("POST", "/contacts", body)
				if err != nil {
					t.Errorf("no answer: %v", err)
					return
				}
				a.body = []byte(text + "\x00" + string(a.body))
				results <- a
				if a.status != http.StatusCreated {
					return
				}
			}
		})
	}()
	deadline := time.Now().Add(time.Minute)
	for a := range results {
		text, body, _ := strings.Cut(string(a.body), "\x00")
		a.body = []byte(body)
		if a.status == http.StatusCreated {
			acked[idOf(t, a)] = text
		} else if err := full(a); err != nil {
			t.Fatal(err)
		}
		if time.Now().After(deadline) {
			t.Fatal("the disk does not fill")
		}
	}
	return acked
}

func full(a answer) error {
	switch {
	case a.status != http.StatusServiceUnavailable || a.code() != "storage_full":
		return fmt.Errorf("on a full disk: status %d, code %q", a.status, a.code())
	case a.header.Get("Retry-After") == "":
		return errors.New("on a full disk: no Retry-After")
	}
	return nil
}

func wantFull(t *testing.T, s *server, method, path, body string) {
	t.Helper()
	a, err := s.do(method, path, body)
	if err != nil {
		t.Fatal(err)
	}
	if a.status == http.StatusOK || a.status == http.StatusCreated {
		// A small write may still find a place that a refused one left.
		t.Logf("%s fitted", method)
		return
	}
	if err := full(a); err != nil {
		t.Error(err)
	}
}

func (s *server) checkAll(t *testing.T, acked map[int64]string) {
	t.Helper()
	for id, text := range acked {
		p, _ := s.get(t, id)
		if len(p.Names) != 1 || len(p.Emails) != 1 || p.Emails[0] != p.Names[0]+"@example.com" ||
			p.Names[0] != text && p.Names[0] != "full" {
			t.Fatalf("contact %d does not hold what was acknowledged", id)
		}
	}
}

func anyOf(acked map[int64]string) int64 {
	for id := range acked {
		return id
	}
	return 0
}
