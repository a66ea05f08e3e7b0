package server

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"sync"
	"syscall"

	"github.com/carnet-project/carnet/internal/httpapi"
)

// place is an address to listen on, and what its errors say of it.
type place struct {
	address, flag, example string
	behindProxy            bool // others than this machine may reach it
	local                  bool // they never may
}

// listensOn gives where the API is served, and where the counters are.
func (c *Config) listensOn() (requests, counters place) {
	return place{c.Listen, "--listen", DefaultListen, c.BehindProxy, c.Local},
		place{c.Metrics, "--metrics", defaultMetrics, c.BehindProxy, c.Local}
}

// defaultMetrics is an address that messages propose.
const defaultMetrics = "127.0.0.1:9420"

// oneAddress refuses two places of which the second could not be had because of
// the first.
func oneAddress(first, second place) error {
	a, err := net.ResolveTCPAddr("tcp", first.address)
	b, otherErr := net.ResolveTCPAddr("tcp", second.address)
	if err != nil || otherErr != nil || a.Port != b.Port || a.Port == 0 { // listening says what is wrong
		return nil
	}
	if !a.IP.Equal(b.IP) && !a.IP.IsUnspecified() && !b.IP.IsUnspecified() {
		return nil
	}
	return fmt.Errorf("%s and %s name one address, %s: give the counters another port, as in %[1]s %[4]s", second.flag, first.flag, b, second.example)
}

// listen takes an address. One that others than this machine can reach needs
// behindProxy, because keys and personal data must not cross a network in the
// clear, and Carnet itself speaks no TLS.
func (p place) listen(ctx context.Context) (net.Listener, error) {
	// Resolved once, so that what is checked is what is listened on.
	a, err := net.ResolveTCPAddr("tcp", p.address)
	switch {
	case err != nil:
		return nil, fmt.Errorf("cannot listen on %q: it is no address of a machine with a port: choose one with %s, as in %[2]s %s", p.address, p.flag, p.example)
	case !a.IP.IsLoopback() && p.local:
		return nil, fmt.Errorf("%s can be reached from other machines, and the demo is for this one alone: choose an address of it, as in %s %s", p.address, p.flag, p.example)
	case !a.IP.IsLoopback() && !p.behindProxy:
		return nil, fmt.Errorf("%s can be reached from other machines, and Carnet speaks no TLS itself: "+
			"listen on 127.0.0.1, as in %s %s, or, where a proxy in front ends TLS, add --behind-proxy", p.address, p.flag, p.example)
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", a.String())
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("%s is in use by another program: stop that, or choose another port with %s, as in %[2]s %s", a, p.flag, p.free())
	case errors.Is(err, syscall.EACCES):
		return nil, fmt.Errorf("this user may not listen on %s: choose a port from 1024 with %s", a, p.flag)
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return nil, fmt.Errorf("%s is no address of this machine: choose another with %s", a, p.flag)
	case err != nil:
		return nil, fmt.Errorf("cannot listen on %s: %w", a, err)
	}
	return l, nil
}

// free gives an address to propose in the place of one that is taken: not the one
// that everybody takes.
func (p place) free() string {
	if p.example == DefaultListen {
		return "127.0.0.1:8421"
	}
	return p.example
}

// hosts gives the names that requests may call a server by: any, where a proxy
// passes them on, or where other machines can reach it.
func hosts(l net.Listener, c Config) httpapi.Hosts {
	a, ok := l.Addr().(*net.TCPAddr)
	if c.BehindProxy || !ok || !a.IP.IsLoopback() {
		return nil
	}
	u, err := url.Parse(c.PublicURL)
	if err != nil {
		return httpapi.LocalHosts("")
	}
	return httpapi.LocalHosts(u.Hostname())
}

// silent are the connections that have not sent a whole request's head yet. A
// server that stops would wait some seconds for each.
type silent struct {
	mu     sync.Mutex
	conns  map[net.Conn]bool
	closed bool
}

// note is told of every connection's state, by the HTTP server.
func (s *silent) note(c net.Conn, state http.ConnState) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case state != http.StateNew:
		delete(s.conns, c)
	case s.closed:
		_ = c.Close() // what matters is that it is not served
	default:
		if s.conns == nil {
			s.conns = map[net.Conn]bool{}
		}
		s.conns[c] = true
	}
}

// close closes those that there are, and those that come.
func (s *silent) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	for c := range s.conns {
		_ = c.Close()
	}
}

// errorLog takes what net/http has to say. Most of it names the address of a
// client, or what a panic held, which are not for logs: only the trouble with
// taking connections is ours to know.
func errorLog(to *slog.Logger) *log.Logger {
	return log.New(acceptErrors{to}, "", 0)
}

type acceptErrors struct{ to *slog.Logger }

func (w acceptErrors) Write(line []byte) (int, error) {
	if bytes.HasPrefix(line, []byte("http: Accept error")) {
		w.to.Warn(string(bytes.TrimSpace(line)))
	}
	return len(line), nil
}
