package postgres

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/checks/pgtest"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
)

// cutting is a proxy that cuts the next connection on which a COMMIT comes by:
// before the server gets it, or once the server has answered it.
type cutting struct {
	t        *testing.T
	listener net.Listener
	server   func() (net.Conn, error)

	mu   sync.Mutex
	when string // "before" or "after"; "" to let all by
	cuts int
}

// cuttingProxy gives the proxy and the DSN through it.
func cuttingProxy(t *testing.T, dsn string) (*cutting, string) {
	t.Helper()
	behind, err := pgconn.ParseConfig(dsn)
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("/tmp", "carnet-cut-") // the path of a socket is short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	p := &cutting{t: t, server: func() (net.Conn, error) {
		network, address := pgconn.NetworkAddress(behind.Host, behind.Port)
		return net.Dial(network, address)
	}}
	if p.listener, err = net.Listen("unix", filepath.Join(dir, ".s.PGSQL.5432")); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			client, err := p.listener.Accept()
			if err != nil {
				return // closed
			}
			wg.Go(func() { p.pass(client) })
		}
	})
	t.Cleanup(func() {
		if err := p.listener.Close(); err != nil {
			t.Error(err)
		}
		wg.Wait()
	})
	return p, "postgres://" + behind.User + "@/" + behind.Database + "?host=" + dir
}

func (p *cutting) set(when string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.when = when
}

// cut tells whether this COMMIT is to be cut, and how.
func (p *cutting) cut() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	when := p.when
	if when != "" {
		p.when = ""
		p.cuts++
	}
	return when
}

func (p *cutting) pass(client net.Conn) {
	defer client.Close()
	server, err := p.server()
	if err != nil {
		p.t.Error(err)
		return
	}
	defer server.Close()
	muted := make(chan struct{})
	answered := make(chan struct{}) // closed with the server's first words after muted
	go func() {
		defer close(answered)
		defer client.Close()
		buffer := make([]byte, 64<<10)
		for {
			n, err := server.Read(buffer)
			if err != nil {
				return
			}
			select {
			case <-muted:
				return
			default:
			}
			if _, err := client.Write(buffer[:n]); err != nil {
				return
			}
		}
	}()
	buffer := make([]byte, 64<<10)
	for {
		n, err := client.Read(buffer)
		if err != nil {
			return
		}
		when := ""
		if bytes.Contains(buffer[:n], []byte("COMMIT\x00")) && !bytes.Contains(buffer[:n], []byte("BEGIN")) {
			when = p.cut()
		}
		switch when {
		case "before":
			return
		case "after":
			close(muted)
		}
		if _, err := server.Write(buffer[:n]); err != nil && !errors.Is(err, io.ErrClosedPipe) {
			return
		}
		if when != "" {
			<-answered
			return
		}
	}
}

// creation makes a contact whose name is that of the request.
func creation(space contact.SpaceID, request string) store.Write {
	p := contact.Patch{}
	p.Values[contact.Names] = contact.List{Sent: true, Texts: []string{request}}
	p.Values[contact.Emails] = contact.List{Sent: true, Texts: []string{strings.ToLower(request) + "@example.com"}}
	return store.Write{Space: space, By: contact.Attribution{RequestID: request}, Verbs: []contact.Verb{&contact.Create{Patch: p}}}
}

// storeOn opens a store, and closes it when the test ends.
func storeOn(t *testing.T, dsn string) *store.Store {
	t.Helper()
	quiet := slog.New(slog.DiscardHandler)
	b, err := Open(bg, Options{DSN: dsn, Log: quiet})
	if err != nil {
		t.Fatal(err)
	}
	s := store.New(b, store.Options{Log: quiet})
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func newSpace(t *testing.T, s *store.Store) contact.SpaceID {
	t.Helper()
	space, err := s.CreateSpace(bg, access.Act{Who: "test"}, access.Space{Name: "Example Ltd", TimeZone: "UTC", Subscription: access.Active, Region: "US"})
	if err != nil {
		t.Fatal(err)
	}
	return space.ID
}

// history counts the writes in the history of a Space by their requests, and
// fails the test where it has a gap.
func history(t *testing.T, s *store.Store, space contact.SpaceID) map[string]int {
	t.Helper()
	found := map[string]int{}
	for last := contact.Seq(0); ; {
		page, err := s.Feed(bg, store.FeedQuery{Space: space, After: last, Limit: 500})
		if err != nil {
			t.Fatal(err)
		}
		if len(page.Changes) == 0 {
			return found
		}
		for _, ch := range page.Changes {
			if ch.Seq != last+1 {
				t.Fatalf("change %d follows %d", ch.Seq, last)
			}
			last = ch.Seq
			found[ch.RequestID]++
		}
	}
}

// The answer to a COMMIT is lost, or the COMMIT itself: the write is answered as
// saved, and is there once.
func TestLostCommit(t *testing.T) {
	dsn := pgtest.NewTemplate(t, Migrate).Database(t)
	proxy, through := cuttingProxy(t, dsn)
	s := storeOn(t, through)
	space := newSpace(t, s)
	want := 0
	for i := range 5 {
		for _, when := range []string{"before", "after", ""} {
			proxy.set(when)
			request := fmt.Sprint("R", i, when)
			out, err := s.Do(bg, creation(space, request))
			if want++; err != nil || out[0].Op != contact.Seq(want) {
				t.Errorf("cut %q: %+v, %v; want change %d", when, out, err, want)
			}
			if n := history(t, s, space)[request]; n != 1 {
				t.Errorf("cut %q: %d times in the history", when, n)
			}
		}
	}
	if proxy.cuts != 10 {
		t.Errorf("%d commits were cut, want 10", proxy.cuts)
	}
}
