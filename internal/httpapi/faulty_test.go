package httpapi_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/httpapi"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
)

// faulty is a backend that does something else where it is told to.
type faulty struct {
	store.Backend
	begin   func(context.Context) error // before a transaction
	commit  func() error                // in place of a commit
	contact func(context.Context) error // before a read of a contact
	close   sync.Once
}

func (f *faulty) Begin(ctx context.Context, lane int64) (store.Tx, error) {
	if f.begin != nil {
		if err := f.begin(ctx); err != nil {
			return nil, err
		}
	}
	tx, err := f.Backend.Begin(ctx, lane)
	return faultyTx{tx, f}, err
}

type faultyTx struct {
	store.Tx
	f *faulty
}

func (tx faultyTx) Commit(ctx context.Context) error {
	if tx.f.commit != nil {
		tx.Rollback()
		return tx.f.commit()
	}
	return tx.Tx.Commit(ctx)
}

func (f *faulty) Contact(ctx context.Context, space contact.SpaceID, id contact.ID) (record.Contact, bool, error) {
	if f.contact != nil {
		if err := f.contact(ctx); err != nil {
			return record.Contact{}, false, err
		}
	}
	return f.Backend.Contact(ctx, space, id)
}

func (f *faulty) Close() (err error) {
	f.close.Do(func() { err = f.Backend.Close() })
	return err
}

// newFaulty gives a world over a backend that is sound so far, with a contact.
func newFaulty(t *testing.T, o httpapi.Options) (*faulty, *world) {
	f := &faulty{Backend: openSQLite(t)}
	w := newWorldWith(t, f, o)
	if res := w.do(t.Context(), "POST", "/contacts", `{"names":["Fay"]}`); res.Code != 201 {
		t.Fatalf("%d %s", res.Code, res.Body)
	}
	return f, w
}

// do sends a request straight to the handler.
func (w *world) do(ctx context.Context, method, path, body string) *httptest.ResponseRecorder {
	if strings.HasPrefix(path, "/contacts") {
		path = "/public-api/v1" + path
	}
	r := httptest.NewRequestWithContext(ctx, method, path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+w.secrets["main"])
	r.Header.Set("Content-Type", "application/json")
	res := httptest.NewRecorder()
	w.handler.ServeHTTP(res, r)
	return res
}

// want checks the answer to a request: its status and its code, "" for none.
func want(t *testing.T, res *httptest.ResponseRecorder, status int, code string) {
	t.Helper()
	e := errorOf(res.Body.String())
	if res.Code != status || e.code != code {
		t.Errorf("got %d %s, want %d %s\n%s", res.Code, e.code, status, code, res.Body)
	}
	if after := res.Header().Get("Retry-After"); (after != "") != (status == 503 || status == 429) {
		t.Errorf("Retry-After: %q with %d", after, status)
	}
	if code != "" && (e.message == "" || len(e.requestID) != 32) {
		t.Errorf("not the shape of an error: %s", res.Body)
	}
}

// bad-input 98
func TestStoreFails(t *testing.T) {
	unavailable := func(code fault.Code) error {
		return &fault.Error{Kind: fault.Unavailable, Code: code, Message: "Not now.", RetryAfter: 1500 * time.Millisecond}
	}
	for _, c := range []struct {
		err    error
		status int
		code   string
		after  string
	}{
		{unavailable("storage_full"), 503, "storage_full", "2"},
		{unavailable("read_only"), 503, "read_only", "2"},
		{store.ErrConflict, 503, "database_busy", "1"},
		{store.ErrRefused, 500, "internal", ""},
		{errors.New("a detail of ours"), 500, "internal", ""},
	} {
		t.Run(c.code, func(t *testing.T) {
			f, w := newFaulty(t, httpapi.Options{})
			f.begin = func(context.Context) error { return c.err }
			res := w.do(t.Context(), "PUT", "/contacts/1", `{"names":["x"]}`)
			want(t, res, c.status, c.code)
			if got := res.Header().Get("Retry-After"); got != c.after {
				t.Errorf("Retry-After: %q, want %q", got, c.after)
			}
			if strings.Contains(res.Body.String(), "detail") {
				t.Errorf("a cause of ours is told: %s", res.Body)
			}
			id := res.Header().Get("X-Request-Id")
			if log := w.log.String(); !strings.Contains(log, `"code":"`+c.code+`"`) || !strings.Contains(log, id) {
				t.Errorf("not in the log: %s", log)
			}
			// Reads go on.
			want(t, w.do(t.Context(), "GET", "/contacts/1", ""), 200, "")
		})
	}
}

func TestOutcomeUnknown(t *testing.T) {
	f, w := newFaulty(t, httpapi.Options{})
	want(t, w.do(t.Context(), "GET", "/readyz", ""), 200, "")
	f.commit = func() error { return store.ErrBroken }
	want(t, w.do(t.Context(), "PUT", "/contacts/1", `{"names":["x"]}`), 500, "outcome_unknown")
	want(t, w.do(t.Context(), "PUT", "/contacts/1", `{"names":["x"]}`), 503, "storage_failed")
	want(t, w.do(t.Context(), "GET", "/readyz", ""), 503, "not_ready")
	want(t, w.do(t.Context(), "GET", "/healthz", ""), 200, "")
}

