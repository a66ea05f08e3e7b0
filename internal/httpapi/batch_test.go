package httpapi_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/httpapi"
)

// batchOf makes the body of a batch.
func batchOf(atomic bool, operations ...string) string {
	return fmt.Sprintf(`{"atomic":%v,"operations":[%s]}`, atomic, strings.Join(operations, ","))
}

// batchAnswer is what a batch answers.
type batchAnswer struct {
	Batch   *string           `json:"batch_id"`
	Code    string            `json:"code"`
	Message string            `json:"message"`
	Results []operationResult `json:"results"`
}

type operationResult struct {
	Status  int     `json:"status"`
	ID      *int64  `json:"id"`
	Version *int64  `json:"version"`
	Change  *string `json:"change_id"`
	Error   *struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	} `json:"error"`
	Changes jsontext.Value `json:"changes"`
}

func batchAnswerOf(t interface{ Fatalf(string, ...any) }, res *httptest.ResponseRecorder) (a batchAnswer) {
	if err := json.Unmarshal(res.Body.Bytes(), &a); err != nil {
		t.Fatalf("%v: %s", err, res.Body)
	}
	return a
}

// CONTRACT D33: what is to be done together is bounded, and refused whole where it is
// more; by itself each is done.
func TestBatchTooHeavy(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	operations := make([]string, 60)
	for i := range operations {
		operations[i] = `{"method":"POST","body":` + bulky(1, 15) + `}` // 150 KB
	}
	for _, query := range []string{"", "?dry_run=1"} {
		res := w.as("main", "POST", "/contacts/batch"+query, batchOf(true, operations...))
		want(t, res, 413, "batch_too_heavy")
	}
	want(t, w.as("main", "POST", "/contacts/batch?dry_run=1", batchOf(false, operations...)), 413, "batch_too_heavy")
	if n := strings.Count(w.as("main", "GET", "/contacts", "").Body.String(), `"id"`); n != 0 {
		t.Fatalf("%d contacts were made", n)
	}
	want(t, w.as("main", "POST", "/contacts/batch", batchOf(true, operations[:50]...)), 200, "")
	res := w.as("main", "POST", "/contacts/batch", batchOf(false, operations...))
	want(t, res, 200, "")
	for i, r := range batchAnswerOf(t, res).Results {
		if r.Status != 201 {
			t.Errorf("operation %d: %+v", i, r)
		}
	}
	want(t, w.as("main", "POST", "/contacts/batch", batchOf(false, operations...)), 200, "")
	// What is light to send may be heavy to look at.
	light := make([]string, 150)
	for i := range light {
		light[i] = fmt.Sprintf(`{"method":"PATCH","id":%d,"body":{"names":{"add":["x"]}}}`, i+1)
	}
	want(t, w.as("main", "POST", "/contacts/batch", batchOf(true, light...)), 413, "batch_too_heavy")
	res = w.as("main", "POST", "/contacts/batch", batchOf(false, light...))
	for i, r := range batchAnswerOf(t, res).Results {
		if r.Status != 200 || r.Version == nil || *r.Version != 2 {
			t.Errorf("operation %d: %+v", i, r)
		}
	}
}

// generated is a body that is made while it is read.
type generated struct {
	next func(i int) string // "" at the end
	i    int
	rest string
	read func(total int)
	sum  int
}

func (g *generated) Read(p []byte) (int, error) {
	if g.rest == "" {
		if g.rest = g.next(g.i); g.rest == "" {
			return 0, io.EOF
		}
		g.i++
	}
	n := copy(p, g.rest)
	g.rest = g.rest[n:]
	if g.sum += n; g.read != nil {
		g.read(g.sum)
	}
	return n, nil
}

// operationsOf makes the body of a batch of n operations, one at a time.
func operationsOf(n int, operation string, read func(int)) *generated {
	return &generated{read: read, next: func(i int) string {
		switch {
		case i == 0:
			return `{"operations":[` + operation
		case i < n:
			return "," + operation
		case i == n:
			return "]}"
		}
		return ""
	}}
}

// CONTRACT D33: a batch may have 64 MiB, and of that little is held: the head of the body,
// the operation that is read, and those that share a transaction.
func TestBatchHoldsLittle(t *testing.T) {
	f, w := newFaulty(t, httpapi.Options{})
	live := func() int64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	before, most, seen := live(), int64(0), 0
	look := func() { most = max(most, live()-before) }
	f.begin = func(context.Context) error { look(); return nil }
	operation := `{"method":"PATCH","id":1,"body":` + strings.Replace(bulky(1, 6), `"names":["Bulky"],`, "", 1) + `}` // 60 KB
	body := operationsOf(1000, operation, func(total int) {
		if total > seen+8<<20 {
			seen = total
			look()
			if held := httpapi.Used(w.handler)[2]; held < 8<<20 || held > 16<<20 {
				t.Errorf("%d octets are counted", held)
			}
		}
	})
	r := w.request("main", "POST", "/contacts/batch", body)
	r.ContentLength = -1
	res := httptest.NewRecorder()
	w.handler.ServeHTTP(res, r)
	want(t, res, 200, "")
	for i, result := range batchAnswerOf(t, res).Results {
		if result.Status != 200 {
			t.Fatalf("operation %d: %+v", i, result)
		}
	}
	if body.sum < 57<<20 || seen == 0 {
		t.Fatalf("a body of %d", body.sum)
	}
	t.Logf("a body of %d MB holds %d KB", body.sum>>20, most>>10)
	if most > 6<<20 {
		t.Errorf("a body of %d holds %d", body.sum, most)
	}
	if used := httpapi.Used(w.handler); used != [4]int64{} {
		t.Errorf("%v is still taken", used)
	}
}

