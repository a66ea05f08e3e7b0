package server

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/carnet-project/carnet/internal/access"
)

// early is a request that is answered before its body was read.
type early struct {
	name   string
	status int
	head   func(r *running) string // without its length
}

func line(text string) func(*running) string { return func(*running) string { return text } }

// withKey is a request of the server's key.
func withKey(first, headers string) func(*running) string {
	return func(r *running) string { return first + "Authorization: Bearer " + r.secret + "\r\n" + headers }
}

const (
	create = "POST /public-api/v1/contacts HTTP/1.1\r\n"
	put    = "PUT /public-api/v1/contacts/1 HTTP/1.1\r\n"
	isJSON = "Content-Type: application/json\r\n"
)

// earlies has every answer that is given before the body was read.
var earlies = []early{
	{"no key", 401, line(create)},
	{"a malformed key", 401, line(put + "Authorization: Bearer nonsense\r\n")},
	{"no such scope", 403, func(r *running) string {
		return put + "Authorization: Bearer " + r.key(access.APIKey{Scopes: access.ScopesOf(access.Read)}) + "\r\n"
	}},
	{"no such route", 404, line("POST /nothing HTTP/1.1\r\n")},
	{"no such method", 405, line("PATCH /public-api/v1/contacts HTTP/1.1\r\n")},
	{"a page", 200, line("GET /healthz HTTP/1.1\r\n")},
	{"a page by another method", 405, line("POST /docs HTTP/1.1\r\n")},
	{"another type", 415, withKey(create, "Content-Type: text/plain\r\n")},
	{"an invalid id", 422, withKey("PUT /public-api/v1/contacts/x HTTP/1.1\r\n", isJSON)},
	{"an unknown parameter", 422, withKey("POST /public-api/v1/contacts?x=1 HTTP/1.1\r\n", isJSON)},
	{"an invalid header", 422, withKey(put, isJSON+"If-Match: nonsense\r\n")},
	{"a body where none is read", 200, withKey("GET /public-api/v1/contacts HTTP/1.1\r\n", "")},
}

// key makes another key of the server's Space.
func (r *running) key(k access.APIKey) string {
	k.Space = r.grant.Space.ID
	_, secret, err := r.Book().CreateKey(context.Background(), "test", k)
	if err != nil {
		panic(err)
	}
	return secret.Reveal()
}

