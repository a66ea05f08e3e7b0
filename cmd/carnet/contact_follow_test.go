package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/carnet-project/carnet/api"
)

// restarted answers the feed but while it is down, and has a change to tell once it
// is up again.
type restarted struct {
	began    time.Time
	down, up time.Duration
}

func (r restarted) RoundTrip(q *http.Request) (*http.Response, error) {
	since := time.Since(r.began)
	if since >= r.down && since < r.up {
		return nil, syscall.ECONNREFUSED
	}
	changes, next := "", q.URL.Query().Get("after")
	switch {
	case since >= r.up && next == "7":
		changes, next = `{"id":"1-8","seq":8,"contact_id":1,"action":"put"}`, "8"
	case q.URL.Query().Get("wait") != "":
		select { // a server that stops cuts those off who wait
		case <-time.After(max(30*time.Second, r.down-since)):
		case <-time.After(max(1, r.down-since)):
			return nil, io.ErrUnexpectedEOF
		case <-q.Context().Done():
			return nil, q.Context().Err()
		}
	}
	body := fmt.Sprintf(`{"data":[%s],"path":"","per_page":1000,"next_after":%s,"next_page_url":null}`, changes, next)
	return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: q}, nil
}

// FAULT E4: who follows sees soon that a server is back, however long it was up
// before, and the longer it was away the more seldom they ask.
func TestFollowComesBackSoon(t *testing.T) {
	for _, c := range []struct{ down, away, within time.Duration }{
		{time.Second, 300 * time.Millisecond, 400 * time.Millisecond},
		{time.Second, time.Second, time.Second},
		{time.Second, 4 * time.Second, 4 * time.Second},
		{time.Hour, time.Second, time.Second},
		{time.Second, 10 * time.Minute, 31 * time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			server := restarted{time.Now(), c.down, c.down + c.away}
			client, err := api.New("http://carnet.example", "carnet_x", api.WithRetries(0), api.WithHTTPClient(&http.Client{Transport: server}))
			if err != nil {
				t.Fatal(err)
			}
			var seen time.Duration
			out := writes(func() { seen = time.Since(server.began); stop() })
			in := &surroundings{ctx: ctx, stdout: screenOf(out), stderr: new(bytes.Buffer)}
			f := contactLog{followed: followed{after: 7}, Follow: true, format: format{Output: "json"}}
			if err := f.follow(in, &contactCommand{}, client); err != nil && !errors.Is(err, context.Canceled) {
				t.Fatal(err)
			}
			if lag := seen - server.up; lag < 0 || lag > c.within {
				t.Errorf("up for %v and away for %v: seen after %v", c.down, c.away, lag)
			}
		})
	}
}

// asks answers the feed, and keeps what was asked.
type asks struct{ queries []string }

func (a *asks) RoundTrip(q *http.Request) (*http.Response, error) {
	a.queries = append(a.queries, q.URL.RawQuery)
	changes, next := "", "7"
	if len(a.queries) > 1 {
		changes, next = `{"id":"1-8","seq":8,"contact_id":5,"action":"put"}`, "8"
	}
	body := fmt.Sprintf(`{"data":[%s],"path":"","per_page":1000,"next_after":%s,"next_page_url":null}`, changes, next)
	return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: q}, nil
}

// CONTRACT D29: who begins with what comes sees nothing that was, and goes on from
// there with the same filter.
func TestFollowFromLatest(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var server asks
	client, err := api.New("http://carnet.example", "carnet_x", api.WithRetries(0), api.WithHTTPClient(&http.Client{Transport: &server}))
	if err != nil {
		t.Fatal(err)
	}
	in := &surroundings{ctx: ctx, stdout: screenOf(writes(stop)), stderr: new(bytes.Buffer)}
	f := contactLog{followed: followed{After: new("latest"), Contact: new(int64(5))}, Follow: true, format: format{Output: "json"}}
	if err := f.Validate(); err != nil {
		t.Fatal(err)
	}
	if err := f.follow(in, &contactCommand{}, client); err != nil {
		t.Fatal(err)
	}
	want := []string{"after=latest&contact_id=5&per_page=1", "after=7&contact_id=5&per_page=1000&wait=30"}
	if len(server.queries) < 2 || !slices.Equal(server.queries[:2], want) {
		t.Errorf("asked %q", server.queries)
	}
}

// writes is told of what is written.
type writes func()

// Write is part of io.Writer.
func (w writes) Write(text []byte) (int, error) {
	w()
	return len(text), nil
}
