package load

import (
	"bufio"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// answers serves one connection with texts, one a request of two lines.
func answers(t *testing.T, texts ...string) *Conn {
	t.Helper()
	client, server := net.Pipe()
	go func() {
		defer server.Close()
		r := bufio.NewReader(server)
		for _, text := range texts {
			for range 2 {
				if _, err := r.ReadString('\n'); err != nil {
					return
				}
			}
			if _, err := io.WriteString(server, text); err != nil {
				return
			}
		}
	}()
	t.Cleanup(func() { client.Close() })
	return &Conn{c: client, r: bufio.NewReaderSize(client, 64)}
}

func TestConnReadsAnswers(t *testing.T) {
	c := answers(t,
		"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
		"HTTP/1.1 422 Unprocessable Entity\r\ncontent-length:0\r\nX: y\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n",
		"HTTP/1.1 304 Not Modified\r\n\r\n",
		"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}")
	for _, want := range []struct {
		status int
		body   string
	}{{200, "hello"}, {422, ""}, {200, "abc0123456789"}, {304, ""}, {201, "{}"}} {
		status, body, err := c.Ask([]byte("GET / HTTP/1.1\r\n\r\n"))
		if err != nil || status != want.status || string(body) != want.body {
			t.Errorf("%d %q %v, want %d %q", status, body, err, want.status, want.body)
		}
	}
}

// The answer to a HEAD tells a length and has no body.
func TestConnReadsHeads(t *testing.T) {
	c := answers(t, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", "HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno")
	if status, err := c.Do([]byte("HEAD / HTTP/1.1\r\n\r\n")); err != nil || status != 200 {
		t.Errorf("a HEAD: %d, %v", status, err)
	}
	if status, err := c.Do([]byte("GET / HTTP/1.1\r\n\r\n")); err != nil || status != 404 {
		t.Errorf("after a HEAD: %d, %v", status, err)
	}
}

func TestConnRefuses(t *testing.T) {
	for _, text := range []string{
		"", "HTTP/1.0 200 OK\r\n\r\n", "HTTP/1.1 2x0 OK\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n",
	} {
		if status, err := answers(t, text).Do([]byte("GET / HTTP/1.1\r\n\r\n")); err == nil {
			t.Errorf("%q gave %d and no error", text, status)
		}
	}
}

func get(int, *rand.Rand) Next {
	return func(b []byte) ([]byte, int) { return append(b, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"...), 200 }
}

func serve(t *testing.T, h http.HandlerFunc) string {
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.Listener.Addr().String()
}

func TestClosedLoopCounts(t *testing.T) {
	var served atomic.Int64
	addr := serve(t, func(w http.ResponseWriter, _ *http.Request) { served.Add(1) })
	begun, done := false, false
	res, err := Run(context.Background(), Job{Addr: addr, Conns: 3, Warm: 5 * time.Millisecond, Time: 60 * time.Millisecond,
		Make: get, Begin: func() { begun = true }, End: func() { done = true }})
	if err != nil {
		t.Fatal(err)
	}
	if res.Done == 0 || int64(res.Done) > served.Load() || res.Latency.Count() != res.Done || res.Failures != 0 || !begun || !done {
		t.Errorf("%d done, %d in the histogram, %d served, %d failed", res.Done, res.Latency.Count(), served.Load(), res.Failures)
	}
}

func TestFailuresAreCounted(t *testing.T) {
	addr := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(429) })
	res, err := Run(context.Background(), Job{Addr: addr, Conns: 1, Time: 20 * time.Millisecond, Make: get})
	if err != nil || res.Done != 0 || res.Failures == 0 || res.Failure != "status 429 where 200 was expected" {
		t.Errorf("%d done, %d failed: %q, %v", res.Done, res.Failures, res.Failure, err)
	}
}

func TestBrokenConnectionIsAnError(t *testing.T) {
	addr := serve(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	if _, err := Run(context.Background(), Job{Addr: addr, Conns: 2, Time: time.Minute, Make: get}); err == nil || !strings.Contains(err.Error(), "a request failed") {
		t.Errorf("error %v", err)
	}
}

// With Again a connection that breaks is a failure like others, and the job goes
// on.
func TestBrokenConnectionIsOpenedAgain(t *testing.T) {
	var served atomic.Int64
	addr := serve(t, func(http.ResponseWriter, *http.Request) {
		if served.Add(1)%3 == 0 {
			panic(http.ErrAbortHandler)
		}
	})
	res, err := Run(context.Background(), Job{Addr: addr, Conns: 2, Time: time.Second, Rate: 60, Make: get, Again: true})
	if err != nil || res.Statuses[0] != 20 || res.Statuses[200] != 40 || res.Done != 40 || res.Failures != 20 {
		t.Errorf("%+v of 60, %d done, %d failed, %v", res.Statuses, res.Done, res.Failures, err)
	}
}

func TestEndOfContextIsAnError(t *testing.T) {
	addr := serve(t, func(http.ResponseWriter, *http.Request) {})
	ctx, cancel := context.WithCancel(context.Background())
	j := Job{Addr: addr, Conns: 1, Warm: time.Minute, Time: time.Minute, Make: func(w int, r *rand.Rand) Next { cancel(); return get(w, r) }}
	if _, err := Run(ctx, j); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

// pipe serves connections that are no sockets, so that time can be made up.
// before is told which request it is.
func pipe(before func(k int)) func(string) (net.Conn, error) {
	return func(string) (net.Conn, error) {
		client, server := net.Pipe()
		go func() {
			defer server.Close()
			r := bufio.NewReader(server)
			for k := 0; ; k++ {
				if _, err := http.ReadRequest(r); err != nil {
					return
				}
				before(k)
				if _, err := io.WriteString(server, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"); err != nil {
					return
				}
			}
		}()
		return client, nil
	}
}

// A server that stands still once: by a schedule everyone behind it waits, and
// without one a single request does.
func TestScheduleShowsAStall(t *testing.T) {
	for _, rate := range []float64{0, 500} {
		synctest.Test(t, func(t *testing.T) {
			dial := pipe(func(k int) {
				time.Sleep(time.Millisecond)
				if k == 4 {
					time.Sleep(99 * time.Millisecond)
				}
			})
			res, err := Run(t.Context(), Job{Conns: 1, Time: 400 * time.Millisecond, Rate: rate, Make: get, dial: dial})
			if err != nil {
				t.Fatal(err)
			}
			slow := 0
			for q := range res.Done {
				if res.Latency.Quantile(float64(q+1)/float64(res.Done)) > 5*time.Millisecond {
					slow++
				}
			}
			// 2 ms between requests, 1 ms of work: of the stall's 100 ms every
			// request makes up for one, so that about 98 wait.
			if rate > 0 && (res.Done != 200 || slow < 90) || rate == 0 && slow != 1 {
				t.Errorf("at a rate of %v %d of %d waited more than 5 ms", rate, slow, res.Done)
			}
		})
	}
}

func TestScheduleIsGivenUp(t *testing.T) {
	var s schedule
	now := time.Now()
	s.start(now, Job{Rate: 10, Warm: time.Second, Time: time.Second})
	for k := range 20 {
		due, ok, late := s.take(now.Add(time.Duration(k) * 200 * time.Millisecond))
		if want := now.Add(time.Duration(k) * 100 * time.Millisecond); !ok || !due.Equal(want) || late != (k > 15) {
			t.Errorf("request %d: due %v, %v, %v", k, due.Sub(now), ok, late)
		}
	}
	if _, ok, _ := s.take(now); ok {
		t.Error("the schedule has no end")
	}
}
