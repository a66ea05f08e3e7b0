package httpapi_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/httpapi"
)

// slowBody is a body that comes up to some point and then waits for the rest.
type slowBody struct {
	io.Reader               // what comes at once
	waits     func()        // told when that is over
	rest      chan struct{} // closed when the rest comes
}

func (b *slowBody) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if err == io.EOF {
		b.waits()
		<-b.rest
	}
	return n, err
}

// stuckWriter is a client that does not read its answer, unless it is an error.
type stuckWriter struct {
	httptest.ResponseRecorder
	waits func(octets int)
	reads chan struct{} // closed when it begins to read
}

func (w *stuckWriter) Write(p []byte) (int, error) {
	if w.Code == http.StatusOK {
		w.waits(len(p))
		<-w.reads
	}
	return w.ResponseRecorder.Write(p)
}

func (w *world) request(key, method, path string, body io.Reader) *http.Request {
	r := httptest.NewRequest(method, "/public-api/v1"+path, body)
	r.Header.Set("Authorization", "Bearer "+w.secrets[key])
	r.Header.Set("Content-Type", "application/json")
	return r
}

// as sends a request with a key.
func (w *world) as(key, method, path, body string) *httptest.ResponseRecorder {
	res := httptest.NewRecorder()
	w.handler.ServeHTTP(res, w.request(key, method, path, strings.NewReader(body)))
	return res
}

// crowd sends n requests at once and returns when each either waits or is
// answered. It gives how many wait, and the answers of the others.
func (w *world) crowd(n int, send func(waits func()) *httptest.ResponseRecorder) (waiting int, refused []*httptest.ResponseRecorder, all *sync.WaitGroup) {
	all = &sync.WaitGroup{}
	events := make(chan *httptest.ResponseRecorder, 2*n)
	for range n {
		all.Go(func() {
			waited := false
			res := send(func() { waited = true; events <- nil })
			if !waited {
				events <- res
			}
		})
	}
	for range n {
		if res := <-events; res != nil {
			refused = append(refused, res)
		} else {
			waiting++
		}
	}
	return waiting, refused, all
}

// othersGoOn makes sure that a Space has its answers, whatever another one does.
func (w *world) othersGoOn(t *testing.T, key string) {
	t.Helper()
	res := w.as(key, "POST", "/contacts", `{"names":["Someone"]}`)
	want(t, res, 201, "")
	path := strings.TrimPrefix(res.Header().Get("Location"), "/public-api/v1")
	want(t, w.as(key, "PUT", path, `{"names":["Someone else"]}`), 200, "")
	want(t, w.as(key, "GET", path, ""), 200, "")
	want(t, w.as(key, "GET", "/contacts", ""), 200, "")
	want(t, w.as(key, "GET", "/changes?after=0", ""), 200, "")
}

// allOverloaded wants that each was refused with 503, and may come again.
func allOverloaded(t *testing.T, refused []*httptest.ResponseRecorder) {
	t.Helper()
	for _, res := range refused {
		want(t, res, 503, "overloaded")
	}
}

// FAULT A2: bodies that do not come take none of the places of requests that are
// worked on, only so many of one key may be waited for, and what they take is
// what has arrived, not what was announced.
func TestSlowBodies(t *testing.T) {
	const crowd, share = 1100, 512
	for name, c := range map[string]struct {
		method, path string
		begins       string
		holds        bool // more octets than are free
		waiting      int
	}{
		"PUT":           {"PUT", "/contacts/1", `{"names":[`, false, share},
		"POST":          {"POST", "/contacts", `{"names":[`, false, share},
		"merge":         {"POST", "/contacts/1/merge", `{"merged`, false, share},
		"nothing of it": {"PUT", "/contacts/1", ``, false, share},
		// The buffer of one has 128 KiB, of which 64 are free; 8 MiB may be held.
		"much of it": {"PUT", "/contacts/1", `{"names":["` + strings.Repeat("x", 100<<10), true, 8 << 20 / (64 << 10)},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorldWith(t, openSQLite(t), httpapi.Options{MaxHeld: 16 << 20, Deadline: time.Hour})
			rest := make(chan struct{})
			waiting, refused, all := w.crowd(crowd, func(waits func()) *httptest.ResponseRecorder {
				r := w.request("main", c.method, c.path, &slowBody{strings.NewReader(c.begins), waits, rest})
				r.ContentLength = 4 << 20
				res := httptest.NewRecorder()
				w.handler.ServeHTTP(res, r)
				return res
			})
			if waiting != c.waiting || len(refused) != crowd-c.waiting {
				t.Errorf("%d of %d are waited for, want %d", waiting, crowd, c.waiting)
			}
			allOverloaded(t, refused)
			used := httpapi.Used(w.handler)
			if used[0] != 0 || used[1] != int64(waiting) || (used[2] > 0) != c.holds || used[2] > 8<<20 {
				t.Errorf("they have %d places and %d octets; %d bodies are on their way", used[0], used[2], used[1])
			}
			w.othersGoOn(t, "other")
			want(t, w.as("main", "GET", "/contacts", ""), 200, "") // a place is left for the key itself, too
			close(rest)
			all.Wait()
			w.othersGoOn(t, "main")
			if used := httpapi.Used(w.handler); used != [4]int64{} {
				t.Errorf("when all are answered %v is still taken", used)
			}
		})
	}
}

// FAULT A2: nothing is read of a body of which it is not known whose it is.
func TestBodiesWithoutAKeyAreNotRead(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	for key, status := range map[string]int{"unknown": 401, "revoked": 401, "no key of that name": 401, "reader": 403, "inactive": 403} {
		for _, path := range []string{"/contacts", "/contacts/1/merge"} {
			res := httptest.NewRecorder()
			w.handler.ServeHTTP(res, w.request(key, "POST", path, &slowBody{strings.NewReader("{"), func() { t.Errorf("a body of %s is waited for", key) }, nil}))
			if res.Code != status {
				t.Errorf("%s: %d", key, res.Code)
			}
		}
	}
}