// CONTRACT D33: a body beyond 64 MiB is refused when that is reached, where nobody had
// announced it, and one that breaks off is refused whole.
func TestBatchBodies(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	send := func(body io.Reader) *httptest.ResponseRecorder {
		r := w.request("main", "POST", "/contacts/batch", body)
		r.ContentLength = -1
		r.Header.Set("Idempotency-Key", "body")
		res := httptest.NewRecorder()
		w.handler.ServeHTTP(res, r)
		return res
	}
	large := operationsOf(18, `{"method":"POST","body":{"names":["Not made"],"locations":["`+strings.Repeat("x", 4<<20-100)+`"]}}`, nil)
	want(t, send(large), 413, "body_too_large")
	const whole = `{"operations":[{"method":"POST","body":{"names":["Not made"]}}]}`
	for _, cut := range []int{0, 1, 20, len(whole) - 1, len(whole)} {
		broken := io.MultiReader(strings.NewReader(whole[:cut]), iotest.ErrReader(errors.New("the connection is gone")))
		want(t, send(broken), 422, "body_incomplete")
	}
	if body := w.as("main", "GET", "/changes", "").Body.String(); strings.Contains(body, "Not made") {
		t.Errorf("something was done: %s", body)
	}
	// The name is free, as nothing was done.
	want(t, send(strings.NewReader(strings.Replace(whole, "Not made", "Made", 1))), 200, "")
}

// CONTRACT D33: a body for which there is no room is not the client's fault.
func TestBatchHasNoRoom(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	t.Setenv("TMPDIR", t.TempDir()+"/that is not there")
	operation := `{"method":"POST","body":` + bulky(1, 15) + `}`
	want(t, w.as("main", "POST", "/contacts/batch", batchOf(false, operation)), 200, "") // it needs no file
	want(t, w.as("main", "POST", "/contacts/batch", batchOf(false, operation, operation)), 503, "storage_full")
}

// CONTRACT D32, D33: where the store can take no more, what is left says so, in its
// place; the same again goes on there. The batch goes on when its client has gone.
func TestBatchGoesOn(t *testing.T) {
	f, w := newFaulty(t, httpapi.Options{})
	operations := make([]string, 250)
	for i := range operations {
		operations[i] = fmt.Sprintf(`{"method":"POST","body":{"names":["Number %d"]}}`, i)
	}
	send := func() *httptest.ResponseRecorder {
		ctx, leave := context.WithCancel(t.Context())
		leave()
		r := w.request("main", "POST", "/contacts/batch", strings.NewReader(batchOf(false, operations...))).WithContext(ctx)
		r.Header.Set("Idempotency-Key", "on-and-on")
		res := httptest.NewRecorder()
		w.handler.ServeHTTP(res, r)
		return res
	}
	for _, fails := range []int{1, 2, 2, 100} { // at the so-manieth transaction
		begun := 0
		f.begin = func(context.Context) error {
			if begun++; begun == fails {
				return &fault.Error{Kind: fault.Unavailable, Code: fault.CodeReadOnly, Message: "Not now.", RetryAfter: time.Second}
			}
			return nil
		}
		res := send()
		if fails == 1 {
			want(t, res, 503, "read_only")
			continue
		}
		want(t, res, 200, "")
		a := batchAnswerOf(t, res)
		if len(a.Results) != len(operations) {
			t.Fatalf("%d results: %s", len(a.Results), res.Body)
		}
		failed := 0
		for i, r := range a.Results {
			if r.Status == 503 && r.Error.Code == "read_only" && r.ID == nil {
				failed++
			} else if r.Status != 201 || *r.ID != int64(i+2) || failed > 0 {
				t.Errorf("operation %d: %+v", i, r)
			}
		}
		if failed == len(operations) || (failed == 0) != (fails == 100) {
			t.Errorf("with a failure of transaction %d, %d were not done", fails, failed)
		}
	}
	again := send()
	if a := batchAnswerOf(t, again); len(a.Results) != len(operations) || again.Header().Get("Idempotency-Replayed") != "true" {
		t.Errorf("%v %s", again.Header(), again.Body)
	}
	if n := strings.Count(w.as("main", "GET", "/changes?per_page=5000", "").Body.String(), `"action":"create"`); n != len(operations)+1 {
		t.Errorf("%d contacts were made", n)
	}
}
