package load

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/carnet-project/carnet/api"
)

// server answers requests in a test's own time.
type server func(r *http.Request) (*http.Response, error)

func (s server) RoundTrip(r *http.Request) (*http.Response, error) { return s(r) }

func (s server) client(t *testing.T) *api.Client {
	t.Helper()
	c, err := api.New("http://carnet.test", "key", api.WithRetries(0), api.WithHTTPClient(&http.Client{Transport: s}))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func answer(status int, body string) (*http.Response, error) {
	return &http.Response{StatusCode: status, Body: io.NopCloser(strings.NewReader(body)), Header: http.Header{}}, nil
}

func taking(d time.Duration) server {
	return func(*http.Request) (*http.Response, error) {
		time.Sleep(d)
		return answer(200, `{"id":1}`)
	}
}

// gets runs a plan of GETs in a bubble, whose clock moves only while everybody
// waits: so every figure is exact.
func gets(t *testing.T, s server, change func(*Plan)) *Report {
	t.Helper()
	var r *Report
	synctest.Test(t, func(t *testing.T) {
		p := Plan{Client: s.client(t), Contacts: []int64{1, 2, 3}, Mix: Gets, Connections: 1, Duration: time.Second}
		change(&p)
		r = Run(t.Context(), p)
	})
	return r
}

func expect(t *testing.T, r *Report, elapsed time.Duration, answered, unsent int64, p50, longest time.Duration) {
	t.Helper()
	o := r.Total()
	if r.Elapsed != elapsed || o.Latencies.Count() != answered || r.Unsent != unsent {
		t.Errorf("%d answered in %v, %d not sent; want %d in %v, %d", o.Latencies.Count(), r.Elapsed, r.Unsent, answered, elapsed, unsent)
	}
	if got := o.Latencies.Quantile(0.5); got < p50 || got > p50+p50/steps {
		t.Errorf("half took at most %v, want %v", got, p50)
	}
	if got := o.Latencies.Max(); got != longest {
		t.Errorf("the longest took %v, want %v", got, longest)
	}
	if o.Refused != 0 || o.Failures() != 0 || r.Early {
		t.Errorf("%d refused, %d failed, early %v", o.Refused, o.Failures(), r.Early)
	}
}

// TestClosedLoop: each connection sends as soon as it was answered.
func TestClosedLoop(t *testing.T) {
	r := gets(t, taking(10*time.Millisecond), func(p *Plan) { p.Connections = 4 })
	expect(t, r, time.Second, 400, 0, 10*time.Millisecond, 10*time.Millisecond)
}

// TestOpenLoop: requests fall due by the clock. One that is slow makes those
// late that are due meanwhile, and that counts.
func TestOpenLoop(t *testing.T) {
	r := gets(t, taking(4*time.Millisecond), func(p *Plan) { p.Rate = 100 })
	expect(t, r, 994*time.Millisecond, 100, 0, 4*time.Millisecond, 4*time.Millisecond)

	n := 0
	stalls := server(func(r *http.Request) (*http.Response, error) {
		if n++; n == 11 {
			time.Sleep(496 * time.Millisecond)
		}
		return taking(4 * time.Millisecond)(r)
	})
	// The 11th is due at 100 ms. Each after it is 6 ms less late than the one
	// before, until they are in time again: the median is one of the late ones.
	r = gets(t, stalls, func(p *Plan) { p.Rate = 100 })
	expect(t, r, 994*time.Millisecond, 100, 0, 200*time.Millisecond, 500*time.Millisecond)
}

// TestOpenLoopThatCannotKeepUp says how much was never sent.
func TestOpenLoopThatCannotKeepUp(t *testing.T) {
	r := gets(t, taking(100*time.Millisecond), func(p *Plan) { p.Rate, p.Connections = 30, 2 })
	// One is sent every 50 ms and one is due every 33; the last is 300 ms late.
	expect(t, r, 1033333333, 20, 10, 233333334, 400*time.Millisecond)
}

// TestRefusals: what meets a limit is counted apart, and asked less often.
func TestRefusals(t *testing.T) {
	r := gets(t, func(*http.Request) (*http.Response, error) {
		return answer(429, `{"message":"Too many.","code":"rate_limited"}`)
	}, func(p *Plan) { p.Connections = 2 })
	if o := r.Total(); o.Refused != 20 || o.Failures() != 0 || o.Latencies.Count() != 0 {
		t.Errorf("%d refused, %d failed, %d answered; want 20, 0, 0", o.Refused, o.Failures(), o.Latencies.Count())
	}
}

func TestFailures(t *testing.T) {
	n := 0
	r := gets(t, func(*http.Request) (*http.Response, error) {
		time.Sleep(100 * time.Millisecond)
		switch n++; n {
		case 1:
			return answer(404, `{"message":"None.","code":"contact_not_found"}`)
		case 2, 3:
			return answer(502, "<html>")
		case 4:
			return nil, errors.New("the line is cut")
		}
		return answer(200, `{"id":1}`)
	}, func(*Plan) {})
	o := r.Total()
	want := map[string]int64{"contact_not_found": 1, "http_502": 2, "no_answer": 1}
	if !maps.Equal(o.Failed, want) || o.Failures() != 4 || o.Latencies.Count() != 5 || o.Refused != 0 {
		t.Errorf("failed %v, %d answered; want %v and 5", o.Failed, o.Latencies.Count(), want)
	}
}

// TestStopping: who is told to stop finishes what is under way, and tells that
// it ended early.
func TestStopping(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithTimeout(t.Context(), 350*time.Millisecond)
		defer stop()
		r := Run(ctx, Plan{Client: taking(100 * time.Millisecond).client(t), Contacts: []int64{1}, Mix: Gets, Connections: 1,
			Duration: 10 * time.Second})
		if o := r.Total(); !r.Early || o.Latencies.Count() != 4 || o.Failures() != 0 || r.Elapsed != 400*time.Millisecond {
			t.Errorf("early %v, %d answered, %d failed, in %v", r.Early, o.Latencies.Count(), o.Failures(), r.Elapsed)
		}
	})
}

func TestProgress(t *testing.T) {
	var seen []string
	gets(t, taking(300*time.Millisecond), func(p *Plan) {
		p.Duration = 2500 * time.Millisecond
		p.Progress = func(d time.Duration, n int64) { seen = append(seen, fmt.Sprint(d, " ", n)) }
	})
	if want := []string{"1s 3", "2s 6"}; !slices.Equal(seen, want) {
		t.Errorf("%q, want %q", seen, want)
	}
}
