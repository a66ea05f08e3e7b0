package endurance

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
)

// CONTRACT D18: of 160 requests at once exactly 60 pass a limit of 60.
func TestLimitOfTheBinary(t *testing.T) {
	db, key := newDatabase(t, t.TempDir())
	carnet(t, "space", "set", "1", "--db", db, "--limit", "update=60")
	s := start(t, db, key)
	a, err := s.do("POST", "/contacts", both("limited"))
	if err != nil {
		t.Fatal(err)
	}
	path := fmt.Sprintf("/contacts/%d", idOf(t, a))
	var passed, refused atomic.Int64
	in(160, func(i int) {
		switch a, err := s.do("PUT", path, both(fmt.Sprint("n", i))); {
		case err != nil:
			t.Error(err)
		case a.status == http.StatusOK:
			passed.Add(1)
		case a.status == http.StatusTooManyRequests && a.header.Get("Retry-After") != "":
			refused.Add(1)
		default:
			t.Errorf("status %d, code %s", a.status, a.code())
		}
	})
	if passed.Load() != 60 || refused.Load() != 100 {
		t.Errorf("%d passed and %d were refused, want 60 and 100", passed.Load(), refused.Load())
	}
	s.stop(t)
}

// CONTRACT D20: 16 clients that read, add a name and put with If-Match lose none
// of each other's names.
func TestNoLostUpdateOfTheBinary(t *testing.T) {
	const clients, each = 16, 5
	db, key := newDatabase(t, t.TempDir())
	s := start(t, db, key)
	a, err := s.do("POST", "/contacts", `{"names":["start"]}`)
	if err != nil {
		t.Fatal(err)
	}
	id := idOf(t, a)
	in(clients, func(i int) {
		for n := range each {
			for !s.addName(t, id, fmt.Sprintf("c%d-%d", i, n)) {
			}
		}
	})
	p, header := s.get(t, id)
	if len(p.Names) != 1+clients*each || header.Get("ETag") != fmt.Sprintf(`"%d"`, 1+clients*each) {
		t.Errorf("%d names at version %s, want %d", len(p.Names), header.Get("ETag"), 1+clients*each)
	}
	s.stop(t)
}

// addName tries to add a name to what is there; false where somebody else was
// faster.
func (s *server) addName(t *testing.T, id int64, name string) bool {
	p, header := s.get(t, id)
	quoted := `"` + strings.Join(append(p.Names, name), `","`) + `"`
	a, err := s.do("PUT", fmt.Sprintf("/contacts/%d", id), `{"names":[`+quoted+`]}`, "If-Match", header.Get("ETag"))
	if err != nil || a.status != http.StatusOK && a.status != http.StatusPreconditionFailed {
		t.Errorf("%v, status %d, code %s", err, a.status, a.code())
		return true
	}
	return a.status == http.StatusOK
}
