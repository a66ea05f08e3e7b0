package endurance

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/carnet-project/carnet/internal/checks/pgtest"
)

// perServer is how many connections a server of these tests may have.
const perServer = 12

// long tells whether there is time for more.
func long() bool { return os.Getenv("CARNET_TEST_LONG") == "1" }

// database is a PostgreSQL server of its own, and a database on it whose owner is
// nobody special: limits on connections hold for it.
type database struct {
	cluster *pgtest.Cluster
	dsn     string
	key     string
}

func newPostgres(t *testing.T) *database {
	t.Helper()
	d := &database{cluster: pgtest.Start(t, pgtest.Options{Fsync: true})}
	d.administer(t, "CREATE ROLE carnet LOGIN")
	d.administer(t, "CREATE DATABASE carnet OWNER carnet TEMPLATE template0 ENCODING 'UTF8'")
	u, err := url.Parse(d.cluster.DSN("carnet"))
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.User("carnet")
	d.dsn = pgtest.With(u.String(), "pool_max_conns", fmt.Sprint(perServer))
	in(3, func(int) { // several machines that are set up at once
		if out, err := exec.Command(binary, "migrate", "--db", d.dsn).CombinedOutput(); err != nil {
			t.Errorf("carnet migrate: %v\n%s", err, out)
		}
	})
	if d.number(t, "SELECT count(*) FROM installation") != 1 || d.number(t, "SELECT count(*) - count(DISTINCT version_id) FROM goose_db_version") != 0 {
		t.Fatal("migrating at once made more than one schema")
	}
	carnet(t, "space", "create", "test", "--db", d.dsn)
	carnet(t, "space", "set", "1", "--db", d.dsn, "--limit", "update=0", "--limit", "create=0", "--limit", "get=0", "--limit", "list=0")
	d.key = makeKey(t, d.dsn)
	return d
}

// serve starts n servers on the database.
func (d *database) serve(t *testing.T, n int) []*server {
	t.Helper()
	var list []*server
	for range n {
		list = append(list, start(t, d.dsn, d.key))
	}
	return list
}

// administer runs a statement as a superuser: on the database of Carnet, if
// there is one yet.
func (d *database) administer(t *testing.T, statement string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), d.cluster.DSN(""))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if _, err := conn.Exec(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}