// FAULT A3: clients that do not read their answers take no more memory than
// their Space's share of what there is, with whatever kind of answer; others do
// not notice.
func TestAnswersThatNobodyReads(t *testing.T) {
	const budget = 8 << 20
	w := newWorldWith(t, openSQLite(t), httpapi.Options{MaxHeld: budget, Deadline: time.Hour}) // however busy the machine is
	want(t, w.as("main", "POST", "/contacts", bulky(1, 15)), 201, "")
	for range 3 {
		want(t, w.as("main", "POST", "/contacts", `{"names":["Small"]}`), 201, "")
	}
	for _, path := range []string{"/changes?after=0", "/changes?after=0&wait=1", "/contacts/1/changes", "/contacts/1?use_custom_field_labels=1",
		"/contacts?include_custom_fields=1&include_all_emails=1"} {
		t.Run(path, func(t *testing.T) {
			var mu sync.Mutex
			octets := 0
			reads := make(chan struct{})
			crowd := 120
			if path == "/changes?after=0" {
				crowd = 600
			}
			waiting, refused, all := w.crowd(crowd, func(waits func()) *httptest.ResponseRecorder {
				res := &stuckWriter{ResponseRecorder: *httptest.NewRecorder(), reads: reads, waits: func(n int) {
					mu.Lock()
					defer mu.Unlock()
					octets += max(0, n-64<<10)
					waits()
				}}
				w.handler.ServeHTTP(res, w.request("main", "GET", path, nil))
				return &res.ResponseRecorder
			})
			allOverloaded(t, refused)
			used := httpapi.Used(w.handler)
			if len(refused) == 0 {
				t.Errorf("none of %d was refused: this asks for too little", crowd)
			}
			if octets > budget/2 || used[2] > budget/2 || used[2] < int64(octets) {
				t.Errorf("%d answers of %d octets wait, %d are counted, of %d that one Space may have", waiting, octets, used[2], budget/2)
			}
			if used[0] != int64(waiting) || waiting > 512 || waiting+len(refused) != crowd {
				t.Errorf("%d wait and have %d places, %d were refused", waiting, used[0], len(refused))
			}
			w.othersGoOn(t, "other")
			close(reads)
			all.Wait()
			want(t, w.as("main", "GET", path, ""), 200, "")
			if used := httpapi.Used(w.handler); used != [4]int64{} {
				t.Errorf("when all are read %v is still taken", used)
			}
		})
	}
}

// bulky is a contact with 10,000 octets in each of some slots.
func bulky(first, last int) string {
	var slots []string
	for slot := first; slot <= last; slot++ {
		slots = append(slots, fmt.Sprintf(`"profile_field_%d":"%s"`, slot, strings.Repeat("x", 10_000)))
	}
	return `{"names":["Bulky"],"custom_fields":{` + strings.Join(slots, ",") + `}}`
}

// FAULT A3: what a write answers is counted, but never refused: 503 says that
// nothing was done.
func TestAnswersOfWritesAreNotRefused(t *testing.T) {
	w := newWorldWith(t, openSQLite(t), httpapi.Options{MaxHeld: 2})
	// By parts that are too small to be counted.
	for i, slots := range [][2]int{{1, 5}, {6, 10}, {11, 15}} {
		want(t, w.as("main", "POST", "/contacts", bulky(slots[0], slots[1])), 201, "")
		if i > 0 {
			want(t, w.as("main", "POST", "/contacts/1/merge", fmt.Sprintf(`{"merged_id":%d}`, i+1)), 200, "")
		}
	}
	want(t, w.as("main", "GET", "/contacts/1", ""), 503, "overloaded") // 150 KB
	if used := httpapi.Used(w.handler); used != [4]int64{} {
		t.Errorf("%v is still taken", used)
	}
}

// FAULT B1: a key that is lost while the body arrives does not write, and says so
// before anything about the body.
func TestKeyIsLostWhileTheBodyArrives(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	want(t, w.as("main", "POST", "/contacts", `{"names":["Before"]}`), 201, "")
	want(t, w.as("main", "POST", "/contacts", `{"names":["Other"]}`), 201, "")
	send := func(key, method, path, begins, ends string, lose func()) *httptest.ResponseRecorder {
		body, in := io.Pipe()
		res, done := httptest.NewRecorder(), make(chan struct{})
		go func() {
			defer close(done)
			w.handler.ServeHTTP(res, w.request(key, method, path, body))
		}()
		io.WriteString(in, begins) // returns when it was read, and so the key was let in
		lose()
		w.wait(time.Second)
		io.WriteString(in, ends)
		in.Close()
		<-done
		return res
	}
	for _, c := range []struct{ method, path, begins, ends string }{
		{"PUT", "/contacts/1", `{"nam`, `es":["After"]}`},
		{"POST", "/contacts", `{"nam`, `es":["After"]}`},
		{"POST", "/contacts/1/merge", `{"mer`, `ged_id":2}`},
	} {
		key := "key of " + c.path + c.method
		w.addKey(t, key, w.space, access.DefaultScopes, 0)
		res := send(key, c.method, c.path, c.begins, c.ends, func() { w.revoke(t, key) })
		want(t, res, 401, "key_invalid")
	}
	res := w.as("main", "GET", "/changes?after=0", "")
	if n := strings.Count(res.Body.String(), `"action":`); n != 2 {
		t.Errorf("%d changes, want the 2 from before: %s", n, res.Body)
	}
}
