package endurance

import (
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// FAULT C3: clients of another language, which send all before they read, see
// every answer that is given before their body was read, each time.
func TestEarlyAnswersReachPython(t *testing.T) {
	times := map[int]int{1 << 20: 3, 5 << 20: 3} // by the size of the body
	if os.Getenv("CARNET_TEST_LONG") != "" {
		times = map[int]int{1 << 20: 40, 5 << 20: 40, 64 << 20: 40}
	}
	db, key := newDatabase(t, t.TempDir())
	carnet(t, "space", "create", "busy", "--db", db)
	carnet(t, "space", "set", "2", "--db", db, "--limit", "create=1", "--limit", "update=0")
	busy := makeKeyFor(t, db, "2")
	reader := makeKeyFor(t, db, "1", "--scopes", "contacts:read")
	s := start(t, db, key)
	if a, err := (&server{url: s.url, client: s.client, key: busy}).do("POST", "/contacts", `{"names":["Ada Example"]}`); err != nil || a.status != 201 {
		t.Fatalf("%v, status %d", err, a.status)
	}
	const contacts = "/public-api/v1/contacts"
	for _, c := range []struct {
		name, method, path, key string
		status                  int
		headers                 []string
	}{
		{"no key", "PUT", contacts + "/1", "", 401, nil},
		{"no such scope", "PUT", contacts + "/1", reader, 403, nil},
		{"no such route", "POST", "/nothing", key, 404, nil},
		{"no such method", "PATCH", contacts, key, 405, nil},
		{"too large", "PUT", contacts + "/1", key, 413, nil},
		{"another type", "PUT", contacts + "/1", key, 415, []string{"Content-Type: text/plain"}},
		{"another host", "PUT", contacts + "/1", key, 421, []string{"Host: rebound.example"}},
		{"an unknown parameter", "PUT", contacts + "/1?x=1", key, 422, nil},
		{"too many requests", "POST", contacts, busy, 429, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			for size, n := range times {
				status := c.status
				switch {
				case status == 413 && size <= 4<<20: // it is read, and has nothing in it
					status = 422
				case status == 415 && size > 4<<20: // CONTRACT D1: its length comes first
					status = 413
				}
				for _, client := range []string{"urllib", "http.client"} {
					args := []string{"testdata/early.py", client, fmt.Sprint(n), fmt.Sprint(size), c.method, s.url + c.path}
					if c.key != "" {
						args = append(args, "Authorization: Bearer "+c.key)
					}
					if c.headers == nil || !strings.HasPrefix(c.headers[0], "Content-Type") {
						args = append(args, "Content-Type: application/json")
					}
					out, err := exec.Command("python3", append(args, c.headers...)...).CombinedOutput()
					if err != nil {
						t.Fatalf("this test needs python3: %v\n%s", err, out)
					}
					got := strings.Split(strings.TrimSpace(string(out)), "\n")
					letIn := "422" // the first of a new minute is, and has nothing in it
					if size > 4<<20 {
						letIn = "413"
					}
					if at := slices.Index(got, letIn); status == 429 && at >= 0 && n > 1 {
						got[at] = "429"
					}
					if want := slices.Repeat([]string{fmt.Sprint(status)}, n); !slices.Equal(got, want) {
						t.Errorf("%s, %d octets: %q, want %d times %d", client, size, got, n, status)
					}
				}
			}
		})
	}
	s.stop(t)
}
