package server

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/metrics"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/sqlite"
)

// running is a server under test, with a key to its only Space.
type running struct {
	*Server
	secret string
	grant  access.Grant
	stop   context.CancelFunc // tells it to stop
	ended  chan error         // what Run returned
}

func start(t *testing.T, s *Server) *running {
	t.Helper()
	space, err := s.Book().CreateSpace(t.Context(), "test", access.Space{Name: "test"})
	if err != nil {
		t.Fatal(err)
	}
	key, secret, err := s.Book().CreateKey(t.Context(), "test", access.APIKey{Space: space.ID})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	t.Cleanup(stop)
	r := &running{s, secret.Reveal(), access.Grant{Key: key, Space: space}, stop, make(chan error, 1)}
	go func() { r.ended <- s.Run(ctx) }()
	return r
}

func opened(t *testing.T, path string) *Server {
	t.Helper()
	s, err := Open(t.Context(), Config{Database: path, Listen: "127.0.0.1:0", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

const body = `{"names":["Ada Example"]}`

// post creates a contact and gives the status.
func (r *running) post(t *testing.T) int {
	t.Helper()
	request, err := http.NewRequest("POST", r.URL()+"/public-api/v1/contacts", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+r.secret)
	request.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	return answer.StatusCode
}

// onDisk opens a database and a port, for a server that a test puts together.
func onDisk(t *testing.T) (store.Backend, net.Listener) {
	t.Helper()
	backend, err := sqlite.Open(t.Context(), sqlite.Options{Path: filepath.Join(t.TempDir(), "carnet.db"), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return backend, l
}

// halfSent sends a create up to the middle of its body. When it returns the
// server is working on it: it asks to be told to go on, and was.
func (r *running) halfSent(t *testing.T) (net.Conn, *bufio.Reader) {
	t.Helper()
	conn, err := net.Dial("tcp", r.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	fmt.Fprintf(conn, "POST /public-api/v1/contacts HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n"+
		"Content-Type: application/json\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n", r.secret, len(body))
	answers := bufio.NewReader(conn)
	line, err := answers.ReadString('\n')
	if err != nil || !strings.Contains(line, "100 Continue") {
		t.Fatalf("answered %q, %v", line, err)
	}
	if _, err := answers.ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	io.WriteString(conn, body[:10])
	return conn, answers
}

// refusesNew returns once nobody can connect any more.
func (r *running) refusesNew() {
	for {
		conn, err := net.Dial("tcp", r.Addr().String())
		if err != nil {
			return
		}
		conn.Close()
	}
}

// A stop finishes what is under way, takes nothing new, and leaves the
// database closed with everything in it that was answered (CONTRACT D21).
func TestStopFinishesWhatIsUnderWay(t *testing.T) {
	path := filepath.Join(t.TempDir(), "carnet.db")
	r := start(t, opened(t, path))
	conn, answers := r.halfSent(t)
	r.stop()
	r.refusesNew()
	io.WriteString(conn, body[10:])
	answer, err := http.ReadResponse(answers, nil)
	if err != nil || answer.StatusCode != http.StatusCreated {
		t.Fatalf("answered %+v, %v", answer, err)
	}
	if err := <-r.ended; err != nil {
		t.Errorf("Run: %v", err)
	}
	again := opened(t, path) // which also shows that the lock was freed
	defer again.Close()
	c, err := again.Book().Get(t.Context(), r.grant, 1)
	if name, _ := c.Primary(contact.Names); err != nil || name != "Ada Example" {
		t.Errorf("the contact is %+v, %v", c, err)
	}
}

// A client that never finishes does not keep the server from ending. What
// worked for it has ended before the database is closed.
func TestStopCutsOffWhatTakesTooLong(t *testing.T) {
	s := opened(t, filepath.Join(t.TempDir(), "carnet.db"))
	s.patience = 1 // a nanosecond
	var sawEnd, ready bool
	s.http.Handler = s.counted(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, err := io.ReadAll(r.Body)
		sawEnd = err != nil
		for range 100 { // what is still to be done takes a while
			ready = s.Book().Ready(context.Background()) == nil
		}
	}))
	r := start(t, s)
	r.halfSent(t)
	r.stop()
	if err := <-r.ended; err == nil || !strings.Contains(err.Error(), "1 request was not finished after 1ns and was cut off") {
		t.Errorf("Run: %v", err)
	}
	if !sawEnd || !ready {
		t.Errorf("when Run returned: the handler saw the end %v, and the database was ready for it %v", sawEnd, ready)
	}
}

// brokenDisk is a database whose disk fails when it is written to.
type brokenDisk struct{ store.Backend }

func (brokenDisk) Begin(context.Context, int64) (store.Tx, error) {
	return nil, fmt.Errorf("fsync: %w", store.ErrBroken)
}

// A storage that failed must not be tried again: the process has to end.
func TestRunEndsWhenTheStorageFails(t *testing.T) {
	log := slog.New(slog.DiscardHandler)
	backend, l := onDisk(t)
	st := store.New(brokenDisk{backend}, store.Options{Log: log})
	r := start(t, newServer(l, &Database{Book: book.New(st, book.Options{Log: log}), store: st, backend: backend}, nil, Config{Log: log}, metrics.New()))
	patch := contact.Patch{}
	patch.Values[contact.Names] = contact.List{Sent: true, Texts: []string{"Ada Example"}}
	if _, err := r.Book().Do(t.Context(), r.grant, book.Terms{RequestID: "r"}, &contact.Create{Patch: patch}); !errors.Is(err, store.ErrBroken) {
		t.Errorf("a create: %v", err)
	}
	if err := <-r.ended; err == nil || !strings.Contains(err.Error(), "the storage failed") {
		t.Errorf("Run: %v", err)
	}
}

// A request line and headers of more than 32 KiB are refused.
func TestHeadersAreBounded(t *testing.T) {
	r := start(t, opened(t, filepath.Join(t.TempDir(), "carnet.db")))
	for size, want := range map[int]int{16 << 10: http.StatusOK, 48 << 10: http.StatusRequestHeaderFieldsTooLarge} {
		request, err := http.NewRequest("GET", r.URL()+"/healthz", nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("X-Padding", strings.Repeat("x", size))
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != want {
			t.Errorf("%d bytes: %d, want %d", size, answer.StatusCode, want)
		}
	}
	http.DefaultClient.CloseIdleConnections()
	r.stop()
	if err := <-r.ended; err != nil {
		t.Errorf("Run: %v", err)
	}
}