// number asks the database of Carnet for a number, as a superuser.
func (d *database) number(t *testing.T, query string) (n int) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), d.cluster.DSN("carnet"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if err := conn.QueryRow(t.Context(), query).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

const carnets = `FROM pg_stat_activity WHERE datname = 'carnet' AND application_name = 'carnet'`

// terminate ends every connection of Carnet, and gives how many there were.
func (d *database) terminate(t *testing.T) int {
	t.Helper()
	return d.number(t, `SELECT count(pg_terminate_backend(pid)) `+carnets)
}

// settles fails the test where, with nobody asking anything any more, servers
// hold more connections than they may, or one that is not idle.
func (d *database) settles(t *testing.T, servers int) {
	t.Helper()
	if n := d.number(t, "SELECT count(*) "+carnets); n > servers*perServer {
		t.Errorf("%d connections of %d servers, want at most %d each", n, servers, perServer)
	}
	busy := func() int { return d.number(t, "SELECT count(*) "+carnets+" AND state <> 'idle'") }
	if !within(10*time.Second, func() bool { return busy() == 0 }) {
		t.Errorf("%d connections are in the middle of something, and nobody asks for anything", busy())
	}
}

// within tries every 50 ms, as many times as go into most.
func within(most time.Duration, try func() bool) bool {
	for range most / (50 * time.Millisecond) {
		if try() {
			return true
		}
		time.Sleep(50 * time.Millisecond)
	}
	return false
}

// traffic is what clients wrote, and what they were told.
type traffic struct {
	servers  []*server
	contacts []int64 // one a client
	stopping atomic.Bool
	acked    []atomic.Int64 // of each server
	wg       sync.WaitGroup

	mu   sync.Mutex
	told map[string]answer // by the text that was sent, which is unique
}

// clients is how many write at once.
const clients = 16

// send lets clients write to contacts of their own, each through one server.
func send(t *testing.T, servers []*server) *traffic {
	t.Helper()
	f := &traffic{servers: servers, acked: make([]atomic.Int64, len(servers)), told: map[string]answer{}}
	for i := range clients {
		a, err := servers[0].do("POST", "/contacts", both(fmt.Sprintf("w%d-0", i)))
		if err != nil || a.status != http.StatusCreated {
			t.Fatalf("%v, status %d, code %s", err, a.status, a.code())
		}
		f.contacts = append(f.contacts, idOf(t, a))
		f.told[fmt.Sprintf("w%d-0", i)] = a
	}
	for i := range clients {
		f.wg.Go(func() { f.client(t, i) })
	}
	return f
}

func (f *traffic) client(t *testing.T, i int) {
	at := i % len(f.servers)
	for n := 1; !f.stopping.Load(); n++ {
		text := fmt.Sprintf("w%d-%d", i, n)
		// Every 16th reads, and must be told as clearly.
		method, path, body := "PUT", fmt.Sprintf("/contacts/%d", f.contacts[i]), both(text)
		if n%16 == 0 {
			method, body = "GET", ""
		}
		a, err := f.servers[at].do(method, path, body)
		if err != nil {
			// The time-out of the client is the promise: what a request may wait,
			// and as long again for its batch.
			t.Errorf("%s %s: no answer: %v", method, text, err)
			return
		}
		if err := clear(a); err != nil {
			t.Errorf("%s %s: %v", method, text, err)
		}
		switch {
		case a.status == http.StatusServiceUnavailable:
			time.Sleep(10 * time.Millisecond) // less patient than Retry-After asks for
		case a.status == http.StatusOK && method == "PUT":
			f.acked[at].Add(1)
		}
		if method == "PUT" {
			f.mu.Lock()
			f.told[text] = a
			f.mu.Unlock()
		}
	}
}

// clear gives what is wrong with an answer of a server whose database fails.
func clear(a answer) error {
	switch {
	case a.status == http.StatusOK:
	case a.status == http.StatusServiceUnavailable && a.header.Get("Retry-After") == "":
		return errors.New("503 without Retry-After")
	case a.status == http.StatusServiceUnavailable:
	case a.status == http.StatusInternalServerError && a.code() == "outcome_unknown":
	default:
		return fmt.Errorf("status %d, code %q", a.status, a.code())
	}
	return nil
}

// healing is how long a test waits until all is well again. It takes a second or
// five; the rest is for machines that are busy with other things.
const healing = 30 * time.Second

// heals fails the test where a server does not write again.
func (f *traffic) heals(t *testing.T, after string) {
	t.Helper()
	for i := range f.servers {
		before := f.acked[i].Load()
		if !within(healing, func() bool { return f.acked[i].Load() > before }) {
			t.Errorf("%s: server %d answers no write", after, i)
		}
	}
}

// end stops the clients and compares what they were told with the history: what
// was acknowledged is there once, under the name that was given, in the order of
// the answers; what was refused is not; the rest is there once at the most.
func (f *traffic) end(t *testing.T) {
	t.Helper()
	f.stopping.Store(true)
	f.wg.Wait()
	found := history(t, f.servers[0])
	counts := map[string]int{}
	for text, a := range f.told {
		_, there := found[text]
		switch {
		case a.status == http.StatusOK || a.status == http.StatusCreated:
			counts["acknowledged"]++
			if !there || found[text] != a.header.Get("X-Change-Id") {
				t.Errorf("%s was acknowledged as %s; the history has it as %q", text, a.header.Get("X-Change-Id"), found[text])
			}
		case a.status == http.StatusInternalServerError:
			counts["unknown"]++
		default:
			counts[a.code()]++
			if there {
				t.Errorf("%s was refused with %s and is in the history", text, a.code())
			}
		}
	}
	for text := range found {
		if _, sent := f.told[text]; !sent {
			t.Errorf("%s is in the history and nobody sent it", text)
		}
	}
	t.Logf("%v", counts)
}

// history reads the feed of the Space: texts, and the changes that wrote them.
func history(t *testing.T, s *server) map[string]string {
	t.Helper()
	found := map[string]string{}
	last := map[int]int{} // of each client
	for after := 0; ; {
		a, err := s.do("GET", fmt.Sprintf("/changes?per_page=5000&after=%d", after), "")
		if err != nil || a.status != http.StatusOK {
			t.Fatalf("the feed: %v, status %d, code %s", err, a.status, a.code())
		}
		var page struct {
			Data []struct {
				ID      string
				Seq     int
				Changes struct {
					Names struct{ After []string }
				}
			}
		}
		if err := json.Unmarshal(a.body, &page); err != nil {
			t.Fatal(err)
		}
		if len(page.Data) == 0 {
			return found
		}
		for _, ch := range page.Data {
			if ch.Seq != after+1 {
				t.Fatalf("change %d follows %d", ch.Seq, after)
			}
			after = ch.Seq
			text := strings.Join(ch.Changes.Names.After, "+")
			var client, n int
			if _, err := fmt.Sscanf(text, "w%d-%d", &client, &n); err != nil {
				t.Fatalf("change %d wrote %q: %v", ch.Seq, text, err)
			}
			if _, twice := found[text]; twice || n < last[client] {
				t.Errorf("%s comes after write %d of its client, or twice", text, last[client])
			}
			last[client] = n
			found[text] = ch.ID
		}
	}
}
