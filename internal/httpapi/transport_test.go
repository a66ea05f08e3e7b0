package httpapi_test

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestTransport sends bytes that are barely HTTP. Most are refused by net/http
// before the API sees them; what counts is one answer, and nothing left over
// that passes for another request.
func TestTransport(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	server := httptest.NewUnstartedServer(w.handler)
	server.Config.MaxHeaderBytes = 32 << 10
	server.Start()
	defer server.Close()

	head := "POST /public-api/v1/contacts HTTP/1.1\r\nHost: carnet.example\r\nContent-Type: application/json\r\n" +
		"Authorization: Bearer " + w.secrets["main"] + "\r\n"
	// What would be answered with 200 where it passed for a request.
	hidden := "GET /healthz HTTP/1.1\r\nHost: carnet.example\r\nConnection: close\r\n\r\n"
	for _, c := range []struct {
		name, wire string
		statuses   []int // of all the answers that come
	}{
		// bad-input 71: net/http goes by the chunks, and what follows them is the
		// next request. A proxy in front must refuse such a thing.
		{"both lengths", head + "Content-Length: 500\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden, []int{422, 200}},
		{"two lengths", head + "Content-Length: 2\r\nContent-Length: 50\r\n\r\n{}" + hidden, []int{400}},
		{"a length with a sign", head + "Content-Length: +2\r\n\r\n{}" + hidden, []int{400}},
		// bad-input 72
		{"unknown coding", head + "Transfer-Encoding: xchunked\r\n\r\n{}" + hidden, []int{501}},
		{"two codings", head + "Transfer-Encoding: chunked, identity\r\n\r\n{}" + hidden, []int{501}},
		{"bad chunk", head + "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n" + hidden, []int{422}},
		{"broken chunk", head + "Transfer-Encoding: chunked\r\n\r\n1\r\n{}\r\n0\r\n\r\n" + hidden, []int{422}},
		// bad-input 73
		{"huge header", head + "X-Large: " + strings.Repeat("x", 64<<10) + "\r\n\r\n" + hidden, []int{431}},
		{"huge path", "GET /" + strings.Repeat("x", 64<<10) + " HTTP/1.1\r\nHost: carnet.example\r\n\r\n" + hidden, []int{431}},
		// What a header may not hold never gets to us.
		{"control in a header", head + "X-Actor: a\x01b\r\nContent-Length: 2\r\n\r\n{}" + hidden, []int{400}},
		{"no host", "GET /healthz HTTP/1.1\r\n\r\n" + hidden, []int{400}},
		{"two hosts", "GET /healthz HTTP/1.1\r\nHost: a.example\r\nHost: b.example\r\n\r\n" + hidden, []int{400}},
		{"no path", "GET healthz HTTP/1.1\r\nHost: carnet.example\r\n\r\n" + hidden, []int{400}},
		{"the server as such", "GET * HTTP/1.1\r\nHost: carnet.example\r\nConnection: close\r\n\r\n", []int{404}},
		{"a proxy's request", "CONNECT carnet.example:443 HTTP/1.1\r\nHost: carnet.example\r\nConnection: close\r\n\r\n", []int{404}},
		// Two good requests on one connection are two.
		{"two requests", head + "Content-Length: 13\r\n\r\n{\"names\":[]} " + hidden, []int{422, 200}},
	} {
		t.Run(c.name, func(t *testing.T) {
			conn, err := net.Dial("tcp", server.Listener.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			// So that a connection that is left open fails the test, not hangs it.
			if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
				t.Fatal(err)
			}
			go io.WriteString(conn, c.wire)
			in := bufio.NewReader(conn)
			var got []int
			for {
				res, err := http.ReadResponse(in, nil)
				if errors.Is(err, os.ErrDeadlineExceeded) {
					t.Fatalf("the connection is open still, after %v", got)
				}
				if err != nil {
					break // the server closed the connection
				}
				if _, err := io.Copy(io.Discard, res.Body); err != nil {
					t.Fatal(err)
				}
				got = append(got, res.StatusCode)
			}
			if !slices.Equal(got, c.statuses) {
				t.Errorf("got %v, want %v", got, c.statuses)
			}
		})
	}
}