// dial connects, for as long as a broken test may take.
func (r *running) dial(t *testing.T) *net.TCPConn {
	t.Helper()
	conn, err := net.Dial("tcp", r.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	return conn.(*net.TCPConn)
}

// FAULT C3: a client that sends all before it reads gets every answer that is
// given before its body was read, and the connection is then closed.
func TestEarlyAnswersAreSeen(t *testing.T) {
	r := start(t, opened(t, filepath.Join(t.TempDir(), "carnet.db")))
	sizes := []int{5 << 20}
	if os.Getenv("CARNET_TEST_LONG") != "" {
		sizes = append(sizes, 64<<20) // which takes a part of the time that such a body is given
	}
	for _, c := range append(earlies[:len(earlies):len(earlies)], early{"too large", 413, withKey(create, isJSON)}) {
		t.Run(c.name, func(t *testing.T) {
			for _, size := range sizes {
				for _, length := range []string{fmt.Sprintf("Content-Length: %d", size), "Transfer-Encoding: chunked"} {
					if c.status == 415 && length[0] == 'C' {
						continue // CONTRACT D1: its length comes first
					}
					conn := r.dial(t)
					fmt.Fprintf(conn, "%sHost: localhost\r\n%s\r\n\r\n", c.head(r), length)
					if err := send(conn, size, strings.HasPrefix(length, "T")); err != nil {
						t.Fatalf("%d octets, %s: the client could not send: %v", size, length, err)
					}
					answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
					if err != nil {
						t.Fatalf("%d octets, %s: no answer: %v", size, length, err)
					}
					if _, err := io.ReadAll(answer.Body); err != nil || answer.StatusCode != c.status || !answer.Close {
						t.Errorf("%d octets, %s: %d, closed %v, %v", size, length, answer.StatusCode, answer.Close, err)
					}
				}
			}
		})
	}
}

// send sends a body of that size.
func send(to io.Writer, size int, chunked bool) error {
	w := bufio.NewWriterSize(to, 1<<20)
	part := strings.Repeat(" ", 1<<20)
	for range size >> 20 {
		if chunked {
			fmt.Fprintf(w, "%x\r\n%s\r\n", len(part), part)
		} else {
			io.WriteString(w, part)
		}
	}
	if chunked {
		io.WriteString(w, "0\r\n\r\n")
	}
	return w.Flush()
}

// Who asks whether to send the body is told no, and nothing is waited for.
func TestExpectedContinueIsNotWaitedFor(t *testing.T) {
	r := start(t, opened(t, filepath.Join(t.TempDir(), "carnet.db")))
	for _, c := range earlies {
		conn := r.dial(t)
		fmt.Fprintf(conn, "%sHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 100\r\n\r\n", c.head(r))
		in := bufio.NewReader(conn)
		answer, err := http.ReadResponse(in, nil)
		if err != nil || answer.StatusCode != c.status {
			t.Fatalf("%s: %+v, %v", c.name, answer, err)
		}
		io.Copy(io.Discard, answer.Body)
		if _, err := in.ReadByte(); err != io.EOF {
			t.Errorf("%s: the connection goes on: %v", c.name, err)
		}
	}
}

// FAULT A5: nothing that a client has begun and does not end holds up the stop,
// but what a valid key has under way.
func TestStopDoesNotWaitForHalfRequests(t *testing.T) {
	r := start(t, opened(t, filepath.Join(t.TempDir(), "carnet.db")))
	var all sync.WaitGroup
	half := func(head string, answered bool) {
		conn := r.dial(t)
		io.WriteString(conn, head)
		if !answered {
			return
		}
		all.Go(func() { // when its answer is there, the server has come as far as it can
			if _, err := http.ReadResponse(bufio.NewReader(conn), nil); err != nil {
				t.Errorf("%q: %v", head, err)
			}
		})
	}
	for _, c := range earlies {
		for _, rest := range []string{
			"Content-Length: 1000\r\n\r\nx",
			"Content-Length: 1000\r\nExpect: 100-continue\r\n\r\n",
			"Content-Length: 90000000\r\n\r\n" + strings.Repeat("x", 10_000),
			"Transfer-Encoding: chunked\r\n\r\n5\r\nab",
		} {
			half(c.head(r)+"Host: localhost\r\n"+rest, true)
		}
	}
	half("", false)
	half("GET /hea", false)
	half("GET /healthz HTTP/1.1\r\nHost: loc", false)
	half("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", true)
	half("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\nGET /hea", true)
	all.Wait()
	r.stop()
	if err := <-r.ended; err != nil {
		t.Errorf("Run: %v", err)
	}
}

// FAULT A5: a handler that does not end does not keep the server from ending.
func TestStopHasAnEnd(t *testing.T) {
	s := opened(t, filepath.Join(t.TempDir(), "carnet.db"))
	s.patience, s.lastPatience = 1, 1 // nanoseconds
	begun, cut, release := make(chan struct{}), make(chan struct{}), make(chan struct{})
	s.http.Handler = s.counted(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		close(begun)
		<-r.Context().Done()
		close(cut)
		<-release
	}))
	r := start(t, s)
	io.WriteString(r.dial(t), "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
	<-begun
	r.stop()
	if err := <-r.ended; err == nil || !strings.Contains(err.Error(), "cut off") || !strings.Contains(err.Error(), "left as it is") {
		t.Errorf("Run: %v", err)
	}
	<-cut // its context had ended
	close(release)
	s.requests.Wait()
}
