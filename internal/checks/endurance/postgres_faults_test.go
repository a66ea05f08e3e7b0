package endurance

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/carnet-project/carnet/internal/checks/pgtest"
)

// eachNumber runs a test with one server on a database, and with two, both at
// once.
func eachNumber(t *testing.T, test func(t *testing.T, servers int)) {
	t.Parallel()
	for _, n := range []int{1, 2} {
		t.Run(fmt.Sprint("servers=", n), func(t *testing.T) {
			t.Parallel()
			test(t, n)
		})
	}
}

// PostgreSQL is stopped and killed under load, and comes back each time.
func TestPostgresGoesAway(t *testing.T) {
	eachNumber(t, func(t *testing.T, servers int) {
		seed := seedOf(t)
		random := rand.New(rand.NewPCG(seed, uint64(servers)))
		d := newPostgres(t)
		f := send(t, d.serve(t, servers))
		rounds := 6
		if long() {
			rounds = 30
		}
		for i := range rounds {
			time.Sleep(time.Duration(100+random.IntN(400)) * time.Millisecond)
			how, stop := "killed", d.cluster.Kill
			if i%2 == 0 {
				how, stop = "stopped", func() error { return d.cluster.Stop(pgtest.Fast) }
			}
			if err := stop(); err != nil {
				t.Error(err)
				break
			}
			time.Sleep(time.Duration(random.IntN(700)) * time.Millisecond)
			if err := d.cluster.Restart(); err != nil {
				t.Error(err)
				break
			}
			f.heals(t, "PostgreSQL was "+how)
		}
		f.end(t)
		d.settles(t, servers)
		for _, s := range f.servers {
			s.stop(t)
		}
	})
}

// Connections are cut again and again, as by a firewall or an administrator.
func TestPostgresTerminatesConnections(t *testing.T) {
	eachNumber(t, func(t *testing.T, servers int) {
		d := newPostgres(t)
		f := send(t, d.serve(t, servers))
		cuts, times := 0, 50 // 10 s
		if long() {
			times = 300
		}
		for range times {
			time.Sleep(200 * time.Millisecond)
			cuts += d.terminate(t)
		}
		if cuts < times {
			t.Errorf("%d connections were cut: this test shows nothing", cuts)
		}
		for i := range f.servers {
			if n := f.acked[i].Load(); n < int64(times) {
				t.Errorf("server %d answered %d writes, not one between two cuts", i, n)
			}
		}
		f.heals(t, "connections were cut")
		f.end(t)
		d.settles(t, servers)
		for _, s := range f.servers {
			s.stop(t)
		}
	})
}

// No connection is to be had: reads and writes are told to come again, and are
// answered once there are some.
func TestPostgresConnectionsExhausted(t *testing.T) {
	t.Parallel()
	d := newPostgres(t)
	f := send(t, d.serve(t, 2))
	for name, forbid := range map[string]func() func(){
		"a limit": func() func() {
			d.administer(t, "ALTER DATABASE carnet CONNECTION LIMIT 0")
			return func() { d.administer(t, "ALTER DATABASE carnet CONNECTION LIMIT -1") }
		},
		"others hold all": func() func() {
			d.administer(t, "ALTER DATABASE carnet CONNECTION LIMIT 8")
			return func() { d.administer(t, "ALTER DATABASE carnet CONNECTION LIMIT -1") }
		},
	} {
		allow := forbid()
		release := func() {}
		if name != "a limit" {
			release = d.hold(t, 8)
		} else {
			d.terminate(t)
		}
		for _, s := range f.servers {
			for _, ask := range []struct{ method, body string }{{"GET", ""}, {"PUT", both("w0-0")}} {
				a, err := s.do(ask.method, fmt.Sprintf("/contacts/%d", f.contacts[0]), ask.body)
				if err != nil || a.status != http.StatusServiceUnavailable || a.header.Get("Retry-After") == "" {
					t.Errorf("%s, %s: %v, status %d, code %s", name, ask.method, err, a.status, a.code())
				}
			}
		}
		release()
		allow()
		f.heals(t, name)
		for _, s := range f.servers {
			if !within(healing, func() bool {
				a, err := s.do("GET", fmt.Sprintf("/contacts/%d", f.contacts[0]), "")
				return err == nil && a.status == http.StatusOK
			}) {
				t.Errorf("%s: reads do not come back", name)
			}
		}
	}
	f.end(t)
	d.settles(t, 2)
	for _, s := range f.servers {
		s.stop(t)
	}
}

// hold takes n connections, from Carnet where it has them, and gives what lets
// them go.
func (d *database) hold(t *testing.T, n int) func() {
	t.Helper()
	var held []*pgx.Conn
	other := pgtest.With(d.dsn, "application_name", "other")
	config, err := pgx.ParseConfig(other)
	if err != nil {
		t.Fatal(err)
	}
	delete(config.RuntimeParams, "pool_max_conns")
	if !within(20*time.Second, func() bool {
		d.terminate(t)
		for len(held) < n {
			conn, err := pgx.ConnectConfig(t.Context(), config)
			if err != nil {
				return false // Carnet was faster
			}
			held = append(held, conn)
		}
		d.terminate(t)
		return d.number(t, "SELECT count(*) "+carnets) == 0
	}) {
		t.Fatal("the connections cannot be taken from Carnet")
	}
	return func() {
		for _, conn := range held {
			if err := conn.Close(t.Context()); err != nil {
				t.Error(err)
			}
		}
	}
}

// A server that hangs in the middle of a transaction keeps a Space from the
// others for as long as PostgreSQL lets it, and says nothing false afterwards.
func TestServerHangs(t *testing.T) {
	t.Parallel()
	d := newPostgres(t)
	servers := d.serve(t, 2)
	f := send(t, servers)
	hung := servers[0].cmd.Process
	signal := func(s syscall.Signal) {
		t.Helper()
		if err := hung.Signal(s); err != nil {
			t.Fatal(err)
		}
	}
	f.heals(t, "at the start")
	// Stopped where it holds the Space's row, and the other server waits for it.
	if !within(20*time.Second, func() bool {
		signal(syscall.SIGSTOP)
		if within(500*time.Millisecond, func() bool {
			return d.number(t, "SELECT count(*) "+carnets+" AND state = 'idle in transaction'") > 0 &&
				d.number(t, "SELECT count(*) "+carnets+" AND wait_event_type = 'Lock'") > 0
		}) {
			return true
		}
		signal(syscall.SIGCONT)
		return false
	}) {
		t.Fatal("it never hung where this test wants it")
	}
	before := f.acked[1].Load()
	// PostgreSQL ends the transaction after 5 s.
	if !within(healing, func() bool { return f.acked[1].Load() > before }) {
		t.Error("the other server waits for the one that hangs")
	}
	signal(syscall.SIGCONT)
	f.heals(t, "it goes on")
	f.end(t)
	d.settles(t, 2)
	for _, s := range servers {
		s.stop(t)
	}
}