// FAULT B9: where the clock has jumped nothing is written, reading goes on, and
// who asks whether the server is ready is told.
func TestClockJumped(t *testing.T) {
	_, w := newFaulty(t, httpapi.Options{})
	d, err := described()
	if err != nil {
		t.Fatal(err)
	}
	if err := w.store.GuardClock(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	ready := func(warned bool) {
		t.Helper()
		res := w.do(t.Context(), "GET", "/readyz", "")
		want(t, res, 200, "")
		if _, problems := d.ValidateHttpResponse(httptest.NewRequest("GET", "/readyz", nil), res.Result()); problems != nil {
			t.Errorf("not as in the document: %v", problems)
		}
		if body := res.Body.String(); strings.Contains(body, `{"status":"ok","warning":"The clock of the server`) != warned || !warned && body != `{"status":"ok"}` {
			t.Errorf("warned %v: %s", warned, body)
		}
	}
	ready(false)
	for _, jump := range []time.Duration{25 * time.Hour, 10 * 365 * 24 * time.Hour} {
		w.wait(jump)
		ready(true)
		want(t, w.do(t.Context(), "PUT", "/contacts/1", `{"names":["x"]}`), 503, "clock_jumped")
		want(t, w.do(t.Context(), "POST", "/contacts", `{"names":["x"]}`), 503, "clock_jumped")
		want(t, w.do(t.Context(), "GET", "/contacts/1", ""), 200, "")
		w.wait(-jump)
		ready(false)
		want(t, w.do(t.Context(), "PUT", "/contacts/1", `{"names":["Set right"]}`), 200, "")
	}
}

func TestShuttingDown(t *testing.T) {
	_, w := newFaulty(t, httpapi.Options{})
	w.book.Close() // notes that the key is in use, for which the store is needed
	if err := w.store.Close(); err != nil {
		t.Fatal(err)
	}
	want(t, w.do(t.Context(), "PUT", "/contacts/1", `{"names":["x"]}`), 503, "shutting_down")
}

func TestTimeout(t *testing.T) {
	f, w := newFaulty(t, httpapi.Options{Deadline: 100 * time.Millisecond})
	f.contact = func(ctx context.Context) error {
		<-ctx.Done()
		return ctx.Err()
	}
	want(t, w.do(t.Context(), "GET", "/contacts/1", ""), 503, "timeout")

	// A write that waits too long in its queue is not done.
	first, release := make(chan struct{}), make(chan struct{})
	f.begin = func(context.Context) error {
		close(first)
		<-release
		return nil
	}
	var wait sync.WaitGroup
	wait.Go(func() { want(t, w.do(t.Context(), "PUT", "/contacts/1", `{"names":["done"]}`), 200, "") })
	<-first
	want(t, w.do(t.Context(), "PUT", "/contacts/1", `{"names":["not done"]}`), 503, "timeout")
	close(release)
	wait.Wait()
}

func TestOverloaded(t *testing.T) {
	f, w := newFaulty(t, httpapi.Options{MaxInFlight: 1})
	reading, release := make(chan struct{}), make(chan struct{})
	f.contact = func(context.Context) error {
		close(reading)
		<-release
		return nil
	}
	var wait sync.WaitGroup
	wait.Go(func() { want(t, w.do(t.Context(), "GET", "/contacts/1", ""), 200, "") })
	<-reading
	want(t, w.do(t.Context(), "GET", "/contacts/1", ""), 503, "overloaded")
	want(t, w.do(t.Context(), "GET", "/healthz", ""), 200, "") // the process is up all the same
	close(release)
	wait.Wait()
	f.contact = nil
	want(t, w.do(t.Context(), "GET", "/contacts/1", ""), 200, "")
}

// bad-input 100: a write whose client has gone is done all the same; a read is
// given up.
func TestClientGone(t *testing.T) {
	f, w := newFaulty(t, httpapi.Options{})
	gone, leave := context.WithCancel(t.Context())
	leave()
	want(t, w.do(gone, "PUT", "/contacts/1", `{"names":["Done"]}`), 200, "")
	if res := w.do(t.Context(), "GET", "/contacts/1", ""); !strings.Contains(res.Body.String(), `"names":["Done"]`) {
		t.Errorf("the write was not done: %s", res.Body)
	}
	f.contact = func(ctx context.Context) error { return ctx.Err() }
	w.do(gone, "GET", "/contacts/1", "")
	if !strings.Contains(w.log.String(), `"status":499`) {
		t.Errorf("no 499 in the log: %s", w.log)
	}
}

func TestPanic(t *testing.T) {
	f, w := newFaulty(t, httpapi.Options{})
	f.contact = func(context.Context) error { panic("ann@example.com") }
	want(t, w.do(t.Context(), "GET", "/contacts/1", ""), 500, "internal")
	log := w.log.String()
	if strings.Contains(log, "ann@") || !strings.Contains(log, "a handler panicked") || !strings.Contains(log, "getContact") {
		t.Errorf("want a stack without the value: %s", log)
	}
}

// bad-input 75: a body that does not come.
func TestBodyBreaksOff(t *testing.T) {
	_, w := newFaulty(t, httpapi.Options{})
	server := httptest.NewUnstartedServer(w.handler)
	server.Config.ReadTimeout = 100 * time.Millisecond
	server.Start()
	defer server.Close()
	body, end := io.Pipe()
	defer end.Close()
	r, err := http.NewRequestWithContext(t.Context(), "PUT", server.URL+"/public-api/v1/contacts/1", bufio.NewReader(io.MultiReader(strings.NewReader(`{"names":`), body)))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+w.secrets["main"])
	r.Header.Set("Content-Type", "application/json")
	res, err := server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != 422 || errorOf(string(text)).code != "body_incomplete" {
		t.Errorf("%d %s %v", res.StatusCode, text, err)
	}
}
