package server

import (
	"bufio"
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"
	"testing"
)

// FAULT B12: on the machine's own address only expected hosts are served, and
// what a proxy passes on is the proxy's business.
func TestHostsOfTheListener(t *testing.T) {
	const ok, refused = http.StatusOK, http.StatusMisdirectedRequest
	for _, c := range []struct {
		name   string
		config Config
		want   map[string]int // by the line of the host
	}{
		{"alone", Config{}, map[string]int{"Host: localhost:1": ok, "Host: 127.0.0.1": ok, "Host: [::1]:8420": ok, "Host:": ok,
			"Host: contacts.example.com": refused, "Host: rebound.example:8420": refused, "Host: 192.0.2.1": refused}},
		{"with a public address", Config{PublicURL: "https://Contacts.example.com:8443/x"}, map[string]int{
			"Host: contacts.example.com": ok, "Host: localhost": ok, "Host: rebound.example": refused}},
		{"behind a proxy", Config{BehindProxy: true, PublicURL: "https://contacts.example.com"}, map[string]int{
			"Host: rebound.example": ok, "Host: contacts.example.com": ok}},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.config.Database, c.config.Listen = filepath.Join(t.TempDir(), "carnet.db"), "127.0.0.1:0"
			c.config.Log = slog.New(slog.DiscardHandler)
			s, err := Open(t.Context(), c.config)
			if err != nil {
				t.Fatal(err)
			}
			r := start(t, s)
			for host, want := range c.want {
				conn := r.dial(t)
				fmt.Fprintf(conn, "GET /healthz HTTP/1.1\r\nConnection: close\r\n%s\r\n\r\n", host)
				answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
				if err != nil || answer.StatusCode != want {
					t.Errorf("%s: %+v, %v; want %d", host, answer, err, want)
				}
			}
			conn := r.dial(t)
			fmt.Fprint(conn, "GET /healthz HTTP/1.0\r\n\r\n") // which needs no Host
			if answer, err := http.ReadResponse(bufio.NewReader(conn), nil); err != nil || answer.StatusCode != ok {
				t.Errorf("without a host: %+v, %v", answer, err)
			}
			r.stop()
			if err := <-r.ended; err != nil {
				t.Errorf("Run: %v", err)
			}
		})
	}
}
